"""`backup`, `restore`, `verify` and `history`: nothing that was there is lost."""

import json
import sqlite3
from pathlib import Path

from tests.commands.cards import ANNAS_INGRID, JONAS
from tests.commands.conftest import Hearthbook


def take(household: Hearthbook, path: Path, text: str) -> None:
    path.write_text(text, newline="")
    assert household("import", "anna", path).status == 0


def test_a_restore_brings_back_what_the_backup_held(household: Hearthbook, tmp_path: Path) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    before = household("export", "anna").out
    assert household("backup", tmp_path / "copy.db").status == 0
    take(household, tmp_path / "two.vcf", ANNAS_INGRID)
    assert household("restore", "--exactly", tmp_path / "copy.db").status == 0
    assert household("export", "anna").out == before
    assert household("verify").status == 0


def test_what_was_there_before_a_restore_is_kept_aside(
    household: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    household("backup", tmp_path / "copy.db")
    take(household, tmp_path / "two.vcf", ANNAS_INGRID)
    present = household("export", "anna").out
    result = household("restore", tmp_path / "copy.db")
    aside = Path(result.err.rpartition(": ")[2].strip())
    assert aside.parent == folder
    assert household("restore", aside).status == 0
    assert household("export", "anna").out == present


def test_a_backup_never_writes_over_a_file(household: Hearthbook, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("mine")
    assert "exists already" in household("backup", file).sentence
    assert file.read_text() == "mine"


def test_a_backup_is_private_to_its_user(household: Hearthbook, tmp_path: Path) -> None:
    household("backup", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


def test_what_is_no_backup_changes_nothing(household: Hearthbook, tmp_path: Path) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    garbage, other = tmp_path / "garbage", tmp_path / "other.db"
    garbage.write_bytes(b"not a database, but long enough to look at" * 100)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()
    for file in (garbage, other, tmp_path / "none"):
        assert str(file) in household("restore", file).sentence
    assert household("export", "anna").out


def test_a_database_of_a_newer_version_is_left_alone(household: Hearthbook, folder: Path) -> None:
    connection = sqlite3.connect(folder / "hearthbook.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    for words in (("member", "list"), ("serve",), ("reconcile",), ("verify",)):
        assert "newer Hearthbook" in household(*words).sentence


def test_a_damaged_database_is_one_sentence(household: Hearthbook, folder: Path) -> None:
    database = folder / "hearthbook.db"
    household("verify")
    for left in folder.glob("hearthbook.db-*"):
        left.unlink()
    database.write_bytes(b"\x00" * database.stat().st_size)
    assert "restore" in household("member", "list").sentence


def test_views_are_verified(household: Hearthbook, tmp_path: Path) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    assert "equal" in household("verify").out


def test_a_view_that_differs_from_its_sources_is_found(
    household: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    connection = sqlite3.connect(folder / "hearthbook.db")
    connection.execute("UPDATE slot SET content = x'00'")
    connection.commit()
    connection.close()
    result = household("verify")
    assert result.status == 1
    assert "1 difference found" in result.err


def test_history_says_who_did_what(household: Hearthbook, tmp_path: Path) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    line = household("history").out.splitlines()[0].split("\t")
    assert line[0].isdigit()
    assert line[2:] == ["Anna imported Jonas Muster."]


def test_history_for_programs_has_one_object_per_act(household: Hearthbook, tmp_path: Path) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    rows = [json.loads(line) for line in household("history", "--json").out.splitlines()]
    assert rows[0]["kind"] == "import"
    assert len(rows[0]["cards"]) == 1
    assert [row["act"] for row in rows] == sorted((row["act"] for row in rows), reverse=True)


def test_an_answer_that_does_not_fit_any_more_is_one_sentence(
    household: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    take(household, tmp_path / "one.vcf", JONAS)
    household("backup", tmp_path / "copy.db")
    take(household, tmp_path / "two.vcf", ANNAS_INGRID)
    act = household("history").out.split("\t")[0]
    assert household("undo", act).status == 0
    (journal,) = (folder / "journal").glob("*.journal")
    octets = bytearray(journal.read_bytes())
    octets[octets.rindex(b"Ingrid")] ^= 1
    journal.write_bytes(octets)
    said = household("restore", tmp_path / "copy.db").err
    assert "Not put back (the household, undo, " in said
    assert "What it undid is not here." in said


def test_a_journal_cut_in_the_middle_is_one_sentence_and_all_before_it_is_back(
    household: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    household("backup", tmp_path / "copy.db")
    take(household, tmp_path / "one.vcf", JONAS)
    take(household, tmp_path / "two.vcf", ANNAS_INGRID)
    (journal,) = (folder / "journal").glob("*.journal")
    octets = journal.read_bytes()
    journal.write_bytes(octets[: octets.rindex(b"Ingrid")])
    said = household("restore", tmp_path / "copy.db")
    assert said.status == 0
    assert said.err.count("is cut off or damaged at byte") == 1
    assert "at most" in said.err
    assert "Jonas" in household("export", "anna").out
    assert "Ingrid" not in household("export", "anna").out
    assert household("verify").status == 0
    take(household, tmp_path / "two.vcf", ANNAS_INGRID)
    assert "Ingrid" in household("export", "anna").out
