"""What is offered to the one member who sees more than others: one question per person and source card.

The machine writes no value where somebody would see it who does not see its source (R1); whoever
sees both may want it on their own card all the same.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from server.reconcile.merging import Edit, Entry, Merged, order, value_key
from server.reconcile.operations import Offer
from server.reconcile.snapshot import CardState, Fact

UNWANTED: Final = "unwanted"
"""What the key of an answer begins with that one value does not belong on a card; both cards follow."""

Lacking: TypeAlias = tuple[Fact, Fact | None]
"""What a source says, and the value of the card whose place it would take."""


def lacking(merged: Merged, target: CardState, *, single: bool) -> Iterator[Lacking]:
    """What a card would get of a source, if everybody saw what its keeper sees.

    A value takes the place of a former one only where the very same members see the two: anybody
    else would see the former one go, and know that something came of which they are told nothing.
    """
    taken: set[int] = set()
    for origin, own in _wanted(merged, target, single=single):
        if own is None:
            yield origin, None
        elif own.id not in taken and own.seen_by == target.seen_by & origin.seen_by:
            taken.add(own.id)
            yield origin, own
        elif not single:
            yield origin, None


def offer_of(card: str, source: CardState, found: Iterable[Lacking]) -> Offer:
    """The question whether some values of a source belong on a card."""
    listed = sorted(found, key=lambda each: (each[0].prop.name, order(each[0])))
    instead = sorted(value_key(own.prop) for _, own in listed if own is not None)
    said = repr((card, source.id, sorted(value_key(fact.prop) for fact, _ in listed), *instead))
    return Offer(
        f"offer:{_digest(said)}",
        card,
        source.id,
        tuple(fact.id for fact, _ in listed),
        tuple(None if own is None else own.id for _, own in listed),
    )


def declined_key(card: str, source: str, fact: Fact) -> str:
    """Under which it is remembered that a value of a source does not belong on a card."""
    return f"{UNWANTED}:{card}:{source}:{_digest(repr(value_key(fact.prop)))}"


def _wanted(merged: Merged, target: CardState, *, single: bool) -> Iterator[Lacking]:
    """What is new to a card, changed, or of one place with what the card says."""
    for step in merged.steps:
        if step.card == target.id and isinstance(step, Entry):
            yield step.origin, None
        elif step.card == target.id and isinstance(step, Edit):
            yield step.origin, step.fact
    for conflict in merged.conflicts if single else ():
        sides = (conflict.left, conflict.right)
        own, origin = sides if conflict.left.card == target.id else reversed(sides)
        if own.card == target.id and own.gone is None and origin.gone is None:
            yield origin, own


def _digest(said: str) -> str:
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace")).hexdigest()[:32]
