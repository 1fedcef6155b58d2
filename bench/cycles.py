"""What cycles cost in households of growing size: `make cycles`. CPU time, so that a busy machine matters little.

Each household is made anew in a folder that is thrown away: members who show each other everything,
three fifths of the people in more than one book, names as frequent as in real books.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from server.cycle import run_cycle
from server.planning import Planner
from server.store.books import find_book, load_all
from server.store.database import Actor, Database
from server.store.devices import add_device
from server.store.household import set_setting
from server.store.imports import Incoming, import_cards
from server.store.migrate import create_database
from server.store.sharing import add_member
from server.store.writes import put

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
    "Tina",
    "Uwe",
    "Vera",
    "Willi",
    "Yara",
    "Zoe",
    "Eva",
    "Mia",
    "Leon",
    "Felix",
    "Clara",
    "Jonas",
]
BEGINNINGS = [
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
    "Kirch",
    "Kohl",
]
ENDS = ["mann", "er", "mayer", "bauer", "hof"]
CHANGES = 10


def main() -> None:
    """Print one row for each size."""
    parser = argparse.ArgumentParser(prog="make cycles", description=__doc__)
    parser.add_argument("--members", type=int, default=2)
    parser.add_argument("--each", default="500,1000,2000", help="cards in each member's book")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _measure(options.members, options.one)
        return
    _print("| cards | first cycle | full cycle | per card | one change | of a full one | memory |")
    _print("|---|---|---|---|---|---|---|")
    base = 0.0
    for each in map(int, options.each.split(",")):
        words = [sys.executable, __file__, "--members", str(options.members), "--one", str(each)]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own file
        first, full, change, memory = map(float, done.stdout.split())
        cards = options.members * each
        base = base or full / cards
        _print(
            f"| {cards:,} | {first:.1f} s | {full:.2f} s | **×{full / cards / base:.2f}** | "
            f"{change * 1000:.1f} ms | **1/{full / change:.0f}** | {memory:.0f} MiB |"
        )


def _measure(members: int, each: int) -> None:
    """Seconds of CPU for the first cycle, one that finds nothing, and one after a single change; MiB."""
    with tempfile.TemporaryDirectory() as folder:
        db = _household(Path(folder) / "data", members, each)
        first = _cpu(lambda: run_cycle(db, kind="command", releasing=True))
        planner = Planner(db.changes)
        run_cycle(db, kind="nightly", planner=planner)
        full = _cpu(lambda: run_cycle(db, kind="nightly", planner=planner))
        change = sum(_change(db, planner, number) for number in range(CHANGES)) / CHANGES
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        db.close()
    _print(f"{first} {full} {change} {memory}")


def _change(db: Database, planner: Planner, number: int) -> float:
    """What a cycle costs after somebody got a number more."""
    with db.write(Actor("device", "m0")) as tx:
        device, _ = add_device(tx, "m0", f"phone-{number}", read_only=False)
    with db.write(Actor("put", "m0", device.id)) as tx:
        book = find_book(tx, "m0", "contacts")
        assert book is not None
        entry = tuple(load_all(tx, book, version_4=False))[7 * number]
        line = f"TEL:+49 30 99{number:06}\r\nEND:VCARD".encode()
        put(tx, book, entry.href, bytes(entry.octets).replace(b"END:VCARD", line), device=device)
    return _cpu(lambda: run_cycle(db, kind="quick", planner=planner))


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _household(folder: Path, members: int, each: int) -> Database:
    db = create_database(folder, household="Bench", region="DE")
    random = Random(1)  # noqa: S311 - the same household for every run
    names = [beginning + end for beginning in BEGINNINGS for end in ENDS]
    people = [(random.choice(GIVEN), random.choice(names)) for _ in range(members * each * 3 // 5)]
    with db.write(Actor("member")) as tx:
        set_setting(tx, "settle_seconds", "0")
        for number in range(members):
            add_member(tx, f"m{number}", name=f"Member {number}", shares="all")
    for number in range(members):
        known = Random(number).sample(range(len(people)), each)  # noqa: S311 - as above
        cards = [Incoming(str(who), _card(number, who, *people[who], random)) for who in known]
        import_cards(db, f"m{number}", cards)
    return db


def _card(member: int, who: int, given: str, family: str, random: Random) -> bytes:
    """One member's card of one of the people: most of them know the number, fewer the rest."""
    lines = [
        (0.9, f"TEL;TYPE=CELL:+49 30 {2312500000 + who}"),
        (0.7, f"EMAIL;TYPE=HOME:{given}.{family}{who}@example.org".lower()),
        (0.4, f"ADR;TYPE=HOME:;;Musterstr. {who % 200};Berlin;;{10000 + who % 9999};DE"),
        (0.2, f"BDAY:19{30 + who % 70}-0{1 + who % 9}-1{who % 10}"),
        (0.2, f"ORG:{family} GmbH"),
        (0.3, "NOTE:met at the fair"),
    ]
    said = [line for chance, line in lines if random.random() < chance]
    frame = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{member}-{who}", f"FN:{given} {family}"]
    return "\r\n".join([*frame, f"N:{family};{given};;;", *said, "END:VCARD", ""]).encode()


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this table is what the program is for


if __name__ == "__main__":
    main()
