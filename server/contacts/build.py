"""Builds a vCard 3.0 from clean values: what one member sees of another member's card.

The only module that imports vobject. vobject is handed names, parameters and
values that were cleaned here, never a line from outside: it orders, folds and
checks them. The same properties give the same octets, whatever order, groups or
writing of lines they come from.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from server.contacts.forms import SETS
from server.contacts.lines import Parameter, caret_encoded, escape, one_line
from server.contacts.properties import Property
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


_ANY_UID = "5d1f5a0e-any-uid-8a53c0b6c5e1"
_ANY_UID_LINE = f"UID:{_ANY_UID}\r\n".encode()
_PLAIN_UID = re.compile(r"[0-9A-Za-z-]{1,64}")
"""A UID that is neither escaped nor folded."""

_REMEMBERED_MOST = 4096
"""Octets; a photo is not worth keeping."""


def build_card(uid: str, props: Sequence[Property]) -> bytes:
    """A vCard 3.0 with CRLF that says what `props` say, and nothing else.

    Without a REV: a date of change would tell when the owner wrote. What several members see
    of a card differs in nothing but its UID, so a small one is built once for all of them.

    Args:
        uid: The UID of the new card.
        props: What it says, in any order.
    """
    if _PLAIN_UID.fullmatch(uid) and sum(len(prop.octets) for prop in props) < _REMEMBERED_MOST:
        line = f"UID:{uid}\r\n".encode()
        return _remembered(tuple(props)).replace(_ANY_UID_LINE, line, 1)
    return _built(uid, props)


@lru_cache(maxsize=256)
def _remembered(props: tuple[Property, ...]) -> bytes:
    return _built(_ANY_UID, props)


def _built(uid: str, props: Sequence[Property]) -> bytes:
    import vobject  # Only here: it is slow to load, and most processes never build a card.

    card = vobject.vCard()
    _add(card, ("UID", (), escape(uid)), None)
    seen: set[str] = set()
    labels = 0
    ordered = sorted(((prop, _written(prop)) for prop in props), key=_order)
    for prop, written in ordered:
        name = written[0]
        # vCard 3.0 has one N; further ones are other spellings of the first.
        if not name or (name == "N" and "N" in seen):
            continue
        seen.add(name)
        labels += bool(prop.label)
        group = f"item{labels}" if prop.label else None
        _add(card, written, group)
        if prop.label:
            _add(card, ("X-ABLABEL", (), _written_label(prop.label)), group)
    for line in _missing([prop for prop, _ in ordered], seen):
        _add(card, line, None)
    text: str = card.serialize()
    return text.encode("utf-8", "replace")


def name_only(props: Sequence[Property]) -> tuple[Property, ...]:
    """What a member sees whose share level is *name*: the name, phonetic forms, nothing else."""
    names = NAMES_OF_ORGANISATION if kind_of(props) == "organisation" else NAMES_OF_PERSON
    return tuple(prop for prop in props if prop.name in names)


def _order(item: tuple[Property, Written]) -> tuple[object, ...]:
    prop, (name, params, value) = item
    return (prop.canonical, name, value, repr(params))


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


def _add(card: Any, written: Written, group: str | None) -> None:  # vobject has no types
    name, params, value = written
    line = card.add(name)
    # The value is escaped already: vobject's own escaping cuts lists and drops what it cannot express.
    line.encoded, line.isNative = True, False
    line.group = group
    line.value = one_line(value)
    line.params = {param.name: [caret_encoded(each) for each in param.values] for param in params}
