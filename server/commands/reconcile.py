"""`hearthbook reconcile`: one cycle now, or the letter of what it would do."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, note, say, spinner
from server.errors import Busy

if TYPE_CHECKING:
    from server.cycle import Report
    from server.store.database import Database

LOCK_NAME = "hearthbook.reconcile"
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.25


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what a cycle would do and change nothing.")
@click.option("--all", "whole", is_flag=True, help="With --dry-run: name everybody, however many.")
@pass_place
def reconcile(place: Place, *, dry_run: bool, whole: bool) -> None:
    """Make the cards of the same people agree, now.

    Ends every wait and hold. The first time this is the go that the household's first cycle waits
    for.
    """
    database = place.database()
    if dry_run:
        _print_letter(database, whole=whole)
        return
    with _alone(place.folder), spinner("Reconciling") as tell:
        report = _run(database, tell)
    _print(report)


def _print_letter(database: "Database", *, whole: bool) -> None:
    from server.commands.letter import LetterWriter
    from server.commands.speaking import speaker
    from server.cycle import trial
    from server.reconcile.describe import letter
    from server.store.members import list_members

    with spinner("Planning"):
        plan, snapshot = trial(database)
        with database.read() as tx:
            names = {each.id: each.name for each in list_members(tx)}
            speak = speaker(tx)
        told = letter(plan, snapshot, names)
    LetterWriter(plan, snapshot, names, speak, whole=whole).print_letter(told)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one `reconcile` work at a time; a killed one leaves nothing behind.

    Raises:
        Busy: Another one works.
    """
    handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Busy("Another `hearthbook reconcile` is running; wait until it is done.") from error
    finally:
        os.close(handle)


def _run(database: "Database", tell: Callable[[str], None]) -> "Report":
    """One cycle; a scheduled one that runs just now is waited for.

    Args:
        tell: Is told what it does.

    Raises:
        Busy: It ran for a minute and longer.
    """
    from server.cycle import run_cycle

    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            report = run_cycle(database, kind="command", releasing=True, tell=tell)
        except Busy:
            if time.monotonic() > end:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            assert report is not None
            return report


def _print(report: "Report") -> None:
    asked = len(report.plan.questions)
    done = [f"{number:,} {what}" for what, number in report.counts if number and what != "asked"]
    if report.late:
        done.append(f"{count(report.late, 'late edit')} looked at")
    say(f"Done: {', '.join(done) or 'everything agreed already'}.")
    if asked:
        note(f"{count(asked, 'question')} left; see `hearthbook cases` or the page.")
