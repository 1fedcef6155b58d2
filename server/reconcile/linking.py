"""Which links a cycle makes and which it asks about, each from nothing but what all may see.

Two cards whose keepers see each other's are judged among the cards, and by the values, that
everyone who sees both may see. Any other two are judged for each single member who sees both;
and once more by what all of these may see, for what may be brought from one card to the other,
since that is seen by others than the one member.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.reconcile.clusters import Clusters
from server.reconcile.matching import (
    Matchable,
    PairDecision,
    compare_cards,
    contradicts,
    matchable,
)
from server.reconcile.operations import Join, SamePerson, WhichBelong
from server.reconcile.piles import EQUAL_SCORE, questions_of
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


def find_links(
    snapshot: Snapshot,
) -> tuple[tuple[Join, ...], tuple[SamePerson | WhichBelong, ...]]:
    """The links to make, and what to ask of whom they leave in doubt; both sorted."""
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
        for view in _views(judged, cards, snapshot.settled)
        for question in view.questions(cards, links)
    ]
    return (
        tuple(sorted(joins, key=lambda join: (join.card_a, join.card_b, join.scope))),
        tuple(sorted(questions, key=lambda question: question.key)),
    )


def still_asked(
    snapshot: Snapshot, doubts: Iterable[SamePerson]
) -> tuple[SamePerson | WhichBelong, ...]:
    """What is asked of pairs that were in doubt, by the cards and links of this moment.

    Nobody is looked for anew, so that a snapshot of these cards, and of those that links join to
    them, is enough.
    """
    cards = {
        card_id: card for card_id, card in cards_by_id(snapshot).items() if card.kind != "group"
    }
    links = [link for link in snapshot.links if {link.card_a, link.card_b} <= cards.keys()]
    decisions: defaultdict[Universe, list[PairDecision]] = defaultdict(list)
    for pair in sorted(doubts, key=lambda each: each.key):
        if set(pair.cards) <= cards.keys():
            for universe in universes_of(*(cards[each] for each in pair.cards)):
                if universe.scope == pair.scope:
                    decision = PairDecision(*pair.cards, pair.score, "review", pair.reasons)
                    decisions[universe].append(decision)
    judged = [
        Judgement(universe, _matchables(universe, cards), tuple(found))
        for universe, found in decisions.items()
    ]
    return tuple(
        question
        for view in _views(judged, cards, snapshot.settled)
        for question in view.questions(cards, links)
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
    matchables = _matchables(universe, cards)
    apart = frozenset(_apart(universe, cards, links))

    def wanted(left: str, right: str) -> bool:
        return universe in universes_of(cards[left], cards[right])

    found = compare_cards(tuple(matchables.values()), region=region, apart=apart, wanted=wanted)
    return Judgement(universe, matchables, found)


def _matchables(universe: Universe, cards: dict[str, CardState]) -> dict[str, Matchable]:
    return {
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

    A card that fits two persons equally, of whom some are apart or contradict each other, joins
    neither. A link that was undone is not made again, by no other card of the two persons either,
    and a card that its keeper calls "me" is joined by people alone: a wrong one would put somebody
    else's face on a lock screen.
    """
    universe = judgement.universe
    linked = {(each.card_a, each.card_b) for each in _holding(universe, cards, links, "same")}
    apart = frozenset(_apart(universe, cards, links))
    certain = sorted(
        (
            pair
            for pair in judgement.decisions
            if pair.decision == "auto" and not (cards[pair.left].is_me or cards[pair.right].is_me)
        ),
        key=lambda pair: (-pair.score, pair.left, pair.right),
    )

    def excluded(left: str, right: str) -> bool:
        pair = (min(left, right), max(left, right))
        return (
            pair in apart
            or contradicts(judgement.matchables[left], judgement.matchables[right])
            or _is_undone(pair, universe, cards, undone)
        )

    doubtful: set[tuple[str, str]] = set()
    while True:
        made, refused = _together(
            [pair for pair in certain if (pair.left, pair.right) not in linked | doubtful],
            _clusters(universe, cards, links),
            judgement.matchables,
            excluded,
        )
        rivals = set(_rivals(made, refused))
        if not rivals:
            break
        doubtful |= rivals
    for pair in made:
        yield Join(pair.left, pair.right, universe.scope, pair.reasons, pair.score)


def _together(
    pairs: Iterable[PairDecision],
    clusters: Clusters,
    known: Iterable[str],
    excluded: Callable[[str, str], bool],
) -> tuple[list[PairDecision], list[PairDecision]]:
    """The pairs that can be linked one after the other, and those that somebody speaks against."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for card in known:
        members[clusters.of(card)].append(card)
    made: list[PairDecision] = []
    refused: list[PairDecision] = []
    for pair in pairs:
        one, other = clusters.of(pair.left), clusters.of(pair.right)
        if one != other:
            if any(excluded(a, b) for a in members[one] for b in members[other]):
                refused.append(pair)
                continue
            clusters.connect(one, other)
            members[clusters.of(one)] = members[one] + members[other]
        made.append(pair)
    return made, refused


def _rivals(
    made: Iterable[PairDecision], refused: Sequence[PairDecision]
) -> Iterator[tuple[str, str]]:
    """The links of a card that is as certain somebody else's, which they exclude."""
    strongest: dict[str, float] = {}
    for pair in refused:
        for card in (pair.left, pair.right):
            strongest[card] = max(pair.score, strongest.get(card, 0.0))
    for pair in made:
        if any(
            strongest.get(card, 0.0) >= pair.score - EQUAL_SCORE for card in (pair.left, pair.right)
        ):
            yield pair.left, pair.right


def _is_undone(
    pair: tuple[str, str], universe: Universe, cards: dict[str, CardState], undone: frozenset[str]
) -> bool:
    """Whether an undo has spoken against a link, in whichever scope."""
    if not undone:
        return False
    scopes = {"", universe.scope}
    if universe.scope == BRINGS:
        scopes |= {cards[each].keeper for each in pair}
    return any(question_key(*pair, scope) in undone for scope in scopes)


@dataclass(frozen=True, slots=True)
class _View:
    """The doubts that the same members may answer, and what they know of the cards."""

    universe: Universe
    doubts: list[SamePerson]
    judgements: dict[Universe, Judgement]

    def questions(
        self, cards: dict[str, CardState], links: Sequence[Link]
    ) -> Iterator[SamePerson | WhichBelong]:
        """What to ask about the pairs that stay in doubt and are not one person already."""
        clusters = _clusters(self.universe, cards, links)
        apart = frozenset(_apart(self.universe, cards, links))
        people: defaultdict[str, list[str]] = defaultdict(list)
        for card in sorted(cards):
            if self.universe.audience <= cards[card].seen_by:
                people[clusters.of(card)].append(card)

        def both(left: str, right: str) -> Iterator[tuple[Matchable, Matchable]]:
            for each in self.judgements.values():
                if {left, right} <= each.matchables.keys():
                    yield each.matchables[left], each.matchables[right]

        def excludes(left: str, right: str) -> bool:
            pair = (min(left, right), max(left, right))
            return pair in apart or any(contradicts(*each) for each in both(left, right))

        yield from questions_of(
            [
                pair
                for pair in self.doubts
                if (pair.card_a, pair.card_b) not in apart
                and clusters.of(pair.card_a) != clusters.of(pair.card_b)
            ],
            self.universe.scope,
            lambda card: tuple(people[clusters.of(card)]),
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
    judged: Iterable[Judgement], cards: dict[str, CardState], settled: frozenset[str]
) -> Iterable[_View]:
    """The doubts by who may answer them; two cards of one member with what else they are asked about."""
    views: dict[Universe, _View] = {}
    doubles: list[tuple[Judgement, SamePerson]] = []

    def put(where: Universe, judgement: Judgement, pair: SamePerson) -> None:
        view = views.setdefault(where, _View(where, [], {}))
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
        universe: {card for pair in view.doubts for card in pair.cards}
        for universe, view in views.items()
    }
    for judgement, pair in doubles:
        keeper = cards[pair.card_a].keeper
        places = (judgement.universe, Universe(frozenset({keeper}), keeper))
        where = (each for each in places if set(pair.cards) <= asked.get(each, set()))
        put(next(where, judgement.universe), judgement, pair)
    return views.values()
