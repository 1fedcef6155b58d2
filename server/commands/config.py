"""`hearthbook config`: which settings hold."""

import click

from server.commands.place import Place, pass_place
from server.commands.screen import note, say


@click.group()
def config() -> None:
    """Look at the settings of this server."""


@config.command("show")
@pass_place
def show(place: Place) -> None:
    """Print the settings that hold, as a settings file."""
    from server.settings import FILE_NAME, as_toml

    settings = place.settings()
    path = place.config or place.folder / FILE_NAME
    note(f"Data folder: {place.folder}")
    note(f"Settings: {path}" if path.exists() else f"Settings: defaults (there is no {path})")
    say(as_toml(settings).rstrip())
