"""More than others may see is offered to the one who sees it: the question, and what an answer does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.cases.shapes import Case
from server.cases.telling import Teller
from server.cases.wording import property_word
from server.reconcile.offers import declined_key
from server.reconcile.operations import Add, Agree, Offer, Operation, Replace, Unagree
from server.reconcile.snapshot import Fact, FactRef, Placed, Snapshot, facts_by_id, line_of
from server.saying import counted, listed, said
from server.store.applying import Work, apply_work
from server.store.database import Transaction
from server.store.linking import keep_answer

_NAMED_MOST: Final = 3


def offer_case(told: Teller, offer: Offer, case_id: str) -> Case:
    """The question to the keeper of the card that lacks it."""
    keeper, giver = told.member(offer.card), told.member(offer.source)
    title = told.title((offer.card,))
    facts = {each.id: each for card in offer.cards for each in told.cards[card].facts}
    offered = [
        (facts[each], None if own is None else facts[own])
        for each, own in zip(offer.facts, offer.instead, strict=True)
    ]
    going = [own for _, own in offered if own is not None]
    mine, side = (told.sides((each,), frozenset({keeper}))[0] for each in offer.cards)
    return Case(
        id=case_id,
        kind="offer",
        title=title,
        members=(keeper,),
        cards=offer.cards,
        choices=("add", "no", "later"),
        sentence=said(
            "{who} shows you more of {name} than others may see: {what}.",
            who=told.names.get(giver, giver),
            name=title,
            what=listed(_named(offered)),
        ),
        sides=(
            replace(side, rows=tuple(told.row(each) for each, _ in offered), equal=()),
            *((replace(mine, rows=tuple(map(told.row, going)), equal=()),) if going else ()),
        ),
        names=(told.names.get(giver, giver),),
    )


def answer_offer(tx: Transaction, snapshot: Snapshot, offer: Offer, case: Case, choice: str) -> str:
    """Carry out an answer; gives what happened, empty where it is no answer to this."""
    facts = facts_by_id(snapshot)
    if choice == "no":
        for each in offer.facts:
            key = declined_key(offer.card, offer.source, facts[each])
            keep_answer(tx, key, tx.actor.member, choice)
        return said("{name}: your card stays as it is.", name=case.title)
    if choice != "add":
        return ""
    steps = (*_ended(offer, snapshot, facts), *_taken(offer, facts))
    apply_work(tx, Work(steps, facts, tx.actor.member))
    return said(
        "{name}: on your card now; only who may see it on {who}'s card sees it there.",
        name=case.title,
        who=case.names[0],
    )


def _taken(offer: Offer, facts: Mapping[int, Fact]) -> Iterator[Operation]:
    """The values on the card, each with where it came from, and what the two agree on now."""
    for each, own in zip(offer.facts, offer.instead, strict=True):
        yield Add(offer.card, each) if own is None else Replace(offer.card, own, each)
        sides: list[tuple[str, FactRef]] = [
            (offer.card, Placed(offer.card, each)),
            (offer.source, each),
        ]
        left, right = sorted(sides, key=lambda side: side[0])
        yield Agree(left[0], right[0], facts[each].prop.name, left[1], right[1])


def _ended(offer: Offer, snapshot: Snapshot, facts: Mapping[int, Fact]) -> Iterator[Operation]:
    """What the two agreed on before in the values that go."""
    gone = {each for own in offer.instead if own for each in line_of(facts[own], facts)}
    for row in snapshot.bases:
        is_between = {row.card_a, row.card_b} == {*offer.cards}
        if is_between and gone & {row.fact_a, row.fact_b}:
            yield Unagree(row.card_a, row.card_b, row.property, row.fact_a, row.fact_b)


def _named(offered: Sequence[tuple[Fact, Fact | None]]) -> list[str]:
    """The first of some values with what they are, and how many more there are."""
    named: list[str] = [_one(*each) for each in offered[:_NAMED_MOST]]
    more = len(offered) - len(named)
    return [*named, counted("{number} more value", "{number} more values", more)] if more else named


def _one(fact: Fact, own: Fact | None) -> str:
    """A value, and what it would take the place of."""
    what, value = said(property_word(fact.prop.name)), fact.prop.shown
    if own is None:
        return said("{what} {value}", what=what, value=value)
    return said("{what} {value} instead of {former}", what=what, value=value, former=own.prop.shown)
