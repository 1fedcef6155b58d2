"""A reader who reaches only what one member may see, whatever is asked of it (design rule R1).

Policy is decided in `access`, value by value. A page asks much of the database,
and what it is given beyond that, though it never says it, takes time that could
be told. So pages read on a connection of their own, on which views stand before
the tables (`fence.sql`): no statement, however it is written, gets a row of a
card or value that its keeper keeps from this member.

What is in the trash, held or not settled yet stands inside; whether it is shown
now is told by `access` alone. A test holds the fence against it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.contacts.build import NAMES_OF_ORGANISATION, NAMES_OF_PERSON
from server.contacts.travel import SHOWN_NAMES, travel_of
from server.store.database import Database
from server.store.members import household_of
from server.store.statement import Statement
from server.store.transaction import Transaction

FENCED: Final = (
    "card",
    "fact",
    "link",
    "card_version",
    "operation",
    "suggestion",
    "slot",
    "hidden",
)
"""The tables before which a view stands."""

_SCRIPT: Final = Path(__file__).with_name("fence.sql")
_TRAVELS: Final = "INSERT INTO temp.travels VALUES (?, ?, ?)"
_READ_AS: Final = Statement("INSERT INTO temp.reader VALUES (:who)")
_SHOWS: Final = Statement("INSERT INTO temp.shows VALUES (:who, :how_much)")


@contextmanager
def reading_as(db: Database, viewer: str) -> Iterator[Transaction]:
    """A read transaction that reaches only what one member may see.

    What it notes of the reader goes with the transaction.
    """
    with db.read(_put_up) as tx:
        tx.reader = viewer
        tx.run(_READ_AS, who=viewer)
        household = household_of(tx, taker=viewer)
        for each in (*household.members, *household.left):
            tx.run(_SHOWS, who=each.id, how_much=household.level(each.id, viewer))
        yield tx


def _put_up(connection: sqlite3.Connection) -> None:
    """Put the views before the tables of a connection."""
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(_SCRIPT.read_text(encoding="utf-8"))
    names = NAMES_OF_PERSON | NAMES_OF_ORGANISATION
    connection.executemany(
        _TRAVELS,
        [
            (each, "name" if each in names else "all", travel_of(each).suggestible)
            for each in sorted(SHOWN_NAMES)
        ],
    )
