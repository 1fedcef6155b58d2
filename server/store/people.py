"""Who stands in a member's view, listed and searched: from the texts of their slots and nothing else (design rule R1).

How a text is listed is kept beside it, since it never changes; it is worked out when a list first
needs it, so that no write by a phone waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.sqlite import insert

from server.contacts.card import parse
from server.contacts.finding import WORDS_MOST, listing, wanted
from server.contacts.pictures import photo_in
from server.contacts.properties import properties
from server.store.database import Actor, Database, Transaction
from server.store.household import region_of
from server.store.members import list_members
from server.store.query import Query, bind
from server.store.schema import book, card, listed, slot, text

_AT_ONCE: Final = 250
"""Texts that are worked out in one transaction: no phone waits long for its turn to write."""

_LIVE = and_(
    book.c.member == bind("who"),
    book.c.gone.is_(None),
    slot.c.gone.is_(None),
    card.c.kind != "group",
)
_SLOTS = book.join(slot, slot.c.book == book.c.id).join(card, card.c.id == slot.c.card)
_MISSING: Final = Query(
    select(slot.c.text, text.c.octets)
    .select_from(
        _SLOTS.join(text, text.c.id == slot.c.text).join(
            listed, listed.c.text == slot.c.text, isouter=True
        )
    )
    .where(and_(_LIVE, listed.c.text.is_(None)))
    .distinct()
    .limit(_AT_ONCE)
)
_KEEP: Final = Query(
    insert(listed)
    .values(
        text=bind("which"),
        name=bind("called"),
        place=bind("order"),
        detail=bind("value"),
        found=bind("words"),
        photo=bind("picture"),
    )
    .on_conflict_do_nothing()
)
_WORDS = tuple(f"word_{index}" for index in range(WORDS_MOST))
_FITTING = and_(
    _LIVE,
    (bind("keeper") == "") | (card.c.member == bind("keeper")),
    *(func.instr(listed.c.found, bind(each)) > 0 for each in _WORDS),
)
_LISTED = _SLOTS.join(listed, listed.c.text == slot.c.text)
_COUNT: Final = Query(select(func.count()).select_from(_LISTED).where(_FITTING))
_BEFORE: Final = Query(
    select(func.count()).select_from(_LISTED).where(and_(_FITTING, listed.c.place < bind("from_")))
)
_INITIALS: Final = Query(
    select(func.substr(listed.c.place, 1, 1)).select_from(_LISTED).where(_FITTING).distinct()
)
_PAGE: Final = Query(
    select(
        slot.c.card,
        card.c.member,
        listed.c.name,
        listed.c.detail,
        slot.c.own,
        listed.c.photo,
    )
    .select_from(_LISTED)
    .where(_FITTING)
    .order_by(listed.c.place, listed.c.name, slot.c.href)
    .limit(bind("most"))
    .offset(bind("skipped"))
)


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for: words, and whose cards; both may be empty."""

    words: tuple[str, ...] = ()
    keeper: str = ""

    @classmethod
    def of(cls, typed: str, keeper: str = "") -> "Search":
        """A search as it was typed."""
        return cls(wanted(typed), keeper)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a member's view as a list shows it."""

    card: str
    keeper: str
    name: str
    detail: str
    own: bool
    photo: str = ""
    """What `server.store.photos` knows the photo by; empty for none."""


def prepare_lists(db: Database) -> None:
    """Do for every member what `prepare_list` does, before somebody looks."""
    with db.read() as tx:
        members = [each.id for each in list_members(tx)]
    for each in members:
        prepare_list(db, each)


def prepare_list(db: Database, member: str) -> None:
    """Work out how the texts of a member's view are listed, where nobody did yet."""
    more = True
    while more:
        with db.read() as tx:
            more = tx.one(_MISSING, who=member) is not None
        if more:
            with db.write(Actor("listed", member)) as tx:
                _work_out(tx, member)


def _work_out(tx: Transaction, member: str) -> None:
    region = region_of(tx)
    for which, octets in tx.all(_MISSING, who=member):
        props = properties(parse(bytes(octets)), region=region)
        told = listing(props, region=region)
        photo = photo_in(props)
        tx.run(
            _KEEP,
            which=which,
            called=told.name,
            order=told.order,
            value=told.detail,
            words=told.found,
            picture=photo.mark if photo is not None else "",
        )


def count_people(tx: Transaction, member: str, search: Search) -> int:
    """How many entries of a member's view fit."""
    return _number(tx, _COUNT, member, search)


def place_of(tx: Transaction, member: str, search: Search, begin: str) -> int:
    """How many fitting entries stand before those that begin with a letter."""
    return _number(tx, _BEFORE, member, search, from_=begin)


def initials_of(tx: Transaction, member: str, search: Search) -> tuple[str, ...]:
    """The letters with which fitting entries begin, in their order."""
    rows = tx.all(_INITIALS, **_given(member, search))
    return tuple(sorted(row[0] for row in rows if row[0]))


def list_people(
    tx: Transaction, member: str, search: Search, *, most: int, skipped: int = 0
) -> Sequence[Entry]:
    """The fitting entries of a member's view, sorted by name; `prepare_list` comes first."""
    rows = tx.all(_PAGE, **_given(member, search), most=most, skipped=skipped)
    return tuple(Entry(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows)


def _number(tx: Transaction, query: Query, member: str, search: Search, **more: str) -> int:
    row = tx.one(query, **_given(member, search), **more)
    assert row is not None
    return int(row[0])


def _given(member: str, search: Search) -> dict[str, str]:
    """The parameters of a search; a word that is not used is empty, and is part of everything."""
    words = (*search.words, *("",) * WORDS_MOST)[:WORDS_MOST]
    return {"who": member, "keeper": search.keeper, **dict(zip(_WORDS, words, strict=True))}
