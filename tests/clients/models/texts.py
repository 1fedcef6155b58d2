"""Cards as clients handle them: unfolded lines, small edits, and what each program makes of them.

Deliberately shares nothing with the server: what a client writes must not depend on how the
server reads.
"""

import re
from collections.abc import Callable, Iterable

Lines = tuple[str, ...]
"""The content lines of one card, unfolded, without line ends."""
Change = Callable[[Lines], Lines]

_HEAD = re.compile(
    r'(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)\Z', re.S
)
_PLACES = ("BEGIN", "VERSION", "PRODID", "UID")
_FOLD_OCTETS = 75

LABELS = ("X-ABLABEL", "X-ABADR")
APPLE_KNOWS = frozenset(
    {
        *("N", "FN", "NICKNAME", "ORG", "TITLE", "TEL", "EMAIL", "ADR", "URL", "BDAY", "NOTE"),
        *("PHOTO", "IMPP", "X-SOCIALPROFILE", "X-ABDATE", "X-ABRELATEDNAMES", "X-ABSHOWAS"),
        *("X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "X-ABLABEL", "X-ABADR", "UID"),
        *("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER", "BEGIN", "END", "VERSION"),
    }
)
DAVX5_KNOWS = (
    *("FN", "N", "NICKNAME", "TEL", "EMAIL", "ADR", "ORG", "TITLE", "URL", "BDAY", "ANNIVERSARY"),
    *("CATEGORIES", "NOTE", "PHOTO"),
)


def unfolded(octets: bytes) -> Lines:
    """The content lines of one card."""
    text = octets.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return tuple(line for line in re.sub("\n[ \t]", "", text).split("\n") if line)


def folded(lines: Iterable[str]) -> bytes:
    """Lines as octets, folded at 75 octets and never inside a character."""
    return b"".join(_fold(line) for line in lines)


def straight(lines: Iterable[str]) -> bytes:
    """Lines as octets without any fold."""
    return "".join(f"{line}\r\n" for line in lines).encode()


def head(line: str) -> tuple[str, str, str, str]:
    """Group, name in upper case, parameters with their semicolon, and value of one line."""
    found = _HEAD.match(line)
    if found is None:
        return "", "", "", line
    return found[1] or "", found[2].upper(), found[3], found[4]


def name_of(line: str) -> str:
    """The property name of a line in upper case."""
    return head(line)[1]


def value_of(lines: Lines, name: str) -> str:
    """The value of the first line of a name; empty if there is none."""
    return next((head(line)[3] for line in lines if name_of(line) == name), "")


def is_group(lines: Lines) -> bool:
    """Whether this is a list of other cards."""
    kinds = ("KIND", "X-ADDRESSBOOKSERVER-KIND")
    return any(name_of(line) in kinds and head(line)[3].lower() == "group" for line in lines)


# --- what people do ---


def adding(*new: str) -> Change:
    """Type further lines."""
    return lambda lines: (*lines[:-1], *new, lines[-1])


def without(line: str) -> Change:
    """Clear one line, with the label of its group."""

    def change(lines: Lines) -> Lines:
        group = head(line)[0]
        return tuple(
            each
            for each in lines
            if each != line and not (group and head(each)[0] == group and name_of(each) in LABELS)
        )

    return change


def replacing(old: str, new: str) -> Change:
    """Type one line over another."""
    return lambda lines: tuple(new if each == old else each for each in lines)


# --- what programs make of it ---


def as_it_is(lines: Lines, stamp: int) -> Lines:
    """A program that keeps every line, and says when it wrote."""
    return _with_rev(lines, stamp)


def as_davx5(lines: Lines, stamp: int) -> Lines:
    """DAVx5: known properties in its own order, groups named afresh, unknown ones last, types in lower case."""
    known = {name: index for index, name in enumerate(DAVX5_KNOWS)}
    bundles = _bundles(lines)
    bundles.sort(key=lambda bundle: known.get(name_of(bundle[0]), len(known)))
    written: list[str] = []
    for number, bundle in enumerate(bundles, 1):
        if name_of(bundle[0]) in LABELS:
            continue  # a label of nothing
        written.extend(
            _lower_types(_regrouped(line, bundle, f"davdroid{number}")) for line in bundle
        )
    uid = value_of(lines, "UID")
    frame = ("BEGIN:VCARD", "VERSION:3.0", "PRODID:-//dmfs.org//DAVx5//DAVx5/4.4", f"UID:{uid}")
    return _with_rev((*frame, *written, "END:VCARD"), stamp)


def as_apple(lines: Lines, stamp: int) -> Lines:
    """Apple: drops what it does not know, numbers groups from 1, marks the first of each kind preferred."""
    frame = ("BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Apple Inc.//iPhone OS 18.1//EN")
    written: list[str] = []
    seen: set[str] = set()
    number = 0
    for bundle in _bundles(lines):
        name = name_of(bundle[0])
        if name not in APPLE_KNOWS or name in LABELS:
            continue
        number += len(bundle) > 1
        for line in bundle:
            written.append(_apple_line(_regrouped(line, bundle, f"item{number}"), seen))
    uid = value_of(lines, "UID")
    return _with_rev((*frame, *written, f"UID:{uid}", "END:VCARD"), stamp)


def as_thunderbird(lines: Lines, stamp: int) -> Lines:
    r"""Thunderbird: every line, but `;` is not escaped in some; no REV, so that `stamp` says nothing."""
    del stamp
    bare = ("FN", "NOTE", "URL", "IMPP")
    return tuple(
        line.replace("\\;", ";") if name_of(line) in bare else line
        for line in lines
        if name_of(line) != "REV"
    )


def as_evolution(lines: Lines, stamp: int) -> Lines:
    """Evolution: keeps every line, adds how it files the card and in which field a number stands."""
    slot = 0
    written: list[str] = []
    for line in lines:
        group, name, params, value = head(line)
        if name in ("TEL", "EMAIL") and "X-EVOLUTION-UI-SLOT" not in params:
            slot += 1
            prefix = f"{group}." if group else ""
            line = f"{prefix}{name};X-EVOLUTION-UI-SLOT={slot}{params}:{value}"
        written.append(line)
    if not value_of(lines, "X-EVOLUTION-FILE-AS"):
        written.insert(-1, f"X-EVOLUTION-FILE-AS:{value_of(lines, 'FN')}")
    return _with_rev(tuple(written), stamp)


def _with_rev(lines: Lines, stamp: int) -> Lines:
    kept = [line for line in lines if name_of(line) != "REV"]
    return (
        *kept[:-1],
        f"REV:2026-01-01T{stamp // 3600:02}:{stamp // 60 % 60:02}:{stamp % 60:02}Z",
        kept[-1],
    )


def _bundles(lines: Lines) -> list[Lines]:
    """Lines with their labels, without the frame of the card."""
    frame = (*_PLACES, "END", "REV")
    inner = [line for line in lines if name_of(line) not in frame]
    found: list[Lines] = []
    for line in inner:
        group = head(line)[0]
        if (
            group
            and name_of(line) in LABELS
            and any(head(e)[0] == group for e in inner if e != line)
        ):
            continue
        labels = (e for e in inner if group and head(e)[0] == group and name_of(e) in LABELS)
        found.append((line, *labels))
    return found


def _regrouped(line: str, bundle: Lines, group: str) -> str:
    """A line under a new group; under none where it has no label."""
    _old, _name, _params, value = head(line)
    bare = line[len(_old) + 1 :] if _old else line
    del value
    return f"{group}.{bare}" if len(bundle) > 1 else bare


def _lower_types(line: str) -> str:
    return re.sub(
        r"(?<=;)TYPE=([A-Za-z,-]+)", lambda found: f"TYPE={found[1].lower()}", line, flags=re.I
    )


def _apple_line(line: str, seen: set[str]) -> str:
    group, name, params, value = head(line)
    prefix = f"{group}." if group else ""
    if name in ("TEL", "EMAIL", "ADR", "URL"):
        types = [
            each.upper()
            for found in re.findall(r"(?i)(?<=;)TYPE=([^;]*)", params)
            for each in found.split(",")
            if each.lower() not in ("pref", "voice", "internet")
        ]
        extra = {"TEL": ["VOICE"], "EMAIL": ["INTERNET"]}.get(name, [])
        pref = [] if name in seen else ["pref"]
        seen.add(name)
        params = "".join(f";type={each}" for each in (*types, *extra, *pref))
        if name == "URL":
            value = value.replace("\\:", ":").replace("http:", "http\\:")
    if name == "ORG" and ";" not in value:
        value += ";"
    shown = {"X-ABLABEL": "X-ABLabel", "X-ABADR": "X-ABADR"}.get(name, name)
    return f"{prefix}{shown}{params}:{value}"


def _fold(line: str) -> bytes:
    octets = line.encode()
    pieces: list[bytes] = []
    room = _FOLD_OCTETS
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[:end])
        octets, room = octets[end:], _FOLD_OCTETS - 1
    return b"\r\n ".join((*pieces, octets)) + b"\r\n"
