"""What two cards of one person should do about one property, three-way against their base.

Here only values are weighed, by the table of the design: who may see what, whose change is
followed and what was done before is the business of `plan`, which may refuse any step.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from server.contacts.properties import Property
from server.reconcile.snapshot import Fact

UNDO = "undo"
"""The kind of act that takes one back. A value that an undo restored stays where it is."""

Key: TypeAlias = tuple[str, str]

_DATES = frozenset({"BDAY", "ANNIVERSARY"})


@dataclass(frozen=True, slots=True)
class Pairing:
    """A base row with what became of its two facts; left and right as in the call of `merge`.

    Attributes:
        row: The ids of the two facts as they stand in the base.
        then: The two facts themselves.
        end: The last facts they were edited to, gone or living.
    """

    row: tuple[int, int]
    then: tuple[Fact, Fact]
    end: tuple[Fact, Fact]

    @property
    def is_untouched(self) -> bool:
        """Whether both facts live as they stand in the base."""
        return all(self.end[side].gone is None and not self.changed(side) for side in (0, 1))

    @property
    def was_kept(self) -> bool:
        """Whether a person accepted two different values."""
        return value_key(self.then[0].prop) != value_key(self.then[1].prop)

    def changed(self, side: int) -> bool:
        """Whether the fact of this side was edited since."""
        return self.end[side].id != self.then[side].id


@dataclass(frozen=True, slots=True)
class Side:
    """One card's values of one property.

    Attributes:
        live: The values that take part.
        hidden: Values that do not, because they are private: they only keep their place.
    """

    card: str
    live: tuple[Fact, ...]
    hidden: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """The card lacks what `origin` says."""

    card: str
    origin: Fact


@dataclass(frozen=True, slots=True)
class Edit:
    """The other side changed what `fact` says to `origin`."""

    card: str
    fact: Fact
    origin: Fact


@dataclass(frozen=True, slots=True)
class Removal:
    """The other side removed what `fact` says; `origin` is the fact that is gone there."""

    card: str
    fact: Fact
    origin: Fact


@dataclass(frozen=True, slots=True)
class Conflict:
    """The two differ and nobody can know which is right; a side may be a fact that is gone."""

    left: Fact
    right: Fact

    @property
    def viewers(self) -> frozenset[str]:
        """The members who may see both."""
        return self.left.seen_by & self.right.seen_by


Step: TypeAlias = Entry | Edit | Removal


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of merging two sides.

    Attributes:
        agreed: Pairs of ids that now stand for each other and did not before.
        forgotten: Rows of the base that say nothing any more.
    """

    agreed: tuple[tuple[int, int], ...] = ()
    forgotten: tuple[tuple[int, int], ...] = ()
    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def value_key(prop: Property) -> Key:
    """What makes two values one: the match key, of dates the whole date."""
    return prop.name, prop.value if prop.name in _DATES else prop.norm or prop.value


def order(fact: Fact) -> tuple[bool, int, str, int]:
    """The order of facts in which ties are broken: the older first, planned ones last."""
    return fact.id < 0, fact.first, fact.card, abs(fact.id)


def merge(left: Side, right: Side, pairings: Sequence[Pairing], *, single: bool) -> Merged:
    """Weigh the values of one property on two cards of two members.

    Args:
        left: Either of the two sides; swapping them swaps the result and changes nothing else.
        right: The other side.
        pairings: The base of the two cards for this property.
        single: A card means one value only.
    """
    return _Merge((left, right), pairings, single=single).run()


class _Merge:
    """One merge while it is being worked out."""

    def __init__(
        self, sides: tuple[Side, Side], pairings: Sequence[Pairing], *, single: bool
    ) -> None:
        self.sides = sides
        self.pairings = sorted(pairings, key=lambda pairing: pairing.row)
        self.single = single
        self.agreed: list[tuple[int, int]] = []
        self.forgotten: list[tuple[int, int]] = []
        self.steps: list[Step] = []
        self.conflicts: list[Conflict] = []
        self.matched: set[int] = set()
        # A row of two living facts outweighs older rows of either.
        self.settled = {id_ for p in pairings if p.is_untouched for id_ in p.row}
        in_base = {fact.id for pairing in pairings for fact in pairing.end}
        self.free = [[f for f in side.live if f.id not in in_base] for side in sides]

    def run(self) -> Merged:
        """Work through the table from its first row to its last."""
        kept = self._agree_on_equal_values()
        for pairing in self.pairings:
            if pairing.row not in kept and not self._was_accepted(pairing):
                self._weigh(pairing)
        for side in (0, 1):
            self.free[side] = self._unmatched(self.free[side])
        if self.single:
            self._weigh_single()
        else:
            self._complete_each_other()
        return Merged(
            tuple(self.agreed), tuple(self.forgotten), tuple(self.steps), tuple(self.conflicts)
        )

    def _agree_on_equal_values(self) -> set[tuple[int, int]]:
        """Pair what is equal after normalising; the rows that already say so."""
        kept = set()
        groups = [_by_key(side.live) for side in self.sides]
        for key in sorted(groups[0].keys() & groups[1].keys()):
            lefts, rights = groups[0][key], groups[1][key]
            ids = [{fact.id for fact in facts} for facts in (lefts, rights)]
            self.matched |= ids[0] | ids[1]
            said = {p.row for p in self.pairings if p.row[0] in ids[0] and p.row[1] in ids[1]}
            kept |= said
            if not said:
                self.agreed.append((min(lefts, key=order).id, min(rights, key=order).id))
        return kept

    def _weigh(self, pairing: Pairing) -> None:
        """One row of the base whose facts are not simply equal and unchanged."""
        live = [fact.gone is None for fact in pairing.end]
        matched = [fact.id in self.matched for fact in pairing.end]
        if all(f.gone is not None or f.id in self.matched | self.settled for f in pairing.end):
            self.forgotten.append(pairing.row)
        elif matched[0] or matched[1]:
            self._weigh_moved(pairing, 0 if matched[0] else 1)
        elif live[0] and live[1]:
            self._weigh_changed(pairing)
        else:
            self._weigh_removed(pairing, 0 if live[1] else 1)

    def _was_accepted(self, pairing: Pairing) -> bool:
        """Whether a person's *keep* still holds as it was said."""
        ends = {fact.id for fact in pairing.end}
        return pairing.is_untouched and pairing.was_kept and not ends <= self.matched

    def _weigh_moved(self, pairing: Pairing, mover: int) -> None:
        """One fact says by now what another fact of the other side says."""
        other = 1 - mover
        if pairing.was_kept:
            return
        if pairing.changed(mover) and not pairing.changed(other):
            # Turned into a value that the other side has anyway: its old value was given up.
            self._remove(other, pairing.end[other], pairing.then[mover])
        else:
            self.forgotten.append(pairing.row)
            self.free[other].append(pairing.end[other])

    def _weigh_changed(self, pairing: Pairing) -> None:
        """Both facts live and say different things."""
        changed = [pairing.changed(side) for side in (0, 1)]
        if self.single and _is_weaker(*pairing.end):
            self.forgotten.append(pairing.row)
            self.agreed.append((pairing.end[0].id, pairing.end[1].id))
        elif all(changed) or pairing.was_kept:
            self.conflicts.append(Conflict(*pairing.end))
        else:
            side = 0 if changed[0] else 1
            old = pairing.end[1 - side]
            self.steps.append(Edit(self.sides[1 - side].card, old, pairing.end[side]))
            self._remove_twins(1 - side, old, pairing.then[side])

    def _weigh_removed(self, pairing: Pairing, remover: int) -> None:
        """One fact is gone, the other lives."""
        keeper = 1 - remover
        gone, kept = pairing.end[remover], pairing.end[keeper]
        since = gone.gone or 0
        instead = [each for each in self._unmatched(self.free[remover]) if each.first >= since]
        if self.single and len(instead) == 1:
            # Removed in one save and typed anew in the next: together a change.
            self.free[remover] = []
            ends = (instead[0], kept) if remover == 0 else (kept, instead[0])
            self._weigh_changed(Pairing(pairing.row, pairing.then, ends))
        elif pairing.was_kept or gone.withheld:
            return
        elif pairing.changed(keeper):
            self.conflicts.append(Conflict(*pairing.end))
        else:
            self._remove(keeper, kept, gone)

    def _remove(self, side: int, fact: Fact, gone: Fact) -> None:
        self.steps.append(Removal(self.sides[side].card, fact, gone))
        self._remove_twins(side, fact, gone)

    def _remove_twins(self, side: int, fact: Fact, gone: Fact) -> None:
        """What a card says twice goes twice, unless it was typed anew since."""
        twins = [
            each
            for each in self.free[side]
            if value_key(each.prop) == value_key(fact.prop) and each.first <= (gone.gone or 0)
        ]
        for twin in twins:
            self.free[side].remove(twin)
            self.steps.append(Removal(self.sides[side].card, twin, gone))

    def _weigh_single(self) -> None:
        """What has no base yet, where a card means one value only."""
        lefts, rights = self.free
        if len(lefts) == 1 and len(rights) == 1:
            if _is_weaker(lefts[0], rights[0]):
                self.agreed.append((lefts[0].id, rights[0].id))
            else:
                self.conflicts.append(Conflict(lefts[0], rights[0]))
            return
        for side, facts in enumerate(self.free):
            target = self.sides[1 - side]
            if facts and not target.live and not target.hidden:
                self.steps.append(Entry(target.card, min(facts, key=order)))

    def _complete_each_other(self) -> None:
        """What has no base yet, where a card may have several values: both keep, both get."""
        for side, facts in enumerate(self.free):
            target = self.sides[1 - side]
            held = {value_key(fact.prop) for fact in target.hidden}
            for values in _by_key(facts).values():
                origin = min(values, key=order)
                if value_key(origin.prop) not in held:
                    self.steps.append(Entry(target.card, origin))

    def _unmatched(self, facts: Iterable[Fact]) -> list[Fact]:
        return [fact for fact in facts if fact.id not in self.matched]


def _by_key(facts: Iterable[Fact]) -> defaultdict[Key, list[Fact]]:
    groups: defaultdict[Key, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[value_key(fact.prop)].append(fact)
    return groups


def _is_weaker(left: Fact, right: Fact) -> bool:
    """Whether two facts are one date, of which one card does not know the year."""
    values = (left.prop.value, right.prop.value)
    return (
        left.prop.name in _DATES
        and any(value.startswith("--") for value in values)
        and left.prop.norm == right.prop.norm
    )
