"""Hearthbook's store as a storage of Radicale: one request is one transaction.

`acquire_lock("w")` opens it, an exception or a refusal rolls it back; `"r"`
pins a snapshot. Radicale builds the storage twice, so building it is cheap.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from radicale import config, pathutils, types
from radicale.item import Item
from radicale.storage import BaseCollection, BaseStorage

from plugins.asking import asking, database_of, is_stock
from plugins.auth import STAND_IN_UID
from plugins.collection import TAG, AddressBook, Folder
from server.context import current
from server.errors import Refused
from server.store import books, deleting, writes
from server.store.books import Entry
from server.store.database import Actor, Transaction
from server.store.devices import Device
from server.store.members import find_member
from server.store.slots import slot_at
from server.store.writes import PutResult


class RolledBack(Exception):
    """Leaves a write transaction whose request Radicale has answered with an error by itself."""


@dataclass(slots=True)
class Lock:
    """An open lock: its transaction, and what a PUT on the stock command came to."""

    tx: Transaction
    is_refused: bool = False
    put_path: str = ""
    put: PutResult | None = None

    def roll_back_if_refused(self) -> None:
        """Leave the transaction without keeping it.

        Raises:
            RolledBack: Something in it was refused.
        """
        if self.is_refused:
            raise RolledBack


_lock: ContextVar[Lock | None] = ContextVar("hearthbook_lock", default=None)


class Storage(BaseStorage):
    """Books, cards and sync-tokens from the store."""

    _is_collision_free = True
    _supports_unicode = True
    _supports_trailing_whitespace = True
    _supports_problematic_chars = True

    def __init__(self, configuration: config.Configuration) -> None:
        super().__init__(configuration)
        self._database = database_of(configuration, "storage")

    @types.contextmanager
    def acquire_lock(
        self, mode: str, user: str = "", *args: object, **kwargs: object
    ) -> Iterator[None]:
        """One transaction; `user` is not asked, who acts is known from the request."""
        if mode == "r":
            with self._database.read() as tx, _held(Lock(tx)):
                yield
            return
        device = asking()
        kind = str(kwargs.get("request", "make")).lower()
        actor = Actor(kind, device.member if device else None, device.id if device else None)
        try:
            with self._database.write(actor) as tx:
                lock = Lock(tx)
                with _held(lock):
                    if kwargs.get("request") == "PUT" and device is not None:
                        self._put(lock, device, str(kwargs.get("path", "")))
                    yield
                lock.roll_back_if_refused()
        except RolledBack:
            return

    def discover(
        self,
        path: str,
        depth: str = "0",
        child_context_manager: Callable[[str, str | None], AbstractContextManager[None]]
        | None = None,
        user_groups: set[str] = frozenset(),  # type: ignore[assignment]  # Radicale's default is a set
    ) -> Iterator[types.CollectionOrItem]:
        """What lies at a path and, with a depth, right below it; lazily, because often only the first counts."""
        device = asking()
        segments = [segment for segment in path.split("/") if segment]
        if device is None or (segments and segments[0] != device.member):
            return
        with self._reading() as tx:
            match segments:
                case []:
                    yield Folder("")
                    if depth != "0":
                        yield self._home(tx, device)
                case [_]:
                    yield self._home(tx, device)
                    if depth != "0":
                        for book in books.list_books(tx, device.member):
                            yield self._book(tx, book, device)
                case [_, name]:
                    named = books.find_book(tx, device.member, name)
                    if named is not None:
                        found = self._book(tx, named, device)
                        yield found
                        if depth != "0":
                            yield from found.get_all()
                case [_, name, href]:
                    yield from self._card(tx, device, name, href)

    def create_collection(
        self,
        href: str,
        items: Iterable[Item] | None = None,
        props: Mapping[str, str] | None = None,
    ) -> tuple[BaseCollection, dict[str, Item], list[str]]:
        """Make a further, plain address book.

        Raises:
            Refused: It would replace a book, or be something else than one.
        """
        device = asking()
        segments = [segment for segment in href.split("/") if segment]
        if device is None or len(segments) != 2 or segments[0] != device.member:
            raise self._refuse(Refused(403, "An address book can only be made in your own home."))
        if items is not None:
            raise self._refuse(Refused(403, "A whole address book cannot be uploaded at once."))
        if not props or props.get("tag") != TAG:
            raise self._refuse(Refused(403, "Only address books can be made here."))
        with self._reading() as tx:
            try:
                displayname = props.get("D:displayname", "")
                book = books.create_book(tx, device.member, segments[1], displayname)
            except Refused as error:
                raise self._refuse(error) from error
            made = self._book(tx, book, device)
            made.set_meta(props)
        return made, {}, []

    def move(self, item: Item, to_collection: BaseCollection, to_href: str) -> None:
        """Move an own card to another book, or to another name.

        Raises:
            Refused: It is another member's card, or the store refuses.
        """
        source, device = item.collection, asking()
        assert isinstance(source, AddressBook)
        assert isinstance(to_collection, AddressBook)
        assert device is not None
        assert item.href is not None
        with self._reading() as tx:
            slot = slot_at(tx, source.book.id, item.href)
            entry = books.load(tx, source.book, item.href, version_4=True)
            if slot is None or entry is None or not slot.own:
                raise self._refuse(Refused(403, "Only cards of your own can be moved."))
            results = (
                deleting.delete(tx, source.book, item.href, device=device, counts=False),
                writes.put(tx, to_collection.book, to_href, entry.octets, device=device),
            )
        for result in results:
            if result.status >= 400:
                raise self._refuse(Refused(result.status, result.sentence, result.precondition))

    def verify(self) -> bool:
        """Left to `hearthbook verify`, which says what is wrong."""
        return True

    @contextmanager
    def _reading(self) -> Iterator[Transaction]:
        """The transaction of the lock; Radicale looks at a few things after it gave the lock back."""
        lock = _lock.get()
        with self._database.read() if lock is None else nullcontext(lock.tx) as tx:
            yield tx

    @staticmethod
    def _refuse(error: Refused) -> Exception:
        """The exception that refuses a request, and rolls back what it did so far.

        On the stock command Radicale knows only a ValueError that looks like a
        missing permission, and commits what was written before it.
        """
        lock = _lock.get()
        if lock is not None:
            lock.is_refused = True
        return ValueError(f"[Errno 13] {error.sentence}") if is_stock() else error

    @staticmethod
    def _home(tx: Transaction, device: Device) -> Folder:
        member = find_member(tx, device.member)
        return Folder(device.member, member.name if member else "")

    def _book(self, tx: Transaction, book: books.Book, device: Device) -> "Book":
        return Book(tx, book, device, self._reading, self._refuse)

    def _card(
        self, tx: Transaction, device: Device, name: str, href: str
    ) -> Iterator[types.CollectionOrItem]:
        book = books.find_book(tx, device.member, name)
        if book is None:
            return
        found = self._book(tx, book, device)
        lock = _lock.get()
        if lock is not None and lock.put is not None:
            item = _in_place_of(lock.put, found, href)
        else:
            item = found.find(tx, href)
        if item is not None:
            yield item

    @staticmethod
    def _put(lock: Lock, device: Device, path: str) -> None:
        """Let the store decide on the body that the auth plugin took; Radicale then says it."""
        segments = [segment for segment in pathutils.strip_path(path).split("/") if segment]
        request = current()
        if len(segments) != 3 or request is None or request.body is None:
            return
        book = books.find_book(lock.tx, device.member, segments[1])
        if book is None:
            return
        lock.put = writes.put(
            lock.tx,
            book,
            segments[2],
            request.body,
            device=device,
            if_match=request.if_match,
            if_none_match=request.if_none_match,
        )


class Book(AddressBook):
    """A book that also takes cards, as the stock command hands them over."""

    def has_uid(self, uid: str) -> bool:
        """True where the store found a conflict of UIDs: Radicale then says so."""
        lock = _lock.get()
        put = lock.put if lock else None
        return put is not None and put.precondition == "no-uid-conflict"

    def upload(self, href: str, item: Item) -> tuple[Item, Item | None]:
        """The card that the store took, with its ETag.

        Radicale always sends one; where other octets were stored it is a tag
        that no listing will ever show, so that the client fetches the card.

        Raises:
            ValueError: The store refused the card; Radicale answers 403.
        """
        lock = _lock.get()
        put = lock.put if lock else None
        if put is None or put.status >= 400:
            sentence = put.sentence if put else "Radicale was not given the card's own octets."
            raise ValueError(f"[Errno 13] {sentence}")
        stored = Entry(0, href, STAND_IN_UID, 0, b"", 2, 0)
        return self.item(stored, etag=put.etag or f'"{secrets.token_hex(8)}"'), None


@contextmanager
def _held(lock: Lock) -> Iterator[None]:
    token = _lock.set(lock)
    try:
        yield
    finally:
        _lock.reset(token)


def _in_place_of(put: PutResult, book: AddressBook, href: str) -> Item | None:
    """What Radicale must find at a path so that it answers what the store decided.

    It compares `If-Match` and the UID with what it finds, and takes nothing for
    a new card.
    """
    request = current()
    if_match = request.if_match if request else ""
    if put.status == 412:
        is_there = not if_match
    else:
        is_replaced = put.status == 204 and not (request and request.if_none_match)
        is_there = bool(if_match) or is_replaced
    if not is_there:
        return None
    uid = "another" if put.precondition == "no-uid-conflict" else STAND_IN_UID
    return book.item(Entry(0, href, uid, 0, b"", 2, 0), etag=if_match or '""')
