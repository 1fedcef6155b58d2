"""`hearthbook part`: a linked card is somebody else."""

import click

from server.commands.place import Place, pass_place
from server.commands.screen import say


@click.command()
@click.argument("card", metavar="CARD")
@click.option("--as", "member", metavar="MEMBER", required=True, help="Who says so.")
@pass_place
def part(place: Place, *, card: str, member: str) -> None:
    """Say that a card is somebody else than the cards it is linked to.

    CARD is a card's id, as `show` lists it, or its UID. It goes its own way for good, the other cards
    stay one person, and what was copied stays. `undo` takes it back.
    """
    from server.cases.decisions import part as take_out
    from server.commands.persons import find_person

    database = place.database()
    with database.read() as tx:
        person = find_person(tx, card, member)
    named = [each.id for each in person.cards if card in (each.id, each.uid)]
    say(take_out(database, member, named[0] if named else card))
