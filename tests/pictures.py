"""Small pictures of every format that a page shows, and what may be told beside one."""

import base64
import struct
import zlib

PLACE = b"taken at 52.5163 13.3777"

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td"
    "hbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEA"
    "AAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIR"
    "AxEAPwCMAKi//9k="
)
"""Three pixels wide, two high."""
WEBP = base64.b64decode(
    "UklGRkQAAABXRUJQVlA4WAoAAAAAAAAAAgAAAQAAVlA4ICYAAABwAQCdASoDAAIABABoJaACdAFAAAD+6NcRhNJOj+Zv"
    "wo+TqAAAAA=="
)
WEBP_LOSSLESS = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def png(width: int = 3, height: int = 2, *more: bytes) -> bytes:
    """A grey PNG; `more` are chunks that stand before its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * min(width, 9)) * min(height, 9))
    chunks = (chunk(b"IHDR", head), *more, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))


def exif(turn: int = 1, *, order: str = "<") -> bytes:
    """What a camera writes: how the picture is turned, and where it was taken."""
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}IH", 8, 1) + entries + b"\0\0\0\0" + PLACE


def jpeg_with(*segments: tuple[int, bytes], behind: bytes = b"") -> bytes:
    """The JPEG with further segments, by marker."""
    made = (struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments)
    return JPEG[:2] + b"".join(made) + JPEG[2:] + behind


def photo_line(octets: bytes, kind: str = "JPEG") -> str:
    """A PHOTO line of a card, not folded."""
    return f"PHOTO;ENCODING=b;TYPE={kind}:{base64.b64encode(octets).decode()}"
