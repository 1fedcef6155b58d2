"""The database of one data folder: connections, locks, transactions, acts.

One writer at a time, over all threads and processes: a lock in the process,
a file lock beside the database (SQLite's own busy handler is unfair) and
`BEGIN IMMEDIATE`. Readers pin a snapshot and never wait.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.errors import (
    Busy,
    DamagedDatabase,
    DatabaseLost,
    HearthbookError,
    NotInitialised,
    Refused,
)
from server.store.changes import Changes
from server.store.clock import Clock
from server.store.journal import FAILED, FULL, Journal, household_mark, lost
from server.store.transaction import Actor as Actor
from server.store.transaction import Announced as Announced
from server.store.transaction import Counters as Counters
from server.store.transaction import Transaction as Transaction

DATABASE_NAME: Final = "hearthbook.db"
LOCK_NAME: Final = "hearthbook.lock"
BEHIND: Final = "is empty, another one or an old copy"
DAMAGED: Final = "The database is damaged and cannot be read; bring it back with `hearthbook restore FILE` and your last backup."
_WAIT_SECONDS: Final = 60.0

_KEY: Final = "SELECT value FROM setting WHERE key = 'secret'"
_LAST_ACT: Final = "SELECT id, at FROM act ORDER BY id DESC LIMIT 1"


MACHINE: Final = Actor(kind="machine")

Prepare = Callable[[sqlite3.Connection], None]
_Held = tuple[sqlite3.Connection, tuple[int, int, int]]
"""A connection, and the file it has open: process, device, inode."""


class Database:
    """The database in one data folder; cheap to make, connects on first use of each thread.

    Args:
        folder: The data folder; must hold an initialised database.
        clock: UTC microseconds; tests give their own.
    """

    def __init__(self, folder: Path, clock: Callable[[], int] | None = None) -> None:
        self.folder = folder
        self.path = folder / DATABASE_NAME
        self.counters = Counters()
        self.journal = Journal(folder)
        self.changes = Changes()
        self._highest = 0
        self._clock = Clock(clock or (lambda: time.time_ns() // 1000))
        self._local = threading.local()
        self._writer = threading.Lock()

    def connection(self, prepare: Prepare | None = None) -> sqlite3.Connection:
        """This thread's connection; opened anew where another file lies in the old one's place.

        Args:
            prepare: What is done once to a connection of its own, such as putting a fence before it.

        Raises:
            NotInitialised: There is no database in the folder.
            DatabaseLost: It is missing, or not the one that the journal speaks of.
        """
        held, known = self._held().get(prepare, (None, None))
        if held is not None and held.in_transaction and known and known[0] == os.getpid():
            return held
        try:
            state = self.path.stat()
        except FileNotFoundError:
            raise lost(self.folder, "is missing") or not_initialised(self.folder) from None
        file = (os.getpid(), state.st_dev, state.st_ino)
        if held is not None and known == file:
            return held
        if held is not None and known and known[0] == os.getpid():
            held.close()
        held = connect(self.path)
        try:
            self._check(held)
            if prepare is not None:
                with translated():
                    prepare(held)
        except BaseException:
            held.close()
            raise
        self._held()[prepare] = held, file
        return held

    def close(self) -> None:
        """Close this thread's connections."""
        for held, _file in self._held().values():
            held.close()
        self._held().clear()

    def _held(self) -> dict[Prepare | None, _Held]:
        """This thread's connections and the files they have open, by what was done to them."""
        held: dict[Prepare | None, _Held] = self._local.__dict__.setdefault("held", {})
        return held

    def secret(self) -> bytes:
        """The household's 32 random bytes, from which case ids and form tokens are keyed."""
        connection = self.connection()
        with translated():
            row = connection.execute(_KEY).fetchone()
        return bytes.fromhex(row[0])

    @contextmanager
    def read(self, prepare: Prepare | None = None) -> Iterator[Transaction]:
        """A read transaction: one snapshot for the length of the block.

        Args:
            prepare: As for `connection`.
        """
        connection = self.connection(prepare)
        with translated():
            connection.execute("BEGIN")
            try:
                yield self._begin(connection, MACHINE)
            finally:
                connection.rollback()

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Transaction]:
        """The one write transaction: all of the block is kept, or none of it.

        Raises:
            Busy: Another writer held the lock for a minute.
            Refused: 507 where the disk is full, 503 where it fails.
        """
        connection = self.connection()
        with translated(), self.locked():
            connection.execute("BEGIN IMMEDIATE")
            try:
                tx = self._begin(connection, actor)
                yield tx
                if tx.records:
                    self.journal.append(_household(connection), tx.before, tx.named_records())
            except BaseException:
                connection.rollback()
                raise
            self._commit(tx)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out, in this process and in others.

        Raises:
            Busy: Somebody else holds the lock for a minute.
        """
        if not self._writer.acquire(timeout=_WAIT_SECONDS):
            raise Busy("Another change takes unusually long; try again in a minute.")
        try:
            handle = os.open(self.folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
        finally:
            self._writer.release()

    def _begin(self, connection: sqlite3.Connection, actor: Actor) -> Transaction:
        seen = self._highest  # before the snapshot is taken: others may commit meanwhile
        last, at = connection.execute(_LAST_ACT).fetchone() or (0, 0)
        if last < seen:
            raise self._behind()
        self._highest = max(self._highest, last)
        now = self._clock.now(at)
        return Transaction(connection, now, actor, self.counters, self.secret, before=last)

    def _commit(self, tx: Transaction) -> None:
        """Keep a transaction; what the journal already says of it is taken back if that fails."""
        household = _household(tx.connection) if tx.has_acted else ""
        last = tx.act if tx.has_acted else tx.before
        try:
            with self.changes.noted(tx.before, last, tx.concerned):
                tx.connection.commit()
        except sqlite3.Error:
            tx.connection.rollback()
            if tx.records:
                self.journal.take_back()
            raise
        if household:
            self._highest = max(self._highest, tx.act)
            self.journal.set_mark(household, tx.act)

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse a database that is empty, another one, or behind its journal.

        Raises:
            DatabaseLost: It must be restored first.
            DamagedDatabase: It cannot be read.
        """
        mark = self.journal.mark()  # before the snapshot is taken: others may commit meanwhile
        if mark is None:
            return
        with translated():
            try:
                household = _household(connection)
                last, _at = connection.execute(_LAST_ACT).fetchone() or (0, 0)
            except sqlite3.OperationalError:
                raise self._behind() from None
        if household != mark.household or last < mark.act:
            raise self._behind()

    def _behind(self) -> HearthbookError:
        return lost(self.folder, BEHIND) or DatabaseLost(f"The database in {self.folder} {BEHIND}.")


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open SQLite as Hearthbook uses it everywhere: WAL, FULL, foreign keys on.

    Raises:
        DamagedDatabase: The file is no database.
    """
    mode = "rwc" if create else "rw"
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    with translated():
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=10.0, cached_statements=256
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def not_initialised(folder: Path) -> NotInitialised:
    """What to say where there has never been a database."""
    return NotInitialised(
        f"There is no household in {folder} yet; make one with `hearthbook --data {folder} init`."
    )


def _household(connection: sqlite3.Connection) -> str:
    """Whose household it is, as the journal says it; empty before there is one."""
    row = connection.execute(_KEY).fetchone()
    return household_mark(row[0]) if row else ""


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's failures into sentences.

    Raises:
        Refused: 507 where the disk is full, 503 where it fails.
        DamagedDatabase: The file is no database, or no whole one.
        Busy: Another program holds the database.
    """
    try:
        yield
    except HearthbookError:
        raise
    except sqlite3.OperationalError as error:
        raise _refusal(error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            raise Refused(503, FAILED) from error  # another file took its place meanwhile
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise DamagedDatabase(DAMAGED) from error


def _refusal(error: sqlite3.OperationalError) -> HearthbookError:
    """The sentence for one of SQLite's operational errors."""
    reason = str(error)
    if "full" in reason:
        return Refused(507, FULL)
    if "readonly" in reason or "read-only" in reason or "unable to open" in reason:
        return Refused(
            503,
            "The data folder cannot be written, so nothing was changed; check its owner and rights.",
        )
    if "locked" in reason or "busy" in reason:
        return Busy("The database is in use by another program; try again in a minute.")
    return Refused(503, FAILED)


_opened: Final[dict[Path, Database]] = {}
_opening: Final = threading.Lock()


def open_database(folder: Path, clock: Callable[[], int] | None = None) -> Database:
    """The database of a data folder: one object per folder and process, however often it is asked for.

    Radicale builds storage and rights twice, so this must be cheap and idempotent.

    Args:
        clock: For whoever opens it first.
    """
    key = folder.resolve()
    with _opening:
        found = _opened.get(key)
        if found is None:
            found = _opened[key] = Database(key, clock)
        return found
