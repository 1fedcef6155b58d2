"""What a PROPFIND or REPORT asks for, as values."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.errors import Refused
from server.protocol.names import CARDDAV, DAV
from server.protocol.reading import Element, read_xml

if TYPE_CHECKING:
    from server.protocol.filters import Filter

HREFS_MAX: Final = 25_000
_CACHED_BYTES_MAX: Final = 2048

_LISTED = (f"{DAV}allprop", f"{DAV}propname", f"{DAV}prop")


@dataclass(frozen=True, slots=True)
class Properties:
    """Which properties are wanted: all (with `names` besides), only their names, or these."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressData:
    """How cards are wanted (RFC 6352 section 10.4).

    Args:
        version: `3.0`, `4.0`, or empty where the client does not say.
        names: The properties wanted, in capitals; empty for whole cards.
    """

    version: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Propfind:
    """RFC 4918 section 9.1."""

    properties: Properties


@dataclass(frozen=True, slots=True)
class SyncCollection:
    """RFC 6578 section 3.2."""

    token: str
    properties: Properties
    data: AddressData | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Multiget:
    """RFC 6352 section 8.7."""

    hrefs: tuple[str, ...]
    properties: Properties
    data: AddressData | None


@dataclass(frozen=True, slots=True)
class Search:
    """An addressbook-query (RFC 6352 section 8.6)."""

    filter: "Filter"
    properties: Properties
    data: AddressData | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Other:
    """A body that none of the above is: named, to be refused or handed on."""

    name: str


Asked = Propfind | SyncCollection | Multiget | Search | Other


def read_request(octets: bytes) -> Asked:
    """Read a body; polls send the same few octets again and again, so small ones are remembered.

    Raises:
        Refused: 400, 403 or 413 with the precondition that the body violates.
    """
    return _remembered(octets) if len(octets) <= _CACHED_BYTES_MAX else _read(octets)


@lru_cache(maxsize=256)
def _remembered(octets: bytes) -> Asked:
    return _read(octets)


def _read(octets: bytes) -> Asked:
    root = read_xml(octets)
    match root.name:
        case "{DAV:}propfind":
            return Propfind(_properties(root, needed=True))
        case "{DAV:}sync-collection":
            return _sync(root)
        case "{urn:ietf:params:xml:ns:carddav}addressbook-multiget":
            return _multiget(root)
        case "{urn:ietf:params:xml:ns:carddav}addressbook-query":
            from server.protocol.filters import parse_filter  # knows cards; a poll needs none

            return Search(
                parse_filter(root.find(f"{CARDDAV}filter")),
                _properties(root),
                _address_data(root),
                _limit(root.find(f"{CARDDAV}limit"), f"{CARDDAV}nresults"),
            )
        case name:
            return Other(name)


def _sync(root: Element) -> SyncCollection:
    token = root.find(f"{DAV}sync-token")
    level = root.find(f"{DAV}sync-level")
    if level is not None and level.text.strip() not in {"1", "infinite", "infinity"}:
        raise Refused(400, "The sync-level must be 1 or infinite.")
    return SyncCollection(
        token.text.strip() if token is not None else "",
        _properties(root),
        _address_data(root),
        _limit(root.find(f"{DAV}limit"), f"{DAV}nresults"),
    )


def _multiget(root: Element) -> Multiget:
    hrefs = tuple(
        dict.fromkeys(child.text.strip() for child in root.children if child.name == f"{DAV}href")
    )
    if len(hrefs) > HREFS_MAX:
        raise Refused(
            403,
            f"The request names more than {HREFS_MAX} cards; ask for fewer at a time.",
            "number-of-matches-within-limits",
        )
    if not hrefs:
        raise Refused(400, "The request names no card; an href per card is needed.")
    return Multiget(hrefs, _properties(root), _address_data(root))


def _properties(root: Element, *, needed: bool = False) -> Properties:
    for child in root.children:
        if child.name in _LISTED:
            kind = child.name.removeprefix(DAV)
            listed = child if kind == "prop" else root.find(f"{DAV}include")
            names = tuple(each.name for each in listed.children) if listed is not None else ()
            return Properties(kind, tuple(dict.fromkeys(names)))
    if needed:
        raise Refused(400, "The request names no properties; prop, allprop or propname is needed.")
    return Properties("prop")


def _address_data(root: Element) -> AddressData | None:
    listed = root.find(f"{DAV}prop")
    element = listed.find(f"{CARDDAV}address-data") if listed is not None else None
    if element is None:
        return None
    media = element.attributes.get("content-type", "text/vcard").strip().lower()
    version = element.attributes.get("version", "").strip()
    if media not in {"text/vcard", "text/x-vcard"} or version not in {"", "3.0", "4.0"}:
        raise Refused(
            403, "Cards are kept as text/vcard, version 3.0 or 4.0.", "supported-address-data"
        )
    wanted = (
        child.attributes.get("name", "").strip().upper()
        for child in element.children
        if child.name == f"{CARDDAV}prop"
    )
    return AddressData(version, tuple(dict.fromkeys(name for name in wanted if name)))


def _limit(element: Element | None, name: str) -> int | None:
    """The number of results a client can take, or None."""
    number = element.find(name) if element is not None else None
    if number is None:
        return None
    text = number.text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise Refused(400, "The limit must be a whole number above 0.")
    return int(text)
