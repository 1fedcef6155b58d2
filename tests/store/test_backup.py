"""Backup while the server writes, and restore under a new epoch."""

from pathlib import Path

import pytest

from server.errors import DamagedDatabase, HearthbookError, Refused, UsageError
from server.store.backup import backup, check_integrity, restore
from server.store.books import parse_token, sync_token
from server.store.database import DATABASE_NAME, Database
from tests.builders import Home, a_card


def test_restore_brings_back_what_the_backup_holds_under_a_new_epoch(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "a.vcf", a_card("u1", "Eva Stein"))
    with home.db.read() as tx:
        token = sync_token(home.book(tx, "anna"))
    backup(home.db, tmp_path / "copy.db")
    home.put("anna", "b.vcf", a_card("u2", "Jan Vermeer"))
    aside = restore(tmp_path / "data", tmp_path / "copy.db", exactly=True).aside
    assert [each.uid for each in home.entries("anna")] == ["u1"]
    assert aside is not None
    assert aside.exists()
    with home.db.read() as tx, pytest.raises(Refused) as refused:
        parse_token(home.book(tx, "anna"), token)
    assert refused.value.precondition == "valid-sync-token"


def test_what_was_set_aside_can_be_restored_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna")
    backup(home.db, tmp_path / "copy.db")
    home.put("anna", "a.vcf", a_card("u1", "Eva Stein"))
    aside = restore(tmp_path / "data", tmp_path / "copy.db", exactly=True).aside
    assert home.entries("anna") == []
    assert aside is not None
    restore(tmp_path / "data", aside)
    assert [each.uid for each in home.entries("anna")] == ["u1"]


def test_a_backup_never_overwrites_a_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna")
    (tmp_path / "precious").write_text("keep me")
    with pytest.raises(UsageError, match="exists"):
        backup(home.db, tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "keep me"


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 400])
def test_what_is_no_backup_changes_nothing(tmp_path: Path, content: bytes) -> None:
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "a.vcf", a_card("u1", "Eva Stein"))
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(UsageError, match="nothing was changed"):
        restore(tmp_path / "data", tmp_path / "bad")
    assert len(home.entries("anna")) == 1


def test_a_damaged_database_is_said_in_one_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna")
    home.put("anna", "a.vcf", a_card("u1", "Eva Stein"))
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.db.close()
    path = tmp_path / "data" / DATABASE_NAME
    octets = bytearray(path.read_bytes())
    octets[:64] = b"\x00" * 64
    path.write_bytes(bytes(octets))
    with pytest.raises(DamagedDatabase, match="restore"), Database(tmp_path / "data").read():
        pass


def test_a_healthy_database_has_nothing_to_report(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna")
    assert check_integrity(home.db) == ()


def test_every_error_is_one_sentence() -> None:
    for kind in HearthbookError.__subclasses__():
        if kind is not Refused:
            assert str(kind("Do this.")) == "Do this."
