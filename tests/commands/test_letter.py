"""What the letter at a terminal says of offers."""

import pytest

from server.commands.letter import LetterWriter
from server.reconcile.describe import letter
from server.reconcile.plan import plan
from tests.reconcile.model import card, clock, household, same

NAMES = {"anna": "Anna", "ben": "Ben"}


def test_what_is_offered_stands_apart_from_what_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    snapshot = household(
        card("anna-1", "EMAIL:eva@lorenz.example", seen_by=("ben",)),
        card("ben-1", seen_by=("anna", "ben", "carl")),
        links=(same("anna-1", "ben-1"),),
    )
    made = plan(snapshot, now=clock(snapshot))
    LetterWriter(made, snapshot, NAMES, str).print_letter(letter(made, snapshot, NAMES))
    told = capsys.readouterr().out
    assert "There are no questions." in told
    assert "What we would ask:" not in told
    offered = "  Ben is offered more of Eva Lorenz than others may see.\n"
    assert f"What would be offered:\n{offered}" in told
