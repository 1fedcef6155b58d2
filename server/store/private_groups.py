"""A group called "Private" keeps its members' own cards private, from the phone (design rule R10).

It only ever takes away: taking somebody out of the group, or the group's end,
shows nobody anything. That is said on the page or the command line.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import and_, or_, select, update

from server.contacts.values import PRIVATE_WORDS
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.groups import keys_of_uid, slots_named
from server.store.query import Query, bind
from server.store.schema import card, fact
from server.store.slots import surviving

_IN_PRIVATE: Final = Query(
    select(fact.c.id)
    .join(card, card.c.id == fact.c.card)
    .where(
        and_(
            fact.c.property == "MEMBER",
            or_(fact.c.norm == bind("key"), fact.c.norm == bind("bare")),
            fact.c.gone.is_(None),
            card.c.book == bind("in_book"),
            card.c.kind == "group",
            or_(*(card.c.name_key == word for word in sorted(PRIVATE_WORDS))),
            card.c.trashed.is_(None),
        )
    )
    .limit(1)
)
_HIDE: Final = Query(
    update(card)
    .where(and_(card.c.id == bind("which"), card.c.visibility != "private"))
    .values(visibility="private")
)


def is_kept_private(tx: Transaction, row: CardRow) -> bool:
    """Whether a group called "Private" names an own card."""
    key, bare = keys_of_uid(row.uid)
    return tx.one(_IN_PRIVATE, key=key, bare=bare, in_book=row.book) is not None


def keep_private(tx: Transaction, rows: Iterable[CardRow]) -> set[str]:
    """Make the own cards private that such a group names; gives those that were not.

    Args:
        rows: The groups, and the cards, that were written.
    """
    found: set[str] = set()
    for row in rows:
        if row.trashed is not None or not row.household:
            continue
        named: list[str] = []
        if row.kind == "group" and row.name_key in PRIVATE_WORDS:
            named = list(_own_cards(tx, row))
        elif row.kind != "group" and row.access.visibility != "private":
            named = [row.id] if is_kept_private(tx, row) else []
        found.update(each for each in named if tx.run(_HIDE, which=each))
    return found


def _own_cards(tx: Transaction, group: CardRow) -> Iterator[str]:
    for slot in slots_named(tx, group):
        standing = surviving(tx, slot)
        if standing.own:
            yield standing.card
