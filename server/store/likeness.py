"""What was said of a person holds for the next card of theirs: after a new phone, an import, a move (R9).

A member's new card that bears the name of another card of theirs, in the trash
or not, and shares a UID, a number or a mail address with it is taken for the
same person: it takes over whom that one is apart from, and links that were undone.
What was said of a card that a member keeps to themselves never shows on one that others see, and
a number or mail address that not all see who see the former card is no likeness (R1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import and_, or_, select

from server.access import card_level, sees_value
from server.contacts.properties import Property
from server.reconcile.linking import question_key
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.history import value_access
from server.store.linking import UNDONE, keep_answer, link_again
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.schema import answer, card, fact, link

_IDENTIFIERS: Final = frozenset({"EMAIL", "TEL"})
_NAMESAKES: Final = Query(
    select(card.c.id, card.c.uid, card.c.trashed, card.c.visibility)
    .where(
        and_(
            card.c.member == bind("who"),
            card.c.name_key == bind("key"),
            card.c.id != bind("new_card"),
        )
    )
    .order_by(card.c.added.desc(), card.c.id)
)
_APART: Final = Query(
    select(link.c.card_a, link.c.card_b, link.c.scope, link.c.evidence, link.c.member)
    .where(
        and_(
            or_(link.c.card_a == bind("which"), link.c.card_b == bind("which")),
            link.c.verdict == "apart",
            link.c.ended.is_(None),
        )
    )
    .order_by(link.c.act, link.c.id)
)
_UNDONE: Final = Query(
    select(answer.c.key).where(
        and_(answer.c.choice == UNDONE, answer.c.key.contains(bind("which"), autoescape=False))
    )
)
_IDENTITY: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.norm).where(
        and_(
            fact.c.card == bind("which"),
            fact.c.gone.is_(None),
            or_(fact.c.property == "EMAIL", fact.c.property == "TEL"),
        )
    )
)


def take_over(tx: Transaction, new: CardRow, props: Sequence[Property]) -> None:
    """Let a new card take over what was said against linking the cards it follows."""
    if not new.household or not new.name_key:
        return
    mine = {(each.name, each.norm) for each in props if each.name in _IDENTIFIERS}
    for which, uid, trashed, visibility in tx.all(
        _NAMESAKES, who=new.member, key=new.name_key, new_card=new.id
    ):
        if visibility != "shared" and new.access.visibility != "private":
            continue  # others would notice what was said of a card that they never see (R1)
        all_theirs = {(row[1], row[2]): row[0] for row in tx.all(_IDENTITY, which=which)}
        if mine.isdisjoint(all_theirs) and uid != new.uid:
            continue
        theirs = _known_to_all(tx, which, all_theirs)
        is_like = bool(mine & theirs)
        if trashed is None:  # two cards at once are one person only where neither knows more
            is_like = is_like and (mine <= theirs or theirs <= mine)
            # What a card says before it is shown may be kept from others when it is (R1).
            is_like = is_like and visibility == new.access.visibility
        if is_like or uid == new.uid:
            _follow(tx, which, new.id)


def _known_to_all(
    tx: Transaction, former: str, facts: Mapping[tuple[str, str], int]
) -> set[tuple[str, str]]:
    """Those of a card's numbers and mail addresses that all see to whom it is shown whole, or was."""
    row, household = find_card(tx, former), household_of(tx)
    assert row is not None
    was = replace(row.access, trashed=False, waiting=False)
    viewers = [each for each in household.ids() if card_level(household, each, was) == "all"]
    values = {key: replace(value_access(tx, which), card=was) for key, which in facts.items()}
    return {
        key
        for key, value in values.items()
        if all(sees_value(household, each, value) for each in viewers)
    }


def _follow(tx: Transaction, former: str, new: str) -> None:
    """What holds of one card holds of another one."""
    for left, right, scope, evidence, member in tx.all(_APART, which=former):
        other = right if left == former else left
        if other != new:
            link_again(tx, (new, other), "apart", scope=scope, evidence=evidence, member=member)
    for (key,) in tx.all(_UNDONE, which=former):
        kind, _, rest = key.partition(":")
        left, right, scope = (*rest.split(":"), "", "")[:3]
        other = right if left == former else left
        if kind == "same" and former in (left, right) and other != new:
            low, high = sorted((new, other))
            keep_answer(tx, question_key(low, high, scope), None, UNDONE)
