"""Members join and decide what they show: whoever's view changes is refreshed in the same transaction."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import update

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.contacts.travel import travel_of
from server.errors import NotFound, UsageError
from server.saying import said
from server.store.abouts import About, note_about
from server.store.books import create_book
from server.store.cards import all_cards, find_card
from server.store.database import Transaction
from server.store.limits import Limit, limit_value, name_members
from server.store.members import Member, get_member, insert_member, update_member, update_share
from server.store.noting import note_visibility
from server.store.private_groups import is_kept_private
from server.store.query import Query, bind
from server.store.schema import card
from server.store.views import refresh

VISIBILITIES: Final = ("shared", "private", "members")
NAMES: Final = frozenset({"FN", "N"})
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
    note_about(tx, About("joined", members=(new.id,)))
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
    told = About(shares, giver=member.id) if shares else About(role or "", members=(member.id,))
    note_about(tx, told)
    refresh(tx, affected)
    return member


def set_share(tx: Transaction, giver: str, taker: str, how_much: str) -> None:
    """Say what one member shows another, whatever they show by default.

    Raises:
        NotFound: One of them is unknown.
        UsageError: The level is unknown, or both are the same member.
    """
    tx.new_act(tx.actor)
    affected = update_share(tx, giver, taker, how_much)
    note_about(tx, About(how_much, giver=giver, members=(taker,)))
    refresh(tx, affected)


def set_visibility(
    tx: Transaction, card_id: str, visibility: str, *, named: Iterable[str] = ()
) -> None:
    """Make a card private, shared or for named members, from the web or the command line.

    Raises:
        NotFound: There is no such card or member.
        UsageError: The word is unknown, or a group called Private has the card.
    """
    _known_word(visibility)
    row = find_card(tx, card_id)
    if row is None:
        raise NotFound("There is no such card.")
    limit = _limit(tx, row.member, visibility, named)
    if limit.visibility != "private" and is_kept_private(tx, row):
        raise UsageError("The card is in a group called Private; take it out of that one first.")
    tx.run(_VISIBILITY, which=card_id, seen_by=limit.visibility)
    name_members(tx, card_id, limit)
    note_visibility(tx, card_id, limit)
    note_about(tx, About(limit.visibility, (card_id,), members=tuple(sorted(limit.named))))
    refresh(tx, (card_id,))


def set_value_visibility(
    tx: Transaction, card_id: str, value: tuple[str, str], visibility: str, named: Iterable[str]
) -> None:
    """Make one value of a card private, shared like its card, or for named members.

    Args:
        value: The property's name and the value's match key.

    Raises:
        NotFound: There is no such card, value or member.
        UsageError: The word is unknown, or others never see such values, or always with the card.
    """
    _known_word(visibility)
    row = find_card(tx, card_id)
    if row is None:
        raise NotFound("There is no such card.")
    limit = _limit(tx, row.member, visibility, named)
    travel = travel_of(value[0])
    if not travel.shown:
        raise UsageError(
            said("{what} is never shown to others, so there is nothing to limit.", what=value[0])
        )
    if value[0] in NAMES:
        raise UsageError("A name is shown with its card; make the card private instead.")
    if not limit_value(tx, card_id, *value, limit):
        raise NotFound(said("The card has no such {what}.", what=value[0]))
    note_visibility(tx, card_id, limit, value=value)
    named_now = tuple(sorted(limit.named))
    note_about(tx, About(limit.visibility, (card_id,), members=named_now, value=value[0]))
    refresh(tx, (card_id,))


def _known_word(visibility: str) -> None:
    if visibility not in VISIBILITIES:
        raise UsageError(
            said(
                "{visibility} is no visibility; say shared, private or members.",
                visibility=repr(visibility),
            )
        )


def _limit(tx: Transaction, keeper: str, visibility: str, named: Iterable[str]) -> Limit:
    if visibility != "members":
        return Limit(visibility)
    found = frozenset(get_member(tx, each).id for each in named) - {keeper}
    return Limit("members", found) if found else Limit("private")
