"""One card: what is accepted, what it says about itself, and the UID that it gets."""

import pytest

from server.contacts.card import parse, serialize, split_cards, with_uid
from server.errors import NotACard

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nEND:VCARD\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        CARD,
        CARD.lower(),
        CARD.rstrip(),
        b"\r\n  \r\n" + CARD + b"\r\n\r\n",
        b"\xef\xbb\xbf" + CARD,
        b"\xef\xbb\xbf\r\n" + CARD,
        CARD.replace(b"\r\n", b"\r"),
        CARD.replace(b"BEGIN:VCARD", b"BEGIN : VCARD "),
        CARD.replace(b"FN:Anna", b"no content line"),
    ],
)
def test_a_card_is_accepted_and_kept(octets: bytes) -> None:
    assert serialize(parse(octets)) == octets


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "no line BEGIN:VCARD"),
        (b"hello", "no line BEGIN:VCARD"),
        (CARD + CARD, "2 lines BEGIN:VCARD"),
        (CARD.replace(b"END:VCARD\r\n", b""), "cut off"),
        (CARD + b"END:VCARD\r\n", "too many"),
        (b"END:VCARD\r\nBEGIN:VCARD\r\n", "too many"),
        (b"text\r\n" + CARD, "text before"),
        (CARD + b"-- \r\nsent from my phone", "text before"),
        (b"\xff\xfe" + CARD.decode().encode("utf-16-le"), "UTF-16"),
        (CARD.decode().encode("utf-16-be"), "UTF-16"),
    ],
)
def test_what_is_no_card_is_refused_with_a_reason(octets: bytes, reason: str) -> None:
    with pytest.raises(NotACard, match=reason):
        parse(octets)


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (b"VERSION:2.1", "2.1"),
        (b"version: 4.0 ", "4.0"),
        (b"VERSION:5.0", "3.0"),
        (b"X-NO:version", "3.0"),
    ],
)
def test_an_unknown_version_reads_as_3(line: bytes, version: str) -> None:
    assert parse(CARD.replace(b"VERSION:3.0", line)).version == version


@pytest.mark.parametrize(
    ("line", "uid"),
    [
        (b"UID:a-b", "a-b"),
        (b"uid: a\\,b ", "a,b"),
        (b"UID:first\r\nUID:second", "first"),
        (b"X-ABUID:x", ""),
    ],
)
def test_the_uid_is_the_first_one(line: bytes, uid: str) -> None:
    assert parse(CARD.replace(b"FN:Anna", line)).uid == uid


@pytest.mark.parametrize(
    ("line", "is_group"),
    [
        (b"KIND:group", True),
        (b"X-ADDRESSBOOKSERVER-KIND: Group", True),
        (b"KIND:individual", False),
        (b"NOTE:group", False),
    ],
)
def test_a_group_says_so(line: bytes, is_group: bool) -> None:  # noqa: FBT001 - a table's column
    assert parse(CARD.replace(b"FN:Anna", line)).is_group is is_group


def test_the_agents_card_is_no_second_card() -> None:
    agent = b"AGENT:\r\nBEGIN:VCARD\r\nUID:agent\r\nEND:VCARD\r\n"
    assert parse(CARD.replace(b"FN:Anna\r\n", agent)).uid == ""


@pytest.mark.parametrize(
    ("octets", "number"),
    [
        (CARD, 1),
        (CARD + CARD, 2),
        (CARD + b"\r\n\xef\xbb\xbf" + CARD, 2),
        (CARD + b"between\r\n" + CARD + b"after", 2),
        (b"before\n" + CARD, 1),
    ],
)
def test_a_file_holds_cards(octets: bytes, number: int) -> None:
    assert split_cards(octets) == (CARD,) * number


def test_an_unclosed_card_is_an_item_of_its_own() -> None:
    open_card = b"BEGIN:VCARD\r\nFN:Open\r\n"
    assert split_cards(open_card + CARD + open_card) == (open_card, CARD, open_card)


def test_a_card_inside_of_an_agent_is_not_split_off() -> None:
    agent = b"item1.AGENT;X=1:\r\n\r\n" + CARD
    octets = b"BEGIN:VCARD\r\n" + agent + b"END:VCARD\r\n"
    assert split_cards(octets) == (octets,)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"name,phone\r\nAnna,1\r\n", "no contacts"),
        ("\ufeffBEGIN:VCARD".encode("utf-16-le"), "UTF-16"),
    ],
)
def test_a_file_without_cards_is_refused_with_a_reason(octets: bytes, reason: str) -> None:
    with pytest.raises(NotACard, match=reason):
        split_cards(octets)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (CARD, CARD.replace(b"3.0\r\n", b"3.0\r\nUID:a\\,b\r\n")),
        (
            CARD.replace(b"VERSION:3.0\r\n", b""),
            b"BEGIN:VCARD\r\nUID:a\\,b\r\nFN:Anna\r\nEND:VCARD\r\n",
        ),
        (
            CARD.replace(b"\r\n", b"\n"),
            CARD.replace(b"\r\n", b"\n").replace(b"FN", b"UID:a\\,b\nFN"),
        ),
        (
            CARD.replace(b"VERSION:", b"VERSION;QUOTED-PRINTABLE:="),
            CARD.replace(b"VERSION:", b"UID:a\\,b\r\nVERSION;QUOTED-PRINTABLE:="),
        ),
    ],
)
def test_a_uid_is_added_in_one_line(octets: bytes, expected: bytes) -> None:
    assert with_uid(parse(octets), "a,b") == expected
