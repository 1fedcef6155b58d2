"""PROPFIND at the root and the principal: how a client finds its way to the address books.

A member's principal is its home too, as RFC 6352 section 7.1.1 allows; some
clients poll it with depth 1 instead of each book.
"""

from collections.abc import Callable, Iterator
from typing import Final

from server.protocol.answers import Answer
from server.protocol.exchange import Exchange
from server.protocol.multistatus import multistatus, response, text
from server.protocol.names import CARDDAV, DAV, ME_CARD, element
from server.protocol.properties import DISPLAYNAME
from server.protocol.propfind import book_response, depth_of, facts_of, me_path
from server.protocol.requests import Properties, Propfind
from server.store import books
from server.store.members import find_member


def answer_discovery(exchange: Exchange, asked: Propfind) -> Answer:
    """Properties of the root or the principal, with what lies below it for depth 1.

    Raises:
        Refused: 403 for a listing of everything.
    """
    return multistatus(_responses(exchange, asked.properties, depth_of(exchange.fields.depth)))


def _responses(exchange: Exchange, wanted: Properties, depth: int) -> Iterator[bytes]:
    with exchange.database.read() as tx:
        member = find_member(tx, exchange.device.member)
        name = member.name if member else exchange.device.member
        me = me_path(tx, exchange.device.member) if ME_CARD in wanted.names else ""
        folder = _Folder(exchange, name, me)
        if exchange.target.depth == 0:
            yield folder.response("/", _ROOT, wanted)
            if not depth:
                return
        yield folder.response(folder.principal, _PRINCIPAL, wanted)
        if depth and exchange.target.depth == 1:
            for book in books.list_books(tx, exchange.device.member):
                yield book_response(tx, facts_of(exchange, book), wanted)


class _Folder:
    """What the properties of the root and the principal are made from."""

    def __init__(self, exchange: Exchange, displayname: str, me: str) -> None:
        self.displayname = displayname
        self.me = me
        self.principal = f"/{exchange.device.member}/"
        self.may_write = exchange.may_write

    def response(self, path: str, known: "_Table", wanted: Properties) -> bytes:
        """The response for one of the two."""
        if wanted.kind == "propname":
            return response(path, [element(name) for name in known if name != ME_CARD or self.me])
        names = wanted.names
        if wanted.kind == "allprop":
            names = tuple(dict.fromkeys((f"{DAV}resourcetype", DISPLAYNAME, *names)))
            names = tuple(name for name in names if name in known or name in wanted.names)
        has = [name for name in names if name in known and (name != ME_CARD or self.me)]
        found = [element(name, known[name](self)) for name in has]
        return response(path, found, [name for name in names if name not in has])


_Table = dict[str, Callable[[_Folder], bytes]]


def _href(path: str) -> bytes:
    return element(f"{DAV}href", text(path))


def _privileges(folder: _Folder) -> bytes:
    granted = ["read", "read-current-user-privilege-set"]
    if folder.may_write:
        granted += ["bind", "unbind"]
    return b"".join(element(f"{DAV}privilege", element(f"{DAV}{name}")) for name in granted)


_ROOT: Final[_Table] = {
    f"{DAV}resourcetype": lambda _: element(f"{DAV}collection"),
    f"{DAV}current-user-principal": lambda folder: _href(folder.principal),
    f"{DAV}current-user-privilege-set": lambda _: element(f"{DAV}privilege", element(f"{DAV}read")),
    f"{DAV}principal-collection-set": lambda _: _href("/"),
    f"{DAV}supported-report-set": lambda _: b"",
}
_PRINCIPAL: Final[_Table] = {
    f"{DAV}resourcetype": lambda _: element(f"{DAV}collection") + element(f"{DAV}principal"),
    DISPLAYNAME: lambda folder: text(folder.displayname),
    f"{DAV}current-user-principal": lambda folder: _href(folder.principal),
    f"{DAV}current-user-privilege-set": _privileges,
    f"{DAV}owner": lambda folder: _href(folder.principal),
    f"{DAV}principal-URL": lambda folder: _href(folder.principal),
    f"{DAV}principal-collection-set": lambda _: _href("/"),
    f"{DAV}alternate-URI-set": lambda _: b"",
    f"{DAV}group-membership": lambda _: b"",
    f"{DAV}supported-report-set": lambda _: b"",
    f"{CARDDAV}addressbook-home-set": lambda folder: _href(folder.principal),
    ME_CARD: lambda folder: _href(folder.me),
}
