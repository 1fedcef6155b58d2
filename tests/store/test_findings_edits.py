"""Edits, deletions and links that went wrong in other programs: what is shown, lost, or comes back (R3, R4, R8)."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from server.cases import open_cases
from server.cycle import run_cycle, trial
from server.store.books import create_book, find_book
from server.store.database import Actor
from server.store.household import set_setting
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_visibility
from server.store.views import refresh
from server.store.writes import put
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
EVA = a_card("ua", "Eva Stein", PHONE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything; views are right at the end."""
    made = Home(tmp_path, "anna", "ben", "carl")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchone()
    return str(row[0])


def join(home: Home, *cards: str) -> None:
    with home.db.write(Actor("decide", "ben")) as tx:
        for left, right in pairwise(cards):
            link_cards(tx, (left, right), "same", member="ben")
        refresh(tx, cards)


def names(home: Home, who: str) -> list[tuple[str, str]]:
    return [(each.href, each.uid) for each in home.entries(who)]


def tag(home: Home, who: str, href: str) -> str:
    entry = home.get(who, href)
    assert entry is not None
    return home.etag(who, entry)


def test_a_view_never_holds_one_uid_twice(home: Home) -> None:
    """Two who once shared an account have equal UIDs on every card they have in common."""
    home.put("anna", "a.vcf", EVA)
    home.put("ben", "b.vcf", EVA.replace(b"Eva Stein", b"Otto Brandt").replace(b"101", b"102"))
    for who in ("anna", "ben", "carl"):
        uids = [each.uid for each in home.entries(who)]
        assert len(uids) == len(set(uids)) == 2
    cycle(home)
    assert [each.uid for each in home.entries("anna")].count("ua") == 1


def test_equal_uids_and_values_of_an_imported_copy_confirm_nothing(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    import_cards(home.db, "ben", [Incoming("anna.vcf", EVA)])
    cycle(home)
    assert len(home.entries("ben")) == 1
    with home.db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM confirmation").fetchone() == (0,)


def test_a_stale_delete_goes_through_where_only_the_machine_changed_the_card(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    had = tag(home, "anna", "a.vcf")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, MAIL))
    cycle(home)
    assert tag(home, "anna", "a.vcf") != had
    assert home.delete("anna", "a.vcf", if_match=had).status == 204
    assert home.get("anna", "a.vcf") is None


def test_a_stale_delete_keeps_what_another_device_typed_and_is_announced_again(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    had = tag(home, "anna", "a.vcf")
    home.put("anna", "a.vcf", EVA.replace(b"101", b"102"), if_match=had)
    before = tag(home, "anna", "a.vcf")
    home.delete("anna", "a.vcf", if_match=had)
    kept = home.get("anna", "a.vcf")
    assert kept is not None
    assert b"23125 102" in kept.octets
    assert tag(home, "anna", "a.vcf") != before


def test_two_own_cards_of_a_person_both_stay_whole(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    home.put("anna", "b.vcf", a_card("ub", "Eva Stein", MAIL))
    home.put("ben", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    join(home, card_of(home, "anna", "a.vcf"), card_of(home, "anna", "b.vcf"))
    join(home, card_of(home, "anna", "a.vcf"), card_of(home, "ben", "c.vcf"))
    cycle(home)
    assert sorted(each.href for each in home.entries("anna")) == ["a.vcf", "b.vcf"]
    assert b"23125" not in home.entry("anna", "UID:ub").octets
    assert b"eva@example.org" not in home.entry("anna", "UID:ua").octets


def test_a_card_in_a_further_book_hides_nobody(home: Home) -> None:
    home.put("ben", "b.vcf", EVA)
    before = home.entries("anna")
    with home.db.write(Actor("put", "anna")) as tx:
        create_book(tx, "anna", "club")
    _, device = home.device("anna")
    with home.db.write(Actor("put", "anna", device.id)) as tx:
        book = find_book(tx, "anna", "club")
        assert book is not None
        put(tx, book, "x.vcf", EVA, device=device)
    cycle(home)
    assert home.entries("anna") == before
    assert len(home.entries("carl")) == 1


def shown_twice(home: Home) -> tuple[str, str]:
    """Ben's and Carl's Eva, not linked: both in Anna's view; gives their cards."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "TITLE:Bens"))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", "TITLE:Carls"))
    assert len(home.entries("anna")) == 2
    return card_of(home, "ben", "b.vcf"), card_of(home, "carl", "c.vcf")


def test_deleting_somebody_whom_two_members_hold_does_not_show_the_other_card(home: Home) -> None:
    join(home, *shown_twice(home))
    (shown,) = home.entries("anna")
    home.delete("anna", shown.href)
    cycle(home)
    assert home.entries("anna") == []


def test_deleting_a_double_and_linking_later_leaves_the_person(home: Home) -> None:
    cards = shown_twice(home)
    home.delete("anna", home.entry("anna", "Carls").href)
    (left,) = names(home, "anna")
    join(home, *cards)
    cycle(home)
    assert names(home, "anna") == [left]


def test_a_card_that_joins_a_person_hidden_as_a_whole_is_hidden(home: Home) -> None:
    """Carl's card was never shown to Anna before it was known to be the same person."""
    home.put("ben", "b.vcf", EVA)
    home.delete("anna", home.entries("anna")[0].href)
    with home.db.write(Actor("setting")) as tx:
        set_setting(tx, "settle_seconds", "900")
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    join(home, card_of(home, "ben", "b.vcf"), card_of(home, "carl", "c.vcf"))
    cycle(home)
    assert home.entries("anna") == []


def test_of_two_entries_that_become_one_the_own_else_the_older_keeps_its_names(home: Home) -> None:
    cards = shown_twice(home)
    older = min(home.entries("anna"), key=lambda each: each.slot)
    home.put("anna", "a.vcf", EVA)
    join(home, *cards)
    assert (older.href, older.uid) in names(home, "anna")
    assert len(home.entries("anna")) == 2
    join(home, card_of(home, "anna", "a.vcf"), cards[0])
    assert names(home, "anna") == [("a.vcf", "ua")]


def test_importing_somebody_who_was_deleted_shows_them_again(home: Home) -> None:
    home.put("ben", "b.vcf", EVA)
    home.delete("anna", home.entries("anna")[0].href)
    import_cards(home.db, "anna", [Incoming("a.vcf", a_card("new", "Eva Stein", PHONE))])
    cycle(home)
    assert len(home.entries("anna")) == 1


def suggested(home: Home) -> str:
    """Ben's card, to which Anna suggests an address; gives the card."""
    home.put("ben", "b.vcf", EVA)
    run_cycle(home.db, kind="command", releasing=True)
    seen = home.entries("anna")[0]
    octets = seen.octets.replace(b"END:VCARD", MAIL.encode() + b"\r\nEND:VCARD")
    home.put("anna", seen.href, octets, if_match=home.etag("anna", seen))
    return card_of(home, "ben", "b.vcf")


def test_a_suggestion_waits_for_whoever_keeps_the_card(home: Home) -> None:
    suggested(home)
    cycle(home)
    (case,) = open_cases(home.db, None)
    assert case.members == ("ben",)
    assert b"eva@example.org" not in home.entries("carl")[0].octets


def test_a_suggestion_is_applied_once_the_person_is_everybodys(home: Home) -> None:
    card = suggested(home)
    with home.db.write(Actor("own", "ben")) as tx:
        say_claim(tx, card, "ben", "ours", None)
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"eva@example.org" in home.entries("carl")[0].octets


def test_a_suggestion_of_whoever_owns_the_person_by_now_is_applied(home: Home) -> None:
    card = suggested(home)
    with home.db.write(Actor("own", "ben")) as tx:
        say_claim(tx, card, "anna", "mine", "ben")
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"eva@example.org" in home.entries("ben")[0].octets


def test_an_edit_of_what_is_served_removes_nothing_that_was_not_served(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "NOTE:kept", "X-ODD:kept"))
    seen = home.entries("anna")[0]
    assert b"kept" not in seen.octets
    octets = seen.octets.replace(b"23125 101", b"23125 105")
    home.put("anna", seen.href, octets, if_match=home.etag("anna", seen))
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT property FROM suggestion").fetchall()
    assert rows == [("TEL",)]


def test_a_card_sent_again_without_a_change_is_no_fresher(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)

    def told() -> list[tuple[object, ...]]:
        with home.db.read() as tx:
            return list(tx.connection.execute("SELECT id, first, last, gone FROM fact"))

    before = told()
    again = EVA.replace(b"VERSION:3.0", b"VERSION:3.0\r\nREV:20300101T000000Z\r\nPRODID:other")
    assert home.put("anna", "a.vcf", again, if_match=tag(home, "anna", "a.vcf")).etag
    assert told() == before


def test_different_is_said_once_for_a_card_that_comes_back_under_another_uid(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cards = (card_of(home, "anna", "a.vcf"), card_of(home, "ben", "b.vcf"))
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, cards, "apart", member="anna")
        refresh(tx, cards)
    home.put("anna", "new-phone.vcf", a_card("new-uid", "Eva Stein", PHONE))
    join(home, cards[0], card_of(home, "anna", "new-phone.vcf"))
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert len(home.entries("anna")) == 3


def test_what_was_made_private_while_an_edit_was_on_its_way_stays_so(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, MAIL))
    seen = home.entries("anna")[0]
    had = home.etag("anna", seen)
    card = card_of(home, "ben", "b.vcf")
    with home.db.write(Actor("visibility", "ben")) as tx:
        set_visibility(tx, card, "private")
    octets = seen.octets.replace(b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD")
    answer = home.put("anna", seen.href, octets, if_match=had)
    assert (answer.status // 100, answer.etag) == (2, "")
    kept = home.get("anna", seen.href)
    assert kept is not None
    assert kept.uid == seen.uid
    assert b"TITLE:Dr" in kept.octets
    assert b"FN:Eva Stein" in kept.octets
    assert b"23125" not in kept.octets
    assert b"eva@example.org" not in kept.octets
