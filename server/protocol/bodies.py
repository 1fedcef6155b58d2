"""Request bodies: how much of them is read, and what is refused before."""

from collections.abc import Mapping
from typing import Final, Protocol, cast

from server.errors import Refused

Environ = Mapping[str, object]

_PIECE_BYTES: Final = 1 << 16


class _Input(Protocol):
    """WSGI's `wsgi.input`."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` octets."""
        ...


def read_body(environ: Environ, most: int, what: str) -> bytes:
    """The octets of a request's body.

    Args:
        most: How many octets are taken.
        what: The word for what is too large: "card", "request".

    Raises:
        Refused: 400, 411, 413 or 415 with the reason.
    """
    coding = text_of(environ, "HTTP_CONTENT_ENCODING").strip().lower()
    if coding not in {"", "identity"}:
        raise Refused(415, "Compressed requests are not read here; send it as it is.")
    length = _length(environ)
    stream = cast("_Input", environ["wsgi.input"])
    if length is None:
        return _until_end(environ, stream, most, what)
    if length > most:
        raise too_large(most, what)
    body = _exactly(stream, length)
    if len(body) < length:
        raise Refused(400, "The request ended before all of it had arrived; nothing was changed.")
    return body


def too_large(most: int, what: str) -> Refused:
    """413, with the limit in words."""
    size = f"{most / 1_048_576:.3g} MiB" if most >= 1_048_576 else f"{most} bytes"
    precondition = "max-resource-size" if what == "card" else ""
    return Refused(413, f"The {what} is larger than {size}; make it smaller.", precondition)


def text_of(environ: Environ, key: str) -> str:
    """A value of the environ that is text; empty where it is missing."""
    value = environ.get(key, "")
    return value if isinstance(value, str) else ""


def _length(environ: Environ) -> int | None:
    """The length that a request states; 0 for no body, None where it is sent in chunks."""
    stated = text_of(environ, "CONTENT_LENGTH").strip()
    if not stated:
        return None if "chunked" in text_of(environ, "HTTP_TRANSFER_ENCODING").lower() else 0
    if not stated.isascii() or not stated.isdigit() or len(stated) > 15:
        raise Refused(400, "The Content-Length is no number.")
    return int(stated)


def _exactly(stream: _Input, length: int) -> bytes:
    pieces: list[bytes] = []
    while length > 0:
        piece = stream.read(length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _until_end(environ: Environ, stream: _Input, most: int, what: str) -> bytes:
    """A body in chunks; only a server that takes the chunks apart says where it ends."""
    if not environ.get("wsgi.input_terminated"):
        raise Refused(411, "Send the length of the request; it cannot be read in chunks here.")
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_PIECE_BYTES):
        size += len(piece)
        if size > most:
            raise too_large(most, what)
        pieces.append(piece)
    return b"".join(pieces)
