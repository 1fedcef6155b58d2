"""Two programs that fight over one card: each writes it in its own way whenever the other has.

Who says the same for the fourth time, after somebody or something else has
written it otherwise each time, is answered and not followed. Whatever a member
types is something new, and ends it.
"""

import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, func, select

from server.contacts.card import parse
from server.contacts.properties import content_digest, properties
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.devices import Device
from server.store.household import region_of
from server.store.keeping import Written
from server.store.query import Query, bind
from server.store.schema import act, card_version, received
from server.store.slots import SlotRow
from server.store.texts import octets_of

TIMES_MOST: Final = 3
"""How often a device may say the same again before it is not followed any more."""
_VERSIONS_MOST: Final = 24
_BODIES_MOST: Final = 1_000

_VERSIONS: Final = Query(
    select(card_version.c.text, act.c.device)
    .join(act, act.c.id == card_version.c.act)
    .where(card_version.c.card == bind("which"))
    .order_by(card_version.c.act.desc())
    .limit(_VERSIONS_MOST)
)
_BODIES: Final = Query(  # there is no index on these; whoever fights has sent something lately
    select(received.c.text, received.c.act)
    .where(
        and_(
            received.c.id > select(func.max(received.c.id) - _BODIES_MOST).scalar_subquery(),
            received.c.slot == bind("at_slot"),
            received.c.device == bind("on"),
            received.c.status == bind("answered"),
        )
    )
    .order_by(received.c.id.desc())
    .limit(TIMES_MOST)
)
_STORED: Final = Query(
    select(card_version.c.act)
    .join(act, act.c.id == card_version.c.act)
    .where(
        and_(
            card_version.c.card == bind("which"),
            card_version.c.act > bind("since"),
            act.c.device == bind("on"),
        )
    )
)

_log = logging.getLogger(__name__)


def is_fight(tx: Transaction, slot: SlotRow, row: CardRow, sent: Written, device: Device) -> bool:
    """Whether a device writes the same again on an own card that others keep writing otherwise."""
    if "group" in (row.kind, sent.kind):
        return False
    mine: list[int] = []
    is_answered = False
    for text, wrote in tx.all(_VERSIONS, which=row.id):
        if wrote != device.id:
            is_answered = True
        elif is_answered:
            mine.append(int(text))
            is_answered = False
        else:
            mine.clear()
            break
        if len(mine) == TIMES_MOST:
            break
    return _are_the_same(tx, mine, sent, device, row.id) or repeats_itself(tx, slot, sent, device)


def repeats_itself(tx: Transaction, slot: SlotRow, sent: Written, device: Device) -> bool:
    """Whether a device has sent just the same again and again, and it was merged each time and not stored."""
    rows = tx.all(_BODIES, at_slot=slot.id, on=device.id, answered=204)
    if len(rows) < TIMES_MOST or tx.one(_STORED, which=slot.card, on=device.id, since=rows[0][1]):
        return False
    return _are_the_same(tx, [int(row[0]) for row in rows], sent, device, slot.card)


def _are_the_same(
    tx: Transaction, texts: Sequence[int], said: Written, device: Device, card_id: str
) -> bool:
    if len(texts) < TIMES_MOST:
        return False
    digest, region = content_digest(said.props), region_of(tx)
    for text in texts:
        if content_digest(properties(parse(octets_of(tx, text)), region=region)) != digest:
            return False
    _log.info("device %d writes card %s in its own way again and again", device.id, card_id)
    return True
