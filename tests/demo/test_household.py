"""The demo household in a real database: what the members see of each other."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.contacts.card import parse
from server.contacts.values import is_marked_private
from server.cycle import run_cycle, trial
from server.demo.household import SEED, make_household
from server.demo.people import people
from server.store.books import find_book, load_all
from server.store.database import Database


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Database]:
    database, _ = make_household(tmp_path / "data")
    yield database
    database.close()


def served(database: Database, member: str) -> bytes:
    """Every octet that a member's devices could get."""
    with database.read() as tx:
        book = find_book(tx, member, BOOK_OF_THE_HOUSEHOLD)
        assert book is not None
        return b"".join(entry.octets for entry in load_all(tx, book, version_4=True))


def test_nothing_is_shared_before_a_human_says_go(household: Database) -> None:
    assert run_cycle(household, kind="quick") is None


def test_the_first_reconciliation_finds_what_was_planted(household: Database) -> None:
    plan, _ = trial(household)
    operations = Counter(type(each).__name__ for each in plan.operations)
    questions = Counter(type(each).__name__ for each in plan.questions)
    assert operations["Join"] == 39
    assert questions == {"SamePerson": 6, "ValuesDiffer": 4}


def test_a_second_reconciliation_has_nothing_to_do(household: Database) -> None:
    run_cycle(household, kind="letter", member="anna", releasing=True)
    report = run_cycle(household, kind="quick")
    assert report is not None
    assert report.is_empty


def test_private_cards_appear_to_nobody_else(household: Database) -> None:
    """Not by number, mail address or name, even after everything is shared."""
    run_cycle(household, kind="letter", member="anna", releasing=True)
    anna, ben, _ = people(SEED)
    for cards, other in ((anna, "ben"), (ben, "anna")):
        private = [octets for octets in cards if is_marked_private(parse(octets))]
        lines = [
            line
            for octets in private
            for line in octets.splitlines()
            if line.startswith((b"EMAIL", b"TEL"))
        ]
        got = served(household, other).replace(b" ", b"")
        values = [line.rpartition(b":")[2].replace(b" ", b"") for line in lines]
        assert len(values) >= 2 * len(private)
        assert [value for value in values if value in got] == []


def test_everybody_is_served_once(household: Database) -> None:
    """Each member's 120 cards and the other's that are no person in common, private or a group."""
    before = {member: served(household, member).count(b"END:VCARD") for member in ("anna", "ben")}
    run_cycle(household, kind="letter", member="anna", releasing=True)
    after = {member: served(household, member).count(b"END:VCARD") for member in ("anna", "ben")}
    assert before == {"anna": 120, "ben": 120}
    # Ben's 120 without 39 certain people, 2 private cards and a group; Anna's without 4 private.
    assert after == {"anna": 120 + 120 - 39 - 2 - 1, "ben": 120 + 120 - 39 - 4 - 1}
