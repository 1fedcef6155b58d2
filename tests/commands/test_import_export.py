"""`import` and `export`: files in, the same octets out; nothing lost, nothing twice."""

from pathlib import Path

import pytest

from tests.commands.cards import ANNAS_INGRID, JONAS, card
from tests.commands.conftest import Hearthbook


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_what_was_imported_is_exported_octet_for_octet(
    household: Hearthbook, tmp_path: Path
) -> None:
    file = write(tmp_path / "anna.vcf", ANNAS_INGRID + JONAS)
    assert household("import", "anna", file).out.startswith("2 cards for anna: 2 taken")
    assert household("export", "anna", "--to", tmp_path / "out.vcf").status == 0
    assert (tmp_path / "out.vcf").read_bytes() == file.read_bytes()


def test_without_a_target_the_cards_go_to_standard_output(
    household: Hearthbook, tmp_path: Path
) -> None:
    household("import", "anna", write(tmp_path / "anna.vcf", JONAS))
    assert household("export", "anna").out == JONAS.replace("\r\n", "\n") or JONAS


def test_importing_twice_changes_nothing(household: Hearthbook, tmp_path: Path) -> None:
    file = write(tmp_path / "anna.vcf", ANNAS_INGRID + card("No Uid"))
    household("import", "anna", file)
    before = household("history", "--json").out
    assert "2 already there" in household("import", "anna", file).out
    assert household("history", "--json").out == before


def test_a_dry_run_says_the_same_and_changes_nothing(household: Hearthbook, tmp_path: Path) -> None:
    file = write(tmp_path / "anna.vcf", JONAS)
    result = household("import", "anna", file, "--dry-run")
    assert "nothing was changed" in result.out
    assert "1 taken" in result.out
    assert household("export", "anna").out == ""


def test_a_broken_card_does_not_stop_the_good_ones(household: Hearthbook, tmp_path: Path) -> None:
    broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut Off\r\n"
    file = write(tmp_path / "mixed.vcf", ANNAS_INGRID + broken + JONAS)
    result = household("import", "anna", file)
    assert result.status == 0
    assert "2 taken" in result.out
    assert "1 skipped" in result.out
    assert f"{file}, card 2 is skipped: " in result.err


def test_folders_of_vdirsyncer_and_radicale_are_read(household: Hearthbook, tmp_path: Path) -> None:
    write(tmp_path / "vdir" / "contacts" / "a.vcf", ANNAS_INGRID)
    write(tmp_path / "radicale" / "collection-root" / "anna" / "book" / "item", JONAS)
    write(tmp_path / "radicale" / "collection-root" / "anna" / "book" / ".Radicale.props", "{}")
    write(tmp_path / "radicale" / ".Radicale.cache" / "item" / "old.vcf", card("Old Cache"))
    result = household("import", "anna", tmp_path / "vdir", tmp_path / "radicale")
    assert result.out.startswith("2 cards for anna: 2 taken")


def test_a_known_card_gets_what_it_lacks_and_keeps_what_differs(
    household: Hearthbook, tmp_path: Path
) -> None:
    mail = "EMAIL:jonas@example.org"
    old = write(tmp_path / "old.vcf", card("Jonas Muster", "TITLE:Baker", uid="jonas"))
    new = write(tmp_path / "new.vcf", card("Jonas Muster", "TITLE:Miller", mail, uid="jonas"))
    household("import", "anna", old)
    result = household("import", "anna", new)
    assert "1 completed" in result.out
    assert "TITLE" in result.err
    exported = household("export", "anna").out
    assert mail in exported
    assert "TITLE:Baker" in exported
    assert "Miller" not in exported


def test_many_new_cards_wait_for_somebody_to_say_go(household: Hearthbook, tmp_path: Path) -> None:
    many = "".join(card(f"Number {index}", uid=f"many-{index}") for index in range(21))
    assert (
        "hearthbook reconcile" in household("import", "anna", write(tmp_path / "m.vcf", many)).out
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (JONAS.encode("utf-16"), "UTF-16"),
        (b"not a card", "BEGIN:VCARD"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", "no vCard or CSV file"),
        (b"%PDF-1.4, not a card", "no vCard or CSV file"),
        (b"PK\3\4, an .xlsx", "no vCard or CSV file"),
        (b"a" * 5000, "larger than 4,096 bytes"),
    ],
    ids=["empty", "utf-16", "no card", "picture", "pdf", "zip", "huge"],
)
def test_a_file_that_holds_no_card_is_named_with_the_reason(
    household: Hearthbook, folder: Path, tmp_path: Path, content: bytes, sentence: str
) -> None:
    (folder / "hearthbook.toml").write_text("[limits]\nimport_bytes = 4096\n")
    file = write(tmp_path / "bad.vcf", content)
    said = household("import", "anna", file).sentence
    assert str(file) in said
    assert sentence in said


def test_a_file_that_is_not_there_is_named(household: Hearthbook, tmp_path: Path) -> None:
    assert str(tmp_path / "none.vcf") in household("import", "anna", tmp_path / "none.vcf").sentence


def test_a_folder_without_cards_is_named(household: Hearthbook, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no vCard file" in household("import", "anna", tmp_path / "empty").sentence


def test_good_files_are_taken_beside_a_bad_one(household: Hearthbook, tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.vcf", JONAS), write(tmp_path / "bad.vcf", b"")
    result = household("import", "anna", bad, good)
    assert result.status == 1
    assert "1 taken" in result.out
    assert str(bad) in result.err


def test_a_folder_gets_one_file_per_card(household: Hearthbook, tmp_path: Path) -> None:
    household("import", "anna", write(tmp_path / "anna.vcf", ANNAS_INGRID + JONAS))
    assert household("export", "anna", "--to", tmp_path / "out").status == 0
    written = {path.read_bytes() for path in (tmp_path / "out").glob("*.vcf")}
    assert written == {ANNAS_INGRID.encode(), JONAS.encode()}


def test_an_export_never_writes_over_a_file(household: Hearthbook, tmp_path: Path) -> None:
    file = write(tmp_path / "precious.vcf", "mine")
    assert "exists already" in household("export", "anna", "--to", file).sentence
    assert file.read_text() == "mine"
    assert "not empty" in household("export", "anna", "--to", tmp_path).sentence


def test_an_export_is_cards_or_a_spreadsheet_and_no_other_kind_of_file(
    household: Hearthbook, tmp_path: Path
) -> None:
    assert ".vcf or .csv" in household("export", "anna", "--to", tmp_path / "x.pdf").sentence
    assert not (tmp_path / "x.pdf").exists()
    assert household("export", "anna", "--to", tmp_path / "of.2026").status == 0


def test_an_export_holds_own_cards_alone(household: Hearthbook, tmp_path: Path) -> None:
    household("import", "anna", write(tmp_path / "anna.vcf", JONAS))
    assert household("export", "ben").out == ""


def test_a_spreadsheet_is_imported_and_exported(household: Hearthbook, tmp_path: Path) -> None:
    sheet = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Notes\nEva,Stein,Mobile,+49 1575 2312501,=1+1\n"
    file = write(tmp_path / "google.csv", sheet)
    assert household("import", "anna", file).out.startswith("1 card for anna: 1 taken")
    assert "1 already there" in household("import", "anna", file).out
    assert household("export", "anna", "--to", tmp_path / "out.csv").status == 0
    out = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in out
    assert "'+49" in out
    assert "=1+1" in household("export", "anna").out
