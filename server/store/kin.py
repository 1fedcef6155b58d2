"""What a cycle reads where few cards changed: these, and all that can play a part in bringing them together."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import or_, select

from server.access import Household
from server.reconcile.linking import News
from server.reconcile.snapshot import Link, Verdict
from server.store.database import Transaction
from server.store.household import always_asks, region_of
from server.store.me_cards import me_cards
from server.store.members import household_of
from server.store.query import Query, among
from server.store.schema import link, view
from server.store.snapshots import snapshot_of

_LINKS: Final = Query(
    select(link.c.card_a, link.c.card_b, link.c.verdict, link.c.scope, link.c.member)
    .where(link.c.ended.is_(None))
    .where(or_(link.c.card_a.in_(among("cards")), link.c.card_b.in_(among("cards"))))
)
_EPOCHS: Final = Query(select(view.c.epoch).order_by(view.c.book))


@dataclass(frozen=True, slots=True)
class Frame:
    """What concerns all cards at once; while it is the same, each card tells by itself what it became."""

    household: Household
    me: Mapping[str, str]
    region: str
    always_asks: bool
    epochs: tuple[str, ...]
    """Only a restore changes them."""


def frame_of(tx: Transaction) -> Frame:
    """What concerns all cards at once, now."""
    epochs = tuple(row[0] for row in tx.all(_EPOCHS))
    return Frame(household_of(tx), me_cards(tx), region_of(tx), always_asks(tx), epochs)


def news_of(tx: Transaction, ids: Collection[str]) -> News:
    """What became of some cards, as a snapshot of all cards would have them."""
    present = snapshot_of(tx, only=ids).cards
    gone = frozenset(ids) - {each.id for each in present}
    links = tuple(
        Link(row[0], row[1], cast("Verdict", row[2]), row[3], machine=row[4] is None)
        for row in tx.all(_LINKS, cards=json.dumps(sorted(ids)))
    )
    return News(present, gone, links)
