"""Import of files: each card is taken, skipped with a reason, or already there; twice changes nothing.

A card is known by its UID, else by a UID made from its octets. A known UID
with other content: additions apply, differences are listed, nothing is
removed. More than twenty new cards are held from others until somebody says go.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.contacts.properties import Change, diff
from server.contacts.travel import travel_of
from server.errors import NotACard
from server.store.books import Book, find_book
from server.store.cards import CardRow, cards_with_uid
from server.store.database import Actor, Database, Transaction
from server.store.facts import Typing
from server.store.holding import BULK_MOST
from server.store.household import region_of
from server.store.keeping import (
    Written,
    change_card,
    create_card,
    read_card,
    with_given_uid,
)
from server.store.members import get_member
from server.store.noting import note_import
from server.store.overlays import put_on
from server.store.slots import slot_of_uid
from server.store.texts import octets_of
from server.store.views import refresh

Outcome = Literal["taken", "completed", "known", "skipped"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One card to import, or why a file gave none.

    Args:
        origin: Where it comes from, for people: a file name, with the card's number in it.
        octets: The card, or None where the file could not be read.
        problem: The sentence that says why not.
    """

    origin: str
    octets: bytes | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one card."""

    origin: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of all cards, in the order in which they came."""

    cards: tuple[Imported, ...]
    held: bool

    def count(self, outcome: Outcome) -> int:
        """How many cards ended so."""
        return sum(each.outcome == outcome for each in self.cards)


class _DryRun(Exception):  # leaves the transaction, is no error
    """Rolls a trial back."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


def import_cards(
    db: Database,
    member_id: str,
    incoming: Iterable[Incoming],
    *,
    dry_run: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Import cards into a member's book, in one transaction.

    Raises:
        NotFound: There is no such member.
    """
    try:
        with db.write(Actor("import", member_id)) as tx:
            return _import(tx, member_id, list(incoming), progress, dry_run=dry_run)
    except _DryRun as trial:
        return trial.report


def _import(
    tx: Transaction,
    member_id: str,
    incoming: list[Incoming],
    progress: Callable[[], None],
    *,
    dry_run: bool,
) -> ImportReport:
    get_member(tx, member_id)
    book = find_book(tx, member_id, BOOK_OF_THE_HOUSEHOLD)
    assert book is not None
    ready = [(each, _read(tx, book, each)) for each in incoming]
    new = {
        written.uid
        for _, written in ready
        if isinstance(written, Written)
        and not written.private
        and _standing(tx, book, written.uid) is None
    }
    held = len(new) > BULK_MOST
    cards: list[Imported] = []
    for each, written in ready:
        if isinstance(written, str):
            cards.append(Imported(each.origin, "skipped", written))
        else:
            hold = held and not written.private
            cards.append(_take(tx, book, each.origin, written, named=written.uid, held=hold))
            if cards[-1].outcome in ("taken", "completed"):
                body = each.octets or b""
                note_import(tx, book, each.origin, body, uid=written.uid, held=hold)
        progress()
    report = ImportReport(tuple(cards), held)
    if dry_run:
        raise _DryRun(report)
    return report


def import_again(
    tx: Transaction, book: Book, each: Incoming, *, named: str, held: bool
) -> Imported:
    """Import one card as it once was, from the journal.

    Args:
        named: The UID that the journal gives it; empty where it was an act of its own.
    """
    written = _read(tx, book, each)
    if isinstance(written, str):
        return Imported(each.origin, "skipped", written)
    return _take(tx, book, each.origin, written, named=named, held=held)


def _read(tx: Transaction, book: Book, each: Incoming) -> Written | str:
    """The card with its UID, or the sentence that says why it is none.

    A UID that this book gave to somebody else's card is not taken a second time.
    """
    if each.octets is None:
        return each.problem
    try:
        written = read_card(tx, each.octets)
    except NotACard as error:
        return error.sentence
    shown = slot_of_uid(tx, book.id, written.uid) if written.uid else None
    if shown is not None and not shown.own:
        octets = b"".join(line.raw for line in written.card.lines if line.name != "UID")
        written = read_card(tx, octets)
    return written if written.uid else with_given_uid(tx, written, uid_of_octets(each.octets))


def uid_of_octets(octets: bytes) -> str:
    """The UID of a card without one: made from its octets, so that a second import finds it again."""
    digest = hashlib.blake2b(octets.strip(), digest_size=16, person=b"hearthbook-uid").digest()
    return str(uuid.UUID(bytes=digest, version=4))


def _standing(tx: Transaction, book: Book, uid: str) -> CardRow | None:
    """The member's card of this UID that is not in the trash."""
    return next(
        (
            row
            for row in cards_with_uid(tx, book.member, uid)
            if row.trashed is None and row.book == book.id
        ),
        None,
    )


def _take(
    tx: Transaction, book: Book, origin: str, written: Written, *, named: str, held: bool
) -> Imported:
    row = _standing(tx, book, written.uid)
    if row is None:
        typing = Typing(book.member, bulk=True)
        new = create_card(tx, book, written, typing, device=None, held=held, named=named)
        refresh(tx, (new.id,))
        return Imported(origin, "taken")
    current = octets_of(tx, row.text)
    if current == written.octets:
        return Imported(origin, "known")
    return _complete(tx, row, origin, written, current)


def _complete(
    tx: Transaction, row: CardRow, origin: str, written: Written, current: bytes
) -> Imported:
    """Add to a known card what it lacks; say what differs, and remove nothing."""
    before = read_card(tx, current)
    changes = diff(before.props, written.props)
    names = {prop.name for prop in before.props}
    additions = tuple(
        Change(None, change.after)
        for change in changes
        if change.after is not None
        and not (travel_of(change.after.name).single and change.after.name in names)
    )
    other = sorted(
        {each.name for change in changes for each in (change.after,) if each and each.name in names}
        - _added(additions)
    )
    why = f"kept as it is here: {', '.join(other)}" if other else ""
    octets = put_on(current, additions, region_of(tx))
    if octets == current:
        return Imported(origin, "known", why)
    change_card(tx, row, read_card(tx, octets), Typing(row.member, bulk=True), device=None)
    refresh(tx, (row.id,))
    return Imported(origin, "completed", why)


def _added(additions: tuple[Change, ...]) -> set[str]:
    return {change.after.name for change in additions if change.after is not None}
