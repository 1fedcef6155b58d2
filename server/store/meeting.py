"""An edit beside what the card says by now, where another device of its member was faster."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.contacts.properties import Change, Property, diff
from server.contacts.threeway import brought_together
from server.contacts.travel import travel_of


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a late body changed, beside what the card says by now.

    Args:
        before: What the device had; None where nobody knows.
        current: What its member's devices are served now.
        changes: What was typed.
        taken_off: What the card said once, by name and match key, and was changed into nothing
            else: whatever it says that is alike was typed beside it.
    """

    before: tuple[Property, ...] | None
    current: tuple[Property, ...]
    changes: tuple[Change, ...]
    taken_off: frozenset[tuple[str, str]] = frozenset()

    @property
    def kept(self) -> tuple[Property, ...]:
        """What the device had and left as it was."""
        changed = {each.before.canonical for each in self.changes if each.before is not None}
        return tuple(each for each in self.before or () if each.canonical not in changed)

    def theirs(self, change: Change) -> Property | None:
        """What the card says now in the place of a change; None where it says nothing there."""
        if self.before is None:
            return next((each for each in self.current if _is_same_place(each, change.after)), None)
        others = diff(self.before, self.current)
        if change.before is not None:
            for other in others:
                if other.before is not None and other.before.canonical == change.before.canonical:
                    return other.after
            return change.before
        placed = (other.after for other in others if other.after is not None)
        return next((each for each in placed if _is_same_place(each, change.after)), None)

    def collides(self, change: Change) -> bool:
        """Whether somebody else changed the same thing to something else."""
        if self.before is None:
            return change.before is not None
        if change.after is not None and self.says(change.after):
            return False
        theirs = self.theirs(change)
        if change.before is None:
            return theirs is not None
        is_gone = (change.before.name, change.before.norm) in self.taken_off
        if theirs is None or (change.after is None and is_gone):
            return change.after is not None
        return theirs.canonical != change.before.canonical

    def says(self, prop: Property) -> bool:
        """Whether the card says this already."""
        return any(each.canonical == prop.canonical for each in self.current)

    def needed(self, change: Change) -> Change | None:
        """What is left to do of a change; None where the card says so already."""
        before, after = change.before, change.after
        is_there = before is not None and any(
            (each.name, each.norm) == (before.name, before.norm) for each in self.current
        )
        if after is None or self.says(after):
            replaced = after is None or (before is not None and before.norm != after.norm)
            return Change(before, None) if is_there and replaced else None
        return change

    def settled(
        self, typed: Iterable[Change], region: str
    ) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """What can be done of some changes, and what met another one and is for a human.

        A note is merged line by line, a set item by item; both were typed by one member.
        """
        changes: list[Change] = []
        collided: list[Change] = []
        for each in typed:
            joined = self._joined(each, region)
            left = joined or self.needed(each)
            if joined is None and self.collides(each):
                collided.append(each)
            elif left is not None:
                changes.append(left)
        return tuple(changes), tuple(collided)

    def _joined(self, change: Change, region: str) -> Change | None:
        """A change together with what the card says by now in its place."""
        theirs, after = self.theirs(change), change.after
        if theirs is None or after is None or self.says(after):
            return None
        base = change.before if self.before is not None else None
        if base is not None and theirs.canonical == base.canonical:
            return None
        merged = brought_together(
            base, theirs, after, region=region, is_base_known=self.before is not None
        )
        return Change(theirs, merged) if merged is not None else None


def _is_same_place(prop: Property, other: Property | None) -> bool:
    """Whether two values would stand in one place of a card."""
    if other is None or prop.name != other.name:
        return False
    return travel_of(prop.name).single or prop.norm == other.norm
