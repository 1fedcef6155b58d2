"""Own cards: created, changed, put into the trash and brought back, each with version, facts and slots at once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_ as both
from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from server.contacts.card import Card, parse, with_uid
from server.contacts.properties import Change, Property, properties
from server.contacts.values import is_marked_private, kind_of, name_of, name_tokens
from server.store.books import Book
from server.store.cards import CardRow, cards_named, find_card, named_members
from server.store.database import Transaction
from server.store.facts import Typing, record_facts
from server.store.holding import join_hold, note_changed
from server.store.household import region_of, settle_seconds
from server.store.likeness import take_over
from server.store.limits import Limit, limit_of_new_card, name_members
from server.store.query import Query, bind, inserting
from server.store.reopening import reopen_book_of
from server.store.schema import card, card_version, member
from server.store.texts import keep, octets_of

_INSERT: Final = inserting(
    card,
    "id",
    "member",
    "book",
    "uid",
    "kind",
    "name_key",
    "text",
    "version",
    "visibility",
    "private_device",
    "added",
    "changed",
    "settles",
    "held",
)
_UPDATE: Final = Query(
    update(card)
    .where(card.c.id == bind("which"))
    .values(
        kind=bind("new_kind"),
        name_key=bind("new_key"),
        text=bind("written"),
        version=bind("written_in"),
        visibility=bind("seen_by"),
        private_device=bind("made_private_on"),
        changed=bind("by_act"),
    )
)
_TRASH: Final = Query(update(card).where(card.c.id == bind("which")).values(trashed=bind("by_act")))
SETTLED: Final = Query(
    update(card).where(card.c.id == bind("which")).values(settles=None, held=None)
)
_KEPT = insert(card_version).values(
    card=bind("card"), act=bind("act"), text=bind("text"), cosmetic=bind("cosmetic")
)
_VERSION: Final = Query(  # an act may change a card more than once, as a cycle does
    _KEPT.on_conflict_do_update(
        index_elements=["card", "act"],
        set_={
            "text": _KEPT.excluded.text,
            "cosmetic": card_version.c.cosmetic * _KEPT.excluded.cosmetic,
        },
    )
)
_DUE: Final = Query(
    select(card.c.id)
    .join(member, member.c.id == card.c.member)
    .where(both(card.c.settles <= bind("at"), member.c.paused.is_(None)))
    .order_by(card.c.settles, card.c.id)
)
_WAITING: Final = Query(
    select(card.c.id)
    .where(
        both(card.c.trashed.is_(None), (card.c.settles.is_not(None)) | (card.c.held.is_not(None)))
    )
    .order_by(card.c.added, card.c.id)
)


@dataclass(frozen=True, slots=True)
class Written:
    """A card's octets read once: what every part of a write needs to know of them."""

    octets: bytes
    card: Card
    props: tuple[Property, ...]
    uid: str
    kind: str
    name_key: str
    private: bool


def read_card(tx: Transaction, octets: bytes) -> Written:
    """Read a card's octets.

    Raises:
        NotACard: They are no vCard.
    """
    parsed = parse(octets)
    props = properties(parsed, region=region_of(tx))
    return Written(
        octets,
        parsed,
        props,
        parsed.uid,
        kind_of(props),
        name_key(props),
        is_marked_private(parsed),
    )


def with_given_uid(tx: Transaction, written: Written, uid: str) -> Written:
    """The same card with one UID line more."""
    return read_card(tx, with_uid(written.card, uid))


def random_uid(tx: Transaction) -> str:
    """A UID for a card that a device sent without one."""
    return str(uuid.UUID(bytes=tx.mint("uid"), version=4))


def name_key(props: Sequence[Property]) -> str:
    """The normalised name by which name-only doubles are told: its folded tokens, sorted."""
    return " ".join(sorted(name_tokens(name_of(props).formatted)))


def create_card(
    tx: Transaction,
    book: Book,
    written: Written,
    typing: Typing,
    *,
    device: int | None,
    held: bool = False,
    private: bool = False,
    named: str = "",
) -> CardRow:
    """Keep a new own card; its slot is the caller's business.

    Args:
        held: Hold it from everybody else, as part of a mass change.
        private: Keep it private whatever it says of itself.
        named: What tells it from other cards that its act brings, in whatever order a replay does.
    """
    card_id = tx.mint(f"card {book.member} {named}".rstrip()).hex()
    marked = written.private
    limit = Limit("private") if private or marked else _limit_of(tx, book, written)
    wait = settle_seconds(tx) if book.household else 0
    tx.run(
        _INSERT,
        id=card_id,
        member=book.member,
        book=book.id,
        uid=written.uid,
        kind=written.kind,
        name_key=written.name_key,
        text=keep(tx, written.octets),
        version=written.card.version,
        visibility=limit.visibility,
        private_device=device if marked else None,
        added=tx.act,
        changed=tx.act,
        settles=tx.now + wait * 1_000_000 if wait and not held else None,
        held=tx.act if held else None,
    )
    if limit.named:
        name_members(tx, card_id, limit)
    _finish(tx, card_id, written, typing)
    if held:
        join_hold(tx, book.member, device, "made", card_id)
    row = find_card(tx, card_id)
    assert row is not None
    take_over(tx, row, written.props)
    return row


def _limit_of(tx: Transaction, book: Book, written: Written) -> Limit:
    return limit_of_new_card(tx, book.member, written.name_key, written.props)


def change_card(
    tx: Transaction, row: CardRow, written: Written, typing: Typing, *, device: int | None
) -> tuple[Change, ...]:
    """Store an own card as it is now; gives the canonical differences.

    A frozen card stays what it was to others, by kind and name as well.
    """
    visibility, private_device = _visibility(tx, row, written, device)
    frozen = row.as_before is not None
    if row.name_key != written.name_key and not frozen:
        tx.touched.update(cards_named(tx, row.name_key))
    tx.run(
        _UPDATE,
        which=row.id,
        new_kind=row.kind if frozen else written.kind,
        new_key=row.name_key if frozen else written.name_key,
        written=keep(tx, written.octets),
        written_in=written.card.version,
        seen_by=visibility,
        made_private_on=private_device,
        by_act=tx.act,
    )
    changes = _finish(tx, row.id, written, typing)
    if changes and device is not None:
        note_changed(tx, row, visibility, device)
    return changes


def trash_card(tx: Transaction, card_id: str) -> None:
    """Put an own card into the trash, where everything undo needs stays."""
    tx.run(_TRASH, which=card_id, by_act=tx.act)


def restore_card(tx: Transaction, card_id: str) -> None:
    """Bring a card back from the trash, and its book where that was deleted with it."""
    tx.run(_TRASH, which=card_id, by_act=None)
    reopen_book_of(tx, card_id)


def note_return(tx: Transaction, row: CardRow) -> None:
    """Keep a version of unchanged text: that the act at hand brought the card back can be undone."""
    tx.run(_VERSION, card=row.id, act=tx.act, text=row.text, cosmetic=1)


def has_due(tx: Transaction) -> bool:
    """Whether the settling time of any card is over."""
    return tx.one(_DUE, at=tx.now) is not None


def settle_due(tx: Transaction) -> tuple[str, ...]:
    """End the settling time of every card whose time is over; gives them."""
    due = tuple(row[0] for row in tx.all(_DUE, at=tx.now))
    for card_id in due:
        tx.run(SETTLED, which=card_id)
    return due


def waiting_cards(tx: Transaction) -> tuple[str, ...]:
    """Cards that are not settled yet or held."""
    return tuple(row[0] for row in tx.all(_WAITING))


def _finish(tx: Transaction, card_id: str, written: Written, typing: Typing) -> tuple[Change, ...]:
    changes = record_facts(tx, card_id, written.props, typing=typing, region=region_of(tx))
    tx.run(
        _VERSION, card=card_id, act=tx.act, text=keep(tx, written.octets), cosmetic=int(not changes)
    )
    return changes


def _visibility(
    tx: Transaction, row: CardRow, written: Written, device: int | None
) -> tuple[str, int | None]:
    """Marked private on a device: private. Unmarked: as before only by a device that sent the mark itself.

    A mark that the card had already says nothing new: somebody may have shown the card since.
    """
    is_private = row.access.visibility == "private"
    if written.private:
        if is_marked_private(parse(octets_of(tx, row.text))):
            return row.access.visibility, row.private_device
        return "private", (row.private_device or device) if is_private else device
    if is_private and row.private_device is not None and row.private_device == device:
        return "members" if named_members(tx, row.id) else "shared", None
    return row.access.visibility, row.private_device
