"""Somebody asks for a card of which they see the name: the question, and what an answer does."""

from collections.abc import Mapping

from server.cases.refusing import no_answer
from server.cases.shapes import Case
from server.contacts.values import name_of
from server.saying import said
from server.store.cards import find_card, values_for
from server.store.database import Transaction
from server.store.household import region_of
from server.store.lending import CHOICES, Ask, answer_ask


def asked_case(tx: Transaction, names: Mapping[str, str], each: Ask, case_id: str) -> Case:
    """The question to the keeper of the card."""
    title, who = _called(tx, each), names.get(each.member, each.member)
    return Case(
        id=case_id,
        kind="asked",
        title=title,
        members=(each.keeper,),
        cards=(each.card,),
        choices=(*CHOICES, "later"),
        sentence=said("{who} asks for the card of {name}.", who=who, name=title),
        names=(who,),
        since=each.at,
    )


def decide_asked(tx: Transaction, each: Ask, case: Case, choice: str) -> str:
    """Carry an answer out; gives a sentence of what happened.

    Raises:
        UsageError: The choice is none of the case's.
    """
    if choice not in CHOICES:
        raise no_answer(case, choice)
    answer_ask(tx, each, choice)
    who = case.names[0]
    if choice == "once":
        return said("{who} has a copy of {name} now.", who=who, name=case.title)
    if choice == "always":
        return said("{who} sees the card of {name} from now on.", who=who, name=case.title)
    return said("{name} stays as it is; {who} is told nothing.", who=who, name=case.title)


def _called(tx: Transaction, each: Ask) -> str:
    row = find_card(tx, each.card)
    assert row is not None
    values = values_for(tx, row, each.keeper, region_of(tx))
    name = name_of(tuple(value.prop for value in values)).formatted.strip()
    return name or "A card without a name"
