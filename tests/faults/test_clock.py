"""A clock that is set back: times never run backwards, never stand still, and somebody is told."""

import logging
import re
import time
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.store.clock import Clock
from server.store.leases import take_lease
from tests.builders import Home, a_card

DAY = 24 * 3600
BEAT_SECONDS_MOST = 5.0


def times(home: Home) -> list[int]:
    """When each act was, in their order."""
    return [row[0] for row in home.db.connection().execute("SELECT at FROM act ORDER BY id")]


def wait_for(clock: Clock, last: int) -> int:
    """The first time that is another than the last change's."""
    end = time.monotonic() + BEAT_SECONDS_MOST
    while time.monotonic() < end:
        now = clock.now(last)
        if now > last:
            return now
    pytest.fail("time stands still")


def test_acts_are_in_the_order_of_their_times_whatever_the_clock_says(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna", "ben")
    for number, days in enumerate((0, -3, -3, 2, -3650, 0)):
        home.clock.pass_seconds(days * DAY)
        home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number}"))
        run_cycle(home.db, kind="command", releasing=True)
    assert times(home) == sorted(times(home))
    assert len(home.entries("ben")) == 6


def test_time_goes_on_from_the_last_change() -> None:
    """Even if the clock stands still ten years back."""
    clock = Clock(lambda: 1_000)
    first = clock.now(10 * DAY * 1_000_000)
    assert first == 10 * DAY * 1_000_000
    assert wait_for(clock, first) > first


def test_a_clock_that_is_right_again_is_followed() -> None:
    told = [5_000_000, 1_000_000, 6_000_000]
    clock = Clock(lambda: told.pop(0))
    clock.now(5_000_000)
    assert clock.now(5_000_000) >= 5_000_000
    assert clock.now(5_000_001) == 6_000_000


def test_a_lease_of_a_killed_process_ends_though_the_clock_was_set_back(tmp_path: Path) -> None:
    """A lease of no length, since a test cannot wait: it ends with the next beat."""
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.clock.pass_seconds(-3 * DAY)
    assert take_lease(home.db, "cycle", "killed", seconds=0) in ("killed", "")
    end = time.monotonic() + BEAT_SECONDS_MOST
    while time.monotonic() < end:
        if take_lease(home.db, "cycle", "next", seconds=30) == "next":
            return
    pytest.fail("the lease never ends")


def test_a_clock_that_is_days_behind_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.clock.pass_seconds(-3 * DAY)
    with caplog.at_level(logging.WARNING):
        home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
        home.entries("anna")
    (said,) = [each.getMessage() for each in caplog.records]
    assert re.match("This machine's clock is [23] days behind the last change", said)
