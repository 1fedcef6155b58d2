"""Suggestions: what a member typed on somebody else's card, shown on top in their own view (design rule R4)."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select, update

from server.access import sees_source
from server.contacts.card import parse, replace_properties
from server.contacts.properties import Canonical, Change, Property, properties, property_from
from server.contacts.travel import travel_of
from server.contacts.values import name_of, name_tokens
from server.store.cards import sources_of
from server.store.database import Transaction
from server.store.holding import is_held_suggestion
from server.store.members import household_of
from server.store.query import Query, among, bind, inserting
from server.store.schema import act, card, suggestion
from server.store.statement import Row

SHOWN_STATES: Final = ("open", "declined", "personal")
COLLIDED: Final = "collided"
"""State of a late change that met another one: shown on no card, its author decides."""

_COLUMNS = (
    suggestion.c.id,
    suggestion.c.author,
    suggestion.c.card,
    suggestion.c.property,
    suggestion.c.before,
    suggestion.c.after,
    suggestion.c.version,
    suggestion.c.state,
    suggestion.c.origin,
    act.c.at,
    act.c.device,
    act.c.kind,
)
_SELECT = select(*_COLUMNS).join(act, act.c.id == suggestion.c.act)
_ON_CARD: Final = Query(
    _SELECT.where(
        and_(suggestion.c.author == bind("who"), suggestion.c.card == bind("which"))
    ).order_by(suggestion.c.act, suggestion.c.id)
)
_WAITING = (
    _SELECT.join(card, card.c.id == suggestion.c.card)
    .where(
        and_(
            suggestion.c.state == "open",
            suggestion.c.held.is_(None),
            card.c.member != suggestion.c.author,  # what an own card took over and does not say
        )
    )
    .order_by(suggestion.c.act, suggestion.c.id)
)
_OPEN: Final = Query(_WAITING)
_OPEN_TO: Final = Query(
    _WAITING.where(and_(card.c.member == bind("keeper"), card.c.trashed.is_(None)))
)
_NAMES: Final = Query(
    _SELECT.where(
        and_(
            suggestion.c.state == "personal",
            suggestion.c.property == "N",
            suggestion.c.held.is_(None),
        )
    ).order_by(suggestion.c.act, suggestion.c.id)
)
_ON_CARDS = _SELECT.where(suggestion.c.card.in_(among("cards"))).order_by(
    suggestion.c.act, suggestion.c.id
)
_ALL_ON_CARDS: Final = Query(_ON_CARDS)
_ON_CARDS_BY: Final = Query(_ON_CARDS.where(suggestion.c.author == bind("who")))
_BY_AUTHOR: Final = Query(
    _SELECT.where(suggestion.c.author == bind("who")).order_by(suggestion.c.act, suggestion.c.id)
)
_IN_ACT: Final = Query(
    _SELECT.where(
        and_(suggestion.c.author == bind("who"), suggestion.c.act == bind("which"))
    ).order_by(suggestion.c.id)
)
_BY_ID: Final = Query(_SELECT.where(suggestion.c.id == bind("which")))
_INSERT: Final = inserting(
    suggestion,
    "id",
    "author",
    "card",
    "property",
    "before",
    "after",
    "version",
    "state",
    "act",
    "origin",
    "held",
)
_CLOSE: Final = Query(
    update(suggestion)
    .where(suggestion.c.id == bind("which"))
    .values(state=bind("new_state"), closed=bind("by_act"))
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One change to one property of somebody else's card."""

    id: str
    author: str
    card: str
    property: str
    before: bytes | None
    after: bytes | None
    version: str
    state: str
    origin: int | None
    at: int
    device: int | None
    made_by: str
    """The kind of the act that made it."""

    def change(self, region: str) -> Change:
        """The change as properties."""
        return Change(self._property(self.before, region), self._property(self.after, region))

    def _property(self, octets: bytes | None, region: str) -> Property | None:
        return (
            property_from(octets, version=self.version, region=region)
            if octets is not None
            else None
        )


def open_suggestions(tx: Transaction, keeper: str | None = None) -> tuple[Suggestion, ...]:
    """What waits for the keeper of a card, or for anybody, oldest first; not what a mass change brought."""
    rows = tx.all(_OPEN) if keeper is None else tx.all(_OPEN_TO, keeper=keeper)
    return tuple(_suggestion(row) for row in rows)


def personal_names(tx: Transaction) -> tuple[Suggestion, ...]:
    """The structured names that members typed on others' cards and see themselves, oldest first; none that is held."""
    return tuple(_suggestion(row) for row in tx.all(_NAMES))


def suggestions_by(tx: Transaction, author: str) -> tuple[Suggestion, ...]:
    """Everything a member ever suggested, oldest first."""
    return tuple(_suggestion(row) for row in tx.all(_BY_AUTHOR, who=author))


def suggestions_in(tx: Transaction, author: str, act_id: int) -> tuple[Suggestion, ...]:
    """What a member suggested in one act, whatever became of it."""
    return tuple(_suggestion(row) for row in tx.all(_IN_ACT, who=author, which=act_id))


def find_suggestion(tx: Transaction, suggestion_id: str) -> Suggestion | None:
    """One suggestion, or None."""
    row = tx.one(_BY_ID, which=suggestion_id)
    return _suggestion(row) if row else None


def may_be_told(tx: Transaction, each: Suggestion, keeper: str) -> bool:
    """Whether the keeper of a card sees what a suggestion came from, now (R7)."""
    if each.origin is None:
        return True
    household = household_of(tx, taker=keeper)
    return all(sees_source(household, keeper, source) for source in sources_of(tx, each.origin))


def suggestions_of(tx: Transaction, author: str, cards: Iterable[str]) -> tuple[Suggestion, ...]:
    """What an author's own view shows on top of these cards, oldest first."""
    return tuple(
        each
        for card_id in cards
        for each in (_suggestion(row) for row in tx.all(_ON_CARD, who=author, which=card_id))
        if each.state in SHOWN_STATES
    )


def suggestions_on(tx: Transaction, cards: str, author: str | None) -> Iterator[Suggestion]:
    """What everybody's own views, or one member's, show on top of some cards, oldest first.

    Args:
        cards: Their ids as a JSON list.
    """
    if author is None:
        rows = tx.all(_ALL_ON_CARDS, cards=cards)
    else:
        rows = tx.all(_ON_CARDS_BY, cards=cards, who=author)
    return (each for each in map(_suggestion, rows) if each.state in SHOWN_STATES)


def suggest(
    tx: Transaction,
    author: str,
    card_id: str,
    change: Change,
    *,
    state: str | None = None,
    origin: int | None = None,
) -> str:
    """Keep one change as a suggestion; what is personal stays with its author."""
    either = change.after or change.before
    assert either is not None
    suggestion_id = tx.mint(f"suggestion {author} {card_id} {either.name}").hex()
    state = state or ("open" if travel_of(either.name).suggestible else "personal")
    typed = (state == "open" or _is_new_family(change)) and origin is None
    held = typed and is_held_suggestion(tx, author, card_id)
    tx.run(
        _INSERT,
        id=suggestion_id,
        author=author,
        card=card_id,
        property=either.name,
        before=change.before.octets if change.before else None,
        after=change.after.octets if change.after else None,
        version=either.version,
        state=state,
        act=tx.act,
        origin=origin,
        held=tx.act if held else None,
    )
    return suggestion_id


def _is_new_family(change: Change) -> bool:
    """Whether a change is of a family name: that stays with its author too, but its keeper is told."""
    before, after = change.before, change.after
    if before is None or after is None or after.name != "N":
        return False
    return name_tokens(name_of((before,)).family) != name_tokens(name_of((after,)).family)


def close_suggestion(tx: Transaction, suggestion_id: str, state: str) -> None:
    """Record how a suggestion ended: applied, declined or overtaken by its author."""
    tx.run(_CLOSE, which=suggestion_id, new_state=state, by_act=tx.act)


def overlay_digest(suggestions: Iterable[Suggestion]) -> bytes:
    """Stands for the overlay in a slot's digest; empty where there is none."""
    listed = [each.id for each in suggestions]
    return hashlib.blake2b("\n".join(listed).encode(), digest_size=16).digest() if listed else b""


def with_overlay(octets: bytes, suggestions: Iterable[Suggestion], region: str) -> bytes:
    """A built card with its viewer's own lines on top."""
    return put_on(octets, tuple(each.change(region) for each in suggestions), region)


def put_on(
    octets: bytes, changes: Iterable[Change], region: str, *, beside: Iterable[Property] = ()
) -> bytes:
    """Changes put on a card that may have changed meanwhile; what is so already stays as it is.

    Args:
        beside: What their author says beside them, of which nothing is replaced.
    """
    kept = {each.canonical for each in beside}
    placed: set[tuple[str, str]] = set()
    for change in changes:
        card = parse(octets)
        fitting = _fitted(properties(card, region=region), change, placed, kept)
        if fitting is not None:
            octets = replace_properties(card, (fitting,), region=region)
        if change.after is not None:
            placed.add((change.after.name, change.after.norm))
    return octets


def _fitted(
    current: tuple[Property, ...],
    change: Change,
    placed: Collection[tuple[str, str]],
    kept: Collection[Canonical],
) -> Change | None:
    """A change aimed at what the card says now; None where there is nothing left to do.

    Of a single-valued name a new value takes the place of the card's, but never of one that was put
    there just before, or is still said beside it: who types two titles keeps both.
    """
    before = change.before
    alike = [
        each for each in current if before and (each.name, each.norm) == (before.name, before.norm)
    ]
    exact = [each for each in alike if before and each.canonical == before.canonical]
    found = next(iter((*exact, *alike)), None)  # a number may stand there twice, of two kinds
    if change.after is None:
        return Change(found, None) if found is not None else None
    after = change.after
    twin = next(
        (each for each in current if (each.name, each.norm) == (after.name, after.norm)), None
    )
    if twin is not None and twin is not found:
        return Change(found, None) if found is not None else None
    if twin is not None:
        return None if twin.canonical == after.canonical else Change(twin, after)
    if found is None and travel_of(after.name).single:
        found = next(
            (
                each
                for each in current
                if each.name == after.name
                and (each.name, each.norm) not in placed
                and each.canonical not in kept
            ),
            None,
        )
    return Change(found, after)


def _suggestion(row: Row) -> Suggestion:
    return Suggestion(*row)
