"""What pages say, gathered for translators, and what they translated, compiled: `make messages`.

Every language is one folder in `server/review/locale`. A new one begins with
`python -m tests.messages fr`.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).parents[1]
LOCALE: Final = ROOT / "server" / "review" / "locale"
DOMAIN: Final = "hearthbook"
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "NN_": (1, 2),
    "said": None,
    "counted": (1, 2),
    "Level": None,
    "NotACard": None,
    "NotFound": None,
    "Reason": None,
    "UsageError": None,
}
_SOURCES: Final = (
    (
        "python",
        (
            "server/review/*.py",
            "server/cases/*.py",
            "server/store/*.py",
            "server/contacts/card.py",
            "server/contacts/files.py",
            "server/errors.py",
            "server/saying.py",
            "server/commands/letter.py",
        ),
    ),
    (
        "python",
        (
            "server/reconcile/matching.py",
            "server/reconcile/weights.py",
            "server/reconcile/describe.py",
        ),
    ),
    ("jinja2.ext.babel_extract", ("server/review/templates/*.html",)),
)
_OPTIONS: Final = {"newstyle_gettext": "true", "silent": "false"}


def gathered() -> Catalog:
    """Everything that pages may say, with where."""
    found = Catalog(domain=DOMAIN)
    for message, place, comments in _found():
        found.add(message, None, [(place, 0)], auto_comments=comments)
    return found


def files() -> tuple[Path, ...]:
    """The translations."""
    return tuple(sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def translated(path: Path) -> Catalog:
    """One language's translations."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as pages read it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def written(catalog: Catalog) -> bytes:
    """A catalogue as translators read it."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, include_lineno=False, sort_output=True, omit_header=False)
    return buffer.getvalue()


def _found() -> Iterator[tuple[str | tuple[str, ...], str, list[str]]]:
    for method, patterns in _SOURCES:
        for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
            place = str(path.relative_to(ROOT))
            with path.open("rb") as file:
                for _line, message, comments, _context in extract(
                    method, file, _KEYWORDS, (), _OPTIONS
                ):
                    if message and "" not in (message, message[0]):
                        yield message, place, comments


def is_missing(message: Message) -> bool:
    """Whether a text is not translated, or not for every number."""
    said = message.string
    if isinstance(said, str) or said is None:
        return bool(message.id) and not said
    return not all(said)


def main(languages: list[str]) -> None:
    """Bring every language up to date with what pages say now, and compile it."""
    template = gathered()
    for each in languages:
        path = LOCALE / each / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(written(Catalog(locale=each, domain=DOMAIN)))
    for path in files():
        catalog = translated(path)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        left = sum(map(is_missing, catalog))
        print(f"{path.parents[1].name}: {len(catalog)} texts, {left} not translated")  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
