"""Own values of which a member is asked whether they are still right: found at night, answered one by one.

A page reads these rows and what stands on the member's own cards, and nothing of anybody else's (R1).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import and_, delete, or_, select, update

from server.contacts.properties import Change
from server.reconcile.gauge import check_key, people_of
from server.reconcile.snapshot import CardState, Fact, Snapshot
from server.store.applying import confirm_facts
from server.store.asking import ask_again
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.overlays import put_on
from server.store.query import Query, bind, inserting
from server.store.schema import act, answer, card, confirmation, doubt, fact
from server.store.snapshots import own_states, snapshot_near
from server.store.texts import octets_of
from server.store.views import refresh

LATER_DAYS: Final = 30
UNKNOWN_DAYS: Final = 365
"""Whoever does not know is not asked for a year; whoever has no time, for a month."""
_DAY: Final = 86_400_000_000

_EMPTY: Final = Query(delete(doubt).where(doubt.c.member == bind("who")))
_KEEP: Final = inserting(doubt, "member", "place", "fact")
_STANDING = (
    select(doubt.c.fact, card.c.id)
    .join(fact, fact.c.id == doubt.c.fact)
    .join(card, card.c.id == fact.c.card)
    .where(
        and_(
            doubt.c.closed.is_(None),
            fact.c.gone.is_(None),
            card.c.trashed.is_(None),
            card.c.member == doubt.c.member,
        )
    )
    .order_by(doubt.c.member, doubt.c.place)
)
_OF_MEMBER: Final = Query(_STANDING.where(doubt.c.member == bind("who")))
_OF_ALL: Final = Query(_STANDING)
_CLOSE: Final = Query(
    update(doubt)
    .where(and_(doubt.c.fact == bind("which"), doubt.c.closed.is_(None)))
    .values(closed=bind("by_act"))
)
_LEFT_ALONE: Final = Query(
    select(answer.c.key)
    .join(act, act.c.id == answer.c.act)
    .where(
        and_(
            answer.c.key.startswith("right "),
            or_(
                and_(answer.c.choice == "later", act.c.at > bind("month")),
                and_(answer.c.choice == "unknown", act.c.at > bind("year")),
            ),
        )
    )
)
_VOUCHED: Final = Query(
    select(fact.c.card)
    .join(confirmation, confirmation.c.fact == fact.c.id)
    .where(and_(confirmation.c.act == bind("by_act"), confirmation.c.how == "still-right"))
)


@dataclass(frozen=True, slots=True)
class Check:
    """One own value of which its keeper is asked whether it is still right."""

    row: CardRow
    fact: Fact
    state: CardState
    """The card as its keeper sees it."""

    @property
    def key(self) -> str:
        """Under which the answer is remembered."""
        return check_key(self.fact)


def keep_checks(tx: Transaction, member: str, facts: Iterable[Fact]) -> None:
    """Keep what a member is asked until the next night, in place of what they were asked before."""
    tx.run(_EMPTY, who=member)
    for place, each in enumerate(facts):
        tx.run(_KEEP, member=member, place=place, fact=each.id)


def left_alone(tx: Transaction) -> frozenset[str]:
    """The questions that are not asked for a while, since nobody knew or had time."""
    month, year = (tx.now - days * _DAY for days in (LATER_DAYS, UNKNOWN_DAYS))
    return frozenset(row[0] for row in tx.all(_LEFT_ALONE, month=month, year=year))


def checks_of(tx: Transaction, member: str | None) -> Iterator[Check]:
    """What a member is asked, most useful first, one by one; of everybody for None."""
    rows = tx.all(_OF_ALL) if member is None else tx.all(_OF_MEMBER, who=member)
    for which, card_id in rows:
        found = _check(tx, card_id, partial(_is, which))
        if found is not None:
            yield found


def check_of_key(tx: Transaction, member: str, key: str) -> Check | None:
    """The value that a key speaks of, if it stands on a card of this member's."""
    _right, card_id, *_value = key.split(" ", 2)
    found = _check(tx, card_id, lambda each: check_key(each) == key)
    return found if found is not None and found.row.member == member else None


def check_of_fact(tx: Transaction, member: str, card_id: str, which: int) -> Check | None:
    """One value of a card of this member's."""
    found = _check(tx, card_id, partial(_is, which))
    return found if found is not None and found.row.member == member else None


def vouch(tx: Transaction, check: Check) -> None:
    """Its keeper says that a value is still right; nobody who sees that is asked the same any more."""
    member = check.row.member
    confirm_facts(tx, (check.fact.id,), member, "still-right")
    for each in _alike(snapshot_near(tx, (check.row.id,)), check.fact):
        tx.run(_CLOSE, which=each.id, by_act=tx.act)
    refresh(tx, (check.row.id,))
    ask_again(tx, (check.row.id,))


def take_off(tx: Transaction, check: Check) -> None:
    """Its keeper says that a value is right no more: it becomes a former one, and travels as one."""
    octets = put_on(octets_of(tx, check.row.text), (Change(check.fact.prop, None),), region_of(tx))
    change_card(tx, check.row, read_card(tx, octets), Typing(check.row.member), device=None)
    refresh(tx, (check.row.id,))
    ask_again(tx, (check.row.id,))


def close_check(tx: Transaction, check: Check) -> None:
    """A value is not asked about any more until a night finds it again."""
    tx.run(_CLOSE, which=check.fact.id, by_act=tx.act)


def vouched_by(tx: Transaction, act_id: int) -> tuple[str, ...]:
    """The cards of which an act said that a value is still right."""
    return tuple(dict.fromkeys(row[0] for row in tx.all(_VOUCHED, by_act=act_id)))


def _check(tx: Transaction, card_id: str, is_meant: Callable[[Fact], bool]) -> Check | None:
    """The value that is meant of a card, as its keeper sees it; None where it is there no more."""
    row = find_card(tx, card_id)
    if row is None or row.trashed is not None:
        return None
    state = own_states(tx, (row,))[row.id]
    found = next((each for each in state.facts if is_meant(each)), None)
    return Check(row, found, state) if found is not None else None


def _is(which: int, fact: Fact) -> bool:
    return fact.id == which


def _alike(snapshot: Snapshot, said: Fact) -> Iterator[Fact]:
    """The same value on cards of those who see that it was said, and of whom they see that it is one person."""
    key = (said.prop.name, said.prop.norm)
    for member in sorted({who for state in snapshot.cards for who in state.seen_by}):
        for cards in people_of(snapshot, member):
            if any(each.id == said.id for state in cards for each in state.facts):
                own = (each for state in cards if state.keeper == member for each in state.facts)
                yield from (each for each in own if (each.prop.name, each.prop.norm) == key)
