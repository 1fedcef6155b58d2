"""`hearthbook setup-link`: how a member first gets into the pages."""

import click

from server.commands.place import Place, pass_place
from server.commands.screen import note, say

VALID_HOURS = 72


@click.command("setup-link")
@click.argument("member_id", metavar="MEMBER")
@click.option(
    "--by",
    metavar="MEMBER",
    help="Which adult lets them choose a new one; sessions and the old password end.",
)
@pass_place
def setup_link(place: Place, *, member_id: str, by: str | None) -> None:
    """Print a link with which MEMBER chooses a password, once."""
    from server.store.database import Actor
    from server.store.sessions import create_setup_link, reset_password

    settings = place.settings()
    with place.database().write(Actor(kind="member")) as tx:
        seconds = VALID_HOURS * 3600
        if by is None:
            token = create_setup_link(tx, member_id, seconds=seconds)
        else:
            token = reset_password(tx, member_id, by=by, seconds=seconds)
    site = settings.server.public_url or f"http://{settings.server.host}:{settings.server.port}"
    say(f"{site}/app/setup/{token}")
    note(f"Works once, within {VALID_HOURS} hours, while `hearthbook serve` runs.")
