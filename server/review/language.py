"""Which language a page speaks: gettext catalogues beside the templates, chosen by the browser, else by the household.

English is written in the code; every other language is a file
`locale/LANGUAGE/LC_MESSAGES/hearthbook.po` with its compiled `.mo` beside it, and nothing else.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from flask import Flask, current_app, g, has_request_context, request

from server.saying import N_ as N_
from server.saying import Said, in_language

DOMAIN: Final = "hearthbook"
SOURCE: Final = "en"
LOCALE: Final = Path(__file__).parent / "locale"
_OWN_NAME: Final = N_("English")
"""Translators write here what their own language is called."""
_HOUSEHOLD: Final = "household-language"


def add_to(app: Flask, household: Callable[[], str]) -> None:
    """Let an application's templates speak the reader's language.

    Args:
        household: What is spoken where the browser asks for nothing that there is.
    """
    app.extensions[_HOUSEHOLD] = household
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension brings it
    app.jinja_env.filters.update(word=word, told=told, excused=excused)
    app.context_processor(lambda: {"language": language()})


def gettext(message: str) -> str:
    """A text in the reader's language, in English where nobody translated it."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """A text for a number of things in the reader's language."""
    return catalogue(language()).ngettext(one, many, number)


def word(text: str) -> str:
    """A word of ours, such as a label, in the reader's language; what a member wrote stays as it is."""
    return gettext(text) if text else ""


def told(text: str) -> str:
    """A sentence from below in the reader's language; names keep their own direction."""
    return in_language(text, word, ngettext, _isolated)


def excused(text: str) -> str:
    """A sentence that says why something did not work; one without words in it is a text of ours, too."""
    return told(text) if isinstance(text, Said) else gettext(text)


def _isolated(text: str) -> str:
    """A name from right to left between marks that keep it from turning the words around it."""
    turns = any(unicodedata.bidirectional(mark) in ("R", "AL", "AN") for mark in text)
    return f"\u2068{text}\u2069" if turns else text


def language() -> str:
    """The first language the browser asks for that there is a catalogue of, else that of the household."""
    if not has_request_context():
        return SOURCE
    found = g.get("language")
    if not isinstance(found, str):
        wanted = (each.partition("-")[0].lower() for each in request.accept_languages.values())
        found = next((each for each in wanted if each in languages()), "")
        found = g.language = found or known(current_app.extensions[_HOUSEHOLD]())
    return found


def known(tag: str) -> str:
    """A language that there is a catalogue of; the one of the code for any other."""
    return tag if tag in languages() else SOURCE


def own_name(tag: str) -> str:
    """What a language calls itself."""
    return catalogue(tag).gettext(_OWN_NAME)


@cache
def languages() -> tuple[str, ...]:
    """The languages that pages speak, the one of the code first."""
    others = sorted(path.parents[1].name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE, *others)


@cache
def catalogue(tag: str) -> NullTranslations:
    """The texts of one language."""
    path = LOCALE / tag / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)
