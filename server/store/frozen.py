"""A frozen card as it was before: what everybody but its keeper goes on seeing of it (design rule R10).

From the act on that froze it, its changes wait. A fact that came with that act or
later is not there yet, one that went with it or later is there still, and one
that was only labelled anew reads as it did in the text of that time.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select

from server.contacts.card import parse
from server.contacts.properties import Property, properties
from server.store.database import Transaction
from server.store.query import Query, bind
from server.store.schema import card_version, fact
from server.store.statement import Row
from server.store.texts import octets_of

_BEFORE: Final = Query(
    select(
        fact.c.id,
        fact.c.octets,
        fact.c.version,
        fact.c.source,
        fact.c.visibility,
        fact.c.property,
        fact.c.norm,
        fact.c.last,
    )
    .where(
        and_(
            fact.c.card == bind("which"),
            fact.c.first < bind("since"),
            or_(fact.c.gone.is_(None), fact.c.gone >= bind("since")),
        )
    )
    .order_by(fact.c.id)
)
_TEXT: Final = Query(
    select(card_version.c.text)
    .where(and_(card_version.c.card == bind("which"), card_version.c.act < bind("since")))
    .order_by(card_version.c.act.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Former:
    """A value that a card had when it was frozen."""

    fact: int
    octets: bytes
    version: str
    source: int | None
    visibility: str


def text_before(tx: Transaction, card_id: str, act: int) -> int | None:
    """The text that a card had before an act; None where it was not there yet."""
    row = tx.one(_TEXT, which=card_id, since=act)
    return int(row[0]) if row else None


def values_before(tx: Transaction, card_id: str, act: int, region: str) -> tuple[Former, ...]:
    """The values that a card had before an act, oldest first."""
    rows = tx.all(_BEFORE, which=card_id, since=act)
    labelled = [row for row in rows if row[7] >= act]
    text = text_before(tx, card_id, act) if labelled else None
    props = properties(parse(octets_of(tx, text)), region=region) if text is not None else ()
    left = list(props)
    return tuple(_former(row, left if row[7] >= act else []) for row in rows)


def _former(row: Row, left: list[Property]) -> Former:
    """One value; of one that was labelled anew the lines of that time, each taken once."""
    for index, prop in enumerate(left):
        if (prop.name, prop.norm) == (row[5], row[6]):
            del left[index]
            return Former(row[0], prop.octets, prop.version, row[3], row[4])
    return Former(row[0], bytes(row[1]), row[2], row[3], row[4])
