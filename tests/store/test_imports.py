"""Imports: identity, twice the same, additions to known cards, hold of mass changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.cases.undoing import undo
from server.store.backup import backup
from server.store.imports import Incoming, import_cards
from tests.builders import Home, a_card


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def outcomes(home: Home, *cards: bytes, dry_run: bool = False) -> list[str]:
    incoming = [Incoming(f"file {number}", each) for number, each in enumerate(cards)]
    return [each.outcome for each in import_cards(home.db, "anna", incoming, dry_run=dry_run).cards]


def test_a_second_import_changes_nothing(home: Home) -> None:
    cards = (a_card("u1", "Eva Stein"), a_card("", "Jan Vermeer"))
    assert outcomes(home, *cards) == ["taken", "taken"]
    before = home.sequence("anna"), home.sequence("ben")
    assert outcomes(home, *cards) == ["known", "known"]
    assert (home.sequence("anna"), home.sequence("ben")) == before


def test_imported_octets_are_kept(home: Home) -> None:
    body = a_card("u1", "Eva Stein", "X-ODD:1,2;3")
    outcomes(home, body)
    assert [each.octets for each in home.entries("anna")] == [body]


def test_a_known_card_gets_additions_and_loses_nothing(home: Home) -> None:
    outcomes(home, a_card("u1", "Eva Stein", "TEL:+49 30 23125 101", "TITLE:Dr", "NOTE:mine"))
    report = import_cards(
        home.db,
        "anna",
        [Incoming("again", a_card("u1", "Eva Stein", "EMAIL:e@example.org", "TITLE:Prof"))],
    )
    stored = home.entries("anna")[0].octets
    assert [each.outcome for each in report.cards] == ["completed"]
    assert "TITLE" in report.cards[0].why
    assert b"EMAIL:e@example.org" in stored
    assert all(line in stored for line in (b"TEL:+49 30 23125 101", b"TITLE:Dr\r\n", b"NOTE:mine"))


def test_one_broken_card_does_not_stop_the_good_ones(home: Home) -> None:
    assert outcomes(home, a_card("u1", "Eva Stein"), b"nonsense", a_card("u2", "Jan Vermeer")) == [
        "taken",
        "skipped",
        "taken",
    ]


def test_a_dry_run_writes_nothing(home: Home) -> None:
    assert outcomes(home, a_card("u1", "Eva Stein"), dry_run=True) == ["taken"]
    assert home.entries("anna") == []


def test_more_than_twenty_new_cards_are_held_from_others(home: Home) -> None:
    outcomes(home, *(a_card(f"u{number}", f"Nr {number}") for number in range(21)))
    assert len(home.entries("anna")) == 21
    assert home.entries("ben") == []


def test_an_import_is_undone_as_one_also_after_a_restore(home: Home, tmp_path: Path) -> None:
    """A card that stands twice in it, and what it added to one that was there before, are no exception."""
    home.put("anna", "old.vcf", a_card("old", "Old One"))
    backup(home.db, tmp_path / "copy.db")
    home.clock.pass_seconds(60)
    cards = [a_card(f"u{number}", f"Nr {number}") for number in range(30)]
    outcomes(home, *cards, a_card("u1", "Nr 1", "NOTE:twice"), a_card("old", "Old One", "TITLE:Dr"))
    home.clock.pass_seconds(60)
    assert restore(home.db.folder, tmp_path / "copy.db").problems == ()
    whole = [each.octets for each in home.entries("anna")]
    assert len(whole) == 31
    assert sum(b"NOTE:twice" in each or b"TITLE:Dr" in each for each in whole) == 2
    (done,) = acts(home, "import")
    undo(home.db, done, member="anna")
    assert [each.octets for each in home.entries("anna")] == [a_card("old", "Old One")]
    (undone,) = acts(home, "undo")
    undo(home.db, undone, member="anna")
    assert sorted(each.octets for each in home.entries("anna")) == sorted(whole)


def acts(home: Home, kind: str) -> list[int]:
    with home.db.read() as tx:
        found = tx.connection.execute("SELECT id FROM act WHERE kind = ?", (kind,)).fetchall()
    return [each[0] for each in found]
