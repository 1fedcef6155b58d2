"""Photos for pages: known formats, bounded size, and nothing beside the picture."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contacts.card import parse
from server.contacts.pictures import (
    OCTETS_MOST,
    SIDE_MOST,
    Flaw,
    photo_from,
    photo_in,
    picture_of,
    read_picture,
)
from server.contacts.properties import properties
from tests.builders import a_card
from tests.pictures import (
    GIF,
    JPEG,
    PLACE,
    WEBP,
    WEBP_LOSSLESS,
    chunk,
    exif,
    jpeg_with,
    photo_line,
    png,
)

PLAIN = {
    "image/jpeg": JPEG,
    "image/png": png(),
    "image/gif": GIF,
    "image/webp": WEBP,
}
TOLD = {
    "exif": jpeg_with((0xE1, b"Exif\0\0" + exif())),
    "xmp": jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)),
    "iptc": jpeg_with((0xED, b"Photoshop 3.0\0" + PLACE)),
    "comment": jpeg_with((0xFE, PLACE)),
    "colours": jpeg_with((0xE2, b"ICC_PROFILE\0\1\1" + PLACE)),
    "behind": jpeg_with(behind=PLACE),
    "png exif": png(3, 2, chunk(b"eXIf", exif())),
    "png text": png(3, 2, chunk(b"tEXt", b"Comment\0" + PLACE)),
    "png behind": png() + PLACE,
    "gif comment": GIF[:19] + b"\x21\xfe" + bytes([len(PLACE)]) + PLACE + b"\0" + GIF[19:],
    "gif behind": GIF + PLACE,
}


@pytest.mark.parametrize("media_type", PLAIN)
def test_a_plain_picture_stays_as_it_is(media_type: str) -> None:
    found = picture_of(PLAIN[media_type])
    assert found is not None
    assert (found.media_type, found.octets) == (media_type, PLAIN[media_type])


def test_a_lossless_webp_is_a_picture() -> None:
    found = picture_of(WEBP_LOSSLESS)
    assert found is not None
    assert found.octets == WEBP_LOSSLESS


@pytest.mark.parametrize("told", TOLD)
def test_where_a_photo_was_taken_is_not_told(told: str) -> None:
    found = picture_of(TOLD[told])
    assert found is not None
    assert PLACE not in found.octets
    assert found.octets in PLAIN.values()


def test_what_a_webp_tells_beside_its_picture_stays_out() -> None:
    told = struct.pack("<4sI", b"EXIF", len(PLACE)) + PLACE
    body = WEBP[8:] + told
    octets = b"RIFF" + struct.pack("<I", len(body)) + body
    octets = octets.replace(b"VP8X\x0a\0\0\0\0", b"VP8X\x0a\0\0\0\x0c")
    found = picture_of(octets)
    assert found is not None
    assert found.octets == WEBP


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_keeps_how_it_is_turned_and_nothing_else(order: str) -> None:
    found = picture_of(jpeg_with((0xE1, b"Exif\0\0" + exif(6, order=order))))
    assert found is not None
    assert PLACE not in found.octets
    assert found.octets == jpeg_with((0xE1, b"Exif\0\0" + exif(6)[: -len(PLACE)]))


def test_a_preview_is_cut_off() -> None:
    small = struct.pack(">BBH", 0xFF, 0xE0, 19) + JPEG[6:18] + b"\1\1" + PLACE[:3]
    found = picture_of(JPEG[:2] + small + JPEG[20:])
    assert found is not None
    assert found.octets == JPEG


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"BM" + bytes(60),
        b"\xff\xd8\xff",
        JPEG[:-2],
        JPEG[:100],
        JPEG.replace(b"\xff\xc0", b"\xff\xc9"),
        b"\xff\xd8\xff\xfe\x00\x07pixel\xff\xd9",
        png()[:-12],
        png().replace(b"IDAT", b"IDOT"),
        png(3, 2, chunk(b"CgBI", b"")),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        GIF[:20],
        GIF.replace(b"\x2c\0\0\0\0\1", b"\x2c\1\0\0\0\1"),
        WEBP[:40],
        WEBP.replace(b"VP8 ", b"VP9 "),
        WEBP.replace(b"VP8X\x0a", b"ANIM\x0a"),
        bytes(OCTETS_MOST + 1),
        png() + bytes(OCTETS_MOST),
    ],
)
def test_what_is_no_whole_picture_is_none(octets: bytes) -> None:
    assert picture_of(octets) is None


@pytest.mark.parametrize("side", [0, SIDE_MOST + 1, 60_000])
def test_a_picture_of_too_many_pixels_is_none(side: int) -> None:
    """Its few octets would take a browser gigabytes."""
    assert picture_of(png(side, 2)) is None
    assert picture_of(JPEG.replace(b"\0\x02\0\x03\x03", struct.pack(">HHB", side, 3, 3))) is None
    assert picture_of(GIF[:6] + struct.pack("<HH", side, 1) + GIF[10:]) is None
    wide = (max(side, 1) - 1).to_bytes(3, "little")
    assert side == 0 or picture_of(WEBP[:24] + wide + WEBP[27:]) is None
    lossy = WEBP.replace(b"\x9d\x01\x2a\3\0", b"\x9d\x01\x2a" + struct.pack("<H", side & 0x3FFF))
    assert side == 60_000 or picture_of(lossy) is None


def test_a_jpeg_of_very_many_scans_is_none() -> None:
    at = JPEG.index(b"\xff\xda")
    assert picture_of(JPEG[:-2] + JPEG[at:-2] * 63 + JPEG[-2:]) is not None
    assert picture_of(JPEG[:-2] + JPEG[at:-2] * 64 + JPEG[-2:]) is None


@pytest.mark.parametrize("begin", [JPEG[:2], png()[:8], GIF[:13], WEBP[:12], JPEG[:-2]])
def test_hostile_octets_take_no_time(begin: bytes) -> None:
    """A row of marks, or of empty parts, is walked once."""
    started = time.process_time()
    for filling in (b"\xff", b"\0", b"\xff\xfe\0\2", b"\x21\xfe\0"):
        picture_of(begin + filling * ((OCTETS_MOST - 99) // len(filling)))
    assert time.process_time() - started < 20


@given(st.sampled_from(list(PLAIN.values())), st.data())
def test_no_octets_raise(octets: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(octets)))
    cut = data.draw(st.integers(0, 4))
    picture_of(octets[:at] + data.draw(st.binary(max_size=6)) + octets[at + cut :])


def test_a_photo_that_lies_elsewhere_is_none() -> None:
    card = a_card("a", "Eva Stein", "PHOTO;VALUE=uri:https://photos.example/eva.jpg")
    assert photo_in(properties(parse(card), region="DE")) is None


def test_the_first_photo_that_can_be_shown_stands_for_a_card() -> None:
    lines = (photo_line(b"no picture"), photo_line(png(), "PNG"), photo_line(JPEG))
    found = photo_in(properties(parse(a_card("a", "Eva Stein", *lines)), region="DE"))
    assert found is not None
    assert found.picture.octets == png()


@pytest.mark.parametrize(
    ("octets", "flaw"),
    [
        (b"", "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "heic"),
        (b"\0\0\0\x18ftypmif1" + bytes(99), "heic"),
        (b"\0\0\0\x18ftypqt  " + bytes(99), "format"),
        (JPEG[:-2], "broken"),
        (png(0, 2), "broken"),
        (png(SIDE_MOST + 1, 2), "large"),
        (png() + bytes(OCTETS_MOST), "large"),
    ],
)
def test_why_octets_are_no_picture_is_told(octets: bytes, flaw: Flaw) -> None:
    assert read_picture(octets) == flaw


@pytest.mark.parametrize("octets", [*PLAIN.values(), WEBP_LOSSLESS, TOLD["exif"]])
def test_the_photo_of_a_picture_is_the_photo_that_is_shown(octets: bytes) -> None:
    """What was written anew once is written the same again."""
    picture = picture_of(octets)
    assert picture is not None
    found = photo_in([photo_from(picture, region="DE")])
    assert found is not None
    assert found.picture == picture
