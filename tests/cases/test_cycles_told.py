"""What a cycle did: whom it joined by name, and as many values as are listed below."""

from pathlib import Path

import pytest

from server.cases.recounting import recount, recount_fully
from server.cases.told import Told
from server.cases.whose import say_who_sees
from server.cycle import run_cycle
from server.store.card_acts import Which, acts_for
from server.store.fence import reading_as
from server.store.history import recent_acts
from tests.builders import Home, a_card, a_name

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Anna knows more of somebody whom Ben knows, too, and a cycle has brought it to his card."""
    home = Home(tmp_path, "anna", "ben")
    home.put("ben", "i.vcf", a_card("b", "Ingrid Beispiel", PHONE))
    home.put("anna", "i.vcf", a_card("a", "Ingrid Beispiel", PHONE, "TITLE:Dr.", "ROLE:Chef"))
    run_cycle(home.db, kind="command", releasing=True)
    return home


def cycles(home: Home, viewer: str, *about: str) -> list[Told]:
    with reading_as(home.db, viewer) as tx:
        found = recount_fully(tx, acts_for(tx, viewer, Which(cards=about)), about=about)
        return [each for each in found if each.act.kind == "cycle"]


def card(home: Home, uid: str) -> str:
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT id FROM card WHERE uid = ?", (uid,)).fetchall()
    return str(rows[0][0])


@pytest.mark.parametrize("viewer", ["anna", "ben"])
def test_whom_a_cycle_joined_is_told_by_name(home: Home, viewer: str) -> None:
    assert [each.sentence for each in cycles(home, viewer)] == [
        "A cycle that was asked for joined the cards of Ingrid Beispiel and added 2 values."
    ]


def test_what_was_taken_back_since_counts_for_whom_it_is_listed(home: Home) -> None:
    say_who_sees(home.db, "anna", card(home, "a"), "private")
    (told,) = cycles(home, "anna", card(home, "b"))
    assert [each.after for each in told.details] == ["Dr.", "Chef"]
    assert told.sentence.endswith("added 2 values.")
    assert cycles(home, "ben", card(home, "b")) == []


def test_of_many_the_first_are_named(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben")
    for index in range(5):
        for who in ("anna", "ben"):
            number = f"TEL:+49 30 23125 {index}01"
            home.put(who, f"{index}.vcf", a_card(f"{who}{index}", a_name(index), number))
    run_cycle(home.db, kind="command", releasing=True)
    with home.db.read() as tx:
        told = [e.sentence for e in recount(tx, recent_acts(tx, most=9)) if e.act.kind == "cycle"]
    assert len(told) == 1
    names = sum(a_name(index) in told[0] for index in range(5))
    assert names == 3
    assert told[0].endswith(" and 2 more.")
