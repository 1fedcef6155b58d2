"""PROPPATCH: what a client may set on a book, all of it or nothing (RFC 4918 section 9.2).

The member's own card, which Apple's programs call me-card, may be set on the home too.
"""

from dataclasses import dataclass
from typing import Final

from server.errors import Refused
from server.protocol.answers import Answer
from server.protocol.exchange import Exchange
from server.protocol.multistatus import multistatus
from server.protocol.names import DAV, ME_CARD, element
from server.protocol.paths import named_in
from server.protocol.properties import DISPLAYNAME, is_live
from server.protocol.propfind import existing_book
from server.protocol.reading import Element, read_xml
from server.store import books
from server.store.database import Transaction
from server.store.me_cards import is_own_card, set_me

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
                    Setting(each.name, _text(each) if is_set else None) for each in listed.children
                )
    return tuple(settings)


def _text(listed: Element) -> str:
    """The text of a property; of one that holds an href, that one's."""
    href = listed.find(f"{DAV}href") if listed.name == ME_CARD else None
    return href.text if href is not None else listed.text


def answer_proppatch(exchange: Exchange) -> Answer:
    """Set the properties of a book; anywhere else, and for live properties, say no per property.

    Raises:
        Refused: 400 for a body that says nothing, 404 without such a book.
    """
    settings = read_settings(exchange.body)
    if not settings:
        raise Refused(400, "The request sets and removes nothing.")
    if exchange.target.depth in {1, 2} and exchange.may_write:
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
_NOT_OWN: Final = (
    b"<D:propstat><D:prop>%b</D:prop><D:status>HTTP/1.1 403 Forbidden</D:status>"
    b"<D:responsedescription>This can only be a card of your own; make one of yourself, then choose"
    b" that.</D:responsedescription></D:propstat>"
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
        if is_live(each.name) or (exchange.target.depth == 1 and each.name != ME_CARD):
            statuses[each.name] = _FORBIDDEN
        elif each.value is not None and len(each.value) > VALUE_LENGTH_MAX:
            statuses[each.name] = _TOO_LARGE
    if any(status is not _OK for status in statuses.values()):
        return {name: _FAILED if status is _OK else status for name, status in statuses.items()}
    with exchange.database.write(exchange.actor) as tx:
        refused = _keep(tx, exchange, settings)
    return {name: refused.get(name, _FAILED) for name in statuses} if refused else statuses


def _keep(tx: Transaction, exchange: Exchange, settings: tuple[Setting, ...]) -> dict[str, bytes]:
    """Keep the settings; where one cannot be kept none is, and its status is given."""
    target = exchange.target
    named = [each.value for each in settings if each.name == ME_CARD]
    places = [None if each is None else named_in(each, exchange.fields.host) for each in named]
    for value, place in zip(named, places, strict=True):
        if value is not None and (
            place is None
            or place.member != target.member
            or not is_own_card(tx, place.member, place.book, place.href)
        ):
            return {ME_CARD: _NOT_OWN}
    if target.depth == 2:
        book = existing_book(tx, target.member, target.book)
        displayname, kept = book.displayname, books.book_properties(tx, book)
        for each in settings:
            if each.name == DISPLAYNAME:
                displayname = (each.value or "").strip() or book.name
            elif each.value is None:
                kept.pop(each.name, None)
            elif each.name != ME_CARD:
                kept[each.name] = each.value
        if len(kept) > PROPERTIES_MAX:
            return {each.name: _TOO_LARGE for each in settings}
        books.set_book_properties(tx, book, displayname, kept)
    for place in places:
        set_me(tx, target.member, place.href if place is not None else "")
    return {}
