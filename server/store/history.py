"""What happened: acts and what they did, newest first."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select

from server.store.database import Transaction
from server.store.query import Query, bind
from server.store.schema import act, card_version, device, operation, suggestion

_ACTS: Final = Query(
    select(act.c.id, act.c.kind, act.c.member, device.c.label, act.c.at)
    .join(device, device.c.id == act.c.device, isouter=True)
    .order_by(act.c.id.desc())
    .limit(bind("most"))
)
_CARDS: Final = Query(
    select(card_version.c.card, card_version.c.cosmetic)
    .where(card_version.c.act == bind("which"))
    .order_by(card_version.c.card)
)
_OPERATIONS: Final = Query(
    select(operation.c.card, operation.c.kind)
    .where(operation.c.act == bind("which"))
    .order_by(operation.c.id)
)
_SUGGESTED: Final = Query(
    select(suggestion.c.card, suggestion.c.property)
    .where(suggestion.c.act == bind("which"))
    .order_by(suggestion.c.id)
)
_LAST: Final = Query(select(func.max(act.c.id)))
_LAST_CHANGE: Final = Query(
    select(act.c.id)
    .where(and_(act.c.kind != "cycle", act.c.kind != "init"))
    .order_by(act.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act: who did what, when, from where, and which cards it changed."""

    id: int
    kind: str
    member: str | None
    device: str | None
    at: int
    cards: tuple[str, ...]
    operations: tuple[tuple[str, str], ...]
    suggested: tuple[tuple[str, str], ...]


def recent_acts(tx: Transaction, *, most: int) -> tuple[ActRow, ...]:
    """The latest acts, newest first."""
    return tuple(
        ActRow(
            id=row[0],
            kind=row[1],
            member=row[2],
            device=row[3],
            at=row[4],
            cards=tuple(each[0] for each in tx.all(_CARDS, which=row[0]) if not each[1]),
            operations=tuple((each[0], each[1]) for each in tx.all(_OPERATIONS, which=row[0])),
            suggested=tuple((each[0], each[1]) for each in tx.all(_SUGGESTED, which=row[0])),
        )
        for row in tx.all(_ACTS, most=most)
    )


def last_act(tx: Transaction) -> int:
    """The store-wide revision: the id of the latest act; it never leaves the server."""
    row = tx.one(_LAST)
    return int(row[0] or 0) if row else 0


def last_change(tx: Transaction) -> int:
    """The latest act that was no cycle's; 0 before any."""
    row = tx.one(_LAST_CHANGE)
    return int(row[0]) if row else 0
