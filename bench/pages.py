#!/usr/bin/env python3
"""How long a large household's pages take, read in this process: p50 and p95 in milliseconds.

    pages.py [--members 6] [--cards 5000] [--rounds 40] [--data DIR]

A household is made and reconciled first, which takes minutes; with --data it is
kept in that folder, and found there the next time.
"""

import argparse
import gc
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

GIVEN = [
    "Anna",
    "Ben",
    "Carl",
    "Dora",
    "Emil",
    "Fritz",
    "Greta",
    "Hans",
    "Ida",
    "Jan",
    "Karl",
    "Lena",
    "Max",
    "Nina",
    "Otto",
    "Paul",
    "Rosa",
    "Sven",
]
STEMS = [
    "Acker",
    "Berg",
    "Dorn",
    "Eich",
    "Feld",
    "Hof",
    "Kauf",
    "Linden",
    "Moor",
    "Neu",
    "Ober",
    "Roth",
    "Stein",
    "Tal",
    "Wald",
    "Zimmer",
]
ENDS = ["mann", "er", "mayer", "bauer", "hof"]
FAMILIES = [stem + end for stem in STEMS for end in ENDS]


def main() -> None:
    """Make the household, then time its pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=6)
    parser.add_argument("--cards", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        data = given.data or Path(folder) / "data"
        if not (data / "hearthbook.db").exists():
            prepare(data, given.members, given.cards)
        measure(data, given.rounds)


def prepare(folder: Path, members: int, cards: int) -> None:
    """A household whose members know many of the same people, after its first cycle."""
    from server.cycle import run_cycle
    from server.store.database import Actor
    from server.store.household import set_setting
    from server.store.imports import Incoming, import_cards
    from server.store.migrate import create_database
    from server.store.sharing import add_member

    database = create_database(folder, household="Pages", region="DE")
    people = list(_people(members * cards * 3 // 5))
    with database.write(Actor("member")) as tx:
        set_setting(tx, "settle_seconds", "0")
        for number in range(members):
            add_member(tx, f"m{number}", name=f"Member {number}", shares="all")
    for number in range(members):
        drawn = random.Random(number)  # noqa: S311 - made-up cards
        books = [
            Incoming(str(index), _card(f"m{number}-{index}", person, drawn))
            for index, person in enumerate(drawn.sample(people, cards))
        ]
        _timed(
            f"import of m{number}",
            lambda books=books, who=f"m{number}": import_cards(database, who, books),
        )
    _timed("first cycle", lambda: run_cycle(database, kind="command", releasing=True))
    database.close()


def measure(folder: Path, rounds: int) -> None:
    """Time the pages of one member, and the list of the command line."""
    from server.cases import open_cases
    from server.review.application import make_application
    from server.settings import Settings
    from server.store.database import Actor, open_database
    from server.store.sessions import create_session

    database = open_database(folder)
    client = make_application(database, Settings()).test_client()
    with database.write(Actor("sign-in", "m0")) as tx:
        client.set_cookie("hearthbook", create_session(tx, "m0", seconds=3600))
    today = client.get("/").text
    case = re.search(r'href="(/case/[0-9a-f]+)"', today)
    count = len(open_cases(database, "m0"))
    gc.collect()
    gc.freeze()  # as the scheduler of a server does
    say(f"m0 is asked {count} questions")
    _rounds("Today", rounds, lambda: client.get("/"))
    if case is not None:
        _rounds("a case", rounds, lambda: client.get(case[1]))
    for what, path in paths_of(client):
        assert client.get(path).status_code == 200, path
        _rounds(what, rounds, lambda path=path: client.get(path))
    _rounds("cases", max(rounds // 10, 3), lambda: open_cases(database, None, fresh=True))


def paths_of(client: "FlaskClient") -> Iterator[tuple[str, str]]:
    """What somebody opens who looks for people: lists, searches, a person, their form, what happened."""
    yield "people", "/people"
    yield "people, the last page", "/people?page=9999"
    yield "people, by letter", "/people?at=m"
    yield "people of one member", "/people?of=m1"
    for what, words in (
        ("a given name", "anna"),
        ("a whole name", "ida lindenmayer"),
        ("part of a number", "23125000"),
        ("part of a mail address", "moorhof1"),
        ("nobody", "xyzzy"),
    ):
        yield f"a search for {what}", f"/people?q={words.replace(' ', '+')}"
    for whose in ("m0", "m1"):
        found = re.search(r'href="(/people/[0-9a-f]{32})"', client.get(f"/people?of={whose}").text)
        if found is not None:
            yield f"a person of {whose}", found[1]
            yield f"the form of a card of {whose}", f"{found[1]}/edit"
    yield "what happened", "/history"


def say(line: str) -> None:
    """One line of results, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _people(number: int) -> Iterator[tuple[str, str, str]]:
    """Made-up people: name, number, mail address."""
    drawn = random.Random(1)  # noqa: S311 - made-up cards
    for index in range(number):
        name = f"{drawn.choice(GIVEN)} {drawn.choice(FAMILIES)}"
        yield name, f"+49 30 {2312500000 + index}", f"{name.replace(' ', '.')}{index}@example.org"


def _card(uid: str, person: tuple[str, str, str], drawn: random.Random) -> bytes:
    name, number, mail = person
    given, _, family = name.partition(" ")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{family};{given};;;"]
    lines += [f"TEL;TYPE=CELL:{number}"] if drawn.random() < 0.9 else []
    lines += [f"EMAIL;TYPE=HOME:{mail}"] if drawn.random() < 0.7 else []
    lines += [f"TITLE:{drawn.choice(('Dr', 'Prof'))}"] if drawn.random() < 0.1 else []
    lines += ["NOTE:met at the fair"] if drawn.random() < 0.3 else []
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


def _timed(what: str, work: Callable[[], object]) -> None:
    begin = time.process_time()
    work()
    say(f"{what}: {time.process_time() - begin:.1f} s of CPU")


def _rounds(what: str, rounds: int, ask: Callable[[], object]) -> None:
    """Ask several times; of the clock and of this process's CPU, which a busy machine does not lengthen."""
    clock: list[float] = []
    spent: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter(), time.process_time()
        ask()
        clock.append(1000 * (time.perf_counter() - begin[0]))
        spent.append(1000 * (time.process_time() - begin[1]))
    for name, times in (("clock", sorted(clock)), ("CPU", sorted(spent))):
        p50, p95 = times[len(times) // 2], times[min(len(times) * 95 // 100, len(times) - 1)]
        say(f"{what}, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
