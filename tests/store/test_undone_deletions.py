"""A deletion that is undone: everybody has the person again as before, in the same entry (R3, R4, R8, R9)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.undoing import undo as undo_in_words
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.history import last_act
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_share
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
TYPED = "EMAIL:typed-by-ben@example.org"
LATER = "TITLE:Doctor"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna has Eva; Ben sees her."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


def latest(home: Home) -> int:
    with home.db.read() as tx:
        return last_act(tx)


def undo(home: Home, act: int, member: str | None = None) -> int:
    home.clock.pass_seconds(60)
    with home.db.write(Actor("undo", member)) as tx:
        return undo_act(tx, act, member=member).act


def type_on(home: Home, line: str) -> str:
    """Ben types a line on Eva; gives the href of his entry."""
    entry = home.entry("ben", "Eva Stein")
    served = home.fetch("ben", entry.href)
    body = served.octets.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode())
    assert home.put("ben", entry.href, body, if_match=home.etag("ben", served)).status == 204
    return entry.href


def delete(home: Home, who: str) -> int:
    """Somebody deletes Eva; gives the act."""
    entry = home.entry(who, "Eva Stein")
    assert home.delete(who, entry.href).status == 204
    return latest(home)


def live(home: Home) -> list[tuple[str, str]]:
    """Members and names of the cards that are in no trash."""
    with home.db.read() as tx:
        return tx.connection.execute(
            "SELECT member, visibility FROM card WHERE trashed IS NULL ORDER BY member"
        ).fetchall()


def test_a_deletion_of_anothers_card_that_comes_back_is_deleted_again(home: Home) -> None:
    again = undo(home, delete(home, "ben"), "ben")
    assert len(home.entries("ben")) == 1
    hidden = undo(home, again, "ben")
    assert home.entries("ben") == []
    undo(home, hidden, "ben")
    assert len(home.entries("ben")) == 1


def test_a_deletion_of_a_shared_person_that_comes_back_is_deleted_again_as_a_whole(
    home: Home,
) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    run_cycle(home.db, kind="command", releasing=True)
    again = undo(home, delete(home, "ben"), "ben")
    assert [each.href for each in home.entries("ben")] == ["b.vcf"]
    undo(home, again, "ben")
    assert home.entries("ben") == []


def test_what_was_kept_of_a_deleted_card_goes_when_that_comes_back(home: Home) -> None:
    """Ben has one Eva, in the same entry, with what he typed on top as before."""
    href = type_on(home, TYPED)
    (before,) = home.entries("ben")
    deleted = delete(home, "anna")
    assert live(home) == [("ben", "private")]
    undo(home, deleted, "anna")
    assert live(home) == [("anna", "shared")]
    (after,) = home.entries("ben")
    assert (after.href, after.uid, after.octets) == (href, before.uid, before.octets)


def test_it_is_kept_again_when_that_undo_is_undone(home: Home) -> None:
    href = type_on(home, TYPED)
    deleted = delete(home, "anna")
    (kept,) = home.entries("ben")
    again = undo(home, deleted, "anna")
    third = undo(home, again, "anna")
    assert live(home) == [("ben", "private")]
    (after,) = home.entries("ben")
    assert (after.href, after.octets) == (href, kept.octets)
    undo(home, third, "anna")
    assert live(home) == [("anna", "shared")]
    assert [each.href for each in home.entries("ben")] == [href]


def test_what_was_edited_since_stays_beside_it_as_one_person(home: Home) -> None:
    """In the same entry; whoever keeps the server is told, the keeper of the other card is not (R1)."""
    href = type_on(home, TYPED)
    deleted = delete(home, "anna")
    type_on(home, LATER)
    said = undo_in_words(home.db, deleted, member=None)
    assert "Eva Stein stays as it is" in said
    assert live(home) == [("anna", "shared"), ("ben", "private")]
    (after,) = home.entries("ben")
    assert after.href == href
    assert LATER.encode() in after.octets
    assert TYPED.encode() in after.octets


def test_the_keeper_is_not_told_what_another_kept(home: Home) -> None:
    type_on(home, TYPED)
    deleted = delete(home, "anna")
    type_on(home, LATER)
    assert "stays" not in undo_in_words(home.db, deleted, member="anna")


def test_what_was_kept_stays_where_the_card_is_not_shown_any_more(home: Home) -> None:
    href = type_on(home, TYPED)
    deleted = delete(home, "anna")
    (kept,) = home.entries("ben")
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    undo(home, deleted, "anna")
    assert [(each.href, each.octets) for each in home.entries("ben")] == [(href, kept.octets)]


def test_hiding_somebody_again_hides_nobody_who_was_linked_since(tmp_path: Path) -> None:
    """Ben took Anna's older card of Eva out; the younger one, which he was shown all along, joins it."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", a_card("ua", "Evi Stein", PHONE))
    made.put("anna", "b.vcf", a_card("ub", "Eva Stein", LATER))
    href = made.entry("ben", "Eva Stein").href
    assert made.delete("ben", made.entry("ben", "Evi Stein").href).status == 204
    deleted = latest(made)
    with made.db.read() as tx:
        ids = [row[0] for row in tx.connection.execute("SELECT id FROM card")]
    with made.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (ids[0], ids[1]), "same", member="anna")
        refresh(tx, ids)
    assert [each.href for each in made.entries("ben")] == [href]
    undo(made, undo(made, deleted))
    (entry,) = made.entries("ben")
    assert (entry.href, LATER.encode() in entry.octets) == (href, True)
    assert made.verify() == ()
    made.db.close()


def test_what_was_taken_over_from_its_author_stays_off_their_own_card_once_it_is_back(
    home: Home,
) -> None:
    """Undone, it would be lost to Ben where his own card stands for Eva by now (R4)."""
    with home.db.read() as tx:
        (eva,) = (row[0] for row in tx.connection.execute("SELECT id FROM card"))
    with home.db.write(Actor("own", "anna")) as tx:
        say_claim(tx, eva, "anna", "ours", None)
    type_on(home, TYPED)
    run_cycle(home.db, kind="command", releasing=True)
    accepted = latest(home)
    assert TYPED.encode() in home.entry("anna", "Eva Stein").octets
    home.put("ben", "b.vcf", a_card("ub", "Evi Stein", LATER))
    with home.db.read() as tx:
        ids = [row[0] for row in tx.connection.execute("SELECT id FROM card")]
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (ids[0], ids[1]), "same", member="ben")
        refresh(tx, ids)
    before = [each.octets for who in ("anna", "ben") for each in home.entries(who)]
    undone = undo(home, accepted)
    assert TYPED.encode() in home.entry("ben", "UID:ub").octets
    undo(home, undone)
    assert [each.octets for who in ("anna", "ben") for each in home.entries(who)] == before
