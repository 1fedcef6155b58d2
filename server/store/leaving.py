"""A member leaves: their cards are shown to nobody any more, and what they gave to others stays (design rule R7).

Of persons that are *ours* whoever has no card of their own keeps what they saw;
whoever typed on the leaver's cards keeps their lines (R4). Nothing is deleted,
and nobody inherits what was the leaver's alone: a later member has another id.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, select, update

from server.access import Household, card_level
from server.errors import UsageError
from server.store.books import get_book
from server.store.cards import (
    CardRow,
    cards_of,
    claims_of,
    closure,
    find_card,
    links_of,
    owner_said,
    values_of,
)
from server.store.database import Actor, Transaction
from server.store.desired import Person
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import create_card, read_card
from server.store.linking import link_cards, say_claim
from server.store.members import find_member, get_member, household_of, need_adult
from server.store.noting_access import note_access
from server.store.overlays import close_suggestion, suggestions_of
from server.store.query import Query, bind
from server.store.render import own_content
from server.store.schema import claim, device, member, session, setup_link
from server.store.slots import SlotRow, announce, slots_of_card
from server.store.texts import octets_of
from server.store.views import refresh, visible_person

_GONE: Final = Query(
    update(member).where(member.c.id == bind("who")).values(gone=bind("by_act"), password_hash=None)
)
_REVOKE: Final = Query(
    update(device)
    .where(and_(device.c.member == bind("who"), device.c.revoked.is_(None)))
    .values(revoked=bind("by_act"))
)
_END_SESSIONS: Final = Query(delete(session).where(session.c.member == bind("who")))
_END_LINKS: Final = Query(delete(setup_link).where(setup_link.c.member == bind("who")))
_CLAIMED: Final = Query(
    select(claim.c.card).where(claim.c.member == bind("who")).distinct().order_by(claim.c.card)
)


@dataclass(frozen=True, slots=True)
class Left:
    """What became of a member's part in the household.

    Args:
        cards: How many cards of theirs took part.
        kept: How many cards others keep of persons that are ours.
        inherited: How many persons whom they had claimed are somebody else's now.
    """

    cards: int
    kept: int
    inherited: int


def leave(tx: Transaction, member_id: str, *, heir: str | None = None) -> Left:
    """Let a member go; views follow in the same transaction.

    Args:
        heir: Whose the persons are that the member had claimed; None makes those
            *ours* of whom several others have a card.

    Raises:
        NotFound: One of them is no member.
        UsageError: The household's last adult cannot leave, or the heir cannot inherit.
    """
    need_successors(tx, member_id, heir)
    tx.new_act(Actor("leave", member_id))
    cards = [row for row in cards_of(tx, member_id) if row.household and row.kind != "group"]
    household = household_of(tx)
    kept: list[tuple[Person, str]] = []
    for who in household.ids():
        if who != member_id:
            for person in _ours(tx, who, cards):
                new = _keep(tx, household, who, person)
                kept.extend([(person, new)] if new is not None else [])
    inherited = _give_claims(tx, member_id, heir)
    tx.run(_GONE, who=member_id, by_act=tx.act)
    tx.run(_REVOKE, who=member_id, by_act=tx.act)
    tx.run(_END_SESSIONS, who=member_id)
    tx.run(_END_LINKS, who=member_id)
    _tie(tx, kept, {row.id for row in cards})
    note_access(tx, "leave", member_id, heir=heir or "")
    refresh(tx, {*(row.id for row in cards), *(new for _, new in kept), *inherited})
    return Left(len(cards), len(kept), len(inherited))


def need_successors(tx: Transaction, member_id: str, heir: str | None) -> None:
    """See that a member may leave, and that the heir, if there is one, can inherit.

    Raises:
        NotFound: One of them is no member.
        UsageError: The household's last adult cannot leave, or the heir cannot inherit.
    """
    get_member(tx, member_id)
    need_adult(tx, without=member_id)
    if heir is not None and (heir == member_id or get_member(tx, heir).role == "guest"):
        raise UsageError("Only somebody else who stays, and is no guest, can inherit.")


def _ours(tx: Transaction, who: str, cards: Sequence[CardRow]) -> list[Person]:
    """Persons that are ours, of whom a member has no card of their own and is shown the leaver's."""
    found: dict[tuple[str, ...], Person] = {}
    mine = {row.id for row in cards}
    for row in cards:
        person = visible_person(tx, who, row.id)
        if person is None or person.own or person.level != "all" or person.source not in mine:
            continue
        if owner_said(each for card in person.cards for each in claims_of(tx, card)) == "":
            found[person.cards] = person
    return list(found.values())


def _keep(tx: Transaction, household: Household, who: str, person: Person) -> str | None:
    """The text that a member was served last becomes a card of their own, under the same href and UID."""
    slot_row = _slot(tx, who, person)
    source = find_card(tx, person.source)
    if slot_row is None or source is None or slot_row.text is None:
        return None
    region = region_of(tx)
    overlay = suggestions_of(tx, who, person.cards)
    typed = {
        (after.name, after.norm)
        for each in overlay
        for after in (each.change(region).after,)
        if after
    }
    values = values_of(tx, source, region)
    sources = {(each.prop.name, each.prop.norm): each.fact for each in values}
    typing = Typing(
        who, sources={key: fact for key, fact in sources.items() if key not in typed}, bulk=True
    )
    book = get_book(tx, slot_row.book)
    written = read_card(tx, octets_of(tx, slot_row.text))
    is_private = source.access.visibility != "shared"
    new = create_card(tx, book, written, typing, device=None, private=is_private)
    say_claim(tx, new.id, who, "ours", None)
    announce(tx, slot_row, new.id, own=True, content=own_content(tx, new))
    for each in overlay:
        close_suggestion(tx, each.id, "overtaken")
    return new.id


def _slot(tx: Transaction, who: str, person: Person) -> SlotRow | None:
    """The live slot that shows a person to a member."""
    return next(
        (
            each
            for each in slots_of_card(tx, person.source)
            if each.member == who and not each.own and each.gone is None
        ),
        None,
    )


def _tie(tx: Transaction, kept: Sequence[tuple[Person, str]], gone: Set[str]) -> None:
    """What stays of a person stays one person, and apart from whom the leaver's card was."""
    household = household_of(tx)
    pairs: dict[tuple[str, str], str] = {}
    for person, new in kept:
        also = [other for each, other in kept if set(each.cards) & set(person.cards)]
        for other in {*also, *person.cards} - gone - {new}:
            pairs[min(new, other), max(new, other)] = "same"
        for old in gone & set(person.cards):
            for link in links_of(tx, old):
                end = link.card_b if link.card_a == old else link.card_a
                if link.verdict == "apart" and not link.scope:
                    pairs[min(new, end), max(new, end)] = "apart"
    for pair, verdict in sorted(pairs.items()):
        if verdict == "apart" or _see_each_other(tx, household, pair):
            link_cards(tx, pair, verdict, evidence=["one person before a member left"])


def _see_each_other(tx: Transaction, household: Household, pair: tuple[str, str]) -> bool:
    """Whether the keepers of two cards each see the other's whole, waits aside."""
    rows = [row for each in pair for row in (find_card(tx, each),) if row is not None]
    left, right = rows
    return left.member != right.member and all(
        card_level(household, who, row.access, released=True) == "all"
        for who, row in ((left.member, right), (right.member, left))
    )


def _give_claims(tx: Transaction, leaver: str, heir: str | None) -> set[str]:
    """Pass on what the leaver had claimed; gives the cards whose persons are somebody else's now."""
    given: set[str] = set()
    for (card_id,) in tx.all(_CLAIMED, who=leaver):
        said = {each.member: each.says for each in claims_of(tx, card_id)}
        row = find_card(tx, card_id)
        if said.get(leaver) != "mine" or row is None or row.member == leaver:
            continue
        others = [who for who, says in said.items() if says == "mine" and who != leaver]
        say_claim(tx, card_id, leaver, "released", None)
        if others:
            continue
        cards, _ = closure(tx, (card_id,))
        keepers = {each.member for each in cards.values() if each.trashed is None} - {leaver}
        if heir is not None:
            say_claim(tx, card_id, heir, "mine", leaver)
            given.add(card_id)
        elif len(keepers) > 1:
            say_claim(tx, card_id, row.member, "ours", leaver)
            given.add(card_id)
    return given


def has_left(tx: Transaction, member_id: str) -> bool:
    """Whether somebody of this id was a member once and is none any more."""
    return find_member(tx, member_id) is None and any(
        each.id == member_id for each in household_of(tx).left
    )
