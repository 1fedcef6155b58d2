"""`hearthbook init`: a new household in a data folder."""

from typing import TYPE_CHECKING

import click

from server.commands.options import REGION
from server.commands.place import Place, pass_place
from server.commands.screen import say
from server.errors import UsageError

if TYPE_CHECKING:
    from server.store.database import Database


@click.command()
@click.option("--household", help="What the household calls itself. Default: Our household.")
@click.option("--region", type=REGION, help="Reads numbers without +. Default: DE.")
@click.option("--language", default="", metavar="TAG", help="What it speaks, such as de.")
@pass_place
def init(place: Place, *, household: str | None, region: str | None, language: str) -> None:
    """Make a new, empty household in the data folder."""
    from server.store.choosing import household_called
    from server.store.household import household_name
    from server.store.migrate import create_database

    place.settings()
    called = "" if household is None else household_called(household)
    if language:
        _check(language)
    database = create_database(place.folder, household=called, region=region or "")
    if language:
        _speak(database, language)
    with database.read() as tx:
        name = household_name(tx)
    database.close()
    say(f"{name} lives in {place.folder} now.")
    say("Next: hearthbook serve, which prints a link to begin with in the browser.")
    say("Or by hand: hearthbook member add anna --name Anna --shares all")


def _check(language: str) -> None:
    """See that it is spoken here.

    Raises:
        UsageError: It is not.
    """
    from server.review.language import languages

    if language not in languages():
        raise UsageError(f"Nobody here speaks {language!r}; choose from {', '.join(languages())}.")


def _speak(database: "Database", language: str) -> None:
    from server.store.choosing import speak
    from server.store.database import Actor

    with database.write(Actor("settings")) as tx:
        speak(tx, language)
