"""Members join and decide what they show: whoever's view changes is refreshed in the same transaction."""

from typing import Final

from sqlalchemy import update

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.errors import NotFound, UsageError
from server.store.books import create_book
from server.store.cards import all_cards, find_card
from server.store.database import Transaction
from server.store.members import Member, insert_member, update_member, update_share
from server.store.noting import note_visibility
from server.store.query import Query, bind
from server.store.schema import card
from server.store.views import refresh

VISIBILITIES: Final = ("shared", "private")
_VISIBILITY: Final = Query(
    update(card)
    .where(card.c.id == bind("which"))
    .values(visibility=bind("seen_by"), private_device=None)
)


def add_member(
    tx: Transaction, member_id: str, *, name: str, shares: str, role: str = "adult"
) -> Member:
    """Add a member with a book of their own, who shows other adults `shares` of their cards.

    Raises:
        UsageError: The id is ill-formed or taken, or a word is unknown.
    """
    new = insert_member(tx, member_id, name=name, shares=shares, role=role)
    create_book(tx, new.id, BOOK_OF_THE_HOUSEHOLD, "Contacts")
    refresh(tx, all_cards(tx))
    return new


def set_member(
    tx: Transaction,
    member_id: str,
    *,
    name: str | None = None,
    shares: str | None = None,
    role: str | None = None,
) -> Member:
    """Change a member's name, role or what they show other adults.

    Raises:
        NotFound: Nobody has this id.
        UsageError: A word is unknown.
    """
    tx.new_act(tx.actor)
    member, affected = update_member(tx, member_id, name=name, shares=shares, role=role)
    refresh(tx, affected)
    return member


def set_share(tx: Transaction, giver: str, taker: str, how_much: str) -> None:
    """Say what one member shows another, whatever they show by default.

    Raises:
        NotFound: One of them is unknown.
        UsageError: The level is unknown, or both are the same member.
    """
    tx.new_act(tx.actor)
    refresh(tx, update_share(tx, giver, taker, how_much))


def set_visibility(tx: Transaction, card_id: str, visibility: str) -> None:
    """Make a card private or shared, from the web or the command line.

    Raises:
        NotFound: There is no such card.
        UsageError: The word is unknown.
    """
    if visibility not in VISIBILITIES:
        raise UsageError(f"{visibility!r} is no visibility; say shared or private.")
    if find_card(tx, card_id) is None:
        raise NotFound("There is no such card.")
    tx.run(_VISIBILITY, which=card_id, seen_by=visibility)
    note_visibility(tx, card_id, visibility)
    refresh(tx, (card_id,))
