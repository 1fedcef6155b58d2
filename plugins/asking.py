"""Who is asking, for plugins that Radicale does not tell, and where the data lies."""

import os
from contextvars import ContextVar
from pathlib import Path

from radicale import config

from server.store.database import Database, open_database
from server.store.devices import Device

_device: ContextVar[Device | None] = ContextVar("hearthbook_device", default=None)
_is_stock: ContextVar[bool] = ContextVar("hearthbook_is_stock", default=True)


def signed_in_as(device: Device | None, *, is_stock: bool) -> None:
    """Remember who asks until the next request on this thread."""
    _device.set(device)
    _is_stock.set(is_stock)


def asking() -> Device | None:
    """The device that asks, or None for nobody."""
    return _device.get()


def is_stock() -> bool:
    """Whether Radicale runs by itself, without `hearthbook serve` around it."""
    return _is_stock.get()


def database_of(configuration: config.Configuration, section: str) -> Database:
    """The database that a section of Radicale's configuration names.

    Raises:
        RuntimeError: No data folder is named; Radicale shows this and ends.
    """
    try:
        folder = str(configuration.get(section, "data"))
    except KeyError:
        folder = os.environ.get("HEARTHBOOK_DATA_DIR", "")
    if not folder:
        raise RuntimeError(
            f"Name Hearthbook's data folder: `data = /path` in [{section}] of Radicale's "
            "configuration, or HEARTHBOOK_DATA_DIR in the environment."
        )
    return open_database(Path(folder).expanduser())
