"""What is offered to the one member who sees more than others: one question per person and source card.

The machine writes no value where somebody would see it who does not see its source (R1); whoever
sees both may want it on their own card all the same.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from server.reconcile.merging import order, value_key
from server.reconcile.operations import Offer
from server.reconcile.snapshot import CardState, Fact

UNWANTED: Final = "unwanted"
"""What the key of an answer begins with that one value does not belong on a card; both cards follow."""


def offer_of(card: str, source: CardState, facts: Iterable[Fact]) -> Offer:
    """The question whether some values of a source belong on a card."""
    listed = sorted(facts, key=lambda fact: (fact.prop.name, order(fact)))
    said = repr((card, source.id, sorted(value_key(fact.prop) for fact in listed)))
    return Offer(f"offer:{_digest(said)}", card, source.id, tuple(fact.id for fact in listed))


def declined_key(card: str, source: str, fact: Fact) -> str:
    """Under which it is remembered that a value of a source does not belong on a card."""
    return f"{UNWANTED}:{card}:{source}:{_digest(repr(value_key(fact.prop)))}"


def _digest(said: str) -> str:
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace")).hexdigest()[:32]
