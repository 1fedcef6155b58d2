"""Making a database, and bringing an older one to the schema of this version.

The revision is read with plain SQL, a new database is made from `schema.sql`;
Alembic is imported only where there is something to do, since importing it
costs more than a cold start may.
"""

import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from server.errors import HearthbookError, NewerDatabase, NotInitialised, UsageError
from server.store.database import (
    BEHIND,
    DATABASE_NAME,
    Database,
    connect,
    not_initialised,
    open_database,
    translated,
)
from server.store.journal import household_mark, lost

HEAD: Final = "0018"
KNOWN: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0007",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
)
_SCHEMA: Final = Path(__file__).parent / "schema.sql"
_VERSION_TABLE: Final = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
)


def create_database(
    folder: Path, *, household: str, region: str, clock: Callable[[], int] | None = None
) -> Database:
    """Make the data folder and a new household in it.

    Args:
        household: What it calls itself; empty if nobody said so yet. So is the region.
        clock: UTC microseconds, where it is not the time of day: a demonstration begins earlier.

    Raises:
        UsageError: There is one already, or there was one, or the folder cannot be written.
    """
    path = folder / DATABASE_NAME
    if path.exists():
        raise UsageError(f"There is a household in {folder} already; nothing was changed.")
    missing = lost(folder, "is missing")
    if missing is not None:
        raise UsageError(missing.sentence)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f".new-{secrets.token_hex(4)}.db"
        fresh.touch(mode=0o600)
    except OSError as error:
        raise UsageError(
            f"The data folder {folder} cannot be written ({error.strerror}); choose another."
        ) from error
    secret = secrets.token_hex(32)
    chosen = {"household": household, "region": region}
    settings = {"secret": secret, **{key: value for key, value in chosen.items() if value}}
    connection = connect(fresh, create=True)
    try:
        act = _fill(connection, settings, clock() if clock else time.time_ns() // 1000)
    finally:
        connection.close()
    fresh.rename(path)
    for left in folder.glob(f"{fresh.name}*"):
        left.unlink()
    database = open_database(folder, clock)
    database.journal.set_mark(household_mark(secret), act)
    return database


def prepared(folder: Path) -> Database:
    """The database of a folder, brought to this version's schema if it is older.

    A copy is kept beside it before anything is migrated.

    Raises:
        NotInitialised: There is none.
        NewerDatabase: It was written by a newer Hearthbook.
        DatabaseLost: It is missing, or none of Hearthbook's, and a journal shows that there was one.
    """
    path = folder / DATABASE_NAME
    if not path.exists():
        raise lost(folder, "is missing") or not_initialised(folder)
    try:
        revision = revision_of(path)
    except NotInitialised as error:
        raise lost(folder, BEHIND) or error from error
    database = open_database(folder)
    if revision != HEAD:
        with database.locked():
            if revision_of(path) != HEAD:  # else another process was faster
                migrate(path)
    return database


def revision_of(path: Path) -> str:
    """The schema revision of a database file.

    Raises:
        NewerDatabase: This version does not know it.
        NotInitialised: The file is a database, but none of Hearthbook's.
        DamagedDatabase: It cannot be read.
    """
    connection = connect(path)
    with closing(connection), translated():
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            raise NotInitialised(
                f"{path} is not a database of Hearthbook; name the right data folder."
            ) from error
    if row is None or row[0] not in KNOWN:
        raise NewerDatabase(
            f"{path} was written by a newer Hearthbook; install that version, or restore an older backup."
        )
    return str(row[0])


def migrate(path: Path) -> None:
    """Run the missing Alembic revisions on a database file, each in a transaction, after keeping a copy.

    Foreign keys are off meanwhile: a batch that recreates a parent table would
    else silently delete every child row. Killed anywhere, a revision is there whole or not
    at all, and the next start goes on from there.
    """
    from alembic import command  # 0.4 s that only a migration should pay
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    raw = connect(path)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    # The driver's own transactions do not begin before a change of the schema.
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        _keep_copy(raw, _copy_name(path))
        raw.execute("PRAGMA foreign_keys = OFF")
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _fill(connection: sqlite3.Connection, settings: dict[str, str], now: int) -> int:
    """Make the tables and the household's settings, all or nothing; gives the first act."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in (*_SCHEMA.read_text(encoding="utf-8").split(";\n"), _VERSION_TABLE):
        connection.execute(statement)
    connection.execute("INSERT INTO alembic_version VALUES (?)", (HEAD,))
    made = connection.execute("INSERT INTO act (kind, at) VALUES ('init', ?)", (now,))
    connection.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made.lastrowid or 0


def _copy_name(path: Path) -> Path:
    """Where the copy goes: beside one of another revision, as a migration leaves it that was killed half way."""
    target = path.with_name(f"{path.name}.before-{HEAD}")
    if target.exists():
        with suppress(HearthbookError):
            revision = revision_of(path)
            if revision_of(target) != revision:
                return target.with_name(f"{target.name}.{revision}")
    return target


def _keep_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Keep what is there, with what lies in SQLite's own log; an unfinished copy has another name."""
    unfinished = target.with_name(f"{target.name}.part-{secrets.token_hex(4)}")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    copy = connect(unfinished)
    try:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
    unfinished.rename(target)
