"""What is asked about pairs in doubt, each of whom may answer it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.reconcile.clusters import Clusters
from server.reconcile.joining import question_key
from server.reconcile.matching import Matchable, PairDecision, contradicts
from server.reconcile.operations import SamePerson, WhichBelong
from server.reconcile.piles import questions_of
from server.reconcile.snapshot import BRINGS
from server.reconcile.universes import LinksOf, Shown, Ties, Universe, of_one


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought in one universe: its cards, and the pairs that are judged there."""

    universe: Universe
    matchables: Mapping[str, Matchable]
    decisions: tuple[PairDecision, ...]


def doubts_about(
    judged: Iterable[Judgement],
    cards: Mapping[str, Shown],
    links_of: LinksOf,
    settled: frozenset[str],
) -> tuple[SamePerson | WhichBelong, ...]:
    """What to ask of whom certain links leave in doubt; sorted."""
    found = (
        question
        for view in _views(judged, cards, links_of, settled)
        for question in view.questions()
    )
    return tuple(sorted(found, key=lambda question: question.key))


@dataclass(frozen=True, slots=True)
class _View:
    """The doubts that the same members may answer, and what they know of the cards."""

    universe: Universe
    ties: Ties
    doubts: list[SamePerson]
    judgements: dict[Universe, Judgement]

    def open_doubts(self) -> list[SamePerson]:
        """The pairs that are not one person already and were not called different."""
        return [
            pair
            for pair in self.doubts
            if pair.cards not in self.ties and pair.card_b not in self.ties.person(pair.card_a)
        ]

    def questions(self) -> Iterator[SamePerson | WhichBelong]:
        """What to ask about the pairs that stay in doubt."""

        def both(left: str, right: str) -> Iterator[tuple[Matchable, Matchable]]:
            for each in self.judgements.values():
                if left in each.matchables and right in each.matchables:
                    yield each.matchables[left], each.matchables[right]

        def excludes(left: str, right: str) -> bool:
            pair = (min(left, right), max(left, right))
            return pair in self.ties or any(contradicts(*each) for each in both(left, right))

        yield from questions_of(
            self.open_doubts(),
            self.universe.scope,
            lambda card: tuple(sorted(self.ties.person(card))),
            excludes=excludes,
            unlike=lambda left, right: any(_are_unlike(*each) for each in both(left, right)),
        )


def _are_unlike(left: Matchable, right: Matchable) -> bool:
    """Whether one book holds both cards, with other numbers or other mail addresses."""
    return left.book == right.book and any(
        one and other and one.isdisjoint(other)
        for one, other in ((left.phones, right.phones), (left.emails, right.emails))
    )


def _views(
    judged: Iterable[Judgement],
    cards: Mapping[str, Shown],
    links_of: LinksOf,
    settled: frozenset[str],
) -> Iterable[_View]:
    """The doubts by who may answer them; two cards of one member with what else they are asked about."""
    views: dict[Universe, _View] = {}
    doubles: list[tuple[Judgement, SamePerson]] = []

    def put(where: Universe, judgement: Judgement, pair: SamePerson) -> None:
        view = views.setdefault(where, _View(where, Ties(where, cards, links_of), [], {}))
        view.judgements[judgement.universe] = judgement
        view.doubts.append(pair)

    for judgement in judged:
        scope = judgement.universe.scope
        for each in judgement.decisions if scope != BRINGS else ():
            key = question_key(each.left, each.right, scope)
            pair = SamePerson(key, each.left, each.right, scope, each.score, each.reasons)
            if key in settled:
                continue
            if cards[each.left].keeper == cards[each.right].keeper and not scope:
                doubles.append((judgement, pair))
            else:
                put(judgement.universe, judgement, pair)
    asked = {
        universe: {card for pair in view.open_doubts() for card in pair.cards}
        for universe, view in views.items()
    }
    shared: defaultdict[Universe, list[SamePerson]] = defaultdict(list)
    for judgement, pair in doubles:
        shared[judgement.universe].append(pair)
    hangs = {
        universe: _hanging(Ties(universe, cards, links_of), pairs, asked.get(universe, set()))
        for universe, pairs in shared.items()
    }
    for judgement, pair in doubles:
        keeper = cards[pair.card_a].keeper
        alone = of_one(keeper)
        # What one member alone is asked moves nothing that others are asked about, too (R1).
        is_free = not hangs[judgement.universe](pair) and set(pair.cards) <= asked.get(alone, set())
        put(alone if is_free else judgement.universe, judgement, pair)
    return views.values()


def _hanging(
    ties: Ties, doubles: Iterable[SamePerson], asked: Iterable[str]
) -> Callable[[SamePerson], bool]:
    """Whether a pair of one member's cards hangs together with what others are asked about, too."""
    clusters = Clusters()

    def first(card: str) -> str:
        return min(ties.person(card))

    for pair in doubles:
        if pair.cards not in ties:
            clusters.connect(first(pair.card_a), first(pair.card_b))
    heads = {clusters.of(first(card)) for card in asked}
    return lambda pair: clusters.of(first(pair.card_a)) in heads
