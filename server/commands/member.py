"""`hearthbook member`: who lives here and what they show each other."""

import click

from server.commands.leaving import remove
from server.commands.options import LEVEL, ROLE
from server.commands.place import Place, pass_place
from server.commands.screen import note_nobody, say, table


@click.group()
def member() -> None:
    """Add, list and change the members of the household."""


member.add_command(remove)


@member.command("add")
@click.argument("member_id", metavar="ID")
@click.option("--name", required=True, help="What the pages call this member.")
@click.option("--shares", required=True, type=LEVEL, help="What other adults see of their cards.")
@click.option("--role", type=ROLE, default="adult", show_default=True)
@pass_place
def add(place: Place, *, member_id: str, name: str, shares: str, role: str) -> None:
    """Add a member; ID is the name they sign in with, like anna."""
    from server.store.database import Actor
    from server.store.sharing import add_member

    with place.database().write(Actor(kind="member")) as tx:
        new = add_member(tx, member_id, name=name, shares=shares, role=role)
    say(f"{new.name} is a member now. Next: hearthbook device add {new.id} --label phone")


@member.command("list")
@pass_place
def list_all(place: Place) -> None:
    """List the members with their roles and what they share."""
    from server.store.members import list_members

    with place.database().read() as tx:
        members = list_members(tx)
    if not members:
        note_nobody()
        return
    table(
        ("id", "name", "role", "shares", "web password"),
        (
            (
                each.id,
                each.name,
                each.role,
                each.shares + (" (paused)" if each.paused else ""),
                "set" if each.has_password else "none",
            )
            for each in members
        ),
    )


@member.command("pause")
@click.argument("member_id", metavar="ID")
@pass_place
def pause_sharing(place: Place, *, member_id: str) -> None:
    """Share nothing new of ID's until they resume: others keep what they see now."""
    from server.store.database import Actor
    from server.store.pausing import pause

    with place.database().write(Actor("pause", member_id)) as tx:
        pause(tx, member_id)
    say(f"{member_id} pauses: others keep what they see, and see nothing new.")


@member.command("resume")
@click.argument("member_id", metavar="ID")
@pass_place
def resume_sharing(place: Place, *, member_id: str) -> None:
    """Share again what ID shares; what was changed meanwhile is shown at once."""
    from server.store.database import Actor
    from server.store.pausing import resume

    with place.database().write(Actor("resume", member_id)) as tx:
        resume(tx, member_id)
    say(f"{member_id} shares again.")


@member.command("set")
@click.argument("member_id", metavar="ID")
@click.option("--name", help="What the pages call this member.")
@click.option("--shares", type=LEVEL, help="What other adults see of their cards.")
@click.option("--role", type=ROLE)
@pass_place
def change(
    place: Place, *, member_id: str, name: str | None, shares: str | None, role: str | None
) -> None:
    """Change a member's name, role or what they share; views follow at once."""
    from server.store.database import Actor
    from server.store.sharing import set_member

    if name is None and shares is None and role is None:
        raise click.UsageError("Say what to change: --name, --shares or --role.")
    with place.database().write(Actor(kind="member")) as tx:
        new = set_member(tx, member_id, name=name, shares=shares, role=role)
    say(f"{new.name} ({new.id}): {new.role}, shows other adults: {new.shares}.")
