"""The list of a view follows it: what came, changed, went, came back, or goes on from another card.

Random histories hold it against one that is made anew (`test_histories.py`).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.store.database import Actor
from server.store.linking import say_claim
from server.store.views import refresh
from tests.builders import Home, a_card
from tests.store.lists import brought_up_to_date, made_anew

MOBILE = "TEL;TYPE=CELL:+49 30 2312510"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path, "anna", "ben", "carl")
    yield made
    made.db.close()


def names(home: Home, who: str) -> list[tuple[str, str]]:
    found = brought_up_to_date(home.db, who)
    assert found == made_anew(home.db, who)
    return [(each.name, each.keeper) for each in found]


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        query = "SELECT card FROM slot WHERE member = ? AND href = ?"
        return str(tx.connection.execute(query, (who, href)).fetchone()[0])


def test_what_comes_changes_and_goes(home: Home) -> None:
    assert names(home, "anna") == []
    home.put("anna", "eva.vcf", a_card("eva", "Eva Stein"))
    assert names(home, "anna") == [("Eva Stein", "anna")]
    home.put("anna", "eva.vcf", a_card("eva", "Ida Stein"))
    assert brought_up_to_date(home.db, "anna")[0].name == "Ida Stein"
    home.delete("anna", "eva.vcf")
    assert names(home, "anna") == []


def test_an_entry_that_goes_on_with_another_card_is_found_under_its_keeper(home: Home) -> None:
    for who in ("ben", "carl"):
        home.put(who, "eva.vcf", a_card(f"{who}-eva", "Eva Stein", MOBILE))
    run_cycle(home.db, kind="command", releasing=True)
    assert brought_up_to_date(home.db, "anna")[0].keeper == "ben"
    card = card_of(home, "carl", "eva.vcf")
    before = home.entry("anna", "Eva Stein").seq
    with home.db.write(Actor("own", "carl")) as tx:
        say_claim(tx, card, "carl", "mine", "carl")
        refresh(tx, [card])
    assert home.entry("anna", "Eva Stein").seq == before, "no phone is told"
    assert names(home, "anna") == [("Eva Stein", "carl")]


def test_more_than_are_worked_out_at_once(home: Home) -> None:
    for index in range(260):
        home.put("anna", f"{index}.vcf", a_card(f"u{index}", f"Person {index:03}"))
    assert len(names(home, "anna")) == 260
