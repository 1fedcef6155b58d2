"""Devices and their passwords: random secrets, shown once, kept as SHA-256, revocable.

A 128 bit random secret needs no slow hash; the password tells which device
wrote what and what it was last served.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from server.access import Role
from server.errors import NotFound, UsageError
from server.saying import said
from server.store import compiled
from server.store.abouts import About, note_about
from server.store.database import Actor, Database, Transaction
from server.store.members import get_member
from server.store.noting_access import note_access
from server.store.tokens import token_digest

_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
SECRET_LENGTH_MIN: Final = 16
_SEEN_EVERY: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Device:
    """One phone or program of one member, with its own password."""

    id: int
    member: str
    label: str
    read_only: bool
    speaks_4: bool
    role: Role
    user_agent: str = ""
    last_seen: int | None = None


def _device(row: tuple[int, str, str, int, int, Role, str, int | None]) -> Device:
    return Device(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6], row[7])


def authenticate(tx: Transaction, login: str, password: str) -> Device | None:
    """The device whose password this is, or None.

    Args:
        login: `anna`, which tries all her devices, or `anna+label`, which tries
            that one; letter case does not matter.
    """
    who, plus, label = login.strip().lower().partition("+")
    row = tx.one(compiled.DEVICE_BY_SECRET, digest=token_digest(password), who=who)
    if row is None or (plus and row[2] != label):
        return None
    return _device(row)


def find_device(tx: Transaction, device_id: int) -> Device | None:
    """One device that was not revoked, by id."""
    row = tx.one(compiled.DEVICE_BY_ID, which=device_id)
    return _device(row) if row else None


def list_devices(tx: Transaction, member_id: str) -> tuple[Device, ...]:
    """A member's devices that were not revoked."""
    return tuple(_device(row) for row in tx.all(compiled.LIST_DEVICES, who=member_id))


def device_labelled(tx: Transaction, member_id: str, label: str) -> Device | None:
    """The live device of a member that signs in under a label."""
    return next((each for each in list_devices(tx, member_id) if each.label == label), None)


def device_label(tx: Transaction, device_id: int | None) -> str:
    """The label of a device, revoked or not; empty for none."""
    row = tx.one(compiled.DEVICE_LABEL, which=device_id) if device_id is not None else None
    return str(row[0]) if row else ""


def has_devices(tx: Transaction) -> bool:
    """Whether anybody can sync yet."""
    row = tx.one(compiled.COUNT_DEVICES)
    return bool(row and row[0])


def add_device(
    tx: Transaction,
    member_id: str,
    label: str,
    *,
    read_only: bool = False,
    secret: str | None = None,
    called: str = "",
) -> tuple[Device, str]:
    """Add a device and give its password, which is never shown again.

    Args:
        called: What its member calls it, for the journal.

    Raises:
        NotFound: There is no such member.
        UsageError: The label is ill-formed or in use, or a given secret too short.
    """
    role = get_member(tx, member_id).role
    if not _LABEL.match(label):
        raise UsageError(
            said(
                "{label} cannot be a device's label; use up to 32 small letters, digits or dashes, such as iphone.",
                label=repr(label),
            )
        )
    if secret is not None and len(secret) < SECRET_LENGTH_MIN:
        raise UsageError(
            said(
                "The secret is too short; give at least {least} characters.",
                least=str(SECRET_LENGTH_MIN),
            )
        )
    password = secret if secret is not None else new_password()
    digest = token_digest(password)
    which = add_known_device(
        tx, member_id, label, digest=digest, read_only=read_only, called=called
    )
    return Device(which, member_id, label, read_only, speaks_4=False, role=role), password


def new_password() -> str:
    """A random password of more than 128 bits, without letters that look alike.

    Without `:`, `@`, `/`, `%` and `?` too: DAVx5 takes an address with a password apart at them.
    """
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(7))


def add_known_device(
    tx: Transaction,
    member_id: str,
    label: str,
    *,
    digest: bytes,
    read_only: bool,
    called: str = "",
) -> int:
    """Keep a device whose password is known by its digest alone; gives its id.

    Args:
        called: As for `add_device`.

    Raises:
        UsageError: The label or the password is in use.
    """
    if any(each.label == label for each in list_devices(tx, member_id)):
        raise UsageError(
            said(
                "{member_id} has a device {label} already; choose another label or revoke that one first.",
                member_id=member_id,
                label=repr(label),
            )
        )
    if tx.one(compiled.DEVICE_BY_SECRET, digest=digest, who=member_id):
        raise UsageError(
            "Another device of this member has the same secret; every device needs its own."
        )
    tx.new_act(tx.actor)
    note_access(
        tx,
        "device",
        member_id,
        device=label,
        secret=digest.hex(),
        read_only=str(int(read_only)),
        called=called,
    )
    which = tx.run(
        compiled.INSERT_DEVICE,
        member=member_id,
        label=label,
        secret_hash=digest,
        read_only=int(read_only),
        created=tx.now,
    )
    note_about(tx, About("added", members=(member_id,), device=which))
    return which


def revoke_device(tx: Transaction, member_id: str, label: str) -> None:
    """Take a device's password away; it works no more from the next request on.

    Raises:
        NotFound: The member has no such device.
    """
    get_member(tx, member_id)
    found = device_labelled(tx, member_id, label)
    if found is not None:
        tx.run(compiled.REVOKE_DEVICE, which=found.id, by_act=tx.act)
        note_access(tx, "revoke", member_id, device=label)
        note_about(tx, About("revoked", members=(member_id,), device=found.id))
        return
    raise NotFound(
        said(
            "{member_id} has no device {label}; `hearthbook device list` shows all.",
            member_id=member_id,
            label=repr(label),
        )
    )


def note_speaks_4(tx: Transaction, which: Device) -> None:
    """Remember that a device asked for vCard 4.0 or wrote it."""
    if not which.speaks_4:
        tx.run(compiled.SPEAKS_4, which=which.id)


def touch(db: Database, which: Device, user_agent: str) -> None:
    """Remember when a device was last seen, at most once an hour."""
    with db.read() as tx:
        now = tx.now
    if (
        which.last_seen is not None
        and now - which.last_seen < _SEEN_EVERY
        and which.user_agent == user_agent
    ):
        return
    with db.write(Actor("seen", which.member, which.id)) as tx:
        tx.run(compiled.TOUCH_DEVICE, which=which.id, agent=user_agent[:200], at=tx.now)


def sent_properties(tx: Transaction, which: Device) -> frozenset[str]:
    """The property names this device has ever sent: it can show these, so it can remove them."""
    return frozenset(row[0] for row in tx.all(compiled.SENT_PROPERTIES, which=which.id))


def note_properties(tx: Transaction, which: Device, names: frozenset[str]) -> bool:
    """Remember the property names a device sent; whether any of them is new."""
    new = sorted(names - sent_properties(tx, which))
    for name in new:
        tx.run(compiled.INSERT_SENT_PROPERTY, which=which.id, property_name=name)
    return bool(new)
