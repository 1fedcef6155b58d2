"""One person as one member knows them, for a page: values, whose they are, who sees them, what they were."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from server.access import Household, Level, card_level
from server.cases.marks import sealed
from server.cases.removals import out_mark
from server.cases.shapes import Row
from server.cases.telling import how_of
from server.cases.typed import Typed, typed_by
from server.cases.wording import kind_of_property, label_of
from server.contacts.travel import travel_of
from server.errors import nobody_there
from server.reconcile.freshness import badge
from server.reconcile.ownership import Ownership, owner_of
from server.reconcile.snapshot import Claim
from server.store.called import device_name
from server.store.cards import CardRow, claims_of
from server.store.database import Database, Transaction
from server.store.devices import list_devices
from server.store.fading import half_lives_of
from server.store.fence import reading_as
from server.store.lending import asked_at, shown_to
from server.store.members import household_of
from server.store.portraits import Known, Portrait, portraits_of
from server.store.sharing import NAMES
from server.store.slots import last_served, slots_of_card

Waiting = Literal["", "settles", "held", "paused"]

_NEVER_LISTED = frozenset({"FN", "N", "PHOTO"})
_ORDER = ("TEL", "EMAIL", "ADR", "IMPP", "URL", "ORG", "TITLE", "ROLE", "BDAY", "ANNIVERSARY")
"""What people look for first; notes and the rest come last."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a card with what may be done about it.

    Attributes:
        mark: What a form calls it; empty where there is nothing to do.
        origin: Whose card it was copied from; empty where it was typed here.
        visibility: Of an own value: shared, private or members; `never` where others never see such values.
        named: Whom it is shown to, where that is not everybody who sees the card.
        confirmed: When somebody vouched for it since it was typed or came, in UTC microseconds; 0 for never.
    """

    row: Row
    mark: str = ""
    origin: str = ""
    visibility: str = "shared"
    named: tuple[str, ...] = ()
    until: int = 0
    confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Watcher:
    """What another member sees of an own card; `hidden` names the values they do not see."""

    member: str
    level: Level
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnDevice:
    """Whether a device of one's own has a card: as it is `now`, as it was `before`, or `never`."""

    label: str
    has: Literal["now", "before", "never"]


@dataclass(frozen=True, slots=True)
class CardPage:
    """One card of a person.

    Attributes:
        out: What takes it out of the viewer's book as it is now; empty where it has no place there.
    """

    id: str
    keeper: str
    name: str
    level: Level
    own: bool
    kind: str
    lines: tuple[Line, ...]
    former: tuple[Line, ...]
    photo: bool
    out: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything a page says of a person; `card` is shown, `others` are further cards of theirs."""

    card: CardPage
    others: tuple[CardPage, ...]
    owner: Ownership
    watchers: tuple[Watcher, ...]
    devices: tuple[OnDevice, ...]
    changes: tuple[Typed, ...]
    visibility: str
    named: tuple[str, ...]
    waiting: Waiting
    settles: int
    cards: tuple[str, ...]
    asked: int = 0
    """When the viewer asked for a card of which they see the name; 0 where they did not."""
    lent: tuple[str, ...] = ()
    """To whom an own card is shown whole who else see names alone."""


def person_page(db: Database, viewer: str, card_id: str) -> PersonPage:
    """What a member may know of the person that a card belongs to.

    Raises:
        NotFound: The member sees no such person.
    """
    with reading_as(db, viewer) as tx:
        person, portraits = portraits_of(tx, viewer, card_id)
        if person is None:
            raise nobody_there()
        shown, *rest = portraits
        row = shown.row
        own = row.member == viewer
        access = row.access
        lives = half_lives_of(tx)
        return PersonPage(
            card=_card(tx, viewer, shown, lives),
            others=tuple(_without(_card(tx, viewer, each, lives), shown) for each in rest),
            owner=_owner(tx, viewer, portraits),
            watchers=_watchers(household_of(tx), shown) if own and row.household else (),
            devices=_on_devices(tx, viewer, person.cards),
            changes=typed_by(tx, viewer, portraits),
            visibility=access.visibility if own else "",
            named=tuple(sorted(access.named)) if own else (),
            waiting=_waiting(row) if own else "",
            settles=(row.settles or 0) if own else 0,
            cards=person.cards,
            asked=(asked_at(tx, viewer, row.id) or 0) if shown.level == "name" else 0,
            lent=shown_to(tx, row.id) if own else (),
        )


def seen_by(tx: Transaction, keeper: str, card_id: str, other: str) -> Watcher | None:
    """What another member sees of an own card; None of one that does not take part in the household."""
    _person, portraits = portraits_of(tx, keeper, card_id)
    own = next((each for each in portraits if each.row.id == card_id), None)
    if own is None or not own.row.household:
        return None
    household = household_of(tx)
    return next((each for each in _watchers(household, own) if each.member == other), None)


def _card(tx: Transaction, viewer: str, each: Portrait, lives: Mapping[str, float]) -> CardPage:
    own = each.row.member == viewer
    line = partial(_line, tx, viewer, each, lives)
    return CardPage(
        id=each.row.id,
        keeper=each.row.member,
        name=_called(each),
        level=each.level,
        own=own,
        kind=each.row.kind,
        lines=tuple(
            line(known, own=own)
            for known in sorted(each.values, key=_place)
            if known.fact.prop.name not in _NEVER_LISTED
        ),
        former=tuple(
            replace(line(known, own=False), until=known.fact.gone or 0)
            for known in each.former
            if known.fact.prop.name != "PHOTO"
        ),
        photo=any(known.fact.prop.name == "PHOTO" for known in each.values),
        out=out_mark(tx, viewer, each.row.id),
    )


def _place(known: Known) -> int:
    name = known.fact.prop.name
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _called(each: Portrait) -> str:
    """What a card calls its person; else its first value; empty where it has none."""
    name = each.state.name.formatted.strip()
    return name or next((known.fact.prop.shown for known in each.values), "")


def _line(
    tx: Transaction,
    viewer: str,
    card: Portrait,
    lives: Mapping[str, float],
    known: Known,
    *,
    own: bool,
) -> Line:
    fact = known.fact
    shown = travel_of(fact.prop.name).shown
    can_limit = own and shown and fact.prop.name not in NAMES
    return Line(
        row=Row(
            label=label_of(fact.prop),
            property=fact.prop.name,
            value=fact.prop.shown,
            kind=kind_of_property(fact.prop.name),
            badge=badge(fact, tx.now, lives).word,
            who=fact.typed_by or card.row.member,
            since=fact.last,
            how=how_of(fact),
            device=known.device,
        ),
        mark=sealed(tx, f"value {viewer}", fact.id) if can_limit else "",
        origin=known.origin,
        visibility="" if not own else known.visibility if shown else "never",
        named=tuple(sorted(known.named)) if own else (),
        confirmed=fact.confirmed if fact.confirmed and fact.confirmed > fact.last else 0,
    )


def _without(card: CardPage, shown: Portrait) -> CardPage:
    """Another card of a person with what the one that is shown does not say, alike."""
    said = {(each.fact.prop.name, each.fact.prop.shown) for each in shown.values}
    lines = tuple(e for e in card.lines if (e.row.property, e.row.value) not in said)
    return replace(card, lines=lines)


def _owner(tx: Transaction, viewer: str, portraits: tuple[Portrait, ...]) -> Ownership:
    claims = [
        Claim(said.card, said.member, said.says, said.act)
        for each in portraits
        for said in claims_of(tx, each.row.id)
    ]
    states = [each.state for each in portraits if each.level == "all"]
    if not states:
        keeper = portraits[0].row.member
        return Ownership(keeper, claimed=False, proposal=keeper, reasons=())
    return owner_of(states, claims, viewers=frozenset({viewer}))


def _watchers(household: Household, own: Portrait) -> tuple[Watcher, ...]:
    return tuple(
        Watcher(
            each,
            card_level(household, each, own.row.access, released=True),
            tuple(
                dict.fromkeys(
                    label_of(known.fact.prop)
                    for known in own.values
                    if each not in known.fact.seen_by
                )
            ),
        )
        for each in household.ids()
        if each != own.row.member
    )


def _on_devices(tx: Transaction, viewer: str, cards: tuple[str, ...]) -> tuple[OnDevice, ...]:
    """Which of the viewer's own devices have the card; of others' devices nobody is told."""
    slots = [
        slot
        for card_id in cards
        for slot in slots_of_card(tx, card_id, viewer)
        if slot.gone is None
    ]
    found: list[OnDevice] = []
    for device in list_devices(tx, viewer):
        got = [(slot, last_served(tx, slot, device.id)) for slot in slots[:1]]
        has: Literal["now", "before", "never"] = "never"
        for slot, served in got:
            if served is not None:
                has = "now" if served[0] == slot.seq else "before"
        found.append(OnDevice(device_name(tx, device.id), has))
    return tuple(found)


def _waiting(row: CardRow) -> Waiting:
    if row.paused is not None:
        return "paused"
    if row.held is not None or row.frozen is not None:
        return "held"
    return "settles" if row.settles is not None else ""
