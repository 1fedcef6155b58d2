"""Facts: one property value with its history, kept by comparing a card before and after.

What a member changed is found here, on every write; nothing is taken from REV.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, func, select, update

from server.contacts.properties import Change, Property, diff, property_from
from server.store.database import Transaction
from server.store.limits import SHARED, Limits, limit_fact, limits_on
from server.store.query import Query, bind, inserting
from server.store.received import received_from
from server.store.schema import act, device, fact

EDIT_KINDS: Final = frozenset({"late", "put"})
"""Acts by which a member edits a card; to undo one is an edit, too, and travels as one."""

_LIVE: Final = Query(
    select(fact.c.id, fact.c.octets, fact.c.version, fact.c.source)
    .where(and_(fact.c.card == bind("which"), fact.c.gone.is_(None)))
    .order_by(fact.c.id)
)
_INSERT: Final = inserting(
    fact,
    "card",
    "property",
    "norm",
    "octets",
    "version",
    "first",
    "last",
    "typed_by",
    "bulk",
    "source",
    "previous",
)
_REWRITE: Final = Query(
    update(fact)
    .where(fact.c.id == bind("which"))
    .values(octets=bind("content"), version=bind("written_in"))
)
_TOUCH: Final = Query(update(fact).where(fact.c.id == bind("which")).values(last=bind("by_act")))
_edited = fact.alias("edited")
_TAKEN_OFF: Final = Query(
    select(fact.c.property, fact.c.norm)
    .where(fact.c.card == bind("which"))
    .group_by(fact.c.property, fact.c.norm)
    .having(
        and_(
            func.count() == func.count(fact.c.gone),
            func.max(fact.c.id).not_in(
                select(_edited.c.previous).where(
                    and_(_edited.c.card == bind("which"), _edited.c.previous.is_not(None))
                )
            ),
        )
    )
)
_DEVICE: Final = Query(
    select(device.c.label)
    .join(act, act.c.device == device.c.id)
    .join(fact, fact.c.last == act.c.id)
    .where(fact.c.id == bind("which"))
)
_END: Final = Query(
    update(fact)
    .where(fact.c.id == bind("which"))
    .values(gone=bind("by_act"), withheld=bind("is_withheld"))
)


@dataclass(frozen=True, slots=True)
class Typing:
    """How new values came to be.

    Args:
        member: Who typed them, or None where the machine brought them.
        bulk: They came with an import or a first sync; nobody knows when they were typed.
        withheld: Removals stay on this card and do not travel to others.
        replaced: For values the machine puts in the place of others: the fact each one replaces.
        sources: For values that were copied or received: the fact each came from, by (name, match key).
        is_restored: A value that takes another's place is no edit of it, but what stood there before.
    """

    member: str | None
    bulk: bool = False
    withheld: bool = False
    sources: Mapping[tuple[str, str], int] = field(default_factory=dict)
    replaced: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class LiveFact:
    """A value that a card has now."""

    id: int
    prop: Property
    source: int | None


def live_facts(tx: Transaction, card_id: str, region: str) -> list[LiveFact]:
    """The values a card has now, oldest first."""
    return [
        LiveFact(row[0], property_from(bytes(row[1]), version=row[2], region=region), row[3])
        for row in tx.all(_LIVE, which=card_id)
    ]


def taken_off(tx: Transaction, card_id: str) -> frozenset[tuple[str, str]]:
    """What a card said once and says no more, by name and match key, and was not edited into something else."""
    return frozenset((row[0], row[1]) for row in tx.all(_TAKEN_OFF, which=card_id))


def device_of_fact(tx: Transaction, fact_id: int) -> str:
    """The label of the device that a value was last typed on; empty for none."""
    row = tx.one(_DEVICE, which=fact_id)
    return str(row[0]) if row else ""


def record_facts(
    tx: Transaction, card_id: str, after: Sequence[Property], *, typing: Typing, region: str
) -> tuple[Change, ...]:
    """Bring a card's facts up to what it says now; gives the canonical differences."""
    known = live_facts(tx, card_id, region)
    changes = diff(tuple(each.prop for each in known), after)
    _rewrite_cosmetics(tx, known, after, changes)
    unused = list(known)
    limits = limits_on(tx, card_id) if changes else Limits()
    for change in changes:
        old = _take(unused, change.before) if change.before is not None else None
        if change.after is None:
            assert old is not None
            tx.run(_END, which=old.id, by_act=tx.act, is_withheld=int(typing.withheld))
        elif old is not None and _is_same_value(old.prop, change.after):
            tx.run(
                _REWRITE, which=old.id, content=change.after.octets, written_in=change.after.version
            )
            tx.run(_TOUCH, which=old.id, by_act=tx.act)
        else:
            new = _insert(tx, card_id, change.after, old, typing, region=region)
            limit = limits.of_new(change.after, old.id if old is not None else None, changes)
            if limit != SHARED:
                limit_fact(tx, new, limit)
            if old is not None:
                tx.run(_END, which=old.id, by_act=tx.act, is_withheld=0)
    return changes


def _is_same_value(old: Property, new: Property) -> bool:
    """Whether only the label or type changed; a birthday in another year is another value."""
    return (old.norm, old.value) == (new.norm, new.value)


def _rewrite_cosmetics(
    tx: Transaction, known: Sequence[LiveFact], after: Sequence[Property], changes: Sequence[Change]
) -> None:
    """Keep the octets of facts that are only written differently now."""
    changed_to = [change.after for change in changes]
    rest = [prop for prop in after if not _drop(changed_to, prop)]
    for each in known:
        for index, prop in enumerate(rest):
            if prop.canonical == each.prop.canonical:
                if prop.octets != each.prop.octets:
                    tx.run(_REWRITE, which=each.id, content=prop.octets, written_in=prop.version)
                del rest[index]
                break


def _drop(items: list[Property | None], wanted: Property) -> bool:
    """Take one item that is the wanted object off the list."""
    for index, item in enumerate(items):
        if item is wanted:
            del items[index]
            return True
    return False


def _take(unused: list[LiveFact], wanted: Property) -> LiveFact | None:
    """Take the fact that holds a property off the list."""
    for index, each in enumerate(unused):
        if each.prop is wanted or each.prop == wanted:
            return unused.pop(index)
    return None


def _insert(
    tx: Transaction,
    card_id: str,
    prop: Property,
    old: LiveFact | None,
    typing: Typing,
    *,
    region: str,
) -> int:
    """Keep a new value; an edit of a copied value keeps the pointer to its source (R6)."""
    source = typing.sources.get((prop.name, prop.norm))
    if source is None and not typing.is_restored:
        if typing.member is not None:
            source = received_from(tx, typing.member, card_id, prop, region)
        if source is None and old is not None and not typing.sources:
            source = old.source
    return tx.run(
        _INSERT,
        card=card_id,
        property=prop.name,
        norm=prop.norm,
        octets=prop.octets,
        version=prop.version,
        first=tx.act,
        last=tx.act,
        typed_by=typing.member,
        bulk=int(typing.bulk),
        source=source,
        previous=typing.replaced.get((prop.name, prop.norm), old.id if old is not None else None),
    )
