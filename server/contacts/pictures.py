"""A photo's octets as a page may give them to a browser: known format, bounded size, nothing told beside the picture.

No picture is decoded here. The containers of JPEG, PNG, GIF and WebP are walked and
written anew from an allow-list of their parts, so that the place where a photo was
taken, the camera, comments, previews, further frames and whatever was hung on behind
stay out. What is no such file, or would take a browser too much memory, is none.
"""

import base64
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from server.contacts.forms import binary_octets
from server.contacts.lines import Parameter, make_line
from server.contacts.properties import Property, main_line, property_from

OCTETS_MOST: Final = 4 << 20
"""A photo of 4096 by 4096 pixels in good quality; a card may hold more, a page shows initials then."""
SIDE_MOST: Final = 4096
"""A browser takes four octets for each pixel: 64 MiB for the largest picture."""
_HASHED: Final = "sha256:"
_MARK_LENGTH: Final = 32
_SCANS_MOST: Final = 64
"""A progressive JPEG is decoded once per scan; cameras write about ten."""

_TIFF_ORIENTATION: Final = 0x0112
_MARKER: Final = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"}
)
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_WEBP_ALPHA: Final = 0x10
_HEIC: Final = re.compile(rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)
"""Source: ISO/IEC 23008-12 annex B."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown: its media type and its octets, less what was told beside it."""

    media_type: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Photo:
    """The photo of a card: what it is known by, which changes with it, and its picture."""

    mark: str
    picture: Picture


Flaw = Literal["format", "heic", "broken", "large"]
"""Why octets are no picture that a page shows; `heic` is what many phones take photos in."""


class _Unfit(Exception):
    """The octets are no whole picture of their format."""


class _TooLarge(Exception):
    """The picture has more pixels than a browser should be given."""


def photo_in(props: Iterable[Property]) -> Photo | None:
    """The first photo among the properties of a card that a page may show; one that lies elsewhere is not fetched."""
    for prop in props:
        if prop.name == "PHOTO" and prop.value.startswith(_HASHED):
            line = main_line(prop.octets)
            octets = binary_octets(line) if line is not None else None
            picture = picture_of(octets) if octets is not None else None
            if picture is not None:
                return Photo(prop.value.removeprefix(_HASHED)[:_MARK_LENGTH], picture)
    return None


def photo_from(picture: Picture, *, region: str) -> Property:
    """The photo of a card that is this picture."""
    kind = picture.media_type.removeprefix("image/").upper()
    params = (Parameter("ENCODING", ("b",)), Parameter("TYPE", (kind,)))
    octets = make_line("PHOTO", base64.b64encode(picture.octets).decode(), params=params)
    return property_from(octets, version="3.0", region=region)


def picture_of(octets: bytes) -> Picture | None:
    """The picture in some octets; None where a page shows none."""
    found = read_picture(octets)
    return found if isinstance(found, Picture) else None


def read_picture(octets: bytes) -> Picture | Flaw:
    """The picture in some octets, else why a page shows none."""
    for magic, media_type, cleaned in _FORMATS:
        if magic.match(octets):
            if len(octets) > OCTETS_MOST:
                return "large"
            try:
                return Picture(media_type, cleaned(octets))
            except _TooLarge:
                return "large"
            except (_Unfit, IndexError, struct.error):
                return "broken"
    return "heic" if _HEIC.match(octets) else "format"


def _jpeg(data: bytes) -> bytes:
    """Source: ITU-T T.81 annex B; Exif 2.32 section 4.6."""
    written: list[bytes] = [b"\xff\xd8"]
    turned = b""
    frames = scans = 0
    for marker, segment, scan in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 1)
            _check_size(width, height)
            frames += 1
        elif marker == 0xDA:
            scans += 1
        elif marker == 0xE1 and segment.startswith(b"Exif\0\0") and not turned:
            turned = _orientation(segment[6:])
            continue
        elif marker == 0xE0 and segment.startswith(b"JFIF\0"):
            segment = segment[:12] + b"\0\0"  # without its preview
        elif marker not in _TABLES and not (marker == 0xEE and segment.startswith(b"Adobe")):
            if 0xE0 <= marker <= 0xEF or marker == 0xFE:
                continue
            raise _Unfit
        written += (_segment(marker, segment), scan)
    if frames != 1 or not 0 < scans <= _SCANS_MOST:
        raise _Unfit
    written.insert(1, turned)
    return b"".join((*written, b"\xff\xd9"))


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, segment, and after a start of scan the coded octets; ends at the end of the image."""
    place = 2
    while True:
        found = _MARKER.match(data, place)
        if found is None:
            raise _Unfit
        marker, place = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return
        (length,) = struct.unpack_from(">H", data, place)
        segment = data[place + 2 : place + length]
        if length < 2 or len(segment) != length - 2:
            raise _Unfit
        place += length
        scan = b""
        if marker == 0xDA:
            following = _MARKER.search(data, place)
            if following is None:
                raise _Unfit
            scan = data[place : following.start()]
            place = following.start()
        yield marker, segment, scan


def _segment(marker: int, segment: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(segment) + 2) + segment


def _orientation(tiff: bytes) -> bytes:
    """A segment that says how the picture is turned, and nothing else; empty where it is upright."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return b""
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return b""
    (number,) = struct.unpack_from(f"{order}H", tiff, first)
    for start in range(first + 2, min(first + 2 + number * 12, len(tiff) - 11), 12):
        tag, kind, count, turn = struct.unpack_from(f"{order}HHIH", tiff, start)
        if (tag, kind, count) == (_TIFF_ORIENTATION, 3, 1) and 2 <= turn <= 8:
            entry = struct.pack("<HHIHHI", _TIFF_ORIENTATION, 3, 1, turn, 0, 0)
            return _segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry)
    return b""


def _png(data: bytes) -> bytes:
    """Source: PNG specification, third edition, section 5."""
    written = [data[:8]]
    names: list[bytes] = []
    place = 8
    while not names or names[-1] != b"IEND":
        length, name = struct.unpack_from(">I4s", data, place)
        chunk = data[place : place + length + 12]
        if len(chunk) != length + 12 or chunk[-4:] != struct.pack(">I", zlib.crc32(chunk[4:-4])):
            raise _Unfit
        if (name == b"IHDR") != (not names):
            raise _Unfit
        if name == b"IHDR":
            _check_size(*struct.unpack_from(">II", chunk, 8))
        if name in _PNG_KEPT:
            written.append(chunk)
        elif not name[0] & 0x20:  # a part without which it cannot be shown, and nobody knows
            raise _Unfit
        names.append(name)
        place += len(chunk)
    if b"IDAT" not in names:
        raise _Unfit
    return b"".join(written)


def _gif(data: bytes) -> bytes:
    """The first frame. Source: GIF89a specification."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    _check_size(width, height)
    place = 13 + _colours(flags)
    written, control = [data[:place]], b""
    while True:
        start, kind = place, data[place]
        if kind == 0x21:
            place = _after_blocks(data, place + 2)
            if data[start + 1] == 0xF9:
                control = data[start:place]
        elif kind == 0x2C:
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, place + 1)
            if left + across > width or top + down > height:
                raise _Unfit
            place = _after_blocks(data, place + 11 + _colours(flags))
            return b"".join((*written, control, data[start:place], b"\x3b"))
        else:
            raise _Unfit


def _colours(flags: int) -> int:
    """How many octets a table of colours takes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    """Where a row of blocks ends."""
    while data[place]:
        place += 1 + data[place]
    return place + 1


def _webp(data: bytes) -> bytes:
    """Source: RFC 9649."""
    written: list[bytes] = []
    place, end = 12, struct.unpack_from("<I", data, 4)[0] + 8
    if end > len(data):
        raise _Unfit
    shown = 0
    while place < end:
        name, length = struct.unpack_from("<4sI", data, place)
        chunk = data[place + 8 : place + 8 + length]
        if len(chunk) != length:
            raise _Unfit
        place += 8 + length + length % 2
        if name == b"VP8X":
            _check_size(*(1 + int.from_bytes(chunk[at : at + 3], "little") for at in (4, 7)))
            chunk = bytes((chunk[0] & _WEBP_ALPHA,)) + chunk[1:10]
        elif name in (b"VP8 ", b"VP8L"):
            _check_size(*(_lossy_size(chunk) if name == b"VP8 " else _lossless_size(chunk)))
            shown += 1
        elif name in (b"ANIM", b"ANMF"):
            raise _Unfit
        if name in _WEBP_KEPT or name == b"VP8X":
            written.append(struct.pack("<4sI", name, len(chunk)) + chunk + b"\0" * (len(chunk) % 2))
    if shown != 1:
        raise _Unfit
    body = b"WEBP" + b"".join(written)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _lossy_size(chunk: bytes) -> tuple[int, int]:
    """Source: RFC 6386 section 9.1."""
    if chunk[0] & 1 or chunk[3:6] != b"\x9d\x01\x2a":
        raise _Unfit
    width, height = struct.unpack_from("<HH", chunk, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless_size(chunk: bytes) -> tuple[int, int]:
    if chunk[0] != 0x2F:
        raise _Unfit
    (bits,) = struct.unpack_from("<I", chunk, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        raise _Unfit
    if max(width, height) > SIDE_MOST:
        raise _TooLarge


_FORMATS: Final[tuple[tuple[re.Pattern[bytes], str, Callable[[bytes], bytes]], ...]] = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _png),
    (re.compile(rb"GIF8[79]a"), "image/gif", _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", _webp),
)
