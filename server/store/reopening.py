"""A further book that was deleted comes back with the first of its cards that does, else nobody would see that card."""

from typing import Final

from sqlalchemy import and_, select, update

from server.store.database import Transaction
from server.store.naming import free_name
from server.store.query import Query, bind
from server.store.schema import book, card

_NAME_LENGTH_MOST: Final = 128
_GONE: Final = Query(
    select(book.c.id, book.c.member, book.c.name)
    .join(card, card.c.book == book.c.id)
    .where(and_(card.c.id == bind("of_card"), book.c.gone.is_not(None)))
)
_NAMES: Final = Query(
    select(book.c.name).where(and_(book.c.member == bind("who"), book.c.gone.is_(None)))
)
_BACK: Final = Query(
    update(book).where(book.c.id == bind("which")).values(gone=None, name=bind("free"))
)


def reopen_book_of(tx: Transaction, card_id: str) -> None:
    """Bring the book of a card back, if it is gone; under another name where its own is taken by now."""
    row = tx.one(_GONE, of_card=card_id)
    if row is not None:
        taken = {each[0] for each in tx.all(_NAMES, who=row[1])}
        tx.run(_BACK, which=row[0], free=free_name(row[2], taken, most=_NAME_LENGTH_MOST))
