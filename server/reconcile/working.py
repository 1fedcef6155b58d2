"""The state of the cards while a plan is being made: as if every step so far were applied.

Facts that the plan creates get negative ids, so that they can be weighed like any others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TypeAlias

from server.reconcile.merging import Key, value_key
from server.reconcile.operations import OnCard, applied_key
from server.reconcile.snapshot import CardState, Fact, FactRef, Placed, Snapshot

Row: TypeAlias = tuple[str, str, str, int, int]
"""Both cards (sorted), the property and both facts of a base."""


class Working:
    """Cards, facts and bases on their way from the snapshot to the end of the plan."""

    def __init__(self, snapshot: Snapshot, *, now: int) -> None:
        self.now = now
        self.operations: list[OnCard] = []
        self._cards = {card.id: card for card in snapshot.cards}
        self._written: set[str] = set()
        self.suggesting = snapshot.suggesting
        self.settled = snapshot.settled
        self.facts: dict[int, Fact] = {}
        self.base = frozenset(
            (row.card_a, row.card_b, row.property, row.fact_a, row.fact_b) for row in snapshot.bases
        )
        self._live: dict[str, dict[int, Fact]] = {}
        self._successor: dict[int, int] = {}
        self._left: dict[tuple[str, Key], int] = {}
        self._placed: dict[int, Placed] = {}
        self._applied = set(snapshot.applied)
        self._rows: defaultdict[tuple[str, str], set[Row]] = defaultdict(set)
        for card in snapshot.cards:
            self._live[card.id] = {fact.id: fact for fact in card.facts}
            for fact in (*card.former, *card.facts):
                self.facts[fact.id] = fact
                self._note(fact)
        for row in self.base:
            self._rows[row[:2]].add(row)

    def cards(self) -> tuple[CardState, ...]:
        """The cards with what is on them now; those that nothing was written on are the same objects."""
        for card in self._written:
            facts = tuple(self._live[card].values())
            self._cards[card] = replace(self._cards[card], facts=facts)
        self._written.clear()
        return tuple(self._cards.values())

    def live(self, card: str) -> Collection[Fact]:
        """The values that a card has."""
        return self._live[card].values()

    def end(self, fact: Fact) -> Fact:
        """The last fact that a fact was edited to, gone or living; itself if it never was."""
        while fact.id in self._successor:
            fact = self.facts[self._successor[fact.id]]
        return fact

    def rows(self, card_a: str, card_b: str) -> set[Row]:
        """The base of two cards, to be read only."""
        return self._rows[card_a, card_b]

    def all_rows(self) -> Iterator[Row]:
        """All bases."""
        for rows in self._rows.values():
            yield from rows

    def agree(self, row: Row) -> None:
        """Remember a row of the base."""
        self._rows[row[:2]].add(row)

    def forget(self, row: Row) -> None:
        """Drop a row of the base."""
        self._rows[row[:2]].discard(row)

    def left_card_at(self, card: str, key: Key) -> int:
        """When a value was last taken off a card on purpose; before all time if it never was."""
        return self._left.get((card, key), -1)

    def typed_at(self, fact: Fact) -> int:
        """When a value came to the first card it was on: what a cycle copied is no newer than that."""
        known: Fact | None = fact
        while known is not None and known.act_kind == "cycle" and known.source is not None:
            source = self.facts.get(known.source)
            known = source if source and value_key(source.prop) == value_key(known.prop) else None
            fact = known or fact
        return fact.first

    def was_applied(self, origin: Fact, card: str) -> bool:
        """Whether a value, or the one it is a plain copy of, was ever brought to a card.

        What somebody changes back to what it was once is their own word, and no copy.
        """
        known: Fact | None = origin
        while known is not None:
            if (known.id, card) in self._applied:
                return True
            if known.source is None or self._is_changed_back(known):
                return False
            source = self.facts.get(known.source)
            if source is None:
                return (known.source, card) in self._applied
            known = source if value_key(source.prop) == value_key(known.prop) else None
        return False

    def _is_changed_back(self, fact: Fact) -> bool:
        """Whether somebody typed a value in the place of another one."""
        before = self.facts.get(fact.previous) if fact.previous is not None else None
        return (
            fact.typed_by is not None
            and before is not None
            and value_key(before.prop) != value_key(fact.prop)
        )

    def was_done(self, fact: Fact) -> bool:
        """Whether the removal of a fact was ever applied, undone or suggested."""
        return (fact.id, fact.card) in self._applied

    def ref(self, fact_id: int) -> FactRef:
        """What an operation calls a fact."""
        return fact_id if fact_id > 0 else self._placed[fact_id]

    def root(self, fact: Fact) -> int:
        """The fact with an id that a value came from in this plan; its own id if it has one."""
        return fact.id if fact.id > 0 else self._placed[fact.id].origin

    def emit(self, operation: OnCard) -> None:
        """Plan an operation; what it does to a card is done by `place` and `take_off`."""
        self.operations.append(operation)
        self._applied.update(filter(None, (applied_key(operation),)))

    def place(self, card: CardState, origin: Fact, replaced: Fact | None) -> None:
        """Create a copy of a fact on a card, in the place of another fact or as a new one."""
        placed = Fact(
            id=-len(self._placed) - 1,
            card=card.id,
            prop=origin.prop,
            first=self.now,
            last=self.now,
            confirmed=None,
            typed_by=None,
            bulk=False,
            source=self.root(origin),
            previous=replaced.id if replaced else None,
            gone=None,
            withheld=False,
            act_kind="cycle",
            seen_by=card.seen_by & origin.seen_by,
        )
        self._placed[placed.id] = Placed(card.id, self.root(origin))
        self.facts[placed.id] = placed
        self._live[card.id][placed.id] = placed
        self._written.add(card.id)
        if replaced:
            self.take_off(replaced)
        self._note(placed)

    def take_off(self, fact: Fact) -> None:
        """Take a fact off its card."""
        gone = replace(fact, gone=self.now)
        del self._live[fact.card][fact.id]
        self._written.add(fact.card)
        self.facts[fact.id] = gone
        self._note(gone)

    def _note(self, fact: Fact) -> None:
        if fact.previous is not None:
            self._successor[fact.previous] = fact.id
        if fact.gone is not None and not fact.withheld:
            place = (fact.card, value_key(fact.prop))
            self._left[place] = max(fact.gone, self._left.get(place, fact.gone))
