"""Undo goes forward and is remembered: identical bytes, else exactly its own part (design rule R9)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.cases import decide, open_cases
from server.contacts.card import parse
from server.contacts.properties import content_digest, properties
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.cards import claims_of, owner_said
from server.store.database import Actor
from server.store.history import last_act
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_share, set_visibility
from server.store.undoing import Undone, undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
NUMBER = "TEL;TYPE=HOME:+49 30 23125 202"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who see each other's cards at once; whatever is undone, views are right."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> int:
    """Reconcile; gives the act."""
    report = run_cycle(home.db, kind="command", releasing=True)
    assert report is not None
    assert report.act is not None
    return report.act


def stays_quiet(home: Home) -> None:
    """Whatever was undone, the next cycle does nothing to any card."""
    texts = {who: [each.octets for each in home.entries(who)] for who in ("anna", "ben")}
    run_cycle(home.db, kind="nightly")
    assert trial(home.db)[0].operations == ()
    assert {who: [each.octets for each in home.entries(who)] for who in texts} == texts


def undo(home: Home, act: int, member: str | None = None) -> Undone:
    """Undo as one request; views are right afterwards."""
    with home.db.write(Actor("undo", member)) as tx:
        undone = undo_act(tx, act, member=member)
    assert home.verify() == ()
    return undone


def latest(home: Home) -> int:
    with home.db.read() as tx:
        return last_act(tx)


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def edit(home: Home, who: str, href: str, old: str, new: str) -> None:
    """A member changes one line of a card on a device."""
    entry = home.get(who, href)
    assert entry is not None
    body = entry.octets.replace(old.encode(), new.encode())
    assert home.put(who, href, body, if_match=home.etag(who, entry)).status == 204


def common_person(home: Home, anna: tuple[str, ...] = (), ben: tuple[str, ...] = ()) -> None:
    """Eva in both books, certain by name and number."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, *anna))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "TEL;TYPE=CELL:030 23125101", *ben))


def test_an_undone_cycle_restores_identical_bytes(home: Home) -> None:
    common_person(home, (MAIL, "X-MINE:1"), (NUMBER, "item9.URL:https://example.org/"))
    before = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    act = cycle(home)
    assert MAIL.encode() in own(home, "ben", "b.vcf")
    undone = undo(home, act)
    assert (own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")) == before
    assert (undone.cards, undone.parted, undone.stays) == (2, 1, ())


def test_an_undone_link_parts_the_person_and_is_neither_made_nor_asked_again(home: Home) -> None:
    common_person(home, (MAIL,))
    act = cycle(home)
    assert len(home.entries("anna")) == 1
    undo(home, act)
    assert len(home.entries("anna")) == 2
    stays_quiet(home)
    assert len(home.entries("anna")) == 2
    assert open_cases(home.db, None) == ()


def test_an_undone_value_is_not_brought_again(home: Home) -> None:
    common_person(home)
    cycle(home)
    edit(home, "anna", "a.vcf", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    before = own(home, "ben", "b.vcf")
    undo(home, cycle(home))
    assert own(home, "ben", "b.vcf") == before
    stays_quiet(home)
    assert MAIL.encode() in own(home, "anna", "a.vcf")


def test_an_undone_value_is_not_brought_by_a_third_who_says_the_same(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben", "carl")
    for who in ("anna", "ben", "carl"):
        home.put(who, "x.vcf", a_card(f"u-{who}", "Eva Stein", PHONE))
    cycle(home)
    for who in ("anna", "carl"):
        edit(home, who, "x.vcf", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    act = cycle(home)
    assert MAIL.encode() in own(home, "ben", "x.vcf")
    undo(home, act)
    stays_quiet(home)
    assert MAIL.encode() not in own(home, "ben", "x.vcf")
    home.db.close()


def test_an_undone_change_brings_the_former_value_back_as_it_was(home: Home) -> None:
    common_person(home)
    cycle(home)
    before, origin = own(home, "ben", "b.vcf"), origin_of_number(home)
    edit(home, "anna", "a.vcf", "101", "109")
    act = cycle(home)
    assert b"109" in own(home, "ben", "b.vcf")
    assert origin_of_number(home) != origin
    undo(home, act)
    assert (own(home, "ben", "b.vcf"), origin_of_number(home)) == (before, origin)
    stays_quiet(home)


def origin_of_number(home: Home) -> list[tuple[str | None, int | None, int]]:
    """Who typed Ben's number, where it came from, and when it was last changed."""
    with home.db.read() as tx:
        return tx.connection.execute(
            "SELECT typed_by, source, last FROM fact JOIN card ON card.id = fact.card"
            " WHERE card.member = 'ben' AND property = 'TEL' AND gone IS NULL"
        ).fetchall()


def test_an_undone_removal_puts_the_value_back(home: Home) -> None:
    common_person(home, (MAIL,), (MAIL,))
    cycle(home)
    edit(home, "anna", "a.vcf", f"{MAIL}\r\n", "")
    act = cycle(home)
    assert MAIL.encode() not in own(home, "ben", "b.vcf")
    undo(home, act)
    assert MAIL.encode() in own(home, "ben", "b.vcf")
    stays_quiet(home)
    assert MAIL.encode() not in own(home, "anna", "a.vcf")


def test_what_an_undo_ends_does_not_travel(home: Home) -> None:
    common_person(home, (MAIL,))
    undo(home, cycle(home))
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT withheld FROM fact JOIN act ON act.id = fact.gone WHERE act.kind = 'undo'"
        ).fetchall()
    assert rows == [(1,)]


def test_an_echo_in_between_does_not_block_identical_bytes(home: Home) -> None:
    common_person(home, (MAIL,))
    before = own(home, "ben", "b.vcf")
    act = cycle(home)
    edit(home, "ben", "b.vcf", "END:VCARD", "REV:2026-01-01\r\nEND:VCARD")
    undo(home, act)
    assert own(home, "ben", "b.vcf") == before


def test_after_an_edit_only_its_own_part_is_undone(home: Home) -> None:
    common_person(home, (MAIL, NUMBER))
    act = cycle(home)
    edit(home, "ben", "b.vcf", "END:VCARD", "NOTE:typed since\r\nEND:VCARD")
    undone = undo(home, act)
    text = own(home, "ben", "b.vcf")
    assert b"typed since" in text
    assert b"eva@example.org" not in text
    assert b"23125 202" not in text
    assert undone.stays == ()


def test_a_brought_value_that_was_edited_since_stays_and_is_named(home: Home) -> None:
    common_person(home, (MAIL, NUMBER))
    act = cycle(home)
    edit(home, "ben", "b.vcf", "eva@example.org", "eva.stein@example.org")
    undone = undo(home, act)
    assert [each.property for each in undone.stays] == ["EMAIL"]
    text = own(home, "ben", "b.vcf")
    assert b"eva.stein@example.org" in text
    assert b"23125 202" not in text


def test_a_brought_value_that_its_keeper_removed_needs_no_word(home: Home) -> None:
    common_person(home, (MAIL, NUMBER))
    act = cycle(home)
    edit(home, "ben", "b.vcf", f"{MAIL}\r\n", "")
    undone = undo(home, act)
    assert undone.stays == ()
    assert b"202" not in own(home, "ben", "b.vcf")


def test_an_undo_is_undone_forward(home: Home) -> None:
    common_person(home, (MAIL,))
    act = cycle(home)
    after = own(home, "ben", "b.vcf")
    first = undo(home, act)
    second = undo(home, first.act)
    assert own(home, "ben", "b.vcf") == after
    assert len(home.entries("anna")) == 1
    assert second.act > first.act > act
    run_cycle(home.db, kind="nightly")
    assert own(home, "ben", "b.vcf") == after
    assert trial(home.db)[0].operations == ()
    third = undo(home, second.act)
    assert third.parted == 1
    stays_quiet(home)
    assert len(home.entries("anna")) == 2


def test_an_act_is_undone_once(home: Home) -> None:
    common_person(home, (MAIL,))
    act = cycle(home)
    first = undo(home, act)
    with pytest.raises(UsageError, match=f"undone already; to have it back, undo act {first.act}"):
        undo(home, act)


def test_an_unknown_act_and_one_without_effect_are_said_in_words(home: Home) -> None:
    with pytest.raises(NotFound, match="There is no act 999"):
        undo(home, 999)
    common_person(home)
    before = latest(home)
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(home, 1)
    assert latest(home) == before


def test_all_that_was_changed_since_leaves_nothing_to_undo(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    act = latest(home)
    edit(home, "anna", "a.vcf", "101", "109")
    before = latest(home)
    with pytest.raises(UsageError, match="changed again since"):
        undo(home, act, "anna")
    assert latest(home) == before


def test_a_member_cannot_undo_what_another_did(home: Home) -> None:
    common_person(home)
    act = latest(home)
    with pytest.raises(NotFound, match="There is no act"):
        undo(home, act, "anna")
    with pytest.raises(NotFound, match="There is no act"):
        undo(home, cycle(home), "anna")


def test_an_own_edit_is_undone_to_the_former_version(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "NOTE:old"))
    before = own(home, "anna", "a.vcf")
    edit(home, "anna", "a.vcf", "NOTE:old", "NOTE:new")
    undo(home, latest(home), "anna")
    assert own(home, "anna", "a.vcf") == before


def test_an_own_delete_is_undone_and_can_be_done_again(home: Home) -> None:
    common_person(home)
    cycle(home)
    before = home.entries("anna")
    home.delete("anna", "a.vcf")
    assert home.entries("anna") == []
    undone = undo(home, latest(home), "anna")
    assert [(each.href, each.uid, each.octets) for each in home.entries("anna")] == [
        (each.href, each.uid, each.octets) for each in before
    ]
    undo(home, undone.act, "anna")
    assert home.get("anna", "a.vcf") is None


def test_a_new_card_goes_to_the_trash_and_comes_back(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    before = own(home, "anna", "a.vcf")
    undone = undo(home, latest(home), "anna")
    assert home.entries("anna") == home.entries("ben") == []
    undo(home, undone.act, "anna")
    assert own(home, "anna", "a.vcf") == before


def test_an_import_is_undone(home: Home) -> None:
    import_cards(home.db, "anna", [Incoming("one", a_card("ua", "Eva Stein", PHONE))])
    undo(home, latest(home), "anna")
    assert home.entries("anna") == []


def test_a_card_whose_uid_is_taken_again_stays_in_the_trash(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.delete("anna", "a.vcf")
    act = latest(home)
    import_cards(home.db, "anna", [Incoming("one", a_card("ua", "Eva Stein", PHONE))])
    with pytest.raises(UsageError, match="changed again since"):
        undo(home, act, "anna")
    assert len(home.entries("anna")) == 1


def test_a_suggestion_is_taken_back_by_its_author(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    seen = home.entries("ben")[0]
    edit(home, "ben", seen.href, "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    undo(home, latest(home), "ben")
    assert home.entries("ben")[0].octets == seen.octets
    assert not any(each.kind == "suggestion" for each in open_cases(home.db, "anna"))


def asked(home: Home, who: str) -> str:
    (case,) = open_cases(home.db, who)
    return case.id


@pytest.mark.parametrize("choice", ["same", "different"])
def test_an_undone_answer_is_asked_again(home: Home, choice: str) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", MAIL))
    run_cycle(home.db, kind="command", releasing=True)
    before = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    case = asked(home, "anna")
    decide(home.db, case, choice, member="anna")
    undone = undo(home, latest(home), "anna")
    assert (own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")) == before
    stays_quiet(home)
    assert asked(home, "anna") == case
    undo(home, undone.act, "anna")
    assert open_cases(home.db, None) == ()
    assert len(home.entries("anna")) == (1 if choice == "same" else 2)


@pytest.mark.parametrize("choice", ["anna", "ben", "keep"])
def test_undone_values_are_asked_again(home: Home, choice: str) -> None:
    common_person(home, ("TITLE:Prof",), ("TITLE:Dr",))
    cycle(home)
    before = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    case = asked(home, "ben")
    decide(home.db, case, choice, member="ben")
    undo(home, latest(home), "ben")
    assert (own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")) == before
    stays_quiet(home)
    assert asked(home, "ben") == case


def test_a_kept_pair_of_numbers_is_asked_again_and_not_completed(home: Home) -> None:
    common_person(home)
    cycle(home)
    edit(home, "anna", "a.vcf", "30 23125 101", "30 23125 108")
    edit(home, "ben", "b.vcf", "23125101", "23125109")
    run_cycle(home.db, kind="nightly")
    case = asked(home, "ben")
    decide(home.db, case, "keep", member="ben")
    undo(home, latest(home), "ben")
    stays_quiet(home)
    assert asked(home, "ben") == case


@pytest.mark.parametrize("choice", ["accept", "decline"])
def test_an_undone_answer_to_a_suggestion_is_open_again(home: Home, choice: str) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    run_cycle(home.db, kind="command", releasing=True)
    before = own(home, "anna", "a.vcf")
    edit(home, "ben", home.entries("ben")[0].href, "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    case = asked(home, "anna")
    decide(home.db, case, choice, member="anna")
    undone = undo(home, latest(home), "anna")
    assert own(home, "anna", "a.vcf") == before
    assert MAIL.encode() in home.entries("ben")[0].octets
    stays_quiet(home)
    assert asked(home, "anna") == case
    undo(home, undone.act, "anna")
    assert (MAIL.encode() in own(home, "anna", "a.vcf")) == (choice == "accept")
    assert open_cases(home.db, None) == ()


def test_what_was_made_private_meanwhile_does_not_come_back(home: Home) -> None:
    """R7: an undo of an undo brings no value that its keeper has taken back."""
    common_person(home, (MAIL,))
    first = undo(home, cycle(home))
    with home.db.write(Actor("card", "anna")) as tx:
        card = tx.connection.execute("SELECT id FROM card WHERE member = 'anna'").fetchone()[0]
        set_visibility(tx, card, "private")
    undo(home, first.act)
    assert MAIL.encode() not in own(home, "ben", "b.vcf")


def test_what_is_not_shown_any_more_does_not_come_back(home: Home) -> None:
    common_person(home, (MAIL,))
    first = undo(home, cycle(home))
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    again = undo(home, first.act)
    assert MAIL.encode() not in own(home, "ben", "b.vcf")
    assert [(each.property, each.is_withdrawn) for each in again.stays] == [("EMAIL", True)]


def test_where_nothing_comes_back_for_it_is_shown_no_more_that_is_said(home: Home) -> None:
    common_person(home, (MAIL,))
    cycle(home)
    body = own(home, "ben", "b.vcf").replace(f"{MAIL}\r\n".encode(), b"")
    home.put("ben", "b.vcf", body, if_match=home.etag("ben", home.entry("ben", "Eva Stein")))
    with home.db.read() as tx:
        act = last_act(tx)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    with pytest.raises(UsageError, match="no longer shown"):
        undo(home, act)


EXAMPLES = int(os.environ.get("HEARTHBOOK_HISTORIES", "12"))
LINES = (
    *(MAIL, NUMBER, "EMAIL;TYPE=WORK:work@example.org", "BDAY:1980-02-29", "BDAY:1981-03-01"),
    *("TITLE:Dr", "TITLE:Prof", "ORG:Bakery;Bread", "URL:https://example.org/", "NOTE:mine"),
    *("item1.TEL:+49 30 23125 303", "X-ODD;foo=bar:1,2;3", "ADR:;;Hauptstr. 1;Berlin;;10115;DE"),
)
some_lines = st.lists(st.sampled_from(LINES), max_size=5, unique=True)


@settings(max_examples=EXAMPLES)
@given(anna=some_lines, ben=some_lines, later=some_lines, is_linked_before=st.booleans())
def test_whatever_a_cycle_did_undo_restores_both_cards(
    tmp_path_factory: pytest.TempPathFactory,
    anna: list[str],
    ben: list[str],
    later: list[str],
    is_linked_before: bool,  # noqa: FBT001 - drawn
) -> None:
    home = Home(tmp_path_factory.mktemp("undo"), "anna", "ben")
    common_person(home, tuple(anna), tuple(ben))
    if is_linked_before:
        run_cycle(home.db, kind="command", releasing=True)
        body = a_card("ua", "Eva Stein", PHONE, *later)
        home.put("anna", "a.vcf", body, if_match=home.etag("anna", home.entries("anna")[0]))
    before = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    report = run_cycle(home.db, kind="command", releasing=True)
    assert report is not None
    with suppress(UsageError):  # where it had found nothing to do
        undo(home, report.act or 0)
    after = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    assert [_content(each) for each in after] == [_content(each) for each in before]
    assert after == before
    stays_quiet(home)
    home.db.close()


def _content(octets: bytes) -> bytes:
    return content_digest(properties(parse(octets), region="DE"))


# --- whose somebody is, and what is said anew instead ---


def claim(home: Home, who: str, says: str) -> int:
    """Somebody says whose Eva is; gives the act."""
    with home.db.read() as tx:
        cards = [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]
    with home.db.write(Actor("own", who)) as tx:
        for each in cards:
            say_claim(tx, each, who, says, None)
        refresh(tx, cards)
    return latest(home)


def owner(home: Home) -> str | None:
    with home.db.read() as tx:
        (card,) = tx.connection.execute("SELECT id FROM card ORDER BY added LIMIT 1").fetchone()
        return owner_said(claims_of(tx, card))


def test_an_undone_claim_is_nobodys_again_and_can_be_said_again(home: Home) -> None:
    common_person(home)
    cycle(home)
    undone = undo(home, claim(home, "anna", "mine"), "anna")
    assert owner(home) is None
    undo(home, undone.act, "anna")
    assert owner(home) == "anna"


def test_ours_undone_gives_back_what_it_had_ended(home: Home) -> None:
    common_person(home)
    cycle(home)
    claim(home, "anna", "mine")
    act = claim(home, "ben", "ours")
    assert owner(home) == ""
    undone = undo(home, act, "ben")
    assert owner(home) == "anna"
    undo(home, undone.act, "ben")
    assert owner(home) == ""


def test_a_claim_that_was_said_otherwise_since_stays(home: Home) -> None:
    common_person(home)
    cycle(home)
    act = claim(home, "anna", "mine")
    claim(home, "anna", "released")
    claim(home, "ben", "mine")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(home, act, "anna")
    assert owner(home) == "ben"


def test_letting_go_of_what_nobody_had_claimed_leaves_nothing_to_undo(home: Home) -> None:
    common_person(home)
    act = claim(home, "ben", "released")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(home, act, "ben")


def test_ours_is_not_said_again_over_what_somebody_claims(home: Home) -> None:
    """An undo that can say nothing else changes nothing, and says so."""
    common_person(home)
    claim(home, "ben", "ours")
    act = claim(home, "ben", "released")
    claim(home, "anna", "mine")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(home, act, "ben")
    assert owner(home) == "anna"


def test_another_member_does_not_undo_a_claim(home: Home) -> None:
    common_person(home)
    cycle(home)
    act = claim(home, "anna", "mine")
    with pytest.raises(NotFound, match="There is no act"):
        undo(home, act, "ben")


def test_what_is_shown_to_whom_is_said_anew(home: Home) -> None:
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    with pytest.raises(UsageError, match="changed what is shown to whom; that is not undone"):
        undo(home, latest(home))


def test_what_a_cycle_brought_is_no_evidence_once_it_was_undone_and_undone_again(
    tmp_path: Path,
) -> None:
    """Anna's number stands on Ben's card, too, who is somebody else by now: Carl's Eva is Anna's alone."""
    phone = "TEL;TYPE=CELL:+49 30 23125 101"
    made = Home(tmp_path, "anna", "ben", "carl")
    made.put("anna", "e.vcf", a_card("a", "Eva Stein", phone))
    made.put("ben", "e.vcf", a_card("b", "Eva Stein", "TITLE:Dr"))
    with made.db.read() as tx:
        anna, ben = (row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added"))
    with made.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (anna, ben), "same", member="anna")
        refresh(tx, (anna, ben))
    run_cycle(made.db, kind="command", releasing=True)
    for _ in range(2):
        with made.db.write(Actor("undo")) as tx:
            undo_act(tx, last_act(tx))
    assert phone.encode() in made.entry("ben", "UID:b").octets
    with made.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (anna, ben), "apart", member="anna")
        refresh(tx, (anna, ben))
    made.put("carl", "e.vcf", a_card("c", "Eva Stein", phone))
    run_cycle(made.db, kind="command", releasing=True)
    with made.db.read() as tx:
        linked = tx.connection.execute(
            "SELECT card_a, card_b FROM link WHERE ended IS NULL AND verdict = 'same'"
        ).fetchall()
    assert [anna in pair for pair in linked] == [True]
    assert made.verify() == ()
    made.db.close()
