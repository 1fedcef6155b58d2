"""Mass changes: counted per device, and held from everybody else beyond twenty in an hour (design rule R10).

Cards are counted, not requests: a card that is sent five times counts once. Each
kind counts for itself, and with whom it could be noticed: what a hold tells
somebody by its beginning rests on nothing that this member does not see (R1).
So a change counts towards the hold of another only if everybody who can tell
that other one can tell this one, too.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.access import ValueAccess, card_level, sees_value
from server.contacts.build import NAMES_OF_ORGANISATION, NAMES_OF_PERSON
from server.store.cards import CardRow, find_card, sources_of
from server.store.database import Transaction
from server.store.limits import named_for
from server.store.members import household_of
from server.store.query import Query, bind, inserting
from server.store.schema import act, card, counted, fact, hold, hold_card
from server.store.slots import SlotRow

Kind = Literal["made", "changed", "deleted", "stale"]

BULK_MOST: Final = 20
HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
EVERYBODY: Final = "*"
NOBODY: Final = ""

_COUNTED: Final = Query(
    select(counted.c.card, counted.c.audience, counted.c.at)
    .join(card, card.c.id == counted.c.card)
    .where(
        and_(
            counted.c.device == bind("on_device"),
            counted.c.kind == bind("how"),
            # A group called Private, or a category, may have taken it back meanwhile.
            or_(card.c.visibility != "private", counted.c.audience == NOBODY),
        )
    )
    .order_by(counted.c.at)
)
_COUNT = insert(counted).values(
    device=bind("on_device"),
    kind=bind("how"),
    card=bind("which"),
    at=bind("now"),
    audience=bind("whom"),
)
_UPSERT: Final = Query(
    _COUNT.on_conflict_do_update(
        index_elements=["device", "kind", "audience", "card"], set_={"at": _COUNT.excluded.at}
    )
)
_DROP: Final = Query(
    delete(counted).where(
        and_(
            counted.c.device == bind("on_device"),
            counted.c.kind == bind("how"),
            counted.c.audience == bind("whom"),
            counted.c.card == bind("which"),
        )
    )
)
_FORGET: Final = Query(
    delete(counted).where(
        and_(counted.c.device == bind("on_device"), counted.c.kind == bind("how"))
    )
)
_OPEN: Final = Query(
    select(hold.c.id)
    .where(
        and_(
            hold.c.member == bind("who"),
            hold.c.kind == bind("how"),
            hold.c.device.is_(bind("on_device")),
            hold.c.ended.is_(None),
        )
    )
    .order_by(hold.c.id)
)
_OPEN_STALE: Final = Query(
    select(hold.c.id)
    .join(hold_card, hold_card.c.hold == hold.c.id)
    .where(
        and_(
            hold.c.member == bind("who"),
            hold.c.kind == "stale",
            hold.c.ended.is_(None),
            hold_card.c.card == bind("which"),
        )
    )
)
_BEGIN: Final = inserting(hold, "member", "device", "kind", "act")
_JOIN = insert(hold_card).values(
    hold=bind("to"),
    card=bind("which"),
    slot=bind("of_slot"),
    act=bind("by_act"),
    last=bind("by_act"),
)
_ADD: Final = Query(
    _JOIN.on_conflict_do_update(
        index_elements=["hold", "card"],
        set_={"slot": _JOIN.excluded.slot, "last": _JOIN.excluded.last},
    )
)
_HOLD: Final = Query(
    update(card).where(card.c.id == bind("which")).values(held=bind("by_act"), settles=None)
)
_FREEZE: Final = Query(
    update(card)
    .where(card.c.id == bind("which"))
    .values(frozen=bind("by_act"), kind=bind("old_kind"), name_key=bind("old_key"))
)
_VALUES: Final = Query(
    select(fact.c.id, fact.c.property, fact.c.visibility, fact.c.source).where(
        and_(
            fact.c.card == bind("which"),
            or_(
                fact.c.first == bind("by_act"),
                fact.c.last == bind("by_act"),
                fact.c.gone == bind("by_act"),
            ),
        )
    )
)
_MADE_BY: Final = Query(
    select(act.c.at).where(and_(act.c.id == bind("which"), act.c.device == bind("on_device")))
)


@dataclass(frozen=True, slots=True)
class _Counting:
    """One card of a device that counts towards a mass change."""

    device: int
    kind: Kind
    card: str
    audience: str

    def is_mass(self, tx: Transaction) -> bool:
        """Whether the device did this to twenty other cards within the hour, as everybody can tell who can tell this."""
        rows = tx.all(_COUNTED, on_device=self.device, how=self.kind)
        lately = {
            row[0]
            for row in rows
            if row[2] > tx.now - HOUR and row[0] != self.card and self._tells(row[1])
        }
        return len(lately) >= BULK_MOST

    def count(self, tx: Transaction) -> None:
        """Count it; what is not needed to tell a mass change is forgotten, so that the table stays small."""
        rows = tx.all(_COUNTED, on_device=self.device, how=self.kind)
        alike = [row[0] for row in rows if row[1] == self.audience and row[0] != self.card]
        if len(alike) > BULK_MOST:
            tx.run(_DROP, on_device=self.device, how=self.kind, whom=self.audience, which=alike[0])
        tx.run(
            _UPSERT,
            on_device=self.device,
            how=self.kind,
            which=self.card,
            now=tx.now,
            whom=self.audience,
        )

    def _tells(self, audience: str) -> bool:
        """Whether whoever can tell this one can tell one of that audience as well."""
        if audience == EVERYBODY or self.audience == NOBODY:
            return True
        return self.audience != EVERYBODY and set(self.audience.split()) <= set(audience.split())


def is_mass_creation(tx: Transaction, device: int) -> bool:
    """Whether the card at hand is beyond the twenty that a device may add within the hour."""
    return _Counting(device, "made", "", EVERYBODY).is_mass(tx)


def note_made(tx: Transaction, card_id: str, device: int) -> None:
    """Count a new card that others are going to see; a mass of them is held, with those that have not settled yet."""
    row = find_card(tx, card_id)
    assert row is not None
    one = _Counting(device, "made", card_id, _audience(row))
    mass = one.is_mass(tx)
    one.count(tx)
    if not mass:
        return
    lately = [
        each[0]
        for each in tx.all(_COUNTED, on_device=device, how="made")
        if each[2] > tx.now - HOUR
    ]
    for each in lately:
        other = find_card(tx, each)
        if other is None or other.trashed is not None or other.access.visibility == "private":
            continue
        if other.settles is not None or (each == card_id and other.held is None):
            tx.run(_HOLD, which=each, by_act=tx.act)
            join_hold(tx, row.member, device, "made", each)


def note_changed(tx: Transaction, before: CardRow, visibility: str, device: int) -> None:
    """Count a change that others can see; from the twenty-first card on it is held.

    Args:
        before: The card as it was.
        visibility: Who sees it now.
    """
    if visibility == "private":
        return
    if before.access.visibility == "private":  # to others it is new
        if before.household and before.kind != "group":
            note_made(tx, before.id, device)
        return
    audience = _who_can_tell(tx, before)
    if audience == NOBODY:
        return
    one = _Counting(device, "changed", before.id, audience)
    mass = one.is_mass(tx)
    one.count(tx)
    if mass:
        if before.frozen is None:
            tx.run(
                _FREEZE,
                which=before.id,
                by_act=tx.act,
                old_kind=before.kind,
                old_key=before.name_key,
            )
        join_hold(tx, before.member, device, "changed", before.id)


def is_held_suggestion(tx: Transaction, author: str, card_id: str) -> bool:
    """Count a change to somebody else's card, which its keeper would be told of; whether it is held."""
    device, row = tx.actor.device, find_card(tx, card_id)
    if device is None or row is None:
        return False
    one = _Counting(device, "changed", card_id, row.member)
    mass = one.is_mass(tx)
    one.count(tx)
    if mass:
        join_hold(tx, author, device, "changed", card_id)
    return mass


def holds_deletion(tx: Transaction, slot: SlotRow, device: int) -> bool:
    """Count a deletion; whether it is one too many, and is asked about instead.

    Cards that the device itself made within the last day do not count.
    """
    row = find_card(tx, slot.card)
    assert row is not None
    made = tx.one(_MADE_BY, which=row.added, on_device=device) if slot.own else None
    if made is not None and made[0] > tx.now - DAY:
        return False
    one = _Counting(device, "deleted", row.id, _who_misses(slot, row))
    if one.is_mass(tx):
        join_hold(tx, slot.member, device, "deleted", row.id, slot=slot.id)
        return True
    one.count(tx)
    return False


def hold_stale(tx: Transaction, slot: SlotRow, device: int) -> None:
    """Ask whoever deleted a card that was edited meanwhile; once for each card."""
    found = tx.one(_OPEN_STALE, who=slot.member, which=slot.card)
    number = (
        found[0]
        if found is not None
        else tx.run(_BEGIN, member=slot.member, device=device, kind="stale", act=tx.act)
    )
    tx.run(_ADD, to=number, which=slot.card, of_slot=slot.id, by_act=tx.act)


def join_hold(
    tx: Transaction,
    member: str,
    device: int | None,
    kind: Kind,
    card_id: str,
    *,
    slot: int | None = None,
) -> None:
    """Make a card part of what is held of a device: of the open hold of this kind, or of a new one."""
    found = tx.one(_OPEN, who=member, how=kind, on_device=device)
    number = (
        found[0]
        if found is not None
        else tx.run(_BEGIN, member=member, device=device, kind=kind, act=tx.act)
    )
    tx.run(_ADD, to=number, which=card_id, of_slot=slot, by_act=tx.act)


def forget_count(tx: Transaction, device: int, kind: Kind) -> None:
    """What a human has looked at does not count again."""
    tx.run(_FORGET, on_device=device, how=kind)


def _who_misses(slot: SlotRow, row: CardRow) -> str:
    """Who can tell that a card was deleted."""
    shown = slot.own and row.household and row.kind != "group" and not row.access.waiting
    return _audience(row) if shown else NOBODY


def _audience(row: CardRow) -> str:
    """Whom a card is shown to, as far as the card itself says."""
    if row.access.visibility == "private":
        return NOBODY
    return EVERYBODY if row.access.visibility == "shared" else " ".join(sorted(row.access.named))


def _who_can_tell(tx: Transaction, before: CardRow) -> str:
    """Who, besides the keeper, sees anything of what the act at hand changed on a card."""
    household = household_of(tx)
    levels = {
        each: card_level(household, each, before.access)
        for each in household.ids()
        if each != before.member
    }
    if not any(level != "none" for level in levels.values()):
        return NOBODY
    values = [
        ValueAccess(
            before.access, row[1], row[2], sources_of(tx, row[3]), named_for(tx, row[0], row[2])
        )
        for row in tx.all(_VALUES, which=before.id, by_act=tx.act)
    ]
    shown = NAMES_OF_ORGANISATION if before.kind == "organisation" else NAMES_OF_PERSON
    names = any(each.property in shown and each.visibility == "shared" for each in values)
    return " ".join(
        sorted(
            each
            for each, level in levels.items()
            if (level == "name" and names)
            or any(sees_value(household, each, value) for value in values)
        )
    )
