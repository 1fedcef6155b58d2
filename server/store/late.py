"""Bodies that came too late: refused with 412 and kept, merged by the next cycle as their member's edits.

What was changed is the difference to the text that the body's ETag names; it is
put on whatever stands for the person by now. What somebody changed differently
meanwhile is not touched: it is kept as a collision, which its member decides.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select, update

from server.contacts.card import parse
from server.contacts.properties import Change, Property, diff, properties
from server.contacts.travel import travel_of
from server.store.bases import base_text
from server.store.believing import sight_of
from server.store.books import get_book, seq_named
from server.store.cards import find_card
from server.store.database import Actor, Database, Transaction
from server.store.devices import Device
from server.store.edits import bring_back, own_card_instead, suggest_all, typed_anew
from server.store.facts import Typing, taken_off
from server.store.group_edits import believed_changes
from server.store.household import region_of
from server.store.keeping import (
    Written,
    change_card,
    create_card,
    random_uid,
    read_card,
    restore_card,
    with_given_uid,
)
from server.store.meeting import Meeting
from server.store.noting_acts import name_of_act, note_act, note_nothing
from server.store.overlays import COLLIDED, put_on, suggest
from server.store.query import Query, bind
from server.store.render import own_content
from server.store.schema import book, device, fact, member, received
from server.store.slots import (
    SlotRow,
    find_slot,
    insert_own,
    slot_at,
    slot_of_uid,
    surviving,
)
from server.store.statement import Row
from server.store.texts import octets_of
from server.store.views import refresh

_PENDING: Final = Query(
    select(received.c.id, received.c.member, received.c.device)
    .join(member, and_(member.c.id == received.c.member, member.c.gone.is_(None)))
    .join(book, and_(book.c.id == received.c.book, book.c.gone.is_(None)))
    .where(and_(received.c.status == 412, received.c.merged.is_(None)))
    .order_by(received.c.act, received.c.id)
)
_BODY: Final = (
    select(
        received.c.id,
        received.c.book,
        received.c.href,
        received.c.slot,
        received.c.etag,
        received.c.text,
        received.c.act,
        received.c.merged,
        device.c.id,
        device.c.member,
        device.c.label,
        device.c.read_only,
        device.c.speaks_4,
        member.c.role,
        device.c.user_agent,
    )
    .join(device, device.c.id == received.c.device)
    .join(member, member.c.id == received.c.member)
)
_BY_ID: Final = Query(_BODY.where(received.c.id == bind("which")))
_BY_ACT: Final = Query(_BODY.where(received.c.act == bind("in_act")))
_SAME: Final = Query(
    select(received.c.id).where(
        and_(
            received.c.id != bind("which"),
            received.c.book == bind("in_book"),
            received.c.href == bind("name"),
            received.c.etag == bind("tag"),
            received.c.text == bind("content"),
            received.c.status == 412,
            received.c.merged.is_not(None),
        )
    )
)
_MERGED: Final = Query(
    update(received)
    .where(received.c.id == bind("which"))
    .values(merged=bind("by_act"), slot=bind("in_slot"))
)
_REMOVED: Final = Query(
    select(fact.c.id).where(
        and_(
            fact.c.card == bind("of_card"),
            fact.c.property == bind("name"),
            fact.c.norm == bind("key"),
            fact.c.first > bind("since"),
            fact.c.gone.is_not(None),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Body:
    """One body that came too late."""

    id: int
    book: int
    href: str
    slot: int | None
    etag: str
    text: int
    act: int
    merged: int | None
    device: Device


def has_late(tx: Transaction) -> bool:
    """Whether any body that came too late waits."""
    return tx.one(_PENDING) is not None


def merge_late(db: Database) -> int:
    """Merge every body that came too late, each in a transaction of its own; gives how many there were."""
    with db.read() as tx:
        waiting = tx.all(_PENDING)
    for body_id, author, device_id in waiting:
        with db.write(Actor("late", author, device_id)) as tx:
            body = find_body(tx, body_id)
            if body is not None and body.merged is None:
                merge_body(tx, body)
    return len(waiting)


def merge_body(tx: Transaction, body: Body) -> None:
    """Merge one body that came too late and waits."""
    slot_id = _merge(tx, body)
    (note_act if tx.has_acted else note_nothing)(tx, "late", body=name_of_act(tx, body.act))
    act = tx.act if tx.has_acted else body.act
    tx.run(_MERGED, which=body.id, by_act=act, in_slot=slot_id)


def find_body(tx: Transaction, body_id: int) -> Body | None:
    """One kept body, or None once it was let go."""
    row = tx.one(_BY_ID, which=body_id)
    return _body(row) if row else None


def body_of_act(tx: Transaction, act: int) -> Body | None:
    """The kept body that an act took."""
    row = tx.one(_BY_ACT, in_act=act)
    return _body(row) if row else None


def meeting_of(
    tx: Transaction, body: Body, addressed: SlotRow, standing: SlotRow, written: Written
) -> Meeting:
    """A late body beside what stands for its person now.

    Where nobody knows what the device had, what the card lacks was added, and
    nothing was removed; of values there can be only one of, a different one is
    a change.
    """
    region = region_of(tx)
    seq = seq_named(get_book(tx, addressed.book), body.etag)
    octets = base_text(tx, addressed, body.device, seq) if seq is not None else None
    base = parse(octets) if octets is not None else None
    version = (base or written.card).version
    shown = standing.text_3 if version != "4.0" and standing.text_3 else standing.text
    current = properties(parse(octets_of(tx, shown)), region=region)
    if base is None:
        added = _additions(diff(current, written.props))
        return Meeting(None, current, typed_anew(tx, addressed, added))
    before = properties(base, region=region)
    changes = sight_of(tx, body.device).judge(before, written.props).believed
    row = find_card(tx, standing.card) if standing.own else None
    if row is not None:
        changes = believed_changes(
            tx, addressed, row, written, changes, device=body.device, seq=seq
        )
    return Meeting(before, current, changes, taken_off(tx, row.id) if row else frozenset())


def put_late(
    tx: Transaction,
    standing: SlotRow,
    changes: tuple[Change, ...],
    typing: Typing,
    on: int | None,
    *,
    beside: tuple[Property, ...] = (),
) -> None:
    """Put a member's late changes where they belong: on their own card, or as suggestions on another's.

    Args:
        on: The device they were typed on, if any.
        beside: What was left as it was beside them.
    """
    if not standing.own:
        suggest_all(tx, standing, changes)
        refresh(tx, (standing.card,))
        return
    row = find_card(tx, standing.card)
    assert row is not None
    current = octets_of(tx, row.text)
    octets = put_on(current, changes, region_of(tx), beside=beside)
    if octets != current:
        change_card(tx, row, read_card(tx, octets), typing, device=on)
        refresh(tx, (row.id,))


def _merge(tx: Transaction, body: Body) -> int | None:
    """Merge one body; gives the slot that it was an edit of."""
    same = tx.one(
        _SAME,
        which=body.id,
        in_book=body.book,
        name=body.href,
        tag=body.etag,
        content=body.text,
    )
    if same is not None:  # a client that sends a refused body again has typed nothing new
        return body.slot
    written = read_card(tx, octets_of(tx, body.text))
    addressed = _addressed(tx, body, written)
    if addressed is None:
        return _own_card(tx, body, written)
    standing = _standing(tx, body, addressed, written)
    if standing is None:
        return addressed.id
    meeting = meeting_of(tx, body, addressed, standing, written)
    typed = [each for each in meeting.changes if not _is_removed(tx, body, standing, each)]
    changes, collided = meeting.settled(typed, region_of(tx))
    if changes:
        typing = Typing(standing.member, withheld=meeting.before is None)
        put_late(tx, standing, changes, typing, body.device.id, beside=meeting.kept)
    for each in collided:
        suggest(tx, standing.member, standing.card, each, state=COLLIDED)
    return addressed.id


def _addressed(tx: Transaction, body: Body, written: Written) -> SlotRow | None:
    """The slot that a body was meant for: a body with another UID is about somebody else."""
    slot = find_slot(tx, body.slot) if body.slot is not None else slot_at(tx, body.book, body.href)
    if slot is not None and written.uid in ("", slot.uid):
        return slot
    return slot_of_uid(tx, body.book, written.uid) if written.uid else None


def _standing(tx: Transaction, body: Body, addressed: SlotRow, written: Written) -> SlotRow | None:
    """What stands for the person now; None where the body became a card of its own (see `writes`)."""
    standing = surviving(tx, addressed)
    if standing.gone is None:
        return standing
    twin = slot_of_uid(tx, addressed.book, addressed.uid)
    if twin is not None and twin.gone is None:
        return twin
    row = find_card(tx, addressed.card)
    assert row is not None
    if addressed.own:
        restore_card(tx, row.id)
        bring_back(tx, addressed)
    elif row.trashed is not None or not bring_back(tx, addressed):
        where = get_book(tx, addressed.book)
        seq = seq_named(where, body.etag)
        own_card_instead(tx, where, addressed, written, device=body.device, seq=seq)
        return None
    now = find_slot(tx, addressed.id)
    assert now is not None
    return surviving(tx, now)


def _own_card(tx: Transaction, body: Body, written: Written) -> int:
    """A body that is about nobody known here becomes a private card of its author."""
    if not written.uid:
        written = with_given_uid(tx, written, random_uid(tx))
    where = get_book(tx, body.book)
    typing = Typing(where.member)
    row = create_card(tx, where, written, typing, device=body.device.id, private=True)
    taken = slot_at(tx, where.id, body.href) is not None
    slot_id = insert_own(tx, row, own_content(tx, row), "" if taken else body.href)
    refresh(tx, (row.id,))
    return slot_id


def _additions(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """What can be believed of a difference to a text that the device perhaps never had."""
    found: list[Change] = []
    for each in changes:
        before, after = each.before, each.after
        if after is None:
            continue
        if before is None or travel_of(after.name).single:
            found.append(each)
        elif before.norm != after.norm:
            found.append(Change(None, after))
    return tuple(found)


def _is_removed(tx: Transaction, body: Body, standing: SlotRow, change: Change) -> bool:
    """Whether a value came to an own card by another way since, and was taken off it again."""
    after = change.after
    if after is None or not standing.own:
        return False
    key = {"name": after.name, "key": after.norm}
    return tx.one(_REMOVED, of_card=standing.card, since=body.act, **key) is not None


def _body(row: Row) -> Body:
    typed_on = Device(row[8], row[9], row[10], bool(row[11]), bool(row[12]), row[13], row[14])
    return Body(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], typed_on)
