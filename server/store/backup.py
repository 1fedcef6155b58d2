"""Backup and restore: a consistent copy while the server runs, and a way back that keeps what was there."""

import logging
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from server.errors import Busy, DamagedDatabase, NotInitialised, Refused, UsageError
from server.store.database import (
    DAMAGED,
    DATABASE_NAME,
    Database,
    connect,
    open_database,
    translated,
)
from server.store.journal import Record, disk_refusal, household_mark, read_file
from server.store.journal_gaps import claimed, untold
from server.store.migrate import HEAD, migrate, revision_of
from server.store.replay import Account, last_of, pending, replay
from server.store.replaying_acts import Doors, no_doors
from server.store.texts import changed_texts

SERVE_LOCK_NAME: Final = "hearthbook.serve"
_UNKNOWN: Final = "The journal could not be told what was given up: the next restore of an older backup brings it back."

_log = logging.getLogger(__name__)


def backup(db: Database, target: Path) -> int:
    """Write a consistent copy of the household to a new file; gives its size in octets.

    Raises:
        UsageError: The file exists or cannot be written.
        DamagedDatabase: The database is not whole, so this would be no backup.
    """
    if target.exists():
        raise UsageError(f"{target} exists already; name a new file, nothing was written.")
    source = db.connection()
    unfinished = target.with_name(f"{target.name}.part-{secrets.token_hex(4)}")
    try:
        _copy(source, unfinished)
        _check_whole(unfinished)
        unfinished.rename(target)
    except (OSError, sqlite3.OperationalError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{target} cannot be written ({why}); choose another place.") from error
    finally:
        _remove(unfinished)
    return target.stat().st_size


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to.

    Args:
        aside: Where the state before it lies; None if there was none.
        account: What the journal gave back.
        problems: What the journal could not tell, a sentence each.
        texts: Where the bodies lie that could not be replayed; None if there are none.
    """

    aside: Path | None
    account: Account
    problems: tuple[str, ...]
    texts: Path | None


def restore(
    folder: Path, source: Path, *, exactly: bool = False, doors: Doors = no_doors
) -> Restored:
    """Make the household what a backup says and what was typed since, under a new epoch.

    Whoever was shut out since stays out: revoked devices, changed passwords, narrower shares and cards
    made private hold, whatever else is given up. Everybody signs in to the pages anew.

    Works beside a running server: the copy is finished first, then goes in under
    the write lock, through SQLite's own backup API. Devices then start over and
    fetch everything again. A database that is missing or cannot be read is no
    hindrance.

    Args:
        exactly: Leave out what the journal holds since.
        doors: How answers and cycles are done again; without them they are only counted.

    Raises:
        UsageError: The file is no backup of Hearthbook.
        Refused: 507 where the disk is full, 503 where it fails; nothing was changed.
    """
    with _in_words(), _scratch() as scratch:
        candidate = _checked_copy(source, scratch)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = open_database(folder)
        with db.locked():
            origin = connect(candidate)
            try:
                held = last_of(origin)
                result, household = _brought_up(origin, db, exactly=exactly, doors=doors)
                result = _swapped(origin, folder / DATABASE_NAME, result)
            finally:
                origin.close()
            last = result.account.last
            record = Record("restore", last, _now(), kept=held if exactly else None)
            db.journal.set_mark(household, last)
            try:
                db.journal.append(household, last, [record])
            except Refused as error:
                if exactly:
                    result = replace(result, problems=(*result.problems, _UNKNOWN))
                _log.warning("The journal does not know of the restore: %s", error.sentence)
    return result


def check_integrity(db: Database) -> tuple[str, ...]:
    """What is wrong with the file: as SQLite sees it, and octets that are not what was kept; empty if nothing.

    Raises:
        DamagedDatabase: Not even that can be read.
    """
    with db.read() as tx:
        rows = tx.connection.execute("PRAGMA integrity_check(20)").fetchall()
        broken = [row[0] for row in rows if row[0] != "ok"]
        broken += [
            f"{row[0]}: a row points to nothing"
            for row in tx.connection.execute("PRAGMA foreign_key_check")
        ]
        if not broken:
            broken += [f"text {each}: not the octets that were kept" for each in changed_texts(tx)]
    return tuple(broken)


def _checked_copy(source: Path, scratch: Path) -> Path:
    """A copy of the backup that is whole and of this version's schema."""
    if not source.is_file():
        raise UsageError(f"{source} is not there; name the file that `hearthbook backup` wrote.")
    candidate = scratch / "candidate.db"
    shutil.copyfile(source, candidate)
    try:
        connection = connect(candidate)
        try:
            healthy = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        finally:
            connection.close()
        if healthy and revision_of(candidate) != HEAD:
            migrate(candidate)
    except sqlite3.OperationalError:  # the disk here, not the backup
        raise
    except (sqlite3.DatabaseError, DamagedDatabase, NotInitialised) as error:
        raise UsageError(
            f"{source} is not a whole backup of Hearthbook; nothing was changed."
        ) from error
    return candidate


def _brought_up(
    origin: sqlite3.Connection, db: Database, *, exactly: bool, doors: Doors
) -> tuple[Restored, str]:
    """Bring a copy of the backup up to the journal, and say whose household it is."""
    secret = origin.execute("SELECT value FROM setting WHERE key = 'secret'").fetchone()
    household, held = household_mark(secret[0]), last_of(origin)
    files = tuple(read_file(path) for path in db.journal.paths())
    above = max([db.journal.highest_act(), _last_of_file(db.path)])
    _new_epochs(origin)
    files = claimed(files, household)
    records = pending(files, household, held, exactly=exactly)
    account = replay(origin, records, above=above, now=_now(), doors=doors)
    _end_sessions(origin)
    texts = _write_texts(db.folder, account) if account.left else None
    problems = () if exactly else untold(files, db.journal.mark(), household, held)
    return Restored(None, account, problems, texts), household


def _write_texts(folder: Path, account: Account) -> Path | None:
    """Put the bodies that could not be replayed into one file for each member."""
    bodies: dict[str, list[bytes]] = {}
    for each in account.left:
        if each.record.body:
            bodies.setdefault(each.record.member, []).append(each.record.body)
    if not bodies:
        return None
    texts = folder / f"not-replayed-{secrets.token_hex(4)}"
    texts.mkdir(mode=0o700)
    for member, octets in bodies.items():
        ended = (each if each.endswith(b"\n") else each + b"\r\n" for each in octets)
        path = texts / f"{member}.vcf"
        path.touch(mode=0o600)
        path.write_bytes(b"".join(ended))
    return texts


def _swapped(origin: sqlite3.Connection, path: Path, result: Restored) -> Restored:
    """Put the finished copy in place; what was written beside it goes again where that fails."""
    try:
        return replace(result, aside=_put_in_place(origin, path))
    except BaseException:
        if result.texts is not None:
            shutil.rmtree(result.texts, ignore_errors=True)
        raise


def _put_in_place(origin: sqlite3.Connection, path: Path) -> Path | None:
    """Let the finished copy take the database's place; gives where the present state was set aside."""
    aside = path.with_name(f"{path.name}.before-restore-{secrets.token_hex(4)}")
    if path.exists():
        try:
            live = connect(path)
            try:
                _copy(live, aside)
                origin.backup(live)
                path.chmod(0o600)  # whoever put an empty file there may not have thought of it
            finally:
                live.close()
        except (sqlite3.DatabaseError, DamagedDatabase, Refused):
            _remove(aside)
        else:
            return aside
    fresh = path.with_name(f".new-{secrets.token_hex(4)}.db")
    try:
        _copy(origin, fresh)  # before anything else: where there is no room, nothing is changed
        return _moved_aside(path, aside, fresh)
    finally:
        _remove(fresh)


def _moved_aside(path: Path, aside: Path, fresh: Path) -> Path | None:
    """Replace a database that cannot be read; its log goes first, or SQLite would put it into the new one."""
    moved: list[tuple[Path, Path]] = []
    existed = path.exists()
    try:
        for suffix in ("-wal", "-shm"):
            part, kept = (each.with_name(each.name + suffix) for each in (path, aside))
            if part.exists():
                part.rename(kept)
                moved.append((part, kept))
        if existed:
            aside.hardlink_to(path)
        fresh.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        for part, kept in moved:
            kept.rename(part)
        raise
    return aside if existed else None


def _last_of_file(path: Path) -> int:
    """The last act of the present database; 0 where it cannot be read."""
    if not path.exists():
        return 0
    try:
        connection = connect(path)
        try:
            return last_of(connection)
        finally:
            connection.close()
    except (sqlite3.DatabaseError, DamagedDatabase, Refused, Busy):
        return 0


def _now() -> int:
    return time.time_ns() // 1000


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy a database to a new file, which holds all of it and is closed."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    copy = connect(target)
    try:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _check_whole(path: Path) -> None:
    """Look at every page of a copy.

    Raises:
        DamagedDatabase: It is not whole.
    """
    copy = connect(path)
    try:
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise DamagedDatabase(DAMAGED)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _remove(path: Path) -> None:
    """Remove a file that is not finished, and what SQLite put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for what is not finished; that it cannot be removed hinders nothing."""
    with tempfile.TemporaryDirectory(
        prefix="hearthbook-restore-", ignore_cleanup_errors=True
    ) as scratch:
        yield Path(scratch)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn failures of SQLite and of the disk into sentences.

    Raises:
        Refused: 507 where the disk is full, 503 where it fails.
    """
    try:
        with translated():
            yield
    except OSError as error:
        raise disk_refusal(error) from error


def _new_epochs(connection: sqlite3.Connection) -> None:
    """Only a restore makes new epochs: every token and ETag of before is void."""
    for (book,) in connection.execute("SELECT book FROM view").fetchall():
        connection.execute("UPDATE view SET epoch = ? WHERE book = ?", (secrets.token_hex(6), book))


def _end_sessions(connection: sqlite3.Connection) -> None:
    """Nobody knows which sessions were ended and which links were used since."""
    connection.execute("DELETE FROM session")
    connection.execute("UPDATE setup_link SET used = ? WHERE used IS NULL", (_now(),))
