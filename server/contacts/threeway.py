"""Two edits of one value brought together: a note line by line, a set item by item.

Pure, and only for the devices of one member: what is personal never flows
between members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from server.contacts.forms import SETS
from server.contacts.lines import make_line, split_lines, split_value, unescape
from server.contacts.properties import Property, property_from
from server.contacts.values import canonical_text

LINES: Final = frozenset({"NOTE"})
"""Names whose value is a text of lines."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Some lines of the base and what one side has in their place."""

    start: int
    end: int
    lines: tuple[str, ...]


def brought_together(
    base: Property | None, left: Property, right: Property, *, region: str, is_base_known: bool
) -> Property | None:
    """One value that says what both sides changed; None where it takes a human.

    Args:
        base: What both started from; None for nothing.
        left: What stands first where both added something in one place.
        is_base_known: Whether `base` is what both started from; without it a set
            is united, since nothing can be taken for removed.
    """
    if left.name in SETS:
        items = merge_sets(_items(base), _items(left), _items(right))
        octets = make_line(left.name, ",".join(items))
    elif left.name in LINES and is_base_known:
        lines = merge_lines(_lines(base), _lines(left), _lines(right))
        if lines is None:
            return None
        octets = make_line(left.name, "\n".join(lines), escaped=False)
    else:
        return None
    return property_from(octets, version="3.0", region=region)


def merge_lines(
    base: Sequence[str], left: Sequence[str], right: Sequence[str]
) -> tuple[str, ...] | None:
    """Three texts merged by line; None where both changed one line to something else.

    What both added in one place stands there twice, the left one first; what both
    added alike stands there once.
    """
    first = _steps(base, left)
    steps = sorted(
        {*first, *_steps(base, right)},
        key=lambda each: (each.start, each.end, each not in first),
    )
    merged: list[str] = []
    place = 0
    for step in steps:
        if step.start < place:
            return None
        merged.extend(base[place : step.start])
        merged.extend(step.lines)
        place = step.end
    merged.extend(base[place:])
    return tuple(merged)


def merge_sets(base: Sequence[str], left: Sequence[str], right: Sequence[str]) -> tuple[str, ...]:
    """Three sets of items merged: what either side added is there, what either took off is not."""
    keys = [{_key(each) for each in side} for side in (base, left, right)]
    gone = keys[0] - (keys[1] & keys[2])
    found: dict[str, str] = {}
    for each in (*left, *right):
        if _key(each) and _key(each) not in gone:
            found.setdefault(_key(each), each)
    return tuple(found.values())


def _steps(base: Sequence[str], side: Sequence[str]) -> tuple[_Step, ...]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return tuple(
        _Step(start, end, tuple(side[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    )


def _lines(prop: Property | None) -> list[str]:
    return prop.shown.split("\n") if prop is not None else []


def _items(prop: Property | None) -> list[str]:
    """The items of a set as they are written, still escaped."""
    lines = split_lines(prop.octets) if prop is not None else ()
    items = (
        item.strip() for line in lines if line.name in SETS for item in split_value(line.value, ",")
    )
    return [item for item in items if item]


def _key(item: str) -> str:
    return canonical_text(unescape(item)).casefold()
