"""Slots of a view: minted, announced, retired, revived; href and UID never change (design rule R3)."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.store import compiled
from server.store.cards import CardRow
from server.store.database import Announced, Transaction
from server.store.query import Query, bind, inserting
from server.store.schema import card, listed, served, slot, slot_past, view
from server.store.shown import note_said
from server.store.statement import Row

_COLUMNS = (
    slot.c.id,
    slot.c.book,
    slot.c.member,
    slot.c.href,
    slot.c.uid,
    slot.c.card,
    slot.c.own,
    slot.c.survivor,
    slot.c.seq,
    slot.c.text,
    slot.c.text_3,
    slot.c.content,
    slot.c.gone,
)
_OF_CARD: Final = Query(select(*_COLUMNS).where(slot.c.card == bind("which")).order_by(slot.c.id))
_OF_CARD_FOR: Final = Query(
    select(*_COLUMNS)
    .where(and_(slot.c.card == bind("which"), slot.c.member == bind("who")))
    .order_by(slot.c.id)
)
_BY_ID: Final = Query(select(*_COLUMNS).where(slot.c.id == bind("which")))
_BY_HREF: Final = Query(
    select(*_COLUMNS).where(and_(slot.c.book == bind("in_book"), slot.c.href == bind("name")))
)
_BY_UID: Final = Query(
    select(*_COLUMNS)
    .where(and_(slot.c.book == bind("in_book"), slot.c.uid == bind("name")))
    .order_by(slot.c.gone, slot.c.id)
)
_GONE: Final = Query(
    select(*_COLUMNS)
    .where(
        and_(
            slot.c.member == bind("who"),
            slot.c.gone.is_not(None),
            slot.c.survivor.is_(None),
        )
    )
    .order_by(slot.c.gone.desc(), slot.c.id)
)
_NEXT: Final = Query(
    update(view)
    .where(view.c.book == bind("in_book"))
    .values(seq=view.c.seq + 1)
    .returning(view.c.seq)
)
_INSERT: Final = inserting(
    slot,
    "book",
    "member",
    "href",
    "uid",
    "card",
    "own",
    "seq",
    "text",
    "text_3",
    "content",
    "modified",
)
_ANNOUNCE: Final = Query(
    update(slot)
    .where(slot.c.id == bind("which"))
    .values(
        seq=bind("next_seq"),
        card=bind("source"),
        own=bind("is_own"),
        text=bind("written"),
        text_3=bind("written_3"),
        content=bind("digest"),
        modified=bind("at"),
        gone=None,
        survivor=None,
    )
)
_RETIRE: Final = Query(
    update(slot)
    .where(slot.c.id == bind("which"))
    .values(seq=bind("next_seq"), gone=bind("by_act"), survivor=bind("into"), modified=bind("at"))
)
_FOLLOW: Final = Query(update(slot).where(slot.c.id == bind("which")).values(survivor=bind("into")))
_RESOURCE: Final = Query(
    update(slot).where(slot.c.id == bind("which")).values(card=bind("source"), own=0)
)
_RELIST: Final = Query(
    update(listed)
    .where(listed.c.slot == bind("which"))
    .values(keeper=select(card.c.member).where(card.c.id == bind("source")).scalar_subquery())
)
_PAST: Final = Query(
    insert(slot_past)
    .values(
        slot=bind("which"),
        seq=bind("at_seq"),
        text=bind("written"),
        text_3=bind("written_3"),
        act=bind("by_act"),
    )
    .on_conflict_do_nothing()
)
_PAST_GET: Final = Query(
    select(slot_past.c.text, slot_past.c.text_3).where(
        and_(slot_past.c.slot == bind("which"), slot_past.c.seq == bind("at_seq"))
    )
)
_SERVED: Final = Query(
    select(served.c.seq, served.c.version).where(
        and_(served.c.device == bind("on"), served.c.slot == bind("which"))
    )
)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One entry of one member's view."""

    id: int
    book: int
    member: str
    href: str
    uid: str
    card: str
    own: bool
    survivor: int | None
    seq: int
    text: int | None
    text_3: int | None
    content: bytes | None
    gone: int | None


@dataclass(frozen=True, slots=True)
class Content:
    """What a slot serves: its text, the same in 3.0 where that is 4.0, and the digest of what can be seen."""

    text: int
    text_3: int | None
    digest: bytes


def slots_of_card(tx: Transaction, card_id: str, member: str | None = None) -> list[SlotRow]:
    """Every slot, of one member or of any, that is or was last made from a card."""
    if member is None:
        return [_slot(row) for row in tx.all(_OF_CARD, which=card_id)]
    return [_slot(row) for row in tx.all(_OF_CARD_FOR, which=card_id, who=member)]


def find_slot(tx: Transaction, slot_id: int) -> SlotRow | None:
    """One slot by its row id."""
    row = tx.one(_BY_ID, which=slot_id)
    return _slot(row) if row else None


def gone_slots(tx: Transaction, member: str) -> list[SlotRow]:
    """A member's retired slots that no other one stands for, the latest first."""
    return [_slot(row) for row in tx.all(_GONE, who=member)]


def slot_at(tx: Transaction, book_id: int, href: str) -> SlotRow | None:
    """The slot of an href, live or retired."""
    row = tx.one(_BY_HREF, in_book=book_id, name=href)
    return _slot(row) if row else None


def slot_of_uid(tx: Transaction, book_id: int, uid: str) -> SlotRow | None:
    """The slot of a UID, a live one first."""
    row = tx.one(_BY_UID, in_book=book_id, name=uid)
    return _slot(row) if row else None


def surviving(tx: Transaction, which: SlotRow) -> SlotRow:
    """The slot that now stands for the person of a retired one; itself where none does."""
    seen: set[int] = set()
    while which.gone is not None and which.survivor is not None and which.id not in seen:
        seen.add(which.id)
        following = find_slot(tx, which.survivor)
        if following is None:
            break
        which = following
    return which


def _next_seq(tx: Transaction, book_id: int) -> int:
    """The next sequence number of a view."""
    row = tx.one(_NEXT, in_book=book_id)
    assert row is not None
    return int(row[0])


def _seq_for(tx: Transaction, which: SlotRow, card_id: str) -> int:
    """The next sequence number, for a slot that is announced as made from a card."""
    seq = _next_seq(tx, which.book)
    tx.announced[which.id] = Announced(which.book, seq, card_id)
    return seq


def minted_names(tx: Transaction, member: str, card_id: str) -> tuple[str, str]:
    """An href and UID that say nothing of the card they will serve to a member (R2)."""
    href, uid = (tx.mint(f"{what} {member} {card_id}") for what in ("href", "slot"))
    return f"{href.hex()}.vcf", str(uuid.UUID(bytes=uid, version=4))


def insert_slot(
    tx: Transaction,
    card_id: str,
    content: Content,
    *,
    book: int,
    member: str,
    names: tuple[str, str],
    own: bool = False,
) -> int:
    """Keep a new slot under its href and UID, the `names`, announced under the view's next sequence number; gives its id."""
    href, uid = names
    seq = _next_seq(tx, book)
    slot_id = tx.run(
        _INSERT,
        book=book,
        member=member,
        href=href,
        uid=uid,
        card=card_id,
        own=int(own),
        seq=seq,
        text=content.text,
        text_3=content.text_3,
        content=content.digest,
        modified=tx.now,
    )
    tx.announced[slot_id] = Announced(book, seq, card_id)
    return slot_id


def insert_own(tx: Transaction, row: CardRow, content: Content, href: str = "") -> int:
    """Keep the slot of a new own card; a random href where no device named it, the card's own UID."""
    names = href or minted_names(tx, row.member, row.id)[0], row.uid
    return insert_slot(tx, row.id, content, book=row.book, member=row.member, names=names, own=True)


def announce(tx: Transaction, which: SlotRow, card_id: str, *, own: bool, content: Content) -> int:
    """Serve this content from now on, under a new sequence number and ETag; revives a retired slot."""
    _keep_past(tx, which)
    _note_left(tx, which, card_id)
    seq = _seq_for(tx, which, card_id)
    tx.run(
        _ANNOUNCE,
        which=which.id,
        next_seq=seq,
        source=card_id,
        is_own=int(own),
        written=content.text,
        written_3=content.text_3,
        digest=content.digest,
        at=tx.now,
    )
    return seq


def announce_again(tx: Transaction, slot_id: int) -> None:
    """Give a slot a new sequence number and ETag, so that devices fetch it, or its absence, again."""
    row = find_slot(tx, slot_id)
    assert row is not None
    if row.gone is not None:
        tx.run(
            _RETIRE,
            which=row.id,
            next_seq=_seq_for(tx, row, row.card),
            by_act=row.gone,
            into=row.survivor,
            at=tx.now,
        )
        return
    assert row.text is not None
    announce(
        tx, row, row.card, own=row.own, content=Content(row.text, row.text_3, row.content or b"")
    )


def resource(tx: Transaction, which: SlotRow, card_id: str) -> None:
    """Serve the same content from another member's card; nothing that a device can see changes."""
    _note_left(tx, which, card_id)
    tx.run(_RESOURCE, which=which.id, source=card_id)
    tx.run(_RELIST, which=which.id, source=card_id)


def retire(tx: Transaction, which: SlotRow, survivor: int | None) -> None:
    """Take a slot out of listings; a survivor stands for its person from now on."""
    if which.gone is None:
        _keep_past(tx, which)
        tx.run(
            _RETIRE,
            which=which.id,
            next_seq=_seq_for(tx, which, which.card),
            by_act=tx.act,
            into=survivor,
            at=tx.now,
        )
    elif which.survivor != survivor:
        tx.run(_FOLLOW, which=which.id, into=survivor)


def text_at(tx: Transaction, which: SlotRow, seq: int, *, version_4: bool) -> int | None:
    """The text a slot served under a sequence number, or None where it never did."""
    if seq == which.seq:
        row: Row | None = (which.text, which.text_3)
    else:
        row = tx.one(_PAST_GET, which=which.id, at_seq=seq)
    if row is None:
        return None
    text: int | None = row[1] if row[1] is not None and not version_4 else row[0]
    return text


def last_served(tx: Transaction, which: SlotRow, device_id: int) -> tuple[int, str] | None:
    """The sequence number and vCard version a device last got of a slot, or None where nobody knows."""
    row = tx.one(_SERVED, on=device_id, which=which.id)
    return (row[0], row[1]) if row else None


def note_served(tx: Transaction, device: int, which: int, seq: int, version: str) -> None:
    """Remember what a device has of a slot: what it was given, or sent itself."""
    tx.run(
        compiled.UPSERT_SERVED,
        on_device=device,
        in_slot=which,
        at_seq=seq,
        in_version=version,
    )


def _note_left(tx: Transaction, which: SlotRow, card_id: str) -> None:
    """A slot that goes on with another card no longer says what was shown of the former one."""
    if card_id != which.card and not which.own:
        note_said(tx, which.member, which.id, which.card, which.text)


def _keep_past(tx: Transaction, which: SlotRow) -> None:
    """Keep what was served until now; no text where the slot was retired, so that its return is known."""
    was_live = which.gone is None
    tx.run(
        _PAST,
        which=which.id,
        at_seq=which.seq,
        written=which.text if was_live else None,
        written_3=which.text_3 if was_live else None,
        by_act=tx.act,
    )


def _slot(row: Row) -> SlotRow:
    return SlotRow(
        id=row[0],
        book=row[1],
        member=row[2],
        href=row[3],
        uid=row[4],
        card=row[5],
        own=bool(row[6]),
        survivor=row[7],
        seq=row[8],
        text=row[9],
        text_3=row[10],
        content=row[11],
        gone=row[12],
    )
