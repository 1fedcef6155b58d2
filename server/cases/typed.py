"""What a member typed on somebody else's card, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from server.cases.wording import kind_of_property, label_of
from server.store.database import Transaction
from server.store.household import region_of
from server.store.overlays import suggestions_of
from server.store.portraits import Portrait

State = Literal["open", "asked", "kept", "stays"]
_WAITS: Final = "open"


@dataclass(frozen=True, slots=True)
class Typed:
    """One value that a member typed on somebody else's card.

    Attributes:
        keeper: Whose card it was typed on; the member's own where that is shown to them no more.
        state: `open` where they see it and the other decides, `asked` where an own card of theirs
            says otherwise, `kept` where the other card is shown to them no more, else `stays`.
    """

    keeper: str
    label: str
    kind: str
    before: str
    after: str
    state: State
    at: int


def typed_by(tx: Transaction, viewer: str, portraits: Collection[Portrait]) -> tuple[Typed, ...]:
    """What a member typed on the cards of a person, and what stands on none of them, oldest first."""
    region = region_of(tx)
    keepers = {each.row.id: each.row.member for each in portraits}
    own = [each for each in portraits if each.row.member == viewer]
    says = {known.fact.prop.canonical for each in own for known in each.values}
    found: list[Typed] = []
    for each in suggestions_of(tx, viewer, keepers):
        change = each.change(region)
        either = change.after or change.before
        if either is None or either.name == "FN":
            continue
        keeper = keepers[each.card]
        is_seen = not own or (change.after is not None and change.after.canonical in says)
        found.append(
            Typed(
                keeper=keeper,
                label=label_of(either),
                kind=kind_of_property(either.name),
                before=change.before.shown if change.before else "",
                after=change.after.shown if change.after else "",
                state=_state(each.state, is_own=keeper == viewer, is_seen=is_seen),
                at=each.at,
            )
        )
    return tuple(found)


def _state(state: str, *, is_own: bool, is_seen: bool) -> State:
    if is_own:
        return "kept"
    if state != _WAITS:
        return "stays"
    return "open" if is_seen else "asked"
