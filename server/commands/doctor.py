"""`hearthbook doctor`: what needs attention, each with what to do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, day, say, spinner
from server.errors import DamagedDatabase

if TYPE_CHECKING:
    from server.store.database import Transaction
    from server.store.journal import Journal

_DAY = 86_400_000_000


@click.command()
@pass_place
def doctor(place: Place) -> None:
    """Look at the household's health; nothing is changed."""
    from server.cases.attention import of_backups, of_clock, of_folder, of_jobs, of_settings

    found: list[str] = []
    database = place.database()
    with spinner("Looking at everything"):
        found += of_settings(place.settings())
        found += of_folder(database.path.parent, database.path)
        with database.read() as tx:
            found += of_clock(tx)
            found += _database(tx)
            found += of_jobs(tx)
            found += _release(tx)
            found += _devices(tx)
            found += of_backups(tx)
            found += _journal(tx, database.journal)
            found += _holds(tx)
            found += _fights(tx)
            found += _unstored(tx)
    for each in found:
        say(each)
    if found:
        raise DamagedDatabase(f"{count(len(found), 'thing')} to look at.")
    say("All is well.")


def _holds(tx: "Transaction") -> Iterator[str]:
    from server.store.releasing import open_holds

    did = {"made": "added", "changed": "changed", "deleted": "wants to delete"}
    for each in open_holds(tx, None):
        if each.kind == "stale":  # one card, which is asked about like any other
            continue
        who = f"{each.member}'s {each.label}" if each.label else f"An import of {each.member}'s"
        what = f"{who} {did[each.kind]} {count(len(each.cards), 'card')} in one go"
        yield (
            f"{what} on {day(each.at)}, and others see nothing of it: {each.member} answers it on "
            "the page, or you with `hearthbook cases` and `hearthbook decide`."
        )


def _fights(tx: "Transaction") -> Iterator[str]:
    from server.store.cards import find_card
    from server.store.devices import device_label
    from server.store.fights import standing_fights

    found: dict[tuple[str, str], int] = {}
    for each in standing_fights(tx):
        row = find_card(tx, each.card)
        if row is not None and row.trashed is None:
            key = (row.member, device_label(tx, each.device))
            found[key] = found.get(key, 0) + 1
    for (member, label), number in found.items():
        yield (
            f"{label or 'A device'} writes {count(number, 'card')} of {member}'s in its own way again "
            "and again, and is not followed there any more: see whether two programs on it sync the "
            "same contacts."
        )


def _unstored(tx: "Transaction") -> Iterator[str]:
    from server.store.members import list_members
    from server.store.refused import refused_of

    for member in list_members(tx):
        number = len(refused_of(tx, member.id))
        if number:
            yield (
                f"{count(number, 'card')} that a device of {member.id}'s sent could not be stored: "
                f"see `hearthbook history --removed --as {member.id}`."
            )


def _database(tx: "Transaction") -> Iterator[str]:
    from server.store.views import verify_views

    damage = [str(row[0]) for row in tx.connection.execute("PRAGMA quick_check(5)")]
    if damage != ["ok"]:
        yield (
            f"The database is damaged ({damage[0]}): stop the server and restore the last backup "
            "with `hearthbook restore FILE`; what was typed since comes from the journal."
        )
        return
    wrong = verify_views(tx)
    if wrong:
        yield (
            f"{count(len(wrong), 'entry', 'entries')} of views are not what they should be: run "
            "`hearthbook verify`, keep a copy with `hearthbook backup FILE` and report them."
        )


def _release(tx: "Transaction") -> Iterator[str]:
    from server.store.beginning import is_unbegun
    from server.store.household import is_released

    if is_unbegun(tx):
        yield (
            "Nobody lives here yet: open the one-time link that `hearthbook serve` prints when it "
            "starts, or add somebody with `hearthbook member add`."
        )
    elif not is_released(tx):
        yield (
            "Nothing was reconciled yet: read `hearthbook reconcile --dry-run`, then run "
            "`hearthbook reconcile`."
        )


def _journal(tx: "Transaction", journal: "Journal") -> Iterator[str]:
    from server.store.history import act_until, last_act
    from server.store.household import last_backup
    from server.store.journal import Mark, household_mark, read_file
    from server.store.journal_gaps import lacking

    files = [read_file(path) for path in journal.paths()]
    mark = Mark(household_mark(tx.secret().hex()), last_act(tx) or 0)
    backed_up = last_backup(tx)
    begun = files[0].begun if files else None
    held = act_until(tx, backed_up) if backed_up or begun is None else begun.act
    where = lacking(files, mark, held)
    if where:
        yield (
            "Not everything since the last backup could be brought back from the journal "
            f"({where[0]}): make a backup now with `hearthbook backup FILE`, and see whether the "
            "disk is well."
        )


def _devices(tx: "Transaction") -> Iterator[str]:
    from server.cases.attention import quiet_days
    from server.store.devices import list_devices
    from server.store.members import list_members

    devices = (each for member in list_members(tx) for each in list_devices(tx, member.id))
    for each in devices:
        days = quiet_days(tx.now, each)
        if days:
            yield (
                f"{each.member}'s {each.label} has not synced for {days} days: open its contacts, "
                f"or revoke it with `hearthbook device revoke {each.member} {each.label}`."
            )
