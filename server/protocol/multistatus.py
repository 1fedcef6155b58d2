"""Rendering of 207 answers: rows become octets through a template, no tree is built."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from server.protocol.answers import XML_TYPE, Answer, Headers, gathered
from server.protocol.markup import escaped
from server.protocol.names import element
from server.protocol.paths import quoted_segment

DAV_HEADER: Final = ("DAV", "1, 3, extended-mkcol, addressbook")

_HEAD: Final = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
    b' xmlns:CS="http://calendarserver.org/ns/">\n'
)
_TAIL: Final = b"</D:multistatus>\n"


def multistatus(parts: Iterable[bytes], headers: Headers = ()) -> Answer:
    """A 207 answer of responses that are XML already."""
    return Answer(207, gathered(_framed(parts)), (XML_TYPE, DAV_HEADER, *headers))


def _framed(parts: Iterable[bytes]) -> Iterator[bytes]:
    yield _HEAD
    yield from parts
    yield _TAIL


def response(href: str, found: Sequence[bytes], missing: Sequence[str] = ()) -> bytes:
    """One resource with its properties: those found as XML, the others by name.

    Args:
        href: Quoted already.
    """
    inside = propstats(b"".join(found), missing)
    return b"<D:response><D:href>%b</D:href>%b</D:response>\n" % (href.encode(), inside)


def propstats(found: bytes, missing: Sequence[str]) -> bytes:
    """The propstat elements of one response: 200, and 404 for names that are not there.

    Thunderbird accepts only `HTTP/1.1 200 OK`, to the letter.
    """
    absent = b"".join(map(element, missing))
    parts = b""
    if found or not absent:
        parts = (
            b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
            % found
        )
    if absent:
        parts += (
            b"<D:propstat><D:prop>%b</D:prop>"
            b"<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>" % absent
        )
    return parts


def gone(href: str) -> bytes:
    """One resource that is not there (any more).

    Args:
        href: Quoted already, or as the client sent it.
    """
    return (
        b"<D:response><D:href>%b</D:href><D:status>HTTP/1.1 404 Not Found</D:status>"
        b"</D:response>\n" % text(href)
    )


def truncated(href: str) -> bytes:
    """Says that there is more than was sent (RFC 6578 section 3.6, RFC 6352 section 8.6.1)."""
    return (
        b"<D:response><D:href>%b</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status>"
        b"<D:error><D:number-of-matches-within-limits/></D:error></D:response>\n" % text(href)
    )


def text(value: str) -> bytes:
    """A text as XML, without the characters that XML cannot hold."""
    return escaped(value).encode("utf-8", "replace")


def card_text(octets: bytes, safe: int) -> bytes:
    """A card's octets as XML; how much that needs was found out when it was stored.

    Args:
        safe: 2 as they are, 1 escaped, 0 decoded and stripped first.
    """
    if safe == 2:
        return octets
    if safe == 1:
        return octets.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return text(octets.decode("utf-8", "replace"))


class CardTemplate:
    """Responses of many cards with the same properties: one `%` per card.

    Args:
        base: The book's path, quoted, with its slash.
        fixed: Elements that are the same for each card, by name.
        names: All wanted names, in order.
        varying: Those of `names` whose value differs per card.
    """

    def __init__(
        self,
        base: str,
        names: Sequence[str],
        fixed: Mapping[str, bytes],
        varying: frozenset[str],
    ) -> None:
        found: list[bytes] = []
        missing: list[str] = []
        self.fields: tuple[str, ...] = tuple(name for name in names if name in varying)
        for name in names:
            if name in varying:
                found.append(element(name, b"\x00"))
            elif name in fixed:
                found.append(fixed[name])
            else:
                missing.append(name)
        inside = propstats(b"".join(found), missing).replace(b"%", b"%%").replace(b"\x00", b"%b")
        start = base.encode().replace(b"%", b"%%")
        self._row = b"<D:response><D:href>" + start + b"%b</D:href>" + inside + b"</D:response>\n"

    def row(self, href: str, *values: bytes) -> bytes:
        """One card's response; `values` in the order of `fields`."""
        return self._row % (quoted_segment(href).encode(), *values)
