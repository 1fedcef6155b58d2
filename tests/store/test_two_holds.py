"""Two runs that differ in what Ben does with private things in a mass: no hold tells anybody (design rule R1)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases import open_cases
from server.cycle import run_cycle
from tests.builders import Home, a_card, a_name
from tests.store.test_histories import drawn_from
from tests.store.test_two_runs import _served

OTHERS = ("anna", "carl")
Act = Callable[[Home], object]


class Runs:
    """The same household twice."""

    def __init__(self, folder: Path) -> None:
        self.homes = []
        self.count = 0
        for name in ("full", "bare"):
            with drawn_from("first"):
                self.homes.append(Home(folder / name, "anna", "ben", "carl"))
        for home in self.homes:
            home.db.connection().execute("PRAGMA synchronous = OFF")

    def both(self, act: Act) -> None:
        """Do the same in both runs, at the same time, and compare what others have of it."""
        self.count += 1
        now = max(home.clock.now for home in self.homes)
        for home in self.homes:
            home.clock.now = now
            with drawn_from(f"both {self.count}"):
                act(home)
        full, bare = self.homes
        for who in OTHERS:
            assert full.sequence(who) == bare.sequence(who)
            assert _served(full, who) == _served(bare, who)
            assert open_cases(full.db, who) == open_cases(bare.db, who)

    def first(self, act: Act) -> None:
        """Do something in the first run alone."""
        self.count += 1
        with drawn_from(f"first {self.count}"):
            act(self.homes[0])


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path)
    yield made
    for home in made.homes:
        assert home.verify() == ()
        home.db.close()


def card(index: int, *lines: str) -> bytes:
    return a_card(f"u{index}", a_name(index), *lines)


def add(home: Home, first: int, last: int) -> None:
    for index in range(first, last):
        home.put("ben", f"{index}.vcf", card(index, f"TEL:+49 30 23125 1{index:02d}"))


def change(home: Home, first: int, last: int, line: str) -> None:
    for index in range(first, last):
        entry = home.get("ben", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode())
        home.put("ben+laptop", entry.href, body, if_match=home.etag("ben", entry))


def secrets(home: Home, login: str) -> None:
    for index in range(22):
        home.put(login, f"s{index}.vcf", a_card(f"s{index}", "Secret", "CLASS:PRIVATE"))


def later(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    home.clock.pass_seconds(2 * 86_400)
    if "ben+laptop" not in home.devices:
        home.add_device("ben", "laptop")


def delete(home: Home, names: list[str]) -> None:
    for name in names:
        home.delete("ben+laptop", name)


def test_private_things_in_a_mass_tell_nobody_anything(runs: Runs) -> None:
    """New cards, changes and deletions: the twenty-first that others can tell is held, whatever else was done."""
    runs.both(lambda home: add(home, 0, 12))
    runs.first(lambda home: secrets(home, "ben"))
    runs.both(lambda home: add(home, 12, 23))
    runs.both(later)
    runs.both(lambda home: change(home, 0, 12, "EMAIL:x@example.org"))
    runs.first(lambda home: change(home, 12, 23, "NOTE:secret"))
    runs.first(lambda home: secrets(home, "ben+laptop"))
    runs.both(lambda home: change(home, 12, 23, "EMAIL:y@example.org"))
    runs.both(later)
    runs.both(lambda home: delete(home, [f"{index}.vcf" for index in range(5)]))
    runs.first(lambda home: delete(home, [f"s{index}.vcf" for index in range(22)]))
    runs.both(lambda home: delete(home, [f"{index}.vcf" for index in range(5, 23)]))
    assert "mass-deletion" in [each.kind for each in open_cases(runs.homes[1].db, "ben")]
