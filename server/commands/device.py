"""`hearthbook device`: the phones and programs that sync, each with its own password."""

import sys

import click

from server.commands.place import Place, pass_place
from server.commands.screen import minute, note, say, table
from server.errors import UsageError

SECRET_BYTES_MOST = 4096


@click.group()
def device() -> None:
    """Add, list and revoke the devices of a member."""


@device.command("add")
@click.argument("member_id", metavar="MEMBER")
@click.option("--label", required=True, help="What to call the device, like iphone.")
@click.option("--read-only", is_flag=True, help="The device sees everything and changes nothing.")
@click.option("--secret-stdin", is_flag=True, help="Read the password from standard input.")
@pass_place
def add(place: Place, *, member_id: str, label: str, read_only: bool, secret_stdin: bool) -> None:
    """Add a device and print its password, once and nothing else."""
    from server.store.database import Actor
    from server.store.devices import add_device

    database = place.database()
    secret = _given_secret() if secret_stdin else None
    with database.write(Actor(kind="device")) as tx:
        _new, password = add_device(tx, member_id, label, read_only=read_only, secret=secret)
    if secret is None:
        say(password)
    note(f"Sign in as {member_id} or {member_id}+{label}; this password is not shown again.")


@device.command("list")
@click.argument("member_id", metavar="[MEMBER]", required=False)
@pass_place
def list_all(place: Place, *, member_id: str | None) -> None:
    """List the devices of one member or of all."""
    from server.store.devices import list_devices
    from server.store.members import get_member, list_members

    with place.database().read() as tx:
        members = [get_member(tx, member_id)] if member_id else list_members(tx)
        devices = [device for each in members for device in list_devices(tx, each.id)]
    table(
        ("member", "device", "may", "last seen", "program"),
        (
            (
                each.member,
                each.label,
                "read" if each.read_only else "write",
                minute(each.last_seen) if each.last_seen else "never",
                each.user_agent,
            )
            for each in devices
        ),
    )


@device.command("revoke")
@click.argument("member_id", metavar="MEMBER")
@click.argument("label")
@pass_place
def revoke(place: Place, *, member_id: str, label: str) -> None:
    """Take a device's password away, from its next request on."""
    from server.store.database import Actor
    from server.store.devices import revoke_device

    with place.database().write(Actor(kind="device")) as tx:
        revoke_device(tx, member_id, label)
    say(f"{member_id}'s device {label} cannot sign in any more; what it wrote stays.")


def _given_secret() -> str:
    octets = sys.stdin.buffer.readline(SECRET_BYTES_MOST + 1)
    if len(octets) > SECRET_BYTES_MOST:
        raise UsageError(f"The secret is too long; give at most {SECRET_BYTES_MOST} characters.")
    try:
        return octets.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise UsageError("The secret is no UTF-8 text; give one that can be typed.") from error
