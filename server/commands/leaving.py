"""`hearthbook member remove`: somebody leaves, and takes along everything that is theirs."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, minute, note, say
from server.errors import UsageError

if TYPE_CHECKING:
    from server.store.database import Database, Transaction

READ_ME = """\
Everything that was yours in this household. Import the .vcf files into any address book.

contacts.vcf     your cards, whole, with groups
*.vcf            your further books
trash.vcf        cards that you had deleted
late.vcf         texts that came too late from a phone and were never merged
ours.vcf         what you saw of people who were everybody's
suggestions.txt  what you typed on others' cards, and what became of it
history.txt      what happened, as far as you may know
"""


@click.command("remove")
@click.argument("member_id", metavar="ID")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="A new folder for everything that is theirs.",
)
@click.option("--heir", metavar="MEMBER", help="Whose the people are that they had claimed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_place
def remove(place: Place, *, member_id: str, folder: Path, heir: str | None, yes: bool) -> None:
    """Let a member go: everything of theirs is written to a folder, devices and sessions end.

    Others no longer see their cards; of people who are everybody's, each keeps what they saw. What
    others took over stays. This cannot be undone.
    """
    from server.store.database import Actor
    from server.store.leaving import leave, need_successors
    from server.store.members import get_member

    database = place.database()
    with database.read() as tx:
        name = get_member(tx, member_id).name
        need_successors(tx, member_id, heir)
    if not yes:
        _confirm(name)
    with database.write(Actor("leave", member_id)) as tx:
        written = _write_all(tx, member_id, folder, _history(database, member_id))
        left = leave(tx, member_id, heir=heir)
    say(f"{name} left: {count(written, 'card')} in {folder}; devices and sessions ended.")
    if left.kept:
        say(f"Others keep {count(left.kept, 'card')} of people who are everybody's.")
    if left.inherited:
        whose = heir or "everybody"
        say(f"What {name} had claimed on {count(left.inherited, 'card')} is {whose}'s now.")
    note("Phones that had their cards may remember them.")


def _confirm(name: str) -> None:
    """Ask, where somebody is there to answer.

    Raises:
        UsageError: Nobody is, and nobody said --yes.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"{name} would leave for good; say --yes if that is meant.")
    click.confirm(f"Shall {name} leave for good?", abort=True)


def _history(database: "Database", member_id: str) -> list[str]:
    """What happened, as far as a member may know of it, the latest first."""
    from server.cases.recounting import recount
    from server.store.card_acts import Which, acts_for
    from server.store.fence import reading_as

    with reading_as(database, member_id) as tx:
        told = recount(tx, acts_for(tx, member_id, Which()))
        return [f"{minute(each.act.at)}  {each.sentence}" for each in told]


def _write_all(tx: "Transaction", member_id: str, folder: Path, history: Iterable[str]) -> int:
    """Write everything of a member into a new folder; gives how many cards."""
    from server.store.belongings import belongings_of

    found = belongings_of(tx, member_id)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty; name a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, cards in found.books:
        _write(folder / f"{_file_name(name)}.vcf", _joined(cards))
    for name, cards in (("trash", found.trash), ("late", found.late), ("ours", found.ours)):
        if cards:
            _write(folder / f"{name}.vcf", _joined(cards))
    _write(folder / "history.txt", "\n".join([*history, ""]).encode())
    _write(folder / "suggestions.txt", "\n".join([*found.suggested, ""]).encode())
    _write(folder / "README.txt", READ_ME.encode())
    return sum(len(cards) for _, cards in found.books)


def _file_name(book: str) -> str:
    """A book's name as a file's: it was a path segment, and may be one of ours or odd."""
    safe = "".join(each if each.isalnum() or each in "-_" else "-" for each in book)[:80]
    return f"book-{safe}" if safe in {"trash", "late", "ours", ""} or safe != book else safe


def _joined(cards: Iterable[bytes]) -> bytes:
    """Cards in one file, each beginning on a line of its own."""
    return b"".join(each if each.endswith((b"\n", b"\r")) else each + b"\r\n" for each in cards)


def _write(path: Path, octets: bytes) -> None:
    if path.exists():  # two books of nearly one name
        path = path.with_stem(f"{path.stem}-{len(list(path.parent.iterdir()))}")
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(octets)
