"""Making databases and bringing older ones here."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import server.store.migrate as migrate_module
from server.errors import NewerDatabase, NotInitialised, UsageError
from server.store.cards import cards_of
from server.store.database import DATABASE_NAME, connect
from server.store.imports import Incoming, import_cards
from server.store.migrate import HEAD, KNOWN, create_database, migrate, prepared, revision_of
from server.store.releasing import open_holds
from server.store.views import verify_views
from tests.builders import Home, a_card


def shape(path: Path) -> list[tuple[str, str]]:
    """Every table and index of a database with its normalised statement."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()
    connection.close()
    return [(row[0], " ".join(row[1].split())) for row in rows if row[0] != "alembic_version"]


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A database that Alembic made from nothing, revision by revision."""
    path = tmp_path / "migrated.db"
    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrate_module.__file__).parent / "migrations")
    )
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    return path


def test_the_revisions_lead_to_the_schema_as_it_is(tmp_path: Path, migrated: Path) -> None:
    create_database(tmp_path / "fresh", household="x", region="DE")
    assert shape(migrated) == shape(tmp_path / "fresh" / DATABASE_NAME)


def test_head_is_the_last_known_revision(migrated: Path) -> None:
    assert revision_of(migrated) == HEAD == KNOWN[-1]


def test_every_table_is_strict(tmp_path: Path) -> None:
    create_database(tmp_path / "fresh", household="x", region="DE")
    tables = [
        sql
        for name, sql in shape(tmp_path / "fresh" / DATABASE_NAME)
        if sql.startswith("CREATE TABLE")
    ]
    assert tables
    assert all(sql.endswith("STRICT") for sql in tables)


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    create_database(tmp_path, household="x", region="DE")
    with pytest.raises(UsageError, match="already"):
        create_database(tmp_path, household="y", region="FR")


def test_a_folder_without_household_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="init"):
        prepared(tmp_path)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    create_database(tmp_path, household="x", region="DE")
    connection = sqlite3.connect(tmp_path / DATABASE_NAME)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(NewerDatabase, match="newer"):
        prepared(tmp_path)


def test_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    create_database(tmp_path, household="x", region="DE")
    assert (tmp_path / DATABASE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_database_of_the_first_version_keeps_its_rows_and_works(tmp_path: Path) -> None:
    """What 0.1 wrote is there after the migration, with nothing frozen, held or paused."""
    home = Home(tmp_path / "now", "anna", "ben")
    home.put("anna", "eva.vcf", a_card("u", "Eva Stein", "TEL:+49 30 23125 101"))
    many = [a_card(f"i{index}", f"Nr {index}") for index in range(21)]
    import_cards(home.db, "ben", [Incoming("file", each) for each in many])
    old = first_version(home.db.path, tmp_path / "old" / DATABASE_NAME)
    migrated_database = prepared(tmp_path / "old")
    assert shape(old) == shape(home.db.path)
    with migrated_database.read() as tx:
        assert [(each.uid, each.frozen) for each in cards_of(tx, "anna")] == [("u", None)]
        assert verify_views(tx) == ()
        held = open_holds(tx, "ben")
        assert [(each.kind, len(each.cards)) for each in held] == [("made", 21)]
    assert (tmp_path / "old" / f"{DATABASE_NAME}.before-{HEAD}").exists()


def first_version(now: Path, old: Path) -> Path:
    """A database as version 0.1 made it, with the rows of one of today."""
    old.parent.mkdir()
    engine = create_engine(f"sqlite:///{old}")
    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrate_module.__file__).parent / "migrations")
    )
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    plain = sqlite3.connect(old, isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("ATTACH ? AS source", (str(now),))
    tables = plain.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    for (table,) in tables.fetchall():
        columns = ", ".join(
            f'"{row[1]}"' for row in plain.execute(f'PRAGMA main.table_info("{table}")')
        )
        if table != "alembic_version":
            plain.execute(
                f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM source."{table}"'  # noqa: S608  # names come from the schema
            )
    plain.close()
    return old


def test_a_migration_leads_to_the_head_and_keeps_what_lay_in_the_log(tmp_path: Path) -> None:
    """The copy holds what SQLite had not yet moved from its log to the file."""
    path = tmp_path / "old.db"
    connection = connect(path, create=True)
    connection.execute("CREATE TABLE precious (word TEXT)")
    connection.execute("INSERT INTO precious VALUES ('kept')")
    migrate(path)
    connection.close()
    assert revision_of(path) == HEAD
    with sqlite3.connect(tmp_path / f"old.db.before-{HEAD}") as copy:
        assert copy.execute("SELECT word FROM precious").fetchall() == [("kept",)]
    copy.close()
