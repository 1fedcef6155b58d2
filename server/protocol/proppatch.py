"""PROPPATCH: what a client may set on a book, all of it or nothing (RFC 4918 section 9.2)."""

from dataclasses import dataclass
from typing import Final

from server.errors import Refused
from server.protocol.answers import Answer
from server.protocol.exchange import Exchange
from server.protocol.multistatus import multistatus
from server.protocol.names import DAV, element
from server.protocol.properties import DISPLAYNAME, is_live
from server.protocol.propfind import existing_book
from server.protocol.reading import read_xml
from server.store import books

VALUE_LENGTH_MAX: Final = 10_000
PROPERTIES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Setting:
    """One property to be set, or removed where `value` is None."""

    name: str
    value: str | None


def read_settings(octets: bytes) -> tuple[Setting, ...]:
    """The settings of a request in the order of the document.

    Raises:
        Refused: 400; the body is no propertyupdate.
    """
    root = read_xml(octets)
    if root.name not in {f"{DAV}propertyupdate", f"{DAV}mkcol"}:
        raise Refused(400, "The request must be a propertyupdate.")
    settings: list[Setting] = []
    for step in root.children:
        if step.name not in {f"{DAV}set", f"{DAV}remove"}:
            continue
        for listed in step.children:
            if listed.name == f"{DAV}prop":
                is_set = step.name == f"{DAV}set"
                settings += (
                    Setting(each.name, each.text if is_set else None) for each in listed.children
                )
    return tuple(settings)


def answer_proppatch(exchange: Exchange) -> Answer:
    """Set the properties of a book; anywhere else, and for live properties, say no per property.

    Raises:
        Refused: 400 for a body that says nothing, 404 without such a book.
    """
    settings = read_settings(exchange.body)
    if not settings:
        raise Refused(400, "The request sets and removes nothing.")
    if exchange.target.depth == 2 and exchange.may_write:
        statuses = _apply(exchange, settings)
    else:
        statuses = dict.fromkeys((each.name for each in settings), _FORBIDDEN)
    groups: dict[bytes, list[str]] = {}
    for name, status in statuses.items():
        groups.setdefault(status, []).append(name)
    inside = b"".join(status % b"".join(map(element, names)) for status, names in groups.items())
    href = exchange.target.path.encode()
    return multistatus([b"<D:response><D:href>%b</D:href>%b</D:response>\n" % (href, inside)])


_OK: Final = b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
_FAILED: Final = (
    b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 424 Failed Dependency</D:status>"
    b"</D:propstat>"
)
_FORBIDDEN: Final = (
    b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 403 Forbidden</D:status>"
    b"<D:error><D:cannot-modify-protected-property/></D:error></D:propstat>"
)
_TOO_LARGE: Final = (
    b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 507 Insufficient Storage</D:status>"
    b"<D:responsedescription>The value is too long to be kept.</D:responsedescription>"
    b"</D:propstat>"
)


def _apply(exchange: Exchange, settings: tuple[Setting, ...]) -> dict[str, bytes]:
    """Keep all settings and give a status per name, or keep none if one cannot be kept."""
    statuses = {each.name: _OK for each in settings}
    for each in settings:
        if is_live(each.name):
            statuses[each.name] = _FORBIDDEN
        elif each.value is not None and len(each.value) > VALUE_LENGTH_MAX:
            statuses[each.name] = _TOO_LARGE
    if any(status is not _OK for status in statuses.values()):
        return {name: _FAILED if status is _OK else status for name, status in statuses.items()}
    with exchange.database.write(exchange.actor) as tx:
        book = existing_book(tx, exchange.target.member, exchange.target.book)
        displayname, kept = book.displayname, books.book_properties(tx, book)
        for each in settings:
            if each.name == DISPLAYNAME:
                displayname = (each.value or "").strip() or book.name
            elif each.value is None:
                kept.pop(each.name, None)
            else:
                kept[each.name] = each.value
        if len(kept) > PROPERTIES_MAX:
            return dict.fromkeys(statuses, _TOO_LARGE)
        books.set_book_properties(tx, book, displayname, kept)
    return statuses
