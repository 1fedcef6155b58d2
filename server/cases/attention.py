"""What needs attention in how a household runs: for `doctor` and for the page of the household.

Nothing here speaks of anybody's cards; of other members' devices it says how long, not which.
"""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.settings import Settings, is_loopback
from server.store.clock import BEHIND_LEAST, behind_sentence
from server.store.connecting import list_connected
from server.store.database import Transaction
from server.store.history import last_time
from server.store.household import last_backup
from server.store.jobs import failing
from server.store.members import list_members

QUIET_DAYS: Final = 9
BACKUP_DAYS: Final = 30
ROOM_LEAST: Final = 200 * 1024 * 1024
_DAY: Final = 86_400_000_000


def of_settings(settings: Settings) -> Iterator[str]:
    """How the server is reached: encrypted, and by whom."""
    server = settings.server
    if server.public_url.startswith("http://") and not is_loopback(server.host):
        yield (
            "Phones send their passwords unencrypted: public_url is http and the server listens "
            f"on {server.host}. Put a proxy with TLS in front and set public_url to its https "
            "address."
        )
    if not server.public_url and not is_loopback(server.host):
        yield (
            f"The server listens on {server.host} without TLS and without public_url, and phones "
            "refuse that: put a proxy with TLS in front and set public_url to its https address."
        )
    if server.public_url.startswith("https://") and not server.trusted_proxies:
        yield (
            "public_url is https, but no proxy is trusted, so every request seems to come from "
            "the proxy itself: set trusted_proxies to its address."
        )


def of_proxy(settings: Settings, unbelieved: str) -> Iterator[str]:
    """A proxy that says whom it asks for, and is not believed.

    Args:
        unbelieved: The address that it has, if there is one.
    """
    if unbelieved and settings.server.trusted_proxies:
        yield (
            f"A proxy at {unbelieved} says who is asking and is not believed: add it to "
            "trusted_proxies if it is yours."
        )


def of_folder(folder: Path, file: Path) -> Iterator[str]:
    """Whether others read the database, and whether there is room."""
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        yield f"Others on this machine may read {file} (mode {mode:o}): run chmod 600 {file}."
    if not os.access(folder, os.W_OK):
        yield f"{folder} cannot be written: give the server's user its permissions back."
    room = shutil.disk_usage(folder).free
    if room < ROOM_LEAST:
        yield f"Only {room // 1024 // 1024} MB are free in {folder}: make room."


def of_clock(tx: Transaction) -> Iterator[str]:
    """A machine whose clock went back."""
    behind = last_time(tx) - time.time_ns() // 1000
    if behind >= BEHIND_LEAST:
        yield behind_sentence(behind)


def of_jobs(tx: Transaction) -> Iterator[str]:
    """Jobs whose latest run failed."""
    for each in failing(tx):
        since = datetime.fromtimestamp((each.failed or each.at) / 1_000_000, UTC)
        yield f"The job {each.name} fails since {since:%Y-%m-%d}: {each.sentence}"


def of_devices(tx: Transaction, viewer: str) -> Iterator[str]:
    """Devices that have not synced for days, as one member may know of them."""
    for member in list_members(tx):
        for each in list_connected(tx, member.id):
            seen = each.device.last_seen
            if seen is None or tx.now - seen <= QUIET_DAYS * _DAY:
                continue
            days = (tx.now - seen) // _DAY
            if member.id == viewer:
                yield (
                    f"Your {each.name} has not synced for {days} days: open its contacts once, or "
                    "disconnect it."
                )
            else:
                yield f"A device of {member.name}'s has not synced for {days} days."


def of_backups(tx: Transaction) -> Iterator[str]:
    """A household whose last backup is old, or that has none."""
    last = last_backup(tx)
    if last and tx.now - last > BACKUP_DAYS * _DAY:
        yield (
            f"The last backup is {(tx.now - last) // _DAY} days old: run `hearthbook backup FILE` "
            "on the server, and keep the file elsewhere."
        )
