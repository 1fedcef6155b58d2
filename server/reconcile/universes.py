"""In which universes two cards are judged: as if whom, and for whom.

Two cards whose keepers see each other's are judged among the cards, and by the values, that
everyone who sees both may see. Any other two are judged for each single member who sees both;
and once more by what all of these may see, for what may be brought from one card to the other,
since that is seen by others than the one member.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from server.reconcile.snapshot import BRINGS, CardState, Link


@dataclass(frozen=True, slots=True)
class Shown:
    """What a universe depends on: whose a card is, and who sees it.

    Attributes:
        is_me: as in `CardState`.
    """

    keeper: str
    seen_by: frozenset[str]
    is_me: bool = False


@dataclass(frozen=True, slots=True)
class Universe:
    """The members as if whom to judge, and the scope of the links that come of it."""

    audience: frozenset[str]
    scope: str

    def counts(self, link: Link, cards: Mapping[str, Shown]) -> bool:
        """Whether what somebody said about two cards is known here, and holds.

        A keeper's "different people" holds everywhere, for it is said only once.
        """
        left, right = cards.get(link.card_a), cards.get(link.card_b)
        if left is None or right is None or not self.audience <= left.seen_by & right.seen_by:
            return False
        is_told = link.verdict == "apart" and link.scope in (left.keeper, right.keeper)
        return is_told or link.scope in ("", self.scope)


def shown_as(card: CardState) -> Shown:
    """What a universe depends on of a card."""
    return Shown(card.keeper, card.seen_by, card.is_me)


def of_one(member: str) -> Universe:
    """As if a single member, and for that one."""
    return Universe(frozenset({member}), member)


def universes_of(left: Shown, right: Shown) -> tuple[Universe, ...]:
    """As if whom, and for whom, two cards are to be judged."""
    both = left.seen_by & right.seen_by
    if left.keeper in both and right.keeper in both:
        return (Universe(both, ""),)
    single = tuple(map(of_one, sorted(both)))
    if len(both) > 1 and {left.keeper, right.keeper} & both:
        return (Universe(both, BRINGS), *single)
    return single


def universes_among(cards: Mapping[Shown, int]) -> tuple[Universe, ...]:
    """All universes in which some pair of cards is judged.

    Args:
        cards: How many cards there are of one keeper that the same members see.
    """
    alike = sorted(cards, key=lambda each: (each.keeper, sorted(each.seen_by)))
    found = {
        universe
        for position, left in enumerate(alike)
        for right in alike[position if cards[left] > 1 else position + 1 :]
        for universe in universes_of(left, right)
    }
    return tuple(sorted(found, key=lambda universe: (universe.scope, sorted(universe.audience))))


LinksOf = Callable[[str], Iterable[Link]]


class Ties:
    """Who was said to be one person, or not to be, as far as it is known in one universe.

    A pair of ids (sorted) is in it if the cards are of two persons who were called different.

    Args:
        universe: Where.
        cards: Every card there is.
        links_of: What was said of one card.
    """

    def __init__(self, universe: Universe, cards: Mapping[str, Shown], links_of: LinksOf) -> None:
        self.cards = cards
        self._universe = universe
        self._links_of = links_of
        self._persons: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def person(self, card: str) -> frozenset[str]:
        """The cards that are one person with a card, itself included."""
        return self._of(card)[0]

    def are_linked(self, left: str, right: str) -> bool:
        """Whether two cards are linked directly."""
        return "same" in self._said_of(left, right)

    def __contains__(self, pair: object) -> bool:
        assert isinstance(pair, tuple)
        left, right = pair
        apart = self._of(left)[1]
        if not apart or apart.isdisjoint(self._of(right)[0]):
            return False
        # Where people contradict themselves, a person can be apart from itself; what is linked stays so.
        return self._said_of(left, right) != {"same"}

    def _said_of(self, left: str, right: str) -> set[str]:
        """What was said of these two cards and no others."""
        return {
            link.verdict
            for link in self._links_of(left)
            if {left, right} == {link.card_a, link.card_b}
            and self._universe.counts(link, self.cards)
        }

    def _of(self, card: str) -> tuple[frozenset[str], frozenset[str]]:
        """The cards of a person, and those that were called different from one of them."""
        known = self._persons.get(card)
        if known is not None:
            return known
        found, waiting, apart = {card}, [card], set()
        while waiting:
            each = waiting.pop()
            for link in self._links_of(each):
                if self._universe.counts(link, self.cards):
                    other = link.card_b if link.card_a == each else link.card_a
                    if link.verdict == "apart":
                        apart.add(other)
                    elif other not in found:
                        found.add(other)
                        waiting.append(other)
        person = frozenset(found), frozenset(apart)
        self._persons.update(dict.fromkeys(found, person))
        return person


class Said:
    """What is known to be said of cards, and what was said besides."""

    def __init__(self, known: Mapping[str, AbstractSet[Link]], more: Iterable[Link]) -> None:
        self._known = known
        self._more: defaultdict[str, list[Link]] = defaultdict(list)
        for link in more:
            if link not in known.get(link.card_a, ()):
                self.add(link)
        self.has_more = bool(self._more)

    def add(self, link: Link) -> None:
        """Say one thing more."""
        self._more[link.card_a].append(link)
        self._more[link.card_b].append(link)

    def of(self, card: str) -> Iterable[Link]:
        """All that is said of one card."""
        return (*self._known.get(card, ()), *self._more.get(card, ()))


class Persons:
    """The cards that are one person, while links are made."""

    def __init__(self, ties: Ties) -> None:
        self._ties = ties
        self._persons: dict[str, list[str]] = {}

    def of(self, card: str) -> list[str]:
        """The cards of one person; the same list for each of them."""
        if card not in self._persons:
            person = sorted(self._ties.person(card))
            self._persons.update(dict.fromkeys(person, person))
        return self._persons[card]

    def connect(self, left: list[str], right: list[str]) -> None:
        """Make two persons one."""
        person = [*left, *right]
        self._persons.update(dict.fromkeys(person, person))
