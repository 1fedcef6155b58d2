"""One person as one member knows them: each card with its values as they may be seen, since when and by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from server.access import Household, Level, card_level, is_meant_for, sees_value
from server.contacts.build import name_only
from server.contacts.properties import Property, property_from
from server.contacts.values import name_of
from server.reconcile.snapshot import CardState, Fact
from server.store.called import CALLED
from server.store.card_acts import may_know
from server.store.cards import CardRow, Value, find_card, values_for
from server.store.database import Transaction
from server.store.desired import Person
from server.store.household import region_of
from server.store.members import household_of
from server.store.query import Query, bind
from server.store.schema import act, card, confirmation, device, fact
from server.store.statement import Row
from server.store.views import visible_person

_first, _last, _gone = act.alias("first_act"), act.alias("last_act"), act.alias("gone_act")
_source = fact.alias("source_fact")
_FACTS: Final = Query(
    select(
        fact.c.id,
        _first.c.at,
        _last.c.at,
        _gone.c.at,
        _first.c.kind,
        fact.c.typed_by,
        fact.c.bulk,
        fact.c.source,
        fact.c.previous,
        fact.c.last,
        CALLED,
        card.c.member,
        fact.c.octets,
        fact.c.version,
        fact.c.property,
        fact.c.norm,
    )
    .join(_first, _first.c.id == fact.c.first)
    .join(_last, _last.c.id == fact.c.last)
    .join(_gone, _gone.c.id == fact.c.gone, isouter=True)
    .join(device, device.c.id == _last.c.device, isouter=True)
    .join(_source, _source.c.id == fact.c.source, isouter=True)
    .join(card, card.c.id == _source.c.card, isouter=True)
    .where(fact.c.card == bind("which"))
    .order_by(fact.c.id)
)
_CONFIRMED: Final = Query(
    select(confirmation.c.fact, act.c.at)
    .join(act, act.c.id == confirmation.c.act)
    .join(fact, fact.c.id == confirmation.c.fact)
    .where(fact.c.card == bind("which"))
)
_ADDED: Final = Query(
    select(act.c.at).join(card, card.c.added == act.c.id).where(card.c.id == bind("which"))
)


@dataclass(frozen=True, slots=True)
class Known:
    """One value of a card as a member knows it.

    Attributes:
        device: The label of the device it was last typed on, or empty.
        origin: Whose card the machine copied it from; empty where it was typed here.
        visibility: Of an own value: shared, private or members, and `named` whom then.
    """

    fact: Fact
    device: str
    origin: str
    visibility: str
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Portrait:
    """One card of a person as a member knows it; `former` only of an own one."""

    row: CardRow
    level: Level
    state: CardState
    values: tuple[Known, ...]
    former: tuple[Known, ...]


def portraits_of(
    tx: Transaction, viewer: str, card_id: str
) -> tuple[Person | None, tuple[Portrait, ...]]:
    """The person that a card belongs to for a viewer, and their cards, the one that is shown first.

    None where the viewer sees none; a card in a further book of one's own is a person by itself.
    """
    person = visible_person(tx, viewer, card_id)
    if person is None:
        row = find_card(tx, card_id)
        if row is None or row.member != viewer or row.trashed is not None:
            return None, ()
        person = Person(card_id, own=True, level="all", cards=(card_id,))
    household = household_of(tx)
    found = [_portrait(tx, household, viewer, each) for each in person.cards]
    return person, tuple(sorted(found, key=lambda each: each.row.id != person.source))


def _portrait(tx: Transaction, household: Household, viewer: str, card_id: str) -> Portrait:
    row = find_card(tx, card_id)
    assert row is not None
    own = row.member == viewer
    level: Level = "all" if own else card_level(household, viewer, row.access)
    told = _Told(tx, household, row, own=own)
    values = tuple(told.known(each) for each in _seen(tx, household, viewer, row, level))
    added = tx.one(_ADDED, which=card_id)
    return Portrait(
        row=row,
        level=level,
        state=CardState(
            id=row.id,
            keeper=row.member,
            uid=row.uid,
            kind=row.kind,
            name=name_of(tuple(each.fact.prop for each in values)),
            added=added[0] if added else 0,
            seen_by=frozenset({viewer}) if level == "all" else frozenset(),
            facts=tuple(each.fact for each in values),
        ),
        values=values,
        former=told.former() if own else (),
    )


def _seen(
    tx: Transaction, household: Household, viewer: str, row: CardRow, level: Level
) -> Sequence[Value]:
    """The values of a card that a viewer sees; of a name that is all they see, the name."""
    values = values_for(tx, row, viewer, region_of(tx))
    if level == "all":
        return [each for each in values if sees_value(household, viewer, each.access)]
    meant = [each for each in values if is_meant_for(viewer, each.access)]
    names = name_only(tuple(each.prop for each in meant))
    return [each for each in meant if each.prop in names]


class _Told:
    """What is known of the values of one card."""

    def __init__(self, tx: Transaction, household: Household, row: CardRow, *, own: bool) -> None:
        self._tx = tx
        self._rows: Mapping[int, Row] = {each[0]: each for each in tx.all(_FACTS, which=row.id)}
        self._row = row
        self._region = region_of(tx)
        self._household = household
        self._before = None if own else row.as_before
        self._confirmed: dict[int, int] = {}
        for which, at in tx.all(_CONFIRMED, which=row.id):
            self._confirmed[which] = max(at, self._confirmed.get(which, 0))

    def known(self, value: Value) -> Known:
        """A value that is there; of a card that is shown as it was, as it was."""
        row = self._rows[value.fact]
        is_now = self._before is None or row[9] < self._before
        seen_by = frozenset(
            each
            for each in self._household.ids()
            if sees_value(self._household, each, value.access, released=True)
        )
        return Known(
            fact=self._fact(row, value.prop, row[2] if is_now else row[1], seen_by),
            device=(row[10] or "") if is_now else "",
            origin=row[11] or "",
            visibility=value.access.visibility,
            named=value.access.named,
        )

    def former(self) -> tuple[Known, ...]:
        """Values that the card had once and has no more, the latest first, each once."""
        live = {(row[14], row[15]) for row in self._rows.values() if row[3] is None}
        found: dict[tuple[str, str], Known] = {}
        for row in sorted(self._rows.values(), key=lambda each: -(each[3] or 0)):
            key = (row[14], row[15])
            may = may_know(self._tx, self._row.member, row[5], row[7])
            if row[3] is not None and may and key not in live and key not in found:
                prop = property_from(bytes(row[12]), version=row[13], region=self._region)
                fact = self._fact(row, prop, row[2], frozenset())
                found[key] = Known(fact, row[10] or "", row[11] or "", "shared", frozenset())
        return tuple(found.values())

    def _fact(self, row: Row, prop: Property, last: int, seen_by: frozenset[str]) -> Fact:
        typed = last if row[5] is not None and not row[6] and row[7] is None else None
        said = self._confirmed.get(row[0])
        return Fact(
            id=row[0],
            card=self._row.id,
            prop=prop,
            first=row[1],
            last=last,
            confirmed=max((each for each in (typed, said) if each is not None), default=None),
            typed_by=row[5],
            bulk=bool(row[6]),
            source=row[7],
            previous=row[8],
            gone=row[3],
            withheld=False,
            act_kind=row[4],
            seen_by=seen_by,
        )
