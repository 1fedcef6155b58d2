"""What happened: acts and what they did, newest first."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, or_, select

from server.access import ValueAccess
from server.store.cards import find_card, sources_of
from server.store.database import Transaction
from server.store.limits import named_for
from server.store.query import Query, bind
from server.store.schema import (
    act,
    answer,
    card,
    card_version,
    cycle,
    device,
    fact,
    hidden,
    link,
    operation,
    suggestion,
)
from server.store.statement import Row

_later = act.alias("later")
_SELECT = (
    select(
        act.c.id,
        act.c.kind,
        act.c.member,
        device.c.label,
        act.c.at,
        act.c.undoes,
        _later.c.id,
        cycle.c.kind,
    )
    .join(device, device.c.id == act.c.device, isouter=True)
    .join(_later, _later.c.undoes == act.c.id, isouter=True)
    .join(cycle, cycle.c.act == act.c.id, isouter=True)
)
_ACTS: Final = Query(_SELECT.order_by(act.c.id.desc()).limit(bind("most")))
_ACT: Final = Query(_SELECT.where(act.c.id == bind("which")))
_CARDS: Final = Query(
    select(card_version.c.card, card_version.c.cosmetic)
    .where(card_version.c.act == bind("which"))
    .order_by(card_version.c.card)
)
_OPERATIONS: Final = Query(
    select(operation.c.card, operation.c.kind, operation.c.fact_before, operation.c.fact_after)
    .where(and_(operation.c.act == bind("which"), operation.c.kind != "undo"))
    .order_by(operation.c.id)
)
_SUGGESTED: Final = Query(
    select(suggestion.c.card, suggestion.c.property, suggestion.c.author)
    .where(suggestion.c.act == bind("which"))
    .order_by(suggestion.c.id)
)
_HELD: Final = Query(
    select(suggestion.c.card).where(
        and_(suggestion.c.act == bind("which"), suggestion.c.held.is_not(None))
    )
)
_CLOSED: Final = Query(
    select(suggestion.c.card, suggestion.c.state, suggestion.c.author, suggestion.c.property)
    .where(suggestion.c.closed == bind("which"))
    .order_by(suggestion.c.id)
)
_LINKS: Final = Query(
    select(link.c.card_a, link.c.card_b, link.c.verdict, link.c.scope)
    .where(link.c.act == bind("which"))
    .order_by(link.c.id)
)
_ADDED: Final = Query(select(card.c.id).where(card.c.added == bind("which")).order_by(card.c.id))
_DELETED: Final = Query(
    select(card.c.id)
    .where(card.c.trashed == bind("which"))
    .union(select(hidden.c.card).where(hidden.c.act == bind("which")))
)
_ANSWERED: Final = Query(
    select(answer.c.choice).where(answer.c.act == bind("which")).order_by(answer.c.key)
)
_VALUES: Final = Query(
    select(fact.c.id)
    .where(
        and_(
            fact.c.card == bind("on_card"),
            or_(
                fact.c.first == bind("which"),
                fact.c.last == bind("which"),
                fact.c.gone == bind("which"),
            ),
        )
    )
    .order_by(fact.c.id)
)
_FACT: Final = Query(
    select(fact.c.card, fact.c.property, fact.c.visibility, fact.c.source).where(
        fact.c.id == bind("which")
    )
)
_LAST: Final = Query(select(func.max(act.c.id)))
_LAST_TIME: Final = Query(select(func.max(act.c.at)))
_LAST_CHANGE: Final = Query(
    select(act.c.id)
    .where(and_(act.c.kind != "cycle", act.c.kind != "late", act.c.kind != "init"))
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
    undoes: int | None = None
    undone: int | None = None
    """The act that undid it."""
    cycle: str = ""
    """The kind of the cycle, where it was one that changed something."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """What one act did besides changing cards, for sentences about it."""

    links: tuple[tuple[str, str, str, str], ...]
    """Two cards, verdict, scope."""
    operations: tuple[tuple[str, str, int | None, int | None], ...]
    """Card, kind, the value before and after."""
    suggested: tuple[tuple[str, str, str], ...]
    """Card, property, author."""
    held: frozenset[str]
    """Cards whose suggestions wait for their author's word."""
    closed: tuple[tuple[str, str, str, str], ...]
    """Card, state, author, property of the suggestions that it ended."""
    added: frozenset[str]
    deleted: frozenset[str]
    choices: tuple[str, ...]


def recent_acts(tx: Transaction, *, most: int) -> tuple[ActRow, ...]:
    """The latest acts, newest first."""
    return tuple(_act_row(tx, row) for row in tx.all(_ACTS, most=most))


def find_act(tx: Transaction, act_id: int) -> ActRow | None:
    """One act, or None."""
    row = tx.one(_ACT, which=act_id)
    return _act_row(tx, row) if row else None


def _act_row(tx: Transaction, row: Row) -> ActRow:
    return ActRow(
        id=row[0],
        kind=row[1],
        member=row[2],
        device=row[3],
        at=row[4],
        cards=tuple(each[0] for each in tx.all(_CARDS, which=row[0]) if not each[1]),
        operations=tuple((each[0], each[1]) for each in tx.all(_OPERATIONS, which=row[0])),
        suggested=tuple((each[0], each[1]) for each in tx.all(_SUGGESTED, which=row[0])),
        undoes=row[5],
        undone=row[6],
        cycle=row[7] or "",
    )


def deeds_of(tx: Transaction, act_id: int) -> Deeds:
    """What one act did besides changing cards."""
    return Deeds(
        links=tuple((row[0], row[1], row[2], row[3]) for row in tx.all(_LINKS, which=act_id)),
        operations=tuple(
            (row[0], row[1], row[2], row[3]) for row in tx.all(_OPERATIONS, which=act_id)
        ),
        suggested=tuple((row[0], row[1], row[2]) for row in tx.all(_SUGGESTED, which=act_id)),
        held=frozenset(row[0] for row in tx.all(_HELD, which=act_id)),
        closed=tuple((row[0], row[1], row[2], row[3]) for row in tx.all(_CLOSED, which=act_id)),
        added=frozenset(row[0] for row in tx.all(_ADDED, which=act_id)),
        deleted=frozenset(row[0] for row in tx.all(_DELETED, which=act_id)),
        choices=tuple(row[0] for row in tx.all(_ANSWERED, which=act_id)),
    )


def values_changed(tx: Transaction, act_id: int, card_id: str) -> tuple[int, ...]:
    """The values of a card that an act brought, rewrote or ended."""
    return tuple(row[0] for row in tx.all(_VALUES, which=act_id, on_card=card_id))


def value_access(tx: Transaction, fact_id: int) -> ValueAccess:
    """What policy needs to know of a value, gone or not."""
    row = tx.one(_FACT, which=fact_id)
    assert row is not None
    holder = find_card(tx, row[0])
    assert holder is not None
    named = named_for(tx, fact_id, row[2])
    return ValueAccess(holder.access, row[1], row[2], sources_of(tx, row[3]), named)


def last_act(tx: Transaction) -> int:
    """The store-wide revision: the id of the latest act; it never leaves the server."""
    row = tx.one(_LAST)
    return int(row[0] or 0) if row else 0


def last_time(tx: Transaction) -> int:
    """When the latest act was, in UTC microseconds; 0 before any."""
    row = tx.one(_LAST_TIME)
    return int(row[0]) if row and row[0] else 0


def last_change(tx: Transaction) -> int:
    """The latest act that was no cycle's, merging late bodies included; 0 before any."""
    row = tx.one(_LAST_CHANGE)
    return int(row[0]) if row else 0
