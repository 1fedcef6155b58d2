"""Making private takes back what the machine had brought to others' cards (design rule R7).

Only what nobody edited or confirmed since; a value that was replaced by it
comes back, so that nothing its member typed is lost.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import and_, exists, select

from server.contacts.properties import Change, Property, property_from
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.overlays import put_on
from server.store.query import Query, bind
from server.store.schema import confirmation, fact
from server.store.statement import Row
from server.store.texts import octets_of

_copy = fact.alias("copy")
_COPIES: Final = Query(
    select(_copy.c.card, _copy.c.octets, _copy.c.version, _copy.c.previous)
    .join(fact, fact.c.id == _copy.c.source)
    .where(
        and_(
            fact.c.card == bind("which"),
            _copy.c.gone.is_(None),
            _copy.c.typed_by.is_(None),
            ~exists().where(confirmation.c.fact == _copy.c.id),
        )
    )
    .order_by(_copy.c.id)
)
_FORMER: Final = Query(
    select(fact.c.octets, fact.c.version, fact.c.typed_by, fact.c.bulk, fact.c.source).where(
        fact.c.id == bind("which")
    )
)


def take_back(tx: Transaction, cards: Iterable[CardRow]) -> set[str]:
    """Take the values of private cards out of others' cards; gives the cards that changed."""
    changed: set[str] = set()
    for private in cards:
        if private.access.visibility != "private":
            continue
        for copy in tx.all(_COPIES, which=private.id):
            holder = find_card(tx, copy[0])
            if holder is not None and holder.member != private.member:
                _remove(tx, holder, copy)
                changed.add(holder.id)
    return changed


def _remove(tx: Transaction, holder: CardRow, copy: Row) -> None:
    """Take one copied value off a card, and bring back what it had replaced."""
    region = region_of(tx)
    brought = property_from(bytes(copy[1]), version=copy[2], region=region)
    former, typing = _former(tx, copy[3], region)
    text = octets_of(tx, holder.text)
    octets = put_on(text, (Change(brought, former),), region)
    if octets != text:
        change_card(tx, holder, read_card(tx, octets), typing, device=None)


def _former(tx: Transaction, fact_id: int | None, region: str) -> tuple[Property | None, Typing]:
    """The value that stood there before the machine replaced it, if a member had sent it."""
    row = tx.one(_FORMER, which=fact_id) if fact_id is not None else None
    if row is None or row[2] is None:
        return None, Typing(None, withheld=True)
    former = property_from(bytes(row[0]), version=row[1], region=region)
    sources = {(former.name, former.norm): row[4]} if row[4] is not None else {}
    typing = Typing(row[2], bulk=bool(row[3]), withheld=True, sources=sources, is_restored=True)
    return former, typing
