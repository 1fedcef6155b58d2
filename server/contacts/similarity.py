"""Which of two unequal values is the other one, changed.

Used only for what is left after equal and same-key values were paired, and only
among properties of one name, type and label.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

from server.contacts.lines import split_value

_PAIRS_MAX = 2_500
"""A card with more candidates than 50 by 50 is no address book entry: nothing is paired."""

_DIGITS_MAX = 32
_EDITS_MAX = 2


class _Comparable(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def norm(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    @property
    def label(self) -> str: ...


def paired(
    removed: Sequence[_Comparable], added: Sequence[_Comparable]
) -> Iterator[tuple[int, int]]:
    """The indices of removed and added values that are one value changed, the likeliest first.

    The result does not depend on the order of the two sequences.
    """
    sides: defaultdict[tuple[str, tuple[str, ...], str], tuple[list[int], list[int]]] = defaultdict(
        lambda: ([], [])
    )
    for side, props in enumerate((removed, added)):
        for index, prop in enumerate(props):
            sides[prop.name, prop.types, prop.label][side].append(index)
    for lefts, rights in sides.values():
        if len(lefts) * len(rights) > _PAIRS_MAX:
            continue
        costs = [
            (cost, removed[row].value, added[column].value, row, column)
            for row in lefts
            for column in rights
            if (cost := _cost(removed[row], added[column])) is not None
        ]
        free_rows, free_columns = set(lefts), set(rights)
        for *_, row, column in sorted(costs):
            if row in free_rows and column in free_columns:
                free_rows.remove(row)
                free_columns.remove(column)
                yield row, column


def edit_distance(left: str, right: str) -> int:
    """The number of single-character edits that lead from one text to the other."""
    previous = list(range(len(right) + 1))
    for row, mark in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            change = previous[column - 1] + (mark != other)
            current.append(min(change, previous[column] + 1, current[-1] + 1))
        previous = current
    return previous[-1]


def _cost(left: _Comparable, right: _Comparable) -> int | None:
    """How far apart two values are; None if they are not one value changed."""
    match left.name:
        case "TEL":
            return _phone_cost(left.value, right.value)
        case "EMAIL":
            return _email_cost(left.value, right.value)
        case "ADR":
            return _address_cost(split_value(left.norm, "|"), split_value(right.norm, "|"))
        case "URL" | "SOCIALPROFILE":
            return 1 if _host(left.norm) == _host(right.norm) else None
        case "IMPP":
            return 1 if left.norm.partition(":")[0] == right.norm.partition(":")[0] else None
        case _:
            return None


def _phone_cost(left: str, right: str) -> int | None:
    if (
        len(left) > _DIGITS_MAX
        or len(right) > _DIGITS_MAX
        or abs(len(left) - len(right)) > _EDITS_MAX
    ):
        return None
    distance = edit_distance(left, right)
    return distance if distance <= _EDITS_MAX else None


def _email_cost(left: str, right: str) -> int | None:
    left_local, _, left_domain = left.rpartition("@")
    right_local, _, right_domain = right.rpartition("@")
    if left_local == right_local:
        return 1
    return 2 if left_domain == right_domain else None


def _address_cost(left: Sequence[str], right: Sequence[str]) -> int | None:
    left_street, left_code = left[0], left[1] if len(left) > 1 else ""
    right_street, right_code = right[0], right[1] if len(right) > 1 else ""
    if left_street and left_street == right_street:
        return 1
    return 2 if left_code and left_code == right_code else None


def _host(norm: str) -> str:
    return norm.partition("/")[0].partition("?")[0]
