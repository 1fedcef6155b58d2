"""What happened: acts and what they did, newest first."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Column, Select, and_, func, or_, select

from server.access import ValueAccess
from server.store.called import CALLED
from server.store.cards import find_card, sources_of
from server.store.database import Transaction
from server.store.limits import named_for
from server.store.query import Query, among, bind
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
        CALLED,
    )
    .join(device, device.c.id == act.c.device, isouter=True)
    .join(_later, _later.c.undoes == act.c.id, isouter=True)
    .join(cycle, cycle.c.act == act.c.id, isouter=True)
)


def _both(statement: Select[Any], *cards: Column[Any], order: Column[Any]) -> tuple[Query, Query]:
    """What an act did to all cards, and what it did to those that are listed."""
    whole = statement.order_by(order)
    return Query(whole), Query(whole.where(or_(*(each.in_(among("about")) for each in cards))))


_ACTS: Final = Query(_SELECT.order_by(act.c.id.desc()).limit(bind("most")))
_ACT: Final = Query(_SELECT.where(act.c.id == bind("which")))
_CARDS: Final = _both(
    select(card_version.c.card).where(
        and_(card_version.c.act == bind("which"), card_version.c.cosmetic == 0)
    ),
    card_version.c.card,
    order=card_version.c.card,
)
_OPERATIONS: Final = _both(
    select(operation.c.card, operation.c.kind).where(
        and_(operation.c.act == bind("which"), operation.c.kind != "undo")
    ),
    operation.c.card,
    order=operation.c.id,
)
_STEPS: Final = _both(
    select(operation.c.kind, func.count())
    .where(and_(operation.c.act == bind("which"), operation.c.kind != "undo"))
    .group_by(operation.c.kind),
    operation.c.card,
    order=operation.c.kind,
)
_SUGGESTED: Final = _both(
    select(suggestion.c.card, suggestion.c.property, suggestion.c.author).where(
        suggestion.c.act == bind("which")
    ),
    suggestion.c.card,
    order=suggestion.c.id,
)
_HELD: Final = Query(
    select(suggestion.c.card).where(
        and_(suggestion.c.act == bind("which"), suggestion.c.held.is_not(None))
    )
)
_CLOSED: Final = _both(
    select(suggestion.c.card, suggestion.c.state, suggestion.c.author, suggestion.c.property).where(
        suggestion.c.closed == bind("which")
    ),
    suggestion.c.card,
    order=suggestion.c.id,
)
_LINKS: Final = _both(
    select(link.c.card_a, link.c.card_b, link.c.verdict, link.c.scope).where(
        link.c.act == bind("which")
    ),
    link.c.card_a,
    link.c.card_b,
    order=link.c.id,
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
_LAST_TIME: Final = Query(
    select(func.max(act.c.at)).where(or_(bind("who") == "", act.c.member == bind("who")))
)
_UNTIL: Final = Query(select(func.max(act.c.id)).where(act.c.at <= bind("at")))
_LAST_CHANGE: Final = Query(
    select(act.c.id)
    .where(and_(act.c.kind != "cycle", act.c.kind != "late", act.c.kind != "init"))
    .order_by(act.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act: who did what, when and from where."""

    id: int
    kind: str
    member: str | None
    device: str | None
    at: int
    undoes: int | None = None
    undone: int | None = None
    """The act that undid it."""
    cycle: str = ""
    """The kind of the cycle, where it was one that changed something."""
    called: str = ""
    """What its member calls the device."""


class Deeds:
    """What one act did, read as far as somebody asks: a cycle can have done ten thousand things.

    Args:
        about: Only what it did to these cards; empty for everything.
    """

    def __init__(self, tx: Transaction, act_id: int, about: Collection[str] = ()) -> None:
        self._tx = tx
        self._which = act_id
        self._about = frozenset(about)

    def cards(self) -> Iterator[str]:
        """The cards that it changed in more than how they are written, one by one."""
        return (row[0] for row in self._each(_CARDS))

    @cached_property
    def links(self) -> tuple[tuple[str, str, str, str], ...]:
        """Two cards, verdict, scope."""
        return tuple((row[0], row[1], row[2], row[3]) for row in self._each(_LINKS))

    @cached_property
    def operations(self) -> tuple[tuple[str, str], ...]:
        """Card and kind of its steps."""
        return tuple((row[0], row[1]) for row in self._each(_OPERATIONS))

    @cached_property
    def steps(self) -> Mapping[str, int]:
        """How many steps there were of each kind."""
        return {row[0]: row[1] for row in self._each(_STEPS)}

    @cached_property
    def suggested(self) -> tuple[tuple[str, str, str], ...]:
        """Card, property, author."""
        return tuple((row[0], row[1], row[2]) for row in self._each(_SUGGESTED))

    @cached_property
    def held(self) -> frozenset[str]:
        """Cards whose suggestions wait for their author's word."""
        return frozenset(row[0] for row in self._tx.all(_HELD, which=self._which))

    @cached_property
    def closed(self) -> tuple[tuple[str, str, str, str], ...]:
        """Card, state, author, property of the suggestions that it ended."""
        return tuple((row[0], row[1], row[2], row[3]) for row in self._each(_CLOSED))

    @cached_property
    def added(self) -> frozenset[str]:
        """The cards that came with it."""
        return frozenset(row[0] for row in self._tx.all(_ADDED, which=self._which))

    @cached_property
    def deleted(self) -> frozenset[str]:
        """The cards that it put into the trash or out of a view."""
        found = frozenset(row[0] for row in self._tx.all(_DELETED, which=self._which))
        return found & self._about if self._about else found

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """What was answered."""
        return tuple(row[0] for row in self._tx.all(_ANSWERED, which=self._which))

    def _each(self, queries: tuple[Query, Query]) -> Iterator[Row]:
        whole, some = queries
        if not self._about:
            return self._tx.each(whole, which=self._which)
        return self._tx.each(some, which=self._which, about=json.dumps(sorted(self._about)))


def recent_acts(tx: Transaction, *, most: int) -> tuple[ActRow, ...]:
    """The latest acts, newest first."""
    return tuple(_act_row(row) for row in tx.all(_ACTS, most=most))


def find_act(tx: Transaction, act_id: int) -> ActRow | None:
    """One act, or None."""
    row = tx.one(_ACT, which=act_id)
    return _act_row(row) if row else None


def _act_row(row: Row) -> ActRow:
    return ActRow(
        id=row[0],
        kind=row[1],
        member=row[2],
        device=row[3],
        at=row[4],
        undoes=row[5],
        undone=row[6],
        cycle=row[7] or "",
        called=row[8] or "",
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


def act_until(tx: Transaction, at: int) -> int:
    """The latest act that was not later than a time; 0 before any."""
    row = tx.one(_UNTIL, at=at)
    return int(row[0] or 0) if row else 0


def last_time(tx: Transaction, member: str = "") -> int:
    """When the latest act was, or the latest of one member, in UTC microseconds; 0 before any."""
    row = tx.one(_LAST_TIME, who=member)
    return int(row[0]) if row and row[0] else 0


def last_change(tx: Transaction) -> int:
    """The latest act that was no cycle's, merging late bodies included; 0 before any."""
    row = tx.one(_LAST_CHANGE)
    return int(row[0]) if row else 0
