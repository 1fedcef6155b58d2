"""`explain`: the evidence for one person or two, as one member may know it."""

from pathlib import Path

import pytest

from tests.builders import a_card
from tests.commands.conftest import Hearthbook

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def two(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Both know Eva by her number; Ben also knows an Eva with another name and the same mail as Anna's Jan."""
    books = {
        "anna": [a_card("a1", "Eva Stein", PHONE), a_card("a2", "Jan Vermeer", "BDAY:1980-02-29")],
        "ben": [
            a_card("b1", "Eva Stein", PHONE),
            a_card("b2", "Jan Vermeer"),
            a_card("b3", "Jan Vermeer", "BDAY:1955-05-05"),
        ],
    }
    for who, cards in books.items():
        file = tmp_path / f"{who}.vcf"
        file.write_bytes(b"".join(cards))
        assert household("import", who, file).status == 0
    assert household("reconcile").status == 0
    return household


def test_a_person_is_explained_by_links_and_freshness(two: Hearthbook) -> None:
    said = two("explain", "Eva Stein", "--as", "anna").out
    assert "Eva Stein, as anna sees it. Whose: nobody claimed it; " in said
    assert "one person; Hearthbook linked them, and the cards alone say so, too (" in said
    assert "for\tsame mobile number\tstrong" in said
    assert said.endswith("All 2 values came in bulk, and nobody vouched for them since.\n")


def test_two_cards_in_doubt_are_explained(two: Hearthbook) -> None:
    said = two("explain", "a2", "b2", "--as", "anna").out
    assert "perhaps one person" in said
    assert "so Hearthbook asks" in said
    assert "for\tsame name\tstrong" in said


def test_two_cards_that_contradict_are_two_people(two: Hearthbook) -> None:
    said = two("explain", "a2", "b3", "--as", "anna").out
    assert "two people.\n" in said
    assert "Something on the cards says that these are two people.\n" in said


def test_two_cards_without_anything_in_common(two: Hearthbook) -> None:
    assert "nothing" not in two("explain", "a1", "b1", "--as", "anna").out
    said = two("explain", "a1", "b2", "--as", "anna").out
    assert said.startswith("anna's 'Eva Stein' and ben's 'Jan Vermeer': two people.")


def test_what_a_member_does_not_see_is_no_evidence_for_them(two: Hearthbook) -> None:
    two("share", "b1", "--private")
    assert "Nobody that anna sees fits 'b1'" in two("explain", "a1", "b1", "--as", "anna").sentence


def test_one_card_twice_is_told(two: Hearthbook) -> None:
    assert "same card" in two("explain", "a2", "a2").sentence


def test_three_words_are_too_many(two: Hearthbook) -> None:
    assert "quotes" in two("explain", "Eva", "Stein", "Ben").sentence
