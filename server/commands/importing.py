"""`hearthbook import`: cards from files and folders into a member's book."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.reading import Unreadable, read_all
from server.commands.screen import count, note, progress, say, spinner
from server.errors import NotACard

if TYPE_CHECKING:
    from server.store.imports import ImportReport

FILE = click.Path(path_type=Path, readable=False)  # each that cannot be read is told by itself


@click.command("import")
@click.argument("member_id", metavar="MEMBER")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@pass_place
def import_cards(place: Place, *, member_id: str, paths: tuple[Path, ...], dry_run: bool) -> None:
    """Import .vcf files, folders of them, and .csv files into MEMBER's book.

    Files may hold one or many cards; folders may be those of vdirsyncer or Radicale; a .csv file is
    one that Google Contacts or Outlook exported. A card is known by its UID, else by its octets:
    importing twice changes nothing. A known card gets what it lacks and loses nothing.
    """
    from server.store.imports import Incoming
    from server.store.imports import import_cards as take

    database = place.database()
    with spinner("Reading"):
        found, unreadable = read_all(paths, place.settings().limits.import_bytes)
    if found or not unreadable:
        incoming = [Incoming(each.place, each.octets) for each in found]
        with progress("Importing", len(incoming)) as step:
            report = take(database, member_id, incoming, dry_run=dry_run, progress=step)
        _print(report, member_id, dry_run=dry_run)
    _refuse(unreadable)


def _print(report: "ImportReport", member_id: str, *, dry_run: bool) -> None:
    for each in report.cards:
        if each.outcome == "skipped":
            note(f"{each.origin} is skipped: {each.why}")
        elif each.why:
            note(f"{each.origin}: {each.why}")
    parts = (
        (report.count("taken"), "taken"),
        (report.count("completed"), "completed"),
        (report.count("known"), "already there"),
        (report.count("skipped"), "skipped"),
    )
    words = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    begin = "Dry run, nothing was changed: " if dry_run else ""
    say(f"{begin}{count(len(report.cards), 'card')} for {member_id}: {words or 'nothing to do'}.")
    if report.held and not dry_run:
        say("So many at once are shown to nobody else before `hearthbook reconcile` or the page.")


def _refuse(unreadable: Sequence[Unreadable]) -> None:
    """What could be read is imported by now; the rest is an error."""
    if not unreadable:
        return
    first = unreadable[0]
    more = f" ({count(len(unreadable) - 1, 'more file')} like it)" if len(unreadable) > 1 else ""
    for each in unreadable[1:]:
        note(f"{each.path}: {each.why}")
    raise NotACard(f"{first.path}: {first.why}{more}")
