"""What needs attention in how a household runs: for `doctor` and for the page of the household.

Of cards it speaks to their keeper alone; of other members' devices it says how long, not which.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.saying import counted, said
from server.settings import Settings, is_loopback
from server.store.cards import find_card
from server.store.clock import BEHIND_LEAST, behind_sentence
from server.store.connecting import list_connected
from server.store.database import Transaction
from server.store.devices import Device, list_devices
from server.store.fights import standing_fights
from server.store.history import last_time
from server.store.household import last_backup
from server.store.jobs import failing
from server.store.members import list_members
from server.store.refused import refused_of

QUIET_DAYS: Final = 9
BACKUP_DAYS: Final = 30
ROOM_LEAST: Final = 200 * 1024 * 1024
_DAY: Final = 86_400_000_000


def of_settings(settings: Settings) -> Iterator[str]:
    """How the server is reached: encrypted, and by whom."""
    server = settings.server
    if server.public_url.startswith("http://") and not is_loopback(server.host):
        yield said(
            "Phones send their passwords unencrypted: public_url is http and the server listens "
            "on {host}. Put a proxy with TLS in front and set public_url to its https address.",
            host=server.host,
        )
    if not server.public_url and not is_loopback(server.host):
        yield said(
            "The server listens on {host} without TLS and without public_url, and phones refuse "
            "that: put a proxy with TLS in front and set public_url to its https address.",
            host=server.host,
        )
    if server.public_url.startswith("https://") and not server.trusted_proxies:
        yield said(
            "public_url is https, but no proxy is trusted, so every request seems to come from "
            "the proxy itself: set trusted_proxies to its address."
        )


def of_proxy(settings: Settings, unbelieved: str) -> Iterator[str]:
    """A proxy that says whom it asks for, and is not believed.

    Args:
        unbelieved: The address that it has, if there is one.
    """
    if unbelieved and settings.server.trusted_proxies:
        yield said(
            "A proxy at {address} says who is asking and is not believed: add it to "
            "trusted_proxies if it is yours.",
            address=unbelieved,
        )


def of_folder(folder: Path, file: Path) -> Iterator[str]:
    """Whether others read the database, and whether there is room."""
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        yield said(
            "Others on this machine may read {file} (mode {mode}): run chmod 600 {file}.",
            file=str(file),
            mode=f"{mode:o}",
        )
    if not os.access(folder, os.W_OK):
        yield said(
            "{folder} cannot be written: give the server's user its permissions back.",
            folder=str(folder),
        )
    room = shutil.disk_usage(folder).free
    if room < ROOM_LEAST:
        yield said(
            "Only {room} MB are free in {folder}: make room.",
            room=str(room // 1024 // 1024),
            folder=str(folder),
        )


def of_clock(tx: Transaction, viewer: str = "") -> Iterator[str]:
    """A machine whose clock went back; for a member told from what they did themselves (R1)."""
    behind = last_time(tx, viewer) - time.time_ns() // 1000
    if behind >= BEHIND_LEAST:
        yield behind_sentence(behind)


def of_jobs(tx: Transaction) -> Iterator[str]:
    """Jobs whose latest run failed."""
    for each in failing(tx):
        since = datetime.fromtimestamp((each.failed or each.at) / 1_000_000, UTC)
        yield said(
            "The job {job} fails since {day}: {sentence}",
            job=each.name,
            day=f"{since:%Y-%m-%d}",
            sentence=each.sentence,
        )


def of_devices(tx: Transaction, viewer: str) -> Iterator[str]:
    """Devices that have not synced for days: one's own by name, of others only that there is one."""
    for each in list_connected(tx, viewer):
        days = quiet_days(tx.now, each.device)
        if days:
            yield said(
                "Your {device} has not synced for {days} days: open its contacts once, or "
                "disconnect it.",
                device=each.name,
                days=str(days),
            )
    for member in list_members(tx):
        for device in list_devices(tx, member.id) if member.id != viewer else ():
            days = quiet_days(tx.now, device)
            if days:
                yield said(
                    "A device of {member}'s has not synced for {days} days.",
                    member=member.name,
                    days=str(days),
                )


def quiet_days(now: int, device: Device) -> int:
    """For how many days a device has not synced; 0 where that is nothing to speak of."""
    seen = device.last_seen
    return 0 if seen is None or now - seen <= QUIET_DAYS * _DAY else (now - seen) // _DAY


def of_own_cards(tx: Transaction, viewer: str) -> Iterator[str]:
    """What a member's own devices and cards need: programs that fight, and what could not be stored."""
    names = {each.device.id: each.name for each in list_connected(tx, viewer)}
    fought: Counter[str] = Counter()
    for each in standing_fights(tx, viewer):
        row = find_card(tx, each.card)
        if each.device in names and row is not None and row.trashed is None:
            fought[names[each.device]] += 1
    for name, number in fought.items():
        yield counted(
            "Your {device} writes a card in its own way again and again, and is not followed there "
            "any more: see whether two programs on it sync the same contacts.",
            "Your {device} writes {number} cards in its own way again and again, and is not followed "
            "there any more: see whether two programs on it sync the same contacts.",
            number,
            device=name,
        )
    unstored = len(refused_of(tx, viewer))
    if unstored:
        yield counted(
            "A card that a device of yours sent could not be stored; it is listed with the removed "
            "people.",
            "{number} cards that devices of yours sent could not be stored; they are listed with "
            "the removed people.",
            unstored,
        )


def of_backups(tx: Transaction) -> Iterator[str]:
    """A household whose last backup is old; one that has none is told so where backups are spoken of."""
    last = last_backup(tx)
    if last and tx.now - last > BACKUP_DAYS * _DAY:
        yield said(
            "The last backup is {days} days old: run `hearthbook backup FILE` on the server, and "
            "keep the file elsewhere.",
            days=str((tx.now - last) // _DAY),
        )
