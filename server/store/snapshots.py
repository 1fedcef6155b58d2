"""What a cycle looks at: the household's cards with facts, links, bases and claims, read once."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from sqlalchemy import select

from server.access import (
    CardAccess,
    Household,
    ValueAccess,
    card_level,
    changes_others,
    sees_value,
)
from server.contacts.properties import property_from
from server.contacts.values import name_of
from server.reconcile.snapshot import Base, CardState, Claim, Fact, Link, Says, Snapshot, Verdict
from server.store.cards import CardRow, all_card_rows, find_card, kin_of
from server.store.database import Transaction
from server.store.facts import EDIT_KINDS
from server.store.frozen import values_before
from server.store.household import always_asks, region_of
from server.store.limits import all_named
from server.store.linking import answers, settled_keys, undone_keys
from server.store.me_cards import me_cards
from server.store.members import household_of
from server.store.query import Query, among, bind
from server.store.schema import act, base, card, claim, confirmation, fact, link, operation
from server.store.statement import Row
from server.store.taking_back import TAKEN_BACK
from server.store.unsaying import with_what_was_said_again

_first, _last, _gone = act.alias("first_act"), act.alias("last_act"), act.alias("gone_act")
_undone = act.alias("undone_act")
_SELECT = (
    select(
        fact.c.id,
        fact.c.card,
        fact.c.octets,
        fact.c.version,
        _first.c.at,
        _last.c.at,
        _gone.c.at,
        _first.c.kind,
        fact.c.typed_by,
        fact.c.bulk,
        fact.c.source,
        fact.c.previous,
        fact.c.withheld,
        fact.c.visibility,
        fact.c.property,
        _undone.c.kind,
        fact.c.first,
        fact.c.last,
    )
    .join(_first, _first.c.id == fact.c.first)
    .join(_undone, _undone.c.id == _first.c.undoes, isouter=True)
    .join(_last, _last.c.id == fact.c.last)
    .join(_gone, _gone.c.id == fact.c.gone, isouter=True)
    .order_by(fact.c.id)
)
_FACTS: Final = Query(_SELECT)
_FACTS_OF: Final = Query(_SELECT.where(fact.c.card.in_(among("cards"))))
_FACT: Final = Query(_SELECT.where(fact.c.id == bind("which")))
_CONFIRMATIONS = select(confirmation.c.fact, act.c.at).join(act, act.c.id == confirmation.c.act)
_CONFIRMED: Final = Query(_CONFIRMATIONS)
_CONFIRMED_OF: Final = Query(_CONFIRMATIONS.where(confirmation.c.fact.in_(among("facts"))))
_ADDITIONS = select(card.c.id, act.c.at).join(act, act.c.id == card.c.added)
_ADDED: Final = Query(_ADDITIONS)
_ADDED_OF: Final = Query(_ADDITIONS.where(card.c.id.in_(among("cards"))))
_STANDING = (
    select(link.c.card_a, link.c.card_b, link.c.verdict, link.c.scope, link.c.member)
    .where(link.c.ended.is_(None))
    .order_by(link.c.act, link.c.id)
)
_LINKS: Final = Query(_STANDING)
_LINKS_OF: Final = Query(_STANDING.where(link.c.card_a.in_(among("cards"))))
_AGREED = select(
    base.c.card_a, base.c.card_b, base.c.property, base.c.fact_a, base.c.fact_b
).order_by(base.c.id)
_BASES: Final = Query(_AGREED)
_BASES_OF: Final = Query(_AGREED.where(base.c.card_a.in_(among("cards"))))
_SAID = (
    select(
        claim.c.card, claim.c.member, claim.c.says, act.c.at, claim.c.act, act.c.undoes, act.c.name
    )
    .join(act, act.c.id == claim.c.act)
    .order_by(claim.c.id)
)
_CLAIMS: Final = Query(_SAID)
_CLAIMS_OF: Final = Query(_SAID.where(claim.c.card.in_(among("cards"))))
_DONE = select(operation.c.origin, operation.c.card).where(operation.c.kind != TAKEN_BACK)
_OPERATIONS: Final = Query(_DONE)
_OPERATIONS_OF: Final = Query(_DONE.where(operation.c.origin.in_(among("facts"))))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What policy knows while a snapshot is put together."""

    household: Household
    members: tuple[str, ...]
    cards: Mapping[str, CardRow]
    rows: Mapping[int, Row]
    """Every fact; `shown` holds those that take part, as they are to be seen."""
    shown: Sequence[Row]
    released: bool
    me: Mapping[str, str]
    named: Mapping[int, frozenset[str]]
    """Whom single values are shown to, where not to everybody."""
    alike: dict[str, CardAccess] = field(default_factory=dict)
    """What is said of each card, but for its id."""
    viewers: dict[tuple[CardAccess, str, str], frozenset[str]] = field(default_factory=dict)
    """Who sees that of which the same is said: worked out once."""


def snapshot_of(
    tx: Transaction, *, released: bool = False, only: Collection[str] | None = None
) -> Snapshot:
    """The snapshot a cycle plans by.

    Args:
        released: As if every wait and hold had ended: what the first cycle's letter speaks of.
        only: These cards and no others, as after one decision; None for all.
    """
    region = region_of(tx)
    rows = _fact_rows(tx, only)
    about = _About(tx, only, rows)
    cards = _card_rows(tx, only, rows)
    household = household_of(tx)
    shown = tuple(_before_holds(tx, rows, cards, region, released=released))
    named, me = all_named(tx, None if only is None else rows), me_cards(tx)
    seen = _Seen(household, household.ids(), cards, rows, shown, released, me, named)
    facts = _facts_by_card(seen, _latest(about.facts(_CONFIRMED, _CONFIRMED_OF)), region)
    added = {row[0]: row[1] for row in about.cards(_ADDED, _ADDED_OF)}
    states = tuple(
        _state(seen, row, added[row.id], facts.get(row.id, ()))
        for row in cards.values()
        if takes_part(row, released=released) and (only is None or row.id in only)
    )
    present = {each.id for each in states}
    said = answers(tx)
    return Snapshot(
        region=region,
        cards=states,
        links=tuple(
            Link(row[0], row[1], cast("Verdict", row[2]), row[3], machine=row[4] is None)
            for row in about.cards(_LINKS, _LINKS_OF)
            if row[0] in present and row[1] in present
        ),
        bases=tuple(
            Base(*row) for row in about.cards(_BASES, _BASES_OF) if present >= {row[0], row[1]}
        ),
        claims=_claims(row for row in about.cards(_CLAIMS, _CLAIMS_OF) if row[0] in present),
        applied=frozenset(about.facts(_OPERATIONS, _OPERATIONS_OF)),
        settled=settled_keys(said),
        undone=undone_keys(said),
        always_ask=always_asks(tx),
        suggesting=frozenset(e.id for e in household.members if not changes_others(e.role)),
    )


def snapshot_near(tx: Transaction, cards: Iterable[str]) -> Snapshot:
    """Some cards with all that a plan for them may rest on."""
    return snapshot_of(tx, only=kin_of(tx, cards))


def own_states(tx: Transaction, rows: Iterable[CardRow]) -> dict[str, CardState]:
    """Cards as their keepers see them now, without what is gone; nothing of anybody else's is read."""
    region, kept = region_of(tx), {each.id: each for each in rows}
    listed = json.dumps(sorted(kept))
    live = [row for row in tx.all(_FACTS_OF, cards=listed) if row[6] is None]
    confirmed = _latest(tx.all(_CONFIRMED_OF, facts=json.dumps(sorted(row[0] for row in live))))
    added = {row[0]: row[1] for row in tx.all(_ADDED_OF, cards=listed)}
    facts: dict[str, list[Fact]] = {}
    for row in live:
        seen_by = frozenset({kept[row[1]].member})
        found = _fact(row, confirmed.get(row[0]), region, seen_by)
        facts.setdefault(row[1], []).append(found)
    return {
        each.id: CardState(
            id=each.id,
            keeper=each.member,
            uid=each.uid,
            kind=each.kind,
            name=name_of(tuple(fact.prop for fact in facts.get(each.id, ()))),
            added=added[each.id],
            seen_by=frozenset({each.member}),
            facts=tuple(facts.get(each.id, ())),
        )
        for each in kept.values()
    }


def _claims(rows: Iterable[Row]) -> tuple[Claim, ...]:
    """What was said of whose people the cards are, card by card."""
    by_card: defaultdict[str, list[Claim]] = defaultdict(list)
    undoes: dict[int, int] = {}
    for row in rows:
        name = row[6] or str(row[4])
        by_card[row[0]].append(Claim(row[0], row[1], cast("Says", row[2]), row[3], row[4], name))
        undoes |= {row[4]: row[5]} if row[5] is not None else {}
    return tuple(
        each for said in by_card.values() for each in with_what_was_said_again(said, undoes)
    )


def _card_rows(
    tx: Transaction, only: Collection[str] | None, facts: Mapping[int, Row]
) -> dict[str, CardRow]:
    """The cards, and those whose facts are told."""
    if only is None:
        return {row.id: row for row in all_card_rows(tx)}
    wanted = sorted({*only, *(row[1] for row in facts.values())})
    return {each: row for each in wanted for row in (find_card(tx, each),) if row is not None}


@dataclass(frozen=True, slots=True)
class _About:
    """Reads what there is about all cards, or about some alone."""

    tx: Transaction
    only: Collection[str] | None
    rows: Mapping[int, Row]
    """The facts of the cards, and those that their values came from."""

    def cards(self, every: Query, some: Query) -> list[Row]:
        """The rows about the cards."""
        if self.only is None:
            return self.tx.all(every)
        return self.tx.all(some, cards=json.dumps(sorted(self.only)))

    def facts(self, every: Query, some: Query) -> list[Row]:
        """The rows about the facts."""
        if self.only is None:
            return self.tx.all(every)
        return self.tx.all(some, facts=json.dumps(sorted(self.rows)))


def _latest(confirmations: Sequence[Row]) -> dict[int, int]:
    """When each fact was confirmed last, by whoever it was."""
    confirmed: dict[int, int] = {}
    for which, at in confirmations:
        confirmed[which] = max(at, confirmed.get(which, 0))
    return confirmed


def _fact_rows(tx: Transaction, only: Collection[str] | None) -> dict[int, Row]:
    """The facts of the cards, and of others only those that a value came from."""
    if only is None:
        return {row[0]: row for row in tx.all(_FACTS)}
    rows = {row[0]: row for row in tx.all(_FACTS_OF, cards=json.dumps(sorted(only)))}
    missing = [row[10] for row in rows.values() if row[10] is not None]
    while missing:
        source = missing.pop()
        if source not in rows:
            row = tx.one(_FACT, which=source)
            assert row is not None
            rows[source] = row
            missing.extend([row[10]] if row[10] is not None else [])
    return rows


def _before_holds(
    tx: Transaction,
    rows: Mapping[int, Row],
    cards: Mapping[str, CardRow],
    region: str,
    *,
    released: bool,
) -> Iterator[Row]:
    """The facts with frozen cards as they were before: nothing of a held change travels (R10)."""
    before = {
        each.id: {former.fact: former for former in values_before(tx, each.id, since, region)}
        for each in cards.values()
        for since in (_since(each, released=released),)
        if since is not None
    }
    for row in rows.values():
        frozen = _since(cards[row[1]], released=released)
        former = before[row[1]].get(row[0]) if frozen is not None else None
        if former is not None:
            last = row[5] if frozen is not None and row[17] < frozen else row[4]
            yield (*row[:2], former.octets, former.version, row[4], last, None, *row[7:])
        elif frozen is None or row[16] < frozen:
            yield row


def _since(row: CardRow, *, released: bool) -> int | None:
    """The act before which a card is looked at; a pause outlasts every release."""
    return row.paused if released else row.as_before


def takes_part(row: CardRow, *, released: bool = False) -> bool:
    """Whether a card is one of the household's people: shown to others or not, and not put away."""
    waits = row.access.waiting and not released
    return row.household and row.trashed is None and row.kind != "group" and not waits


def _facts_by_card(
    seen: _Seen, confirmed: Mapping[int, int], region: str
) -> dict[str, tuple[Fact, ...]]:
    grouped: dict[str, list[Fact]] = {}
    for row in seen.shown:
        if takes_part(seen.cards[row[1]], released=seen.released):
            fact = _fact(row, confirmed.get(row[0]), region, _seen_by(seen, row))
            grouped.setdefault(row[1], []).append(fact)
    return {each: tuple(facts) for each, facts in grouped.items()}


def _seen_by(seen: _Seen, row: Row) -> frozenset[str]:
    """Who sees a value; a copied one, or one for named members, is like no other."""
    is_usual = row[10] is None and row[13] != "members"
    said = seen.alike.get(row[1])
    if said is None:
        said = seen.alike[row[1]] = replace(_policy(seen, row[1]), id="")
    sort = (said, row[14], row[13])
    found = seen.viewers.get(sort) if is_usual else None
    if found is None:
        value = _access(seen, row)
        found = frozenset(
            each
            for each in seen.members
            if sees_value(seen.household, each, value, released=seen.released)
        )
        if is_usual:
            seen.viewers[sort] = found
    return found


def _fact(row: Row, confirmed: int | None, region: str, seen_by: frozenset[str]) -> Fact:
    typed = row[5] if row[8] is not None and not row[9] and row[10] is None else None
    return Fact(
        id=row[0],
        card=row[1],
        prop=property_from(bytes(row[2]), version=row[3], region=region),
        first=row[4],
        last=row[5],
        confirmed=max((each for each in (typed, confirmed) if each is not None), default=None),
        typed_by=row[8],
        bulk=bool(row[9]),
        source=row[10],
        previous=row[11],
        gone=row[6],
        withheld=bool(row[12]),
        # Undoing an own edit is an edit; what undoing the machine gives back stays where it is.
        act_kind=row[15] if row[15] in EDIT_KINDS else row[7],
        seen_by=seen_by,
    )


def _access(seen: _Seen, row: Row) -> ValueAccess:
    """A value and the chain of facts it came from, as policy needs them."""
    chain: list[ValueAccess] = []
    source = row[10]
    while source is not None and len(chain) < len(seen.rows):
        origin = seen.rows[source]
        named = seen.named.get(source, frozenset())
        chain.append(ValueAccess(_policy(seen, origin[1]), origin[14], origin[13], named=named))
        source = origin[10]
    named = seen.named.get(row[0], frozenset())
    return ValueAccess(_policy(seen, row[1]), row[14], row[13], tuple(chain), named)


def _policy(seen: _Seen, card_id: str) -> CardAccess:
    return seen.cards[card_id].access


def _state(seen: _Seen, row: CardRow, added: int, facts: tuple[Fact, ...]) -> CardState:
    live = tuple(each for each in facts if each.gone is None)
    return CardState(
        id=row.id,
        keeper=row.member,
        uid=row.uid,
        kind=row.kind,
        name=name_of(tuple(each.prop for each in live)),
        added=added,
        seen_by=frozenset(
            each
            for each in seen.members
            if card_level(seen.household, each, row.access, released=seen.released) == "all"
        ),
        facts=live,
        former=tuple(each for each in facts if each.gone is not None),
        is_me=row.id == seen.me.get(row.member),
        frozen=_since(row, released=seen.released) is not None,
    )
