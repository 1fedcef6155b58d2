"""DELETE as the store answers it: a person leaves one member's view, or is asked about first (design rule R8)."""

from typing import Final

from sqlalchemy import and_, or_, select

from server.access import ValueAccess, may, sees_value
from server.store.answers import CHANGED, NOT_FOUND, READ_ONLY, PutResult
from server.store.books import Book, seq_named
from server.store.cards import find_card, sources_of
from server.store.database import Transaction
from server.store.devices import Device
from server.store.edits import hide_person
from server.store.holding import hold_stale, holds_deletion
from server.store.limits import named_for
from server.store.members import get_member, household_of
from server.store.noting import note_request
from server.store.query import Query, bind
from server.store.schema import act, card_version, fact, slot_past, suggestion
from server.store.slots import SlotRow, announce_again, slot_at
from server.store.writes import names_slot

_REPLACED: Final = Query(
    select(slot_past.c.act).where(
        and_(slot_past.c.slot == bind("which"), slot_past.c.seq == bind("at_seq"))
    )
)
_RETURNED: Final = Query(
    select(slot_past.c.seq)
    .where(
        and_(
            slot_past.c.slot == bind("which"),
            slot_past.c.seq > bind("at_seq"),
            slot_past.c.text.is_(None),
        )
    )
    .limit(1)
)
_BY_HAND: Final = Query(
    select(card_version.c.act)
    .join(act, act.c.id == card_version.c.act)
    .where(
        and_(
            card_version.c.card == bind("of_card"),
            card_version.c.act >= bind("since"),
            card_version.c.cosmetic == 0,
            act.c.member.is_not(None),
        )
    )
    .order_by(card_version.c.act)
)
_VALUES: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.visibility, fact.c.source).where(
        and_(
            fact.c.card == bind("of_card"),
            or_(
                fact.c.first == bind("by_act"),
                fact.c.last == bind("by_act"),
                fact.c.gone == bind("by_act"),
            ),
        )
    )
)
_OWN_LINES: Final = Query(
    select(suggestion.c.id).where(
        and_(
            suggestion.c.author == bind("who"),
            suggestion.c.card == bind("of_card"),
            suggestion.c.origin.is_(None),
            or_(suggestion.c.act >= bind("since"), suggestion.c.closed >= bind("since")),
        )
    )
)


def delete(
    tx: Transaction,
    book: Book,
    href: str,
    *,
    device: Device | None,
    if_match: str = "",
    counts: bool = True,
) -> PutResult:
    """Hide a person: own cards go to the trash, others' out of this view (design rule R8).

    Where a member edited the card since, or a device deletes more than a few, that is asked first.

    Args:
        device: None where the book's member says so on a page: that is meant, so it never counts,
            and where the card was edited since, whoever sits before the page is asked there.
        counts: Whether it counts towards a mass deletion; a move, or the end of a book, does not.
    """
    if not _may_write(tx, book, device):
        return READ_ONLY
    slot = slot_at(tx, book.id, href)
    if slot is None:
        return NOT_FOUND
    if slot.gone is not None:
        return PutResult(204) if slot.survivor is not None else NOT_FOUND
    if (
        if_match
        and not names_slot(if_match, book, slot)
        and _is_edited_since(tx, slot, seq_named(book, if_match))
    ):
        if device is not None:
            announce_again(tx, slot.id)
            hold_stale(tx, slot, device.id)
            note_request(tx, "delete", book, device, slot, href=href, status=412, if_match=if_match)
        return CHANGED
    held = counts and device is not None and holds_deletion(tx, slot, device.id)
    if held:
        announce_again(tx, slot.id)
    else:
        hide_person(tx, slot)
    note_request(
        tx, "delete", book, device, slot, href=href, status=204, if_match=if_match, held=held
    )
    return PutResult(204)


def _may_write(tx: Transaction, book: Book, device: Device | None) -> bool:
    if device is None:
        return may(get_member(tx, book.member).role, "write", own=True, read_only=False)
    return may(device.role, "write", own=device.member == book.member, read_only=device.read_only)


def _is_edited_since(tx: Transaction, slot: SlotRow, seq: int | None) -> bool:
    """Whether a human changed what this slot shows after a sequence number was served; True where nobody can tell.

    Of somebody else's card only what the slot's member sees counts (R1).
    """
    replaced = tx.one(_REPLACED, which=slot.id, at_seq=seq) if seq is not None else None
    if replaced is None:
        return True
    since = replaced[0]
    if slot.own and tx.one(_RETURNED, which=slot.id, at_seq=seq):
        return True  # somebody deleted it, and wanted it back
    if not slot.own and tx.one(_OWN_LINES, who=slot.member, of_card=slot.card, since=since):
        return True
    acts = tx.all(_BY_HAND, of_card=slot.card, since=since)
    return bool(acts) if slot.own else any(_is_shown(tx, slot, row[0]) for row in acts)


def _is_shown(tx: Transaction, slot: SlotRow, act_id: int) -> bool:
    """Whether the slot's member sees anything of what an act changed on somebody else's card."""
    row = find_card(tx, slot.card)
    assert row is not None
    if row.as_before is not None and act_id >= row.as_before:
        return False
    household = household_of(tx)
    values = (
        ValueAccess(
            row.access, each[1], each[2], sources_of(tx, each[3]), named_for(tx, each[0], each[2])
        )
        for each in tx.all(_VALUES, of_card=row.id, by_act=act_id)
    )
    return any(sees_value(household, slot.member, value) for value in values)
