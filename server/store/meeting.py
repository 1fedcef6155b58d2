"""An edit beside what the card says by now, where another device of its member was faster."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.contacts.forms import SETS
from server.contacts.properties import Change, Property, diff
from server.contacts.threeway import LINES, brought_together
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
        """What the device had and left as it was, or typed itself: whatever else it typed stands beside that."""
        changed = {each.before.canonical for each in self.changes if each.before is not None}
        left = tuple(each for each in self.before or () if each.canonical not in changed)
        return (*left, *(each.after for each in self.changes if each.after is not None))

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
        before, after = change.before, change.after
        if after is not None and self.says(after):
            if after.name in LINES | SETS:
                return False  # of several notes it cannot be told which became which
            after = None  # what is left of it takes the former value off
        theirs = self.theirs(change)
        is_met = theirs is not None and not self._types(theirs)
        if before is None:
            return is_met and after is not None
        is_gone = (before.name, before.norm) in self.taken_off
        if theirs is None or (after is None and is_gone):
            return after is not None
        return (is_met or after is not None) and theirs.canonical != before.canonical

    def says(self, prop: Property) -> bool:
        """Whether the card says this already."""
        return any(each.canonical == prop.canonical for each in self.current)

    def _types(self, prop: Property) -> bool:
        """Whether the edit brings this value, too, whatever it calls it."""
        typed = (each.after for each in self.changes if each.after is not None)
        return any(_is_same_value(each, prop) for each in typed)

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
            steps = self._steps(each, region)
            if steps is None:
                collided.append(each)
            else:
                changes.extend(steps)
        return tuple(changes), tuple(collided)

    def _steps(self, change: Change, region: str) -> tuple[Change, ...] | None:
        """What is to be done of one change; None where it met another one."""
        joined = self._joined(change, region)
        if joined is not None:
            return (joined,)
        twin = self._twin(change)
        if twin is not None:
            return self._as_one(change, twin)
        if self.collides(change):
            return None
        left = self.needed(change)
        return (left,) if left is not None else ()

    def _as_one(self, change: Change, twin: Property) -> tuple[Change, ...] | None:
        """What makes one value of a change and its twin; None where each is called what the other is not."""
        steps: list[Change] = []
        if change.before is not None:
            removal = Change(change.before, None)
            if self.collides(removal):
                return None
            left = self.needed(removal)
            steps += [left] if left is not None else []
        if change.after is not None and not _says_all_of(twin, change.after):
            if not _says_all_of(change.after, twin):
                return None
            steps.append(Change(twin, change.after))
        return tuple(steps)

    def _twin(self, change: Change) -> Property | None:
        """What somebody typed meanwhile that is the value of a change, and is called otherwise.

        Both typed it: it is one value, as long as one of them says all that the other says of it.
        """
        after, before = change.after, change.before
        if after is None or self.before is None or self.says(after):
            return None
        had = {each.canonical for each in self.before}
        if before is not None and before.norm == after.norm:
            return None
        return next(
            (
                each
                for each in self.current
                if _is_same_value(each, after) and each.canonical not in had
            ),
            None,
        )

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


def _is_same_value(prop: Property, other: Property) -> bool:
    """Whether two lines say one value, whatever each calls it; a birthday without its year says less."""
    if travel_of(prop.name).single:
        return prop.canonical == other.canonical
    return (prop.name, prop.norm) == (other.name, other.norm)


def _says_all_of(prop: Property, other: Property) -> bool:
    """Whether a value is called whatever the same one is called by another line."""
    return set(other.types) <= set(prop.types) and other.label in ("", prop.label)


def _is_same_place(prop: Property, other: Property | None) -> bool:
    """Whether two values would stand in one place of a card."""
    if other is None or prop.name != other.name:
        return False
    return travel_of(prop.name).single or prop.norm == other.norm
