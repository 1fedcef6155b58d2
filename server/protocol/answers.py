"""What goes back to a client: a status, headers, octets, and for refusals a sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from server.errors import Refused
from server.protocol.markup import escaped

Headers = tuple[tuple[str, str], ...]

XML_TYPE: Final = ("Content-Type", "application/xml; charset=utf-8")
STREAM_ABOVE_BYTES: Final = 1 << 20
"""Larger bodies are sent in pieces: one join of a whole book would triple the memory."""

_OF_CARDDAV: Final = frozenset(
    {
        "addressbook-collection-location-ok",
        "max-resource-size",
        "no-uid-conflict",
        "supported-address-data",
        "supported-collation",
        "supported-filter",
        "valid-address-data",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; a body that is an iterator is sent piece by piece."""

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: Headers = ()


def refusal(
    status: int, sentence: str, precondition: str = "", *, inside: str = "", headers: Headers = ()
) -> Answer:
    """An error that says its precondition to programs and a sentence to people.

    Args:
        inside: XML of the precondition element's content, already escaped.

    Source: RFC 4918 section 16; `message` is the element that sabre/dav made customary.
    """
    condition = ""
    if precondition:
        prefix = "C" if precondition in _OF_CARDDAV else "D"
        condition = f"<{prefix}:{precondition}>{inside}</{prefix}:{precondition}>"
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
        ' xmlns:s="http://sabredav.org/ns">'
        f"{condition}<s:message>{escaped(sentence)}</s:message></D:error>\n"
    )
    return Answer(status, text.encode("utf-8", "replace"), (XML_TYPE, *headers))


def refused(error: Refused) -> Answer:
    """The answer for a request that was refused further down."""
    return refusal(error.status, error.sentence, error.precondition)


def need_privilege(href: str, privilege: str) -> Answer:
    """403 that names the missing privilege (RFC 3744 section 7.1.1)."""
    inside = (
        f"<D:resource><D:href>{escaped(href)}</D:href>"
        f"<D:privilege><D:{privilege}/></D:privilege></D:resource>"
    )
    sentence = (
        "This address book is read-only for you on this device."
        if privilege != "read"
        else "This is not yours to see; use your own address book."
    )
    return refusal(403, sentence, "need-privileges", inside=inside)


def gathered(parts: Iterable[bytes]) -> bytes | Iterator[bytes]:
    """Join a small body at once, and leave a large one to be sent piece by piece."""
    pieces = iter(parts)
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > STREAM_ABOVE_BYTES:
            return _in_pieces(held, pieces)
    return b"".join(held)


def _in_pieces(held: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    """Give pieces of a quarter megabyte: each `yield` costs the server a write."""
    size = sum(map(len, held))
    for piece in rest:
        held.append(piece)
        size += len(piece)
        if size > STREAM_ABOVE_BYTES // 4:
            yield b"".join(held)
            held.clear()
            size = 0
    yield b"".join(held)
