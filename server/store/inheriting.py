"""What a member typed on somebody else's card stays in their view when that card leaves it (design rule R4)."""

from dataclasses import replace
from typing import Final

from sqlalchemy import and_, select, update

from server.access import Household, card_level
from server.contacts.card import parse
from server.contacts.properties import Change, properties
from server.contacts.threeway import brought_together
from server.contacts.travel import travel_of
from server.store.books import get_book
from server.store.cards import CardRow, values_of
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, create_card, read_card
from server.store.overlays import Suggestion, close_suggestion, put_on, suggestions_of
from server.store.query import Query, bind
from server.store.render import own_content
from server.store.schema import act, fact, suggestion
from server.store.slots import SlotRow, announce
from server.store.texts import octets_of

_MOVE: Final = Query(
    update(suggestion)
    .where(and_(suggestion.c.author == bind("who"), suggestion.c.card == bind("old")))
    .values(card=bind("new"))
)
_MOVE_ONE: Final = Query(
    update(suggestion).where(suggestion.c.id == bind("which")).values(card=bind("new"))
)
_SAID_SINCE: Final = Query(
    select(fact.c.id)
    .join(act, act.c.id == fact.c.gone)
    .where(
        and_(
            fact.c.card == bind("on_card"),
            fact.c.property == bind("name"),
            act.c.at >= bind("since"),
        )
    )
    .limit(1)
)


def move_lines(tx: Transaction, author: str, old: str, new: CardRow) -> bool:
    """A slot goes on with another card: what its member typed goes with it; whether there was anything.

    An own card gets only what was typed on the other one; what came from itself it says.
    """
    if new.member != author:
        return tx.run(_MOVE, who=author, old=old, new=new.id) > 0
    region, octets = region_of(tx), octets_of(tx, new.text)
    overlay = suggestions_of(tx, author, (old,))
    typed = [each for each in overlay if not _came_from_own(each, octets, region)]
    for each in typed:
        tx.run(_MOVE_ONE, which=each.id, new=new.id)
    return bool(typed)


def absorb(tx: Transaction, own: CardRow, overlay: tuple[Suggestion, ...]) -> bool:
    """An own card of the person takes over what its member typed on somebody else's; whether it changed.

    A value that would take the place of another one of the own card, or of one that
    was taken off it since, stays a suggestion: nothing typed is overwritten; a note or
    a set says both. What came from the own card stays one, too.
    """
    region = region_of(tx)
    octets = octets_of(tx, own.text)
    for each in overlay:
        change = each.change(region)
        if _came_from_own(each, octets, region):
            continue
        fitting = _beside_own(octets, change, region)
        if fitting is None:
            continue
        after = put_on(octets, (fitting,), region)
        if after == octets or fitting is not change or not _is_answered(tx, own.id, each, change):
            octets = after
            close_suggestion(tx, each.id, "overtaken")
    if octets == octets_of(tx, own.text):
        return False
    change_card(tx, own, read_card(tx, octets), Typing(own.member), device=None)
    return True


def inherit(
    tx: Transaction,
    household: Household,
    which: SlotRow,
    source: CardRow,
    overlay: tuple[Suggestion, ...],
) -> str:
    """The slot becomes its author's own private card, under the same href and UID.

    Of a deleted card the author keeps what they were served last; of one that
    is no longer shown, the name they saw and the lines they typed. Gives the card.
    """
    region = region_of(tx)
    served = octets_of(tx, which.text)
    typed = {
        (after.name, after.norm)
        for each in overlay
        for after in (each.change(region).after,)
        if after
    }
    shown = card_level(household, which.member, replace(source.access, trashed=False)) == "all"
    sources: dict[tuple[str, str], int] = {}
    if source.trashed is not None and shown:
        values = values_of(tx, source, region)
        sources = {(each.prop.name, each.prop.norm): each.fact for each in values}
    else:
        dropped = tuple(
            Change(prop, None)
            for prop in properties(parse(served), region=region)
            if (prop.name, prop.norm) not in typed and prop.name not in {"FN", "N"}
        )
        served = put_on(served, dropped, region)
    sources = {key: each for key, each in sources.items() if key not in typed}
    typing = Typing(which.member, sources=sources)
    book = get_book(tx, which.book)
    new = create_card(tx, book, read_card(tx, served), typing, device=None, private=True)
    announce(tx, which, new.id, own=True, content=own_content(tx, new))
    for each in overlay:
        close_suggestion(tx, each.id, "overtaken")
    return new.id


def _came_from_own(each: Suggestion, octets: bytes, region: str) -> bool:
    """Whether a suggestion says what its author did on an own card, rather than on the other's."""
    if each.made_by == "decide":
        return each.origin is not None or put_on(octets, (each.change(region),), region) == octets
    return each.made_by == "cycle"


def _is_answered(tx: Transaction, card_id: str, each: Suggestion, change: Change) -> bool:
    """Whether an own card said something else since a value was typed of which there is only one."""
    is_one = change.after is not None and travel_of(each.property).single
    return (
        is_one
        and tx.one(_SAID_SINCE, on_card=card_id, name=each.property, since=each.at) is not None
    )


def _beside_own(octets: bytes, change: Change, region: str) -> Change | None:
    """The change that leaves an own card's values there; None where it would push a single value off."""
    after = change.after
    if after is None or not travel_of(after.name).single:
        return change
    current = properties(parse(octets), region=region)
    standing = next(
        (e for e in current if e.name == after.name and e.canonical != after.canonical), None
    )
    if standing is None:
        return change
    if set(after.shown.split("\n")) <= set(standing.shown.split("\n")):
        return Change(standing, standing)
    both = brought_together(None, standing, after, region=region, is_base_known=True)
    return Change(standing, both) if both is not None else None
