"""PUT as the store answers it: preconditions, aliases, and what becomes of the octets.

An own card is stored as sent; an edit of
somebody else's card becomes suggestions; a retired href stands for its
survivor; a stale If-Match changes nothing, its body is kept and the href is
announced again.
"""

from dataclasses import dataclass, field, replace

from server.access import may
from server.errors import NotACard
from server.store.answers import (
    EXISTS,
    GONE,
    READ_ONLY,
    STALE,
    UID_CHANGED,
    UID_KNOWN,
)
from server.store.answers import PutResult as PutResult
from server.store.bases import base_of, is_kept, keep_body, made_at
from server.store.books import Book, etag, seq_named
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.devices import Device, note_properties, note_speaks_4
from server.store.edits import (
    bring_back,
    edit_of_another,
    merge_into_own,
    own_card_instead,
)
from server.store.facts import Typing
from server.store.fights import is_fight, repeats_itself
from server.store.group_edits import with_kept_members
from server.store.holding import is_mass_creation, note_made
from server.store.keeping import (
    Written,
    change_card,
    create_card,
    random_uid,
    read_card,
    restore_card,
    with_given_uid,
)
from server.store.noting import note_request
from server.store.own_edits import put_own
from server.store.render import own_content
from server.store.slots import (
    SlotRow,
    announce_again,
    find_slot,
    insert_own,
    note_served,
    slot_at,
    slot_of_uid,
    surviving,
)
from server.store.texts import octets_of
from server.store.views import refresh


@dataclass(frozen=True, slots=True)
class Put:
    """One PUT on its way through the store."""

    book: Book
    href: str
    device: Device
    if_match: str
    if_none_match: str
    written: Written
    is_repeat: bool = field(default=False, kw_only=True)
    is_known: bool = field(default=False, kw_only=True)


def put(
    tx: Transaction,
    book: Book,
    href: str,
    body: bytes,
    *,
    device: Device,
    if_match: str = "",
    if_none_match: str = "",
    repeats: bool = False,
    is_known: bool = False,
) -> PutResult:
    """Store, merge or keep one body; what a client can send never raises.

    Args:
        repeats: Whether the client sends a new card again and again until it hears that it was taken.
        is_known: The device is known to have had an own card as it is, whatever If-Match says.
    """
    if not may(device.role, "write", own=device.member == book.member, read_only=device.read_only):
        return READ_ONLY
    try:
        written = read_card(tx, body)
    except NotACard as error:
        return PutResult(403, precondition="valid-address-data", sentence=error.sentence)
    request = Put(book, href, device, if_match, if_none_match, written, is_known=is_known)
    if written.card.version == "4.0":
        note_speaks_4(tx, device)
    slot = slot_at(tx, book.id, href)
    if repeats:
        request = _repeated(tx, request, slot)
    result = _precondition(tx, request, slot) or _taken(tx, request, slot)
    names = frozenset(prop.name for prop in written.props)
    is_news = result.status < 300 and note_properties(tx, device, names)
    if result.status < 300 or result.status in (403, 412):
        note_request(
            tx,
            "put",
            book,
            device,
            slot,
            href=href,
            status=result.status,
            if_match=if_match,
            uid=written.uid,
            body=body,
            is_as_sent=bool(result.etag),
            is_news=is_news,
        )
    return result


def _taken(tx: Transaction, put_: Put, slot: SlotRow | None) -> PutResult:
    return _new(tx, put_) if slot is None else _known(tx, put_, slot)


def _repeated(tx: Transaction, put_: Put, slot: SlotRow | None) -> Put:
    """A new card that was taken before, when its answer was lost: now an edit of what was sent then."""
    if slot is None or slot.gone is not None or put_.if_none_match != "*":
        return put_
    seq = made_at(tx, slot, put_.device) if put_.written.uid == slot.uid else None
    if seq is None:
        return put_
    return replace(put_, if_match=etag(put_.book, seq), if_none_match="", is_repeat=True)


def _precondition(tx: Transaction, put_: Put, slot: SlotRow | None) -> PutResult | None:
    """What If-Match and If-None-Match forbid (RFC 9110 section 13.1)."""
    live = slot is not None and slot.gone is None
    if (
        live
        and slot is not None
        and put_.if_none_match
        and names_slot(put_.if_none_match, put_.book, slot)
    ):
        return _keep(tx, put_, slot, EXISTS)
    if not put_.if_match:
        return None
    if slot is None:
        return _keep(tx, put_, None, GONE)
    if live and not put_.is_repeat and not names_slot(put_.if_match, put_.book, slot):
        seq = seq_named(put_.book, put_.if_match)
        if seq is not None:
            base_of(tx, slot, put_.device, seq)  # which the journal then knows
        announce_again(tx, slot.id)
        return _keep(tx, put_, slot, STALE)
    return None


def _keep(tx: Transaction, put_: Put, slot: SlotRow | None, answer: PutResult) -> PutResult:
    """Refuse a body and keep it; one refused for its UID is not merged, since nobody knows which card is meant.

    Of such a one its author says what becomes of it (see `refused`), once.
    """
    octets = put_.written.octets
    if answer.status == 403 and is_kept(tx, put_.device.member, octets, answer.status):
        return answer
    keep_body(
        tx,
        octets,
        device=put_.device,
        book=put_.book,
        slot=slot,
        href=put_.href,
        etag=put_.if_match,
        status=answer.status,
    )
    return answer


def names_slot(header: str, book: Book, slot: SlotRow) -> bool:
    """Whether a list of entity tags names the slot as it is now; weak tags never match here (RFC 9110 section 8.8.3.2)."""
    tags = [tag.strip() for tag in header.split(",")]
    return "*" in tags or etag(book, slot.seq) in tags


def _new(tx: Transaction, put_: Put) -> PutResult:
    """A PUT to an href that never was: a new own card, unless its UID is known here."""
    uid = put_.written.uid
    known = slot_of_uid(tx, put_.book.id, uid) if uid else None
    if known is not None:
        standing = surviving(tx, known)
        if standing.gone is None:
            if standing.own and standing.id == known.id:
                return _keep(tx, put_, known, UID_KNOWN)
            return _edit(tx, put_, standing, known)
        if not known.own:
            return _back(tx, put_, known)
    return _create(tx, put_)


def _create(tx: Transaction, put_: Put) -> PutResult:
    """A new own card under the device's href."""
    written = put_.written
    if not written.uid:
        written = with_given_uid(tx, written, random_uid(tx))
    counts = put_.book.household and not written.private and written.kind != "group"
    bulk = counts and is_mass_creation(tx, put_.device.id)
    typing = Typing(put_.book.member, bulk=bulk)
    row = create_card(tx, put_.book, written, typing, device=put_.device.id, held=bulk)
    if counts:
        note_made(tx, row.id, put_.device.id)
    slot_id = insert_own(tx, row, own_content(tx, row), put_.href)
    refresh(tx, (row.id,))
    slot = find_slot(tx, slot_id)
    assert slot is not None
    return PutResult(201, _given(tx, put_, slot, written))


def _known(tx: Transaction, put_: Put, slot: SlotRow) -> PutResult:
    """A PUT to an href that is or was a slot of this view."""
    standing = surviving(tx, slot)
    if standing.gone is not None:
        return _back(tx, put_, slot)
    if standing.id != slot.id:
        return _edit(tx, put_, standing, slot)
    if put_.written.uid and put_.written.uid != slot.uid:
        return _keep(tx, put_, slot, UID_CHANGED)
    if not slot.own or (put_.is_repeat and not names_slot(put_.if_match, put_.book, slot)):
        return _edit(tx, put_, slot, slot)
    return _store(tx, put_, slot)


def _store(tx: Transaction, put_: Put, slot: SlotRow) -> PutResult:
    """An own card: stored as sent, or turned into edits of a 4.0 card by a device that got it in 3.0."""
    row = find_card(tx, slot.card)
    assert row is not None
    if put_.written.octets == octets_of(tx, row.text):
        return PutResult(204, _given(tx, put_, slot, put_.written))
    if row.version == "4.0" and put_.written.card.version != "4.0":
        return _edit(tx, put_, slot, slot)
    if not put_.is_known and is_fight(tx, slot, row, put_.written, put_.device):
        return PutResult(204)
    written = _whole(tx, put_, slot, row)
    seq = seq_named(put_.book, put_.if_match)
    taken = put_own(tx, row, slot, written, device=put_.device, seq=seq, is_known=put_.is_known)
    tag = _given(tx, put_, slot, written) if taken.is_as_sent else ""
    if not tag:
        _keep_merged(tx, put_, slot, slot, met=taken.met)
    return PutResult(204, tag)


def _given(tx: Transaction, put_: Put, slot: SlotRow, written: Written) -> str:
    """Remember that the device has what it sent; the ETag, unless other octets are stored.

    A card may have taken over by now what its member typed on somebody else's: of that
    the device knows nothing, so it is not what it has. A group may name a survivor.
    """
    now = find_slot(tx, slot.id)
    assert now is not None
    is_stored = octets_of(tx, now.text) == written.octets
    if is_stored or written.kind == "group":
        version = "4.0" if written.card.version == "4.0" else "3.0"
        note_served(tx, put_.device.id, now.id, now.seq, version)
    return etag(put_.book, now.seq) if is_stored and written is put_.written else ""


def _edit(tx: Transaction, put_: Put, standing: SlotRow, addressed: SlotRow) -> PutResult:
    """The difference to what the device was served, put on whatever stands for the person now: 2xx without ETag."""
    seq = seq_named(put_.book, put_.if_match)
    if repeats_itself(tx, standing, put_.written, put_.device):
        return PutResult(204)
    if standing.own:
        row = find_card(tx, standing.card)
        assert row is not None
        merge_into_own(tx, row, addressed, put_.written, device=put_.device, seq=seq)
    else:
        edit_of_another(tx, standing, addressed, put_.written, device=put_.device, seq=seq)
    _keep_merged(tx, put_, standing, addressed)
    return PutResult(204)


def _keep_merged(
    tx: Transaction, put_: Put, standing: SlotRow, addressed: SlotRow, *, met: int | None = None
) -> None:
    """Keep a body that was not stored as sent, and let the device fetch what became of it.

    Args:
        met: The number of the text it started from, where some of it met another edit.
    """
    keep_body(
        tx,
        put_.written.octets,
        device=put_.device,
        book=put_.book,
        slot=standing,
        href=put_.href,
        etag=put_.if_match if met is None else etag(put_.book, met),
        status=204,
        is_merged=met is not None,
    )
    now = find_slot(tx, standing.id)
    assert now is not None
    if now.seq == standing.seq:
        announce_again(tx, now.id)
    if addressed.id != standing.id:
        announce_again(tx, addressed.id)


def _back(tx: Transaction, put_: Put, slot: SlotRow) -> PutResult:
    """A PUT to an href, or with a UID, whose person is gone from this view: it comes back."""
    if put_.written.uid and put_.written.uid != slot.uid:
        return _keep(tx, put_, slot, UID_CHANGED)
    twin = slot_of_uid(tx, put_.book.id, slot.uid)
    if twin is not None and twin.gone is None:
        return _edit(tx, put_, twin, slot)
    row = find_card(tx, slot.card)
    assert row is not None
    if slot.own:
        return _untrash(tx, put_, slot, row)
    if row.trashed is None and bring_back(tx, slot):
        now = find_slot(tx, slot.id)
        assert now is not None
        return _edit(tx, put_, surviving(tx, now), now)
    own_card_instead(tx, put_.book, slot, put_.written, device=put_.device)
    return PutResult(201)


def _untrash(tx: Transaction, put_: Put, slot: SlotRow, row: CardRow) -> PutResult:
    """An own card that is sent again after it was deleted: as sent, and what it lacks goes from no other card.

    Its device may have had it as it was long before, whatever If-Match names.
    """
    restore_card(tx, row.id)
    written = _whole(tx, put_, slot, row)
    typing = Typing(put_.book.member, withheld=True)
    change_card(tx, row, written, typing, device=put_.device.id)
    bring_back(tx, slot)
    return PutResult(201, _given(tx, put_, slot, written))


def _whole(tx: Transaction, put_: Put, slot: SlotRow, row: CardRow) -> Written:
    """A sent card with what its device cannot know of: the UID it left out, members of a group."""
    written = put_.written if put_.written.uid else with_given_uid(tx, put_.written, slot.uid)
    seq = seq_named(put_.book, put_.if_match)
    return with_kept_members(tx, slot, row, written, device=put_.device, seq=seq)
