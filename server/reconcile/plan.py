"""What one cycle does: read a snapshot, decide, and say it as data.

`plan` is pure. Applying its operations and planning again gives no operations and the same
questions.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from server.reconcile.asking import questions_about
from server.reconcile.clusters import Clusters
from server.reconcile.linking import Found, Linking, as_link
from server.reconcile.operations import (
    Add,
    Agree,
    Confirm,
    Difference,
    Join,
    Offer,
    Operation,
    Plan,
    Question,
    Reason,
    Remove,
    Replace,
    SamePerson,
    Skipped,
    Suggest,
    Unagree,
    ValuesDiffer,
    WhichBelong,
    applied_key,
)
from server.reconcile.person import PERSON_CARDS_MAX, PersonMerge
from server.reconcile.snapshot import CardState, Claim, Fact, Link, Snapshot, cards_by_id
from server.reconcile.universes import Said, Ties, Universe, of_one, shown_as
from server.reconcile.working import Working

__all__ = [
    "Add",
    "Agree",
    "Confirm",
    "Difference",
    "Join",
    "Offer",
    "Operation",
    "Plan",
    "Question",
    "Reason",
    "Remove",
    "Replace",
    "SamePerson",
    "Suggest",
    "Unagree",
    "ValuesDiffer",
    "WhichBelong",
    "applied_key",
    "differences",
    "plan",
]

_PASSES_MAX = 4
"""A change that is followed can make two cards certain, and that link bring further changes."""


class _Broken(Exception):
    """Bringing some cards together raised."""

    def __init__(self, skipped: Skipped) -> None:
        super().__init__(skipped)
        self.skipped = skipped


Find = Callable[[Snapshot], Found]


def plan(snapshot: Snapshot, *, now: int, find: Find | None = None) -> Plan:
    """Decide what a cycle does with these cards.

    A person whose cards raise is left as they are, told in the plan, and stops nobody else's.

    Args:
        snapshot: Everything it may know, in any order.
        now: UTC microseconds, not before anything in the snapshot.
        find: Says what is to be linked and asked; it is given the cards as the plan leaves them.
            Without it that is found from these cards alone.
    """
    find = find or Linking(snapshot).find
    skipped: list[Skipped] = []
    while True:
        left = frozenset(card for each in skipped for card in each.cards)
        try:
            return replace(_plan(snapshot, find, left, now=now), skipped=tuple(skipped))
        except _Broken as broken:
            skipped.append(broken.skipped)


def differences(snapshot: Snapshot, *, now: int) -> tuple[ValuesDiffer | Offer, ...]:
    """What is asked and offered of values where nobody is linked anew, also what was answered once.

    It is the plan's word on cards that a cycle has been over already, without looking for
    anybody else. A person whose cards raise is asked nothing.
    """
    working = Working(snapshot, now=now)
    found: list[ValuesDiffer | Offer] = []
    for person in _persons(snapshot, snapshot.links):
        with suppress(_Broken):
            found.extend(_merge_person(working, person))
    return tuple(found)


def _plan(snapshot: Snapshot, find: Find, skipped: frozenset[str], *, now: int) -> Plan:
    working = Working(snapshot, now=now)
    links = list(snapshot.links)
    joins: list[Join] = []
    passes = 0
    while True:
        passes += 1
        found, same_person = find(replace(snapshot, cards=working.cards(), links=tuple(links)))
        joins.extend(found)
        links.extend(map(as_link, found))
        steps_before = len(working.operations)
        values_differ = [
            question
            for person in _persons(snapshot, links)
            if not skipped.intersection(card.id for card in person.cards)
            for question in _merge_person(working, person)
        ]
        new_steps = working.operations[steps_before:]
        if passes == _PASSES_MAX or not any(map(_is_evidence, new_steps)):
            break
    asked = [question for question in values_differ if question.key not in snapshot.settled]
    return Plan(
        (
            *sorted(joins, key=lambda join: (join.card_a, join.card_b, join.scope)),
            # Card by card: who else is whose person, as others may keep to themselves, orders nothing (R1).
            *sorted(working.operations, key=lambda step: step.card),
            *_bases(working, cards_by_id(snapshot)),
        ),
        (*same_person, *sorted(asked, key=lambda question: question.key)),
    )


def _is_evidence(operation: Operation) -> bool:
    """Whether a step may have changed who is taken for whom; copies never do."""
    return isinstance(operation, Replace | Remove)


@dataclass(slots=True)
class _Person:
    """Cards that are linked with one another, and what was said of them."""

    cards: list[CardState] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


def _persons(snapshot: Snapshot, links: Iterable[Link]) -> list[_Person]:
    """The cards that are linked with others, person by person."""
    cards = cards_by_id(snapshot)
    clusters = Clusters()
    known = [link for link in links if {link.card_a, link.card_b} <= cards.keys()]
    for link in known:
        if link.verdict == "same":
            clusters.connect(link.card_a, link.card_b)
    persons: defaultdict[str, _Person] = defaultdict(_Person)
    for card_id in sorted(cards):
        persons[clusters.of(card_id)].cards.append(cards[card_id])
    for link in known:
        if clusters.of(link.card_a) == clusters.of(link.card_b):
            persons[clusters.of(link.card_a)].links.append(link)
    for claim in snapshot.claims:
        if claim.card in cards:
            persons[clusters.of(claim.card)].claims.append(claim)
    return [found for each in persons.values() if len((found := _not_too_many(each)).cards) > 1]


def _not_too_many(person: _Person) -> _Person:
    """A person without the cards that are one with too many others, as far as all know who see them (R1)."""
    if len(person.cards) <= PERSON_CARDS_MAX:
        return person
    shown = {card.id: shown_as(card) for card in person.cards}
    said = Said({}, person.links)
    known: dict[frozenset[str], Ties] = {}

    def number(card: CardState) -> int:
        if card.seen_by not in known:
            is_single = card.seen_by == {card.keeper}
            universe = of_one(card.keeper) if is_single else Universe(card.seen_by, "")
            known[card.seen_by] = Ties(universe, shown, said.of)
        return len(known[card.seen_by].person(card.id))

    cards = [card for card in person.cards if number(card) <= PERSON_CARDS_MAX]
    kept = {card.id for card in cards}
    links = [each for each in person.links if {each.card_a, each.card_b} <= kept]
    return _Person(cards, links, [each for each in person.claims if each.card in kept])


def _merge_person(working: Working, person: _Person) -> list[ValuesDiffer | Offer]:
    try:
        merge = PersonMerge(working, person.cards, person.links, person.claims)
        asked = questions_about(merge.run(), person.cards, merge.owner_for)
        return [*asked, *merge.offers()]
    except Exception as error:
        raise _Broken(Skipped(tuple(card.id for card in person.cards), error)) from error


def _bases(working: Working, cards: Mapping[str, CardState]) -> list[Operation]:
    """What the cards agree on now and did not before, and who confirms whom by it."""
    after = frozenset(working.all_rows())
    forgotten = [Unagree(*row) for row in sorted(working.base - after)]
    agreed = []
    confirmed = set()
    for card_a, card_b, name, fact_a, fact_b in sorted(after - working.base):
        refs = working.ref(fact_a), working.ref(fact_b)
        agreed.append(Agree(card_a, card_b, name, *refs))
        left, right = working.facts[fact_a], working.facts[fact_b]
        if _is_independent(left) and _is_independent(right):
            for fact, witness in ((left, right), (right, left)):
                if fact.seen_by <= witness.seen_by:
                    confirmed.add((fact.id, cards[witness.card].keeper))
    return [*forgotten, *agreed, *(Confirm(*each) for each in sorted(confirmed))]


def _is_independent(fact: Fact) -> bool:
    """Whether a member knew the value from nobody here, and typed it rather than loaded it."""
    return fact.source is None and not fact.bulk and fact.act_kind != "import"
