"""A PUT on an own card: stored as sent where the device knew the card as it is, else merged into it.

What the device cannot show and therefore left out stays on the card. A body
without If-Match is measured against the text last served to its device; where
nobody knows that, it takes nothing away. Where it gives another value to what
somebody gave another value meanwhile, and there can be only one, its member is asked.
"""

from dataclasses import dataclass

from server.contacts.card import parse, with_properties
from server.contacts.properties import Change, content_digest, properties
from server.contacts.travel import travel_of
from server.store.bases import base_of
from server.store.believing import sight_of
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.devices import Device
from server.store.facts import Typing
from server.store.group_edits import believed_changes
from server.store.household import region_of
from server.store.keeping import Written, change_card, read_card
from server.store.meeting import Meeting
from server.store.overlays import COLLIDED, put_on, suggest
from server.store.overtaken import older_start
from server.store.slots import SlotRow
from server.store.texts import octets_of
from server.store.views import refresh


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a body.

    Args:
        is_as_sent: The card is now exactly what was sent.
        met: The number of the text it started from, where some of it met another edit.
    """

    is_as_sent: bool
    met: int | None = None


@dataclass(frozen=True, slots=True)
class _Start:
    """What an edit started from.

    Args:
        octets: None where nobody knows.
        seq: Under which number it was served; None where it was written without having been looked at.
    """

    octets: bytes | None
    seq: int | None = None


def put_own(
    tx: Transaction,
    row: CardRow,
    slot: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
    is_known: bool = False,
) -> Taken:
    """Store a body on its member's own card.

    Args:
        seq: The number that its If-Match names, which is the slot's; None without one.
        is_known: The device is known to have had the card as it is, as in a replay.
    """
    region, current = region_of(tx), octets_of(tx, row.text)
    start = _Start(current, slot.seq)
    if not is_known:
        start = _start(tx, row, slot, written, device=device, seq=seq)
    now = properties(parse(current), region=region)
    had = start.octets
    before = properties(parse(had), region=region) if had not in (None, current) else now
    belief = sight_of(tx, device, kind=row.kind).judge(before, written.props)
    withheld = seq is None
    collided: tuple[Change, ...] = ()
    if had is not None and content_digest(before) == content_digest(now):
        kept = tuple(each.before for each in belief.unseen if each.before is not None)
        octets = with_properties(written.card, kept, region=region) if kept else written.octets
        withheld = withheld or belief.is_doubtful
    else:
        changes = belief.believed if had is not None else belief.without_base(region)
        changes = believed_changes(tx, slot, row, written, changes, device=device, seq=seq)
        if had is not None and start.seq is not None:
            changes, collided = _settled(Meeting(before, now, changes), region)
        octets = put_on(current, changes, region, beside=written.props)
        if not collided and _digest(octets, region) == content_digest(written.props):
            octets = written.octets
    if octets != current:
        stored = written if octets == written.octets else read_card(tx, octets)
        change_card(tx, row, stored, Typing(row.member, withheld=withheld), device=device.id)
        refresh(tx, (row.id,))
    for each in collided:
        suggest(tx, row.member, row.id, each, state=COLLIDED)
    return Taken(octets == written.octets and not collided, start.seq if collided else None)


def merge_typed(
    tx: Transaction, row: CardRow, written: Written, *, had: bytes, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """Merge what was typed on a page into its member's own card; gives what met another edit.

    Then nothing is stored: whoever sits before the page is asked there.

    Args:
        had: What the page was made from, and `changes` what leads from there to what was written.
    """
    region, current = region_of(tx), octets_of(tx, row.text)
    octets = written.octets
    if had != current:
        before, now = (properties(parse(each), region=region) for each in (had, current))
        changes, collided = _settled(Meeting(before, now, changes), region)
        if collided:
            return collided
        octets = put_on(current, changes, region, beside=written.props)
    if octets != current:
        change_card(tx, row, read_card(tx, octets), Typing(row.member), device=None)
        refresh(tx, (row.id,))
    return ()


def _settled(meeting: Meeting, region: str) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What is done, and what is asked: of two new values of a name that may have several, both stand."""
    changes, collided = meeting.settled(meeting.changes, region)
    asked = tuple(each for each in collided if each.after and travel_of(each.after.name).single)
    return (*changes, *(each for each in collided if each.after and each not in asked)), asked


def _start(
    tx: Transaction,
    row: CardRow,
    slot: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> _Start:
    """What a body started from: the text that its device had, or an older one that it let win."""
    current = octets_of(tx, row.text)
    if seq != slot.seq or slot.text_3 is not None:
        found = base_of(tx, slot, device, seq)
        if found is None or found[1] != current:
            return _Start(found[1], found[0]) if found is not None else _Start(None)
    older = older_start(tx, row, written)
    return _Start(older) if older is not None else _Start(current, slot.seq)


def _digest(octets: bytes, region: str) -> bytes:
    return content_digest(properties(parse(octets), region=region))
