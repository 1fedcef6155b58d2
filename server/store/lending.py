"""Who sees a name alone asks its keeper for the card, who gives it once, always, or not (design rule R10).

Once is a private copy of what is shared of the card now; always shows the card whole from now on, until
its keeper stops it or shows names no more. A no is told to nobody: what was asked stays asked.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from server.access import BOOK_OF_THE_HOUSEHOLD, Household, card_level, sees_value
from server.contacts.build import build_card
from server.contacts.travel import travel_of
from server.errors import NotFound, UsageError, nobody_there
from server.store.abouts import About, note_about
from server.store.books import find_book
from server.store.cards import CardRow, Value, find_card, values_of
from server.store.database import Actor, Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import create_card, random_uid, read_card
from server.store.members import get_member, household_of
from server.store.noting_acts import UNLEND, note_act
from server.store.query import Query, bind, inserting
from server.store.schema import act, asked, shown_card
from server.store.views import refresh

CHOICES: Final = ("once", "always", "no")

_ASK: Final = inserting(asked, "id", "card", "member", "act")
_OPEN: Final = Query(
    select(asked.c.id, asked.c.card, asked.c.member, act.c.at)
    .join(act, act.c.id == asked.c.act)
    .where(asked.c.closed.is_(None))
    .order_by(asked.c.act, asked.c.id)
)
_LAST: Final = Query(
    select(act.c.at)
    .join(asked, asked.c.act == act.c.id)
    .where(and_(asked.c.card == bind("which"), asked.c.member == bind("who")))
    .order_by(act.c.id.desc())
)
_CLOSE: Final = Query(
    update(asked)
    .where(asked.c.id == bind("which"))
    .values(closed=bind("by_act"), choice=bind("said"))
)
_SHOW: Final = Query(
    insert(shown_card)
    .values(card=bind("which"), member=bind("who"), act=bind("by_act"))
    .on_conflict_do_nothing()
)
_STOP: Final = Query(
    delete(shown_card).where(
        and_(shown_card.c.card == bind("which"), shown_card.c.member == bind("who"))
    )
)
_SHOWN: Final = Query(
    select(shown_card.c.member)
    .where(shown_card.c.card == bind("which"))
    .order_by(shown_card.c.member)
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for a card of which they see the name."""

    id: str
    card: str
    member: str
    at: int
    keeper: str

    @property
    def key(self) -> str:
        """Under which it is put off."""
        return f"ask {self.id}"


def ask_for(tx: Transaction, member: str, card_id: str) -> None:
    """Ask the keeper of a card for it; once is enough.

    Raises:
        NotFound: The member sees no such card.
        UsageError: They see it whole, or they only read.
    """
    row = find_card(tx, card_id)
    level = "none" if row is None else card_level(household_of(tx), member, row.access)
    if row is None or level == "none":
        raise nobody_there()
    if level == "all":
        raise UsageError("You see this card whole; there is nothing to ask for.")
    if get_member(tx, member).role == "guest":
        raise UsageError("A guest only reads; ask at home.")
    if asked_at(tx, member, card_id) is None:
        which = tx.mint(f"ask {member} {card_id}").hex()
        tx.run(_ASK, id=which, card=card_id, member=member, act=tx.act)
        note_act(tx, "ask", card=card_id)


def asked_at(tx: Transaction, member: str, card_id: str) -> int | None:
    """When a member asked for a card; whatever was answered, as long as they see its name alone."""
    row = tx.one(_LAST, which=card_id, who=member)
    return int(row[0]) if row else None


def open_asks(tx: Transaction, keeper: str | None) -> tuple[Ask, ...]:
    """What is asked of a keeper, oldest first; None for everybody's."""
    household = household_of(tx)
    found: list[Ask] = []
    for which, card_id, member, at in tx.all(_OPEN):
        row = find_card(tx, card_id)
        if row is None or (keeper is not None and row.member != keeper):
            continue
        if member in household.ids() and card_level(household, member, row.access) == "name":
            found.append(Ask(which, card_id, member, at, row.member))
    return tuple(found)


def answer_ask(tx: Transaction, each: Ask, choice: str) -> None:
    """Give a card once, always, or not.

    Raises:
        NotFound: The card is not there any more.
    """
    row = find_card(tx, each.card)
    if row is None or row.trashed is not None:
        raise NotFound("There is no such card.")
    tx.new_act(Actor("share", each.keeper))
    tx.run(_CLOSE, which=each.id, by_act=tx.act, said=choice)
    note_about(tx, About(choice, (row.id,), members=(each.member,)))
    touched = [row.id]
    if choice == "always":
        tx.run(_SHOW, which=row.id, who=each.member, by_act=tx.act)
    elif choice == "once":
        touched.append(_copy(tx, row, each.member))
    refresh(tx, touched)


def shown_to(tx: Transaction, card_id: str) -> tuple[str, ...]:
    """To whom a card is shown whole who else see names alone."""
    return tuple(row[0] for row in tx.all(_SHOWN, which=card_id))


def stop_showing(tx: Transaction, keeper: str, card_id: str, member: str) -> None:
    """Show a card no further than everything else is shown to a member.

    Raises:
        NotFound: It is no card of the keeper's, or not shown to them in particular.
    """
    row = find_card(tx, card_id)
    if row is None or row.member != keeper or member not in shown_to(tx, card_id):
        raise NotFound("That card is not shown to them in particular.")
    tx.new_act(Actor("share", keeper))
    tx.run(_STOP, which=card_id, who=member)
    note_about(tx, About("stopped", (card_id,), members=(member,)))
    note_act(tx, UNLEND, card=card_id, member=member)
    refresh(tx, (card_id,))


def _copy(tx: Transaction, row: CardRow, member: str) -> str:
    """A private card of the member's with what is shared of a card now; its values know where they came from (R6)."""
    book = find_book(tx, member, BOOK_OF_THE_HOUSEHOLD)
    assert book is not None
    values = _shared(household_of(tx), member, row, values_of(tx, row, region_of(tx)))
    octets = build_card(random_uid(tx), tuple(each.prop for each in values))
    sources = {(each.prop.name, each.prop.norm): each.fact for each in values}
    typing = Typing(member, bulk=True, sources=sources)
    return create_card(tx, book, read_card(tx, octets), typing, device=None, private=True).id


def _shared(
    household: Household, member: str, row: CardRow, values: tuple[Value, ...]
) -> tuple[Value, ...]:
    """The values that the member would see if the card was shown to them whole."""
    whole = household.showing(row.id, member)
    return tuple(
        each
        for each in values
        if travel_of(each.prop.name).shown and sees_value(whole, member, each.access)
    )
