"""Undo for the page and the command line: what was undone, and what stays, in sentences."""

import hmac
from typing import Final

from server.access import sees_value
from server.cases.marks import marked
from server.cases.wording import property_word
from server.contacts.values import name_of
from server.errors import NotFound
from server.saying import counted, said, together
from server.store.cards import find_card, values_for
from server.store.database import Actor, Database, Transaction
from server.store.history import value_access
from server.store.household import region_of
from server.store.members import household_of
from server.store.reverting import Stay
from server.store.undoing import Undone, last_decision, undo_act

_STAYS_MOST: Final = 8
"""So many sentences fit into the cookie that carries them to the next page."""


def undo(db: Database, act_id: int, *, member: str | None) -> str:
    """Undo an act; gives sentences of what was undone and what stays.

    Args:
        act_id: As `history` shows it.
        member: Who undoes it; None on the command line, for everything.

    Raises:
        NotFound: There is no such act, or this member may not undo it.
        UsageError: It was undone already, or there is nothing to undo.
    """
    with db.write(Actor("undo", member)) as tx:
        return _sentences(tx, undo_act(tx, act_id, member=member), member)


def undo_mark(db: Database, member: str) -> str:
    """What a page calls the member's latest answer, if it can be undone; empty where it cannot.

    It is keyed to the member, and says nothing of how many acts there were (R1).
    """
    with db.read() as tx:
        act_id = last_decision(tx, member)
        return _mark(tx, act_id, member) if act_id is not None else ""


def undo_marked(db: Database, mark: str, *, member: str) -> str:
    """Undo the answer that a page names by its mark; works once.

    Raises:
        NotFound: It is not this member's latest answer, or was undone already.
    """
    with db.write(Actor("undo", member)) as tx:
        act_id = last_decision(tx, member)
        if act_id is None or not hmac.compare_digest(
            _mark(tx, act_id, member).encode(), mark.encode("utf-8", "replace")
        ):
            raise NotFound("That answer was undone already, or you have given another since.")
        return _sentences(tx, undo_act(tx, act_id, member=member), member)


def _mark(tx: Transaction, act_id: int, member: str) -> str:
    return marked(tx, f"undo {act_id} {member}")


def _sentences(tx: Transaction, undone: Undone, viewer: str | None) -> str:
    stays = [each for each in undone.stays if _may_be_told(tx, each, viewer)]
    told = dict.fromkeys(_stays(tx, each, viewer) for each in stays[:_STAYS_MOST])
    more = len(stays[_STAYS_MOST:])
    rest = [counted("{number} more stays.", "{number} more stay.", more)] if more else []
    return together((said("Undone; phones fetch it at their next sync."), *told, *rest))


def _stays(tx: Transaction, stay: Stay, viewer: str | None) -> str:
    row = find_card(tx, stay.card)
    assert row is not None
    values = values_for(tx, row, viewer, region_of(tx))
    name = name_of(tuple(each.prop for each in values)).formatted.strip() or said(
        "A card without a name"
    )
    if not stay.property:
        return said("{name} stays as it is: it was changed since.", name=name)
    if stay.property == "CLASS":
        return said("{name} stays private; what others may see is for you to say.", name=name)
    words = {"name": name, "what": said(property_word(stay.property))}
    if stay.is_withdrawn:
        return said(
            "{name}: {what} does not come back; it is no longer shown to its keeper.", **words
        )
    return said("{name}: {what} stays as it is, since it was changed.", **words)


def _may_be_told(tx: Transaction, stay: Stay, viewer: str | None) -> bool:
    """Whether the viewer may know that something on a card was changed (R1)."""
    row = find_card(tx, stay.card)
    if viewer is None or (row is not None and row.member == viewer):
        return True
    return stay.fact is not None and sees_value(
        household_of(tx), viewer, value_access(tx, stay.fact)
    )
