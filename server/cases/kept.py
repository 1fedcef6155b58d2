"""How a kept question reads to those who may answer it."""

from server.cases.disputed import dispute_case
from server.cases.families import family_case
from server.cases.offered import offer_case
from server.cases.piles import pile_case
from server.cases.shapes import Case, Reason
from server.cases.telling import Teller, name_of_card
from server.reconcile.asked import Asked
from server.reconcile.disputes import Disputed
from server.reconcile.families import FamilyChanged
from server.reconcile.operations import Offer, SamePerson, ValuesDiffer, WhichBelong


def kept_case(told: Teller, asked: Asked, name: str, device: str) -> Case:
    """A kept question in words.

    Args:
        device: Where a family name was typed.
    """
    match asked.subject:
        case SamePerson():
            return _same_person(told, asked, asked.subject, name)
        case WhichBelong():
            return pile_case(told, asked.subject, name)
        case ValuesDiffer():
            return _values(told, asked, asked.subject, name)
        case Offer():
            return offer_case(told, asked.subject, name)
        case FamilyChanged():
            return family_case(told, asked.subject, name, device)
        case Disputed():
            return dispute_case(told, asked.subject, name)


def _same_person(told: Teller, asked: Asked, question: SamePerson, name: str) -> Case:
    cards, members = question.cards, asked.members
    names = [name_of_card(told.cards[each]) for each in cards]
    reasons = sorted(question.reasons, key=lambda each: (each.against, -each.strength))
    why = next((each.text for each in reasons if not each.against), "")
    return Case(
        id=name,
        kind="same-person",
        title=told.title(cards),
        members=members,
        cards=cards,
        choices=("same", "different", "later"),
        sentence=f"{names[0]} and {names[1]}: the same person?"
        + (f" {why[0].upper()}{why[1:]}." if why else ""),
        sides=told.sides(cards, frozenset(members)),
        reasons=tuple(Reason(each.text, each.strength, each.against) for each in reasons),
        preview=told.preview(cards, frozenset(members)),
    )


def _values(told: Teller, asked: Asked, question: ValuesDiffer, name: str) -> Case:
    keepers = tuple(dict.fromkeys(told.member(each) for each in question.cards))
    multiple = any(not each.single for each in question.properties)
    choices = told.choices(question.properties)
    words = ", ".join(
        dict.fromkeys(
            each.label if each.label.startswith("E-") else each.label.lower() for each in choices
        )
    )
    return Case(
        id=name,
        kind="values",
        title=told.title(question.cards[:1]),
        members=asked.members,
        cards=question.cards,
        choices=(*keepers, "keep", *(("both",) if multiple else ())),
        sentence=f"{told.title(question.cards[:1])}: which is right, {words}?",
        sides=told.sides(question.cards, frozenset(keepers)),
        questions=choices,
    )
