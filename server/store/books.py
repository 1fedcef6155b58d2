"""What CardDAV sees: books, their slots, sync-tokens and ETags.

Sequence numbers, tokens and ETags belong to one view; the store-wide revision
never leaves the server (design rule R2). Reads here are single statements or
one indexed range, whatever the size of the book.
"""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.errors import Refused
from server.store import compiled
from server.store.database import Actor, Database, Transaction
from server.store.noting_books import BOOK, DROP, note_book

_NAME: Final = re.compile(r"[^/\x00-\x1f]{1,128}\Z")
_ETAG: Final = re.compile(r'"[0-9a-f]+-[0-9]+"')


@dataclass(frozen=True, slots=True)
class Book:
    """One address book of one member, frozen at the moment it was read."""

    id: int
    member: str
    name: str
    displayname: str
    epoch: str
    seq: int

    @property
    def household(self) -> bool:
        """Whether this is the book that takes part in the household."""
        return self.name == BOOK_OF_THE_HOUSEHOLD


@dataclass(frozen=True, slots=True)
class Entry:
    """One live slot with the octets for this device (RFC 6352 section 5.1)."""

    slot: int
    href: str
    uid: str
    seq: int
    octets: bytes
    safe: int
    modified: int


def exists(tx: Transaction, member_id: str) -> bool:
    """Whether there is such a principal."""
    return tx.one(compiled.IS_MEMBER, who=member_id) is not None


def find_book(tx: Transaction, member_id: str, name: str) -> Book | None:
    """One book of a member, or None."""
    row = tx.one(compiled.FIND_BOOK, who=member_id, title=name)
    return Book(*row) if row else None


def get_book(tx: Transaction, book_id: int) -> Book:
    """A book by its id; it must exist."""
    row = tx.one(compiled.GET_BOOK, which=book_id)
    assert row is not None
    return Book(*row)


def list_books(tx: Transaction, member_id: str) -> tuple[Book, ...]:
    """A member's books, the household's first."""
    return tuple(Book(*row) for row in tx.all(compiled.LIST_BOOKS, who=member_id))


def create_book(tx: Transaction, member_id: str, name: str, displayname: str = "") -> Book:
    """Make a book; only `contacts` takes part in the household, further ones are plain and private.

    Raises:
        Refused: 403 for a name that cannot be a path segment, 405 where it exists.
    """
    if not _NAME.match(name) or name in {".", ".."}:
        raise Refused(
            403, "This cannot be the name of an address book; choose a shorter one without slashes."
        )
    if find_book(tx, member_id, name):
        raise Refused(405, "There is an address book of this name already.")
    which = tx.run(
        compiled.INSERT_BOOK,
        member=member_id,
        name=name,
        displayname=displayname or name,
        properties="{}",
    )
    tx.run(compiled.INSERT_VIEW, book=which, member=member_id, epoch=secrets.token_hex(6))
    made = get_book(tx, which)
    if not made.household:  # that one comes with its member
        _note(tx, made, made.displayname, {})
    return made


def drop_book(tx: Transaction, which: Book) -> None:
    """Take a further book out of the home; its cards must be in the trash by then."""
    tx.run(compiled.DROP_BOOK, which=which.id, by_act=tx.act)
    note_book(tx, DROP, which.member, which.name)


def book_properties(tx: Transaction, which: Book) -> dict[str, str]:
    """WebDAV properties a client has set on a book, by Clark-notation name."""
    row = tx.one(compiled.BOOK_PROPERTIES, which=which.id)
    return dict(json.loads(row[1])) if row else {}


def set_book_properties(
    tx: Transaction, which: Book, displayname: str, properties: dict[str, str]
) -> None:
    """Keep the displayname and the further WebDAV properties of a book."""
    if (displayname, properties) == (which.displayname, book_properties(tx, which)):
        return
    tx.run(
        compiled.SET_BOOK_PROPERTIES,
        which=which.id,
        title=displayname,
        content=json.dumps(properties, sort_keys=True),
    )
    _note(tx, which, displayname, properties)


def _note(tx: Transaction, which: Book, displayname: str, properties: dict[str, str]) -> None:
    said = json.dumps(properties, sort_keys=True)
    note_book(tx, BOOK, which.member, which.name, displayname=displayname, properties=said)


def sync_token(which: Book) -> str:
    """The token of the view as it was read: an epoch, which only a restore changes, and a number."""
    return f"data:,{which.epoch}/{which.seq}"


def parse_token(which: Book, token: str) -> int:
    """The sequence number a client has seen; 0 for the empty token of a first sync.

    Tokens are never forgotten, only those of another epoch or of no view at
    all are refused.

    Raises:
        Refused: 403 valid-sync-token (RFC 6578 section 3.2).
    """
    if not token:
        return 0
    prefix = f"data:,{which.epoch}/"
    number = token.removeprefix(prefix)
    if (
        number == token
        or not number.isascii()
        or not number.isdigit()
        or len(number) > 18
        or int(number) > which.seq
    ):
        raise Refused(
            403,
            "This sync-token is not known here; start again with an empty one.",
            "valid-sync-token",
        )
    return int(number)


def etag(which: Book, seq: int) -> str:
    """The strong ETag of a slot at a sequence number: new at every announcement, never a hash."""
    return f'"{which.epoch}-{seq}"'


def seq_of_etag(which: Book, tag: str) -> int | None:
    """The sequence number an ETag of this view names, or None for any other."""
    prefix = f'"{which.epoch}-'
    number = tag.strip().removeprefix(prefix).removesuffix('"')
    return (
        int(number)
        if tag.strip().startswith(prefix) and number.isascii() and number.isdigit()
        else None
    )


def seq_named(which: Book, header: str) -> int | None:
    """The sequence number that an If-Match names, or None."""
    for tag in header.split(","):
        seq = seq_of_etag(which, tag)
        if seq is not None:
            return seq
    return None


def names_any(header: str) -> bool:
    """Whether an If-Match names a sequence number of some epoch; a replay makes new ones."""
    return any(_ETAG.fullmatch(tag.strip()) for tag in header.split(","))


def list_slots(tx: Transaction, which: Book) -> list[tuple[str, int]]:
    """Href and sequence number of every live slot."""
    return [(row[0], row[1]) for row in tx.each(compiled.LIST_SLOTS, which=which.id)]


def count_slots(tx: Transaction, which: Book) -> int:
    """How many live slots a book has."""
    row = tx.one(compiled.COUNT_SLOTS, which=which.id)
    return int(row[0]) if row else 0


def is_empty(tx: Transaction, which: Book) -> bool:
    """Whether a book has no live slot; reads no more than one, however many there are."""
    return tx.one(compiled.ANY_SLOT, which=which.id) is None


def changes_since(tx: Transaction, which: Book, seq: int) -> list[tuple[str, int, bool]]:
    """Href, sequence number and whether it is gone, for each slot announced after `seq`, oldest first."""
    return [
        (row[0], row[1], bool(row[2]))
        for row in tx.each(compiled.CHANGES, which=which.id, since=seq)
    ]


def load(tx: Transaction, which: Book, href: str, *, version_4: bool) -> Entry | None:
    """One live slot with its octets, or None."""
    row = tx.one(
        compiled.LOAD_AS_WRITTEN if version_4 else compiled.LOAD_IN_3, which=which.id, name=href
    )
    return Entry(*row) if row else None


def load_all(tx: Transaction, which: Book, *, version_4: bool) -> Iterator[Entry]:
    """Every live slot with its octets, oldest announcement first."""
    query = compiled.LOAD_ALL_AS_WRITTEN if version_4 else compiled.LOAD_ALL_IN_3
    for row in tx.each(query, which=which.id):
        yield Entry(*row)


def record_served(db: Database, device: int, pairs: list[tuple[int, int, str]]) -> None:
    """Remember which text of which slots a device was given: (slot, seq, `3.0` or `4.0`).

    Runs after the answer, in a transaction of its own; a lost row only means
    that the base of a later merge is unknown.
    """
    if not pairs:
        return
    with db.write(Actor("served", device=device)) as tx:
        for in_slot, at_seq, in_version in pairs:
            tx.run(
                compiled.UPSERT_SERVED,
                on_device=device,
                in_slot=in_slot,
                at_seq=at_seq,
                in_version=in_version,
            )
