"""Limits of single values: private, or for named members; they outlive edits (design rules R7 and R10).

A limit belongs to a value of a card, whichever fact says it: an edit keeps it,
and who takes the value off and types it again finds it as it was.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.contacts.properties import Change, Property
from server.contacts.travel import travel_of
from server.store.database import Transaction
from server.store.query import Query, among, bind
from server.store.schema import card, card_member, fact, fact_member

_NAMED: Final = Query(select(fact_member.c.member).where(fact_member.c.fact == bind("which")))
_NAMING = select(fact_member.c.fact, fact_member.c.member)
_ALL_NAMED: Final = Query(_NAMING)
_NAMED_OF: Final = Query(_NAMING.where(fact_member.c.fact.in_(among("facts"))))
_twin = card.alias("twin")
_LIMITED: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.norm, fact.c.visibility, fact.c.card)
    .join(_twin, _twin.c.id == fact.c.card)
    .join(
        card,
        or_(
            card.c.id == _twin.c.id,
            and_(
                card.c.name_key == _twin.c.name_key,
                card.c.name_key != "",
                card.c.member == _twin.c.member,
            ),
        ),
    )
    .where(and_(card.c.id == bind("on_card"), fact.c.visibility != "shared"))
    .order_by(fact.c.id)
)
_TWINS: Final = Query(
    select(card.c.id, card.c.visibility).where(
        and_(
            card.c.name_key == bind("key"),
            card.c.name_key != "",
            card.c.member == bind("who"),
            card.c.visibility != "shared",
            card.c.private_device.is_(None),  # a mark of the phone comes again with the card
        )
    )
)
_SAID: Final = Query(select(fact.c.property, fact.c.norm).where(fact.c.card == bind("on_card")))
_CARD_NAMED: Final = Query(
    select(card_member.c.member).where(card_member.c.card == bind("on_card"))
)
_SAYING: Final = Query(
    select(fact.c.id).where(
        and_(
            fact.c.card == bind("on_card"),
            fact.c.property == bind("name"),
            fact.c.norm == bind("key"),
        )
    )
)
_LIMIT: Final = Query(
    update(fact).where(fact.c.id == bind("which")).values(visibility=bind("seen_by"))
)
_FORGET: Final = Query(delete(fact_member).where(fact_member.c.fact == bind("which")))
_UNNAME: Final = Query(delete(card_member).where(card_member.c.card == bind("on_card")))
_NAME_MEMBER: Final = Query(insert(card_member).values(card=bind("on_card"), member=bind("who")))
_NAME: Final = Query(insert(fact_member).values(fact=bind("which"), member=bind("who")))


@dataclass(frozen=True, slots=True)
class Limit:
    """Who besides its keeper may see a card or a value: everybody, nobody, or named members."""

    visibility: str = "shared"
    named: frozenset[str] = frozenset()

    def narrower(self, other: "Limit") -> "Limit":
        """What both allow."""
        if self.visibility == "shared" or other.visibility == "private":
            return other
        if other.visibility == "shared" or self.visibility == "private":
            return self
        both = self.named & other.named
        return Limit("members", both) if both else Limit("private")


SHARED: Final = Limit()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits on the values of one card, before a write."""

    by_fact: dict[int, Limit] = field(default_factory=dict)
    by_value: dict[tuple[str, str], Limit] = field(default_factory=dict)

    def of_new(self, prop: Property, old: int | None, changes: Iterable[Change]) -> Limit:
        """The limit of a value that a write brings.

        What takes a limited value's place is limited alike; so is what comes
        in the write in which a limited value of that name goes, since it may
        stand for it.
        """
        if not self.by_value:
            return SHARED
        limit = self.by_value.get((prop.name, prop.norm), SHARED)
        if old is not None:
            return limit.narrower(self.by_fact.get(old, SHARED))
        for change in changes:
            gone = change.before
            if gone is not None and change.after is None and gone.name == prop.name:
                limit = limit.narrower(self.by_value.get((gone.name, gone.norm), SHARED))
        return limit


def written_limit(limit: Limit, value: tuple[str, str] | None) -> str:
    """A limit of a card, or of a value by name and match key, as the journal keeps it."""
    return json.dumps([limit.visibility, sorted(limit.named), *(value or ())])


def read_limit(text: str, *, private: bool) -> tuple[Limit, tuple[str, str] | None]:
    """What `written_limit` wrote; of an older journal only whether a card is private."""
    visibility, named, *value = json.loads(
        text or json.dumps([("private" if private else "shared"), []])
    )
    return Limit(visibility, frozenset(named)), (value[0], value[1]) if value else None


def limits_on(tx: Transaction, card_id: str) -> Limits:
    """The limits on a card's values, those that are gone and those of the keeper's other cards of that name included.

    A phone that sends a card a second time, under another UID, makes nothing wider.
    """
    found = Limits()
    for which, name, norm, visibility, where in tx.all(_LIMITED, on_card=card_id):
        limit = Limit(visibility, named_for(tx, which, visibility))
        if where == card_id:
            found.by_fact[which] = limit
            found.by_value[name, norm] = limit
        else:
            found.by_value.setdefault((name, norm), limit)
    return found


def limit_of_new_card(
    tx: Transaction, member: str, name_key: str, props: Sequence[Property]
) -> Limit:
    """How far a new card may be seen: as far as the keeper's limited card that it repeats, trashed or not."""
    limit = SHARED
    for card_id, visibility in tx.all(_TWINS, who=member, key=name_key):
        values = {(each.name, each.norm) for each in props if travel_of(each.name).flow != "stays"}
        said = tx.all(_SAID, on_card=card_id)
        known = {(row[0], row[1]) for row in said if travel_of(row[0]).flow != "stays"}
        if values & known or not values | known:
            named = frozenset(row[0] for row in tx.all(_CARD_NAMED, on_card=card_id))
            limit = limit.narrower(Limit(visibility, named))
    return limit


def name_members(tx: Transaction, card_id: str, limit: Limit) -> None:
    """Set whom a card of visibility `members` is shown to."""
    tx.run(_UNNAME, on_card=card_id)
    for each in sorted(limit.named):
        tx.run(_NAME_MEMBER, on_card=card_id, who=each)


def named_for(tx: Transaction, fact_id: int, visibility: str) -> frozenset[str]:
    """The members a value of visibility `members` is shown to."""
    if visibility != "members":
        return frozenset()
    return frozenset(row[0] for row in tx.all(_NAMED, which=fact_id))


def all_named(tx: Transaction, facts: Collection[int] | None = None) -> dict[int, frozenset[str]]:
    """Whom values are shown to that are for named members; of some facts, or of all for None."""
    found: dict[int, frozenset[str]] = {}
    rows = (
        tx.all(_ALL_NAMED) if facts is None else tx.all(_NAMED_OF, facts=json.dumps(sorted(facts)))
    )
    for which, who in rows:
        found[which] = found.get(which, frozenset()) | {who}
    return found


def limit_fact(tx: Transaction, fact_id: int, limit: Limit) -> None:
    """Set the limit of one fact."""
    tx.run(_LIMIT, which=fact_id, seen_by=limit.visibility)
    tx.run(_FORGET, which=fact_id)
    for each in sorted(limit.named):
        tx.run(_NAME, which=fact_id, who=each)


def limit_value(tx: Transaction, card_id: str, name: str, norm: str, limit: Limit) -> int:
    """Set the limit of a card's value wherever the card says or said it; gives how often it did."""
    saying = tx.all(_SAYING, on_card=card_id, name=name, key=norm)
    for row in saying:
        limit_fact(tx, row[0], limit)
    return len(saying)
