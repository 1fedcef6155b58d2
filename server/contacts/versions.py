"""A property, or a whole card, written in another version of vCard.

Works on content lines: what a version cannot say is left out, everything else is
carried over. Differences of the versions: RFC 6350 appendix A, RFC 2426, vCard 2.1.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from server.contacts.dates import APPLE_NO_YEAR, date_value
from server.contacts.forms import ALIASES, BINARY, SETS, STRUCTURED, binary_octets, holds_data
from server.contacts.lines import (
    ContentLine,
    Parameter,
    escape,
    line_head,
    make_line,
    split_lines,
    split_value,
    unescape,
)
from server.contacts.properties import Property, bundles
from server.contacts.values import Name, canonical_text, components, name_of, telephone_text

if TYPE_CHECKING:
    from server.contacts.card import Card

_QUOTED_OCTETS = 75
"""The longest quoted-printable line, without its soft break (RFC 2045 section 6.7)."""

_ESCAPED = re.compile(r"\\.", re.DOTALL)

GROUP_PLACEHOLDER = "item?"

Written = tuple[str, tuple[Parameter, ...], str]
"""Name, parameters and escaped value of a line."""

_NAMES_4 = {"X-ADDRESSBOOKSERVER-MEMBER": "MEMBER", "X-SOCIALPROFILE": "SOCIALPROFILE"}
_NAMES_3 = {name: alias for alias, name in _NAMES_4.items()}
_URI_NAMES = frozenset(
    {"URL", "IMPP", "SOCIALPROFILE", "SOURCE", "FBURL", "CALURI", "CALADRURI", "MEMBER"}
)
_DATE_NAMES = frozenset({"BDAY", "ANNIVERSARY", "DEATHDATE", "X-ABDATE"})
_COMPONENTS_3 = {"N": 5, "ADR": 7}
_DROPPED_NAMES_3 = frozenset({"CLIENTPIDMAP", "XML"})

# Parameters that belong to the writing of the value and are made anew.
VALUE_PARAMS = frozenset(
    {"VALUE", "ENCODING", "CHARSET", "MEDIATYPE", "X-APPLE-OMIT-YEAR", "LABEL", "CALSCALE"}
)
# Preference, and ids that mean something in one card only.
_PERSONAL_PARAMS = frozenset({"PREF", "ALTID", "PID", "PROP-ID", "X-EVOLUTION-UI-SLOT", "INDEX"})
_ONLY_4 = frozenset(
    {
        "ALTID",
        "PID",
        "PREF",
        "SORT-AS",
        "GEO",
        "TZ",
        "INDEX",
        "LEVEL",
        "CC",
        "PROP-ID",
        "AUTHOR",
        "AUTHOR-NAME",
    }
    | {
        "CREATED",
        "DERIVED",
        "PHONETIC",
        "SCRIPT",
        "JSCOMPS",
        "JSPTR",
        "LABEL",
        "MEDIATYPE",
        "CALSCALE",
    }
)
_PARAMS_4 = {"X-SERVICE-TYPE": "SERVICE-TYPE", "X-USER": "USERNAME"}
_PARAMS_3 = {name: alias for alias, name in _PARAMS_4.items()}
_MAGIC = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG", "png"), (b"GIF8", "gif"))


def line_for(prop: Property, version: str) -> bytes:
    """The property's lines for a card of `version`, in the group ``item?`` if they need one.

    Preferences and ids of the card it comes from are left out.
    """
    return lines_for(prop, version, group=GROUP_PLACEHOLDER, ending=b"\r\n")


def lines_for(prop: Property, version: str, *, group: str, ending: bytes) -> bytes:
    """The property's lines for a card of `version`: its value, then its companions."""
    mains, companions = _parts(prop)
    written = [
        encoded(line, group if companions else "", version, ending)
        for line in written_lines(prop, version)
    ]
    assert mains, "a property has at least one line"
    return b"".join(written) + companion_lines(companions, group, ending)


def companion_lines(companions: Sequence[ContentLine], group: str, ending: bytes) -> bytes:
    """The label and other companions of a property, written into `group`."""
    return b"".join(
        make_line(
            "X-ABLabel" if line.name == "X-ABLABEL" else "X-ABADR",
            line.value,
            group=group,
            ending=ending,
        )
        for line in companions
    )


def written_lines(prop: Property, version: str) -> tuple[Written, ...]:
    """Name, parameters and value of a property's main lines in `version`, without what is personal."""
    mains, _ = _parts(prop)
    return tuple(converted(line, prop.version, version, personal=False) for line in mains)


def companions_of(prop: Property) -> tuple[ContentLine, ...]:
    """The companion lines of a property."""
    return _parts(prop)[1]


def to_version_3(card: "Card") -> bytes:
    """The card in vCard 3.0, line by line; a 3.0 card stays as it is.

    Every card gets FN and N, which 3.0 requires (RFC 2426 section 5).
    """
    if card.version == "3.0":
        return b"".join([line.raw for line in card.lines])
    written = [b"BEGIN:VCARD\r\n", b"VERSION:3.0\r\n"]
    names: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for line in card.lines:
        if line.name in ("", "BEGIN", "END", "VERSION") or line.name in _DROPPED_NAMES_3:
            continue
        # Several forms of one thing: 3.0 has room for the first.
        form = (line.name, *line.values_of("ALTID"))
        if form in seen and (len(form) > 1 or line.name in ("FN", "N")):
            continue
        seen.add(form)
        name, params, value = converted(line, card.version, "3.0", personal=True)
        if name and value.strip():
            names.add(name)
            written.append(encoded((name, params, value), line.group, "3.0", b"\r\n"))
    written[2:2] = _missing_names(card, names)
    return b"".join([*written, b"END:VCARD\r\n"])


def converted(line: ContentLine, old: str, new: str, *, personal: bool) -> Written:
    """One line of version `old` as name, parameters and value of version `new`.

    The name is "" if the new version has no place for it.

    Args:
        personal: Whether preference and the card's own ids are kept (never asked for 4.0).
    """
    name = ALIASES.get(line.name, line.name)
    types = [word for value in line.values_of("TYPE") for word in value.split(",") if word]
    is_preferred = any(word.casefold() == "pref" for word in types) or bool(line.values_of("PREF"))
    types = [word for word in types if word.casefold() != "pref"]
    if personal and is_preferred:
        types.append("pref")
    if name in BINARY or holds_data(line):
        return _binary(name, line, types, new)
    extra, value = _value(name, line, old, new)
    params = [Parameter("TYPE", tuple(types))] if types else []
    for param in line.params:
        if param.name == "TYPE" or param.name in VALUE_PARAMS:
            continue
        if (param.name in _PERSONAL_PARAMS and not personal) or (
            new != "4.0" and param.name in _ONLY_4
        ):
            continue
        renamed = (_PARAMS_4 if new == "4.0" else _PARAMS_3).get(param.name, param.name)
        params.append(Parameter(renamed, param.values))
    if new == "4.0" and old == "4.0":
        extra += [param for param in line.params if param.name in ("LABEL", "CALSCALE")]
    if name == "KIND":
        return _kind(value, new)
    if new == "4.0":
        return _NAMES_4.get(line.name, line.name), (*params, *extra), value
    return _NAMES_3.get(line.name, line.name), (*params, *extra), value


def encoded(written: Written, group: str, version: str, ending: bytes) -> bytes:
    """The octets of a line; text that 2.1 cannot hold becomes quoted-printable."""
    name, params, value = written
    if version != "2.1":
        return make_line(name, value, group=group, params=params, ending=ending)
    if any(param.name == "ENCODING" for param in params):
        # Readers of 2.1 expect an empty line after base64.
        return make_line(name, value, group=group, params=params, ending=ending) + ending
    text = _with_line_breaks(value)
    if text.isascii() and "\n" not in text:
        return make_line(name, text, group=group, params=params, ending=ending)
    quoted = (Parameter("CHARSET", ("UTF-8",)), Parameter("ENCODING", ("QUOTED-PRINTABLE",)))
    octets = text.replace("\n", "\r\n").encode("utf-8", "replace")
    body = binascii.b2a_qp(octets, quotetabs=True, istext=False).replace(b"=\n", b"")
    return _soft_broken(line_head(name, group, (*params, *quoted)).encode(), body, ending)


def _with_line_breaks(value: str) -> str:
    """An escaped value with real line breaks, as 2.1 has them."""
    return _ESCAPED.sub(lambda found: "\n" if found[0] in ("\\n", "\\N") else found[0], value)


def _parts(prop: Property) -> tuple[tuple[ContentLine, ...], tuple[ContentLine, ...]]:
    lines = split_lines(prop.octets)
    found = bundles(lines)
    if not found:
        # A property made without lines is written from its canonical value.
        line = make_line(prop.name, _escaped_value(prop), params=_type_params(prop))
        label = (
            make_line("X-ABLABEL", prop.label, group="item", escaped=False) if prop.label else b""
        )
        return split_lines(line), split_lines(label)
    mains = tuple(lines[index] for index in found[0].main)
    return mains, tuple(lines[index] for index in found[0].companions)


def _escaped_value(prop: Property) -> str:
    is_escaped = prop.name in STRUCTURED or prop.name in SETS
    return prop.value if is_escaped else escape(prop.value)


def _type_params(prop: Property) -> tuple[Parameter, ...]:
    return (Parameter("TYPE", prop.types),) if prop.types else ()


def _value(name: str, line: ContentLine, old: str, new: str) -> tuple[list[Parameter], str]:
    """Parameters for the value, and the escaped value itself."""
    if name in _DATE_NAMES:
        return _date(line, new)
    if name == "TEL":
        return [], escape(canonical_text(telephone_text(unescape(line.value))))
    if name in STRUCTURED:
        parts = split_value(line.value)
        if old == "2.1":
            parts = tuple(escape(unescape(part)) for part in parts)
        limit = _COMPONENTS_3.get(name) if new != "4.0" else None
        return [], ";".join(parts[:limit])
    if name == "GEO":
        place = canonical_text(unescape(line.value)).lower().removeprefix("geo:").replace(";", ",")
        return [], f"geo:{place}" if new == "4.0" else place.replace(",", ";")
    if name in _URI_NAMES:
        text = canonical_text(unescape(line.value)) or next(iter(line.values_of("X-USER")), "")
        return [], text.replace("\\", "\\\\")
    if name not in _TEXT_NAMES:
        return [
            param for param in line.params if param.name == "VALUE" and new == old
        ], canonical_text(line.value)
    return [], escape(canonical_text(unescape(line.value)))


_TEXT_NAMES = frozenset(
    {"FN", "EMAIL", "TITLE", "ROLE", "NOTE", "UID", "PRODID", "SORT-STRING", "LABEL", "MAILER"}
)


def _date(line: ContentLine, new: str) -> tuple[list[Parameter], str]:
    date = date_value(line.value, next(iter(line.values_of("X-APPLE-OMIT-YEAR")), ""))
    if not date:
        text = [Parameter("VALUE", ("text",))] if new != "2.1" else []
        return text, escape(canonical_text(unescape(line.value)))
    day, _, time = date.partition("T")
    if new == "4.0":
        compact = "--" + day[2:].replace("-", "") if day.startswith("--") else day.replace("-", "")
        return [], compact + (f"T{time.replace(':', '')}" if time else "")
    if day.startswith("--") and new == "3.0":
        return [Parameter("X-APPLE-OMIT-YEAR", (APPLE_NO_YEAR,))], f"{APPLE_NO_YEAR}-{day[2:]}"
    return [], day + (f"T{time}" if time else "")


def _binary(name: str, line: ContentLine, types: Sequence[str], new: str) -> Written:
    data = binary_octets(line)
    if data is None:
        value_type = {
            "4.0": (),
            "3.0": (Parameter("VALUE", ("uri",)),),
            "2.1": (Parameter("VALUE", ("URL",)),),
        }
        return name, value_type[new], line.value
    kind = _format(line, types, data)
    text = base64.b64encode(data).decode("ascii")
    if new == "4.0":
        media = {"SOUND": "audio", "KEY": "application"}.get(name, "image")
        return name, (), f"data:{media}/{kind};base64,{text}"
    encoding = "b" if new == "3.0" else "BASE64"
    return name, (Parameter("ENCODING", (encoding,)), Parameter("TYPE", (kind.upper(),))), text


def _format(line: ContentLine, types: Sequence[str], data: bytes) -> str:
    head = line.value[:64].casefold()
    if head.startswith("data:") and "/" in head:
        return head.partition("/")[2].partition(";")[0].partition(",")[0].rstrip("\\")
    known = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    return known or next((word.casefold() for word in types), "jpeg")


def _kind(value: str, new: str) -> Written:
    """What kind of card it is: KIND in 4.0, Apple's two names before."""
    kind = value.strip().casefold()
    if kind in ("org", "organization", "company"):
        return ("KIND", (), "org") if new == "4.0" else ("X-ABShowAs", (), "COMPANY")
    if new == "4.0":
        return "KIND", (), kind
    return ("X-ADDRESSBOOKSERVER-KIND", (), "group") if kind == "group" else ("", (), "")


def _missing_names(card: "Card", names: set[str]) -> list[bytes]:
    name = name_of(card)
    reach = next(
        (line.value for line in card.lines if line.name in ("ORG", "EMAIL", "TEL") and line.value),
        "",
    )
    formatted = (
        name.formatted or name.nickname or ", ".join(filter(None, components(reach))) or "Unnamed"
    )
    if any(
        line.name == "KIND" and line.value.strip().casefold() in ("org", "group")
        for line in card.lines
    ):
        name = Name()
    structured = (name.family, name.given, name.additional, name.prefix, name.suffix)
    missing = []
    if "N" not in names:
        missing.append(make_line("N", ";".join(map(escape, structured))))
    if "FN" not in names:
        missing.append(make_line("FN", formatted, escaped=False))
    return missing


def _soft_broken(head: bytes, body: bytes, ending: bytes) -> bytes:
    """A quoted-printable line, its value broken with ``=`` so that no line of it is long."""
    pieces: list[bytes] = []
    start, room = 0, max(_QUOTED_OCTETS - len(head), 0)
    while len(body) - start > room:
        stop = start + room
        # Never inside of an escape such as =C3.
        escape_start = body.rfind(b"=", max(stop - 2, start), stop)
        stop = escape_start if escape_start >= 0 else stop
        pieces.append(body[start:stop])
        start, room = stop, _QUOTED_OCTETS
    pieces.append(body[start:])
    return head + (b"=" + ending).join(pieces) + ending
