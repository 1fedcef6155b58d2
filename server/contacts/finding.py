"""How a card is listed and found: its name, its place in the order, and all that a search may mean.

A search is split into words; a card is found if each of them is part of what it says, folded:
names in their own script and in Latin letters, numbers by their digits, the rest as written.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.contacts.properties import Property
from server.contacts.values import (
    canonical_text,
    name_of,
    name_tokens,
    phone_key,
    transliterated_tokens,
)

WORDS_MOST: Final = 6
"""Further words of a search are not looked at."""

_FOUND_MOST: Final = 4_000
_NAMES: Final = frozenset({"FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "ADR", "CATEGORIES"})
_PHONETIC: Final = frozenset({"X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "X-PHONETIC-ORG"})
_WRITTEN: Final = frozenset({"EMAIL", "URL", "IMPP", "SOCIALPROFILE", "NOTE"})
_DETAILS: Final = ("ORG", "TEL", "EMAIL")
_NUMBER: Final = re.compile(r"[+\d][\d\s()/.\-]*")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows of a card, and what it is found by.

    Attributes:
        name: As it is written, never recomposed; else its organisation or first value; else empty.
        order: The folded name: lists are sorted by it, then by the name.
        detail: One value that tells namesakes apart.
        found: Everything that a word of a search may be part of, one thing per line.
    """

    name: str
    order: str
    detail: str
    found: str


def listing(props: Sequence[Property], *, region: str) -> Listing:
    """What a list shows of these properties of one card."""
    name = name_of(props).formatted.strip()
    details = [_first(props, each) for each in _DETAILS]
    name = name or next(filter(None, details), "")
    detail = next((each for each in details if each and each != name), "")
    found: dict[str, None] = {}
    for prop in props:
        found.update(dict.fromkeys(_said(prop, region)))
    return Listing(name, folded(name), detail, "\n".join(found)[:_FOUND_MOST])


def wanted(text: str) -> tuple[str, ...]:
    """The words of a search as `Listing.found` holds them; none if nothing was typed."""
    text = canonical_text(text)
    if _NUMBER.fullmatch(text):
        return (_digits(text),) if _digits(text) else ()
    words: list[str] = []
    for word in text.split():
        if _NUMBER.fullmatch(word):
            words.append(_digits(word))
        elif any(mark in word for mark in "@./"):
            words.append(word.casefold())
        else:
            words.extend(sorted(name_tokens(word)))
    return tuple(dict.fromkeys(filter(None, words)))[:WORDS_MOST]


def folded(text: str) -> str:
    """A text for sorting: without case, marks and what is no letter or digit."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (mark if mark.isalnum() else " " for mark in plain if not unicodedata.combining(mark))
    return " ".join("".join(kept).split())


def _said(prop: Property, region: str) -> Iterable[str]:
    """What one value adds to what its card is found by."""
    if prop.name == "TEL":
        key = phone_key(prop.shown, region).partition(";")[0]
        yield _digits(key)
        yield _digits(prop.shown)
    elif prop.name in _NAMES or prop.name in _PHONETIC:
        yield " ".join(sorted(name_tokens(prop.shown)))
        yield " ".join(sorted(transliterated_tokens(prop.shown)))
    elif prop.name in _WRITTEN:
        yield prop.shown.casefold()
        yield " ".join(sorted(name_tokens(prop.shown)))


def _digits(text: str) -> str:
    """The digits of a number without what stands for a country or a long distance call."""
    return "".join(mark for mark in text if mark.isdigit()).lstrip("0")


def _first(props: Sequence[Property], name: str) -> str:
    return next((each.shown for each in props if each.name == name and each.shown), "")
