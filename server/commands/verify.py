"""`hearthbook verify`: whether everything stored is what it should be."""

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, say, spinner
from server.errors import DamagedDatabase


@click.command()
@pass_place
def verify(place: Place) -> None:
    """Check that the file is whole, and that every view equals what it is derived from."""
    from server.store.asking import verify_questions
    from server.store.backup import check_integrity
    from server.store.releasing import verify_holds
    from server.store.views import verify_views

    database = place.database()
    with spinner("Checking the file"):
        broken = check_integrity(database)
    for each in broken:
        say(each)
    if broken:
        raise DamagedDatabase(
            f"The database is damaged ({count(len(broken), 'problem')}); bring it back with "
            "`hearthbook restore FILE` and your last backup."
        )
    with spinner("Checking every view"), database.read() as tx:
        problems = (*verify_views(tx), *verify_holds(tx), *verify_questions(tx))
    for each in problems:
        say(each)
    if problems:
        raise DamagedDatabase(
            f"{count(len(problems), 'difference')} found; keep a copy with "
            "`hearthbook backup FILE` and report them."
        )
    say("All views equal what they are derived from.")
