"""What a member typed on somebody else's card is found by them, though an own card says otherwise (R4)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide
from server.cases.people import PersonPage, person_page
from server.cases.recounting import recount_fully
from server.cases.told import Detail
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.linking import link_cards
from server.store.sharing import set_share
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.asking import open_cases
from tests.builders import Home, a_card

TYPED, OWN = "BDAY:1980-02-29", "BDAY:1981-03-01"
PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Ben typed a birthday on Anna's card of Eva; his own one, which came later, says another."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    run_cycle(made.db, kind="command", releasing=True)
    seen = made.fetch("ben", made.entry("ben", "Eva").href)
    typed = seen.octets.replace(b"END:VCARD", TYPED.encode() + b"\r\nEND:VCARD")
    assert made.put("ben", seen.href, typed, if_match=made.etag("ben", seen)).status == 204
    made.put("ben", "b.vcf", a_card("ub", "Eva Stein", OWN))
    say(made, "same")
    yield made
    assert made.verify() == ()
    made.db.close()


def card_at(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchone()
    return str(row[0])


def say(home: Home, verdict: str) -> None:
    pair = card_at(home, "anna", "a.vcf"), card_at(home, "ben", "b.vcf")
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, pair, verdict, member="ben")
        refresh(tx, pair)


def show(home: Home, level: str) -> None:
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", level)


def page(home: Home) -> PersonPage:
    return person_page(home.db, "ben", card_at(home, "ben", "b.vcf"))


def told(home: Home, who: str) -> list[Detail]:
    with reading_as(home.db, who) as tx:
        acts = [each for each in recent_acts(tx, most=50) if each.kind == "put"]
        return [
            detail
            for one in recount_fully(tx, acts)
            if "suggested" in one.sentence
            for detail in one.details
        ]


def asked(home: Home) -> list[tuple[str, ...]]:
    return [each.members for each in open_cases(home.db, None) if each.kind == "suggestion"]


def test_beside_the_own_card_it_stands_on_the_page_and_its_keeper_is_asked(home: Home) -> None:
    (typed,) = page(home).changes
    assert (typed.after, typed.state) == ("1980-02-29", "asked")
    assert asked(home) == [("anna",)]


def test_where_the_own_card_says_the_same_its_author_sees_it(home: Home) -> None:
    entry = home.fetch("ben", "b.vcf")
    body = entry.octets.replace(OWN.encode(), TYPED.encode())
    assert home.put("ben", "b.vcf", body, if_match=home.etag("ben", entry)).status == 204
    assert [each.state for each in page(home).changes] == []


@pytest.mark.parametrize("level", ["all", "none"])
def test_its_authors_history_says_what_it_was(home: Home, level: str) -> None:
    show(home, level)
    found = told(home, "ben")
    assert [each.after for each in found if each.label == "Birthday"] == ["1980-02-29"]
    assert "1980-02-29" not in repr(told(home, "anna"))


def test_declined_it_stands_on_the_page(home: Home) -> None:
    (case,) = [each for each in open_cases(home.db, "anna") if each.kind == "suggestion"]
    decide(home.db, case.id, "decline", member="anna")
    (typed,) = page(home).changes
    assert (typed.after, typed.state) == ("1980-02-29", "stays")


@pytest.mark.parametrize("level", ["none", "name"])
def test_it_stays_on_the_page_when_the_card_is_no_longer_shown(home: Home, level: str) -> None:
    show(home, level)
    (typed,) = page(home).changes
    assert (typed.after, typed.state) == ("1980-02-29", "kept")
    assert asked(home) == []
    show(home, "all")
    assert [each.after for each in page(home).changes] == ["1980-02-29"]


def test_it_stays_on_the_page_when_the_card_is_deleted(home: Home) -> None:
    home.delete("anna", "a.vcf")
    assert [each.after for each in page(home).changes] == ["1980-02-29"]
    assert asked(home) == []
    run_cycle(home.db, kind="command", releasing=True)
    assert asked(home) == []


def test_it_is_on_top_of_the_card_again_when_they_are_different_people(home: Home) -> None:
    say(home, "apart")
    shown = [each.octets for each in home.entries("ben") if TYPED.encode() in each.octets]
    assert len(shown) == 1
    assert page(home).changes == ()


@pytest.mark.parametrize("level", ["all", "none"])
def test_what_is_taken_off_the_own_card_does_not_let_it_in(home: Home, level: str) -> None:
    show(home, level)
    entry = home.fetch("ben", "b.vcf")
    body = entry.octets.replace(OWN.encode() + b"\r\n", b"")
    assert home.put("ben", "b.vcf", body, if_match=home.etag("ben", entry)).status == 204
    run_cycle(home.db, kind="command", releasing=True)
    assert b"BDAY" not in home.fetch("ben", "b.vcf").octets
    assert [each.after for each in page(home).changes] == ["1980-02-29"]


def test_a_card_that_is_sent_back_and_takes_lines_over_is_fetched_again(tmp_path: Path) -> None:
    """R3: a device that does not have what is stored gets no ETag, and takes nothing off that it never had."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    body = a_card("ub", "Eva Stein", OWN)
    made.put("ben", "b.vcf", body)
    run_cycle(made.db, kind="command", releasing=True)
    say(made, "same")
    own = made.fetch("ben", "b.vcf")
    with made.db.read() as tx:
        (act,) = tx.connection.execute(
            "SELECT max(id) FROM act WHERE kind = 'put' AND member = 'ben'"
        ).fetchone()
    with made.db.write(Actor("undo", "ben")) as tx:
        undo_act(tx, act, member="ben")
    seen = made.entry("ben", "Eva")
    typed = seen.octets.replace(b"END:VCARD", b"NOTE:typed\r\nEND:VCARD")
    assert made.put("ben", seen.href, typed, if_match=made.etag("ben", seen)).status == 204
    answer = made.put("ben", "b.vcf", body, if_match=made.etag("ben", own))
    assert (answer.status, answer.etag) == (201, "")
    again = body.replace(b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD")
    made.put("ben", "b.vcf", again)
    stored = made.fetch("ben", "b.vcf").octets
    assert b"NOTE:typed" in stored
    assert b"TITLE:Dr" in stored
    assert made.verify() == ()
    made.db.close()
