"""Names of XML elements in Clark notation, and how they are written."""

from functools import lru_cache
from typing import Final

from server.protocol.markup import quoted
from server.protocol.reading import split_name

DAV: Final = "{DAV:}"
CARDDAV: Final = "{urn:ietf:params:xml:ns:carddav}"
CALENDARSERVER: Final = "{http://calendarserver.org/ns/}"

ADDRESS_DATA: Final = f"{CARDDAV}address-data"
GETETAG: Final = f"{DAV}getetag"
ME_CARD: Final = f"{CALENDARSERVER}me-card"

_PREFIXES: Final = {
    "DAV:": "D",
    "urn:ietf:params:xml:ns:carddav": "C",
    "http://calendarserver.org/ns/": "CS",
}


@lru_cache(maxsize=512)
def _tag(name: str) -> tuple[str, str]:
    """What stands between `<` and `>` of an opening tag, and of the closing one."""
    namespace, local = split_name(name)
    prefix = _PREFIXES.get(namespace)
    if prefix:
        return f"{prefix}:{local}", f"{prefix}:{local}"
    if not namespace:
        return local, local
    return f"X:{local} xmlns:X={quoted(namespace)}", f"X:{local}"


def element(name: str, inside: bytes = b"") -> bytes:
    """One element; `inside` is XML already."""
    opening, closing = _tag(name)
    if not inside:
        return f"<{opening}/>".encode()
    return b"<%b>%b</%b>" % (opening.encode(), inside, closing.encode())
