"""How a new family name is offered, and what an answer does."""

from server.cases.shapes import Case, Choice, Option
from server.cases.telling import Teller, name_of_card
from server.reconcile.families import FamilyChanged
from server.saying import said
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.families import take_family

_LABEL = "Family name"


def family_case(told: Teller, offer: FamilyChanged, case_id: str, device: str) -> Case:
    """The question to the keeper of the card that has the former name."""
    card, author = told.cards[offer.card], offer.author
    keeper = card.keeper
    title = name_of_card(card)
    names = told.names
    return Case(
        id=case_id,
        kind="suggestion",
        title=title,
        members=(keeper,),
        cards=(offer.card,),
        choices=("accept", "decline", "later"),
        sentence=said(
            "{who} changed the family name of {name} to {family}.",
            who=names.get(author, author),
            name=title,
            family=offer.family,
        ),
        sides=told.sides((offer.card,), frozenset({keeper})),
        questions=(
            Choice(
                key="N",
                property="N",
                label=_LABEL,
                single=True,
                options=(
                    Option(keeper, names.get(keeper, keeper), offer.former, 0, "unknown"),
                    Option(
                        author,
                        names.get(author, author),
                        offer.family,
                        offer.at,
                        "typed",
                        device,
                    ),
                ),
                preselected="",
                why="",
            ),
        ),
    )


def answer_family(tx: Transaction, offer: FamilyChanged, case: Case, choice: str) -> str:
    """Carry out an answer; gives what happened, empty where it is no answer to this."""
    if choice == "decline":
        return said("{name}: your card keeps the name it has.", name=case.title)
    row = find_card(tx, offer.card)
    if choice != "accept" or row is None:
        return ""
    take_family(tx, row, offer.former, offer.family)
    return said(
        "{name}: {family} on your card now; first names stay as you wrote them.",
        name=case.title,
        family=offer.family,
    )
