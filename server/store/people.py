"""Who stands in a member's view, listed and searched: from the texts of their slots and nothing else (design rule R1).

How an entry is listed is kept beside it, and brought up to date by sequence numbers, as a phone's copy
is, when a list first needs it: no write by a phone waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from server.contacts.card import parse
from server.contacts.finding import WORDS_MOST, listing, wanted
from server.contacts.pictures import photo_in
from server.contacts.properties import properties
from server.store.database import Actor, Database, Transaction
from server.store.household import region_of
from server.store.members import list_members
from server.store.query import Query, bind, inserting
from server.store.schema import book, card, listed, slot, text, view

_AT_ONCE: Final = 250
"""Entries that are worked out in one transaction: no phone waits long for its turn to write."""

_BEHIND: Final = Query(
    select(view.c.book, view.c.seq, view.c.listed)
    .join(book, book.c.id == view.c.book)
    .where(and_(view.c.member == bind("who"), book.c.gone.is_(None), view.c.listed < view.c.seq))
    .order_by(view.c.book)
    .limit(1)
)
_CHANGED: Final = Query(
    select(
        slot.c.id, slot.c.seq, slot.c.href, slot.c.gone, card.c.kind, card.c.member, text.c.octets
    )
    .join(card, card.c.id == slot.c.card)
    .join(text, text.c.id == slot.c.text, isouter=True)
    .where(and_(slot.c.book == bind("which"), slot.c.seq > bind("since")))
    .order_by(slot.c.seq)
    .limit(_AT_ONCE)
)
_UP_TO: Final = Query(
    update(view).where(view.c.book == bind("which")).values(listed=bind("last_seq"))
)
_DROP: Final = Query(delete(listed).where(listed.c.slot == bind("which")))
_KEEP: Final = inserting(
    listed,
    *("slot", "member", "book", "href", "keeper", "place", "name", "detail", "found", "photo"),
)
_WORDS = tuple(f"word_{index}" for index in range(WORDS_MOST))
_OF_VIEW = and_(
    listed.c.member == bind("who"),
    listed.c.book.in_(select(book.c.id).where(book.c.gone.is_(None))),
    (bind("keeper") == "") | (listed.c.keeper == bind("keeper")),
)


@dataclass(frozen=True, slots=True)
class _Queries:
    """What a list asks, of all entries or of those that words fit."""

    count: Query
    before: Query
    initials: Query
    page: Query


def _queries(fitting: ColumnElement[bool]) -> _Queries:
    count = select(func.count()).select_from(listed)
    page = (  # by itself, so that entries on earlier pages are only counted
        select(listed)
        .where(fitting)
        .order_by(listed.c.place, listed.c.name, listed.c.href)
        .limit(bind("most"))
        .offset(bind("skipped"))
        .subquery()
    )
    shown = (slot.c.card, page.c.keeper, page.c.name, page.c.detail, slot.c.own, page.c.photo)
    return _Queries(
        Query(count.where(fitting)),
        Query(count.where(and_(fitting, listed.c.place < bind("from_")))),
        Query(select(func.substr(listed.c.place, 1, 1)).where(fitting).distinct()),
        Query(
            select(*shown)
            .join(slot, slot.c.id == page.c.slot)
            .order_by(page.c.place, page.c.name, page.c.href)
        ),
    )


_ALL: Final = _queries(_OF_VIEW)
_FOUND: Final = _queries(
    and_(_OF_VIEW, *(func.instr(listed.c.found, bind(each)) > 0 for each in _WORDS))
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
    """Bring the list of a member's view up to date with what changed in it since."""
    more = True
    while more:
        with db.read() as tx:
            more = tx.one(_BEHIND, who=member) is not None
        if more:
            with db.write(Actor("listed", member)) as tx:
                _work_out(tx, member)


def _work_out(tx: Transaction, member: str) -> None:
    """List the next entries that changed; a few at a time, so that no phone waits long for its turn."""
    behind = tx.one(_BEHIND, who=member)
    if behind is None:
        return
    book_id, last, since = behind
    region = region_of(tx)
    rows = tx.all(_CHANGED, which=book_id, since=since)
    for which, _seq, href, gone, kind, keeper, octets in rows:
        tx.run(_DROP, which=which)
        if gone is not None or kind == "group" or octets is None:
            continue
        props = properties(parse(bytes(octets)), region=region)
        told = listing(props, region=region)
        photo = photo_in(props)
        tx.run(
            _KEEP,
            slot=which,
            member=member,
            book=book_id,
            href=href,
            keeper=keeper,
            place=told.order,
            name=told.name,
            detail=told.detail,
            found=told.found,
            photo=photo.mark if photo is not None else "",
        )
    tx.run(_UP_TO, which=book_id, last_seq=rows[-1][1] if len(rows) == _AT_ONCE else last)


def count_people(tx: Transaction, member: str, search: Search) -> int:
    """How many entries of a member's view fit."""
    return _number(tx, _of(search).count, member, search)


def place_of(tx: Transaction, member: str, search: Search, begin: str) -> int:
    """How many fitting entries stand before those that begin with a letter."""
    return _number(tx, _of(search).before, member, search, from_=begin)


def initials_of(tx: Transaction, member: str, search: Search) -> tuple[str, ...]:
    """The letters with which fitting entries begin, in their order."""
    rows = tx.all(_of(search).initials, **_given(member, search))
    return tuple(sorted(row[0] for row in rows if row[0]))


def list_people(
    tx: Transaction, member: str, search: Search, *, most: int, skipped: int = 0
) -> Sequence[Entry]:
    """The fitting entries of a member's view, sorted by name; `prepare_list` comes first."""
    rows = tx.all(_of(search).page, **_given(member, search), most=most, skipped=skipped)
    return tuple(Entry(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows)


def _of(search: Search) -> _Queries:
    return _FOUND if search.words else _ALL


def _number(tx: Transaction, query: Query, member: str, search: Search, **more: str) -> int:
    row = tx.one(query, **_given(member, search), **more)
    assert row is not None
    return int(row[0])


def _given(member: str, search: Search) -> dict[str, str]:
    """The parameters of a search; a word that is not used is empty, and is part of everything."""
    given = {"who": member, "keeper": search.keeper}
    if search.words:
        words = (*search.words, *("",) * WORDS_MOST)[:WORDS_MOST]
        given.update(zip(_WORDS, words, strict=True))
    return given
