"""What a question says to whoever may answer it, with nothing in it that one of them may not see.

It is all that a page shows of a question, so that it can be kept: as long as it would read the
same, nobody who may answer can tell that anything was changed (R1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from server.contacts.travel import travel_of
from server.contacts.values import name_of
from server.reconcile.disputes import Disputed
from server.reconcile.families import FamilyChanged
from server.reconcile.operations import Offer, SamePerson, ValuesDiffer, WhichBelong
from server.reconcile.ownership import owner_of
from server.reconcile.snapshot import CardState, Claim, Fact

Subject: TypeAlias = SamePerson | WhichBelong | ValuesDiffer | Offer | FamilyChanged | Disputed

_NAMES: Final = frozenset({"FN", "N"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        members: who may answer it.
        cards: what it is about, with the values that all see to whom it is shown.
    """

    subject: Subject
    members: tuple[str, ...]
    cards: tuple[CardState, ...]


def cards_of(subject: Subject) -> tuple[str, ...]:
    """The cards that a question is about."""
    match subject:
        case SamePerson() | WhichBelong() | ValuesDiffer() | Offer() | Disputed():
            return subject.cards
        case FamilyChanged(card=card):
            return (card,)


def asked(
    subject: Subject, cards: Mapping[str, CardState], claims: Mapping[str, Sequence[Claim]]
) -> Asked | None:
    """A question with who may answer it; None where not all of them see all of its cards.

    Args:
        cards: The cards of this moment by their ids, and `claims` what was said of each.
    """
    states = [cards[each] for each in cards_of(subject) if each in cards]
    if len(states) != len(cards_of(subject)):
        return None
    keepers = tuple(dict.fromkeys(each.keeper for each in states))
    members = viewers = keepers
    match subject:
        case SamePerson(scope=scope):
            members = viewers = (scope,) if scope else keepers
        case WhichBelong(scope=scope, pairs=pairs):
            doubted = sorted({card for pair in pairs for card in pair.cards})
            keepers = tuple(dict.fromkeys(cards[each].keeper for each in doubted))
            members = viewers = (scope,) if scope else keepers
        case ValuesDiffer():
            said = [claim for each in states for claim in claims.get(each.id, ())]
            owner = owner_of(states, said, viewers=frozenset(keepers))
            if owner.claimed and owner.owner in keepers and owner.owner:
                members = (owner.owner,)
        case Offer():
            if any(each.frozen for each in states):
                return None
            members = viewers = keepers[:1]
        case Disputed(members=both):
            members = viewers = both
        case FamilyChanged() if states[0].frozen:
            return None
    if not all(set(viewers) <= each.seen_by for each in states):
        return None
    return Asked(subject, members, tuple(_narrowed(each, frozenset(viewers)) for each in states))


def _narrowed(card: CardState, viewers: frozenset[str]) -> CardState:
    """A card with nothing but what some members all see of it."""
    seen = [fact for fact in card.facts if viewers <= fact.seen_by]
    return CardState(
        id=card.id,
        keeper=card.keeper,
        uid="",
        kind=card.kind,
        name=name_of(tuple(fact.prop for fact in seen)),
        added=card.added,
        seen_by=viewers,
        facts=tuple(
            _without_history(fact, viewers)
            for fact in seen
            if travel_of(fact.prop.name).shown and fact.prop.name not in _NAMES
        ),
    )


def _without_history(fact: Fact, viewers: frozenset[str]) -> Fact:
    """A value with what a page says of it."""
    return replace(
        fact,
        first=0,
        source=None if fact.source is None else 0,
        previous=None,
        withheld=False,
        act_kind="",
        seen_by=viewers,
    )
