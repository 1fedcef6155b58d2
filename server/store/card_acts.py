"""Which acts had to do with a card, and what they changed in it, value by value."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from sqlalchemy import and_, exists, func, or_, select, union

from server.access import sees_source, sees_value
from server.contacts.properties import Property, property_from
from server.store.cards import find_card, sources_of
from server.store.database import Transaction
from server.store.history import ActRow, find_act, value_access
from server.store.household import region_of
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.schema import (
    act,
    card,
    card_version,
    claim,
    device,
    fact,
    hidden,
    link,
    operation,
    suggestion,
)
from server.store.taking_back import TAKEN_BACK

_AT_ONCE: Final = 200
_NEWEST: Final = 2**62

_ACTS: Final = Query(
    union(
        select(card_version.c.act).where(
            and_(card_version.c.card == bind("which"), card_version.c.cosmetic == 0)
        ),
        select(operation.c.act).where(operation.c.card == bind("which")),
        select(suggestion.c.act).where(suggestion.c.card == bind("which")),
        select(suggestion.c.closed).where(
            and_(suggestion.c.card == bind("which"), suggestion.c.closed.is_not(None))
        ),
        select(link.c.act).where(
            or_(link.c.card_a == bind("which"), link.c.card_b == bind("which"))
        ),
        select(claim.c.act).where(claim.c.card == bind("which")),
        select(hidden.c.act).where(hidden.c.card == bind("which")),
    )
)
_TOLD_TO_ALL: Final = ("put", "import", "late", "cycle", "decide", "delete", "undo")
"""Kinds of acts of which others than who did them may be told what they did to cards."""

_TOLD_IN_ANY_CASE: Final = ("leave", "reset")

_whose = func.coalesce(act.c.undoes, act.c.id)
_TOUCHED: Final = or_(
    exists().where(and_(card_version.c.act == _whose, card_version.c.cosmetic == 0)),
    exists().where(operation.c.act == _whose),
    exists().where(suggestion.c.act == _whose),
    exists().where(suggestion.c.closed == _whose),
    exists().where(link.c.act == _whose),
    exists().where(card.c.trashed == _whose),
)
"""Whether an act, or the one that it undid, left a trace; behind a fence: one that the reader may see."""

_BELOW: Final = Query(
    select(act.c.id)
    .join(device, device.c.id == act.c.device, isouter=True)
    .where(
        and_(
            act.c.id < bind("below"),
            or_(
                act.c.member == bind("viewer"),
                and_(or_(*(act.c.kind == each for each in _TOLD_TO_ALL)), _TOUCHED),
                or_(*(act.c.kind == each for each in _TOLD_IN_ANY_CASE)),
            ),
            or_(bind("who") == "", act.c.member == bind("who")),
            or_(bind("on_device") == "", device.c.label == bind("on_device")),
            or_(
                bind("automatic") == "",
                and_(bind("automatic") == "yes", act.c.member.is_(None)),
                and_(bind("automatic") == "no", act.c.member.is_not(None)),
            ),
        )
    )
    .order_by(act.c.id.desc())
    .limit(_AT_ONCE)
)
_VALUES: Final = Query(
    select(
        fact.c.id,
        fact.c.octets,
        fact.c.version,
        fact.c.previous,
        fact.c.first,
        fact.c.gone,
        fact.c.typed_by,
        fact.c.source,
    )
    .where(
        and_(
            fact.c.card == bind("on_card"),
            or_(fact.c.first == bind("which"), fact.c.gone == bind("which")),
        )
    )
    .order_by(fact.c.id)
)


_TAKEN_BACK: Final = Query(
    select(operation.c.card, operation.c.fact_before, fact.c.id, fact.c.typed_by, fact.c.source)
    .join(fact, fact.c.id == operation.c.fact_after)
    .where(and_(operation.c.act == bind("which"), operation.c.kind == TAKEN_BACK))
    .order_by(operation.c.id)
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that an act changed: None before where it was new, None after where it went."""

    before: Property | None
    after: Property | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which acts are looked for; what is empty does not matter.

    Attributes:
        automatic: `yes`, `no` or empty.
    """

    member: str = ""
    device: str = ""
    automatic: str = ""
    cards: tuple[str, ...] = ()

    def fits(self, found: ActRow) -> bool:
        """Whether an act is looked for, its cards apart."""
        return (
            self.member in ("", found.member)
            and self.device in ("", found.device)
            and self.automatic in ("", "yes" if found.member is None else "no")
        )


def acts_of_cards(tx: Transaction, cards: Iterable[str]) -> tuple[int, ...]:
    """The acts that had to do with any of these cards, the latest first; never for counting."""
    found = {row[0] for each in cards for row in tx.all(_ACTS, which=each)}
    return tuple(sorted(found, reverse=True))


def acts_for(
    tx: Transaction, viewer: str, which: Which, below: int | None = None
) -> Iterator[ActRow]:
    """The acts that somebody may be told of, the latest first, one by one.

    Args:
        below: Only those before this act.
    """
    last = below or _NEWEST
    if which.cards:
        ids: Iterable[int] = (each for each in acts_of_cards(tx, which.cards) if each < last)
        for act_id in ids:
            found = find_act(tx, act_id)
            if found is not None and which.fits(found):
                yield found
        return
    while True:
        rows = tx.all(
            _BELOW,
            below=last,
            viewer=viewer,
            who=which.member,
            on_device=which.device,
            automatic=which.automatic,
        )
        for (act_id,) in rows:
            found = find_act(tx, act_id)
            assert found is not None
            yield found
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0]


def may_know(tx: Transaction, keeper: str, typed_by: str | None, source: int | None) -> bool:
    """Whether a keeper may be told of a value of their card, gone or not (R7).

    What the machine brought from a card that shows it to them no more was taken back from them.
    """
    if typed_by is not None or source is None:
        return True
    household = household_of(tx)
    return all(sees_source(household, keeper, each) for each in sources_of(tx, source))


def changed_by(
    tx: Transaction, act_id: int, card_id: str, viewer: str | None
) -> tuple[Changed, ...]:
    """What an act changed in a card, as far as the viewer sees the values, those before and after."""
    region, is_told = region_of(tx), _telling(tx, viewer, card_id)
    made: dict[int, Property] = {}
    ended: dict[int, Property] = {}
    before: dict[int, int] = {}
    for each in tx.all(_VALUES, on_card=card_id, which=act_id):
        if not is_told(each[0], each[6], each[7]):
            continue
        prop = property_from(bytes(each[1]), version=each[2], region=region)
        if each[4] == act_id and each[5] != act_id:
            made[each[0]] = prop
            if each[3] is not None:
                before[each[0]] = each[3]
        elif each[5] == act_id and each[4] != act_id:
            ended[each[0]] = prop
    found = [Changed(ended.pop(before.get(which, 0), None), prop) for which, prop in made.items()]
    return (*found, *(Changed(prop, None) for prop in ended.values()))


def taken_back_of(
    tx: Transaction, act_id: int, viewer: str | None, about: Collection[str] = ()
) -> Counter[str]:
    """How many values an act brought that were taken back since, by kind of step, as far as the viewer sees them.

    Args:
        about: Only on these cards; empty for all.
    """
    found = Counter[str]()
    telling = cache(partial(_telling, tx, viewer))
    for card_id, before, which, typed_by, source in tx.all(_TAKEN_BACK, which=act_id):
        if about and card_id not in about:
            continue
        if telling(card_id)(which, typed_by, source):
            found["add" if before is None else "replace"] += 1
    return found


def _telling(
    tx: Transaction, viewer: str | None, card_id: str
) -> Callable[[int, str | None, int | None], bool]:
    """Whether the viewer is told of a value of a card: by its id, who typed it, and where it is from."""
    if viewer is None:
        return lambda *_: True
    row, household = find_card(tx, card_id), household_of(tx)

    def is_told(fact_id: int, typed_by: str | None, source: int | None) -> bool:
        if row is not None and row.member == viewer:
            return may_know(tx, viewer, typed_by, source)
        return sees_value(household, viewer, value_access(tx, fact_id))

    return is_told
