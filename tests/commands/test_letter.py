"""What the letter at a terminal says of offers."""

import pytest

from server.commands.letter import LONGEST, LetterWriter
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


def test_a_long_letter_says_how_to_see_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(f"anna-{number}", f"ben-{number}") for number in range(LONGEST + 2)]
    mails = [f"EMAIL:eva{number}@lorenz.example" for number in range(len(pairs))]
    knows = [card(one, mail) for (one, _), mail in zip(pairs, mails, strict=True)]
    lacks = [card(other) for _, other in pairs]
    links = tuple(same(*pair) for pair in pairs)
    snapshot = household(*knows, *lacks, links=links)
    made = plan(snapshot, now=clock(snapshot))
    told = letter(made, snapshot, NAMES)
    LetterWriter(made, snapshot, NAMES, str).print_letter(told)
    short = capsys.readouterr().out
    LetterWriter(made, snapshot, NAMES, str, whole=True).print_letter(told)
    long = capsys.readouterr().out
    gain = "would gain a mail address."
    assert (short.count(gain), long.count(gain)) == (LONGEST, LONGEST + 2)
    assert "\n  and 2 more: hearthbook reconcile --dry-run --all\n" in short
    assert "--all" not in long
