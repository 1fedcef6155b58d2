"""How commands print: tables for a person at a terminal, plain lines for everything else."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click


def say(text: str = "") -> None:
    """Print one line of result."""
    click.echo(text)


def note(text: str) -> None:
    """Print one line about the work itself; it never mixes with a result that is piped on."""
    click.echo(text, err=True)


def note_nobody() -> None:
    """Say why there is nothing to list: the household was made, and nobody has begun it."""
    note("Nobody lives here yet; `hearthbook serve` prints a link with which to begin.")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows: as a table at a terminal, else tab-separated without headings."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar for the block, if somebody watches; gives what to call at each step."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def spinner(title: str) -> Iterator[Callable[[str], None]]:
    """Show on one line that something goes on, if somebody watches; gives what says how far it is."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(title) as status:
        yield status.update


def day(microseconds: int) -> str:
    """A day as people sort them, in local time: 2026-11-21."""
    return _moment(microseconds).strftime("%Y-%m-%d")


def minute(microseconds: int) -> str:
    """A moment to the minute, in local time."""
    return _moment(microseconds).strftime("%Y-%m-%d %H:%M")


def iso(microseconds: int) -> str:
    """A moment for programs: ISO 8601 in UTC."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 card`, `2 cards`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).astimezone()


def _silent() -> None:
    """Nobody watches."""
