"""Replay of the journal on a backup: what was taken since goes through the same doors again, in its order.

Acts are numbered on beyond everything the journal speaks of, so a number tells
for ever what a copy of the database holds; a second replay finds nothing to do.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.contacts.card import parse, with_uid, with_uid_instead
from server.errors import HearthbookError, NotFound, Refused
from server.store.bases import keep_body, seq_of_text
from server.store.books import Book, create_book, etag, find_book, names_any
from server.store.cards import CardRow, cards_with_uid, closure, find_card
from server.store.changes import Changes
from server.store.database import Actor, Counters, Transaction
from server.store.deleting import delete
from server.store.devices import Device, device_labelled
from server.store.holding import hold_stale, join_hold
from server.store.imports import Incoming, import_again
from server.store.journal import AS_SENT, JournalFile, Record
from server.store.members import find_member
from server.store.noting_access import ACCESS_KINDS
from server.store.noting_acts import BY_MACHINE, BY_MEMBERS
from server.store.replaying_access import access_again, given_up
from server.store.replaying_acts import Door, Doors, acts_again, bodies_merged, can_be_done
from server.store.replaying_limits import limits_again
from server.store.sharing import set_visibility
from server.store.slots import SlotRow, slot_at, slot_of_uid, slots_of_card
from server.store.views import refresh
from server.store.writes import put

_LAST: Final = "SELECT id, at FROM act ORDER BY id DESC LIMIT 1"
_RESERVE: Final = "INSERT INTO act (id, kind, at) VALUES (?, 'restore', ?)"
_SETTLED: Final = "UPDATE received SET merged = act WHERE act = ? AND status = 412"
_NOT_HERE: Final = "The card that it is about is not in this book."
_UNFIT: Final = (HearthbookError, AssertionError, LookupError, ValueError, sqlite3.IntegrityError)
"""What a record raises that does not fit to what is here; no other record suffers from it."""
_NEVER_SERVED: Final = 0
_KEY: Final = "SELECT value FROM setting WHERE key = 'secret'"


@dataclass(frozen=True, slots=True)
class Left:
    """A record that could not be replayed, and why."""

    record: Record
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a replay came to.

    Args:
        present: Records whose effect was there already.
        last: The act that ends it, beyond every earlier one.
        others: Kinds of acts that are not done again, and how many there were.
    """

    replayed: int
    present: int
    left: tuple[Left, ...]
    last: int
    others: tuple[tuple[str, int], ...] = ()


def pending(
    files: Sequence[JournalFile], household: str, last: int, *, exactly: bool = False
) -> tuple[Record, ...]:
    """The records of a household that a database, whose last act is given, does not hold.

    What was rolled back is left out, and of what an exact restore gave up all that takes nothing away.

    Args:
        exactly: Give up all of them.
    """
    records = [record for each in files if each.household == household for record in each.records]
    kept: list[Record] = []
    least: int | None = None
    for record in reversed(records):
        if least is None or record.act <= least:
            kept.append(record)
        if record.opens:
            least = record.before if least is None else min(least, record.before)
    found: list[Record] = []
    for record in reversed(kept):
        if record.kind == "restore" and record.kept is not None:
            stay = [each for each in found if each.given_up or each.act <= record.kept]
            gone = [each for each in found if not each.given_up and each.act > record.kept]
            found = [*stay, *given_up(gone)]
        elif record.kind not in ("begin", "restore") and _is_since(record, last):
            found.append(record)
    if exactly:
        found = [each for each in found if each.given_up] + list(
            given_up(each for each in found if not each.given_up)
        )
    return tuple(found)


def _is_since(record: Record, last: int) -> bool:
    """Whether a backup may lack what a record says; what came to nothing has the number of the act before it."""
    return record.act > last or record.act == last == record.before


def last_of(connection: sqlite3.Connection) -> int:
    """The last act of a database."""
    row = connection.execute(_LAST).fetchone()
    return int(row[0]) if row else 0


def replay(
    connection: sqlite3.Connection,
    records: Sequence[Record],
    *,
    above: int,
    now: int,
    doors: Doors,
) -> Account:
    """Replay records in one transaction, each with the time it had; ends with the act of the restore.

    Args:
        above: No act gets this number or a lower one.
        now: When the restore happens.
        doors: How what is not the store's own business is done again, by the record's kind.
    """
    connection.execute("BEGIN IMMEDIATE")
    last, at = connection.execute(_LAST).fetchone() or (0, 0)
    reserved = max(last, above) + 1
    connection.execute(_RESERVE, (reserved, at))
    changes = Changes()
    going = _Replaying(
        connection, changes, doors(changes), _written_again(records), bodies_merged(records)
    )
    for record in records:
        if record.opens:
            going.show_what_is_left()
        at = max(at, record.at)
        if going.knows(record):
            connection.execute("SAVEPOINT record")
            going.one(record, at)
            connection.execute("RELEASE record")
        elif record.kind not in BY_MACHINE:
            going.others[record.note if record.kind == "other" else record.kind] += 1
    going.show_what_is_left()
    end = max(last_of(connection), reserved) + 1
    connection.execute(_RESERVE, (end, max(at, now)))
    connection.execute("DELETE FROM act WHERE id = ?", (reserved,))
    connection.execute("COMMIT")
    changed, told = sum(going.done), tuple(sorted(going.others.items()))
    return Account(changed, len(going.done) - changed, tuple(going.left), end, told)


def _place(record: Record) -> tuple[str, str, str]:
    return record.member, record.book, record.href


def _written_again(records: Sequence[Record]) -> dict[tuple[str, str, str], int]:
    """The act by which each resource was written last."""
    puts = (each for each in records if each.kind == "put" and not each.given_up)
    return {_place(each): each.act for each in puts if each.status < 300}


@dataclass(slots=True)
class _Replaying:
    """A replay on its way.

    Args:
        newest: The act by which each resource was written last.
        merged: The acts whose bodies came too late and were merged later.
        renamed: The href that stands here for what a record's href stood for.
        begun: What the records of one act have come to, by the act's name.
        before: What the record before came to; its views may be left to the next of its transaction.
    """

    connection: sqlite3.Connection
    changes: Changes
    doors: Mapping[str, Door]
    newest: Mapping[tuple[str, str, str], int]
    merged: frozenset[str]
    renamed: dict[tuple[str, str, str], str] = field(default_factory=dict)
    begun: dict[str, Transaction] = field(default_factory=dict)
    before: Transaction | None = None
    done: list[bool] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    def knows(self, record: Record) -> bool:
        """Whether there is a way to do again what a record says."""
        if record.kind in BY_MEMBERS | BY_MACHINE:
            return can_be_done(record, self.doors)
        return record.kind != "other"

    def one(self, record: Record, at: int) -> None:
        """Do once more what a record says, or say why not; the machine's acts are left to the next cycle."""
        try:
            tx = self.transaction(record, at)
            if self.before is not None:
                tx.touched.update(self.before.touched)
            changed = _again(tx, record, self)
            self.before = tx
            self.note(tx)
            if tx.has_acted and record.name:
                self.begun[record.name] = tx
            if record.kind not in BY_MACHINE:
                self.done.append(changed)
            waits = record.status == 412 and record.name not in self.merged
            if waits and self.newest.get(_place(record), 0) > record.act:
                # Its author has seen what became of it and wrote again: merged now, it would win over that.
                self.connection.execute(_SETTLED, (tx.act,))
        except _UNFIT as error:
            self.connection.execute("ROLLBACK TO record")
            sentence = error.sentence if isinstance(error, HearthbookError) else ""
            if record.kind not in BY_MACHINE:
                why = sentence or "It does not fit to what the backup holds."
                self.left.append(Left(record, why))

    def note(self, tx: Transaction) -> None:
        """Remember which cards a record concerns: the next cycle looks at no others."""
        with self.changes.noted(tx.before, last_of(self.connection), tx.concerned):
            pass

    def show_what_is_left(self) -> None:
        """Bring the views up to date that a record left to one which is not here, or cannot be done again."""
        if self.before is not None and self.before.touched:
            refresh(self.before, ())
            self.before.before = last_of(self.connection)
            self.note(self.before)
        self.before = None

    def transaction(self, record: Record, at: int) -> Transaction:
        """The transaction of one record; further records of an act go on under it."""

        def secret() -> bytes:
            return bytes.fromhex(self.connection.execute(_KEY).fetchone()[0])

        name = "" if record.given_up else record.name
        tx = Transaction(self.connection, at, Actor("restore"), Counters(), secret, name=name)
        tx.before, tx.had = last_of(self.connection), record.base
        before = self.begun.get(name)
        if before is not None:
            tx.go_on(before)
        return tx


def _again(tx: Transaction, record: Record, going: _Replaying) -> bool:
    """Do once more what a record says; whether it changed anything.

    Raises:
        HearthbookError: It cannot be done here.
    """
    if record.kind in ACCESS_KINDS:
        return access_again(tx, record)
    if record.kind in BY_MEMBERS | BY_MACHINE:
        return acts_again(tx, record, going.doors)
    tx.actor = Actor("card" if record.kind == "visibility" else record.kind, record.member)
    if record.given_up:
        return _private_again(tx, record)
    if find_member(tx, record.member) is None:
        raise NotFound(f"The backup knows no member {record.member}.")
    if record.kind == "visibility":
        return limits_again(tx, _cards(tx, record), record)
    book = find_book(tx, record.member, record.book) or create_book(tx, record.member, record.book)
    if record.kind == "import":
        incoming = Incoming(record.note, record.body)
        done = import_again(tx, book, incoming, named=record.uid, held=record.held)
        if done.outcome == "skipped":
            raise NotFound(done.why)
        return tx.has_acted
    device = device_labelled(tx, record.member, record.device)
    if device is None and (record.device or record.kind != "delete"):
        raise NotFound(f"The backup knows no device {record.device} of {record.member}.")
    tx.actor = Actor(record.kind, record.member, device.id if device is not None else None)
    key = _place(record)
    href = going.renamed.get(key, record.href)
    if record.status != 403:  # that one meant no card that is known
        href = going.renamed[key] = _href(tx, book, record, href)
    if device is not None:
        _request_again(tx, book, href, record, device)
    else:  # taken out on a page
        delete(tx, book, href, device=None)
    return tx.has_acted


def _private_again(tx: Transaction, record: Record) -> bool:
    """Keep from others what its keeper had kept from them, whatever else of it was given up (R7)."""
    tx.actor = Actor("card", record.keeper)
    return limits_again(tx, _cards(tx, record), record)


def _request_again(tx: Transaction, book: Book, href: str, record: Record, device: Device) -> None:
    """A PUT or DELETE once more: what it was answered with then decides, not what the ETags are now.

    Raises:
        Refused: The store does not take it.
    """
    slot = slot_at(tx, book.id, href)
    if record.kind == "delete":
        if slot is not None and slot.gone is None and record.status == 412:
            hold_stale(tx, slot, device.id)
        elif slot is not None and slot.gone is None and record.held:
            join_hold(tx, device.member, device.id, "deleted", slot.card, slot=slot.id)
        elif slot is not None and slot.gone is None:
            delete(tx, book, href, device=device, counts=False)
        return
    if record.status in (412, 403):
        if record.status == 412 and slot is None and record.uid:
            raise NotFound(_NOT_HERE)
        keep_body(
            tx,
            _body(record, slot) if record.status == 412 else record.body,
            device=device,
            book=book,
            slot=slot,
            href=href,
            etag=_tag(tx, book, record, slot),
            status=record.status,
        )
        return
    result = put(
        tx,
        book,
        href,
        _body(record, slot),
        device=device,
        if_match=_matching(tx, book, record, slot),
        is_known=record.note == AS_SENT,
    )
    if result.status >= 400:
        raise Refused(result.status, result.sentence)
    now = slot_at(tx, book.id, href)
    row = find_card(tx, now.card) if record.private and now is not None and now.own else None
    if row is not None and row.access.visibility != "private":
        set_visibility(tx, row.id, "private")


def _matching(tx: Transaction, book: Book, record: Record, slot: SlotRow | None) -> str:
    """The If-Match that says here what a body's said then: how the slot is, or how its device had one that is gone."""
    if not record.if_match or slot is None:
        return ""
    if "*" in record.if_match:
        return "*"
    if slot.gone is None:
        return etag(book, slot.seq)
    if not names_any(record.if_match):
        return ""
    known = seq_of_text(tx, slot, record.base) if record.base else None
    return etag(book, known if known is not None else _NEVER_SERVED)


def _tag(tx: Transaction, book: Book, record: Record, slot: SlotRow | None) -> str:
    """The ETag that names here what a body's If-Match named then."""
    seq = seq_of_text(tx, slot, record.base) if slot is not None and record.base else None
    return etag(book, seq) if seq is not None else record.if_match


def _body(record: Record, slot: SlotRow | None) -> bytes:
    """The octets as sent, with the UID that the server gives here in place of the one it gave then."""
    card = parse(record.body)
    if slot is None:
        return record.body if card.uid or not record.uid else with_uid(card, record.uid)
    if not card.uid or card.uid == slot.uid:
        return record.body
    return with_uid_instead(card, slot.uid)


def _href(tx: Transaction, book: Book, record: Record, href: str) -> str:
    """The href that stands here for what a record's href stood for.

    Raises:
        NotFound: Nothing does: a copy under the author's name would show others
            what its keeper did not show them.
    """
    if record.own or slot_at(tx, book.id, href) is not None:
        return href
    uid = parse(record.body).uid if record.body else ""
    if uid and slot_of_uid(tx, book.id, uid) is not None:
        return href  # it was known by its UID then, too
    for row in _cards(tx, record):
        cards, _links = closure(tx, (row.id,))
        for card_id in (row.id, *sorted(cards)):
            for slot in slots_of_card(tx, card_id):
                if slot.book == book.id:
                    return slot.href
    raise NotFound(_NOT_HERE)


def _cards(tx: Transaction, record: Record) -> list[CardRow]:
    """The cards that a record names, those outside the trash first."""
    found = cards_with_uid(tx, record.keeper, record.uid) if record.keeper else ()
    return sorted(found, key=lambda row: (row.trashed is not None, row.id))
