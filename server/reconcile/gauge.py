"""How right a member's address book probably is, and which values are worth checking first.

Who keeps a value is asked whether it is still right, of few people at a time and of one value of
each: of those who matter first, then what is probably wrong, then what nobody ever vouched for.

Everything is computed from what the one member may see (design rule R1). What nobody vouched for
is unknown, and neither counts for nor against: it is told beside the mean.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.reconcile.clusters import Clusters
from server.reconcile.freshness import AGEING_MIN, FRESH_MIN, HALF_LIVES, badge, mean_chance
from server.reconcile.snapshot import CardState, Fact, Snapshot

CHECKS_MOST: Final = 12
"""Of how many people a member is asked from one night to the next."""
_CHECKED = frozenset({"TEL", "EMAIL", "ADR"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that is worth a look.

    Attributes:
        name: What the viewer calls the person.
        chance: How likely it is still right; None where nobody ever vouched for it.
        holders: How many members have a card of the person.
        is_key: Whether somebody said whose the person is, or the viewer sorted them somewhere.
        own: The same value on a card of the viewer's, which is theirs to check; None without one.
    """

    card: str
    name: str
    fact: Fact
    chance: float | None
    holders: int
    is_key: bool = False
    own: Fact | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """How right one member's book probably is.

    Attributes:
        chance: The mean over the people of whom something is known; None without any.
        people: How many people the member sees.
        known: Of how many of them something is known.
        fresh: Of how many of those it is fresh, `ageing` of how many it is getting old; the rest wants a look.
        doubts: What is worth checking, most useful first.
    """

    chance: float | None
    people: int
    known: int
    fresh: int
    ageing: int
    doubts: tuple[Doubt, ...]


def people_of(snapshot: Snapshot, viewer: str) -> list[list[CardState]]:
    """The people that a member sees, each with its cards and values as that member sees them.

    A member's own card comes first, then the oldest.
    """
    seen = {card.id: _as_seen(card, viewer) for card in snapshot.cards if viewer in card.seen_by}
    clusters = Clusters()
    for link in snapshot.links:
        ends = {link.card_a, link.card_b}
        if link.verdict == "same" and link.scope in ("", viewer) and ends <= seen.keys():
            clusters.connect(link.card_a, link.card_b)
    people: defaultdict[str, list[CardState]] = defaultdict(list)
    for card in sorted(
        seen.values(), key=lambda card: (card.keeper != viewer, card.added, card.id)
    ):
        people[clusters.of(card.id)].append(card)
    return [people[each] for each in sorted(people)]


def gauge_of(
    snapshot: Snapshot, viewer: str, now: int, half_lives: Mapping[str, float] = HALF_LIVES
) -> Gauge:
    """Measure a member's book.

    Args:
        snapshot: Of the household.
        viewer: Whose book.
        now: UTC microseconds.
        half_lives: Years by kind of value.
    """
    people = people_of(snapshot, viewer)
    means = [_mean(cards, now, half_lives) for cards in people]
    known = [mean for mean in means if mean is not None]
    claimed = {claim.card for claim in snapshot.claims if claim.says != "released"}
    doubts = [
        replace(doubt, is_key=_is_key(cards, claimed, viewer))
        for cards in people
        for doubt in _doubts(cards, viewer, now, half_lives)
    ]
    return Gauge(
        sum(known) / len(known) if known else None,
        len(people),
        len(known),
        sum(mean >= FRESH_MIN for mean in known),
        sum(AGEING_MIN <= mean < FRESH_MIN for mean in known),
        tuple(sorted(doubts, key=_usefulness)),
    )


def worth_checking(
    doubts: Sequence[Doubt], *, left_alone: Collection[str] = (), most: int = CHECKS_MOST
) -> tuple[Fact, ...]:
    """The own values of which a member is asked whether they are still right, most useful first.

    Args:
        doubts: Of their gauge.
        left_alone: The keys of questions that are not asked for a while.
    """
    found: dict[str, Fact] = {}
    for each in doubts:
        if each.own is not None and check_key(each.own) not in left_alone:
            found.setdefault(each.own.card, each.own)
    return tuple(found.values())[:most]


def check_key(fact: Fact) -> str:
    """Under which key the answer is remembered to whether a value is still right."""
    return f"right {fact.card} {fact.prop.name} {fact.prop.norm}"


def _as_seen(card: CardState, viewer: str) -> CardState:
    facts = tuple(fact for fact in card.facts if viewer in fact.seen_by)
    return replace(card, facts=facts, former=())


def _mean(cards: Sequence[CardState], now: int, half_lives: Mapping[str, float]) -> float | None:
    return mean_chance((fact for card in cards for fact in card.facts), now, half_lives)


def _doubts(
    cards: Sequence[CardState], viewer: str, now: int, half_lives: Mapping[str, float]
) -> list[Doubt]:
    """Each value of a person that is not fresh, once, by whoever vouched for it last."""
    best: dict[tuple[str, str], tuple[float, Fact]] = {}
    own: dict[tuple[str, str], Fact] = {}
    for card in cards:
        for fact in card.facts:
            if fact.prop.name in _CHECKED:
                chance = badge(fact, now, half_lives).chance
                key = (fact.prop.name, fact.prop.norm)
                rank = -1.0 if chance is None else chance
                if key not in best or rank > best[key][0]:
                    best[key] = (rank, fact)
                if card.keeper == viewer:
                    own.setdefault(key, fact)
    holders = len({card.keeper for card in cards})
    name = cards[0].name.formatted
    return [
        Doubt(fact.card, name, fact, None if rank < 0 else rank, holders, own=own.get(key))
        for key, (rank, fact) in best.items()
        if badge(fact, now, half_lives).word in ("Check", "Unknown")
    ]


def _is_key(cards: Sequence[CardState], claimed: set[str], viewer: str) -> bool:
    """Whether a person matters more than others, by what the viewer may see."""
    return any(card.id in claimed for card in cards) or any(
        fact.prop.name == "CATEGORIES"
        for card in cards
        if card.keeper == viewer
        for fact in card.facts
    )


def _usefulness(doubt: Doubt) -> tuple[int, bool, float, str, int]:
    """Key people and those whom several members know first; then what is probably wrong, then the unknown."""
    chance = 1.0 if doubt.chance is None else doubt.chance
    use = doubt.holders + doubt.is_key
    return -use, doubt.chance is None, chance, doubt.name, doubt.fact.id
