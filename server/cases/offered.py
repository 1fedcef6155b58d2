"""More than others may see is offered to the one who sees it: the question, and what an answer does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.cases.shapes import Case
from server.cases.telling import Teller
from server.cases.wording import property_word
from server.reconcile.offers import declined_key
from server.reconcile.operations import Add, Agree, Offer, Operation
from server.reconcile.snapshot import Fact, FactRef, Placed, Snapshot, facts_by_id
from server.saying import counted, listed, said
from server.store.applying import Work, apply_work
from server.store.database import Transaction
from server.store.linking import keep_answer

_NAMED_MOST: Final = 3


def offer_case(told: Teller, offer: Offer, case_id: str) -> Case:
    """The question to the keeper of the card that lacks it."""
    keeper, giver = told.member(offer.card), told.member(offer.source)
    title = told.title((offer.card,))
    facts = {each.id: each for each in told.cards[offer.source].facts}
    offered = [facts[each] for each in offer.facts]
    (side,) = told.sides((offer.source,), frozenset({keeper}))
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
        sides=(replace(side, rows=tuple(map(told.row, offered)), equal=()),),
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
    apply_work(tx, Work(tuple(_taken(offer, facts)), facts, tx.actor.member))
    return said(
        "{name}: on your card now; only who may see it on {who}'s card sees it there.",
        name=case.title,
        who=case.names[0],
    )


def _taken(offer: Offer, facts: Mapping[int, Fact]) -> Iterator[Operation]:
    """The values on the card, each with where it came from, and what the two agree on now."""
    for each in offer.facts:
        yield Add(offer.card, each)
        sides: list[tuple[str, FactRef]] = [
            (offer.card, Placed(offer.card, each)),
            (offer.source, each),
        ]
        left, right = sorted(sides, key=lambda side: side[0])
        yield Agree(left[0], right[0], facts[each].prop.name, left[1], right[1])


def _named(offered: Sequence[Fact]) -> list[str]:
    """The first of some values with what they are, and how many more there are."""
    named: list[str] = [
        said("{what} {value}", what=said(property_word(each.prop.name)), value=each.prop.shown)
        for each in offered[:_NAMED_MOST]
    ]
    more = len(offered) - len(named)
    return [*named, counted("{number} more value", "{number} more values", more)] if more else named
