"""Groups as devices write them: what a device cannot show it cannot take out (design rule R5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select

from server.contacts.card import parse
from server.contacts.properties import Change, Property, properties
from server.store.bases import base_text
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.devices import Device
from server.store.groups import keys_of_line, keys_of_uid, members_of, slot_named
from server.store.household import region_of
from server.store.keeping import Written, read_card
from server.store.overlays import put_on
from server.store.query import Query, bind
from server.store.schema import act, card_version, fact, served
from server.store.slots import SlotRow, surviving
from server.store.texts import octets_of

_WAS_SERVED: Final = Query(
    select(served.c.seq).where(and_(served.c.device == bind("on"), served.c.slot == bind("which")))
)
_HAS_SENT: Final = Query(
    select(card_version.c.act)
    .join(act, act.c.id == card_version.c.act)
    .where(and_(card_version.c.card == bind("of_card"), act.c.device == bind("on")))
    .limit(1)
)
_HAS_NAMED: Final = Query(
    select(fact.c.id)
    .join(act, act.c.id == fact.c.first)
    .where(
        and_(
            fact.c.property == "MEMBER",
            fact.c.norm == bind("key"),
            fact.c.card == bind("of_card"),
            act.c.device == bind("on"),
        )
    )
    .limit(1)
)


def with_kept_members(
    tx: Transaction,
    slot: SlotRow,
    row: CardRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> Written:
    """What a group says after a device wrote it: the sent card, and the members it could not know of.

    A group that comes back as a contact, as DAVx5 saves one where groups are
    categories to it, stays the group it was.

    Args:
        seq: Under which number the device was served the group; None: the last one.
    """
    if row.kind != "group":
        return written
    region = region_of(tx)
    before = properties(parse(octets_of(tx, row.text)), region=region)
    report = _report(tx, slot, row, written, device=device, seq=seq)
    left_out = [
        each
        for each in before
        if each.name in {"MEMBER", "KIND"} and not _holds(written.props, each)
    ]
    back = [each for each in left_out if not report.removes(each)]
    octets = put_on(written.octets, [Change(None, each) for each in back], region)
    return written if octets == written.octets else read_card(tx, octets)


def believed_changes(
    tx: Transaction,
    slot: SlotRow,
    row: CardRow,
    written: Written,
    changes: Iterable[Change],
    *,
    device: Device,
    seq: int | None,
) -> tuple[Change, ...]:
    """The changes of a group that its device can have meant; those of any other card as they are.

    Two members are never two forms of one: a line in the place of another is
    an addition and a removal.
    """
    changes = tuple(changes)
    if row.kind != "group" or not any(each.before for each in changes):
        return changes
    report = _report(tx, slot, row, written, device=device, seq=seq)
    return tuple(report.believed(changes))


def _report(
    tx: Transaction,
    slot: SlotRow,
    row: CardRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> "_Report":
    octets = base_text(tx, slot, device, seq)
    base = properties(parse(octets), region=region_of(tx)) if octets is not None else ()
    known: dict[int, list[SlotRow]] = {}
    for named, standing in _standing(tx, row.book, base):
        known.setdefault(standing.id, []).append(named)
    kept = frozenset(each.id for _, each in _standing(tx, row.book, written.props))
    return _Report(tx, row, written, device, known, kept)


def _standing(
    tx: Transaction, book_id: int, props: Iterable[Property]
) -> Iterator[tuple[SlotRow, SlotRow]]:
    """The slots that member lines name, each with the one that stands for it now."""
    for each in props:
        slot = slot_named(tx, book_id, each) if each.name == "MEMBER" else None
        if slot is not None:
            yield slot, surviving(tx, slot)


@dataclass(frozen=True, slots=True)
class _Report:
    """A group as a device wrote it, and what that device can have meant by leaving lines out.

    Args:
        known: By the slot that stands for them now, the members that the device had in the group.
        kept: The slots that stand for those whom it sent.
    """

    tx: Transaction
    row: CardRow
    written: Written
    device: Device
    known: Mapping[int, Sequence[SlotRow]]
    kept: frozenset[int]

    def removes(self, line: Property) -> bool:
        """Whether the device had both the member and the group that named it, under whatever name.

        A card that was a group stays one.
        """
        if line.name != "MEMBER" or self.written.kind != "group":
            return False
        for slot, standing in _standing(self.tx, self.row.book, (line,)):
            if standing.gone is not None or standing.id in self.kept:
                return False
            names = (slot, standing, *self.known.get(standing.id, ()))
            knew = standing.id in self.known or any(map(self._has_named, names))
            return knew and any(map(self._had, names))
        return False

    def believed(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes that count; a removal takes every line off that stands for the member."""
        now = members_of(self.tx, self.row)
        for each in _apart(changes):
            before, after = each.before, each.after
            is_removal = before is not None and (after is None or after.norm != before.norm)
            if before is None or before.name not in {"MEMBER", "KIND"} or not is_removal:
                yield each
            elif self.removes(before):
                ends = {end.id for _, end in _standing(self.tx, self.row.book, (before,))}
                for line in now:
                    if ends & {end.id for _, end in _standing(self.tx, self.row.book, (line,))}:
                        yield Change(line, None)

    def _has_named(self, slot: SlotRow) -> bool:
        """Whether the device itself put a member into the group."""
        return any(
            self.tx.one(_HAS_NAMED, key=each, of_card=self.row.id, on=self.device.id)
            for each in keys_of_uid(slot.uid)
        )

    def _had(self, slot: SlotRow) -> bool:
        """Whether the device was given a card, or sent it."""
        on, tx = self.device.id, self.tx
        return (
            tx.one(_WAS_SERVED, on=on, which=slot.id) is not None
            or tx.one(_HAS_SENT, of_card=slot.card, on=on) is not None
        )


def _apart(changes: Iterable[Change]) -> Iterator[Change]:
    """A change of one member to another as a removal and an addition."""
    for each in changes:
        before, after = each.before, each.after
        if before and after and before.name == "MEMBER" and before.norm != after.norm:
            yield Change(before, None)
            yield Change(None, after)
        else:
            yield each


def _holds(props: Iterable[Property], line: Property) -> bool:
    keys = set(keys_of_line(line))
    return any(each.name == line.name and keys.intersection(keys_of_line(each)) for each in props)
