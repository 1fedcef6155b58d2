"""Work grows with the number of cards, not with its square: pairs are counted, never seconds."""

from collections.abc import Callable

import pytest

from server.reconcile.matching import Index, Matchable
from tests.builders import a_name
from tests.reconcile.test_matching import human


def _strangers(number: int) -> Matchable:
    return human(str(number), a_name(number), f"EMAIL:{number}@example.org")


def _neighbours(number: int) -> Matchable:
    """Forty are called alike, and live in one house."""
    return human(str(number), a_name(number // 40), f"EMAIL:{number}@example.org")


def _namesakes(number: int) -> Matchable:
    """Everybody has one name, one number and one mail address."""
    return human(str(number), "Anna Stein", "EMAIL:all@example.org")


def _switchboard(number: int) -> Matchable:
    """Everybody has the number of one firm."""
    return human(str(number), a_name(number), "EMAIL:info@example.org")


@pytest.mark.parametrize("kind", [_strangers, _neighbours, _namesakes, _switchboard])
def test_twice_the_cards_are_at_most_2_3_times_the_pairs(kind: Callable[[int], Matchable]) -> None:
    pairs = []
    for size in (400, 800, 1600):
        index = Index((kind(each) for each in range(size)), region="DE")
        pairs.append(size + sum(len(index.partners(card)) for card in index.cards))
    assert pairs[1] <= 2.3 * pairs[0]
    assert pairs[2] <= 2.3 * pairs[1]
