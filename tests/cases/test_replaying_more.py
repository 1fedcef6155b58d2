"""After a restore: what was asked of a deletion, whose somebody is, and what the household chose are as they were."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.cases.whose import say_whose
from server.store.backup import backup
from server.store.beginning import begin, begin_token
from server.store.cards import cards_with_uid
from server.store.choosing import say_always_asks, say_called, speak
from server.store.connecting import connect, list_connected
from server.store.database import Actor
from server.store.devices import add_device, revoke_device
from server.store.fading import half_lives_of, say_half_lives
from server.store.household import always_asks, household_name, language_of, region_of
from server.store.linking import say_claim
from server.store.members import Member, set_password_hash
from server.store.pausing import pause
from server.store.regions import move_to
from server.store.sessions import reset_password
from server.store.sharing import add_member, set_member, set_share, set_visibility
from server.store.undoing import undo_act
from tests.asking import open_cases
from tests.builders import Home, a_card
from tests.cases.test_replaying import (
    PHONE,
    add,
    answer,
    cycle,
    edit,
    last,
    restored,
    state,
    take_back,
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three members, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    made.add_device("anna", "tablet")
    backup(made.db, tmp_path / "copy.db")
    yield made
    assert made.verify() == ()
    made.db.close()


def deletion_asked(home: Home) -> None:
    """The tablet deletes what the phone has edited meanwhile."""
    add(home, "anna", "ua", "Eva Stein", PHONE)
    stale = home.etag("anna", home.fetch("anna+tablet", "ua.vcf"))
    edit(home, "anna", "Eva Stein", PHONE, f"{PHONE}\r\nNOTE:tall")
    home.clock.pass_seconds(60)
    assert home.delete("anna+tablet", "ua.vcf", if_match=stale).status == 412
    assert [each.kind for each in open_cases(home.db, "anna")][-1] == "deletion"


def deletion_done_after_all(home: Home) -> None:
    deletion_asked(home)
    answer(home, "anna", "deletion", "delete")


def whose_is_disputed(home: Home) -> None:
    """Numbers of acts are others after a restore; the question is the same."""
    add(home, "carl", "uc", "Ida Klein", PHONE)
    add(home, "anna", "ua", "Eva Stein", PHONE)
    with home.db.read() as tx:
        (card,) = cards_with_uid(tx, "anna", "ua")
    for who in ("anna", "ben"):
        home.clock.pass_seconds(60)
        with home.db.write(Actor("own", who)) as tx:
            say_claim(tx, card.id, who, "mine", None)
    with home.db.write(Actor("undo")) as tx:
        undo_act(tx, card.added)
    undone = last(home)
    with home.db.write(Actor("undo")) as tx:
        undo_act(tx, undone)
    cycle(home)


def dispute_left_for_later(home: Home) -> None:
    whose_is_disputed(home)
    answer(home, "ben", "dispute", "later")


def dispute_answered(home: Home) -> None:
    whose_is_disputed(home)
    answer(home, "ben", "dispute", "anna")


def two_cards_of_eva(home: Home) -> str:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    add(home, "ben", "ub", "Eva Stein", PHONE)
    cycle(home)
    home.clock.pass_seconds(60)
    with home.db.read() as tx:
        (card,) = cards_with_uid(tx, "anna", "ua")
    return card.id


def given_away(home: Home) -> None:
    """Who said that Eva is Ben's now is Anna, who may undo it."""
    card = two_cards_of_eva(home)
    say_whose(home.db, "anna", card, "claim")
    home.clock.pass_seconds(60)
    say_whose(home.db, "anna", card, "give", "ben")


def claim_undone(home: Home) -> None:
    """Of both of Eva's cards."""
    card = two_cards_of_eva(home)
    say_whose(home.db, "anna", card, "claim")
    take_back(home, last(home), "anna")


def let_in_and_shut_out(home: Home) -> None:
    """The history tells who did it, as of a link for a new password, which everybody is told of."""
    add(home, "anna", "ua", "Eva Stein", PHONE)
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, "private")
    with home.db.write(Actor("member", "anna")) as tx:
        add_member(tx, "dora", name="Dora", shares="all", role="child")
    with home.db.write(Actor("member", "anna")) as tx:
        set_member(tx, "dora", role="guest")
    with home.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "carl", "name")
    with home.db.write(Actor("device", "ben")) as tx:
        add_device(tx, "ben", "laptop")
    with home.db.write(Actor("device", "ben")) as tx:
        revoke_device(tx, "ben", "laptop")
    with home.db.write(Actor("password", "ben")) as tx:
        set_password_hash(tx, "ben", "hashed")
    with home.db.write(Actor("reset", "anna")) as tx:
        reset_password(tx, "ben", by="anna", seconds=60)
    with home.db.write(Actor("pause", "carl")) as tx:
        pause(tx, "carl")


STORIES = (
    deletion_asked,
    deletion_done_after_all,
    dispute_left_for_later,
    dispute_answered,
    given_away,
    claim_undone,
    let_in_and_shut_out,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_all_is_as_it_was(home: Home, story: Callable[[Home], None]) -> None:
    story(home)
    before = state(home)
    account = restored(home).account
    assert account.left == ()
    assert account.others == ()
    assert state(home) == before


def chosen(home: Home) -> dict[str, object]:
    """What the household chose for itself."""
    with home.db.read() as tx:
        return {
            "called": household_name(tx),
            "region": region_of(tx),
            "asks": always_asks(tx),
            "speaks": language_of(tx),
            "lives": half_lives_of(tx),
        }


def choose(home: Home, name: str, region: str, years: float, *, always: bool) -> None:
    home.clock.pass_seconds(60)
    with home.db.write(Actor("settings", "anna")) as tx:
        say_called(tx, name)
        move_to(tx, region)
        say_always_asks(tx, always=always)
        speak(tx, "de" if always else "")
        say_half_lives(tx, {"mobile": years})


def test_what_the_household_chose_since_is_chosen_again(home: Home) -> None:
    """In its order: a number is read by the rules of the region in which it was sent."""
    before = chosen(home)
    add(home, "anna", "ua", "Eva Stein", "TEL:0664 1234567")
    choose(home, "The Steins", "AT", 3.0, always=True)
    add(home, "ben", "ub", "Eva Stein", "TEL:0664 1234567")
    cycle(home)
    then, seen = chosen(home), state(home)
    assert then != before
    result = restored(home)
    assert result.account.left == ()
    assert result.account.others == ()
    assert (chosen(home), state(home)) == (then, seen)
    choose(home, "Others", "DE", 5.0, always=False)
    restore(home.db.folder, home.db.folder.parent / "copy.db", exactly=True)
    assert chosen(home) == before


def test_what_a_device_showed_that_it_knows_it_can_take_off(home: Home) -> None:
    """The tablet sent the line once, and nothing new; what it leaves out later came too late, and is merged."""
    add(home, "anna", "ua", "Eva Stein", PHONE, "X-ODD:one")
    entry = home.fetch("anna+tablet", "ua.vcf")
    tag = home.etag("anna", entry)
    assert home.put("anna+tablet", "ua.vcf", entry.octets, if_match=tag).status == 204
    edit(home, "anna", "Eva Stein", "END:", "TITLE:Dr\r\nEND:")
    late = entry.octets.replace(b"X-ODD:one\r\n", b"")
    assert home.put("anna+tablet", "ua.vcf", late, if_match=tag).status == 412
    cycle(home)
    before = home.entry("anna", "Eva Stein").octets
    assert b"X-ODD" not in before
    assert restored(home).account.left == ()
    assert home.entry("anna", "Eva Stein").octets == before


def test_a_device_is_called_as_its_member_called_it(home: Home) -> None:
    with home.db.write(Actor("device", "anna")) as tx:
        connect(tx, "anna", "Anna's iPhone")

    def called() -> list[str]:
        with home.db.read() as tx:
            return [each.name for each in list_connected(tx, "anna")]

    before = called()
    assert "Anna's iPhone" in before
    assert restored(home).account.left == ()
    assert called() == before


def test_what_the_first_member_said_is_said_again(tmp_path: Path) -> None:
    """Of a backup from before anybody lived there."""
    made = Home(tmp_path / "data")
    with made.db.write(Actor("settings")) as tx:
        token = begin_token(tx)
    assert token is not None
    backup(made.db, tmp_path / "copy.db")
    first = Member("anna", "Anna", "adult", "all", has_password=False)
    with made.db.write(Actor("member")) as tx:
        assert begin(tx, token, first, household="The Steins", region="AT", language="de")
    before = chosen(made)
    assert restored(made).account.left == ()
    assert chosen(made) == before
    made.db.close()


def test_what_was_chosen_already_is_not_noted(home: Home) -> None:
    choose(home, "The Steins", "AT", 3.0, always=True)
    written = last(home)
    choose(home, "The Steins", "AT", 3.0, always=True)
    assert last(home) == written


def test_a_body_for_whatever_is_there_takes_nothing_off_that_its_device_never_saw(
    home: Home,
) -> None:
    """`If-Match: *` names no text, then and in a replay."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    entry = home.entry("anna", "Eva Stein")
    number, site = b"TEL:+49 30 55570007\r\nEND", b"URL:https://eva.example\r\nEND"
    home.put("anna+tablet", entry.href, entry.octets.replace(b"END", number))
    home.put("anna", entry.href, entry.octets.replace(b"END", site), if_match="*")
    before = home.entry("anna", "Eva Stein").octets
    assert b"55570007" in before
    assert b"eva.example" in before
    restore(home.db.folder, home.db.folder.parent / "copy.db")
    assert home.entry("anna", "Eva Stein").octets == before


def test_a_card_sent_again_takes_nothing_off_others_cards_that_its_device_never_saw(
    home: Home,
) -> None:
    """Deleted meanwhile, it comes back as it is sent, whichever text its If-Match names."""
    two_cards_of_eva(home)
    known = home.fetch("anna+tablet", "ua.vcf")
    tag = home.etag("anna", known)
    edit(home, "anna", "Eva Stein", PHONE, f"{PHONE}\r\nTITLE:Dr")
    cycle(home)
    home.delete("anna", "ua.vcf")
    body = known.octets.replace(b"END", b"NICKNAME:Evi\r\nEND")
    assert home.put("anna+tablet", "ua.vcf", body, if_match=tag).status == 201
    cycle(home)
    before = state(home)
    assert b"TITLE:Dr" in home.entry("ben", "Eva Stein").octets
    assert restored(home).account.left == ()
    assert state(home) == before


@pytest.mark.parametrize("other", [None, "", '"nonsense"'])
def test_what_was_taken_off_under_a_retired_href_goes_as_far_as_before(
    home: Home, other: str | None
) -> None:
    """From others' cards, too, where the body's If-Match told what its device had."""
    add(home, "ben", "ub", "Eva Stein", PHONE, "TITLE:Dr")
    cycle(home)
    known = home.fetch("anna+tablet", home.entry("anna", "Eva Stein").href)
    tag = home.etag("anna", known)
    add(home, "anna", "ua", "Eva Stein", PHONE, "TITLE:Dr")
    cycle(home)
    body = known.octets.replace(b"TITLE:Dr\r\n", b"")
    home.put("anna+tablet", known.href, body, if_match=tag if other is None else other)
    cycle(home)
    before = state(home)
    assert (b"TITLE" in home.entry("ben", "Eva Stein").octets) is (other is not None)
    assert restored(home).account.left == ()
    assert state(home) == before
    cycle(home)  # which follows what was replayed
    assert state(home) == before


def test_a_body_under_a_new_href_meets_the_entry_that_its_uid_names_again(home: Home) -> None:
    """The entry is one for which another one stands; what its device had is known of it alone."""
    add(home, "anna", "ua", "Eva Stein", PHONE)
    add(home, "ben", "ub", "Eva Stein", "EMAIL:eva@example.org", "TITLE:Dr")
    served = home.fetch("carl", next(e.href for e in home.entries("carl") if b"TITLE" in e.octets))
    add(home, "anna", "ua", "Eva Stein", PHONE, "EMAIL:eva@example.org")
    cycle(home)
    home.delete("anna", "ua.vcf")
    cycle(home)
    assert len(home.entries("carl")) == 1
    body = served.octets.replace(b"TITLE:Dr\r\n", b"")
    assert home.put("carl", "again.vcf", body, if_none_match="*").status == 204
    before = state(home)
    assert b"TITLE" not in home.entry("carl", "Eva Stein").octets
    assert restored(home).account.left == ()
    assert state(home) == before
