"""`compare`: two files, no server, no database."""

import json
from pathlib import Path

import pytest

from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, JONAS, card
from tests.commands.conftest import Hearthbook


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Ingrid is in both, twice on the left; Jonas has no UID on the right."""
    left, right = tmp_path / "left.vcf", tmp_path / "right.vcf"
    other = card("Jonas Muster", "TEL:030 23125001")
    namesake = card("Mia Muster", uid="same"), card("Mia Muster", uid="same")
    left.write_text(ANNAS_INGRID + JONAS + namesake[0], newline="")
    right.write_text(BENS_INGRID + other + namesake[1] + card("Zoe Zander"), newline="")
    return left, right


def pairs(out: str) -> dict[tuple[str, str], dict[str, object]]:
    rows = [json.loads(line) for line in out.splitlines()]
    return {(row["a"], row["b"]): row for row in rows}


def test_one_json_object_per_pair_that_is_not_no(
    hearthbook: Hearthbook, folder: Path, files: tuple[Path, Path]
) -> None:
    result = hearthbook("compare", *files, "--json")
    assert result.status == 0, result.err
    found = pairs(result.out)
    ingrid = found["anna-ingrid", "ben-ingrid"]
    assert ingrid["decision"] == "auto"
    assert (ingrid["a_file"], ingrid["b_file"]) == tuple(map(str, files))
    assert (ingrid["a_index"], ingrid["b_index"]) == (1, 1)
    assert isinstance(ingrid["score"], float)
    assert 0 <= ingrid["score"] <= 1
    assert "same e-mail address" in str(ingrid["reasons"])
    assert not folder.exists()


def test_a_card_without_uid_is_named_by_its_position(
    hearthbook: Hearthbook, files: tuple[Path, Path]
) -> None:
    assert ("jonas", "RIGHT#2") in pairs(hearthbook("compare", *files, "--json").out)


def test_a_uid_that_stands_twice_in_a_file_names_nobody(
    hearthbook: Hearthbook, tmp_path: Path
) -> None:
    left, right = tmp_path / "l.vcf", tmp_path / "r.vcf"
    mail = "EMAIL:mia@example.org"
    left.write_text(card("Mia Muster", mail, uid="x") + card("Otto Other", uid="x"), newline="")
    right.write_text(card("Mia Muster", mail, uid="y"), newline="")
    assert list(pairs(hearthbook("compare", left, right, "--json").out)) == [("LEFT#1", "y")]


def test_pairs_inside_one_file_are_found_too(hearthbook: Hearthbook, tmp_path: Path) -> None:
    left, right = tmp_path / "l.vcf", tmp_path / "r.vcf"
    mail = "EMAIL:mia@example.org"
    left.write_text(
        card("Mia Muster", mail, uid="one") + card("Mia Muster", mail, uid="two"), newline=""
    )
    right.write_text(JONAS, newline="")
    assert ("one", "two") in pairs(hearthbook("compare", left, right, "--json").out)


def test_the_same_files_give_the_same_lines(
    hearthbook: Hearthbook, files: tuple[Path, Path]
) -> None:
    first = hearthbook("compare", *files, "--json").out
    assert hearthbook("compare", *files, "--json").out == first


def test_the_region_reads_numbers_without_a_country_code(
    hearthbook: Hearthbook, files: tuple[Path, Path]
) -> None:
    """030 23125001 is a number in Berlin, and none in France."""
    german = pairs(hearthbook("compare", *files, "--json").out)["jonas", "RIGHT#2"]
    french = pairs(hearthbook("compare", *files, "--json", "--region", "fr").out)
    assert german["decision"] == "auto"
    assert french["jonas", "RIGHT#2"]["decision"] == "review"


def test_for_people_it_says_how_sure_and_why(
    hearthbook: Hearthbook, files: tuple[Path, Path]
) -> None:
    result = hearthbook("compare", *files)
    line = result.out.splitlines()[0].split("\t")
    assert line[:4] == ["LEFT#1", "Ingrid Beispiel", "RIGHT#1", "Ingrid Beispiel"]
    assert line[4].startswith("certain")
    assert "7 cards: " in result.err


def test_a_broken_card_is_named_and_left_out(
    hearthbook: Hearthbook, files: tuple[Path, Path]
) -> None:
    left, right = files
    broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut Off\r\n"
    left.write_text(left.read_text() + broken, newline="")
    result = hearthbook("compare", left, right, "--json")
    assert result.status == 0
    assert f"{left}, card 4 is left out: " in result.err


def test_a_file_without_cards_is_one_sentence(
    hearthbook: Hearthbook, files: tuple[Path, Path], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.vcf"
    empty.touch()
    assert str(empty) in hearthbook("compare", empty, files[1]).sentence
    assert "none.vcf" in hearthbook("compare", files[0], tmp_path / "none.vcf").sentence
