"""What a member kept of a deleted card goes when that card comes back, and its entry shows that one again.

Whoever had typed on a card that its keeper deleted keeps the text as a private
card (R4). Once the deletion is undone both would be there.
"""

import json
from collections.abc import Collection
from typing import Final

from sqlalchemy import and_, select

from server.access import card_level
from server.saying import N_
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.keeping import trash_card
from server.store.linking import link_again
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.reverting import Stay
from server.store.schema import act, card_version, fact
from server.store.slots import resource, slots_of_card
from server.store.views import hide, is_hidden

_EVIDENCE: Final = json.dumps([N_("one person before a card was deleted")])
_source = fact.alias("source")
_SOURCES: Final = Query(
    select(_source.c.card)
    .join(fact, fact.c.source == _source.c.id)
    .where(and_(fact.c.card == bind("which"), fact.c.first == bind("by_act")))
    .distinct()
    .order_by(_source.c.card)
)
_BY_HAND_SINCE: Final = Query(
    select(card_version.c.act)
    .join(act, act.c.id == card_version.c.act)
    .where(
        and_(
            card_version.c.card == bind("which"),
            card_version.c.act > bind("by_act"),
            card_version.c.cosmetic == 0,
            act.c.member.is_not(None),
        )
    )
)


def is_edited_since(tx: Transaction, card_id: str, act_id: int) -> bool:
    """Whether a member worked on a card after an act."""
    return tx.one(_BY_HAND_SINCE, which=card_id, by_act=act_id) is not None


def give_back(
    tx: Transaction, kept: CardRow, old: int, back: Collection[str]
) -> tuple[bool, tuple[Stay, ...]]:
    """Put away what a member kept of a card that is back now; whether it did, and what stays.

    What they edited since stays, as one person with the card that is back; whom
    they deleted meanwhile stays deleted for them.

    Args:
        kept: The card that came to be by an act, which is being undone.
        old: The act.
        back: The cards that are back.
    """
    source = _source_of(tx, kept, old, back)
    if source is None:
        return False, ()
    if kept.trashed is not None:
        hide(tx, kept.member, source.id)
        return True, ()
    if is_edited_since(tx, kept.id, old):
        sees = card_level(household_of(tx), source.member, kept.access) == "all"
        scope = "" if sees else kept.member
        pair = (kept.id, source.id)
        link_again(tx, pair, "same", scope=scope, evidence=_EVIDENCE, member=None)
        return False, (Stay(kept.id, ""),)
    trash_card(tx, kept.id)
    for slot in slots_of_card(tx, kept.id):
        resource(tx, slot, source.id)
    return True, ()


def _source_of(tx: Transaction, kept: CardRow, old: int, back: Collection[str]) -> CardRow | None:
    """The card of somebody else that a kept one was made from, if its member sees it again."""
    household = household_of(tx)
    for (card_id,) in tx.all(_SOURCES, which=kept.id, by_act=old):
        row = find_card(tx, card_id)
        if row is None or row.id not in back or not row.household:
            continue
        if is_hidden(tx, kept.member, card_id):
            continue
        if card_level(household, kept.member, row.access) == "all":
            return row
    return None
