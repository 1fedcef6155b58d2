"""Operations become card text, facts, bases, confirmations and suggestions: nothing else writes merged cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects.sqlite import insert

from server.contacts.properties import Change, Property
from server.reconcile.operations import (
    Add,
    Agree,
    Confirm,
    Join,
    Operation,
    Remove,
    Replace,
    Suggest,
    Unagree,
    applied_key,
)
from server.reconcile.snapshot import Fact, FactRef, Placed
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.linking import link_cards
from server.store.overlays import put_on, suggest
from server.store.query import Query, bind
from server.store.schema import base, confirmation, fact, operation
from server.store.taking_back import TAKEN_BACK
from server.store.texts import octets_of
from server.store.views import refresh

_DONE = insert(operation).values(
    act=bind("by_act"),
    origin=bind("from_fact"),
    card=bind("on_card"),
    kind=bind("how"),
    fact_before=bind("before"),
    fact_after=bind("after"),
)
_OPERATION: Final = Query(
    _DONE.on_conflict_do_update(
        index_elements=["origin", "card"],
        set_={each: _DONE.excluded[each] for each in ("act", "kind", "fact_before", "fact_after")},
        where=operation.c.kind == TAKEN_BACK,
    )
)
_BASE: Final = Query(
    insert(base)
    .values(
        card_a=bind("left"),
        card_b=bind("right"),
        property=bind("name"),
        fact_a=bind("left_fact"),
        fact_b=bind("right_fact"),
        act=bind("by_act"),
    )
    .on_conflict_do_nothing()
)
_UNBASE: Final = Query(
    delete(base).where(
        and_(base.c.fact_a == bind("left_fact"), base.c.fact_b == bind("right_fact"))
    )
)
_CONFIRM: Final = Query(
    insert(confirmation)
    .values(fact=bind("which"), member=bind("who"), act=bind("by_act"), how=bind("in_words"))
    .on_conflict_do_nothing()
)
_PLACED: Final = Query(
    select(fact.c.id)
    .where(
        and_(
            fact.c.card == bind("on_card"),
            fact.c.source == bind("from_fact"),
            fact.c.gone.is_(None),
        )
    )
    .order_by(fact.c.id.desc())
)
_EQUAL: Final = Query(
    select(fact.c.id)
    .where(
        and_(
            fact.c.card == bind("on_card"),
            fact.c.property == bind("name"),
            fact.c.norm == bind("key"),
            fact.c.gone.is_(None),
        )
    )
    .order_by(fact.c.id)
)
_Writing = Add | Replace | Remove


@dataclass(frozen=True, slots=True)
class Work:
    """The operations of one act with the facts they speak of."""

    operations: tuple[Operation, ...]
    facts: Mapping[int, Fact]
    member: str | None = None
    """Who decided it; None for the machine."""

    def prop(self, ref: FactRef) -> Property:
        """The property behind a fact, or behind one that this work will place."""
        return self.facts[ref.origin if isinstance(ref, Placed) else ref].prop


def apply_work(tx: Transaction, work: Work) -> set[str]:
    """Carry out operations, all under the transaction's act, and refresh every view they concern.

    Gives the cards that took typed lines over on the way: their values have not travelled yet.
    """
    touched: set[str] = set()
    writing: dict[str, list[_Writing]] = {}
    for each in work.operations:
        if isinstance(each, Join):
            reasons = [reason.text for reason in each.reasons]
            link_cards(
                tx,
                (each.card_a, each.card_b),
                "same",
                scope=each.scope,
                evidence=reasons,
                member=work.member,
            )
            touched.update((each.card_a, each.card_b))
        elif isinstance(each, Add | Replace | Remove):
            writing.setdefault(each.card, []).append(each)
    for card_id, steps in writing.items():
        _write_card(tx, work, card_id, steps)
        touched.add(card_id)
    for each in work.operations:
        _remember(tx, work, each)
    return refresh(tx, touched)


def _write_card(tx: Transaction, work: Work, card_id: str, steps: Sequence[_Writing]) -> None:
    """Edit one card's lines and keep where each new value came from."""
    row = find_card(tx, card_id)
    assert row is not None
    sources = {
        (prop.name, prop.norm): step.origin
        for step in steps
        if not isinstance(step, Remove)
        for prop in (work.facts[step.origin].prop,)
    }
    replaced = {
        (prop.name, prop.norm): step.fact
        for step in steps
        if isinstance(step, Replace) and isinstance(step.fact, int)
        for prop in (work.facts[step.origin].prop,)
    }
    before = octets_of(tx, row.text)
    after = put_on(before, (_change(work, step) for step in steps), region_of(tx))
    if after != before:
        change_card(
            tx,
            row,
            read_card(tx, after),
            Typing(None, sources=sources, replaced=replaced),
            device=None,
        )


def _change(work: Work, step: _Writing) -> Change:
    match step:
        case Add(origin=origin):
            return Change(None, work.facts[origin].prop)
        case Replace(fact=ref, origin=origin):
            return Change(work.prop(ref), work.facts[origin].prop)
        case Remove(fact=which):
            return Change(work.facts[which].prop, None)
        case _:
            assert_never(step)


def _remember(tx: Transaction, work: Work, each: Operation) -> None:
    """Keep what an operation leaves behind besides the card itself."""
    match each:
        case Join():
            return
        case Agree():
            left, right = (
                _fact_id(tx, work, each.card_a, each.ref_a),
                _fact_id(tx, work, each.card_b, each.ref_b),
            )
            if left is not None and right is not None:
                tx.run(
                    _BASE,
                    left=each.card_a,
                    right=each.card_b,
                    name=each.property,
                    left_fact=left,
                    right_fact=right,
                    by_act=tx.act,
                )
        case Unagree():
            tx.run(_UNBASE, left_fact=each.fact_a, right_fact=each.fact_b)
        case Confirm():
            tx.run(
                _CONFIRM, which=each.fact, who=each.member, by_act=tx.act, in_words="independent"
            )
        case Suggest():
            before = work.facts[each.fact].prop if each.fact is not None else None
            after = work.facts[each.origin].prop if each.origin is not None else None
            suggest(tx, each.author, each.card, Change(before, after), origin=each.origin)
            _record(tx, each, "suggest", each.card, (each.fact, None))
        case Add():
            _record(
                tx,
                each,
                "add",
                each.card,
                (None, _fact_id(tx, work, each.card, Placed(each.card, each.origin))),
            )
        case Replace():
            old = each.fact if isinstance(each.fact, int) else None
            new = _fact_id(tx, work, each.card, Placed(each.card, each.origin))
            _record(tx, each, "replace", each.card, (old, new))
        case Remove():
            _record(tx, each, "remove", each.card, (each.fact, None))
        case _:
            assert_never(each)


def _record(
    tx: Transaction, each: Operation, kind: str, card_id: str, facts: tuple[int | None, int | None]
) -> None:
    key = applied_key(each)
    if key is not None:
        tx.run(
            _OPERATION,
            by_act=tx.act,
            from_fact=key[0],
            on_card=card_id,
            how=kind,
            before=facts[0],
            after=facts[1],
        )


def _fact_id(tx: Transaction, work: Work, card_id: str, ref: FactRef) -> int | None:
    """The id behind a reference; for a placed one the live fact that came from its origin, or equals it."""
    if isinstance(ref, int):
        return ref
    prop = work.prop(ref)
    row = tx.one(_PLACED, on_card=card_id, from_fact=ref.origin) or tx.one(
        _EQUAL, on_card=card_id, name=prop.name, key=prop.norm
    )
    return int(row[0]) if row else None


def confirm_facts(tx: Transaction, facts: Iterable[int], member: str, how: str) -> None:
    """Record that a member vouches for values: accepted, or still right."""
    for which in facts:
        tx.run(_CONFIRM, which=which, who=member, by_act=tx.act, in_words=how)
