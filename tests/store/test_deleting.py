"""A stale DELETE: it goes through where only the machine wrote since, else its member is asked (design rule R8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.store.database import Actor
from server.store.history import last_act
from server.store.removed import removed_of, show_again
from server.store.slots import announce_again, slot_at
from server.store.undoing import undo_act
from tests.builders import Home
from tests.store.test_holding import cycle, fill, number, some_card, the_case


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben after their first cycle; views are right at the end."""
    made = Home(tmp_path, "anna", "ben")
    cycle(made)
    yield made
    assert made.verify() == ()
    made.db.close()


def test_a_stale_deletion_of_an_edited_card_is_a_case_once(home: Home) -> None:
    fill(home, "anna", 1)
    first = home.get("anna", "0.vcf")
    assert first is not None
    stale = home.etag("anna", first)
    home.put("anna+phone", "0.vcf", some_card(0, number(0, "2")), if_match=stale)
    edited = home.get("anna", "0.vcf")
    assert edited is not None
    for _ in range(2):
        assert home.delete("anna+laptop", "0.vcf", if_match=stale).status == 412
    now = home.get("anna", "0.vcf")
    assert now is not None
    assert now.seq > edited.seq
    case = the_case(home)
    assert (case.kind, case.choices, case.members) == (
        "deletion",
        ("delete", "keep", "later"),
        ("anna",),
    )
    decide(home.db, case.id, "delete", member="anna")
    assert home.entries("anna") == []


def test_a_stale_deletion_can_be_answered_with_keep(home: Home) -> None:
    fill(home, "anna", 1)
    first = home.get("anna", "0.vcf")
    assert first is not None
    stale = home.etag("anna", first)
    home.put("anna+phone", "0.vcf", some_card(0, number(0, "2")), if_match=stale)
    home.delete("anna+laptop", "0.vcf", if_match=stale)
    decide(home.db, the_case(home).id, "keep", member="anna")
    assert len(home.entries("anna")) == 1
    assert open_cases(home.db, "anna") == ()


def test_a_stale_deletion_goes_through_where_only_the_machine_wrote(home: Home) -> None:
    fill(home, "anna", 1)
    first = home.get("anna", "0.vcf")
    assert first is not None
    stale = home.etag("anna", first)
    home.put("ben", "0.vcf", some_card(0, number(0), "EMAIL:from-ben@example.org"))
    cycle(home)
    now = home.get("anna", "0.vcf")
    assert now is not None
    assert b"from-ben" in now.octets
    assert home.delete("anna+laptop", "0.vcf", if_match=stale).status == 204


@pytest.mark.parametrize("way", ["sent again", "shown again", "undone"])
def test_a_card_that_was_brought_back_since_is_asked_about(home: Home, way: str) -> None:
    """Somebody wanted it back after the phone had last seen it; its octets are the same."""
    fill(home, "anna", 1)
    first = home.get("anna", "0.vcf")
    assert first is not None
    stale = home.etag("anna", first)
    home.delete("anna+phone", "0.vcf", if_match=stale)
    match way:
        case "sent again":
            home.put("anna+phone", "0.vcf", first.octets)
        case "shown again":
            with home.db.write(Actor("again", "anna")) as tx:
                show_again(tx, removed_of(tx, "anna")[0])
        case _:
            undo_last(home, "anna")
    assert home.delete("anna+laptop", "0.vcf", if_match=stale).status == 412
    now = home.get("anna", "0.vcf")
    assert now is not None
    assert now.octets == first.octets
    assert the_case(home).kind == "deletion"


def undo_last(home: Home, member: str) -> None:
    """Undo what a member did last."""
    with home.db.read() as tx:
        act = last_act(tx)
    with home.db.write(Actor("undo", member)) as tx:
        undo_act(tx, act, member=member)


def test_what_the_keeper_changed_unseen_makes_no_deletion_stale(home: Home) -> None:
    """R1: a note that Ben does not see must not show in the answer to his deletion."""
    fill(home, "anna", 1)
    (seen,) = home.entries("ben")
    stale = home.etag("ben", seen)
    run_announce(home)
    entry = home.get("anna", "0.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", b"NOTE:secret\r\nEND:VCARD")
    home.put("anna+phone", "0.vcf", body, if_match=home.etag("anna", entry))
    assert home.delete("ben", seen.href, if_match=stale).status == 204


def run_announce(home: Home) -> None:
    """Ben's entry gets another ETag, with nothing changed."""
    (entry,) = home.entries("ben")
    with home.db.write(Actor("test")) as tx:
        slot = slot_at(tx, home.book(tx, "ben").id, entry.href)
        assert slot is not None
        announce_again(tx, slot.id)
