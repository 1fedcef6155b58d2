"""Doubts about more than two people become one question, answered in piles.

Seventeen cards of one name are one screen, not a hundred pairs. What is proposed rests on more
than a name: whoever shares nothing else, or fits two piles equally, is left for people to place.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from server.reconcile.clusters import Clusters
from server.reconcile.matching import RIVAL
from server.reconcile.operations import SamePerson, WhichBelong

PEOPLE_MOST = 40
"""More than this nobody sorts on one screen; the weakest doubts are asked on their own then."""

EQUAL_SCORE = 0.02
"""Two fits that differ by less are equal."""

TELLING_STRENGTH = 2
"""How strong something beside the name must be for a pile to be proposed by it."""

PersonOf: TypeAlias = Callable[[str], tuple[str, ...]]
Excludes: TypeAlias = Callable[[str, str], bool]


def questions_of(
    pairs: Iterable[SamePerson],
    scope: str,
    person_of: PersonOf,
    *,
    excludes: Excludes,
    unlike: Excludes,
) -> Iterator[SamePerson | WhichBelong]:
    """One question for two people, and one for all that hang together by doubts.

    Args:
        pairs: Doubts that the same members may answer, between cards that are not one person.
        scope: The one member who may, empty for more.
        person_of: The cards that are one person with a card, itself included, sorted.
        excludes: Whether two cards were called different, or contradict each other.
        unlike: Whether one book holds both, with other values; few books hold a person twice.
    """
    doubts: defaultdict[tuple[tuple[str, ...], ...], list[SamePerson]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda each: (-each.score, each.key)):
        doubts[tuple(sorted((person_of(pair.card_a), person_of(pair.card_b))))].append(pair)
    clusters = Clusters()
    sizes: defaultdict[str, int] = defaultdict(lambda: 1)
    for one, other in doubts:
        left, right = clusters.of(one[0]), clusters.of(other[0])
        together = sizes[left] + sizes[right]
        if left != right and together <= PEOPLE_MOST:
            clusters.connect(left, right)
            sizes[clusters.of(left)] = together
    groups: defaultdict[str, list[list[SamePerson]]] = defaultdict(list)
    for (one, other), between in doubts.items():
        if clusters.of(one[0]) == clusters.of(other[0]):
            groups[clusters.of(one[0])].append(between)
        else:
            yield between[0]

    def clash(left: str, right: str, *, telling: bool) -> bool:
        return excludes(left, right) or (not telling and unlike(left, right))

    for group in groups.values():
        yield group[0][0] if len(group) == 1 else _which(group, scope, person_of, clash)


class _Clash(Protocol):
    """Whether two cards are not to be proposed for one pile."""

    def __call__(self, left: str, right: str, *, telling: bool) -> bool: ...


def _which(
    doubts: Sequence[Sequence[SamePerson]], scope: str, person_of: PersonOf, clash: _Clash
) -> WhichBelong:
    """One question about all the people between whom there are doubts, the strongest first."""
    pairs = [pair for between in doubts for pair in between]
    people = sorted({person_of(card) for pair in pairs for card in (pair.card_a, pair.card_b)})
    number = {card: index for index, cards in enumerate(people) for card in cards}
    edges = [
        (between[0].score, number[between[0].card_a], number[between[0].card_b])
        for between in doubts
        if any(map(is_telling, between))
    ]
    digest = hashlib.blake2b(repr((scope, people)).encode("utf-8", "backslashreplace"))
    return WhichBelong(
        f"piles:{digest.hexdigest()[:32]}",
        scope,
        tuple(people),
        _proposed(people, edges, clash),
        tuple(sorted(pairs, key=lambda pair: pair.key)),
    )


def is_telling(pair: SamePerson) -> bool:
    """Whether two cards share more than a name, which is the first of the reasons, and no other fits."""
    return RIVAL not in pair.reasons and any(
        reason.strength >= TELLING_STRENGTH and not reason.against for reason in pair.reasons[1:]
    )


def _proposed(
    people: Sequence[tuple[str, ...]], edges: Sequence[tuple[float, int, int]], clash: _Clash
) -> tuple[int | None, ...]:
    """The pile of each of the people, numbered in their order; a pile holds two at least."""
    telling = {frozenset(edge[1:]) for edge in edges}
    piles = {index: frozenset({index}) for index in range(len(people))}
    best: dict[int, float] = {}
    unsure: set[int] = set()

    def keep_apart(left: int, right: int) -> bool:
        told = frozenset((left, right)) in telling
        return any(clash(a, b, telling=told) for a in people[left] for b in people[right])

    for score, left, right in edges:
        if piles[left] == piles[right]:
            continue
        if any(keep_apart(a, b) for a in piles[left] for b in piles[right]):
            unsure |= {each for each in (left, right) if best.get(each, 0.0) <= score + EQUAL_SCORE}
            continue
        joined = piles[left] | piles[right]
        piles |= dict.fromkeys(joined, joined)
        best = {left: score, right: score} | best
    found: dict[frozenset[int], int] = {}
    proposal: list[int | None] = []
    for index in range(len(people)):
        pile = piles[index] - unsure
        is_placed = index in pile and len(pile) > 1
        proposal.append(found.setdefault(pile, len(found)) if is_placed else None)
    return tuple(proposal)
