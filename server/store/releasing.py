"""What is held waits for its member's word: shown to others, put back, or done after all (design rules R8 and R10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, exists, or_, select, update

from server.contacts.card import parse
from server.contacts.properties import properties
from server.contacts.values import name_of
from server.store.called import CALLED
from server.store.cards import CardRow, cards_named, find_card
from server.store.database import Transaction
from server.store.edits import hide_person
from server.store.frozen import text_before
from server.store.holding import Kind, forget_count
from server.store.household import is_released, region_of, release
from server.store.keeping import SETTLED, read_card, trash_card, waiting_cards
from server.store.noting_acts import note_act
from server.store.query import Query, bind
from server.store.reverting import revert_card
from server.store.schema import (
    act,
    card,
    card_version,
    counted,
    device,
    fact,
    hold,
    hold_card,
    member,
    suggestion,
)
from server.store.slots import SlotRow, find_slot, slots_of_card
from server.store.statement import Row
from server.store.texts import octets_of
from server.store.views import refresh

_WAITING = (
    select(hold.c.id, hold.c.member, hold.c.kind, hold.c.device, CALLED, act.c.at, hold.c.act)
    .join(act, act.c.id == hold.c.act)
    .join(device, device.c.id == hold.c.device, isouter=True)
    .where(hold.c.ended.is_(None))
    .order_by(hold.c.id)
)
_HOLDS: Final = Query(_WAITING)
_HOLDS_OF: Final = Query(_WAITING.where(hold.c.member == bind("who")))
_CARDS: Final = Query(
    select(hold_card.c.card, hold_card.c.slot, hold_card.c.act, hold_card.c.last)
    .where(hold_card.c.hold == bind("of_hold"))
    .order_by(hold_card.c.act, hold_card.c.card)
)
_END: Final = Query(update(hold).where(hold.c.id == bind("which")).values(ended=bind("by_act")))
_END_WAITS: Final = Query(
    update(hold)
    .where(and_(hold.c.ended.is_(None), or_(hold.c.kind == "made", hold.c.kind == "changed")))
    .values(ended=bind("by_act"))
)
_FORGET: Final = Query(
    delete(counted).where(or_(counted.c.kind == "made", counted.c.kind == "changed"))
)
_FROZEN: Final = Query(
    select(card.c.id).where(card.c.frozen.is_not(None)).order_by(card.c.added, card.c.id)
)
_THAW: Final = Query(
    update(card)
    .where(card.c.id == bind("which"))
    .values(frozen=bind("since"), kind=bind("new_kind"), name_key=bind("new_key"))
)
_later = fact.alias("later")
_WITHHOLD: Final = Query(  # what a held change took off never travels by itself
    update(fact)
    .where(
        and_(
            fact.c.card == bind("which"),
            fact.c.gone >= bind("since"),
            ~exists().where(_later.c.previous == fact.c.id),
        )
    )
    .values(withheld=1)
)
_ELSEWHERE: Final = Query(
    select(hold_card.c.act)
    .join(hold, hold.c.id == hold_card.c.hold)
    .where(
        and_(
            hold_card.c.card == bind("which"),
            hold.c.id != bind("of_hold"),
            hold.c.kind == "changed",
            hold.c.ended.is_(None),
        )
    )
    .order_by(hold_card.c.act)
)
_ACTS: Final = Query(
    select(card_version.c.act, card_version.c.text)
    .join(act, act.c.id == card_version.c.act)
    .where(
        and_(
            card_version.c.card == bind("which"),
            card_version.c.act >= bind("since"),
            card_version.c.act <= bind("until"),
            act.c.device == bind("on_device"),
        )
    )
    .order_by(card_version.c.act.desc())
)
_ended = act.alias("ended_act")
_PUT_BACK: Final = Query(
    select(hold.c.id)
    .join(hold_card, hold_card.c.hold == hold.c.id)
    .join(_ended, _ended.c.id == hold.c.ended)
    .where(
        and_(
            hold_card.c.card == bind("which"),
            hold.c.kind == "changed",
            _ended.c.kind == "decide",
            or_(
                hold.c.ended == bind("by_act"),
                and_(hold_card.c.act <= bind("by_act"), hold_card.c.last >= bind("by_act")),
            ),
        )
    )
)
_SUGGESTED: Final = Query(
    select(suggestion.c.id).where(
        and_(
            suggestion.c.author == bind("who"),
            suggestion.c.card == bind("which"),
            suggestion.c.held.is_not(None),
        )
    )
)
_TELL: Final = Query(
    update(suggestion)
    .where(and_(suggestion.c.author == bind("who"), suggestion.c.card == bind("which")))
    .values(held=None)
)
_TOLD_LATER: Final = Query(select(suggestion.c.id).where(suggestion.c.held.is_not(None)).limit(1))
_PAUSED: Final = Query(select(member.c.id).where(member.c.paused.is_not(None)).limit(1))
_TELL_ALL: Final = Query(update(suggestion).where(suggestion.c.held.is_not(None)).values(held=None))
_WITHDRAW: Final = Query(
    update(suggestion)
    .where(
        and_(
            suggestion.c.author == bind("who"),
            suggestion.c.card == bind("which"),
            suggestion.c.held.is_not(None),
            suggestion.c.state == "open",
        )
    )
    .values(state="overtaken", closed=bind("by_act"), held=None)
)
_LATER: Final = {"shown": "later"}


@dataclass(frozen=True, slots=True)
class HeldCard:
    """One card of a hold that still waits.

    Args:
        slot: The slot that was to be deleted, or under which its member has somebody else's card.
        act: The first act that was held, and `last` the last one.
    """

    card: str
    slot: SlotRow | None
    act: int
    last: int


@dataclass(frozen=True, slots=True)
class Hold:
    """What one device did in one go, and what waits for its member's word.

    Args:
        begun: The act with which it began, `at` when that was.
        is_part: Others of the same mass go on waiting.
    """

    id: int
    member: str
    kind: Kind
    device: int | None
    label: str
    at: int
    begun: int
    cards: tuple[HeldCard, ...]
    is_part: bool = False

    @property
    def key(self) -> str:
        """Under which putting it off is remembered."""
        return f"hold {self.id} {len(self.cards)}"


def open_holds(tx: Transaction, member: str | None) -> tuple[Hold, ...]:
    """What waits for a member, oldest first; for everybody where none is named."""
    found: list[Hold] = []
    for row in tx.all(_HOLDS) if member is None else tx.all(_HOLDS_OF, who=member):
        held = tuple(_held(tx, row[1], row[2], each) for each in tx.all(_CARDS, of_hold=row[0]))
        cards = tuple(each for each in held if each is not None)
        if cards:
            found.append(Hold(row[0], row[1], row[2], row[3], row[4] or "", row[5], row[6], cards))
    return tuple(found)


def names_in(tx: Transaction, held: Hold, *, most: int) -> tuple[str, ...]:
    """What its member calls the first cards of a hold."""
    region = region_of(tx)
    names: list[str] = []
    for each in held.cards[:most]:
        row = find_card(tx, each.card)
        text = each.slot.text if each.slot is not None and each.slot.text is not None else None
        octets = octets_of(tx, text if text is not None or row is None else row.text)
        name = name_of(properties(parse(octets), region=region)).formatted.strip()
        names.append(name or "A card without a name")
    return tuple(names)


def release_hold(tx: Transaction, held: Hold) -> None:
    """Show others what waited, from now on."""
    for each in held.cards:
        if held.kind == "made":
            tx.run(SETTLED, which=each.card)
        else:
            _thaw(tx, each.card, held.id)
            tx.run(_TELL, who=held.member, which=each.card)
    _end(tx, held)


def put_back(tx: Transaction, held: Hold) -> None:
    """Make it undone, going forward: what was added goes to the trash, what was changed is as it was before."""
    for each in held.cards:
        row = find_card(tx, each.card)
        assert row is not None
        if held.kind == "made":
            trash_card(tx, row.id)
            tx.run(SETTLED, which=row.id)
        elif row.member == held.member:
            _put_card_back(tx, row, each, held.device)
            _thaw(tx, row.id, held.id)
        tx.run(_WITHDRAW, who=held.member, which=each.card, by_act=tx.act)
    _end(tx, held)


def delete_held(tx: Transaction, held: Hold) -> None:
    """Delete after all what a device had deleted."""
    for each in held.cards:
        slot = find_slot(tx, each.slot.id) if each.slot is not None else None
        if slot is not None and slot.gone is None:
            hide_person(tx, slot)
    _end(tx, held)


def keep_held(tx: Transaction, held: Hold) -> None:
    """Leave everything as it is."""
    _end(tx, held)


def release_all(tx: Transaction) -> tuple[str, ...]:
    """End every wait and hold but those of deletions; gives the cards that others see anew."""
    waiting = tuple(each for each in waiting_cards(tx) if not _pauses(tx, each))
    for card_id in waiting:
        tx.run(SETTLED, which=card_id)
    frozen = tuple(row[0] for row in tx.all(_FROZEN))
    for card_id in frozen:
        _thaw(tx, card_id, None)
    told = tx.run(_TELL_ALL)
    if waiting or frozen or told:
        tx.run(_END_WAITS, by_act=tx.act)
    tx.run(_FORGET)
    return (*waiting, *frozen)


def end_all_waits(tx: Transaction, *, is_shown_later: bool = False) -> None:
    """End every wait and hold, and let the household's cycles run from now on.

    Args:
        is_shown_later: What comes next in the transaction brings the views up to date, so that
            nobody is shown a card that this joins to one of theirs.
    """
    waiting = release_all(tx)
    first = not is_released(tx)
    if first:
        release(tx)
    if waiting or first or tx.has_acted:
        note_act(tx, "release", kind=tx.actor.kind, **(_LATER if is_shown_later else {}))
        tx.touched.update(waiting)
        if not is_shown_later:
            refresh(tx, ())


def is_told_later(words: Mapping[str, str]) -> bool:
    """Whether the views followed a release, as the journal tells of it, only with what came next."""
    return words.get("shown") == "later"


def waits_are_plain(tx: Transaction) -> bool:
    """Whether some new cards wait and nothing else does: what is seen without waits is known beforehand."""
    held_back = (_FROZEN, _TOLD_LATER, _PAUSED)
    return bool(waiting_cards(tx)) and not any(tx.all(each) for each in held_back)


def _pauses(tx: Transaction, card_id: str) -> bool:
    """Whether a card's keeper shares nothing new at present: its wait ends after the pause."""
    row = find_card(tx, card_id)
    return row is not None and row.paused is not None


def was_put_back(tx: Transaction, act_id: int, card_id: str) -> bool:
    """Whether others never saw what an act did to a card, since it was held and then put back."""
    return tx.one(_PUT_BACK, which=card_id, by_act=act_id) is not None


def verify_holds(tx: Transaction) -> tuple[str, ...]:
    """Cards that are frozen without a hold that could end it; empty if there are none."""
    held = {
        each[0]
        for row in tx.all(_HOLDS)
        if row[2] == "changed"
        for each in tx.all(_CARDS, of_hold=row[0])
    }
    return tuple(
        f"card {row[0]} is frozen and no hold says why"
        for row in tx.all(_FROZEN)
        if row[0] not in held
    )


def _held(tx: Transaction, member: str, kind: Kind, found: Row) -> HeldCard | None:
    """A card of a hold, or None where nothing waits there any more."""
    card_id, slot_id, first, last = found
    row = find_card(tx, card_id)
    assert row is not None
    live: SlotRow | None = None
    if kind in ("deleted", "stale"):
        slot = find_slot(tx, slot_id) if slot_id is not None else None
        waits = slot is not None and slot.gone is None
        return HeldCard(card_id, slot, first, last) if waits else None
    if kind == "made":
        waits = row.held is not None and row.trashed is None
    else:
        own = row.member == member
        slots = () if own else slots_of_card(tx, card_id, member)
        live = next((each for each in slots if each.gone is None), None)
        waits = (own and row.frozen is not None and row.trashed is None) or (
            tx.one(_SUGGESTED, who=member, which=card_id) is not None
        )
    return HeldCard(card_id, live, first, last) if waits else None


def _put_card_back(tx: Transaction, row: CardRow, held: HeldCard, device_id: int | None) -> None:
    """Revert what the device did to a card, the latest first."""
    for act_id, text in tx.all(
        _ACTS, which=row.id, since=held.act, until=held.last, on_device=device_id
    ):
        now = find_card(tx, row.id)
        before = text_before(tx, row.id, act_id)
        if now is not None and before is not None and before != text:
            revert_card(tx, now, act_id, before, text)


def _thaw(tx: Transaction, card_id: str, hold_id: int | None) -> None:
    """Show others a card as it is now; changes that another device made in a mass go on waiting."""
    row = find_card(tx, card_id)
    if row is None or row.frozen is None:
        return
    tx.run(_WITHHOLD, which=card_id, since=row.frozen)
    further = tx.one(_ELSEWHERE, which=card_id, of_hold=hold_id) if hold_id is not None else None
    written = read_card(tx, octets_of(tx, row.text))
    tx.touched.update(cards_named(tx, row.name_key))
    tx.run(
        _THAW,
        which=card_id,
        since=max(row.frozen, further[0]) if further is not None else None,
        new_kind=written.kind,
        new_key=written.name_key,
    )


def _end(tx: Transaction, held: Hold) -> None:
    tx.run(_END, which=held.id, by_act=tx.act)
    if held.device is not None and held.kind != "stale" and not held.is_part:
        forget_count(tx, held.device, held.kind)
    refresh(tx, _ids(held.cards))


def _ids(cards: Iterable[HeldCard]) -> tuple[str, ...]:
    return tuple(each.card for each in cards)
