"""`hearthbook doctor`: what needs attention, each with what to do about it."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, day, say, spinner
from server.errors import DamagedDatabase

if TYPE_CHECKING:
    from server.store.database import Transaction

QUIET_DAYS = 9
ROOM_LEAST = 200 * 1024 * 1024
_DAY = 86_400_000_000


@click.command()
@pass_place
def doctor(place: Place) -> None:
    """Look at the household's health; nothing is changed."""
    found: list[str] = []
    database = place.database()
    with spinner("Looking at everything"):
        found += _settings(place)
        found += _folder(database.path.parent, database.path)
        with database.read() as tx:
            found += _clock(tx)
            found += _database(tx)
            found += _jobs(tx)
            found += _devices(tx)
    for each in found:
        say(each)
    if found:
        raise DamagedDatabase(f"{count(len(found), 'thing')} to look at.")
    say("All is well.")


def _settings(place: Place) -> Iterator[str]:
    from server.settings import is_loopback

    server = place.settings().server
    if server.public_url.startswith("http://") and not is_loopback(server.host):
        yield (
            "Phones send their passwords unencrypted: public_url is http and the server listens "
            f"on {server.host}. Put a proxy with TLS in front and set public_url to its https "
            "address."
        )
    if server.public_url.startswith("https://") and not server.trusted_proxies:
        yield (
            "public_url is https, but no proxy is trusted, so every request seems to come from "
            "the proxy itself: set trusted_proxies to its address."
        )


def _folder(folder: Path, file: Path) -> Iterator[str]:
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        yield f"Others on this machine may read {file} (mode {mode:o}): run chmod 600 {file}."
    if not os.access(folder, os.W_OK):
        yield f"{folder} cannot be written: give the server's user its permissions back."
    room = shutil.disk_usage(folder).free
    if room < ROOM_LEAST:
        yield f"Only {room // 1024 // 1024} MB are free in {folder}: make room."


def _clock(tx: "Transaction") -> Iterator[str]:
    from server.store.clock import BEHIND_LEAST, behind_sentence
    from server.store.history import last_time

    behind = last_time(tx) - time.time_ns() // 1000
    if behind >= BEHIND_LEAST:
        yield behind_sentence(behind)


def _database(tx: "Transaction") -> Iterator[str]:
    from server.store.views import verify_views

    damage = [str(row[0]) for row in tx.connection.execute("PRAGMA quick_check(5)")]
    if damage != ["ok"]:
        yield (
            f"The database is damaged ({damage[0]}): stop the server and restore the last backup "
            "with `hearthbook restore FILE`; what was typed since comes from the journal."
        )
        return
    wrong = verify_views(tx)
    if wrong:
        yield (
            f"{count(len(wrong), 'entry', 'entries')} of views are not what they should be: run "
            "`hearthbook verify`, keep a copy with `hearthbook backup FILE` and report them."
        )


def _jobs(tx: "Transaction") -> Iterator[str]:
    from server.store.household import is_released
    from server.store.jobs import failing

    for each in failing(tx):
        yield f"The job {each.name} fails since {day(each.failed or each.at)}: {each.sentence}"
    if not is_released(tx):
        yield (
            "Nothing was reconciled yet: read `hearthbook reconcile --dry-run`, then run "
            "`hearthbook reconcile`."
        )


def _devices(tx: "Transaction") -> Iterator[str]:
    from server.store.devices import list_devices
    from server.store.members import list_members

    devices = (each for member in list_members(tx) for each in list_devices(tx, member.id))
    for each in devices:
        if each.last_seen is not None and tx.now - each.last_seen > QUIET_DAYS * _DAY:
            days = (tx.now - each.last_seen) // _DAY
            yield (
                f"{each.member}'s {each.label} has not synced for {days} days: open its contacts, "
                f"or revoke it with `hearthbook device revoke {each.member} {each.label}`."
            )
