"""`hearthbook init`: a new household in a data folder."""

import click

from server.commands.options import REGION
from server.commands.place import Place, pass_place
from server.commands.screen import say


@click.command()
@click.option("--household", default="Our household", help="What the household calls itself.")
@click.option("--region", type=REGION, default="DE", help="Reads numbers without +. Default: DE.")
@pass_place
def init(place: Place, *, household: str, region: str) -> None:
    """Make a new, empty household in the data folder."""
    from server.store.migrate import create_database

    place.settings()
    database = create_database(place.folder, household=household, region=region)
    database.close()
    say(f"{household} lives in {place.folder} now.")
    say("Next: hearthbook member add anna --name Anna --shares all")
