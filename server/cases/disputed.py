"""How a dispute over a person reads, and what an answer does."""

from server.cases.shapes import Case
from server.cases.telling import Teller
from server.reconcile.disputes import Disputed
from server.saying import said
from server.store.database import Transaction
from server.store.linking import say_claim
from server.store.views import refresh


def dispute_case(told: Teller, question: Disputed, case_id: str) -> Case:
    """The question to both who claim somebody."""
    title = told.title(question.cards[:1])
    one, other = (told.names.get(each, each) for each in question.members)
    return Case(
        id=case_id,
        kind="dispute",
        title=title,
        members=question.members,
        cards=question.cards,
        choices=(*question.members, "ours", "later"),
        sentence=said(
            "{one} and {other} both say that {person} is theirs. Whose is it?",
            one=one,
            other=other,
            person=title,
        ),
        sides=told.sides(question.cards, frozenset(question.members)),
    )


def answer_dispute(tx: Transaction, question: Disputed, case: Case, choice: str) -> str:
    """Carry out an answer; gives what happened, empty where it is no answer to this."""
    if choice not in (*question.members, "ours"):
        return ""
    for card in question.cards:
        if choice == "ours":
            say_claim(tx, card, tx.actor.member or question.members[0], "ours", None)
        for member in question.members if choice != "ours" else ():
            if member != choice:
                say_claim(tx, card, member, "released", tx.actor.member)
    refresh(tx, question.cards)
    if choice == "ours":
        return said(
            "{name} is everybody's now: whoever changes something is followed.", name=case.title
        )
    return said("{name} is {who}'s now: {who}'s changes are followed.", name=case.title, who=choice)
