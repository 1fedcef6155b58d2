"""What Radicale is shown: the root, a member's home, and address books with their cards.

Everything here is frozen when it is found, because Radicale renders after it
has given the lock back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final, overload
from xml.etree import ElementTree as ET

from radicale import xmlutils
from radicale.item import Item
from radicale.storage import BaseCollection

from server.context import current
from server.errors import Refused
from server.protocol.filters import parse_filter
from server.protocol.properties import http_date
from server.protocol.queries import matching
from server.protocol.reading import Element
from server.store import books, deleting
from server.store.books import Book, Entry
from server.store.database import Transaction
from server.store.devices import Device

TAG: Final = "VADDRESSBOOK"

Reading = Callable[[], AbstractContextManager[Transaction]]


class Folder(BaseCollection):
    """The root, or the home of a member: it holds collections, not cards."""

    def __init__(self, path: str, displayname: str = "") -> None:
        self._path = path
        self._meta = {"D:displayname": displayname} if displayname else {}

    @property
    def path(self) -> str:
        """The path without slashes at its ends."""
        return self._path

    @property
    def etag(self) -> str:
        """Radicale never shows it for a folder."""
        return '""'

    @property
    def last_modified(self) -> str:
        """Radicale never shows it for a folder."""
        return http_date(0)

    def get_all(self) -> Iterable[Item]:
        """No cards lie here."""
        return ()

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        """No cards lie here."""
        return [(href, None) for href in hrefs]

    @overload
    def get_meta(self, key: None = None) -> Mapping[str, str]: ...

    @overload
    def get_meta(self, key: str) -> str | None: ...

    def get_meta(self, key: str | None = None) -> Mapping[str, str] | str | None:
        """The properties, or one of them."""
        return self._meta if key is None else self._meta.get(key)


class AddressBook(Folder):
    """One book as it was when it was found.

    Args:
        reading: Opens the transaction that the lock holds.
        refuse: Turns a refusal into what Radicale or the server around it expects.
    """

    def __init__(
        self,
        tx: Transaction,
        book: Book,
        device: Device,
        reading: Reading,
        refuse: Callable[[Refused], Exception],
    ) -> None:
        super().__init__(f"{book.member}/{book.name}")
        self.book = book
        self._device = device
        self._reading = reading
        self._refuse = refuse
        kept = books.book_properties(tx, book)
        # Radicale has no word for a property without a namespace.
        self._unnamed = {name: kept[name] for name in kept if not name.startswith("{")}
        self._meta = {
            xmlutils.make_human_tag(name): kept[name] for name in kept if name.startswith("{")
        }
        self._meta |= {"tag": TAG, "D:displayname": book.displayname}

    @property
    def etag(self) -> str:
        """The tag of the view; Radicale shows it as getctag too."""
        return books.etag(self.book, self.book.seq)

    def sync(self, old_token: str = "") -> tuple[str, Iterable[str]]:
        """The token and what changed since an old one.

        Raises:
            ValueError: The token is not known; Radicale answers 403 valid-sync-token.
        """
        token = books.sync_token(self.book)
        try:
            seen = books.parse_token(self.book, old_token)
        except Refused as error:
            raise ValueError(error.sentence) from error
        if old_token and seen == self.book.seq:
            return token, ()
        with self._reading() as tx:
            if not old_token:
                return token, [href for href, _seq in books.list_slots(tx, self.book)]
            changes = books.changes_since(tx, self.book, seen)
        return token, [href for href, _seq, _gone in changes]

    def get_all(self) -> Iterator[Item]:
        """Every card."""
        with self._reading() as tx:
            entries = list(books.load_all(tx, self.book, version_4=self._device.speaks_4))
        for entry in entries:
            yield self.item(entry)

    def get_multi(self, hrefs: Iterable[str]) -> Iterator[tuple[str, Item | None]]:
        """Some cards; None for those that are not there (any more)."""
        with self._reading() as tx:
            for href in hrefs:
                yield href, self.find(tx, href)

    def get_filtered(self, filters: Iterable[ET.Element]) -> Iterator[tuple[Item, bool]]:
        """The cards that meet a query's filters; they are wholly tested, never by vobject.

        Raises:
            ValueError: A filter cannot be understood; Radicale answers 400.
        """
        try:
            wanted = [parse_filter(_element(each)) for each in filters]
        except Refused as error:
            raise ValueError(error.sentence) from error
        with self._reading() as tx:
            entries = books.load_all(tx, self.book, version_4=self._device.speaks_4)
            for filter_ in wanted:
                entries = matching(filter_, entries)
            yield from ((self.item(entry), True) for entry in list(entries))

    def has_uid(self, uid: str) -> bool:
        """Left to the store, which decides on the whole card."""
        return False

    def find(self, tx: Transaction, href: str) -> Item | None:
        """One card, or None."""
        entry = books.load(tx, self.book, href, version_4=self._device.speaks_4)
        return self.item(entry) if entry else None

    def delete(self, href: str | None = None) -> None:
        """Delete a card, or hide another's.

        Raises:
            Refused: The store refuses; on the stock command Radicale's own checks come first.
        """
        if href is None:
            raise self._refuse(Refused(403, "An address book cannot be deleted here."))
        request = current()
        with self._reading() as tx:
            result = deleting.delete(
                tx,
                self.book,
                href,
                device=self._device,
                if_match=request.if_match if request else "",
            )
        if result.status >= 400:
            raise self._refuse(Refused(result.status, result.sentence, result.precondition))

    def set_meta(self, props: Mapping[str, str]) -> None:
        """Keep the properties of the book; it stays an address book whatever they say."""
        kept = {
            xmlutils.make_clark(name): value
            for name, value in props.items()
            if name not in {"tag", "D:displayname"}
        }
        displayname = props.get("D:displayname") or self.book.name
        with self._reading() as tx:
            books.set_book_properties(tx, self.book, displayname, self._unnamed | kept)

    def serialize(self, vcf_to_ics: bool = False, ShareActions: object = None) -> str:  # noqa: FBT001, FBT002, N803  # Radicale's names
        """All cards, one after the other."""
        return "".join(item.serialize() for item in self.get_all())

    def item(self, entry: Entry, etag: str = "") -> Item:
        """A card as Radicale wants it: complete, so that it never asks vobject."""
        content = entry.octets.decode("utf-8", "replace")
        return Item(
            collection=self,
            href=entry.href,
            text=_clean(content) if entry.safe == 0 else content,
            etag=etag or books.etag(self.book, entry.seq),
            uid=entry.uid,
            name="VCARD",
            component_name="",
            time_range=(0, 0),
            last_modified=http_date(entry.modified),
        )


def _clean(content: str) -> str:
    """A text without the characters that would break the XML of a whole answer."""
    return "".join(c for c in content if c in "\t\r\n" or (c >= " " and c not in "\ufffe\uffff"))


def _element(node: ET.Element) -> Element:
    """An element of Radicale's tree as ours."""
    children = [_element(child) for child in node]
    return Element(node.tag, dict(node.attrib), children, node.text or "")
