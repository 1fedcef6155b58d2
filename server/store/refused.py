"""Bodies that a phone sent and that could not be stored, since nobody knows which card they mean.

They have another UID than the card they were sent for, or the UID of a card that
has another name. Their author says what becomes of each: a new card, or nothing.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select, update

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.contacts.card import with_uid_instead
from server.contacts.properties import content_digest
from server.contacts.values import name_of
from server.store.books import Book, find_book, get_book
from server.store.called import CALLED
from server.store.cards import CardRow, cards_with_uid
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.keeping import create_card, random_uid, read_card
from server.store.members import find_member
from server.store.noting_acts import name_of_act, note_act
from server.store.query import Query, bind
from server.store.removed import DAYS
from server.store.schema import act, device, received
from server.store.slots import slot_of_uid
from server.store.texts import octets_of
from server.store.views import refresh

STATUS: Final = 403
_DAY: Final = 24 * 3600 * 1_000_000
_WAITING: Final = Query(
    select(
        received.c.id,
        received.c.book,
        received.c.text,
        received.c.act,
        act.c.at,
        received.c.device,
        CALLED,
    )
    .join(act, act.c.id == received.c.act)
    .join(device, device.c.id == received.c.device, isouter=True)
    .where(
        and_(
            received.c.member == bind("who"),
            received.c.status == STATUS,
            received.c.merged.is_(None),
            act.c.at > bind("since"),
        )
    )
    .order_by(received.c.id.desc())
)
_DONE: Final = Query(
    update(received)
    .where(
        and_(
            received.c.member == bind("who"),
            received.c.status == STATUS,
            received.c.merged.is_(None),
            received.c.text == bind("said"),
        )
    )
    .values(merged=bind("by_act"))
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One body that could not be stored.

    Args:
        act: The act that kept it, and when that was, in UTC microseconds.
        label: The device that sent it; empty where nobody knows it any more.
    """

    id: int
    member: str
    book: int
    text: int
    act: int
    at: int
    device: int | None
    label: str
    name: str


def refused_of(tx: Transaction, member: str) -> tuple[Refused, ...]:
    """What a member's devices sent and could not be stored, each text once, the latest first.

    What says no more than a card of the member's already says is no loss, and not told.
    """
    found: dict[int, Refused] = {}
    for row in tx.all(_WAITING, who=member, since=tx.now - DAYS * _DAY):
        if row[2] in found:
            continue
        sent = read_card(tx, octets_of(tx, row[2]))
        said = content_digest(sent.props)
        if any(
            content_digest(read_card(tx, octets_of(tx, each.text)).props) == said
            for each in _standing(tx, member, sent.uid)
        ):
            continue
        name = name_of(sent.props).formatted.strip() or "A card without a name"
        found[row[2]] = Refused(
            row[0], member, row[1], row[2], row[3], row[4], row[5], row[6] or "", name
        )
    return tuple(found.values())


def add_refused(tx: Transaction, refused: Refused) -> CardRow:
    """Make a body a private card of its author's own, beside whatever it was sent for."""
    book = _book(tx, refused)
    written = read_card(tx, octets_of(tx, refused.text))
    taken = _standing(tx, refused.member, written.uid) or slot_of_uid(tx, book.id, written.uid)
    if taken or not written.uid:
        written = read_card(tx, with_uid_instead(written.card, random_uid(tx)))
    new = create_card(
        tx, book, written, Typing(refused.member), device=refused.device, private=True
    )
    refresh(tx, (new.id,))
    _close(tx, refused, "add")
    return new


def let_refused_go(tx: Transaction, refused: Refused) -> None:
    """Leave everything as it is; the body is not offered again."""
    _close(tx, refused, "let-go")


def _close(tx: Transaction, refused: Refused, choice: str) -> None:
    note_act(tx, "kept", body=name_of_act(tx, refused.act), choice=choice)
    tx.run(_DONE, who=refused.member, said=refused.text, by_act=tx.act)


def _standing(tx: Transaction, member: str, uid: str) -> list[CardRow]:
    rows = cards_with_uid(tx, member, uid) if uid else ()
    return [row for row in rows if row.trashed is None]


def _book(tx: Transaction, refused: Refused) -> Book:
    """The book it was sent to; the household's where that one is gone."""
    member = find_member(tx, refused.member)
    assert member is not None
    here = find_book(tx, refused.member, BOOK_OF_THE_HOUSEHOLD)
    assert here is not None
    sent_to = get_book(tx, refused.book)
    there = find_book(tx, refused.member, sent_to.name)
    return there if there is not None and there.id == refused.book else here
