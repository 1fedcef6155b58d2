"""Which of the steps that several sources want on one card are taken."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeAlias

from server.contacts.travel import travel_of
from server.reconcile.merging import Edit, Entry, Key, Removal, Step, order, value_key

Says: TypeAlias = Callable[[Step, Key, frozenset[int]], bool]
"""Whether the card that a step comes from has a value, other than in some facts."""

_Place: TypeAlias = tuple[str, str, int]


def choose(steps: Sequence[Step], says: Says) -> list[Step]:
    """At most one step for every place and for every new value of a card.

    A change comes before an addition of the same value; of equal ones the oldest origin wins.
    """
    wanted: defaultdict[_Place, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda each: order(each.origin)):
        wanted[_place(step)].append(step)
    leaving = frozenset(step.fact.id for step in steps if not isinstance(step, Entry))
    accepted = {place: _accepted(found, says, leaving) for place, found in wanted.items()}
    taken: set[_Place | tuple[str, Key]] = set()
    chosen = []
    for step in sorted(steps, key=lambda each: (isinstance(each, Entry), order(each.origin))):
        outcome = _outcome(step)
        places: set[_Place | tuple[str, Key]] = {_place(step)}
        if outcome is not None:
            places.add((step.card, outcome))
        if outcome in accepted[_place(step)] and places.isdisjoint(taken):
            taken |= places
            chosen.append(step)
    return chosen


def _accepted(steps: Sequence[Step], says: Says, leaving: frozenset[int]) -> set[Key | None]:
    """What may become of one place.

    Where the sources want different things of it, nothing is done, unless it is changed to what
    all of them have anyway: those who took the old value off, or turned it into another one that
    they share, do not speak against that, and nobody is asked about it. What is about to leave
    its card nobody has any more.
    """
    outcomes = {_outcome(step) for step in steps}
    if len(outcomes) == 1:
        return outcomes
    for edit in steps:
        key = value_key(edit.origin.prop)
        if isinstance(edit, Edit) and all(says(each, key, leaving) for each in steps):
            return {key}
    return set()


def _place(step: Step) -> _Place:
    """What two steps cannot both change: a fact, or the empty place of a single-valued name."""
    if isinstance(step, Entry):
        name = step.origin.prop.name
        return step.card, name if travel_of(name).single else repr(value_key(step.origin.prop)), 0
    return step.card, "", step.fact.id


def _outcome(step: Step) -> Key | None:
    """What will stand in the place; None for nothing."""
    return None if isinstance(step, Removal) else value_key(step.origin.prop)
