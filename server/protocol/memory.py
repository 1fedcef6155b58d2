"""What is remembered after an answer: what the device was given, that it lives, that it reads 4.0."""

import threading
import time
from collections import OrderedDict
from typing import Final

from server.protocol.exchange import Exchange
from server.store import books, devices
from server.store.database import Database

_TOUCH_SECONDS: Final = 60.0
_ENTRIES_MAX: Final = 100_000


class Memory:
    """Writes after answers, and only what is new: a device that fetches the same again costs nothing.

    Losing a row only means that the base of a later merge is unknown.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._served: OrderedDict[tuple[int, int], tuple[str, int, str]] = OrderedDict()
        self._seen: dict[int, float] = {}
        self._lock = threading.Lock()

    def remember(self, exchange: Exchange) -> None:
        """Write what this exchange leaves behind."""
        device = exchange.device
        if exchange.served:
            books.record_served(self._database, device.id, self._new_ones(exchange))
        if exchange.asked_4 and not device.speaks_4:
            with self._database.write(exchange.actor) as tx:
                devices.note_speaks_4(tx, device)
        now = time.monotonic()
        if now - self._seen.get(device.id, -_TOUCH_SECONDS) >= _TOUCH_SECONDS:
            self._seen[device.id] = now
            devices.touch(self._database, device, exchange.request.user_agent[:200])

    def _new_ones(self, exchange: Exchange) -> list[tuple[int, int, str]]:
        """The rows that were not written before; after a restore the epoch tells them apart."""
        new: list[tuple[int, int, str]] = []
        with self._lock:
            for slot, seq, version in exchange.served:
                key, value = (exchange.device.id, slot), (exchange.epoch, seq, version)
                if self._served.get(key) != value:
                    self._served[key] = value
                    self._served.move_to_end(key)
                    new.append((slot, seq, version))
            while len(self._served) > _ENTRIES_MAX:
                self._served.popitem(last=False)
        return new
