"""A member pauses sharing: others keep what they see and see nothing new, until sharing goes on (design rule R7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cases.recounting import recount
from server.cycle import run_cycle, settle, trial
from server.errors import UsageError
from server.store.backup import backup, restore
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.linking import say_claim
from server.store.members import get_member
from server.store.pausing import pause, resume
from server.store.sharing import add_member, set_value_visibility, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card

CELL = "TEL;TYPE=CELL:+49 30 23125 101"
HOME = "TEL;TYPE=HOME:+49 30 23125 202"
MAIL = "EMAIL:eva@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who show each other everything."""
    made = Home(tmp_path / "data", "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def stop(home: Home, who: str = "anna") -> None:
    home.clock.pass_seconds(1)
    with home.db.write(Actor("pause", who)) as tx:
        pause(tx, who)


def go_on(home: Home, who: str = "anna") -> None:
    home.clock.pass_seconds(1)
    with home.db.write(Actor("resume", who)) as tx:
        resume(tx, who)


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def edit(home: Home, who: str, href: str, old: str, new: str) -> None:
    entry = home.get(who, href)
    assert entry is not None
    assert old.encode() in entry.octets
    body = entry.octets.replace(old.encode(), new.encode())
    assert home.put(who, href, body, if_match=home.etag(who, entry)).status == 204


def test_others_keep_what_they_see_and_see_nothing_new(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    before = home.entries("ben")
    stop(home)
    edit(home, "anna", "a.vcf", "23125 101", "23125 909")
    edit(home, "anna", "a.vcf", "TYPE=CELL", "TYPE=WORK")
    edit(home, "anna", "a.vcf", "Eva Stein", "Eva Berg")
    home.put("anna", "new.vcf", a_card("un", "Ida Klein", HOME))
    cycle(home)
    settle(home.db)
    assert home.entries("ben") == before
    go_on(home)
    assert {b"23125 909" in each.octets for each in home.entries("ben")} == {True, False}
    assert len(home.entries("ben")) == 2
    assert before[0].href in {each.href for each in home.entries("ben")}


def test_nothing_travels_either_way_and_then_it_does(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    stop(home)
    edit(home, "anna", "a.vcf", "END:VCARD", MAIL + "\r\nEND:VCARD")
    edit(home, "ben", "b.vcf", "END:VCARD", HOME + "\r\nEND:VCARD")
    cycle(home)
    assert b"eva@example.org" not in own(home, "ben", "b.vcf")
    assert b"23125 202" not in own(home, "anna", "a.vcf")
    go_on(home)
    cycle(home)
    assert b"eva@example.org" in own(home, "ben", "b.vcf")
    assert b"23125 202" in own(home, "anna", "a.vcf")


def test_what_the_machine_brought_stays(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    stop(home)
    cycle(home)
    assert b"eva@example.org" in own(home, "ben", "b.vcf")


def test_suggestions_wait_on_both_sides_and_stay_with_their_authors(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    home.put("ben", "b.vcf", a_card("ub", "Jan Berg", CELL))
    cycle(home)
    stop(home)
    for who, name in (("ben", "Eva Stein"), ("anna", "Jan Berg")):
        seen = home.entry(who, name)
        typed = seen.octets.replace(b"END:VCARD", MAIL.encode() + b"\r\nEND:VCARD")
        home.put(who, seen.href, typed, if_match=home.etag(who, seen))
    with home.db.write(Actor("own", "anna")) as tx:
        card = cards_with_uid(tx, "anna", "ua")[0].id
        say_claim(tx, card, "anna", "ours", None)
        refresh(tx, (card,))
    cycle(home)
    assert [each.kind for each in open_cases(home.db, None)] == []
    assert b"eva@example.org" in home.entry("ben", "Eva Stein").octets
    assert b"eva@example.org" in home.entry("anna", "Jan Berg").octets
    assert b"eva@example.org" not in own(home, "anna", "a.vcf")
    go_on(home)
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "accept", member="ben")
    cycle(home)
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    assert b"eva@example.org" in home.entry("ben", "Eva Stein").octets


def test_making_private_takes_back_in_a_pause_too(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    stop(home)
    with home.db.write(Actor("card", "anna")) as tx:
        card = cards_with_uid(tx, "anna", "ua")[0].id
        set_value_visibility(tx, card, ("TEL", "+493023125202"), "private", ())
    assert b"23125 202" not in home.entry("ben", "Eva Stein").octets
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert home.entries("ben") == []


def test_a_card_that_waits_goes_on_waiting(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben", settle_seconds=60)
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    stop(home)
    home.clock.pass_seconds(120)
    assert not settle(home.db)
    cycle(home)
    assert home.entries("ben") == []
    go_on(home)
    assert settle(home.db)
    assert len(home.entries("ben")) == 1
    home.db.close()


def test_who_comes_during_a_pause_sees_nothing_of_it(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    stop(home)
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "carl", name="Carl", shares="all")
    assert home.entries("carl") == []
    go_on(home)
    assert len(home.entries("carl")) == 1


def test_others_are_told_nothing(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    stop(home)
    edit(home, "anna", "a.vcf", "23125 101", "23125 909")
    with reading_as(home.db, "ben") as tx:
        assert not list(recount(tx, recent_acts(tx, most=2)))
    with reading_as(home.db, "anna") as tx:
        told = [each.sentence for each in recount(tx, recent_acts(tx, most=2))]
    assert told == ["Anna changed Eva Stein on phone.", "Anna paused sharing."]


def test_twice_is_said_in_words(home: Home) -> None:
    with pytest.raises(UsageError, match="does not pause"):
        go_on(home)
    stop(home)
    with pytest.raises(UsageError, match="already"):
        stop(home)


@pytest.mark.parametrize("exactly", [False, True])
def test_a_restored_backup_pauses_again(home: Home, *, exactly: bool) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    copy = home.db.folder.parent / "copy.db"
    backup(home.db, copy)
    stop(home)
    edit(home, "anna", "a.vcf", "23125 101", "23125 909")
    restore(home.db.folder, copy, exactly=exactly)
    with home.db.read() as tx:
        assert get_member(tx, "anna").paused
    assert b"23125 101" in home.entry("ben", "Eva Stein").octets
