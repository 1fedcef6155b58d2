"""Physical lines to logical ones: folds, soft line breaks and base64 blocks.

Every step is linear in the size of the input. RFC 6350 section 3.2, RFC 2045
section 6.7, and the vCard 2.1 specification of the Versit consortium.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

FOLD_OCTETS = 75
"""The longest line that we write, without its line end (RFC 6350 section 3.2)."""

Coding = Literal["", "quoted", "base64"]
"""How the value of a line is written: plain, quoted-printable or base64."""

_FOLDED = (b" ", b"\t")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=]+[ \t]*\Z")
_IS_BASE64 = re.compile(rb'BASE64|ENCODING[ \t]?=[ \t]?"?B"?[ \t]?(?:;|\Z)')


def logical_lines(octets: bytes) -> Iterator[tuple[bytes, bytes, Coding]]:
    """For each logical line its raw octets, the joined line without line end, and its coding.

    Quoted-printable is joined, but not decoded.
    """
    physical = octets.splitlines(keepends=True)
    start = 0
    count = len(physical)
    while start < count:
        first = physical[start]
        if (start + 1 == count or physical[start + 1][:1] not in _FOLDED) and _is_plain(first):
            yield first, first.rstrip(b"\r\n"), ""
            start += 1
            continue
        stop, coding = _logical_end(physical, start)
        pieces = physical[start:stop]
        yield b"".join(pieces), _joined(pieces, coding), coding
        start = stop


def fold(line: bytes, ending: bytes) -> bytes:
    """Fold one unfolded line at 75 octets on UTF-8 boundaries, and end it."""
    if len(line) <= FOLD_OCTETS:
        return line + ending
    pieces: list[bytes] = []
    start, room = 0, FOLD_OCTETS
    while len(line) - start > room:
        stop = start + room
        while line[stop] & 0xC0 == 0x80 and stop > start + room - 4:
            stop -= 1
        pieces.append(line[start:stop])
        start, room = stop, FOLD_OCTETS - 1
    pieces.append(line[start:])
    return (ending + b" ").join(pieces) + ending


def value_start(line: bytes) -> int:
    """The index of the colon before the value: the first outside of quotes, or -1."""
    colon = first = line.find(b":")
    quote = line.find(b'"')
    while 0 <= quote < colon:
        closing = line.find(b'"', quote + 1)
        if closing < 0:
            return first
        if colon < closing:
            colon = line.find(b":", closing + 1)
        quote = line.find(b'"', closing + 1)
    return colon if colon >= 0 else first


def _is_plain(line: bytes) -> bool:
    """Whether nothing in a line can name a coding; nearly every line is such a one."""
    upper = line.upper()
    return b"QUOTED-PRINTABLE" not in upper and b"BASE64" not in upper and b"ENCODING" not in upper


def _logical_end(physical: Sequence[bytes], start: int) -> tuple[int, Coding]:
    """Where the logical line that starts at `start` ends, and how its value is written."""
    first = physical[start]
    stop = start + 1
    if not first.strip():
        return stop, ""
    head = _head(first)
    while stop < len(physical) and physical[stop][:1] in _FOLDED:
        stop += 1
    if stop > start + 1 and b":" not in first:
        # The fold lies before the colon, so the parameters are in the next physical lines.
        head = _head(_unfolded(physical[start:stop]))
    if b"QUOTED-PRINTABLE" in head:
        return _soft_break_end(physical, stop), "quoted"
    if _IS_BASE64.search(head):
        return _base64_end(physical, stop), "base64"
    return stop, ""


def _head(line: bytes) -> bytes:
    """All before the value, in upper case; nothing if there is no colon."""
    return line[: max(value_start(line), 0)].upper()


def _soft_break_end(physical: Sequence[bytes], stop: int) -> int:
    """The end of a quoted-printable value: no soft break and no fold goes on from there."""
    while stop < len(physical):
        is_soft = physical[stop - 1].rstrip(b"\r\n").endswith(b"=")
        # Some phones end the last value with a stray "=": the card's end is never part of it.
        if is_soft and physical[stop].strip().upper() == b"END:VCARD":
            break
        if not is_soft and physical[stop][:1] not in _FOLDED:
            break
        stop += 1
    return stop


def _base64_end(physical: Sequence[bytes], stop: int) -> int:
    """The end of a base64 block: folded or bare base64 lines, and the empty line after them."""
    while stop < len(physical):
        line = physical[stop].rstrip(b"\r\n")
        if not line.strip():
            return stop + 1
        if line[:1] not in _FOLDED and not _BASE64_LINE.match(line):
            break
        stop += 1
    return stop


def _joined(physical: Sequence[bytes], coding: Coding) -> bytes:
    match coding:
        case "quoted":
            return _joined_soft_breaks(physical)
        case "base64":
            return b"".join([physical[0].rstrip(b"\r\n"), *(line.strip() for line in physical[1:])])
        case _:
            return _unfolded(physical)


def _unfolded(physical: Sequence[bytes]) -> bytes:
    first, *rest = physical
    if not rest:
        return first.rstrip(b"\r\n")
    return first.rstrip(b"\r\n") + b"".join([line[1:].rstrip(b"\r\n") for line in rest])


def _joined_soft_breaks(physical: Sequence[bytes]) -> bytes:
    pieces: list[bytes] = []
    is_soft = True
    for line in physical:
        piece = line.rstrip(b"\r\n")
        if not is_soft:
            piece = piece[1:]
        is_soft = piece.endswith(b"=")
        pieces.append(piece[:-1] if is_soft else piece)
    return b"".join(pieces)
