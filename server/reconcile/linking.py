"""Which links a cycle makes and which it asks about, each from nothing but what all may see.

In which universes two cards are judged stands in `universes`. What is known there can be kept from
one cycle to the next: then only changed cards are read, and only what they concern is judged.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from server.reconcile.doubts import Judgement, doubts_about
from server.reconcile.index import Index
from server.reconcile.joining import joins_of, question_key
from server.reconcile.matching import Matchable, Matching, PairDecision, matchable
from server.reconcile.operations import Join, SamePerson, WhichBelong
from server.reconcile.snapshot import CardState, Fact, Link, Snapshot, cards_by_id
from server.reconcile.universes import (
    Said,
    Shown,
    Ties,
    Universe,
    shown_as,
    universes_among,
    universes_of,
)

__all__ = [
    "Found",
    "Linking",
    "News",
    "Stale",
    "as_link",
    "find_links",
    "question_key",
    "still_asked",
]

PART_MAX = 300
"""Where more cards than this may be thought of otherwise, it is as well to look at all."""

Found = tuple[tuple[Join, ...], tuple[SamePerson | WhichBelong, ...]]
"""The links to make, and what to ask of whom they leave in doubt; both sorted."""

_Built = dict[tuple[str, tuple[int, ...]], Matchable]


class Stale(Exception):
    """What was kept has to be made anew, since a change lets so much be judged otherwise."""


@dataclass(frozen=True, slots=True)
class News:
    """What became of some cards.

    Attributes:
        cards: Those that take part, as they are now.
        gone: The ids of those that take part no more.
        links: All that is said of any of them; None if that is what it was.
    """

    cards: tuple[CardState, ...] = ()
    gone: frozenset[str] = frozenset()
    links: tuple[Link, ...] | None = None


class Linking:
    """Who is thought to be whom among the cards of a household; can be kept and follow changes.

    Args:
        snapshot: All of its cards.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._region = snapshot.region
        self._shown: dict[str, Shown] = {}
        self._as_read: dict[str, CardState] = {}
        self.supposed: set[str] = set()
        """Cards that are taken for what a plan makes of them, whether or not it is carried out."""
        self._alike: Counter[Shown] = Counter()
        self._links: defaultdict[str, set[Link]] = defaultdict(set)
        self._matchings: dict[Universe, Matching] = {}
        people = [card for card in snapshot.cards if card.kind != "group"]
        self._show(people)
        self._say(snapshot.links)
        built: _Built = {}
        self._indexes = {
            universe: index_of(universe, people, self._region, built)
            for universe in universes_among(self._alike)
        }

    def find(self, snapshot: Snapshot) -> Found:
        """What is to be linked and asked among all cards.

        Args:
            snapshot: All cards, as they are by now; nobody sees other cards than before.
        """
        changed = self._changed(snapshot)
        for universe, index in self._indexes.items():
            index.update(self._changes(universe, News(changed)))
        self._show(changed)
        self._matchings.clear()
        found = self._decided(snapshot, None)
        self._matchings.clear()
        return found

    def find_about(self, snapshot: Snapshot, about: AbstractSet[str]) -> Found:
        """What is to be linked and asked of some cards.

        Args:
            snapshot: These, those that they are compared with, and all that are linked with any of them.
            about: Closed under links.
        """
        return self._decided(snapshot, about)

    def learn(self, links: Iterable[Link]) -> None:
        """Take note of what was said besides."""
        self._say(links)

    def start(self) -> None:
        """Let go what was needed for the last plan."""
        self._as_read.clear()
        self._matchings.clear()
        self.supposed.clear()

    def follow(self, snapshot: Snapshot) -> frozenset[str]:
        """Take note of what a plan has changed so far; gives all that may be thought of otherwise.

        Raises:
            Stale: These are very many; nothing of this can be used any more.
        """
        changed = self._changed(snapshot)
        return self.update(News(changed)) if changed else frozenset()

    def update(self, news: News) -> frozenset[str]:
        """Follow what became of some cards; gives all that may be thought of otherwise now.

        Raises:
            Stale: These are very many; nothing of this can be used any more.
        """
        told = news.gone.union(card.id for card in news.cards)
        otherwise, near = set(told), set[str]()
        for universe in self._indexes:
            shifted, before = self._compared(universe, news, told)
            otherwise |= shifted
            near |= before
        self._show(news.cards, news.gone)
        if news.links is not None:
            for card in told:
                for link in self._links.pop(card, ()):
                    self._links[link.card_b if link.card_a == card else link.card_a].discard(link)
            self._say(news.links)
        self._matchings.clear()
        if universes_among(self._alike) != tuple(self._indexes):
            raise Stale
        compared = otherwise | near | self._near(otherwise)  # one of two in each pair that changed
        return frozenset(compared | self._near(compared))

    def part_of(self, cards: AbstractSet[str], links: Iterable[Link] = ()) -> frozenset[str]:
        """All that is decided together with some cards: linked with them or in doubt, directly or not.

        Args:
            links: Further ones than are known here.

        Raises:
            Stale: That is very much.
        """
        said = Said(self._links, links)
        matchings = {each: self._matching(each, said) for each in self._indexes}
        found: set[str] = set()
        waiting = set(cards)
        while waiting:
            found |= waiting
            if len(found) > PART_MAX:
                raise Stale
            reached = {
                each
                for card in waiting
                for link in said.of(card)
                if link.verdict == "same"
                for each in (link.card_a, link.card_b)
            }
            for universe, matching in matchings.items():
                here = waiting & self._indexes[universe].cards.keys()
                for pair in matching.pairs_of(here, self._wanted(universe)):
                    reached |= {pair.left, pair.right}
            waiting = reached - found
        return frozenset(found)

    def _changed(self, snapshot: Snapshot) -> tuple[CardState, ...]:
        """The cards that are not what they were when they were looked at."""
        changed = tuple(
            card
            for card in snapshot.cards
            if card.kind != "group" and self._as_read.setdefault(card.id, card) is not card
        )
        self.supposed.update(card.id for card in changed)
        return changed

    def _changes(self, universe: Universe, news: News) -> dict[str, Matchable | None]:
        """What news mean for the index of one universe."""
        index = self._indexes[universe].cards
        changes: dict[str, Matchable | None] = {each: None for each in news.gone if each in index}
        for card in news.cards:
            new = _matchable(card, universe, {}) if universe.audience <= card.seen_by else None
            if new != index.get(card.id):
                changes[card.id] = new
        return changes

    def _compared(
        self, universe: Universe, news: News, told: AbstractSet[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Let an index follow; gives who is judged otherwise by it, and whom these and those were compared with.

        Raises:
            Stale: These are very many.
        """
        index = self._indexes[universe]
        changes = self._changes(universe, news)
        before = {card: index.cards.get(card) for card in changes}
        shifted = index.update(changes)
        if len(shifted) > PART_MAX:
            raise Stale
        index.update(before)
        said = Said(self._links, ())
        near = self._matching(universe, said).near((shifted | told) & index.cards.keys())
        index.update(changes)
        return shifted, near

    def _near(self, cards: AbstractSet[str]) -> set[str]:
        """With whom some cards are compared and may be one person."""
        said = Said(self._links, ())
        return {
            other
            for universe, index in self._indexes.items()
            for other in self._matching(universe, said).near(cards & index.cards.keys())
        }

    def _matching(self, universe: Universe, said: Said) -> Matching:
        """The judgements of one universe as things stand, by what is said."""
        known = None if said.has_more else self._matchings.get(universe)
        if known is None:
            apart = Ties(universe, self._shown, said.of)
            known = Matching(self._indexes[universe], apart=apart)
            if not said.has_more:
                self._matchings[universe] = known
        return known

    def _show(self, cards: Iterable[CardState], gone: Iterable[str] = ()) -> None:
        """Keep who sees which card."""
        states = {card.id: card for card in cards}
        for card in (*states, *gone):
            shown = self._shown.pop(card, None)
            self._as_read.pop(card, None)
            if shown is not None:
                self._count(shown, -1)
        for card, state in states.items():
            self._as_read[card] = state
            self._shown[card] = shown_as(state)
            self._count(self._shown[card], 1)

    def _count(self, shown: Shown, more: int) -> None:
        alike = Shown(shown.keeper, shown.seen_by)
        self._alike[alike] += more
        if not self._alike[alike]:
            del self._alike[alike]

    def _say(self, links: Iterable[Link]) -> None:
        for link in links:
            self._links[link.card_a].add(link)
            self._links[link.card_b].add(link)

    def _decided(self, snapshot: Snapshot, about: AbstractSet[str] | None) -> Found:
        said = Said(self._links, snapshot.links)
        judged = [
            Judgement(universe, index.cards, self._decisions(universe, about, said))
            for universe, index in self._indexes.items()
        ]
        joins: list[Join] = []
        for each in () if snapshot.always_ask else judged:
            ties = Ties(each.universe, self._shown, said.of)
            found = joins_of(each.universe, each.decisions, each.matchables, ties, snapshot.undone)
            made = list(found)
            for join in made:
                said.add(as_link(join))
            joins.extend(made)
        return (
            tuple(sorted(joins, key=lambda join: (join.card_a, join.card_b, join.scope))),
            doubts_about(judged, self._shown, said.of, snapshot.settled),
        )

    def _decisions(
        self, universe: Universe, about: AbstractSet[str] | None, said: Said
    ) -> tuple[PairDecision, ...]:
        """What is thought of the pairs that are judged in one universe."""
        matching, wanted = self._matching(universe, said), self._wanted(universe)
        if about is None:
            return matching.all_pairs(wanted)
        return matching.pairs_of(about & self._indexes[universe].cards.keys(), wanted)

    def _wanted(self, universe: Universe) -> Callable[[str, str], bool] | None:
        """Which pairs are judged in one universe; None for all of its cards, as where there is no other."""
        shown = self._shown
        if len(self._indexes) == 1:
            return None
        return lambda left, right: universe in universes_of(shown[left], shown[right])


def find_links(snapshot: Snapshot) -> Found:
    """What is to be linked and asked among the cards of a snapshot."""
    return Linking(snapshot).find(snapshot)


def still_asked(
    snapshot: Snapshot, doubts: Iterable[SamePerson]
) -> tuple[SamePerson | WhichBelong, ...]:
    """What is asked of pairs that were in doubt, by the cards and links of this moment.

    Nobody is looked for anew, so that a snapshot of these cards, and of those that links join to
    them, is enough.
    """
    people = {each: card for each, card in cards_by_id(snapshot).items() if card.kind != "group"}
    shown = {each: shown_as(card) for each, card in people.items()}
    decisions: defaultdict[Universe, list[PairDecision]] = defaultdict(list)
    for pair in sorted(doubts, key=lambda each: each.key):
        if set(pair.cards) <= people.keys():
            for universe in universes_of(*(shown[each] for each in pair.cards)):
                if universe.scope == pair.scope:
                    decision = PairDecision(*pair.cards, pair.score, "review", pair.reasons)
                    decisions[universe].append(decision)
    judged = [
        Judgement(universe, {card.id: card for card in cards}, tuple(found))
        for universe, found in decisions.items()
        for cards in (_matchables(universe, people.values(), {}),)
    ]
    return doubts_about(judged, shown, Said({}, snapshot.links).of, snapshot.settled)


def as_link(join: Join) -> Link:
    """The link that a planned join will be."""
    return Link(join.card_a, join.card_b, "same", join.scope, machine=True)


def index_of(
    universe: Universe, cards: Iterable[CardState], region: str, built: _Built | None = None
) -> Index:
    """What is known of the cards of one universe.

    Args:
        built: What was made of cards for other universes.
    """
    return Index(_matchables(universe, cards, {} if built is None else built), region=region)


def _matchables(
    universe: Universe, cards: Iterable[CardState], built: _Built
) -> Iterator[Matchable]:
    return (
        _matchable(card, universe, built) for card in cards if universe.audience <= card.seen_by
    )


def _matchable(card: CardState, universe: Universe, built: _Built) -> Matchable:
    """What matching looks at on a card in one universe.

    What was brought to a card from another one is no evidence of whose card it is, whichever act
    brought it, or gave it back.
    """
    facts: Sequence[Fact] = [
        fact for fact in card.facts if universe.audience <= fact.seen_by and not _is_brought(fact)
    ]
    key = card.id, tuple(fact.id for fact in facts)
    if key not in built:
        props = [fact.prop for fact in facts]
        built[key] = matchable(card.id, card.uid, props, card.name, card.kind, book=card.keeper)
    return built[key]


def _is_brought(fact: Fact) -> bool:
    """Whether nobody typed a value on its card, or sent it."""
    return fact.act_kind == "cycle" or (fact.typed_by is None and fact.source is not None)
