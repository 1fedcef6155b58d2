"""Backup and restore: a consistent copy while the server runs, and a way back that keeps what was there."""

import os
import secrets
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from server.errors import Busy, DamagedDatabase, NotInitialised, Refused, UsageError
from server.store.database import DATABASE_NAME, Database, connect
from server.store.migrate import HEAD, migrate, prepared, revision_of

SERVE_LOCK_NAME: Final = "hearthbook.serve"


def backup(db: Database, target: Path) -> int:
    """Write a consistent copy of the household to a new file; gives its size in octets.

    Raises:
        UsageError: The file exists or cannot be written.
    """
    if target.exists():
        raise UsageError(f"{target} exists already; name a new file, nothing was written.")
    unfinished = target.with_name(f"{target.name}.part-{secrets.token_hex(4)}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy = connect(unfinished)
        try:
            db.connection().backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
        unfinished.rename(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UsageError(
            f"{target} cannot be written ({error.strerror}); choose another place."
        ) from error
    return target.stat().st_size


def restore(folder: Path, source: Path) -> Path | None:
    """Make the household what a backup says, under a new epoch; gives where the present state was set aside.

    Works beside a running server: the copy goes in under the write lock, through
    SQLite's own backup API. Devices then start over and fetch everything again.

    Raises:
        UsageError: The file is no backup of Hearthbook.
    """
    with tempfile.TemporaryDirectory(prefix="hearthbook-restore-") as scratch:
        candidate = _checked_copy(source, Path(scratch))
        path = folder / DATABASE_NAME
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            aside = None
            db = Database(folder)
        else:
            db = prepared(folder)
            aside = folder / f"{DATABASE_NAME}.before-restore-{secrets.token_hex(4)}"
        with db.locked():
            if aside is not None:
                _copy(db.connection(), aside)
            origin = connect(candidate)
            try:
                _new_epochs(origin)
                origin.backup(db.connection())
            finally:
                origin.close()
    return aside


def check_integrity(db: Database) -> tuple[str, ...]:
    """What SQLite itself finds wrong with the file; empty if nothing."""
    rows = db.connection().execute("PRAGMA integrity_check(20)").fetchall()
    broken = [row[0] for row in rows if row[0] != "ok"]
    broken += [
        f"{row[0]}: a row points to nothing"
        for row in db.connection().execute("PRAGMA foreign_key_check")
    ]
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
    except (sqlite3.DatabaseError, DamagedDatabase, NotInitialised, Refused, Busy) as error:
        raise UsageError(
            f"{source} is not a whole backup of Hearthbook; nothing was changed."
        ) from error
    return candidate


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    copy = connect(target)
    try:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _new_epochs(connection: sqlite3.Connection) -> None:
    """Only a restore makes new epochs: every token and ETag of before is void."""
    for (book,) in connection.execute("SELECT book FROM view").fetchall():
        connection.execute("UPDATE view SET epoch = ? WHERE book = ?", (secrets.token_hex(6), book))
