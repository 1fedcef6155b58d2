"""A member leaves: what stays with whom, and what nobody gets (design rules R4 and R7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cases.recounting import recount
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.backup import backup, restore
from server.store.cards import claims_of, find_card, owner_said
from server.store.database import Actor, Transaction
from server.store.devices import authenticate
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.leaving import Left, leave
from server.store.linking import link_cards, say_claim
from server.store.sessions import (
    create_session,
    create_setup_link,
    peek_setup_link,
    session_member,
)
from server.store.sharing import add_member, set_share, set_visibility
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

CELL = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
MEMBERS = ("anna", "ben", "carl")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything."""
    made = Home(tmp_path / "data", *MEMBERS)
    yield made
    assert made.verify() == ()
    made.db.close()


def go(home: Home, who: str = "anna", heir: str | None = None) -> Left:
    home.clock.pass_seconds(1)
    with home.db.write(Actor("leave", who)) as tx:
        return leave(tx, who, heir=heir)


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def card_at(home: Home, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT card FROM slot WHERE href = ?", (href,)).fetchone()
    return str(row[0])


def claim(home: Home, href: str, who: str, says: str) -> None:
    card = card_at(home, href)
    with home.db.write(Actor("own", who)) as tx:
        say_claim(tx, card, who, says, None)
        refresh(tx, (card,))


def sees(home: Home, text: str) -> set[str]:
    return {
        who for who in MEMBERS if any(text.encode() in each.octets for each in home.entries(who))
    }


def suggest(home: Home, who: str, name: str, line: str) -> str:
    seen = home.entry(who, name)
    typed = seen.octets.replace(b"END:VCARD", line.encode() + b"\r\nEND:VCARD")
    home.put(who, seen.href, typed, if_match=home.etag(who, seen))
    return seen.href


def test_cards_of_who_left_are_shown_to_nobody(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    assert go(home).cards == 1
    assert home.entries("ben") == home.entries("carl") == []
    with home.db.read() as tx:
        assert find_card(tx, card_at_in(tx, "a.vcf")) is not None


def card_at_in(tx: Transaction, href: str) -> str:
    row = tx.connection.execute("SELECT card FROM slot WHERE href = ?", (href,)).fetchone()
    return str(row[0])


def test_devices_sessions_and_links_end(home: Home) -> None:
    with home.db.write(Actor("session", "anna")) as tx:
        token = create_session(tx, "anna", seconds=3600)
        link = create_setup_link(tx, "anna", seconds=3600)
    go(home)
    with home.db.read() as tx:
        assert authenticate(tx, "anna", home.passwords["anna+phone"]) is None
        assert session_member(tx, token) is None
        assert peek_setup_link(tx, link) is None
        assert authenticate(tx, "ben", home.passwords["ben+phone"]) is not None


def test_of_what_is_ours_everybody_keeps_what_they_saw(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, "NOTE:annas"))
    claim(home, "a.vcf", "anna", "ours")
    before = {who: home.entry(who, "Eva Stein") for who in ("ben", "carl")}
    assert go(home).kept == 2
    for who, old in before.items():
        entry = home.entry(who, "Eva Stein")
        assert (entry.href, entry.uid) == (old.href, old.uid)
        assert b"23125 101" in entry.octets
        assert b"annas" not in entry.octets
    cycle(home)
    assert len(home.entries("ben")) == len(home.entries("carl")) == 1
    suggest(home, "ben", "Eva Stein", MAIL)  # an own card now: no suggestion
    cycle(home)
    assert sees(home, "eva@example.org") == {"ben", "carl"}


def test_who_has_an_own_card_keeps_that(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    claim(home, "a.vcf", "anna", "ours")
    go(home)
    assert [each.href for each in home.entries("ben")] == ["b.vcf"]
    assert len(home.entries("carl")) == 1


def test_the_others_card_goes_on_in_the_same_slot(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    old = home.entry("carl", "Eva Stein")
    go(home)
    new = home.entry("carl", "Eva Stein")
    assert (new.href, new.uid) == (old.href, old.uid)


def test_what_was_limited_stays_limited_when_it_is_ours(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    claim(home, "a.vcf", "anna", "ours")
    card = card_at(home, "a.vcf")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "members", named=("ben",))
    go(home)
    assert sees(home, "Eva Stein") - {"anna"} == {"ben"}


def test_what_the_machine_brought_stays_and_is_shown_as_far_as_before(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "carl", "none")
    assert b"eva@example.org" in home.entry("ben", "Eva Stein").octets
    assert sees(home, "eva@example.org") == {"anna", "ben"}
    go(home)
    cycle(home)
    assert b"eva@example.org" in home.entry("ben", "Eva Stein").octets
    assert "carl" not in sees(home, "eva@example.org")


def test_lines_typed_on_the_leavers_card_become_an_own_card(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    href = suggest(home, "ben", "Eva Stein", MAIL)
    go(home)
    entry = home.entry("ben", "Eva Stein")
    assert entry.href == href
    assert b"eva@example.org" in entry.octets
    assert b"23125 101" not in entry.octets
    assert home.entries("carl") == []


def test_what_the_leaver_suggested_waits_and_cases_of_theirs_end(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Ida Klein", CELL))
    suggest(home, "anna", "Ida Klein", MAIL)
    home.put("anna", "a.vcf", a_card("ua", "Jan Berg"))
    home.put("ben", "j.vcf", a_card("uj", "Jan Berg"))
    cycle(home)
    assert {each.kind for each in open_cases(home.db, "anna")} == {"same-person"}
    go(home)
    (case,) = open_cases(home.db, None)
    assert (case.kind, case.members) == ("suggestion", ("ben",))
    assert "Anna" in case.sentence
    decide(home.db, case.id, "accept", member="ben")
    assert b"eva@example.org" in home.entry("ben", "Ida Klein").octets


@pytest.mark.parametrize(("heir", "word"), [(None, ""), ("ben", "ben")])
def test_whom_the_leaver_claimed_is_inherited(home: Home, heir: str | None, word: str) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", CELL))
    cycle(home)
    for href in ("b.vcf", "c.vcf"):
        claim(home, href, "anna", "mine")
    assert go(home, heir=heir).inherited == 2
    with home.db.read() as tx:
        cards = [card_at_in(tx, href) for href in ("b.vcf", "c.vcf")]
        assert owner_said(claim for each in cards for claim in claims_of(tx, each)) == word


def test_whom_somebody_else_claims_too_is_theirs_alone(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", CELL))
    cycle(home)
    claim(home, "b.vcf", "anna", "mine")
    claim(home, "b.vcf", "carl", "mine")
    go(home)
    with home.db.read() as tx:
        assert owner_said(claims_of(tx, card_at_in(tx, "b.vcf"))) == "carl"


def test_different_people_stay_different(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", CELL))
    pair = (card_at(home, "a.vcf"), card_at(home, "c.vcf"))
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, pair, "apart", member="anna")
        refresh(tx, pair)
    claim(home, "a.vcf", "anna", "ours")
    go(home)
    cycle(home)
    assert len(home.entries("ben")) == 2


def test_history_knows_the_name_and_a_new_member_inherits_nothing(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    go(home)
    with reading_as(home.db, "ben") as tx:
        told = [each.sentence for each in recount(tx, recent_acts(tx, most=2))]
    with home.db.read() as tx:
        all_told = [each.sentence for each in recount(tx, recent_acts(tx, most=5))]
    assert told == ["Anna left the household."]
    assert "Anna added Eva Stein on phone." in all_told
    with home.db.write(Actor("member")) as tx, pytest.raises(UsageError, match="anna-2"):
        add_member(tx, "anna", name="Anna", shares="all")
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "anna-2", name="Anna", shares="all")
    assert home.entries("anna-2") == []


def test_the_last_adult_and_a_guest_as_heir_are_refused_in_words(home: Home) -> None:
    with pytest.raises(UsageError, match="inherit"):
        go(home, heir="anna")
    with pytest.raises(NotFound, match="zoe"):
        go(home, heir="zoe")
    go(home, "ben")
    go(home, "carl")
    with pytest.raises(UsageError, match="only adult"):
        go(home)


def test_leaving_cannot_be_undone_and_says_so(home: Home) -> None:
    go(home)
    with home.db.read() as tx:
        act = recent_acts(tx, most=1)[0].id
    with home.db.write(Actor("undo")) as tx, pytest.raises(UsageError, match="cannot be undone"):
        undo_act(tx, act)


@pytest.mark.parametrize("exactly", [False, True])
def test_a_restored_backup_lets_them_go_again(home: Home, *, exactly: bool) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    copy = home.db.folder.parent / "copy.db"
    backup(home.db, copy)
    go(home)
    restore(home.db.folder, copy, exactly=exactly)
    assert home.entries("ben") == []
    with home.db.read() as tx:
        assert authenticate(tx, "anna", home.passwords["anna+phone"]) is None
