"""What a member's view says of people, for paper: from the texts of their slots and nothing else (design rule R1)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select

from server.contacts.card import parse
from server.contacts.properties import Property, properties
from server.store.database import Transaction
from server.store.household import region_of
from server.store.query import Query, bind
from server.store.schema import book, listed, slot, text

_SLOTS: Final = Query(
    select(slot.c.card, listed.c.name, text.c.octets)
    .select_from(
        listed.join(slot, slot.c.id == listed.c.slot)
        .join(book, book.c.id == listed.c.book)
        .join(text, text.c.id == slot.c.text)
    )
    .where(and_(listed.c.member == bind("who"), book.c.gone.is_(None)))
    .order_by(listed.c.place, listed.c.name, listed.c.href)
)


@dataclass(frozen=True, slots=True)
class OnPaper:
    """One person of a view, with the values that are served of them."""

    card: str
    name: str
    props: tuple[Property, ...]


def people_on_paper(
    tx: Transaction, member_id: str, *, only: Collection[str] | None = None
) -> tuple[OnPaper, ...]:
    """The people of a member's view by their names; `people.prepare_list` comes before.

    Args:
        only: The cards of those who are wanted, as lists name them; None for everybody.
    """
    region = region_of(tx)
    return tuple(
        OnPaper(row[0], row[1], properties(parse(row[2]), region=region))
        for row in tx.all(_SLOTS, who=member_id)
        if only is None or row[0] in only
    )
