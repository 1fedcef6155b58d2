"""Edits that are not stored as sent: put on an own card by difference, or kept as suggestions on another's."""

from collections.abc import Iterable
from dataclasses import replace

from server.access import card_level
from server.contacts.card import parse, with_uid
from server.contacts.forms import SETS
from server.contacts.properties import Change, Property, properties
from server.store.bases import base_text
from server.store.believing import sight_of
from server.store.books import Book
from server.store.cards import CardRow, closure, find_card
from server.store.database import Transaction
from server.store.devices import Device
from server.store.facts import Typing
from server.store.group_edits import believed_changes
from server.store.household import region_of
from server.store.keeping import Written, change_card, create_card, read_card, trash_card
from server.store.members import household_of
from server.store.overlays import Suggestion, close_suggestion, put_on, suggest, suggestions_of
from server.store.render import own_content
from server.store.shown import sent_back
from server.store.slots import SlotRow, announce
from server.store.texts import octets_of
from server.store.views import hide, refresh, unhide, visible_person


def typed_changes(
    tx: Transaction,
    addressed: SlotRow,
    current: bytes,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> tuple[Change, ...]:
    """What a member changed on a device: the difference to what it had before.

    A removal is believed only of names that the device can show; where the
    base is unknown, no removal is, and what was ever served of somebody else's
    card counts as had (R6, R7).
    """
    region = region_of(tx)
    base = base_text(tx, addressed, device, seq)
    known = base is not None
    before = properties(parse(base if base is not None else current), region=region)
    belief = sight_of(tx, device).judge(before, written.props)
    if known:
        return belief.believed
    return typed_anew(tx, addressed, belief.without_base(region))


def typed_anew(
    tx: Transaction, addressed: SlotRow, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """Of changes whose base nobody knows, those that say what was never served (R6)."""
    if addressed.own:
        return changes
    had = sent_back(tx, addressed.id, addressed.card, addressed.text)
    return tuple(e for e in changes if e.after and (e.after.name, e.after.norm) not in had)


def merge_into_own(
    tx: Transaction,
    row: CardRow,
    addressed: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> None:
    """Put what a device changed on an own card, whatever that card says by now."""
    served = octets_of(tx, addressed.text_3 if addressed.text_3 is not None else addressed.text)
    typed = typed_changes(tx, addressed, served, written, device=device, seq=seq)
    changes = believed_changes(tx, addressed, row, written, typed, device=device, seq=seq)
    current = octets_of(tx, row.text)
    octets = put_on(current, changes, region_of(tx))
    if octets == current:
        return
    typing = Typing(row.member, withheld=seq is None)
    change_card(tx, row, read_card(tx, octets), typing, device=device.id)
    refresh(tx, (row.id,))


def edit_of_another(
    tx: Transaction,
    standing: SlotRow,
    addressed: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None,
) -> None:
    """Keep what a member changed on somebody else's card as suggestions, which their own view shows at once (R4)."""
    current = octets_of(tx, standing.text)
    changes = typed_changes(tx, addressed, current, written, device=device, seq=seq)
    suggest_all(tx, standing, changes)


def suggest_all(tx: Transaction, standing: SlotRow, changes: Iterable[Change]) -> None:
    """Keep changes of somebody else's card as suggestions of the member whose slot it is."""
    overlay = list(suggestions_of(tx, standing.member, _person_cards(tx, standing)))
    region = region_of(tx)
    for change in changes:
        _suggest(tx, standing, change, overlay, region)
    refresh(tx, (standing.card,))


def hide_person(tx: Transaction, slot: SlotRow) -> None:
    """Take a person out of one member's view: the own card into the trash, others' cards hidden.

    Whoever deletes one of two own cards of a person puts their book in order;
    the other one stays, and with it the person.
    """
    rows = [
        row for each in _person_cards(tx, slot) for row in (find_card(tx, each),) if row is not None
    ]
    if slot.own:
        trash_card(tx, slot.card)
    if not any(row.member == slot.member and row.id != slot.card for row in rows):
        for row in rows:
            if row.member != slot.member:
                hide(tx, slot.member, row.id)
    refresh(tx, (slot.card,))


def bring_back(tx: Transaction, slot: SlotRow) -> bool:
    """Show a person again that the member had hidden; False where it cannot be seen any more."""
    cards, _ = closure(tx, (slot.card,))
    for card_id in cards:
        unhide(tx, slot.member, card_id)
    refresh(tx, (slot.card,))
    return visible_person(tx, slot.member, slot.card) is not None


def own_card_instead(
    tx: Transaction,
    book: Book,
    slot: SlotRow,
    written: Written,
    *,
    device: Device,
    seq: int | None = None,
) -> SlotRow:
    """An edit of a card that is not there any more becomes a private card of its author (R4).

    Of a deleted card the author keeps all that was sent; of one that is no
    longer shown, the name and the lines they typed.

    Args:
        seq: Under which number the text was served that the edit started from; None: the last one.
    """
    row = find_card(tx, slot.card)
    assert row is not None
    access = replace(row.access, trashed=False)
    if row.trashed is None or card_level(household_of(tx), slot.member, access) != "all":
        written = _name_and_own_lines(tx, slot, written, device=device, seq=seq)
    if written.uid != slot.uid:
        written = read_card(tx, with_uid(written.card, slot.uid))
    new = create_card(tx, book, written, Typing(book.member), device=device.id, private=True)
    announce(tx, slot, new.id, own=True, content=own_content(tx, new))
    refresh(tx, (new.id,))
    return slot


def _name_and_own_lines(
    tx: Transaction, slot: SlotRow, written: Written, *, device: Device, seq: int | None
) -> Written:
    """What is left of an edit when the card behind it is not shown any more."""
    changes = typed_changes(tx, slot, octets_of(tx, slot.text), written, device=device, seq=seq)
    region = region_of(tx)
    cards, _ = closure(tx, (slot.card,))
    changes += tuple(each.change(region) for each in suggestions_of(tx, slot.member, cards))
    typed = {(each.after.name, each.after.norm) for each in changes if each.after is not None}
    whole = {"FN", "N", *(name for name, _ in typed if name in SETS)}  # united ones read otherwise
    dropped = tuple(
        Change(prop, None)
        for prop in written.props
        if (prop.name, prop.norm) not in typed and prop.name not in whole
    )
    return read_card(tx, put_on(written.octets, dropped, region))


def _person_cards(tx: Transaction, slot: SlotRow) -> tuple[str, ...]:
    """The cards of a slot's person that its member can see."""
    person = visible_person(tx, slot.member, slot.card)
    return person.cards if person is not None else (slot.card,)


def _suggest(
    tx: Transaction, slot: SlotRow, change: Change, overlay: list[Suggestion], region: str
) -> None:
    """Keep one change; a change of one's own earlier suggestion takes that one's place."""
    earlier = _earlier(change.before, overlay, region)
    if earlier is not None:
        close_suggestion(tx, earlier.id, "overtaken")
        overlay.remove(earlier)
        change = Change(earlier.change(region).before, change.after)
    before, after = change.before, change.after
    if (before is None and after is None) or (
        before and after and before.canonical == after.canonical
    ):
        return
    suggest(tx, slot.member, slot.card, change)


def _earlier(
    before: Property | None, overlay: Iterable[Suggestion], region: str
) -> Suggestion | None:
    """The author's own suggestion that put this value there, if one did."""
    if before is None:
        return None
    for each in overlay:
        after = each.change(region).after
        if after is not None and (after.name, after.norm) == (before.name, before.norm):
            return each
    return None
