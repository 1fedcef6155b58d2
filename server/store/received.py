"""A value that a member sends after having been shown it comes from whoever showed it (design rule R6).

Phones send back what they were served: as new cards after "keep on my phone", on
an own card after the phone put two entries together. Such a value confirms
nothing and is shown only as far as its source is; what a member knew before
anybody showed it is their own.
"""

from typing import Final

from sqlalchemy import and_, or_, select

from server.access import Household, sees_value
from server.contacts.properties import Property
from server.contacts.travel import travel_of
from server.store.cards import find_card, values_of
from server.store.database import Transaction
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.schema import card, fact, slot
from server.store.shown import is_noted, said_by
from server.store.statement import Row

_SAYS = and_(fact.c.property == bind("name"), fact.c.norm == bind("key"))
_ELSEWHERE: Final = Query(
    select(fact.c.id).where(and_(_SAYS, fact.c.card != bind("on_card"))).limit(1)
)
_HAD: Final = Query(select(fact.c.id).where(and_(_SAYS, fact.c.source.is_not(None))).limit(1))
_NAME: Final = Query(select(card.c.name_key).where(card.c.id == bind("which")))
_ANYBODY: Final = "*"
_LIKE = or_(bind("like") == _ANYBODY, card.c.name_key == bind("like"))
_OWN = (
    select(fact.c.source)
    .join(card, card.c.id == fact.c.card)
    .where(
        and_(
            _SAYS,
            _LIKE,
            card.c.member == bind("who"),
            card.c.visibility == "shared",  # what others never see must not be noticed by them
            fact.c.visibility == "shared",
        )
    )
)
_KNEW: Final = Query(
    _OWN.where(and_(fact.c.source.is_(None), fact.c.typed_by == bind("who"))).limit(1)
)
_RECEIVED: Final = Query(_OWN.where(fact.c.source.is_not(None)).order_by(fact.c.id).limit(1))
_SHOWN: Final = Query(
    select(
        fact.c.id,
        fact.c.card,
        slot.c.gone.is_(None),
        slot.c.id,
        slot.c.text,
    )
    .join(card, card.c.id == fact.c.card)
    .join(
        slot,
        and_(slot.c.card == fact.c.card, slot.c.member == bind("who"), slot.c.own == 0),
        isouter=True,
    )
    .where(and_(_SAYS, _LIKE, card.c.member != bind("who")))
    .order_by(fact.c.id)
)


def received_from(
    tx: Transaction, member: str, card_id: str, prop: Property, region: str
) -> int | None:
    """The fact that a value sent by a member comes from; None where they knew it themselves."""
    key = {"name": prop.name, "key": prop.norm}
    flow = travel_of(prop.name).flow
    if flow == "stays":
        return None
    if tx.one(_ELSEWHERE, on_card=card_id, **key) is None and tx.one(_HAD, **key) is None:
        return None
    key["like"] = _ANYBODY
    if flow == "fills":  # many are a doctor: a fact is the same one of the same person alone
        name = tx.one(_NAME, which=card_id)
        if name is None or not name[0]:
            return None
        key["like"] = name[0]
    if tx.one(_KNEW, who=member, **key) is not None:
        return None
    own = tx.one(_RECEIVED, who=member, **key)
    if own is not None:
        return int(own[0])
    household = household_of(tx)
    for row in tx.all(_SHOWN, who=member, **key):
        if (
            _is_shown(tx, household, member, row, region)
            or _was_shown(tx, row, prop)
            or is_noted(tx, member, row[0])
        ):
            return int(row[0])
    return None


def _is_shown(tx: Transaction, household: Household, member: str, row: Row, region: str) -> bool:
    """Whether a value is in the member's view now; of a frozen card the former ones are."""
    holder = find_card(tx, row[1])
    if holder is None or row[3] is None or not row[2]:
        return False
    shown = (each for each in values_of(tx, holder, region) if each.fact == row[0])
    return any(sees_value(household, member, each.access) for each in shown)


def _was_shown(tx: Transaction, row: Row, prop: Property) -> bool:
    """Whether any text that the slot ever had says the value: phones remember."""
    return row[3] is not None and (prop.name, prop.norm) in said_by(tx, row[3], row[4])
