"""Pictures of pages that stand in the README, each with the text of its page inside."""

import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route

from tests.pictures import chunk

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
OCTETS_MOST: Final = 120_000
SITE: Final = "http://hearthbook.example"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORD: Final = b"Description\0"


@contextmanager
def page_of(chromium: Chromium, client: FlaskClient) -> Iterator[Page]:
    """A browser's page that is answered by an application in this process, without scripts and network."""

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        with client.get(parts.path + (f"?{parts.query}" if parts.query else "")) as given:
            headers = {name: text for name, text in given.headers.items() if name != "Set-Cookie"}
            route.fulfill(status=given.status_code, headers=headers, body=given.data)

    context = chromium.new_context(
        java_script_enabled=False, locale="en-GB", color_scheme="light", reduced_motion="reduce"
    )
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def is_writing() -> bool:
    """Whether the pictures are to be written anew: `make screenshots`."""
    return bool(os.environ.get("HEARTHBOOK_SCREENSHOTS"))


def text_of(page: Page) -> str:
    """What a page says, line by line, whatever its fonts make of it."""
    lines = (" ".join(line.split()) for line in page.inner_text("body").splitlines())
    return "\n".join(line for line in lines if line)


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture.startswith(_SIGNATURE)
    width, height = struct.unpack_from(">II", picture, 16)
    return width, height


def told_in(picture: bytes) -> str:
    """The text of its page that a picture carries."""
    for name, data in _chunks(picture):
        if name == b"zTXt" and data.startswith(_KEYWORD):
            return zlib.decompress(data[len(_KEYWORD) + 1 :]).decode()
    return ""


def with_text(picture: bytes, text: str) -> bytes:
    """The picture in 256 colours with the text of its page, and nothing else that a browser wrote into it."""
    width, height = size_of(picture)
    rows = _pixels(picture, width)
    counted = Counter(row[at : at + 3] for row in rows for at in range(0, len(row), 3))
    palette = [colour for colour, _ in counted.most_common(256)]
    place = {colour: _nearest(colour, palette) for colour in counted}
    lines = (b"\0" + bytes(place[row[at : at + 3]] for at in range(0, len(row), 3)) for row in rows)
    return _SIGNATURE + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", b"".join(palette)),
            chunk(b"zTXt", _KEYWORD + b"\0" + zlib.compress(text.encode(), 9)),
            chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
            chunk(b"IEND", b""),
        )
    )


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(
        range(len(palette)),
        key=lambda at: sum(
            (one - other) ** 2 for one, other in zip(colour, palette[at], strict=True)
        ),
    )


def _pixels(picture: bytes, width: int) -> list[bytes]:
    """The rows of a picture in three octets per pixel. Source: PNG specification, third edition, section 9."""
    data = zlib.decompress(b"".join(data for name, data in _chunks(picture) if name == b"IDAT"))
    assert picture[24:26] == b"\x08\x02", "eight bits, no transparency"
    length = 3 * width
    rows: list[bytes] = []
    above = bytes(length)
    for start in range(0, len(data), length + 1):
        row = bytearray(data[start + 1 : start + 1 + length])
        for at in range(length):
            left, corner = (row[at - 3], above[at - 3]) if at > 2 else (0, 0)
            row[at] = row[at] + _predicted(data[start], left, above[at], corner) & 0xFF
        above = bytes(row)
        rows.append(above)
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    near = left + up - corner
    return min((left, up, corner), key=lambda each: abs(near - each))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(picture):
        length, name = struct.unpack_from(">I4s", picture, place)
        yield name, picture[place + 8 : place + 8 + length]
        place += length + 12
