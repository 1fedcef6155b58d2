"""What the demo household says it holds, held against the matching."""

import re
from collections.abc import Mapping

import pytest

from server.contacts.card import parse
from server.contacts.properties import Property, properties
from server.contacts.values import is_marked_private, kind_of, name_of
from server.demo.household import REGION, SEED
from server.demo.people import CARDS_EACH, Planted, people
from server.reconcile.matching import Decision, compare_cards, matchable

Found = Mapping[tuple[str, str], Decision]

TRAVELLING = {"TEL", "EMAIL", "ADR", "URL", "ORG", "TITLE", "BDAY"}


@pytest.fixture(scope="module")
def books() -> dict[str, tuple[bytes, ...]]:
    anna, ben, _ = people(SEED)
    return {"anna": anna, "ben": ben}


@pytest.fixture(scope="module")
def planted() -> Planted:
    return people(SEED)[2]


@pytest.fixture(scope="module")
def props(books: dict[str, tuple[bytes, ...]]) -> dict[str, tuple[Property, ...]]:
    """The properties of every card, by ``member:UID``."""
    found = {}
    for member, cards in books.items():
        for octets in cards:
            card = parse(octets)
            found[f"{member}:{card.uid}"] = properties(card, region=REGION)
    return found


@pytest.fixture(scope="module")
def found(props: dict[str, tuple[Property, ...]]) -> Found:
    """All pairs that are not *no*, by Anna's and Ben's card."""
    cards = [
        matchable(
            each,
            each.partition(":")[2],
            values,
            name_of(values),
            kind_of(values),
            book=each.partition(":")[0],
        )
        for each, values in props.items()
    ]
    pairs = compare_cards(cards, region=REGION)
    return {(pair.left, pair.right): pair.decision for pair in pairs}


def pairs_of(planted_pairs: tuple[tuple[str, str], ...]) -> set[tuple[str, str]]:
    return {(f"anna:{anna}", f"ben:{ben}") for anna, ben in planted_pairs}


def travelling(values: tuple[Property, ...]) -> set[tuple[str, str]]:
    return {(prop.name, prop.norm) for prop in values if prop.name in TRAVELLING}


def test_both_members_have_as_many_cards_as_promised(
    books: dict[str, tuple[bytes, ...]],
) -> None:
    assert {member: len(cards) for member, cards in books.items()} == {
        "anna": CARDS_EACH,
        "ben": CARDS_EACH,
    }
    assert CARDS_EACH == 120


def test_equal_seeds_give_equal_octets(books: dict[str, tuple[bytes, ...]]) -> None:
    assert people(SEED)[:2] == (books["anna"], books["ben"])


def test_45_people_are_in_both_books(planted: Planted) -> None:
    assert planted.common == 45
    numbers = (len(planted.certain), len(planted.differing), len(planted.ask))
    assert numbers == (35, 4, 6)


def test_exactly_39_pairs_are_certain(found: Found, planted: Planted) -> None:
    certain = {pair for pair, decision in found.items() if decision == "auto"}
    assert certain == pairs_of(planted.certain + planted.differing)


def test_exactly_6_pairs_are_asked(found: Found, planted: Planted) -> None:
    asked = {pair for pair, decision in found.items() if decision == "review"}
    assert asked == pairs_of(planted.ask)


def test_whoever_only_looks_alike_is_no_pair(found: Found, planted: Planted) -> None:
    assert len(planted.apart) == 8
    assert not pairs_of(planted.apart) & set(found)


def test_certain_people_differ_in_no_value(
    props: dict[str, tuple[Property, ...]], planted: Planted
) -> None:
    """One side may know more, as the first reconciliation should have something to bring."""
    differing = []
    for anna, ben in planted.certain:
        left, right = travelling(props[f"anna:{anna}"]), travelling(props[f"ben:{ben}"])
        if not (left <= right or right <= left):
            differing.append((anna, left ^ right))
    assert differing == []


def test_four_people_differ_in_employer_or_title(
    props: dict[str, tuple[Property, ...]], planted: Planted
) -> None:
    for anna, ben in planted.differing:
        left, right = travelling(props[f"anna:{anna}"]), travelling(props[f"ben:{ben}"])
        names = {name for name, _ in left - right} & {name for name, _ in right - left}
        assert names
        assert names <= {"ORG", "TITLE"}


def test_every_number_is_one_that_could_be_dialled(
    props: dict[str, tuple[Property, ...]],
) -> None:
    numbers = [prop.norm for values in props.values() for prop in values if prop.name == "TEL"]
    assert [number for number in numbers if not re.fullmatch(r"\+\d{9,15}", number)] == []


def test_private_cards_are_marked_as_phones_mark_them(
    books: dict[str, tuple[bytes, ...]], planted: Planted
) -> None:
    cards = [parse(octets) for octets in books["anna"] + books["ben"]]
    assert {card.uid for card in cards if is_marked_private(card)} == set(planted.private)
    assert len(planted.private) == 6


@pytest.mark.parametrize(
    "mark",
    [b"VERSION:4.0", b"PHOTO", b"X-ADDRESSBOOKSERVER-KIND:group", b"X-ABShowAs:COMPANY", b" & "],
)
def test_every_sort_of_card_is_there(books: dict[str, tuple[bytes, ...]], mark: bytes) -> None:
    assert any(mark in octets for octets in books["anna"] + books["ben"])
