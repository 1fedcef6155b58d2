"""`show` and `own`: what is known of a person, and whose they are."""

import json
from pathlib import Path

import pytest

from server.cycle import measure
from server.store.database import open_database
from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, JONAS, card
from tests.commands.conftest import Hearthbook


@pytest.fixture
def reconciled(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Anna and Ben both know Ingrid, and their cards agree; Jonas is Anna's alone."""
    for member, text in (("anna", ANNAS_INGRID + JONAS), ("ben", BENS_INGRID)):
        file = tmp_path / f"{member}.vcf"
        file.write_text(text, newline="")
        assert household("import", member, file).status == 0
    result = household("reconcile")
    assert result.status == 0, result.err
    return household


def test_a_person_is_shown_with_every_card_and_value(reconciled: Hearthbook) -> None:
    out = reconciled("show", "ingrid", "beispiel").out
    assert "Ingrid Beispiel, as " in out
    assert "UID anna-ingrid" in out
    assert "UID ben-ingrid" in out
    assert "Whose: nobody claimed it" in out
    mail = [line.split("\t") for line in out.splitlines() if "\tE-mail" in line]
    assert sorted(line[0] for line in mail) == ["anna", "ben"]
    assert {line[3] for line in mail} == {"Unknown"}


def test_what_another_keeps_to_themselves_is_not_shown(reconciled: Hearthbook) -> None:
    assert "secret" in reconciled("show", "anna-ingrid", "--as", "anna").out
    assert "secret" not in reconciled("show", "anna-ingrid", "--as", "ben").out


def test_a_copied_value_says_so(reconciled: Hearthbook) -> None:
    out = reconciled("show", "ben-ingrid").out
    phone = [line for line in out.splitlines() if line.startswith(("ben\tPhone", "ben\tMobile"))]
    assert phone
    assert phone[0].endswith("\tcopied")


def test_a_claim_is_shown_and_can_be_given_away(reconciled: Hearthbook) -> None:
    assert reconciled("own", "Ingrid", "claim", "anna").status == 0
    assert "Whose: anna's, who claimed it." in reconciled("show", "Ingrid").out
    assert reconciled("own", "Ingrid", "give", "ben").status == 0
    assert "Whose: ben's, who claimed it." in reconciled("show", "Ingrid").out
    assert reconciled("own", "Ingrid", "ours", "ben").status == 0
    assert "Whose: everybody's" in reconciled("show", "Ingrid").out


def test_a_released_person_is_nobodys(reconciled: Hearthbook) -> None:
    reconciled("own", "Ingrid", "claim", "anna")
    reconciled("own", "Ingrid", "release", "anna")
    assert "Whose: nobody claimed it" in reconciled("show", "Ingrid").out


def test_whoever_alone_holds_a_card_owns_the_person(reconciled: Hearthbook) -> None:
    assert "Whose: anna's, who alone holds a card." in reconciled("show", "jonas").out


def test_an_ambiguous_text_lists_the_candidates_and_changes_nothing(
    reconciled: Hearthbook, tmp_path: Path
) -> None:
    file = tmp_path / "more.vcf"
    file.write_text(card("Ingrid Andere", uid="other"), newline="")
    reconciled("import", "anna", file)
    before = reconciled("history", "--json").out
    sentence = reconciled("own", "Ingrid", "claim", "anna").sentence
    assert "fits 2 people" in sentence
    assert "Ingrid Andere" in sentence
    assert reconciled("history", "--json").out == before


def test_nobody_fits(reconciled: Hearthbook) -> None:
    assert "Nobody fits 'zacharias'" in reconciled("show", "zacharias").sentence


def test_a_guest_owns_nobody(reconciled: Hearthbook) -> None:
    reconciled("member", "add", "gus", "--name", "Gus", "--shares", "none", "--role", "guest")
    assert "only reads" in reconciled("own", "Ingrid", "claim", "gus").sentence


def test_who_does_not_see_a_person_cannot_own_them(reconciled: Hearthbook) -> None:
    reconciled("share", "anna", "ben", "none")
    assert "share the card" in reconciled("own", "jonas", "give", "ben").sentence


def test_a_linked_card_is_somebody_else_after_all(reconciled: Hearthbook) -> None:
    assert "UID ben-ingrid" in reconciled("show", "anna-ingrid", "--as", "anna").out
    done = reconciled("part", "ben-ingrid", "--as", "anna")
    assert done.status == 0, done.err
    assert "somebody else now" in done.out
    assert "UID ben-ingrid" not in reconciled("show", "anna-ingrid", "--as", "anna").out
    assert "alone" in reconciled("part", "ben-ingrid", "--as", "anna").sentence
    assert "fits" in reconciled("part", "nobody-at-all", "--as", "anna").sentence


def test_old_values_are_listed_with_the_cases_and_answered(
    reconciled: Hearthbook, folder: Path
) -> None:
    measure(open_database(folder))
    rows = [json.loads(line) for line in reconciled("cases", "--json").out.splitlines()]
    checks = [each for each in rows if each["kind"] == "still-right"]
    assert checks
    assert set(checks[0]["choices"]) == {"right", "former", "unknown", "later"}
    done = reconciled("decide", checks[0]["id"], "right")
    assert done.status == 0, done.err
    assert "noted as right today" in done.out
    assert checks[0]["id"] not in reconciled("cases", "--json").out
    assert "perhaps" in reconciled("decide", checks[-1]["id"], "perhaps").sentence
