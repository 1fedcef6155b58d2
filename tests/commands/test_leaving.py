"""`member remove`: somebody leaves with everything that is theirs."""

from pathlib import Path

import pytest

from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, JONAS
from tests.commands.conftest import Hearthbook


@pytest.fixture
def reconciled(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Anna and Ben know Ingrid, Jonas is Anna's alone and everybody's."""
    for member, text in (("anna", ANNAS_INGRID + JONAS), ("ben", BENS_INGRID)):
        file = tmp_path / f"{member}.vcf"
        file.write_text(text, newline="")
        assert household("import", member, file).status == 0
    assert household("reconcile").status == 0
    assert household("own", "jonas", "ours", "anna").status == 0
    return household


def test_who_leaves_takes_everything_along(reconciled: Hearthbook, tmp_path: Path) -> None:
    folder = tmp_path / "anna"
    before = reconciled("export", "anna").out
    said = reconciled("member", "remove", "anna", "--to", folder, "--yes")
    assert said.status == 0, said.err
    assert said.out.startswith("Anna left: 2 cards")
    assert "Others keep 1 card" in said.out
    assert (folder / "contacts.vcf").read_bytes().decode() == before
    assert "NOTE:secret" in (folder / "contacts.vcf").read_text()
    assert "Anna imported" in (folder / "history.txt").read_text()
    assert {each.name for each in folder.iterdir()} >= {"README.txt", "suggestions.txt"}
    assert all(each.stat().st_mode & 0o077 == 0 for each in folder.iterdir())
    assert [line.split("\t")[0] for line in reconciled("member", "list").out.splitlines()] == [
        "ben"
    ]
    assert "Jonas" in reconciled("show", "jonas", "--as", "ben").out
    assert "Anna left the household." in reconciled("history").out
    assert reconciled("verify").status == 0
    for words in (("show", "jonas", "--as", "anna"), ("device", "add", "anna", "--label", "x")):
        assert "no member 'anna'" in reconciled(*words).sentence


def test_who_leaves_takes_what_was_everybodys(reconciled: Hearthbook, tmp_path: Path) -> None:
    folder = tmp_path / "ben"
    assert reconciled("member", "remove", "ben", "--to", folder, "--yes").status == 0
    assert "Jonas" in (folder / "ours.vcf").read_text()


def test_without_a_yes_nothing_happens(reconciled: Hearthbook, tmp_path: Path) -> None:
    assert "--yes" in reconciled("member", "remove", "anna", "--to", tmp_path / "x").sentence
    assert not (tmp_path / "x").exists()
    assert len(reconciled("member", "list").out.splitlines()) == 2


def test_a_folder_that_holds_something_is_left_alone(
    reconciled: Hearthbook, tmp_path: Path
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine").write_text("mine")
    words = ("member", "remove", "anna", "--to", tmp_path / "x", "--yes")
    assert "not empty" in reconciled(*words).sentence
    assert len(reconciled("member", "list").out.splitlines()) == 2


def test_the_last_adult_stays_in_words(reconciled: Hearthbook, tmp_path: Path) -> None:
    reconciled("member", "remove", "ben", "--to", tmp_path / "ben", "--yes")
    words = ("member", "remove", "anna", "--to", tmp_path / "anna", "--yes")
    assert "only adult" in reconciled(*words).sentence
    assert not (tmp_path / "anna").exists()
