"""Who comes later sees what others show such members, and never what was set narrower (design section 9)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.access import Role
from server.cases import open_cases
from server.cycle import run_cycle
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.sharing import (
    add_member,
    set_member,
    set_share,
    set_value_visibility,
    set_visibility,
)
from tests.builders import Home, a_card

CELL = "TEL;TYPE=CELL:+49 30 23125 101"
HOME = "TEL;TYPE=HOME:+49 30 23125 202"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna shows adults all, Ben names, Carl nothing; Anna keeps a card for Ben, one to herself and a number."""
    made = Home(tmp_path, "anna", "ben", "carl")
    with made.db.write(Actor("member")) as tx:
        set_member(tx, "ben", shares="name")
        set_member(tx, "carl", shares="none")
    for number, name in enumerate(("Eva Stein", "Ida Klein", "Jan Berg")):
        made.put("anna", f"a{number}.vcf", a_card(f"a{number}", name, CELL, HOME, "NOTE:inner"))
    made.put("ben", "b.vcf", a_card("b", "Mia Wald", CELL))
    made.put("carl", "c.vcf", a_card("c", "Max Feld", CELL))
    run_cycle(made.db, kind="command", releasing=True)
    with made.db.write(Actor("card", "anna")) as tx:
        cards = [cards_with_uid(tx, "anna", f"a{number}")[0].id for number in range(3)]
        set_visibility(tx, cards[1], "members", named=("ben",))
        set_visibility(tx, cards[2], "private")
        set_value_visibility(tx, cards[0], ("TEL", "+493023125202"), "members", ("ben",))
    yield made
    assert made.verify() == ()
    made.db.close()


def join(home: Home, role: Role) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "dora", name="Dora", shares="none", role=role)


def names(home: Home) -> set[str]:
    return {
        each.octets.split(b"FN:")[1].split(b"\r\n")[0].decode() for each in home.entries("dora")
    }


def test_an_adult_sees_at_once_what_each_shows_adults(home: Home) -> None:
    join(home, "adult")
    assert names(home) == {"Eva Stein", "Mia Wald"}
    eva = home.entry("dora", "Eva Stein").octets
    assert b"23125 101" in eva
    assert b"23125 202" not in eva
    assert b"inner" not in eva
    assert b"TEL" not in home.entry("dora", "Mia Wald").octets


@pytest.mark.parametrize("role", ["child", "guest"])
def test_children_and_guests_see_nothing_until_it_is_said_for_them(home: Home, role: Role) -> None:
    join(home, role)
    assert home.entries("dora") == []
    for level, shown in (("name", False), ("all", True)):
        with home.db.write(Actor("share")) as tx:
            set_share(tx, "anna", "dora", level)
        assert names(home) == {"Eva Stein"}
        eva = home.entry("dora", "Eva Stein").octets
        assert (b"23125 101" in eva) == shown
        assert b"23125 202" not in eva


def test_nobody_else_notices_who_comes(home: Home) -> None:
    before = {who: (home.sequence(who), home.entries(who)) for who in ("anna", "ben", "carl")}
    asked = {who: open_cases(home.db, who) for who in before}
    join(home, "adult")
    for who, seen in before.items():
        assert (home.sequence(who), home.entries(who)) == seen
        assert open_cases(home.db, who) == asked[who]


def test_what_was_made_for_named_members_stays_theirs_when_levels_widen(home: Home) -> None:
    join(home, "adult")
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "anna", shares="all")
        set_member(tx, "carl", shares="all")
    assert names(home) == {"Eva Stein", "Mia Wald", "Max Feld"}
    assert b"23125 202" not in home.entry("dora", "Eva Stein").octets
