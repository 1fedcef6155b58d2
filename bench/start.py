#!/usr/bin/env python3
"""Serve a household made for the CardDAV benchmark: a member per book, nobody shares anything.

    start.py --port PORT --data DIR [--secret SECRET]

A fresh data folder is filled first; an existing one is served as it is, so that
a restart keeps the books. SIGTERM stops the server.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MEMBERS = ("imp0", "b200", "b1000", "b5000", "put", *(f"c{number}" for number in range(1, 9)))
SECRET = "benchmark-secret"  # noqa: S105  made-up, for loopback only


def main() -> None:
    """Prepare the household if there is none, then serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--secret", default=SECRET, help="the password of every device")
    given = parser.parse_args()
    prepare(given.data, given.secret, MEMBERS)
    # What `hearthbook` does, in this process: a second interpreter would be timed, too.
    from server.__main__ import run

    serve = ("serve", "--host", "127.0.0.1", "--port", str(given.port))
    sys.exit(run(["--data", str(given.data), *serve]))


def prepare(folder: Path, secret: str, members: Iterable[str]) -> None:
    """Make the household with one device each, unless the folder holds one."""
    if (folder / "hearthbook.db").exists():
        return  # before anything heavy is imported: the benchmark times a restart
    from server.access import BOOK_OF_THE_HOUSEHOLD
    from server.store.books import create_book
    from server.store.database import Actor
    from server.store.devices import add_device
    from server.store.members import insert_member
    from server.store.migrate import create_database

    database = create_database(folder, household="Benchmark", region="DE")
    with database.write(Actor(kind="member")) as tx:
        for each in members:
            # What `hearthbook member add` does, without its look at the others' cards: there are none.
            insert_member(tx, each, name=each, shares="none")
            create_book(tx, each, BOOK_OF_THE_HOUSEHOLD, "Contacts")
            add_device(tx, each, "bench", secret=secret)
    database.close()


if __name__ == "__main__":
    main()
