"""One open transaction: who acts, when, the act that it is, and the names that it mints."""

import hashlib
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from server.store.compiled import INSERT_ACT
from server.store.journal import Record
from server.store.statement import Row, Statement, Value


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a member on a device, a member on a page or command, or the machine."""

    kind: str
    member: str | None = None
    device: int | None = None


@dataclass(slots=True)
class Counters:
    """How many statements ran and how many rows they gave; tests compare these, never times."""

    statements: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Announced:
    """A slot that got a new sequence number: in which book, which one, and from which card it is made."""

    book: int
    seq: int
    card: str


@dataclass(slots=True)
class Transaction:
    """One open transaction on this thread's connection.

    `now` is read once: UTC microseconds, never before the previous act.
    `touched` holds cards that the next refresh has to look at as well,
    `announced` by their ids the slots that got a new sequence number,
    `dropped` the kept questions that would have read otherwise,
    `records` what goes into the journal before all of it is kept, `before`
    the last act of the transactions before this one, `name` what a replay
    calls its first act, as the journal says it, and `concerned` holds the cards
    that the next cycle has to look at. `started_from` is, by its digest, the
    text that an edit started from; `had` the same where a replay knows it.
    `reader` is the one member behind whose fence it reads, if there is a fence.
    """

    connection: sqlite3.Connection
    now: int
    actor: Actor
    counters: Counters
    secret: Callable[[], bytes]
    _act: int = 0
    touched: set[str] = field(default_factory=set)
    announced: dict[int, Announced] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    records: list[Record] = field(default_factory=list)
    before: int = 0
    name: str = ""
    started_from: str = ""
    had: str = ""
    reader: str | None = None
    _names: dict[int, str] = field(default_factory=dict)
    minted: Counter[str] = field(default_factory=Counter)
    concerned: set[str] = field(default_factory=set)

    def all(self, query: Statement, **given: Value) -> list[Row]:
        """Every row of a SELECT."""
        rows = self.connection.execute(query.sql, query.values(given)).fetchall()
        self.counters.statements += 1
        self.counters.rows += len(rows)
        return rows

    def each(self, query: Statement, **given: Value) -> Iterator[Row]:
        """The rows of a SELECT one by one, for those that would fill the memory all at once."""
        self.counters.statements += 1
        for row in self.connection.execute(query.sql, query.values(given)):
            self.counters.rows += 1
            yield row

    def one(self, query: Statement, **given: Value) -> Row | None:
        """The first row of a SELECT, or None."""
        row: Row | None = self.connection.execute(query.sql, query.values(given)).fetchone()
        self.counters.statements += 1
        self.counters.rows += row is not None
        return row

    def run(self, query: Statement, **given: Value) -> int:
        """Run a change; the new row's id for an INSERT, the number of rows for the rest."""
        cursor = self.connection.execute(query.sql, query.values(given))
        self.counters.statements += 1
        if query.sql.startswith("INSERT"):
            return cursor.lastrowid or 0
        return cursor.rowcount

    @property
    def act(self) -> int:
        """The act of this transaction, recorded at the first change that needs it."""
        if not self._act:
            who = self.actor
            if self._names:
                self.name = _minted(self.name, "next").hex()
            else:
                self.name = self.name or secrets.token_hex(16)
            self.minted.clear()
            self._act = self.run(
                INSERT_ACT,
                kind=who.kind,
                member=who.member,
                device=who.device,
                at=self.now,
                undoes=None,
                name=self.name,
            )
            self._names[self._act] = self.name
        return self._act

    @property
    def has_acted(self) -> bool:
        """Whether this transaction has recorded an act."""
        return self._act != 0

    def new_act(self, actor: Actor) -> int:
        """Go on under a further act, such as one for each member of whom something is said."""
        self.actor, self._act = actor, 0
        return self.act

    def go_on(self, before: "Transaction") -> None:
        """Go on under the act that a replay has begun with an earlier record."""
        self._act, self.name, self.actor = before.act, before.name, before.actor
        self._names, self.minted = before._names, before.minted

    def mint(self, what: str) -> bytes:
        """Sixteen octets that nobody can guess and that say nothing; a replay of the act mints the same.

        Args:
            what: What they are for. The act's name is the key, so nobody can tell it from them.
        """
        act = self.act
        number = self.minted[what]
        self.minted[what] += 1
        return _minted(self._names[act], f"{what} {number}")

    def named_records(self) -> list[Record]:
        """What goes into the journal, each record with the name of its act."""
        return [replace(each, name=self._names.get(each.act, "")) for each in self.records]


def _minted(name: str, what: str) -> bytes:
    return hashlib.blake2b(what.encode(), key=name.encode(), digest_size=16).digest()
