"""A hold of which single cards are answered: they become a hold of their own, and the others go on waiting."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlalchemy import and_, update

from server.store.database import Transaction
from server.store.query import Query, bind, inserting
from server.store.releasing import Hold
from server.store.schema import hold, hold_card

_BEGIN: Final = inserting(hold, "member", "device", "kind", "act")
_MOVE: Final = Query(
    update(hold_card)
    .where(and_(hold_card.c.hold == bind("of_hold"), hold_card.c.card == bind("which")))
    .values(hold=bind("to"))
)


def split_hold(tx: Transaction, held: Hold, cards: Collection[str]) -> Hold:
    """The part of a hold that is about these cards, on its own; the hold itself where that is all of it."""
    chosen = tuple(each for each in held.cards if each.card in cards)
    if len(chosen) == len(held.cards):
        return held
    part = tx.run(_BEGIN, member=held.member, device=held.device, kind=held.kind, act=held.begun)
    for each in chosen:
        tx.run(_MOVE, of_hold=held.id, which=each.card, to=part)
    return replace(held, id=part, cards=chosen, is_part=True)
