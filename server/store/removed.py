"""Who is gone from a member's view, and how they come back (design rule R8).

A member's own card in the trash and somebody else's that the member hid are
shown again; of a card that its keeper deleted a copy of one's own is made, from
the last text that was served, as far as all of it may still be seen.
"""

import json
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy import Column, Select, and_, exists, or_, select, union

from server.access import card_level, may, sees_value
from server.contacts.build import NAMES_OF_PERSON
from server.contacts.card import parse
from server.contacts.properties import Change, properties
from server.contacts.values import name_of
from server.errors import UsageError
from server.saying import said
from server.store.books import get_book
from server.store.cards import CardRow, cards_with_uid, find_card, values_of
from server.store.database import Transaction
from server.store.edits import bring_back
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import create_card, note_return, read_card, restore_card
from server.store.members import get_member, household_of
from server.store.overlays import put_on
from server.store.query import Query, among, bind
from server.store.render import own_content
from server.store.schema import act, card, card_member, hidden, link, slot
from server.store.slots import SlotRow, announce, gone_slots
from server.store.texts import octets_of
from server.store.views import refresh

How = Literal["trash", "hidden", "gone"]

DAYS: Final = 400
_DAY: Final = 24 * 3600 * 1_000_000
_AT: Final = Query(select(act.c.at).where(act.c.id == bind("which")))
_HIDDEN: Final = Query(
    select(hidden.c.act).where(and_(hidden.c.member == bind("who"), hidden.c.card == bind("which")))
)


def _kin(here: Column[str], there: Column[str]) -> Select[str]:
    """The cards that a link joins to a card, both known to some member."""
    seen = or_(
        card.c.member == bind("who"),
        and_(
            card.c.member.in_(among("givers")),
            or_(
                card.c.visibility == "shared",
                exists().where(
                    and_(card_member.c.card == card.c.id, card_member.c.member == bind("who"))
                ),
            ),
        ),
    )
    return (
        select(there)
        .join(card, card.c.id == there)
        .where(
            and_(
                here == bind("which"),
                link.c.verdict == "same",
                link.c.ended.is_(None),
                or_(link.c.scope == "", link.c.scope == bind("who")),
                seen,
            )
        )
    )


_KIN: Final = Query(union(_kin(link.c.card_a, link.c.card_b), _kin(link.c.card_b, link.c.card_a)))
_STANDING: Final = Query(
    select(slot.c.id)
    .where(
        and_(slot.c.member == bind("who"), slot.c.gone.is_(None), slot.c.card.in_(among("cards")))
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody who is gone from one member's view.

    Args:
        how: `trash`: the own card was deleted; `hidden`: somebody else's was; `gone`: its keeper deleted it.
        act: The act that did it, and when it was done, in UTC microseconds.
        name: What the member's devices called them last.
    """

    slot: SlotRow
    how: How
    keeper: str
    act: int
    at: int
    name: str


def removed_of(tx: Transaction, member: str) -> tuple[Removed, ...]:
    """Who is gone from a member's view and can come back, the latest first; guests only read."""
    role = get_member(tx, member).role
    if not may(role, "write", own=True, read_only=False):
        return ()
    found: dict[str, Removed] = {}
    for gone in gone_slots(tx, member):
        row = find_card(tx, gone.card)
        if row is not None and row.id not in found:
            each = _removed(tx, gone, row)
            if each is not None:
                found[row.id] = each
    return tuple(sorted(found.values(), key=lambda each: (-each.act, each.slot.id)))


def show_again(tx: Transaction, removed: Removed) -> None:
    """Bring somebody back into the member's view.

    Raises:
        UsageError: The book has another card of this UID by now.
    """
    row = find_card(tx, removed.slot.card)
    assert row is not None
    match removed.how:
        case "trash":
            twins = cards_with_uid(tx, row.member, row.uid)
            if any(each.trashed is None and each.book == row.book for each in twins):
                raise UsageError(
                    said(
                        "Your book has another card of {name} by now; delete that one first.",
                        name=removed.name,
                    )
                )
            restore_card(tx, row.id)
            note_return(tx, row)
            bring_back(tx, removed.slot)
        case "hidden":
            bring_back(tx, removed.slot)
        case _:
            _keep_copy(tx, removed.slot, row)


def _removed(tx: Transaction, slot: SlotRow, row: CardRow) -> Removed | None:
    """How the person of a retired slot was removed; None where nothing brings them back."""
    member = slot.member
    hidden = tx.one(_HIDDEN, who=member, which=row.id)
    how: How
    if slot.own:
        if row.trashed is None or row.member != member:
            return None
        how, which = "trash", row.trashed
    elif hidden is not None:
        if (
            row.trashed is not None
            or card_level(household_of(tx, taker=member), member, row.access) == "none"
        ):
            return None
        how, which = "hidden", hidden[0]
    else:
        shown = card_level(household_of(tx, taker=member), member, _there(row).access)
        if row.trashed is None or row.member == member or shown == "none" or not row.household:
            return None
        how, which = "gone", row.trashed
    done = tx.one(_AT, which=which)
    assert done is not None
    if done[0] <= tx.now - DAYS * _DAY or _is_there(tx, member, row.id):
        return None
    text = row.text if slot.own or slot.text is None else slot.text
    props = properties(parse(octets_of(tx, text)), region=region_of(tx))
    name = name_of(props).formatted.strip() or "A card without a name"
    return Removed(slot, how, row.member, which, done[0], name)


def _is_there(tx: Transaction, member: str, card_id: str) -> bool:
    """Whether the member sees the person by another card, joined by links and cards that they may know of (R1)."""
    household = household_of(tx, taker=member)
    everybody = (*household.members, *household.left)
    showing = [each.id for each in everybody if household.level(each.id, member) != "none"]
    givers = json.dumps(sorted(showing))
    found, waiting = {card_id}, [card_id]
    while waiting:
        near = {row[0] for row in tx.all(_KIN, which=waiting.pop(), who=member, givers=givers)}
        waiting.extend(sorted(near - found))
        found |= near
    return tx.one(_STANDING, who=member, cards=json.dumps(sorted(found))) is not None


def _keep_copy(tx: Transaction, slot: SlotRow, row: CardRow) -> None:
    """The slot becomes its member's own private card; every value points to the fact it came from (R6)."""
    region, household = region_of(tx), household_of(tx)
    there = _there(row)
    values = [
        each
        for each in values_of(tx, there, region)
        if each.prop.name in NAMES_OF_PERSON or sees_value(household, slot.member, each.access)
    ]
    sources = {(each.prop.name, each.prop.norm): each.fact for each in values}
    served = octets_of(tx, slot.text)
    dropped = tuple(
        Change(prop, None)
        for prop in properties(parse(served), region=region)
        if (prop.name, prop.norm) not in sources and prop.name not in NAMES_OF_PERSON
    )
    written = read_card(tx, put_on(served, dropped, region))
    book = get_book(tx, slot.book)
    typing = Typing(slot.member, sources=sources)
    new = create_card(tx, book, written, typing, device=None, private=True)
    announce(tx, slot, new.id, own=True, content=own_content(tx, new))
    refresh(tx, (new.id,))


def _there(row: CardRow) -> CardRow:
    """A card as if it were not in the trash."""
    return replace(row, access=replace(row.access, trashed=False))
