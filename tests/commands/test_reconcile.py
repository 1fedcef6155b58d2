"""`reconcile`, `cases` and `decide`: from two files to agreement and answered questions."""

import json
from pathlib import Path

import pytest

from server.store.books import find_book
from server.store.choosing import speak
from server.store.database import Actor, open_database
from server.store.devices import add_device
from server.store.writes import PutResult, put
from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, card
from tests.commands.conftest import Hearthbook

ASKED = (
    card("Katrin Hoffmann", "TEL;TYPE=CELL:+49 1575 2312399", uid="anna-katrin"),
    card("Kathrin Hofmann", "TEL;TYPE=CELL:+49 1575 2312399", uid="ben-katrin"),
)
DIFFERENT = (
    card("Otto Muster", "EMAIL:otto@example.org", "TITLE:Baker", uid="anna-otto"),
    card("Otto Muster", "EMAIL:otto@example.org", "TITLE:Miller", uid="ben-otto"),
)


@pytest.fixture
def imported(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Three people whom both know: one certain, one to ask about, one with two titles."""
    for member, text in (
        ("anna", ANNAS_INGRID + ASKED[0] + DIFFERENT[0]),
        ("ben", BENS_INGRID + ASKED[1] + DIFFERENT[1]),
    ):
        file = tmp_path / f"{member}.vcf"
        file.write_text(text, newline="")
        assert household("import", member, file).status == 0
    return household


def open_cases(hearthbook: Hearthbook) -> dict[str, dict[str, object]]:
    rows = [json.loads(line) for line in hearthbook("cases", "--json").out.splitlines()]
    return {str(row["kind"]): row for row in rows}


def choices(case: dict[str, object]) -> list[object]:
    found = case["choices"]
    assert isinstance(found, list)
    return found


def test_the_dry_run_reads_like_a_letter_and_changes_nothing(imported: Hearthbook) -> None:
    before = imported("history", "--json").out
    result = imported("reconcile", "--dry-run")
    assert result.out.startswith("Dear Anna and Ben,\n\nAnna and Ben have 3 people in common.")
    assert (
        "  Ingrid Beispiel: Anna would gain an address and Ben would gain a mobile number.\n"
        in result.out
    )
    assert "  Are Anna's Katrin Hoffmann and Ben's Kathrin Hofmann the same person?" in result.out
    assert "  Otto Muster: which is right, Title? Anna has " in result.out
    assert max(map(len, result.out.split("Who would gain")[0].splitlines())) <= 78
    assert imported("history", "--json").out == before


def test_the_letter_is_written_in_the_households_language(
    imported: Hearthbook, folder: Path
) -> None:
    with open_database(folder).write(Actor("settings")) as tx:
        speak(tx, "de")
    out = imported("reconcile", "--dry-run").out
    assert out.startswith("Hallo Anna und Ben,\n\nAnna und Ben haben 3 Personen gemeinsam.")
    assert "Anna bekäme eine Adresse und Ben bekäme eine Mobilnummer.\n" in out
    assert "Sind Katrin Hoffmann von Anna und Kathrin Hofmann von Ben dieselbe Person?" in out
    assert "Was stimmt, Titel? Anna hat " in out
    assert " would " not in out


def test_a_cycle_makes_cards_agree_and_a_second_one_is_empty(imported: Hearthbook) -> None:
    assert imported("reconcile").status == 0
    assert "Musterstr. 1" in imported("export", "anna").out
    assert "2312345" in imported("export", "ben").out
    assert "secret" not in imported("export", "ben").out
    assert "everything agreed already" in imported("reconcile").out
    assert imported("verify").status == 0


def test_a_copy_is_kept_before_the_first_cycle(imported: Hearthbook, folder: Path) -> None:
    present = imported("export", "anna").out
    imported("reconcile")
    copy = next(folder.glob("*before-first-cycle*"))
    assert imported("restore", "--exactly", copy).status == 0
    assert imported("export", "anna").out == present


def test_before_the_first_cycle_the_letter_is_the_case(imported: Hearthbook) -> None:
    cases = open_cases(imported)
    assert list(cases) == ["letter"]
    assert cases["letter"]["choices"] == ["go", "later"]
    assert imported("decide", str(cases["letter"]["id"]), "go").status == 0
    assert set(open_cases(imported)) == {"same-person", "values"}


def test_cases_are_listed_with_their_choices(imported: Hearthbook) -> None:
    imported("reconcile")
    cases = open_cases(imported)
    assert cases["same-person"]["choices"] == ["same", "different", "later"]
    assert cases["same-person"]["members"] in (["anna", "ben"], ["ben", "anna"])
    assert set(choices(cases["values"])) == {"anna", "ben", "keep"}
    lines = imported("cases").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [str(each["id"]) for each in cases.values()]
    (asked,) = (line for line in lines if "\tvalues\t" in line)
    assert "anna Baker" in asked
    assert "ben Miller" in asked
    assert '"value": "Baker"' in json.dumps(cases["values"]["values"])


def test_an_answer_acts_at_once_and_is_not_asked_again(imported: Hearthbook) -> None:
    imported("reconcile")
    assert imported("decide", str(open_cases(imported)["same-person"]["id"]), "same").status == 0
    assert imported("decide", str(open_cases(imported)["values"]["id"]), "ben").status == 0
    assert "TITLE:Miller" in imported("export", "anna").out
    assert imported("cases").out == ""
    assert "everything agreed already" in imported("reconcile").out


def test_single_properties_can_be_chosen(imported: Hearthbook) -> None:
    imported("reconcile")
    case = str(open_cases(imported)["values"]["id"])
    assert imported("decide", case, "TITLE=anna").status == 0
    assert "TITLE:Baker" in imported("export", "ben").out


def test_different_people_stay_apart(imported: Hearthbook) -> None:
    imported("reconcile")
    imported("decide", str(open_cases(imported)["same-person"]["id"]), "different")
    imported("reconcile")
    assert "same-person" not in open_cases(imported)
    assert "fits 2 people" in imported("show", "kat", "ho").sentence


def test_who_answers_is_said(imported: Hearthbook) -> None:
    imported("reconcile")
    case = str(open_cases(imported)["same-person"]["id"])
    assert "nobody" in imported("decide", case, "different", "--as", "nobody").sentence
    assert imported("decide", case, "different", "--as", "ben").status == 0
    assert "Ben said of " in imported("history").out.splitlines()[0]


def test_an_unknown_case_or_choice_changes_nothing(imported: Hearthbook) -> None:
    imported("reconcile")
    before = imported("history", "--json").out
    case = str(open_cases(imported)["same-person"]["id"])
    assert imported("decide", "0" * 32, "same").sentence
    assert "same" in imported("decide", case, "perhaps").sentence
    assert imported("history", "--json").out == before


def test_a_household_without_questions_says_so(household: Hearthbook) -> None:
    household("reconcile")
    result = household("cases")
    assert (result.status, result.out, result.err) == (0, "", "No open cases.\n")


def test_an_edit_that_lost_a_race_is_listed_and_decided(
    household: Hearthbook, folder: Path
) -> None:
    database = open_database(folder)
    with database.write(Actor("device", "anna")) as tx:
        device, _ = add_device(tx, "anna", "phone")
    body = card("Eva Stein", "TITLE:Dr", uid="u1").encode()

    def send(octets: bytes, if_match: str = "") -> PutResult:
        with database.write(Actor("put", "anna", device.id)) as tx:
            book = find_book(tx, "anna", "contacts")
            assert book is not None
            return put(tx, book, "a.vcf", octets, device=device, if_match=if_match)

    etag = send(body).etag
    send(body.replace(b"Dr", b"Prof"), etag)
    assert send(body.replace(b"Dr", b"Boss"), etag).status == 412
    assert household("reconcile").out == "Done: 1 late edit looked at.\n"
    case = open_cases(household)["edit-lost-race"]
    assert choices(case) == ["mine", "theirs", "later"]
    assert household("decide", str(case["id"]), "TITLE=mine").status == 0
    assert "TITLE:Boss" in household("export", "anna").out
    assert household("cases", "--json").out == ""
