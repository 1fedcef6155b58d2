"""Cards typed on a page: own ones merged like every edit, others' kept as suggestions, new ones added once."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import and_, select

from server.contacts.card import parse, replace_properties, with_uid
from server.contacts.properties import Change, Property, diff, properties
from server.errors import NotFound
from server.store.bases import seq_of_text
from server.store.books import Book, etag, find_book, get_book
from server.store.cards import CardRow, find_card
from server.store.database import Actor, Transaction
from server.store.edits import suggest_all
from server.store.facts import Typing
from server.store.household import region_of
from server.store.journal import Record
from server.store.keeping import create_card, read_card
from server.store.meeting import Meeting
from server.store.noting_acts import TYPED
from server.store.own_edits import merge_typed
from server.store.query import Query, bind, inserting
from server.store.render import own_content
from server.store.schema import received
from server.store.slots import SlotRow, insert_own, slot_of_uid, slots_of_card
from server.store.texts import digest_of, keep, kept, kept_as, octets_of
from server.store.views import refresh

_TYPED_IN: Final = "put"  # it is an edit like any other
_TAKEN: Final = Query(
    select(received.c.id).where(
        and_(
            received.c.slot == bind("which"),
            received.c.text == bind("said"),
            received.c.device.is_(None),
        )
    )
)
_RECEIVE: Final = inserting(
    received, "member", "book", "href", "slot", "etag", "status", "text", "act", "merged"
)


def live_slot(tx: Transaction, member: str, card_id: str) -> SlotRow | None:
    """The entry of a member's view that is made from a card, their own first; None where there is none."""
    live = (each for each in slots_of_card(tx, card_id, member) if each.gone is None)
    return min(live, key=lambda each: (not each.own, each.id), default=None)


def put_typed(
    tx: Transaction, slot: SlotRow, *, had: bytes, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """Bring what was typed to where it belongs; gives what met another edit, and then nothing is done.

    Args:
        had: What the page was made from, which `changes` are of.
    """
    row = find_card(tx, slot.card)
    assert row is not None
    region = region_of(tx)
    before = parse(had)
    written = read_card(tx, replace_properties(before, changes, region=region))
    if had != octets_of(tx, slot.text) and _was_taken(tx, slot, written.octets):
        return ()
    props = properties(before, region=region)
    steps = _steps(props, written.props, changes)
    changes = _by_steps(steps, props, written.props) or changes  # as a restore reads them, too
    if slot.own:
        collided = merge_typed(tx, row, written, had=had, changes=changes)
    else:
        collided = _suggested(tx, slot, props, changes)
    if not collided and tx.has_acted:
        _keep(tx, slot, had, written.octets)
        _note(tx, slot, row, had=had, wanted=written.octets, steps=steps)
    return collided


def add_typed(tx: Transaction, book: Book, octets: bytes, *, once: str) -> str:
    """Add a card to a book, and give its id; a second time the same one.

    Args:
        once: What the form of the card is known by.
    """
    name = hashlib.blake2b(f"{book.member} {once}".encode(), digest_size=16).digest()
    uid = str(uuid.UUID(bytes=name, version=4))
    known = slot_of_uid(tx, book.id, uid)
    if known is not None:
        return known.card
    return _added(tx, book, with_uid(parse(octets), uid))


def typed_again(tx: Transaction, record: Record) -> None:
    """Do once more what was typed on a page.

    Raises:
        NotFound: The card or book that it is about is not here.
    """
    words: dict[str, str] = json.loads(record.note)
    tx.actor = Actor(_TYPED_IN, record.member)
    slot = live_slot(tx, record.member, words["card"])
    book = find_book(tx, record.member, record.book)
    if slot is None and (record.base or book is None):
        raise NotFound("The card that was typed on is not here.")
    if slot is None or not record.base:
        if slot is None and book is not None:
            _added(tx, book, record.body)
        return
    text = kept_as(tx, record.base)
    had = octets_of(tx, text) if text is not None else b""
    changes = _changes(tx, had, record.body, words["steps"]) if had else ()
    if not had or put_typed(tx, slot, had=had, changes=changes):
        now = octets_of(tx, slot.text)
        more = _changes(tx, now, record.body, "")
        put_typed(tx, slot, had=now, changes=tuple(e for e in more if e.after is not None))


def _was_taken(tx: Transaction, slot: SlotRow, wanted: bytes) -> bool:
    """Whether the same was taken before: what is merged line by line would be there twice."""
    text = kept(tx, wanted)
    return text is not None and tx.one(_TAKEN, which=slot.id, said=text) is not None


def _keep(tx: Transaction, slot: SlotRow, had: bytes, wanted: bytes) -> None:
    """Keep what was typed, by which it is known again."""
    seq = seq_of_text(tx, slot, digest_of(had))
    tx.run(
        _RECEIVE,
        member=slot.member,
        book=slot.book,
        href=slot.href,
        slot=slot.id,
        etag=etag(get_book(tx, slot.book), seq) if seq is not None else "",
        status=204,
        text=keep(tx, wanted),
        act=tx.act,
        merged=tx.act,
    )


def _steps(before: Sequence[Property], after: Sequence[Property], changes: Iterable[Change]) -> str:
    """Which property became which, by their places, as the journal keeps it; empty where that cannot be said."""
    left, right = ([each.canonical for each in side] for side in (before, after))
    try:
        steps = [
            [
                left.index(each.before.canonical) if each.before is not None else -1,
                right.index(each.after.canonical) if each.after is not None else -1,
            ]
            for each in changes
        ]
    except ValueError:
        return ""
    return json.dumps(steps)


def _changes(tx: Transaction, had: bytes, wanted: bytes, steps: str) -> tuple[Change, ...]:
    """What leads from one text to another, by the steps that the journal has; else as it can be seen."""
    region = region_of(tx)
    left, right = (properties(parse(each), region=region) for each in (had, wanted))
    return _by_steps(steps, left, right) or diff(left, right)


def _by_steps(
    steps: str, before: Sequence[Property], after: Sequence[Property]
) -> tuple[Change, ...]:
    return tuple(
        Change(before[i] if i >= 0 else None, after[j] if j >= 0 else None)
        for i, j in json.loads(steps or "[]")
    )


def _suggested(
    tx: Transaction, slot: SlotRow, before: tuple[Property, ...], typed: tuple[Change, ...]
) -> tuple[Change, ...]:
    region = region_of(tx)
    now = properties(parse(octets_of(tx, slot.text)), region=region)
    changes, collided = Meeting(before, now, typed).settled(typed, region)
    if not collided and changes:
        suggest_all(tx, slot, changes)
    return collided


def _added(tx: Transaction, book: Book, octets: bytes) -> str:
    written = read_card(tx, octets)
    row = create_card(tx, book, written, Typing(book.member), device=None)
    insert_own(tx, row, own_content(tx, row))
    refresh(tx, (row.id,))
    slot = live_slot(tx, book.member, row.id)
    assert slot is not None
    _note(tx, slot, row, had=b"", wanted=octets, steps="")
    return row.id


def _note(
    tx: Transaction, slot: SlotRow, row: CardRow, *, had: bytes, wanted: bytes, steps: str
) -> None:
    """Note what was typed in the journal: a restore does it again."""
    book = get_book(tx, slot.book)
    tx.records.append(
        Record(
            TYPED,
            tx.act,
            tx.now,
            member=slot.member,
            book=book.name,
            own=slot.own,
            keeper=row.member,
            uid=row.uid,
            base=digest_of(had) if had else "",
            note=json.dumps({"card": row.id, "steps": steps}),
            body=wanted,
        )
    )
