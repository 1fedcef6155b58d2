"""The WebDAV properties of books and cards, as XML."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.protocol.multistatus import card_text, text
from server.protocol.names import (
    ADDRESS_DATA,
    CALENDARSERVER,
    CARDDAV,
    DAV,
    GETETAG,
    ME_CARD,
    element,
)
from server.protocol.paths import Target
from server.store import books
from server.store.books import Book, Entry

GETCONTENTLENGTH: Final = f"{DAV}getcontentlength"
GETLASTMODIFIED: Final = f"{DAV}getlastmodified"
DISPLAYNAME: Final = f"{DAV}displayname"

LISTED_FIELDS: Final = frozenset({GETETAG})
"""What a listing knows without looking at the cards."""
ENTRY_FIELDS: Final = frozenset({GETETAG, GETCONTENTLENGTH, GETLASTMODIFIED})

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_REPORTS: Final = (
    f"{DAV}sync-collection",
    f"{CARDDAV}addressbook-multiget",
    f"{CARDDAV}addressbook-query",
)
_COLLATIONS: Final = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")
_NOT_IN_ALLPROP: Final = frozenset(
    {
        f"{DAV}current-user-principal",
        f"{DAV}current-user-privilege-set",
        f"{DAV}owner",
        f"{DAV}principal-collection-set",
        f"{DAV}supported-report-set",
        f"{DAV}sync-token",
        f"{CARDDAV}max-resource-size",
        f"{CARDDAV}supported-address-data",
        f"{CARDDAV}supported-collation-set",
        f"{CALENDARSERVER}getctag",
    }
)
"""Names that `allprop` need not return, and that cost clients who ask so (RFC 6352 section 6.2)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the properties of a book and its cards are made from."""

    book: Book
    may_write: bool
    card_bytes: int

    @property
    def path(self) -> str:
        """The book's path, quoted, with its slash."""
        return Target(self.book.member, self.book.name).path

    @property
    def principal(self) -> str:
        """The principal's path."""
        return Target(self.book.member).path


def book_elements(
    names: Iterable[str], facts: Facts, dead: Callable[[], Mapping[str, str]]
) -> tuple[list[bytes], list[str]]:
    """The elements of a book's properties, and the names it does not have.

    Args:
        dead: Properties that a client has set; asked only for names not known here.
    """
    found: list[bytes] = []
    missing: list[str] = []
    for name in names:
        if name in _BOOK:
            found.append(element(name, _BOOK[name](facts)))
            continue
        kept = dead().get(name)
        if kept is None:
            missing.append(name)
        else:
            found.append(element(name, path_inside(kept) if name == ME_CARD else text(kept)))
    return found, missing


def book_names(*, every: bool) -> tuple[str, ...]:
    """The names a book has: for `allprop`, or with `every` for `propname`."""
    return tuple(name for name in _BOOK if every or name not in _NOT_IN_ALLPROP)


def is_live(name: str) -> bool:
    """Whether the server alone says what this property holds; a client cannot set it."""
    return name != DISPLAYNAME and (name in _BOOK or name.startswith(DAV))


def fixed_of_cards(facts: Facts) -> dict[str, bytes]:
    """The elements that are the same for each card of a book, by name."""
    return {
        f"{DAV}resourcetype": element(f"{DAV}resourcetype"),
        f"{DAV}getcontenttype": element(f"{DAV}getcontenttype", b"text/vcard; charset=utf-8"),
        f"{DAV}supported-report-set": element(f"{DAV}supported-report-set"),
        **{name: element(name, _BOOK[name](facts)) for name in _SHARED},
    }


def card_names(*, every: bool) -> tuple[str, ...]:
    """The names a card has: for `allprop`, or with `every` for `propname`."""
    names = (
        GETETAG,
        GETCONTENTLENGTH,
        GETLASTMODIFIED,
        f"{DAV}getcontenttype",
        f"{DAV}resourcetype",
    )
    return (*names, f"{DAV}supported-report-set", *_SHARED) if every else names


def card_values(fields: Iterable[str], which: Book, entry: Entry) -> list[bytes]:
    """The values of one card's varying properties, as XML."""
    return [_CARD[name](which, entry) for name in fields]


def http_date(microseconds: int) -> str:
    """A time as HTTP writes it (RFC 9110 section 5.6.7)."""
    moment = time.gmtime(microseconds // 1_000_000)
    weekday, month = _WEEKDAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]
    return time.strftime(f"{weekday}, %d {month} %Y %H:%M:%S GMT", moment)


def path_inside(path: str) -> bytes:
    """A path as the value of a property."""
    return element(f"{DAV}href", text(path))


def _reports(_facts: Facts) -> bytes:
    return b"".join(
        element(f"{DAV}supported-report", element(f"{DAV}report", element(name)))
        for name in _REPORTS
    )


def _privileges(facts: Facts) -> bytes:
    """What the device may do: the letters of rights, said in RFC 3744's words (section 3)."""
    granted = ["read", "read-current-user-privilege-set"]
    if facts.may_write:
        granted += ["write", "write-properties", "write-content", "bind", "unbind"]
    return b"".join(element(f"{DAV}privilege", element(f"{DAV}{name}")) for name in granted)


def _address_data(_facts: Facts) -> bytes:
    """Says 3.0 only: DAVx5 writes 4.0 as soon as it is advertised, and Macs cannot read that."""
    return b'<C:address-data-type content-type="text/vcard" version="3.0"/>'


def _collations(_facts: Facts) -> bytes:
    return b"".join(element(f"{CARDDAV}supported-collation", name.encode()) for name in _COLLATIONS)


_SHARED: Final = (
    f"{DAV}current-user-principal",
    f"{DAV}current-user-privilege-set",
    f"{DAV}owner",
    f"{DAV}principal-collection-set",
)
_BOOK: Final[dict[str, Callable[[Facts], bytes]]] = {
    f"{DAV}resourcetype": lambda _: element(f"{DAV}collection") + element(f"{CARDDAV}addressbook"),
    DISPLAYNAME: lambda facts: text(facts.book.displayname),
    GETETAG: lambda facts: text(books.etag(facts.book, facts.book.seq)),
    f"{DAV}getcontenttype": lambda _: b"text/vcard; charset=utf-8",
    f"{DAV}current-user-principal": lambda facts: path_inside(facts.principal),
    f"{DAV}current-user-privilege-set": _privileges,
    f"{DAV}owner": lambda facts: path_inside(facts.principal),
    f"{DAV}principal-collection-set": lambda _: path_inside("/"),
    f"{DAV}supported-report-set": _reports,
    f"{DAV}sync-token": lambda facts: text(books.sync_token(facts.book)),
    f"{CALENDARSERVER}getctag": lambda facts: text(books.etag(facts.book, facts.book.seq)),
    f"{CARDDAV}max-resource-size": lambda facts: b"%d" % facts.card_bytes,
    f"{CARDDAV}supported-address-data": _address_data,
    f"{CARDDAV}supported-collation-set": _collations,
}
_CARD: Final[dict[str, Callable[[Book, Entry], bytes]]] = {
    GETETAG: lambda which, entry: text(books.etag(which, entry.seq)),
    GETCONTENTLENGTH: lambda _, entry: b"%d" % len(entry.octets),
    GETLASTMODIFIED: lambda _, entry: http_date(entry.modified).encode(),
    ADDRESS_DATA: lambda _, entry: card_text(entry.octets, entry.safe),
}
