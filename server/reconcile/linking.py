"""Which links a cycle makes and which it asks about, each from nothing but what all may see.

Two cards whose keepers see each other's are judged among the cards, and by the values, that
everyone who sees both may see. Any other two are judged for each single member who sees both;
and once more by what all of these may see, for what may be brought from one card to the other,
since that is seen by others than the one member.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.reconcile.clusters import Clusters
from server.reconcile.matching import (
    Matchable,
    PairDecision,
    compare_cards,
    contradicts,
    matchable,
)
from server.reconcile.operations import Join, SamePerson
from server.reconcile.snapshot import BRINGS, CardState, Link, Snapshot, cards_by_id


@dataclass(frozen=True, slots=True)
class Universe:
    """The members as if whom to judge, and the scope of the links that come of it."""

    audience: frozenset[str]
    scope: str

    def holds(self, link: Link, cards: dict[str, CardState]) -> bool:
        """Whether what somebody said about two cards counts here.

        A keeper's "different people" counts everywhere, for it is said only once.
        """
        keepers = {cards[link.card_a].keeper, cards[link.card_b].keeper}
        return link.scope in ("", self.scope) or (link.verdict == "apart" and link.scope in keepers)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought in one universe: its cards, and the pairs that are judged there."""

    universe: Universe
    matchables: dict[str, Matchable]
    decisions: tuple[PairDecision, ...]


def universes_of(left: CardState, right: CardState) -> tuple[Universe, ...]:
    """As if whom, and for whom, two cards are to be judged."""
    both = left.seen_by & right.seen_by
    if left.keeper in both and right.keeper in both:
        return (Universe(both, ""),)
    single = tuple(Universe(frozenset({member}), member) for member in sorted(both))
    if len(both) > 1 and {left.keeper, right.keeper} & both:
        return (Universe(both, BRINGS), *single)
    return single


def find_links(snapshot: Snapshot) -> tuple[tuple[Join, ...], tuple[SamePerson, ...]]:
    """The links to make, and the pairs to ask about; both sorted."""
    cards = {
        card_id: card for card_id, card in cards_by_id(snapshot).items() if card.kind != "group"
    }
    links = [link for link in snapshot.links if {link.card_a, link.card_b} <= cards.keys()]
    judged = [
        judge(universe, cards, links, snapshot.region) for universe in _universes(cards.values())
    ]
    joins: list[Join] = []
    if not snapshot.always_ask:
        for judgement in judged:
            known = [*links, *map(as_link, joins)]
            joins.extend(_joins(judgement, cards, known, snapshot.undone))
    links.extend(map(as_link, joins))
    questions = [
        question
        for judgement in judged
        if judgement.universe.scope != BRINGS
        for question in _questions(judgement, cards, links)
        if question.key not in snapshot.settled
    ]
    return (
        tuple(sorted(joins, key=lambda join: (join.card_a, join.card_b, join.scope))),
        tuple(sorted(questions, key=lambda question: question.key)),
    )


def question_key(card_a: str, card_b: str, scope: str) -> str:
    """The name under which "are these two one person?" is asked and answered once."""
    return f"same:{card_a}:{card_b}:{scope}"


def as_link(join: Join) -> Link:
    """The link that a planned join will be."""
    return Link(join.card_a, join.card_b, "same", join.scope, machine=True)


def _universes(cards: Iterable[CardState]) -> list[Universe]:
    """All universes in which some pair of cards is judged."""
    classes: dict[tuple[str, frozenset[str]], list[CardState]] = {}
    for card in cards:
        kept = classes.setdefault((card.keeper, card.seen_by), [])
        if len(kept) < 2:
            kept.append(card)
    samples = [card for kept in classes.values() for card in kept]
    found = {
        universe
        for position, left in enumerate(samples)
        for right in samples[position + 1 :]
        for universe in universes_of(left, right)
    }
    return sorted(found, key=lambda universe: (universe.scope, sorted(universe.audience)))


def judge(
    universe: Universe, cards: dict[str, CardState], links: Sequence[Link], region: str
) -> Judgement:
    """The decisions of one universe about the pairs that are judged in it.

    What a cycle brought to a card is no evidence of whose card it is.
    """
    matchables = {
        card.id: matchable(
            card.id,
            card.uid,
            [
                fact.prop
                for fact in card.facts
                if universe.audience <= fact.seen_by and fact.act_kind != "cycle"
            ],
            card.name,
            card.kind,
            book=card.keeper,
        )
        for card in cards.values()
        if universe.audience <= card.seen_by
    }
    apart = frozenset(_apart(universe, cards, links))

    def wanted(left: str, right: str) -> bool:
        return universe in universes_of(cards[left], cards[right])

    found = compare_cards(tuple(matchables.values()), region=region, apart=apart, wanted=wanted)
    return Judgement(universe, matchables, found)


def _apart(
    universe: Universe, cards: dict[str, CardState], links: Sequence[Link]
) -> Iterator[tuple[str, str]]:
    """All pairs of cards of persons who were called different."""
    clusters = _clusters(universe, cards, links)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for card in cards:
        members[clusters.of(card)].append(card)
    for link in _holding(universe, cards, links, "apart"):
        for left in members[clusters.of(link.card_a)]:
            for right in members[clusters.of(link.card_b)]:
                yield min(left, right), max(left, right)


def _holding(
    universe: Universe, cards: dict[str, CardState], links: Iterable[Link], verdict: str
) -> Iterator[Link]:
    """The links of one verdict that count in a universe and whose cards are known there."""
    for link in links:
        if (
            link.verdict == verdict
            and universe.audience <= cards[link.card_a].seen_by & cards[link.card_b].seen_by
            and universe.holds(link, cards)
        ):
            yield link


def _clusters(universe: Universe, cards: dict[str, CardState], links: Iterable[Link]) -> Clusters:
    clusters = Clusters()
    for link in _holding(universe, cards, links, "same"):
        clusters.connect(link.card_a, link.card_b)
    return clusters


def _joins(
    judgement: Judgement,
    cards: dict[str, CardState],
    links: Sequence[Link],
    undone: frozenset[str],
) -> Iterator[Join]:
    """The certain pairs that are not linked yet and bring no two together who are apart.

    A card that contradicts some card of the person it would join is asked about instead.
    A link that was undone is not made again, and a card that its keeper calls "me" is
    joined by people alone: a wrong one would put somebody else's face on a lock screen.
    """
    universe, matchables = judgement.universe, judgement.matchables
    clusters = _clusters(universe, cards, links)
    linked = {(each.card_a, each.card_b) for each in _holding(universe, cards, links, "same")}
    apart = frozenset(_apart(universe, cards, links))
    members: defaultdict[str, list[str]] = defaultdict(list)
    for card in matchables:
        members[clusters.of(card)].append(card)
    certain = [
        pair
        for pair in judgement.decisions
        if pair.decision == "auto"
        and not (cards[pair.left].is_me or cards[pair.right].is_me)
        and not {
            question_key(pair.left, pair.right, each) for each in _asked_in(pair, universe, cards)
        }
        & undone
    ]
    for pair in sorted(certain, key=lambda pair: (-pair.score, pair.left, pair.right)):
        one, other = clusters.of(pair.left), clusters.of(pair.right)
        if (pair.left, pair.right) in linked:
            continue
        if one != other:
            if any(
                (min(left, right), max(left, right)) in apart
                or contradicts(matchables[left], matchables[right])
                for left in members[one]
                for right in members[other]
            ):
                continue
            clusters.connect(one, other)
            members[clusters.of(one)] = members[one] + members[other]
        yield Join(pair.left, pair.right, universe.scope, pair.reasons, pair.score)


def _asked_in(
    pair: PairDecision, universe: Universe, cards: dict[str, CardState]
) -> tuple[str, ...]:
    """The scopes in which an undo may have spoken against a link."""
    if universe.scope != BRINGS:
        return "", universe.scope
    return "", BRINGS, cards[pair.left].keeper, cards[pair.right].keeper


def _questions(
    judgement: Judgement, cards: dict[str, CardState], links: Sequence[Link]
) -> Iterator[SamePerson]:
    """The pairs that stay in doubt and are not one person already."""
    universe = judgement.universe
    clusters = _clusters(universe, cards, links)
    apart = frozenset(_apart(universe, cards, links))
    for pair in judgement.decisions:
        if (pair.left, pair.right) in apart or clusters.of(pair.left) == clusters.of(pair.right):
            continue
        yield SamePerson(
            question_key(pair.left, pair.right, universe.scope),
            pair.left,
            pair.right,
            universe.scope,
            pair.score,
            pair.reasons,
        )
