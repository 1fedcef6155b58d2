"""What was said of two cards and holds: listed for whoever keeps one of them, and taken back one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select

from server.access import card_level, may_answer
from server.errors import NotFound, UsageError
from server.reconcile.linking import question_key
from server.store.asking import ask_again
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.linking import REOPENED, end_link, keep_answer, link_cards
from server.store.members import get_member, household_of
from server.store.noting_acts import RETHINK, note_act
from server.store.query import Query, bind
from server.store.schema import act, card, link
from server.store.statement import Row
from server.store.views import refresh

_left, _right = card.alias("left_card"), card.alias("right_card")
_LINKS = (
    select(
        link.c.id,
        link.c.card_a,
        link.c.card_b,
        link.c.verdict,
        link.c.scope,
        link.c.member,
        act.c.at,
        link.c.evidence,
    )
    .join(act, act.c.id == link.c.act)
    .join(_left, _left.c.id == link.c.card_a)
    .join(_right, _right.c.id == link.c.card_b)
    .where(
        and_(
            link.c.ended.is_(None),
            or_(link.c.scope == "", link.c.scope == bind("who")),
            or_(_left.c.member == bind("who"), _right.c.member == bind("who")),
            _left.c.trashed.is_(None),
            _right.c.trashed.is_(None),
        )
    )
)
_STANDING: Final = Query(
    _LINKS.where(
        or_(
            bind("after") == "",
            link.c.act < bind("last_act"),
            and_(link.c.act == bind("last_act"), link.c.id < bind("after")),
        )
    ).order_by(link.c.act.desc(), link.c.id.desc())
)
_ACT: Final = Query(select(link.c.act).where(link.c.id == bind("which")))
_ONE: Final = Query(_LINKS.where(link.c.id == bind("which")))


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said of two cards: one person, or different people; by the machine where `member` is None."""

    id: str
    cards: tuple[str, str]
    verdict: str
    scope: str
    member: str | None
    at: int
    evidence: str
    """The reasons as JSON."""


def decisions_of(tx: Transaction, viewer: str, after: str = "") -> Iterator[Decision]:
    """What was said of a member's cards and others that the member sees, the latest first, one by one.

    Args:
        after: Only what comes after the one of this id; all where there is none.
    """
    last = tx.one(_ACT, which=after)
    given = {"after": after, "last_act": last[0]} if last else {"after": "", "last_act": 0}
    for row in tx.each(_STANDING, who=viewer, **given):
        if _sees_both(tx, viewer, row):
            yield _decision(row)


def take_back(tx: Transaction, viewer: str, link_id: str) -> Decision:
    """Take back what was said of two cards: different people are asked about again, one person is two.

    Raises:
        NotFound: Nothing of this id holds, or this member does not decide about it.
        UsageError: The member only reads.
    """
    if not may_answer(get_member(tx, viewer).role):
        raise UsageError("A guest only reads; ask whoever keeps the card.")
    row = tx.one(_ONE, who=viewer, which=link_id)
    if row is None or not _sees_both(tx, viewer, row):
        raise NotFound("That does not hold any more, or it is not yours to decide.")
    said = _decision(row)
    left, right = said.cards
    key = question_key(left, right, said.scope)
    end_link(tx, said.id)
    if said.verdict == "apart":
        keep_answer(tx, key, viewer, REOPENED + "different")
    else:
        link_cards(tx, said.cards, "apart", scope=said.scope, member=viewer)
        keep_answer(tx, key, viewer, "different")
    note_act(tx, RETHINK, left=left, right=right, scope=said.scope, verdict=said.verdict)
    refresh(tx, said.cards)
    ask_again(tx, said.cards)
    return said


def take_back_again(
    tx: Transaction, viewer: str, pair: tuple[str, str], scope: str, verdict: str
) -> None:
    """Take back once more what was said of two cards, where it holds.

    Raises:
        NotFound: It does not.
    """
    for each in decisions_of(tx, viewer):
        if (each.cards, each.scope, each.verdict) == (pair, scope, verdict):
            take_back(tx, viewer, each.id)
            return
    raise NotFound("What was taken back does not hold here.")


def _sees_both(tx: Transaction, viewer: str, row: Row) -> bool:
    household = household_of(tx)
    ends = (find_card(tx, row[1]), find_card(tx, row[2]))
    return all(
        each is not None and each.household and card_level(household, viewer, each.access) == "all"
        for each in ends
    )


def _decision(row: Row) -> Decision:
    return Decision(row[0], (row[1], row[2]), row[3], row[4], row[5], row[6], row[7])
