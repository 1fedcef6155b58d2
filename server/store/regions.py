"""Another region for a household: every number is read anew by its rules."""

from typing import Final

from sqlalchemy import select, update

from server.contacts.properties import property_from
from server.store.cards import all_cards
from server.store.choosing import choose
from server.store.database import Transaction
from server.store.household import region_of
from server.store.query import Query, bind
from server.store.schema import fact
from server.store.views import refresh

_FACTS: Final = Query(select(fact.c.id, fact.c.octets, fact.c.version, fact.c.norm))
_NORM: Final = Query(update(fact).where(fact.c.id == bind("which")).values(norm=bind("key")))


def move_to(tx: Transaction, region: str) -> None:
    """Read numbers without a country code by the rules of another region from now on.

    What was written stays as it is, octet for octet; only what is compared changes.
    """
    if region == region_of(tx):
        return
    tx.new_act(tx.actor)
    choose(tx, "region", region)
    changed = [
        (row[0], norm)
        for row in tx.all(_FACTS)
        if (norm := property_from(row[1], version=row[2], region=region).norm) != row[3]
    ]
    for which, norm in changed:
        tx.run(_NORM, which=which, key=norm)
    refresh(tx, all_cards(tx))
