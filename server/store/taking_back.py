"""Making private takes back what the machine had brought to others' cards (design rule R7).

Only what nobody edited or confirmed since; a value that was replaced by it
comes back, so that nothing its member typed is lost.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import and_, delete, exists, or_, select, update

from server.access import is_meant_for
from server.contacts.properties import Change, Property, property_from
from server.store.cards import CardRow, find_card, sources_of
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.overlays import put_on
from server.store.query import Query, bind
from server.store.schema import base, confirmation, fact, operation
from server.store.statement import Row
from server.store.texts import octets_of

TAKEN_BACK: Final = "taken-back"
"""What becomes of the operation that brought a value: it may be done once more."""

_copy = fact.alias("copy")
_COPY = select(
    _copy.c.id,
    _copy.c.card,
    _copy.c.octets,
    _copy.c.version,
    _copy.c.previous,
    _copy.c.source,
    and_(
        _copy.c.gone.is_(None),
        _copy.c.typed_by.is_(None),
        ~exists().where(confirmation.c.fact == _copy.c.id),
    ),
).order_by(_copy.c.id)
_COPIES: Final = Query(
    _COPY.join(fact, fact.c.id == _copy.c.source).where(
        and_(fact.c.card == bind("which"), or_(bind("whole") == 1, fact.c.visibility != "shared"))
    )
)
_COPIES_OF: Final = Query(_COPY.where(_copy.c.source == bind("origin")))
_PREVIOUS: Final = Query(select(fact.c.previous).where(fact.c.id == bind("which")))
_FORGET: Final = Query(
    delete(base).where(or_(base.c.fact_a == bind("which"), base.c.fact_b == bind("which")))
)
_TAKEN: Final = Query(
    update(operation)
    .where(and_(operation.c.origin == bind("origin"), operation.c.card == bind("from_card")))
    .values(kind=TAKEN_BACK)
)
_FORMER: Final = Query(
    select(fact.c.octets, fact.c.version, fact.c.typed_by, fact.c.bulk, fact.c.source).where(
        fact.c.id == bind("which")
    )
)


def take_back(tx: Transaction, cards: Iterable[CardRow]) -> set[str]:
    """Take what is not meant for their keepers any more out of others' cards; gives the cards that changed."""
    changed: set[str] = set()
    for limited in cards:
        whole = int(limited.access.visibility != "shared")
        for copy in _all_copies(tx, tx.all(_COPIES, which=limited.id, whole=whole)):
            holder = find_card(tx, copy[1])
            if not copy[6] or holder is None or holder.member == limited.member:
                continue
            if not all(is_meant_for(holder.member, each) for each in sources_of(tx, copy[5])):
                _remove(tx, holder, copy)
                _forget(tx, holder, copy)
                changed.add(holder.id)
    return changed


def _forget(tx: Transaction, holder: CardRow, copy: Row) -> None:
    """What a copy stood for is agreed no more, and it may come again where it is shown again."""
    tx.run(_TAKEN, origin=copy[5], from_card=holder.id)
    which: int | None = copy[0]
    while which is not None:
        tx.run(_FORGET, which=which)
        row = tx.one(_PREVIOUS, which=which)
        which = row[0] if row else None


def _all_copies(tx: Transaction, first: Iterable[Row]) -> list[Row]:
    """Copies, and the copies that were made of them on further cards."""
    found: dict[int, Row] = {}
    todo = list(first)
    while todo:
        copy = todo.pop(0)
        if copy[0] not in found:
            found[copy[0]] = copy
            todo.extend(tx.all(_COPIES_OF, origin=copy[0]))
    return list(found.values())


def _remove(tx: Transaction, holder: CardRow, copy: Row) -> None:
    """Take one copied value off a card, and bring back what it had replaced."""
    region = region_of(tx)
    brought = property_from(bytes(copy[2]), version=copy[3], region=region)
    former, typing = _former(tx, copy[4], region)
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
