"""Which acts had to do with a card, and what they changed in it, value by value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select, union

from server.access import sees_value
from server.contacts.properties import Property, property_from
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.history import value_access
from server.store.household import region_of
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.schema import (
    card_version,
    claim,
    fact,
    hidden,
    link,
    operation,
    suggestion,
)

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
_VALUES: Final = Query(
    select(
        fact.c.id,
        fact.c.octets,
        fact.c.version,
        fact.c.previous,
        fact.c.first,
        fact.c.gone,
    )
    .where(
        and_(
            fact.c.card == bind("on_card"),
            or_(fact.c.first == bind("which"), fact.c.gone == bind("which")),
        )
    )
    .order_by(fact.c.id)
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that an act changed: None before where it was new, None after where it went."""

    before: Property | None
    after: Property | None


def acts_of_cards(tx: Transaction, cards: Iterable[str]) -> tuple[int, ...]:
    """The acts that had to do with any of these cards, the latest first; never for counting."""
    found = {row[0] for each in cards for row in tx.all(_ACTS, which=each)}
    return tuple(sorted(found, reverse=True))


def changed_by(
    tx: Transaction, act_id: int, card_id: str, viewer: str | None
) -> tuple[Changed, ...]:
    """What an act changed in a card, as far as the viewer sees the values, those before and after."""
    region, household = region_of(tx), household_of(tx)
    row = find_card(tx, card_id)
    keeps = viewer is None or (row is not None and row.member == viewer)
    made: dict[int, Property] = {}
    ended: dict[int, Property] = {}
    before: dict[int, int] = {}
    for each in tx.all(_VALUES, on_card=card_id, which=act_id):
        if not keeps and not sees_value(household, viewer or "", value_access(tx, each[0])):
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
