"""A PUT on an own card: stored as sent where the device knew the card as it is, else merged into it.

What the device cannot show and therefore left out stays on the card. A body
without If-Match is measured against the text last served to its device; where
nobody knows that, it takes nothing away. Where it gives another value to what
somebody gave another value meanwhile, and there can be only one, its member is asked.
"""

from typing import Literal

from server.contacts.card import parse, with_properties
from server.contacts.properties import Change, content_digest, properties
from server.contacts.travel import travel_of
from server.store.bases import base_text
from server.store.believing import sight_of
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.devices import Device
from server.store.facts import Typing
from server.store.group_edits import believed_changes
from server.store.household import region_of
from server.store.keeping import Written, change_card, read_card
from server.store.late import Meeting
from server.store.overlays import COLLIDED, put_on, suggest
from server.store.overtaken import older_start
from server.store.slots import SlotRow
from server.store.texts import octets_of
from server.store.views import refresh

Outcome = Literal["stored", "merged", "collided"]
"""The card is now exactly what was sent; it was merged; and some of it waits for an answer."""


def put_own(
    tx: Transaction,
    row: CardRow,
    slot: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
    is_known: bool = False,
) -> Outcome:
    """Store a body on its member's own card; what became of it.

    Args:
        seq: The number that its If-Match names, which is the slot's; None without one.
        is_known: The device is known to have had the card as it is, as in a replay.
    """
    current = octets_of(tx, row.text)
    had = _had(tx, slot, current, device, seq, is_known=is_known)
    if had == current and not is_known:
        had = older_start(tx, row, written) or current
    region = region_of(tx)
    now = properties(parse(current), region=region)
    before = properties(parse(had), region=region) if had not in (None, current) else now
    belief = sight_of(tx, device, kind=row.kind).judge(before, written.props)
    withheld = seq is None
    collided: tuple[Change, ...] = ()
    if had is not None and content_digest(before) == content_digest(now):
        kept = tuple(each.before for each in belief.unseen if each.before is not None)
        octets = with_properties(written.card, kept, region=region) if kept else written.octets
        withheld = withheld or belief.is_doubtful
    else:
        changes = belief.believed
        if had is None:
            changes = tuple(each for each in changes if each.after is not None)
        changes = believed_changes(tx, slot, row, written, changes, device=device, seq=seq)
        if seq is None and had is not None:
            collided = _collided(Meeting(before, now, changes))
            changes = tuple(each for each in changes if each not in collided)
            for each in collided:
                suggest(tx, row.member, row.id, each, state=COLLIDED)
        octets = put_on(current, changes, region)
        if _digest(octets, region) == content_digest(written.props):
            octets = written.octets
    if octets != current:
        stored = written if octets == written.octets else read_card(tx, octets)
        change_card(tx, row, stored, Typing(row.member, withheld=withheld), device=device.id)
        refresh(tx, (row.id,))
    if collided:
        return "collided"
    return "stored" if octets == written.octets else "merged"


def _collided(meeting: Meeting) -> tuple[Change, ...]:
    """The changes of what there can be only one of, and what somebody changed differently meanwhile."""
    return tuple(
        each
        for each in meeting.changes
        if each.after is not None and travel_of(each.after.name).single and meeting.collides(each)
    )


def _had(
    tx: Transaction,
    slot: SlotRow,
    current: bytes,
    device: Device,
    seq: int | None,
    *,
    is_known: bool,
) -> bytes | None:
    """What the device had of the card; None where nobody knows."""
    if is_known or (seq == slot.seq and slot.text_3 is None):
        return current
    return base_text(tx, slot, device, seq)


def _digest(octets: bytes, region: str) -> bytes:
    return content_digest(properties(parse(octets), region=region))
