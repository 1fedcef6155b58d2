"""`hearthbook verify`: whether everything stored is what it should be."""

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, say, spinner
from server.errors import DamagedDatabase


@click.command()
@pass_place
def verify(place: Place) -> None:
    """Check that every view equals what it is derived from."""
    from server.store.views import verify_views

    with spinner("Checking every view"), place.database().read() as tx:
        problems = verify_views(tx)
    for each in problems:
        say(each)
    if problems:
        raise DamagedDatabase(
            f"{count(len(problems), 'difference')} found; keep a copy with "
            "`hearthbook backup FILE` and report them."
        )
    say("All views equal what they are derived from.")
