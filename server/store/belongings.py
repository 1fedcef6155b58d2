"""Everything that is a member's, to take along: cards, trash, late texts, what they saw of *ours*, what they suggested."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.store.books import find_book, list_books, load_all
from server.store.cards import AS_BROUGHT, claims_of, owner_said
from server.store.database import Transaction
from server.store.household import region_of
from server.store.members import get_member
from server.store.overlays import suggestions_by
from server.store.query import Query, bind
from server.store.schema import card, received
from server.store.slots import find_slot
from server.store.texts import octets_of
from server.store.views import visible_person

_CARDS: Final = Query(
    select(card.c.text)
    .where(and_(card.c.book == bind("of_book"), card.c.trashed.is_(None)))
    .order_by(card.c.added, AS_BROUGHT)
)
_TRASH: Final = Query(
    select(card.c.text)
    .where(and_(card.c.member == bind("who"), card.c.trashed.is_not(None)))
    .order_by(card.c.added, AS_BROUGHT)
)
_LATE: Final = Query(
    select(received.c.text)
    .where(and_(received.c.member == bind("who"), received.c.merged.is_(None)))
    .order_by(received.c.id)
)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a member takes along.

    Args:
        books: Each book's name with its cards, whole, groups included.
        ours: Cards of others, as last served, of persons that are *ours*; none for a child.
        late: Texts that came too late and were never merged.
        suggested: One line for each suggestion: state, property, before and after.
    """

    books: tuple[tuple[str, tuple[bytes, ...]], ...]
    trash: tuple[bytes, ...]
    ours: tuple[bytes, ...]
    late: tuple[bytes, ...]
    suggested: tuple[str, ...]


def belongings_of(tx: Transaction, member_id: str) -> Belongings:
    """Everything that is a member's.

    Raises:
        NotFound: There is no such member.
    """
    role = get_member(tx, member_id).role
    return Belongings(
        books=tuple(
            (each.name, tuple(octets_of(tx, row[0]) for row in tx.all(_CARDS, of_book=each.id)))
            for each in list_books(tx, member_id)
        ),
        trash=tuple(octets_of(tx, row[0]) for row in tx.all(_TRASH, who=member_id)),
        ours=() if role == "child" else _ours(tx, member_id),
        late=tuple(octets_of(tx, row[0]) for row in tx.all(_LATE, who=member_id)),
        suggested=_suggested(tx, member_id),
    )


def _ours(tx: Transaction, member_id: str) -> tuple[bytes, ...]:
    """What the member sees of others' cards of persons that are ours."""
    book = find_book(tx, member_id, BOOK_OF_THE_HOUSEHOLD)
    assert book is not None
    found = []
    for entry in list(load_all(tx, book, version_4=True)):
        slot = find_slot(tx, entry.slot)
        if slot is None or slot.own:
            continue
        person = visible_person(tx, member_id, slot.card)
        cards = person.cards if person is not None else ()
        if owner_said(claim for each in cards for claim in claims_of(tx, each)) == "":
            found.append(entry.octets)
    return tuple(found)


def _suggested(tx: Transaction, member_id: str) -> tuple[str, ...]:
    region = region_of(tx)
    lines = []
    for each in suggestions_by(tx, member_id):
        change = each.change(region)
        before = change.before.shown if change.before is not None else "(nothing)"
        after = change.after.shown if change.after is not None else "(nothing)"
        lines.append(f"{each.state}: {each.property}: {before} -> {after}")
    return tuple(lines)
