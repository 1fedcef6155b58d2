"""One card as it was before an act: to identical bytes where it says the same still, else exactly that act's part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.access import sees_source
from server.contacts.card import parse
from server.contacts.properties import Change, Property, content_digest, diff, properties
from server.contacts.travel import travel_of
from server.store.cards import CardRow, closure, sources_of
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.members import household_of
from server.store.overlays import put_on
from server.store.query import Query, bind
from server.store.schema import confirmation, fact, operation
from server.store.statement import Row
from server.store.taking_back import TAKEN_BACK
from server.store.texts import octets_of

_MADE: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.norm)
    .where(
        and_(fact.c.card == bind("which"), fact.c.first == bind("by_act"), fact.c.gone.is_(None))
    )
    .order_by(fact.c.id)
)
_ENDED: Final = Query(
    select(
        fact.c.id,
        fact.c.property,
        fact.c.norm,
        fact.c.typed_by,
        fact.c.bulk,
        fact.c.source,
        fact.c.last,
        fact.c.visibility,
    )
    .where(and_(fact.c.card == bind("which"), fact.c.gone == bind("by_act")))
    .order_by(fact.c.id.desc())
)
_AS_BEFORE: Final = Query(
    update(fact)
    .where(fact.c.id == bind("which"))
    .values(
        typed_by=bind("typed"),
        bulk=bind("in_bulk"),
        source=bind("from_fact"),
        last=bind("last_act"),
        visibility=bind("seen_by"),
    )
)
_WITHHOLD: Final = Query(
    update(fact)
    .where(and_(fact.c.card == bind("which"), fact.c.gone == bind("by_act")))
    .values(withheld=1)
)
_CONFIRMED: Final = Query(
    select(confirmation.c.member, confirmation.c.act, confirmation.c.how).where(
        confirmation.c.fact == bind("which")
    )
)
_CONFIRM: Final = Query(
    insert(confirmation)
    .values(fact=bind("which"), member=bind("who"), act=bind("by_act"), how=bind("in_words"))
    .on_conflict_do_nothing()
)
_SAME_VALUE: Final = Query(
    select(fact.c.id, fact.c.card, fact.c.gone)
    .where(and_(fact.c.property == bind("name"), fact.c.norm == bind("key")))
    .order_by(fact.c.id)
)
_OF_NAME: Final = Query(
    select(fact.c.id).where(
        and_(fact.c.card == bind("which"), fact.c.property == bind("name"), fact.c.gone.is_(None))
    )
)
_NEXT: Final = Query(
    select(fact.c.id, fact.c.gone)
    .where(fact.c.previous == bind("which"))
    .order_by(fact.c.id.desc())
)
_NEVER: Final = Query(
    insert(operation)
    .values(act=bind("by_act"), origin=bind("from_fact"), card=bind("on_card"), kind="undo")
    .on_conflict_do_update(
        index_elements=["origin", "card"],
        set_={"kind": "undo"},
        where=operation.c.kind == TAKEN_BACK,
    )
)


@dataclass(frozen=True, slots=True)
class Stay:
    """What an undo leaves as it is, because it was changed since.

    Args:
        property: The name of the value; empty for the whole card.
        fact: The value that stands there now, if there is one.
        is_withdrawn: It would come back, but whoever it came from shows it to the keeper no more (R7).
    """

    card: str
    property: str
    fact: int | None = None
    is_withdrawn: bool = False


def revert_card(
    tx: Transaction, row: CardRow, old: int, before: int, after: int, *, travels: bool = False
) -> tuple[bool, tuple[Stay, ...]]:
    """Take back what an act did to a card's text; whether anything changed, and what stays.

    Args:
        old: The act.
        before: The text before it.
        after: The text it left.
        travels: It was its member's own edit, and taking it back is one as well.
    """
    reverting = _Reverting(tx, row, old, region_of(tx), travels)
    return reverting.run(octets_of(tx, before), octets_of(tx, after))


@dataclass(frozen=True, slots=True)
class _Reverting:
    tx: Transaction
    row: CardRow
    old: int
    region: str
    travels: bool

    def run(self, before: bytes, after: bytes) -> tuple[bool, tuple[Stay, ...]]:
        current = octets_of(self.tx, self.row.text)
        was, became, now = (self._read(each) for each in (before, after, current))
        wanted = diff(became, was)
        former = self.tx.all(_ENDED, which=self.row.id, by_act=self.old)
        shown = tuple(each for each in wanted if self._may_return(each.after, former))
        stays = tuple(
            Stay(self.row.id, each.after.name, is_withdrawn=True)
            for each in wanted
            if each not in shown and each.after is not None
        )
        if content_digest(now) == content_digest(became) and shown == wanted:
            octets = before
        else:
            fitting = tuple(each for each in shown if _fits(now, each))
            octets = put_on(current, fitting, self.region)
            stays += tuple(
                stay for each in shown if each not in fitting for stay in self._stays(now, each)
            )
        if octets != current:
            self._write(octets, now, former)
        return octets != current, stays

    def _read(self, octets: bytes) -> tuple[Property, ...]:
        return properties(parse(octets), region=self.region)

    def _may_return(self, prop: Property | None, former: Iterable[Row]) -> bool:
        """Whether the keeper may still have a value that the machine had brought (R7)."""
        if prop is None:
            return True
        household = household_of(self.tx)
        for row in former:
            if (row[1], row[2]) == (prop.name, prop.norm):
                sources = sources_of(self.tx, row[5]) if row[3] is None else ()
                return all(sees_source(household, self.row.member, each) for each in sources)
        return True

    def _write(self, octets: bytes, now: tuple[Property, ...], former: list[Row]) -> None:
        tx, card = self.tx, self.row.id
        near, _ = closure(tx, (card,))
        typing = Typing(None, withheld=not self.travels, is_restored=True)
        changes = change_card(tx, self.row, read_card(tx, octets), typing, device=None)
        if not self.travels:
            tx.run(_WITHHOLD, which=card, by_act=tx.act)
        rest = list(former)
        for made in tx.all(_MADE, which=card, by_act=tx.act):
            match = next((each for each in rest if each[1:3] == made[1:3]), None)
            if match is not None:
                rest.remove(match)
                self._as_before(made[0], match)
        for change in changes:
            if change.before is not None:
                self._never_again(change.before, near.keys() - {card})

    def _as_before(self, restored: int, former: Row) -> None:
        """A value that comes back is as old, and whose, it was."""
        _, _, _, typed, bulk, source, last, visibility = former
        self.tx.run(
            _AS_BEFORE,
            which=restored,
            typed=typed,
            in_bulk=bulk,
            from_fact=source,
            last_act=last,
            seen_by=visibility,
        )
        for who, by_act, how in self.tx.all(_CONFIRMED, which=former[0]):
            self.tx.run(_CONFIRM, which=restored, who=who, by_act=by_act, in_words=how)
        if source is not None:  # making private meanwhile takes it back once more
            self.tx.touched.update(each.card.id for each in sources_of(self.tx, source))

    def _never_again(self, taken: Property, near: Iterable[str]) -> None:
        """No card of the person may bring a value again that was taken off by an undo (R9)."""
        cards = frozenset(near)
        for fact_id, card, gone in self.tx.all(_SAME_VALUE, name=taken.name, key=taken.norm):
            if gone is None and card in cards:
                self.tx.run(_NEVER, by_act=self.tx.act, from_fact=fact_id, on_card=self.row.id)

    def _stays(self, now: tuple[Property, ...], change: Change) -> Iterator[Stay]:
        """What is there instead of what the act left; nothing where a member just removed it."""
        brought, former = change.before, change.after
        if brought is not None:
            for fact_id, card, gone in self.tx.all(
                _SAME_VALUE, name=brought.name, key=brought.norm
            ):
                if card != self.row.id:
                    continue
                live = self._edited(fact_id) if gone is not None else fact_id
                if live is not None:
                    yield Stay(card, brought.name, live)
                    return
        if former is not None and not _holds(now, former):
            row = self.tx.one(_OF_NAME, which=self.row.id, name=former.name)
            if row is not None:
                yield Stay(self.row.id, former.name, row[0])

    def _edited(self, fact_id: int | None) -> int | None:
        """The living value that a value was edited to, if it was."""
        while fact_id is not None:
            row = self.tx.one(_NEXT, which=fact_id)
            if row is None or row[1] is None:
                return row[0] if row else None
            fact_id = row[0]
        return None


def _fits(now: tuple[Property, ...], change: Change) -> bool:
    """Whether what an act left is there as it left it, so that its part can be taken back."""
    if change.before is not None:
        return any(each.canonical == change.before.canonical for each in now)
    former = change.after
    assert former is not None
    if _holds(now, former):
        return False
    return not (travel_of(former.name).single and any(each.name == former.name for each in now))


def _holds(now: tuple[Property, ...], wanted: Property) -> bool:
    return any((each.name, each.norm) == (wanted.name, wanted.norm) for each in now)
