"""What a device had before it wrote: the base of every merge, and whether a human was faster."""

from typing import Final

from sqlalchemy import and_, func, or_, select

from server.store.books import Book
from server.store.database import Transaction
from server.store.devices import Device
from server.store.query import Query, bind, inserting
from server.store.schema import act, card, received, slot_past
from server.store.slots import SlotRow, last_served, text_at
from server.store.texts import digest_of, keep, kept, kept_as, octets_of

_MADE_BY: Final = Query(
    select(act.c.device).join(card, card.c.added == act.c.id).where(card.c.id == bind("which"))
)
_SERVED_AS: Final = Query(
    select(func.max(slot_past.c.seq)).where(
        and_(
            slot_past.c.slot == bind("which"),
            or_(slot_past.c.text == bind("said"), slot_past.c.text_3 == bind("said")),
        )
    )
)
_FIRST: Final = Query(select(func.min(slot_past.c.seq)).where(slot_past.c.slot == bind("which")))
_KEPT: Final = Query(
    select(received.c.id).where(
        and_(
            received.c.member == bind("who"),
            received.c.text == bind("said"),
            received.c.status == bind("answered"),
        )
    )
)
_RECEIVE: Final = inserting(
    received, "device", "member", "book", "href", "slot", "etag", "status", "text", "act", "merged"
)


def is_kept(tx: Transaction, member: str, octets: bytes, status: int) -> bool:
    """Whether a member's body was refused before with the same status; phones send it at every sync."""
    text = kept(tx, octets)
    return text is not None and tx.one(_KEPT, who=member, said=text, answered=status) is not None


def base_text(tx: Transaction, slot: SlotRow, device: Device, seq: int | None) -> bytes | None:
    """The text that an edit started from: the one its If-Match names, else the one last served to the device.

    None where nobody knows; then additions and changes apply, and removals do not.
    """
    found = base_of(tx, slot, device, seq)
    return found[1] if found is not None else None


def base_of(
    tx: Transaction, slot: SlotRow, device: Device, seq: int | None
) -> tuple[int, bytes] | None:
    """The sequence number and text that an edit started from; None where nobody knows.

    A replay knows it from the journal, since `served` is that of the backup.
    """
    if tx.had:
        known = seq_of_text(tx, slot, tx.had)
        if known is not None and seq in (None, known):
            return known, octets_of(tx, kept_as(tx, tx.had))
    served = last_served(tx, slot, device.id)
    version_4 = served[1] == "4.0" if served is not None else device.speaks_4
    if seq is None:
        if served is None:
            return None
        seq = served[0]
    text = text_at(tx, slot, seq, version_4=version_4)
    if text is None:
        return None
    octets = octets_of(tx, text)
    tx.started_from = digest_of(octets)
    return seq, octets


def seq_of_text(tx: Transaction, slot: SlotRow, digest: str) -> int | None:
    """The latest sequence number under which a slot served a text."""
    text = kept_as(tx, digest)
    if text is None:
        return None
    if text in (slot.text, slot.text_3):
        return slot.seq
    row = tx.one(_SERVED_AS, which=slot.id, said=text)
    return int(row[0]) if row is not None and row[0] is not None else None


def made_at(tx: Transaction, slot: SlotRow, device: Device) -> int | None:
    """The sequence number under which a card was first served that this device made; None for any other."""
    made_by = tx.one(_MADE_BY, which=slot.card) if slot.own else None
    if made_by is None or made_by[0] != device.id:
        return None
    first = tx.one(_FIRST, which=slot.id)
    return first[0] if first and first[0] is not None else slot.seq


def keep_body(
    tx: Transaction,
    octets: bytes,
    *,
    device: Device,
    book: Book,
    slot: SlotRow | None,
    href: str,
    etag: str,
    status: int,
    is_merged: bool = False,
) -> None:
    """Keep a body that was refused or merged: nothing typed is ever lost.

    Args:
        is_merged: It was merged in this act, and some of it met another change.
    """
    tx.run(
        _RECEIVE,
        device=device.id,
        member=device.member,
        book=book.id,
        href=href,
        slot=slot.id if slot else None,
        etag=etag,
        status=status,
        text=keep(tx, octets),
        act=tx.act,
        merged=tx.act if is_merged else None,
    )
