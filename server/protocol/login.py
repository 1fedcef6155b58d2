"""Who is asking: HTTP Basic with a device's password, and a limit on wrong ones.

One function for the server's own paths and for the auth plugin.
"""

import base64
import binascii
import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from server.store.database import Database, Transaction
from server.store.devices import Device, authenticate

REALM: Final = "Hearthbook"
_WINDOW_SECONDS: Final = 60.0
_ADDRESSES_MAX: Final = 10_000
_HEADER_LENGTH_MAX: Final = 2000


def credentials(header: str) -> tuple[str, str] | None:
    """Login and password of an `Authorization` header, or None where it holds none.

    Source: RFC 7617; UTF-8, else Latin-1 as old clients send it.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > _HEADER_LENGTH_MAX:
        return None
    try:
        octets = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    login, colon, password = text.partition(":")
    return (login, password) if colon and "\x00" not in text else None


def device_of(tx: Transaction, header: str) -> Device | None:
    """The device that an `Authorization` header proves, read afresh for each request."""
    given = credentials(header)
    return authenticate(tx, *given) if given else None


class Limiter:
    """Counts wrong passwords per address over the last minute; a right one always passes.

    Args:
        limit: How many wrong ones are answered before an address has to wait.
        clock: Seconds that only go forward.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wrong(self, address: str) -> int:
        """Count a wrong password; the seconds to wait if there were too many, else 0."""
        now = self._clock()
        key = network_of(address)
        with self._lock:
            times = self._wrong.setdefault(key, deque())
            self._wrong.move_to_end(key)
            while times and now - times[0] >= _WINDOW_SECONDS:
                times.popleft()
            if len(times) >= self._limit:
                return max(1, round(_WINDOW_SECONDS - (now - times[0])))
            times.append(now)
            if len(self._wrong) > _ADDRESSES_MAX:
                self._wrong.popitem(last=False)
            return 0


def network_of(address: str) -> str:
    """The key under which an address is counted: IPv6 by its /64, which one customer owns whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def signed_in(database: Database, header: str) -> Device | None:
    """The device behind an `Authorization` header, in a transaction of its own."""
    with database.read() as tx:
        return device_of(tx, header)
