"""Cards as policy and views see them: rows, links, claims, visibility, waiting."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select

from server.access import BOOK_OF_THE_HOUSEHOLD, CardAccess, Household, ValueAccess, sees_value
from server.contacts.properties import Property, property_from
from server.reconcile.ownership import claimed_owner
from server.reconcile.snapshot import Claim, Says
from server.store.database import Transaction
from server.store.frozen import Former, values_before
from server.store.limits import named_for
from server.store.query import Query, among, bind
from server.store.schema import book, card, card_member, claim, fact, fact_member, link, member
from server.store.statement import Row

AS_BROUGHT: Final[ColumnElement[int]] = literal_column("card.rowid")
"""The cards of one act in the order in which it brought them: an export is in the order of the file."""
_CARD = (
    select(
        card.c.id,
        card.c.member,
        card.c.book,
        book.c.name,
        card.c.uid,
        card.c.kind,
        card.c.name_key,
        card.c.text,
        card.c.version,
        card.c.visibility,
        card.c.added,
        card.c.settles,
        card.c.held,
        card.c.trashed,
        card.c.private_device,
        card.c.frozen,
        member.c.gone,
        member.c.paused,
        select(func.json_group_array(card_member.c.member))
        .where(and_(card_member.c.card == card.c.id, card.c.visibility == "members"))
        .scalar_subquery(),
    )
    .join(book, book.c.id == card.c.book)
    .join(member, member.c.id == card.c.member)
)
_BY_ID: Final = Query(_CARD.where(card.c.id == bind("which")))
_HOLDER: Final = Query(_CARD.where(card.c.id == bind("which")), beyond=True)
_BY_MEMBER: Final = Query(
    _CARD.where(and_(card.c.member == bind("who"), card.c.trashed.is_(None))).order_by(
        card.c.added, AS_BROUGHT
    )
)
_BY_NAME: Final = Query(
    select(card.c.id)
    .where(and_(card.c.name_key == bind("key"), card.c.trashed.is_(None)))
    .order_by(card.c.id)
)
_ALL: Final = Query(select(card.c.id).order_by(card.c.added, card.c.id))
_ALL_ROWS: Final = Query(_CARD.order_by(card.c.added, card.c.id))
_BY_UID: Final = Query(
    _CARD.where(and_(card.c.member == bind("who"), card.c.uid == bind("name"))).order_by(
        card.c.trashed, card.c.added
    )
)
_NAMED: Final = Query(select(card_member.c.member).where(card_member.c.card == bind("which")))
_LINKS: Final = Query(
    select(link.c.card_a, link.c.card_b, link.c.scope, link.c.verdict)
    .where(
        and_(
            or_(link.c.card_a == bind("which"), link.c.card_b == bind("which")),
            link.c.ended.is_(None),
        )
    )
    .order_by(link.c.act, link.c.id)
)
_CLAIMS: Final = Query(
    select(claim.c.card, claim.c.member, claim.c.says, claim.c.act)
    .where(claim.c.card == bind("which"))
    .order_by(claim.c.id)
)
_FACTS: Final = Query(
    select(fact.c.id, fact.c.octets, fact.c.version, fact.c.source, fact.c.visibility)
    .where(and_(fact.c.card == bind("which"), fact.c.gone.is_(None)))
    .order_by(fact.c.id)
)
_SOURCE: Final = Query(
    select(
        fact.c.card,
        fact.c.property,
        fact.c.source,
        fact.c.visibility,
        select(func.json_group_array(fact_member.c.member))
        .where(and_(fact_member.c.fact == fact.c.id, fact.c.visibility == "members"))
        .scalar_subquery(),
    ).where(fact.c.id == bind("which")),
    beyond=True,
)
_copied = fact.alias("copied")
_COPIES: Final = Query(
    select(_copied.c.card)
    .join(fact, fact.c.id == _copied.c.source)
    .where(fact.c.card == bind("which"))
    .distinct()
)
_origin = fact.alias("origin")
_CAME_FROM: Final = Query(
    select(_origin.c.card)
    .join(fact, fact.c.source == _origin.c.id)
    .where(fact.c.card.in_(among("cards")))
    .distinct()
)
_SOURCES_DEEP: Final = 16


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card as the store keeps it."""

    id: str
    member: str
    book: int
    household: bool
    """Whether it takes part in the household: it lies in that book, its keeper has not left, and did not pause before it."""
    uid: str
    kind: str
    name_key: str
    text: int
    version: str
    access: CardAccess
    added: int
    settles: int | None
    held: int | None
    trashed: int | None
    private_device: int | None
    frozen: int | None
    paused: int | None
    """The act since which its keeper shares nothing new: to others it is as it was before."""

    @property
    def as_before(self) -> int | None:
        """The act before which others see it, where they do not see it as it is."""
        return min((each for each in (self.frozen, self.paused) if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Linked:
    """A standing link between two cards."""

    card_a: str
    card_b: str
    scope: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What was said about whose a card's person is."""

    card: str
    member: str
    says: Says
    act: int


def find_card(tx: Transaction, card_id: str) -> CardRow | None:
    """One card by id, trashed or not; None for an unknown one."""
    row = tx.one(_BY_ID, which=card_id)
    return _row(row) if row else None


def cards_of(tx: Transaction, member_id: str) -> tuple[CardRow, ...]:
    """A member's cards that are not in the trash, oldest first."""
    return tuple(_row(row) for row in tx.all(_BY_MEMBER, who=member_id))


def cards_with_uid(tx: Transaction, member_id: str, uid: str) -> tuple[CardRow, ...]:
    """A member's cards of this UID, those not in the trash first."""
    return tuple(_row(row) for row in tx.all(_BY_UID, who=member_id, name=uid))


def cards_named(tx: Transaction, name_key: str) -> tuple[str, ...]:
    """Cards of this normalised name that are not in the trash."""
    return tuple(row[0] for row in tx.all(_BY_NAME, key=name_key)) if name_key else ()


def all_cards(tx: Transaction) -> tuple[str, ...]:
    """Every card there ever was, oldest first."""
    return tuple(row[0] for row in tx.all(_ALL))


def all_card_rows(tx: Transaction) -> tuple[CardRow, ...]:
    """Every card there ever was as a row, oldest first."""
    return tuple(_row(row) for row in tx.all(_ALL_ROWS))


def links_of(tx: Transaction, card_id: str) -> tuple[Linked, ...]:
    """The standing links of one card."""
    return tuple(Linked(*row) for row in tx.all(_LINKS, which=card_id))


def claims_of(tx: Transaction, card_id: str) -> tuple[ClaimRow, ...]:
    """What was said about a card, oldest first."""
    return tuple(ClaimRow(*row) for row in tx.all(_CLAIMS, which=card_id))


def closure(
    tx: Transaction, ids: Iterable[str], *, copies: bool = True
) -> tuple[dict[str, CardRow], tuple[Linked, ...]]:
    """The cards with all that links join to them or that hold copies of their values, and those links.

    The oldest first, not as links led to them: links that others never see decide no order (R1).
    """
    found: dict[str, CardRow] = {}
    links: dict[tuple[str, str, str], Linked] = {}
    todo = sorted(set(ids))
    while todo:
        card_id = todo.pop()
        if card_id in found:
            continue
        row = find_card(tx, card_id)
        if row is None:
            continue
        found[card_id] = row
        if copies:
            todo.extend(each[0] for each in tx.all(_COPIES, which=card_id))
        for each in links_of(tx, card_id):
            if each.verdict == "same":
                links[each.card_a, each.card_b, each.scope] = each
                todo.append(each.card_b if each.card_a == card_id else each.card_a)
    oldest_first = sorted(found.values(), key=lambda each: (each.added, each.id))
    return {each.id: each for each in oldest_first}, tuple(links.values())


def kin_of(tx: Transaction, ids: Iterable[str]) -> frozenset[str]:
    """Cards with all that are linked with them, directly or not, or have a value from one another."""
    found: set[str] = set()
    waiting = set(ids)
    while waiting:
        new = closure(tx, waiting)[0].keys() - found
        found |= new
        waiting = {row[0] for row in tx.all(_CAME_FROM, cards=json.dumps(sorted(new)))} - found
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Value:
    """A live value of a card with what policy needs to know of it."""

    fact: int
    prop: Property
    access: ValueAccess


def values_of(tx: Transaction, row: CardRow, region: str) -> tuple[Value, ...]:
    """The values of a card for others, oldest first, each with its chain of sources; of a frozen one the former."""
    found = (
        values_before(tx, row.id, row.as_before, region)
        if row.as_before is not None
        else tuple(Former(*each) for each in tx.all(_FACTS, which=row.id))
    )
    return tuple(
        Value(
            each.fact,
            prop,
            ValueAccess(
                row.access,
                prop.name,
                each.visibility,
                sources_of(tx, each.source),
                named_for(tx, each.fact, each.visibility),
            ),
        )
        for each in found
        for prop in (property_from(bytes(each.octets), version=each.version, region=region),)
    )


def values_for(tx: Transaction, row: CardRow, viewer: str | None, region: str) -> tuple[Value, ...]:
    """The values of a card as one member may know of it: to its keeper, and for None, as it is now."""
    as_it_is = viewer in (None, row.member)
    return values_of(tx, replace(row, frozen=None, paused=None) if as_it_is else row, region)


def sources_of(tx: Transaction, source: int | None) -> tuple[ValueAccess, ...]:
    """The chain of facts that a value was copied from, nearest first; beyond any fence."""
    chain: list[ValueAccess] = []
    while source is not None and len(chain) < _SOURCES_DEEP:
        row = tx.one(_SOURCE, which=source)
        assert row is not None
        holder = tx.one(_HOLDER, which=row[0])
        assert holder is not None
        named = frozenset[str](json.loads(row[4]))
        chain.append(ValueAccess(_row(holder).access, row[1], row[3], named=named))
        source = row[2]
    return tuple(chain)


def named_members(tx: Transaction, card_id: str) -> frozenset[str]:
    """The members a card of visibility `members` is shown to."""
    return frozenset(row[0] for row in tx.all(_NAMED, which=card_id))


def owner_said(claims: Iterable[ClaimRow]) -> str | None:
    """The member a person was claimed by, `ours` as empty text, or None where nobody is."""
    return claimed_owner([Claim(each.card, each.member, each.says, each.act) for each in claims])


def visible_values(
    household: Household, viewer: str, values: Iterable[Value]
) -> tuple[Property, ...]:
    """The properties of a card that a viewer may see."""
    return tuple(each.prop for each in values if sees_value(household, viewer, each.access))


def _row(row: Row) -> CardRow:
    gone, paused, listed = row[-3:]
    named = frozenset(json.loads(listed)) if row[9] == "members" else frozenset[str]()
    is_new = paused is not None and row[10] > paused
    household = row[3] == BOOK_OF_THE_HOUSEHOLD and gone is None and not is_new
    seen = CardAccess(
        id=row[0],
        keeper=row[1],
        shared_book=household,
        kind=row[5],
        visibility=row[9],
        named=named,
        waiting=row[11] is not None or row[12] is not None,
        trashed=row[13] is not None,
    )
    return CardRow(
        id=row[0],
        member=row[1],
        book=row[2],
        household=household,
        uid=row[4],
        kind=row[5],
        name_key=row[6],
        text=row[7],
        version=row[8],
        access=seen,
        added=row[10],
        settles=row[11],
        held=row[12],
        trashed=row[13],
        private_device=row[14],
        frozen=row[15],
        paused=paused,
    )
