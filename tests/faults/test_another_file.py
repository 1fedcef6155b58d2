"""Another file in the place of the database while it is served: a sentence, whichever statement meets it first."""

import shutil
from pathlib import Path

import pytest

from server.errors import HearthbookError, Refused
from server.store.database import Database
from tests.builders import Home, a_card


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a household, closed."""
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "e.vcf", a_card("e", "Eva Stein"))
    home.db.close()
    return tmp_path / "data"


def replaced(folder: Path) -> None:
    """A copy takes the file's place, as after a careless restore."""
    copy = folder / "copy.db"
    shutil.copyfile(folder / "hearthbook.db", copy)
    copy.replace(folder / "hearthbook.db")


def read_on(db: Database) -> int:
    """Reads, loses the file and reads on: SQLite gives a transaction up by itself when a file fails."""
    with db.read() as tx:
        tx.connection.rollback()
        replaced(db.folder)
        db.secret()
        return int(tx.connection.execute("SELECT count(*) FROM card").fetchone()[0])


def test_a_reader_whose_file_went_is_told_so(folder: Path) -> None:
    db = Database(folder)
    with pytest.raises(Refused) as told:
        read_on(db)
    assert told.value.status == 503
    with db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM card").fetchone() == (1,)
    db.close()


def test_a_file_without_tables_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "hearthbook.db").touch()
    db = Database(tmp_path)
    with pytest.raises(HearthbookError):
        db.secret()
    db.close()
