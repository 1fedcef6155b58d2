"""Two programs that fight over one card: each writes it in its own way whenever the other has.

Who says the same for the fourth time, after somebody or something else has
written it otherwise each time, is answered and not followed. Whatever a member
types is something new, and ends it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from server.contacts.card import parse
from server.contacts.properties import content_digest, properties
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.devices import Device
from server.store.household import region_of
from server.store.keeping import Written
from server.store.query import Query, bind
from server.store.schema import act, card_version, received, slot
from server.store.slots import SlotRow
from server.store.texts import octets_of

TIMES_MOST: Final = 3
"""How often a device may say the same again before it is not followed any more."""
_MERGED: Final = 204
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

_ANYBODY: Final = "*"


def _of(member: ColumnElement[str | None]) -> ColumnElement[bool]:
    return or_(bind("who") == _ANYBODY, member == bind("who"))


_SINCE: Final = 30 * 24 * 3600 * 1_000_000
_WRITERS: Final = Query(  # a fight takes each writer as often as that
    select(card_version.c.card, act.c.device)
    .join(act, act.c.id == card_version.c.act)
    .where(and_(act.c.device.is_not(None), act.c.at > bind("since"), _of(act.c.member)))
    .group_by(card_version.c.card, act.c.device)
    .having(func.count() >= TIMES_MOST)
    .order_by(card_version.c.card, act.c.device)
)
_SENDERS: Final = Query(
    select(received.c.slot, received.c.device, slot.c.card)
    .join(slot, slot.c.id == received.c.slot)
    .join(act, act.c.id == received.c.act)
    .where(and_(received.c.status == _MERGED, act.c.at > bind("since"), _of(received.c.member)))
    .group_by(received.c.slot, received.c.device, slot.c.card)
    .having(func.count() >= TIMES_MOST)
    .order_by(slot.c.card, received.c.device)
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fight:
    """A device that is not followed on a card, since it says the same again and again."""

    card: str
    device: int


def standing_fights(tx: Transaction, member: str | None = None) -> tuple[Fight, ...]:
    """Where the next same word of a device would not be followed, of the last thirty days.

    Args:
        member: Whose devices are looked at, and no others (R1); None for all.
    """
    given: dict[str, int | str] = {"since": tx.now - _SINCE, "who": member or _ANYBODY}
    found = [
        Fight(card, device)
        for card, device in tx.all(_WRITERS, **given)
        if not _is_group(tx, card) and _alike(tx, _answered(tx, card, device))
    ]
    for slot_id, device, card in tx.all(_SENDERS, **given):
        if _alike(tx, _repeated(tx, slot_id, device, card)):
            found.append(Fight(card, device))
    return tuple(dict.fromkeys(found))


def is_fight(tx: Transaction, slot: SlotRow, row: CardRow, sent: Written, device: Device) -> bool:
    """Whether a device writes the same again on an own card that others keep writing otherwise."""
    if "group" in (row.kind, sent.kind):
        return False
    mine = _answered(tx, row.id, device.id)
    return _is_the_same(tx, mine, sent, device, row.id) or repeats_itself(tx, slot, sent, device)


def repeats_itself(tx: Transaction, slot: SlotRow, sent: Written, device: Device) -> bool:
    """Whether a device has sent just the same again and again, and it was merged each time and not stored."""
    texts = _repeated(tx, slot.id, device.id, slot.card)
    return _is_the_same(tx, texts, sent, device, slot.card)


def _is_group(tx: Transaction, card_id: str) -> bool:
    row = find_card(tx, card_id)
    return row is None or row.kind == "group"


def _answered(tx: Transaction, card_id: str, device: int) -> list[int]:
    """The latest texts that a device wrote on a card and that others wrote otherwise, each time."""
    mine: list[int] = []
    is_answered = False
    for text, wrote in tx.all(_VERSIONS, which=card_id):
        if wrote != device:
            is_answered = True
        elif is_answered:
            mine.append(int(text))
            is_answered = False
        else:
            return []
        if len(mine) == TIMES_MOST:
            break
    return mine


def _repeated(tx: Transaction, slot_id: int, device: int, card_id: str) -> list[int]:
    """The latest texts that a device sent and that were merged, with nothing of it stored since."""
    rows = tx.all(_BODIES, at_slot=slot_id, on=device, answered=_MERGED)
    if len(rows) < TIMES_MOST or tx.one(_STORED, which=card_id, on=device, since=rows[0][1]):
        return []
    return [int(row[0]) for row in rows]


def _is_the_same(
    tx: Transaction, texts: Sequence[int], said: Written, device: Device, card_id: str
) -> bool:
    if not _alike(tx, texts, content_digest(said.props)):
        return False
    _log.info("device %d writes card %s in its own way again and again", device.id, card_id)
    return True


def _alike(tx: Transaction, texts: Sequence[int], digest: bytes | None = None) -> bool:
    """Whether as many texts as a fight takes say the same, and what is wanted where something is."""
    if len(texts) < TIMES_MOST:
        return False
    region = region_of(tx)
    said = {content_digest(properties(parse(octets_of(tx, e)), region=region)) for e in texts}
    return len(said | ({digest} if digest is not None else set())) == 1
