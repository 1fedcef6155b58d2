"""Two people are never linked by the machine because they are easily confused, whatever the seed.

A few seeds always; ``HEARTHBOOK_SEEDS=500`` runs as many.
"""

import os
from dataclasses import replace
from random import Random

import pytest

from server.reconcile.matching import Index, Matchable, Matching, compare_cards
from tests.quality.books import TwoBooks, two_books
from tests.quality.measuring import measure

SEEDS = int(os.environ.get("HEARTHBOOK_SEEDS", "4"))


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_is_taken_for_somebody_else(seed: int, *, held_out: bool) -> None:
    result = measure([two_books(4_000_000 + seed, held_out=held_out)], examples=1)
    assert result.forbidden == {}
    assert result.precision >= 0.999


def test_most_people_are_found_with_few_questions() -> None:
    """What `make quality` measures at length, at a distance that chance does not bridge."""
    result = measure(two_books(seed) for seed in range(4))
    assert result.recall >= 0.8
    assert result.reached >= 0.985
    assert result.questions <= 25


@pytest.fixture(scope="module")
def books() -> TwoBooks:
    return two_books(9, size=120)


def test_the_order_of_cards_does_not_matter(books: TwoBooks) -> None:
    cards = [entry.match for entry in books.entries]
    assert compare_cards(cards, region=books.region) == compare_cards(
        cards[::-1], region=books.region
    )


def test_the_pairs_of_one_card_are_those_among_all_pairs(books: TwoBooks) -> None:
    cards = [entry.match for entry in books.entries]
    everything = compare_cards(cards, region=books.region)
    index = Index(cards, region=books.region)
    for card in cards[::17]:
        of_one = [pair for pair in everything if card.id in (pair.left, pair.right)]
        assert list(Matching(index).pairs_of([card.id])) == of_one


def test_what_a_change_lets_be_judged_otherwise_is_known(books: TwoBooks) -> None:
    """Names become frequent, numbers are shared by more: whoever that concerns is told."""
    cards = {entry.match.id: entry.match for entry in books.entries}
    random = Random(books.seed)  # noqa: S311 - which cards a test changes, the same ones each time
    index = Index(cards.values(), region=books.region)
    told_of = []
    for _ in range(40):
        before = {(each.left, each.right): each for each in Matching(index).all_pairs()}
        chosen = random.sample(sorted(cards), 3)
        changes: dict[str, Matchable | None] = {
            each: replace(cards[random.choice(sorted(cards))], id=each) for each in chosen[:2]
        }
        changes |= {chosen[2]: None if chosen[2] in index.cards else cards[chosen[2]]}
        undone = {each: index.cards.get(each) for each in changes}
        told = index.update(changes) | changes.keys()
        after = {(each.left, each.right): each for each in Matching(index).all_pairs()}
        near = Matching(index).near(told & index.cards.keys())
        index.update(undone)
        near |= Matching(index).near(told & index.cards.keys())
        index.update(changes)
        otherwise = [p for p in before.keys() | after.keys() if before.get(p) != after.get(p)]
        assert all(not (near | told).isdisjoint(pair) for pair in otherwise)
        told_of.append(len(told))
    assert sorted(told_of)[20] < len(cards) / 4


def test_an_index_that_followed_a_change_is_like_a_new_one(books: TwoBooks) -> None:
    cards = [entry.match for entry in books.entries]
    index = Index(cards, region=books.region)
    changed = replace(cards[3], emails=cards[8].emails, called=cards[8].called)
    index.put(changed)
    index.take(cards[5].id)
    after = [changed if each.id == changed.id else each for each in cards if each != cards[5]]
    assert Matching(index).all_pairs() == compare_cards(after, region=books.region)
    index.take("nobody")
    assert Matching(index).all_pairs() == compare_cards(after, region=books.region)
