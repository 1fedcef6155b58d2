"""Devices added on the pages: a name of one's own, and a one-time page that hands out the password.

The page's token is random and kept as SHA-256. The password lies beside it sealed: only the token,
which the store does not keep, opens it. The first browser that opens the page keeps it until it is
over; for every other one it was used.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select, update

from server.errors import NotFound, UsageError
from server.saying import said
from server.store.database import Transaction
from server.store.devices import Device, add_device, list_devices, new_password, revoke_device
from server.store.members import get_member
from server.store.naming import free_name, plain_letters
from server.store.query import Query, bind, inserting
from server.store.schema import connecting, device, member, served, slot
from server.store.tokens import token_digest

OPEN_SECONDS: Final = 600
NAME_LENGTH_MOST: Final = 60
_LABEL_LENGTH_MOST: Final = 32
_ANY: Final = re.compile(r"[^a-z0-9]+")

_INSERT: Final = inserting(connecting, "device", "name", "token_hash", "sealed", "expires")
_FIND: Final = Query(
    select(
        connecting.c.device,
        device.c.member,
        device.c.label,
        connecting.c.name,
        connecting.c.sealed,
        connecting.c.browser_hash,
    )
    .join(device, device.c.id == connecting.c.device)
    .join(member, member.c.id == device.c.member)
    .where(
        and_(
            connecting.c.token_hash == bind("digest"),
            connecting.c.expires > bind("at"),
            device.c.revoked.is_(None),
            member.c.gone.is_(None),
        )
    )
)
_OPEN: Final = Query(
    update(connecting).where(connecting.c.device == bind("which")).values(browser_hash=bind("by"))
)
_FORGET: Final = Query(
    update(connecting)
    .where(and_(connecting.c.expires <= bind("at"), connecting.c.token_hash.is_not(None)))
    .values(token_hash=None, sealed=None, browser_hash=None)
)
_NAMES: Final = Query(
    select(connecting.c.device, connecting.c.name)
    .join(device, device.c.id == connecting.c.device)
    .where(device.c.member == bind("who"))
)
_COUNTS: Final = Query(
    select(served.c.device, func.count())
    .join(slot, slot.c.id == served.c.slot)
    .join(device, device.c.id == served.c.device)
    .where(and_(device.c.member == bind("who"), slot.c.gone.is_(None)))
    .group_by(served.c.device)
)


@dataclass(frozen=True, slots=True)
class Connected:
    """A device as its member sees it."""

    device: Device
    name: str
    cards: int
    """How many cards of the member's view it was given."""
    was_added_here: bool = False
    """Whether it was added on the pages, not by the command line."""

    @property
    def has_synced(self) -> bool:
        """Whether it fetched a card yet."""
        return self.cards > 0


@dataclass(frozen=True, slots=True)
class OneTime:
    """A one-time page that is open: whose device it connects."""

    device: int
    member: str
    label: str
    name: str
    password: str
    """For whoever holds the token; shown only to the browser that opened the page."""
    browser_hash: bytes | None

    @property
    def is_opened(self) -> bool:
        """Whether a browser has taken it."""
        return self.browser_hash is not None

    def is_for(self, browser: str) -> bool:
        """Whether this browser is the one that opened the page."""
        return self.browser_hash is not None and secrets.compare_digest(
            self.browser_hash, token_digest(browser)
        )


def connect(
    tx: Transaction, member_id: str, name: str, *, read_only: bool = False
) -> tuple[Device, str]:
    """Add a device under a name of the member's own; gives it with the token of its one-time page.

    One of this name that was never connected gets a new password and page instead of a double.

    Raises:
        NotFound: There is no such member.
        UsageError: The name is empty or too long.
    """
    get_member(tx, member_id)
    called = " ".join(name.split())
    if not called or len(called) > NAME_LENGTH_MOST:
        raise UsageError(
            said(
                "Give the device a name of at most {most} characters, such as iPhone.",
                most=str(NAME_LENGTH_MOST),
            )
        )
    waiting = next(
        (
            each
            for each in list_connected(tx, member_id)
            if each.name == called and each.device.last_seen is None and each.was_added_here
        ),
        None,
    )
    if waiting is not None and waiting.device.read_only == read_only:
        return connect_again(tx, member_id, waiting.device.label)
    label = _free_label(called, {each.label for each in list_devices(tx, member_id)})
    return _connect(tx, member_id, label, called, read_only=read_only)


def connect_again(tx: Transaction, member_id: str, label: str) -> tuple[Device, str]:
    """A new password and one-time page for a device that was never connected; the old ones end.

    Raises:
        NotFound: The member has no such device.
        UsageError: It synced already, so a new password would cut it off.
    """
    found = find_connected(tx, member_id, label)
    if found.device.last_seen is not None:
        raise UsageError(
            said(
                "{name} is connected already; disconnect it first, then add it again.",
                name=found.name,
            )
        )
    revoke_device(tx, member_id, label)
    return _connect(tx, member_id, label, found.name, read_only=found.device.read_only)


def _connect(
    tx: Transaction, member_id: str, label: str, name: str, *, read_only: bool
) -> tuple[Device, str]:
    forget_passwords(tx)
    new, password = add_device(tx, member_id, label, read_only=read_only, called=name)
    token = new_password()
    tx.run(
        _INSERT,
        device=new.id,
        name=name,
        token_hash=token_digest(token),
        sealed=_sealed(password.encode("ascii"), token),
        expires=tx.now + OPEN_SECONDS * 1_000_000,
    )
    return new, token


def call_again(tx: Transaction, which: int, name: str) -> None:
    """Keep what a device was called when it was added; its one-time page is over."""
    tx.run(_INSERT, device=which, name=name, token_hash=None, sealed=None, expires=tx.now)


def forget_passwords(tx: Transaction) -> None:
    """Wipe the sealed passwords of one-time pages that are over."""
    tx.run(_FORGET, at=tx.now)


def find_one_time(tx: Transaction, token: str) -> OneTime | None:
    """The open one-time page of a token, without using it; None where it is over or never was."""
    row = tx.one(_FIND, digest=token_digest(token), at=tx.now)
    if row is None or row[4] is None:
        return None
    password = _sealed(row[4], token).decode("ascii")
    return OneTime(row[0], row[1], row[2], row[3], password, row[5])


def open_one_time(tx: Transaction, token: str, browser: str) -> OneTime | None:
    """Let one browser have a one-time page; None where it is over or another browser has it."""
    found = find_one_time(tx, token)
    if found is None or (found.is_opened and not found.is_for(browser)):
        return None
    tx.run(_OPEN, which=found.device, by=token_digest(browser))
    return found


def list_connected(tx: Transaction, member_id: str) -> tuple[Connected, ...]:
    """A member's devices that were not revoked, by the names they were given."""
    names = {row[0]: str(row[1]) for row in tx.all(_NAMES, who=member_id)}
    counts = {row[0]: int(row[1]) for row in tx.all(_COUNTS, who=member_id)}
    return tuple(
        Connected(each, names.get(each.id, each.label), counts.get(each.id, 0), each.id in names)
        for each in list_devices(tx, member_id)
    )


def find_connected(tx: Transaction, member_id: str, label: str) -> Connected:
    """One device of a member.

    Raises:
        NotFound: The member has no such device.
    """
    for each in list_connected(tx, member_id):
        if each.device.label == label:
            return each
    raise NotFound("You have no such device; look at the list of your devices.")


def _free_label(name: str, taken: set[str]) -> str:
    """The label under which a device signs in: the name in small letters, digits and dashes."""
    letters = plain_letters(name.replace("'", "").replace("\u2019", ""))
    label = _ANY.sub("-", letters).strip("-")[:_LABEL_LENGTH_MOST].strip("-") or "device"
    return free_name(label, taken, most=_LABEL_LENGTH_MOST)


def _sealed(octets: bytes, token: str) -> bytes:
    """Seal or open a password with the token of its page: each token seals one password, once."""
    pad = hashlib.blake2b(
        token.encode("utf-8", "surrogatepass"),
        digest_size=hashlib.blake2b.MAX_DIGEST_SIZE,
        person=b"hearthbook-seal",
    ).digest()
    assert len(octets) <= len(pad)
    return bytes(left ^ right for left, right in zip(octets, pad, strict=False))
