"""The canonical value of each property: which form belongs to which name.

The forms themselves are in `server.contacts.values` and `server.contacts.dates`;
this module reads them from content lines.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from urllib.parse import unquote_to_bytes

from server.contacts.dates import date_key, date_value
from server.contacts.lines import ContentLine, escape, split_value, unescape
from server.contacts.values import (
    address_key,
    canonical_text,
    components,
    email_key,
    phone_key,
    text_key,
    url_key,
)

SETS = frozenset({"CATEGORIES", "NICKNAME"})
"""Names whose lines together are one set of items."""

STRUCTURED = frozenset({"N", "ADR", "ORG"})
"""Names whose value has components."""

BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
"""Names whose value is data or a URI; their TYPE names a format."""

ALIASES = {
    "X-ADDRESSBOOKSERVER-KIND": "KIND",
    "X-ABSHOWAS": "KIND",
    "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER",
    "X-SOCIALPROFILE": "SOCIALPROFILE",
    "X-ANNIVERSARY": "ANNIVERSARY",
    "X-EVOLUTION-ANNIVERSARY": "ANNIVERSARY",
}
"""Names that programs gave a property before, or instead of, the standard's name."""

# A card is of an individual unless it says something else; Apple says "company" in X-ABShowAs.
_KINDS = {"individual": "", "person": "", "company": "org", "organization": "org"}


def canonical_value(name: str, main: Sequence[ContentLine], region: str) -> tuple[str, str]:
    """Match key and canonical value of the main lines of one property."""
    line = main[0]
    if name == "TEL":
        key = phone_key(unescape(line.value), region)
        return key, key
    if name in SETS:
        return _set([item for each in main for item in split_value(each.value, ",")])
    if name in STRUCTURED:
        parts = components(line.value)
        text = ";".join(map(escape, parts))
        return address_key(parts) if name == "ADR" and parts else text_key(text), text
    if name in BINARY or holds_data(line):
        data = binary_octets(line)
        value = canonical_text(line.value) if data is None else _hashed(data)
        return text_key(value), value
    form = _FORMS.get(name)
    if form is not None:
        return form(line)
    value = canonical_text(line.value).replace("\n", "\\n")
    return text_key(value), value


def holds_data(line: ContentLine) -> bool:
    """Whether the value is data, written in base64 or as a ``data:`` URI."""
    return line.is_base64 or line.value.lstrip()[:5].casefold() == "data:"


def binary_octets(line: ContentLine) -> bytes | None:
    """The data that a PHOTO, LOGO, SOUND or KEY carries itself; None if it names a place."""
    value = line.value.strip()
    if value[:5].casefold() == "data:":
        head, _, data = value.partition(",")
        if ";base64" in head.casefold().replace("\\", ""):
            return _base64(data)
        return unquote_to_bytes(data)
    return _base64(value) if line.is_base64 or ":" not in value else None


def _set(items: Sequence[str]) -> tuple[str, str]:
    texts = {canonical_text(unescape(item)) for item in items} - {""}
    folded = {text_key(text) for text in texts}
    return text_key(",".join(sorted(folded))), ",".join(escape(text) for text in sorted(texts))


def _email(line: ContentLine) -> tuple[str, str]:
    key = email_key(unescape(line.value))
    return key, key


def _url(line: ContentLine) -> tuple[str, str]:
    text = canonical_text(unescape(line.value)) or next(iter(line.values_of("X-USER")), "")
    return url_key(text), text


def _text(line: ContentLine) -> tuple[str, str]:
    text = canonical_text(unescape(line.value))
    return text_key(text), text


def _kind(line: ContentLine) -> tuple[str, str]:
    word = canonical_text(unescape(line.value)).lower()
    kind = _KINDS.get(word, word)
    return kind, kind


def _position(line: ContentLine) -> tuple[str, str]:
    text = canonical_text(unescape(line.value)).lower().removeprefix("geo:").replace(";", ",")
    return text_key(text), text


def _word(line: ContentLine) -> tuple[str, str]:
    text = canonical_text(unescape(line.value)).lower()
    return text, text


def _date(line: ContentLine) -> tuple[str, str]:
    date = date_value(line.value, next(iter(line.values_of("X-APPLE-OMIT-YEAR")), ""))
    return (date_key(date), date) if date else _text(line)


_TEXTS = (
    *(
        "FN",
        "TITLE",
        "ROLE",
        "NOTE",
        "SORT-STRING",
        "LABEL",
        "MEMBER",
        "RELATED",
        "X-ABRELATEDNAMES",
    ),
    *("X-PHONETIC-FIRST-NAME", "X-PHONETIC-MIDDLE-NAME", "X-PHONETIC-LAST-NAME", "X-PHONETIC-ORG"),
)
_FORMS: dict[str, Callable[[ContentLine], tuple[str, str]]] = {
    "EMAIL": _email,
    "KIND": _kind,
    "CLASS": _word,
    "GEO": _position,
    **dict.fromkeys(("URL", "IMPP", "SOCIALPROFILE"), _url),
    **dict.fromkeys(("BDAY", "ANNIVERSARY", "DEATHDATE", "X-ABDATE"), _date),
    **dict.fromkeys(_TEXTS, _text),
}


def is_date(name: str) -> bool:
    """Whether values of this name are dates."""
    return _FORMS.get(name) is _date


def _base64(text: str) -> bytes:
    """The decoded octets; those of the text itself where it is no base64."""
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


def _hashed(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}" if data else ""
