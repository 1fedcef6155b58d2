"""When cycles run, told by a clock that only the tests move."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.scheduler import Quick, Scheduler
from server.settings import Settings
from server.store.jobs import gauges
from server.store.leases import LEASE_NAME, LEASE_SECONDS, take_lease
from server.store.people import Search, list_people
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, whose first cycle was released; Anna's card of Eva has a mail address."""
    made = Home(tmp_path, "anna", "ben")
    run_cycle(made.db, kind="command", releasing=True)
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    yield made
    assert made.verify() == ()
    made.db.close()


def scheduler_of(home: Home) -> Scheduler:
    """A scheduler that nobody started: its jobs run when a test says so."""
    return Scheduler(home.db, Settings())


def agree(home: Home) -> bool:
    """Whether Ben's card has got what Anna's knows."""
    entry = home.get("ben", "b.vcf")
    assert entry is not None
    return MAIL.encode() in entry.octets


def test_a_quick_cycle_is_due_some_seconds_after_the_last_change() -> None:
    quick = Quick(wait=5, wait_most=60)
    quick.notice(1, 100.0)
    quick.notice(1, 104.0)
    assert not quick.is_due(104.9)
    assert quick.is_due(105.0)


def test_changes_that_never_end_are_waited_for_a_minute_at_most() -> None:
    quick = Quick(wait=5, wait_most=60)
    due = []
    for second in range(70):
        quick.notice(second + 1, float(second))
        due.append(quick.is_due(float(second)))
    assert due.index(True) == 60


def test_what_a_cycle_wrote_itself_is_nothing_to_wait_for() -> None:
    quick = Quick(wait=5, wait_most=60)
    quick.notice(1, 0.0)
    quick.done(2)
    quick.notice(2, 5.0)
    assert not quick.is_due(70.0)


def test_cards_agree_five_seconds_after_they_were_saved(home: Home) -> None:
    scheduler = scheduler_of(home)
    scheduler.look()
    home.clock.pass_seconds(6)
    scheduler.look()
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    scheduler.look()
    home.clock.pass_seconds(4)
    scheduler.look()
    assert not agree(home)
    home.clock.pass_seconds(1)
    scheduler.look()
    assert agree(home)


def test_a_night_lets_cards_agree_and_measures_the_books(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    scheduler = scheduler_of(home)
    scheduler.night()
    assert agree(home)
    home.clock.pass_seconds(86_400)
    scheduler.night()
    with home.db.read() as tx:
        days = [each.day for each in gauges(tx, "anna")]
    assert len(days) == len(set(days)) == 2


def test_a_server_that_sleeps_at_night_measures_by_day_once(home: Home) -> None:
    def days() -> int:
        with home.db.read() as tx:
            return len(gauges(tx, "anna"))

    scheduler = scheduler_of(home)
    scheduler.measure_late()
    assert days() == 1
    home.clock.pass_seconds(24 * 3600)
    scheduler.measure_late()
    assert days() == 1, "it may have been last night"
    home.clock.pass_seconds(24 * 3600)
    scheduler.measure_late()
    scheduler.measure_late()
    assert days() == 2


def test_a_crashed_cycle_is_taken_over_when_its_lease_is_over(home: Home) -> None:
    """A killed process left its lease behind; nothing else holds the next cycle up."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    scheduler = scheduler_of(home)
    scheduler.look()
    home.clock.pass_seconds(10)
    take_lease(home.db, LEASE_NAME, "killed", seconds=LEASE_SECONDS)
    scheduler.look()
    assert not agree(home)
    home.clock.pass_seconds(LEASE_SECONDS + 1)
    scheduler.look()
    assert agree(home)


def test_lists_are_ready_before_somebody_looks(home: Home) -> None:
    scheduler_of(home).night()
    with home.db.read() as tx:
        found = list_people(tx, "ben", Search(), most=5)
    assert [each.name for each in found] == ["Eva Stein"]


def test_what_stays_in_memory_after_a_cycle_is_walked_by_no_collection(home: Home) -> None:
    """Else one request in thirty waits for longer than it takes itself."""
    gc.unfreeze()
    try:
        scheduler_of(home).night()
        assert len(gc.get_objects()) < gc.get_freeze_count() / 10
    finally:
        gc.unfreeze()
