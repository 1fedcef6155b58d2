"""Reading never costs more than its length: steps are counted, no clock is read."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from server.contacts.card import parse, split_cards
from server.contacts.properties import diff, properties
from server.contacts.values import name_tokens, phone_key, url_key
from server.contacts.versions import to_version_3
from server.errors import NotACard

BAITS: dict[str, Callable[[int], bytes]] = {
    "bare parameters": lambda n: b"X" + b";a" * n,
    "quoted parameters": lambda n: b'X;A="' + b'b";C="' * n,
    "commas in a parameter": lambda n: b"X;TYPE=" + b"a," * n + b'"b:c',
    "quotes": lambda n: b"X;A=" + b'"' * n + b":v",
    "backslashes": lambda n: b"ADR:" + b"\\" * n + b";" * n,
    "escaped separators": lambda n: b"N:" + b"\\;\\," * n,
    "carets": lambda n: b"X;A=" + b"^n^" * n + b":v",
    "folds": lambda n: b"NOTE:x" + b"\r\n y" * n,
    "folds of nothing": lambda n: b"X" + b"\r\n " * n,
    "soft breaks": lambda n: b"NOTE;QUOTED-PRINTABLE:x" + b"=\r\n" * n,
    "base64 lines": lambda n: b"PHOTO;ENCODING=b:" + b"AAAA\r\n" * n,
    "blank lines": lambda n: b"\r\n" * n,
    "open agents": lambda n: b"AGENT:\r\nBEGIN:VCARD\r\n" * n,
    "agents in a row": lambda n: b"AGENT:\r\n" * n,
    "pauses": lambda n: b"TEL:+49" + b"p1" * n + b"x",
    "dots": lambda n: b"a." * n + b"TEL:1",
    "colons": lambda n: b":" * n,
    "zero-width": lambda n: b"NOTE:" + "\u200b".encode() * n + b"x",
    "blanks": lambda n: b"NOTE:a" + b" " * n + b"\\n" + b" \\n" * n,
    "types": lambda n: b"TEL;TYPE=" + b",".join(b"t%d" % i for i in range(n)) + b":1",
    "companions": lambda n: b"g.TEL:1\r\n" + b"g.X-ABLabel:x\r\n" * n,
    "many groups": lambda n: b"".join(
        b"i%d.TEL:%d\r\ni%d.X-ABLabel:x\r\n" % (i, i, i) for i in range(n)
    ),
    "many categories": lambda n: b"".join(b"g%d.CATEGORIES:c%d\r\n" % (i, i) for i in range(n)),
}


def card(inside: bytes) -> bytes:
    return b"BEGIN:VCARD\r\nVERSION:4.0\r\n" + inside + b"\r\nEND:VCARD\r\n"


def read(octets: bytes) -> None:
    split_cards(octets)
    try:
        found = parse(octets)
    except NotACard:
        return
    properties(found, region="DE")
    to_version_3(found)


def steps(work: Callable[[], None]) -> int:
    """How many functions are called, those of the interpreter included."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("bait", BAITS.values(), ids=BAITS.keys())
def test_twice_the_input_costs_about_twice_the_steps(bait: Callable[[int], bytes]) -> None:
    read(card(bait(3)))
    small, large = (steps(partial(read, card(bait(n)))) for n in (150, 300))
    assert large <= 2.3 * small


@pytest.mark.parametrize("bait", BAITS.values(), ids=BAITS.keys())
def test_a_megabyte_of_bait_is_read(bait: Callable[[int], bytes]) -> None:
    """Ends within seconds; anything worse than linear would not end today."""
    unit = len(bait(1001)) - len(bait(1000))
    octets = card(bait(1_000_000 // unit))
    read(octets)
    assert len(octets) > 900_000


@pytest.mark.parametrize("text", ["a" * 1_000_000, "p1" * 500_000, "//" * 500_000, "ü" * 500_000])
def test_a_megabyte_in_one_value_has_a_short_key(text: str) -> None:
    assert len(phone_key(text, "DE")) < 300
    assert len(url_key(text)) < 300
    assert len(name_tokens(text)) <= 1


def test_a_photo_is_read_without_a_step_per_octet() -> None:
    photo = b"PHOTO;ENCODING=b:" + b"\r\n ".join([b"A" * 74] * 540)
    assert steps(lambda: read(card(photo))) < 6_000


def test_cards_of_a_thousand_numbers_are_compared() -> None:
    """Too many candidates to look for changed ones: everything is removed and added."""
    left, right = (
        properties(
            parse(card(b"".join(b"TEL:+4930%d%06d\r\n" % (side, i) for i in range(1000)))),
            region="",
        )
        for side in (1, 2)
    )
    assert len(diff(left, right)) == 2000
