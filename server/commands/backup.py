"""`hearthbook backup` and `hearthbook restore`: one file that holds the household."""

from pathlib import Path

import click

from server.commands.place import Place, pass_place
from server.commands.screen import note, say, spinner

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@pass_place
def backup(place: Place, *, file: Path) -> None:
    """Write a copy of everything to a new FILE.

    It is consistent, also while the server runs.
    """
    from server.store.backup import backup as write

    with spinner("Writing the backup"):
        octets = write(place.database(), file)
    say(f"{file} holds the household ({octets:,} bytes). Settings are not in it: copy them, too.")


@click.command()
@click.argument("file", type=FILE)
@pass_place
def restore(place: Place, *, file: Path) -> None:
    """Make the household what FILE says.

    The present state is kept aside; every device fetches its book anew afterwards, by itself.
    """
    from server.store.backup import restore as read

    place.settings()
    with spinner("Restoring"):
        aside = read(place.folder, file)
    say(f"The household is as {file} says.")
    if aside is not None:
        note(f"What was there before: {aside}")
