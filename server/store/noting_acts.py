"""What goes into the journal of acts on what was shown: answers, undos, releases, and what the machine did between.

They are no bodies, but what a member typed later rests on them. A replay does
them again where it finds the same question, the same act, the same hold.
"""

import json
from typing import Final

from sqlalchemy import select

from server.store.database import Transaction
from server.store.journal import Record
from server.store.noting_books import BOOK_KINDS
from server.store.query import Query, bind
from server.store.schema import act

UNLEND: Final = "unlend"
"""A card is shown no longer to whom it was shown in particular; an exact restore does not give that up."""
TYPED: Final = "typed"
"""A card was typed on a page: changed, added, or suggested; its record holds the whole text."""
PART: Final = "part"
RETHINK: Final = "rethink"
"""A card is somebody else than those that it is linked to; what was said of two cards holds no more."""
SETTING: Final = "setting"
"""The household chose something for itself: its name, its region, how it is asked, how values age."""
BY_MEMBERS: Final = (
    frozenset({"version", UNLEND, "decide", "undo", "release", "again", "ask", "kept"})
    | {PART, RETHINK, TYPED, SETTING}
    | BOOK_KINDS
)
BY_MACHINE: Final = frozenset({"cycle", "settle", "late"})
"""What of these cannot be done again is left to the next cycle."""

_NAME: Final = Query(select(act.c.name).where(act.c.id == bind("which")))
_NAMED: Final = Query(select(act.c.id).where(act.c.name == bind("what")))
_OF_NUMBER: Final = Query(select(act.c.id).where(act.c.id == bind("which")))


def note_act(tx: Transaction, kind: str, /, **words: str) -> None:
    """Note the act at hand.

    Args:
        kind: One of `BY_MEMBERS` and `BY_MACHINE`.
        words: What finding it again needs: names and questions, never what a card says.
    """
    _note(tx, kind, tx.act, words)


def note_nothing(tx: Transaction, kind: str, /, **words: str) -> None:
    """Note what came to nothing, under the act before it: a replay should not take it up later."""
    _note(tx, kind, tx.before, words)


def _note(tx: Transaction, kind: str, act: int, words: dict[str, str]) -> None:
    assert kind in BY_MEMBERS | BY_MACHINE
    who = tx.actor.member or ""
    tx.records.append(Record(kind, act, tx.now, member=who, note=json.dumps(words)))


def name_of_act(tx: Transaction, number: int) -> str:
    """What an act is called in every replay; its number, where it is older than names."""
    row = tx.one(_NAME, which=number)
    return row[0] if row is not None and row[0] else str(number)


def act_named(tx: Transaction, name: str) -> int | None:
    """The act of a name, if it is here."""
    row = tx.one(_NAMED, what=name)
    if row is None and name.isdigit() and len(name) < 19:  # a backup keeps its own acts' numbers
        row = tx.one(_OF_NUMBER, which=int(name))
    return int(row[0]) if row is not None else None
