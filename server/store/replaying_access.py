"""Members, devices, passwords and shares of the journal, once more on a backup.

What an exact restore gave up is done again as far as it takes something away
from somebody: whoever was shut out stays out, whatever state one goes back to.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from server.errors import NotFound
from server.store.cards import cards_with_uid, find_card
from server.store.connecting import call_again
from server.store.database import Actor, Transaction
from server.store.devices import add_known_device, list_devices, revoke_device
from server.store.journal import Record
from server.store.leaving import leave
from server.store.linking import say_claim
from server.store.members import (
    LEVELS,
    ROLES,
    find_member,
    household_of,
    password_hash,
    set_password_hash,
)
from server.store.noting_access import ACCESS_KINDS, OWN_KIND
from server.store.noting_acts import UNLEND
from server.store.pausing import pause, resume
from server.store.replaying_limits import is_narrow, limit_key
from server.store.sharing import add_member, set_member, set_share
from server.store.views import refresh

_OF_CARDS: Final = frozenset({"put", "visibility"})
_WIDENING: Final = frozenset({"device", "claim"})
_ACTS: Final = {"revoke": "device", "claim": OWN_KIND}
"""What the acts of an older journal were, which does not say it; nor does it say who did them."""


def given_up(records: Iterable[Record]) -> tuple[Record, ...]:
    """What of given up records may take something away: the last word on each card, share and member.

    A device that was revoked and set up anew under its name is revoked all the same.
    """
    last: dict[tuple[str, ...], Record] = {}
    key: tuple[str, ...]
    for each in records:
        if each.kind in ACCESS_KINDS - _WIDENING:
            key = (each.kind, each.member, each.keeper, each.device)
        elif each.kind == UNLEND:
            key = (UNLEND, each.member, each.note)
        elif each.kind in _OF_CARDS and each.own and each.keeper:
            key = ("card", each.keeper, each.uid)
        else:
            continue
        for about in _abouts(each, key):
            last.pop(about, None)
            last[about] = replace(each, given_up=True)
    return tuple(
        each
        for about, each in last.items()
        if each.kind in ACCESS_KINDS | {UNLEND}
        or (each.private if about[0] == "card" else is_narrow(each))
    )


def _abouts(record: Record, key: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What a record is the last word on; the limit of one value says nothing of its card."""
    if record.kind != "visibility":
        return (key,)
    limit = limit_key(record)
    return (limit,) if limit[3:] else (key, limit)


def access_again(tx: Transaction, record: Record) -> bool:
    """Do once more what a record says of members, devices, passwords or shares; whether it changed anything.

    Raises:
        NotFound: The backup does not know the member.
        UsageError: It cannot be done here.
    """
    words: dict[str, str] = json.loads(record.note)
    tx.actor = Actor(
        words.pop("did", _ACTS.get(record.kind, record.kind)), words.pop("by", "") or None
    )
    if find_member(tx, record.member) is None and record.kind != "member":
        if record.given_up or record.kind == "leave":
            return False
        raise NotFound(f"The backup knows no member {record.member}.")
    match record.kind:
        case "member":
            return _member_again(tx, record, words)
        case "share":
            return _share_again(tx, record, words["level"])
        case "device":
            return _device_again(tx, record, words)
        case "revoke":
            return _revoke_again(tx, record)
        case "claim":
            return _claim_again(tx, record, words)
        case "pause":
            return _pause_again(tx, record, is_on=words["on"] == "1")
        case "leave":
            leave(tx, record.member, heir=_heir(tx, words["heir"]))
            return tx.has_acted
        case _:
            return _password_again(tx, record, words["hashed"])


def _pause_again(tx: Transaction, record: Record, *, is_on: bool) -> bool:
    known = find_member(tx, record.member)
    if known is not None and known.paused != is_on and (is_on or not record.given_up):
        (pause if is_on else resume)(tx, record.member)
    return tx.has_acted


def _heir(tx: Transaction, heir: str) -> str | None:
    return heir if heir and find_member(tx, heir) is not None else None


def _member_again(tx: Transaction, record: Record, words: dict[str, str]) -> bool:
    known = find_member(tx, record.member)
    if known is None:
        if not record.given_up:
            add_member(tx, record.member, **words)
        return tx.has_acted
    if record.given_up:
        words = {
            "name": known.name,
            "role": max(known.role, words["role"], key=ROLES.index),
            "shares": min(known.shares, words["shares"], key=LEVELS.index),
        }
    if words != {"name": known.name, "role": known.role, "shares": known.shares}:
        set_member(tx, record.member, **words)
    return tx.has_acted


def _share_again(tx: Transaction, record: Record, level: str) -> bool:
    household = household_of(tx)
    if find_member(tx, record.keeper) is None:
        if record.given_up:
            return False
        raise NotFound(f"The backup knows no member {record.keeper}.")
    if record.given_up:
        known = household.level(record.member, record.keeper)
        if LEVELS.index(level) >= LEVELS.index(known):
            return False
    if (record.member, record.keeper, level) not in household.overrides:
        set_share(tx, record.member, record.keeper, level)
    return tx.has_acted


def _device_again(tx: Transaction, record: Record, words: dict[str, str]) -> bool:
    which = add_known_device(
        tx,
        record.member,
        record.device,
        digest=bytes.fromhex(words["secret"]),
        read_only=words["read_only"] == "1",
    )
    if words.get("called"):
        call_again(tx, which, words["called"])
    return tx.has_acted


def _revoke_again(tx: Transaction, record: Record) -> bool:
    if any(each.label == record.device for each in list_devices(tx, record.member)):
        revoke_device(tx, record.member, record.device)
    return tx.has_acted


def _claim_again(tx: Transaction, record: Record, words: dict[str, str]) -> bool:
    rows = [
        each for each in cards_with_uid(tx, record.keeper, words["uid"]) if each.trashed is None
    ]
    row = find_card(tx, words.get("card", ""))
    rows = [row] if row is not None else rows  # an older journal does not say which of its UID
    if not rows:
        raise NotFound("The card that it is about is not here.")
    for each in rows:
        say_claim(tx, each.id, record.member, words["says"], words.get("said_by"))
    refresh(tx, [each.id for each in rows])
    return True


def _password_again(tx: Transaction, record: Record, hashed: str) -> bool:
    if (password_hash(tx, record.member) or "") != hashed:
        set_password_hash(tx, record.member, hashed)
    return tx.has_acted
