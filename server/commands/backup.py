"""`hearthbook backup` and `hearthbook restore`: one file that holds the household."""

from pathlib import Path

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, minute, note, say, spinner

WORDS = {
    "again": "return",
    "ask": "request for a card",
    "book": "address book",
    "decide": "answer",
    "delete": "deletion",
    "drop": "deletion of an address book",
    "letter": "first letter",
    "me": "choice of the own card",
    "release": "release",
    "setting": "setting of the household",
    "undo": "undo",
    "unlend": "card shown to fewer",
    "version": "return to a version",
}
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@pass_place
def backup(place: Place, *, file: Path) -> None:
    """Write a copy of everything to a new FILE.

    It is consistent, also while the server runs.
    """
    from server.store.backup import backup as write
    from server.store.database import Actor
    from server.store.household import note_backup

    with spinner("Writing the backup"):
        database = place.database()
        octets = write(database, file)
    with database.write(Actor("backup")) as tx:
        note_backup(tx)
    say(f"{file} holds the household ({octets:,} bytes). Settings are not in it: copy them, too.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--exactly", is_flag=True, help="Leave out what was typed since the backup.")
@pass_place
def restore(place: Place, *, file: Path, exactly: bool) -> None:
    """Make the household what FILE says, and what was typed since.

    What devices sent, what was imported, answered and undone since the backup is put back from the
    journal. The present state is kept aside; every device fetches its book anew afterwards, by itself.
    """
    from server.cases.replaying import restore as read

    place.settings()
    with spinner("Restoring"):
        result = read(place.folder, file, exactly=exactly)
    say(f"The household is as {file} says.")
    account = result.account
    if exactly and account.replayed:
        what = count(account.replayed, "time")
        say(
            f"What was taken from somebody since stays taken: {what} (devices, passwords, shares, private cards)."
        )
    elif account.replayed or account.present:
        replayed = count(account.replayed, "change")
        say(f"From the journal since: {replayed} put back, {account.present:,} there already.")
    for problem in result.problems:
        note(problem)
    for each in account.left:
        what = each.record.device or WORDS.get(each.record.kind, each.record.kind)
        who = f"{each.record.member or 'the household'}, {what}"
        note(f"Not put back ({who}, {minute(each.record.at)}): {each.why}")
    if result.texts is not None:
        note(f"Their text, to be imported again: {result.texts}")
    if account.left:
        note(f"{count(len(account.left), 'change')} could not be put back.")
    if account.others:
        said = ", ".join(count(number, WORDS.get(kind, kind)) for kind, number in account.others)
        note(f"Not done again, since an older version wrote them: {said}. Look at the cases.")
    if result.problems:
        note("Members, devices and sharing may be those of the backup: look them over.")
    if exactly:
        note("The household's name and settings, and its address books, are those of the backup.")
    else:
        note("How fresh books were on the days since the backup is not measured again.")
    note("Everybody signs in to the pages anew; setup links made before are used up.")
    if result.aside is not None:
        note(f"What was there before: {result.aside}")
