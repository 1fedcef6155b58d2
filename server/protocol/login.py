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
_KEYS_MAX: Final = 20_000
_ACCOUNT_LENGTH_MAX: Final = 64
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
    """Counts what was wrong over the last minute, per address and per account; what is right always passes.

    One object counts for CardDAV and for the pages: passwords, setup links and one-time pages alike.
    Whoever exists is counted as whoever does not.

    Args:
        limit: How many wrong ones are answered before an address, or whoever tries an account, has to wait.
        clock: Seconds that only go forward.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wrong(self, address: str, account: str = "") -> int:
        """Count something wrong; the seconds to wait if there was too much of it, else 0.

        Args:
            account: The member's name that was tried, whether there is one or not.
        """
        keys = [f"address {network_of(address)}"]
        if account:
            keys.append(f"account {account[:_ACCOUNT_LENGTH_MAX]}")
        now = self._clock()
        with self._lock:
            kept = [self._times(key, now) for key in keys]
            full = [times[0] for times in kept if len(times) >= self._limit]
            if full:
                return max(1, round(_WINDOW_SECONDS - (now - max(full))))
            for times in kept:
                times.append(now)
            return 0

    def _times(self, key: str, now: float) -> deque[float]:
        """When something was wrong for a key within the last minute."""
        times = self._wrong.setdefault(key, deque())
        self._wrong.move_to_end(key)
        while times and now - times[0] >= _WINDOW_SECONDS:
            times.popleft()
        if len(self._wrong) > _KEYS_MAX:
            self._wrong.popitem(last=False)
        return times


def account_of(login: str) -> str:
    """The account that a login tries: `anna` for `Anna+iphone`."""
    return login.strip().lower().partition("+")[0]


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
