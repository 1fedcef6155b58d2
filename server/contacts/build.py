"""Builds a vCard 3.0 from clean values: what one member sees of another member's card.

The only module that imports vobject. vobject is handed names, parameters and
values that were cleaned here, never a line from outside: it writes and folds
them. The same properties give the same octets, whatever order, groups or
writing of lines they come from.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from io import StringIO
from typing import Any

from server.contacts.forms import SETS
from server.contacts.lines import Parameter, caret_encoded, escape, one_line
from server.contacts.properties import Canonical, Property
from server.contacts.values import Name, kind_of, name_of
from server.contacts.versions import Written, written_lines

NAMES_OF_PERSON = frozenset(
    {"FN", "N", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-MIDDLE-NAME", "X-PHONETIC-LAST-NAME"}
)
NAMES_OF_ORGANISATION = frozenset({"FN", "ORG", "X-PHONETIC-ORG"})
_PLACES = frozenset({"home", "work", "other", "cell", "main", "school"})
_KEPT_PARAMS = frozenset({"VALUE", "ENCODING", "X-USER", "X-APPLE-OMIT-YEAR"})
# Apple shows these labels in the reader's language, but only in this spelling.
_APPLE_LABELS = frozenset(
    {
        "Anniversary",
        "Spouse",
        "Partner",
        "Mother",
        "Father",
        "Parent",
        "Brother",
        "Sister",
        "Child",
        "Friend",
    }
    | {"Manager", "Assistant", "Son", "Daughter"}
)


_PLAIN_UID = re.compile(r"[0-9A-Za-z-]{1,64}")
"""A UID that is neither escaped nor folded."""

_REMEMBERED_MOST = 512
"""Octets of a line; a photo is not worth keeping."""

_FOLDED_FROM = 75
"""Characters; a shorter line is written as it is."""

_BEGIN = "BEGIN:VCARD\r\nVERSION:3.0\r\n"
_END = "END:VCARD\r\n"
_Order = tuple[Canonical, str, str, str]
_Line = tuple[str, str]
"""The lower name of a line, and its text."""


def build_card(uid: str, props: Sequence[Property]) -> bytes:
    """A vCard 3.0 with CRLF that says what `props` say, and nothing else.

    Without a REV: a date of change would tell when the owner wrote.

    Args:
        uid: The UID of the new card.
        props: What it says, in any order.
    """
    is_small = all(len(prop.octets) <= _REMEMBERED_MOST for prop in props)
    said = (_said_again if is_small else _said)(tuple(props))
    return "".join([_BEGIN, _uid_line(uid), said, _END]).encode("utf-8", "replace")


def _said(props: tuple[Property, ...]) -> str:
    """All lines of a card but for its UID and its frame."""
    seen: set[str] = set()
    labels = 0
    lines: list[_Line] = []
    ordered = sorted(((prop, *_ordered(prop)) for prop in props), key=lambda each: each[2])
    for prop, written, _ in ordered:
        name = written[0]
        # vCard 3.0 has one N; further ones are other spellings of the first.
        if not name or (name == "N" and "N" in seen):
            continue
        seen.add(name)
        labels += bool(prop.label)
        group = f"item{labels}" if prop.label else None
        lines.append(_line(written, group))
        if prop.label:
            lines.append(_line(("X-ABLABEL", (), _written_label(prop.label)), group))
    lines.extend(_line(each, None) for each in _missing([each[0] for each in ordered], seen))
    lines.sort(key=lambda each: each[0])  # by their names; equal ones stay as they come
    return "".join([line for _, line in lines])


_said_again = lru_cache(maxsize=1 << 6)(_said)
"""Several members see the same of somebody, and their cards are built one after the other."""


def name_only(props: Sequence[Property]) -> tuple[Property, ...]:
    """What a member sees whose share level is *name*: the name, phonetic forms, nothing else."""
    names = NAMES_OF_ORGANISATION if kind_of(props) == "organisation" else NAMES_OF_PERSON
    return tuple(prop for prop in props if prop.name in names)


def _ordered(prop: Property) -> tuple[Written, _Order]:
    """The one line of a property in 3.0, and where it stands among others."""
    return (_small if len(prop.octets) <= _REMEMBERED_MOST else _large)(prop)


def _large(prop: Property) -> tuple[Written, _Order]:
    name, params, value = written = _written(prop)
    return written, (prop.canonical, name, value, repr(params))


_small = lru_cache(maxsize=1 << 12)(_large)
"""Cards of one person say nearly the same."""


def _written(prop: Property) -> Written:
    """The one line of a property in 3.0; its types are the canonical ones."""
    name, params, value = written_lines(prop, "3.0")[0]
    kept = tuple(param for param in params if param.name in _KEPT_PARAMS)
    if any(param.name == "ENCODING" for param in params):
        return name, (*kept, *(param for param in params if param.name == "TYPE")), value
    services = tuple(word for word in prop.types if word not in _PLACES) if name == "IMPP" else ()
    types = tuple(word for word in prop.types if word not in services)
    kept += (Parameter("TYPE", types),) if types else ()
    kept += (Parameter("X-SERVICE-TYPE", services),) if services else ()
    return name, kept, prop.value if prop.name in SETS else value


def _written_label(label: str) -> str:
    return escape(f"_$!<{label}>!$_" if label in _APPLE_LABELS else label)


def _missing(props: Sequence[Property], seen: set[str]) -> list[Written]:
    """What 3.0 or its readers need beyond what was said: FN, N, and that a firm is one."""
    is_organisation = kind_of(props) == "organisation"
    name = name_of(props)
    missing: list[Written] = []
    if "FN" not in seen:
        reach = (
            prop.shown
            for wanted in ("ORG", "EMAIL", "TEL")
            for prop in props
            if prop.name == wanted
        )
        formatted = name.formatted or name.nickname or next(reach, "") or "Unnamed"
        missing.append(("FN", (), escape(formatted)))
    if "N" not in seen:
        parts = Name() if is_organisation else name
        structured = (parts.family, parts.given, parts.additional, parts.prefix, parts.suffix)
        missing.append(("N", (), ";".join(map(escape, structured))))
    if is_organisation and "X-ABShowAs" not in seen and "X-ABSHOWAS" not in seen:
        missing.append(("X-ABSHOWAS", (), "COMPANY"))
    return missing


def _uid_line(uid: str) -> str:
    if _PLAIN_UID.fullmatch(uid):
        return f"UID:{uid}\r\n"
    return _serialized(("UID", (), escape(uid)), None)


def _line(written: Written, group: str | None) -> _Line:
    """One line as vobject writes it."""
    name, params, value = written
    text = _head(name, params, group) + one_line(value)
    return name.lower(), (
        f"{text}\r\n" if len(text) < _FOLDED_FROM else _serialized(written, group)
    )


@lru_cache(maxsize=1 << 10)
def _head(name: str, params: tuple[Parameter, ...], group: str | None) -> str:
    """All of a line before its value; there are few of them."""
    return _serialized((name, params, ""), group).removesuffix("\r\n")


def _serialized(written: Written, group: str | None) -> str:
    import vobject  # Only here: it is slow to load, and most processes never build a card.

    name, params, value = written
    line: Any = vobject.vCard().add(name)  # vobject has no types
    # The value is escaped already: vobject's own escaping cuts lists and drops what it cannot express.
    line.encoded, line.isNative = True, False
    line.group = group
    line.value = one_line(value)
    line.params = {param.name: [caret_encoded(each) for each in param.values] for param in params}
    text = StringIO()
    line.serialize(text)
    return text.getvalue()
