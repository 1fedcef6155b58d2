"""`share`: who sees a single card or value."""

from pathlib import Path

import pytest

from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, JONAS
from tests.commands.conftest import Hearthbook


@pytest.fixture
def reconciled(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Anna and Ben know Ingrid, Jonas is Anna's alone, Cleo has no cards."""
    household("member", "add", "cleo", "--name", "Cleo", "--shares", "all")
    for member, text in (("anna", ANNAS_INGRID + JONAS), ("ben", BENS_INGRID)):
        file = tmp_path / f"{member}.vcf"
        file.write_text(text, newline="")
        assert household("import", member, file).status == 0
    assert household("reconcile").status == 0
    return household


def test_a_card_is_shown_to_those_who_are_named(reconciled: Hearthbook) -> None:
    said = reconciled("share", "jonas", "--with", "ben")
    assert said.out.startswith("Jonas")
    assert "shown to ben alone from anna's card" in said.out
    assert "Phones" in said.err
    assert reconciled("show", "jonas", "--as", "ben").status == 0
    assert "Nobody" in reconciled("show", "jonas", "--as", "cleo").sentence
    assert "anna's card is seen by ben." in reconciled("show", "jonas").out
    assert reconciled("verify").status == 0


def test_a_card_is_private_and_the_households_again(reconciled: Hearthbook) -> None:
    reconciled("share", "jonas", "--private")
    assert "Nobody" in reconciled("show", "jonas", "--as", "ben").sentence
    assert "seen by nobody else" in reconciled("show", "jonas").out
    assert "Anna made Jonas Muster private." in reconciled("history").out
    assert "Jonas Muster private" not in reconciled("history", "--as", "ben").out
    assert "the household" in reconciled("share", "jonas", "--household").out
    assert reconciled("show", "jonas", "--as", "ben").status == 0


def test_one_value_is_limited(reconciled: Hearthbook) -> None:
    lines = reconciled("show", "jonas").out.splitlines()
    phone = next(line for line in lines if "23125" in line)
    number = phone.split("\t")[2]
    assert reconciled("share", "jonas", "--property", f"TEL={number}", "--with", "ben").status == 0
    assert number in reconciled("show", "jonas", "--as", "ben").out
    assert number not in reconciled("show", "jonas", "--as", "cleo").out
    assert "; seen by ben" in reconciled("show", "jonas", "--as", "anna").out
    assert "tel" in reconciled("share", "jonas", "--property", "tel", "--household").out
    assert number in reconciled("show", "jonas", "--as", "cleo").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ingrid", "--private"), "say whose with --as"),
        (("jonas", "--private", "--household"), "one of"),
        (("jonas", "--as", "anna"), "one of"),
        (("jonas", "--with", " , "), "Name members"),
        (("jonas", "--with", "zoe"), "no member 'zoe'"),
        (("jonas", "--as", "ben", "--private"), "only a card's keeper"),
        (("jonas", "--private", "--property", "TEL=0"), "has no 'TEL=0'"),
        (("jonas", "--private", "--property", "FN"), "make the card private"),
        (("nobody", "--private"), "Nobody"),
        (("anna", "ben"), "FROM TO LEVEL"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_does_not_fit_is_said_in_one_sentence(
    reconciled: Hearthbook, words: tuple[str, ...], said: str
) -> None:
    assert said in reconciled("share", *words).sentence


def test_whose_card_may_be_said(reconciled: Hearthbook) -> None:
    assert reconciled("share", "ingrid", "--as", "ben", "--private").status == 0
    assert "UID ben-ingrid" not in reconciled("show", "ingrid", "--as", "anna").out


def test_who_sees_less_anyway_is_said(reconciled: Hearthbook) -> None:
    reconciled("share", "anna", "cleo", "none")
    assert "cleo still sees nothing" in reconciled("share", "jonas", "--with", "cleo").err
