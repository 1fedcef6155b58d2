"""Who let whom see what, whose somebody is, which device came: told by name, to those who may know."""

from pathlib import Path

import pytest

from server.cases.recounting import recount
from server.cases.whose import say_who_sees, say_whose, stop_lending
from server.store.card_acts import Which, acts_for
from server.store.connecting import connect
from server.store.database import Actor
from server.store.devices import revoke_device
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.lending import answer_ask, ask_for, open_asks
from server.store.sharing import add_member, set_member, set_share
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Anna keeps a card that Ben sees."""
    home = Home(tmp_path, "anna", "ben")
    home.put("anna", "i.vcf", a_card("i", "Ingrid Beispiel", PHONE))
    return home


def card(home: Home) -> str:
    with home.db.read() as tx:
        return str(tx.connection.execute("SELECT id FROM card WHERE uid = 'i'").fetchone()[0])


def told(home: Home, viewer: str) -> list[str]:
    """What a member is told, the latest first."""
    with reading_as(home.db, viewer) as tx:
        return [each.sentence for each in recount(tx, acts_for(tx, viewer, Which()))]


def told_at_the_server(home: Home) -> list[str]:
    with home.db.read() as tx:
        return [each.sentence for each in recount(tx, recent_acts(tx, most=-1))]


@pytest.mark.parametrize(
    ("visibility", "named", "sentence"),
    [
        ("private", (), "Anna made Ingrid Beispiel private."),
        ("members", ("ben",), "Anna limited Ingrid Beispiel to Ben."),
        ("shared", (), "Anna ended the limit on who sees Ingrid Beispiel."),
    ],
)
def test_who_sees_a_card_is_told_by_name_to_its_keeper_alone(
    home: Home, visibility: str, named: tuple[str, ...], sentence: str
) -> None:
    before = told(home, "ben")
    say_who_sees(home.db, "anna", card(home), visibility, named=named)
    assert told(home, "anna")[0] == sentence
    assert told_at_the_server(home)[0] == sentence
    assert not any(sentence == each for each in told(home, "ben"))
    if visibility != "private":
        assert told(home, "ben") == before


def test_whose_somebody_is_is_told_by_name(home: Home) -> None:
    say_whose(home.db, "ben", card(home), "claim")
    assert told(home, "ben")[0] == "Ben said whose Ingrid Beispiel is: Ben."
    say_whose(home.db, "anna", card(home), "give", "anna")
    assert told(home, "anna")[0] == "Anna said whose Ingrid Beispiel is: Anna."
    say_whose(home.db, "anna", card(home), "ours")
    assert told(home, "anna")[0] == "Anna said whose Ingrid Beispiel is: everybody's."
    say_whose(home.db, "anna", card(home), "release")
    assert told(home, "anna")[0] == "Anna said that Ingrid Beispiel is no longer claimed by Anna."


def test_of_a_card_that_one_sees_no_more_the_name_is_not_told(home: Home) -> None:
    say_whose(home.db, "ben", card(home), "claim")
    say_who_sees(home.db, "anna", card(home), "private")
    assert told(home, "ben")[0] == "Ben said whose somebody is."


def test_what_is_shown_to_whom_is_told_by_name(home: Home) -> None:
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    assert told(home, "anna")[0] == "Anna shows Ben names alone from then on."
    with home.db.write(Actor("share", "anna")) as tx:
        set_member(tx, "anna", shares="none")
    assert told(home, "anna")[0] == "Anna shows other adults nothing from then on."
    ingrid = card(home)
    with home.db.write(Actor("ask", "ben")) as tx:
        ask_for(tx, "ben", ingrid)
    with home.db.write(Actor("decide", "anna")) as tx:
        answer_ask(tx, open_asks(tx, "anna")[0], "always")
    assert told(home, "anna")[0] == "Anna shows Ben all of Ingrid Beispiel from then on."
    stop_lending(home.db, "anna", card(home), "ben")
    assert told(home, "anna")[0] == "Anna ended that Ben sees all of Ingrid Beispiel."


def test_a_device_is_called_what_its_member_calls_it(home: Home) -> None:
    with home.db.write(Actor("device", "anna")) as tx:
        which, _ = connect(tx, "anna", "Anna's iPhone")
    assert told(home, "anna")[0] == "Anna added the device Anna's iPhone."
    home.devices[f"anna+{which.label}"] = which
    home.put(f"anna+{which.label}", "i.vcf", a_card("i", "Ingrid Beispiel", "TITLE:Dr."))
    assert told(home, "anna")[0] == "Anna changed Ingrid Beispiel on Anna's iPhone."
    with home.db.write(Actor("device", "anna")) as tx:
        revoke_device(tx, "anna", which.label)
    assert told(home, "anna")[0] == "Anna disconnected the device Anna's iPhone."
    with home.db.write(Actor("device")) as tx:
        revoke_device(tx, "ben", "phone")
    sentence = "Somebody at the server disconnected the device phone of Ben."
    assert told_at_the_server(home)[0] == sentence


def test_members_are_told_by_name(home: Home) -> None:
    with home.db.write(Actor("member", "anna")) as tx:
        add_member(tx, "cleo", name="Cleo", shares="none")
    assert told(home, "anna")[0] == "Anna added Cleo to the household."
    with home.db.write(Actor("member", "anna")) as tx:
        set_member(tx, "cleo", role="child")
    assert told(home, "anna")[0] == "Anna made Cleo a child of the household."
    with home.db.write(Actor("member", "anna")) as tx:
        set_member(tx, "cleo", name="Cleopatra")
    assert told(home, "anna")[0] == "Anna changed what is noted of Cleopatra."


def test_an_act_that_kept_nothing_is_told_in_general(home: Home) -> None:
    say_who_sees(home.db, "anna", card(home), "private")
    with home.db.write(Actor("machine")) as tx:
        tx.connection.execute("UPDATE act SET about = NULL")
    assert told(home, "anna")[0] == "Anna changed who sees a card."
