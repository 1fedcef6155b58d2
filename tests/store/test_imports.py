"""Imports: identity, twice the same, additions to known cards, hold of mass changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.cases.undoing import undo
from server.store.backup import backup
from server.store.imports import Incoming, import_cards
from server.store.journal import Journal
from tests.builders import Home, a_card

MAIL = "EMAIL:two@example.org"


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


def test_what_a_later_import_added_and_took_back_does_not_keep_the_first_one(home: Home) -> None:
    outcomes(home, a_card("u1", "Eva Stein"), a_card("u2", "Jan Vermeer"))
    outcomes(home, a_card("u1", "Eva Stein", "NOTE:more"))
    for each in reversed(acts(home, "import")):
        undo(home.db, each, member="anna")
    assert home.entries("anna") == []


def test_an_undo_of_an_import_names_the_first_few_that_stay(home: Home) -> None:
    cards = [a_card(f"u{number}", f"Nr {number}") for number in range(20)]
    outcomes(home, *cards)
    outcomes(home, *(a_card(f"u{number}", f"Nr {number}", "NOTE:more") for number in range(18)))
    told = undo(home.db, acts(home, "import")[0], member="anna")
    assert told.count("stays as it is") == 8
    assert str(told).endswith(" 10 more stay.")


def test_a_card_of_an_import_is_called_the_same_after_a_restore_whatever_became_of_another(
    home: Home, tmp_path: Path
) -> None:
    """The first completed a card that is not there any more; whom the others are apart from is."""
    home.put("ben", "b2.vcf", a_card("b2", "Nr 2", MAIL))
    home.put("ben", "b3.vcf", a_card("b3", "Nr 3", "EMAIL:three@example.org"))
    backup(home.db, tmp_path / "copy.db")
    home.clock.pass_seconds(60)
    home.put("anna", "u1.vcf", a_card("u1", "Nr 1"))
    outcomes(
        home,
        a_card("u1", "Nr 1", "NOTE:more"),
        a_card("u2", "Nr 2", MAIL),
        a_card("u3", "Nr 3", "EMAIL:three@example.org"),
    )
    before = ids(home)
    lose_the_put(home)
    restore(home.db.folder, tmp_path / "copy.db")
    assert {uid: card for uid, card in ids(home).items() if uid != "u1"} == {
        uid: card for uid, card in before.items() if uid != "u1"
    }


def ids(home: Home) -> dict[str, str]:
    with home.db.read() as tx:
        return dict(tx.connection.execute("SELECT uid, id FROM card").fetchall())


def lose_the_put(home: Home) -> None:
    """Damage the journal's record of it, as a bad sector does."""
    (path,) = Journal(home.db.folder).paths()
    octets = path.read_bytes()
    at = octets.index(b"u1.vcf")
    path.write_bytes(octets[:at] + b"\x00" + octets[at + 1 :])


def acts(home: Home, kind: str) -> list[int]:
    with home.db.read() as tx:
        found = tx.connection.execute("SELECT id FROM act WHERE kind = ?", (kind,)).fetchall()
    return [each[0] for each in found]
