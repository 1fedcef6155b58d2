"""What a member was shown of others' values: what they send of it is no word of their own (design rule R6).

The texts of the slots that a card stands in say it, those served long ago too: phones remember.
Where they cannot say it, it is noted: of a slot that goes on with another card, and of values that
only private cards of the member's own kept out of sight (R1).
"""

from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.dialects.sqlite import insert

from server.contacts.card import parse
from server.contacts.properties import properties
from server.contacts.travel import travel_of
from server.store.database import Transaction
from server.store.household import region_of
from server.store.query import Query, bind
from server.store.schema import fact, shown_value, slot_past
from server.store.texts import octets_of

_NOTE: Final = Query(
    insert(shown_value).values(member=bind("who"), fact=bind("which")).on_conflict_do_nothing()
)
_NOTED: Final = Query(
    select(shown_value.c.fact).where(
        and_(shown_value.c.member == bind("who"), shown_value.c.fact == bind("which"))
    )
)
_TEXTS: Final = Query(
    select(slot_past.c.text)
    .where(and_(slot_past.c.slot == bind("which"), slot_past.c.text.is_not(None)))
    .distinct()
)
_FACTS: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.norm).where(fact.c.card == bind("which"))
)


def note_shown(tx: Transaction, member: str, fact_id: int) -> None:
    """Remember that a value counts as shown to a member."""
    tx.run(_NOTE, who=member, which=fact_id)


def is_noted(tx: Transaction, member: str, fact_id: int) -> bool:
    """Whether it was noted that a value counts as shown to a member."""
    return tx.one(_NOTED, who=member, which=fact_id) is not None


def said_by(tx: Transaction, slot_id: int, text: int | None) -> set[tuple[str, str]]:
    """The names and match keys of all values that a slot ever served; `text` is what it serves now."""
    region = region_of(tx)
    texts = {each[0] for each in tx.all(_TEXTS, which=slot_id)} | ({text} if text else set())
    return {
        (each.name, each.norm)
        for which in texts
        for each in properties(parse(octets_of(tx, which)), region=region)
    }


def sent_back(
    tx: Transaction, slot_id: int, card_id: str, text: int | None
) -> set[tuple[str, str]]:
    """What a slot ever served of somebody else's card: where nobody knows what a device had, it had that."""
    held = {(name, norm) for _, name, norm in tx.all(_FACTS, which=card_id)}
    return held & said_by(tx, slot_id, text)


def note_said(tx: Transaction, member: str, slot_id: int, card_id: str, text: int | None) -> None:
    """Remember what a slot served of a card that it is not made from any more."""
    said = said_by(tx, slot_id, text)
    for which, name, norm in tx.all(_FACTS, which=card_id):
        if (name, norm) in said and travel_of(name).flow != "stays":
            note_shown(tx, member, which)
