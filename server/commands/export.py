"""`hearthbook export`: a member's own cards, octet for octet."""

import sys
from pathlib import Path

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, note, progress
from server.errors import UsageError

ONE_FILE = {".vcf", ".vcard"}


@click.command()
@click.argument("member_id", metavar="MEMBER")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="A new .vcf or .csv file for all cards, or a folder for one .vcf file each. Default: standard output.",
)
@pass_place
def export(place: Place, *, member_id: str, target: Path | None) -> None:
    """Write MEMBER's own cards as they were last written.

    All their books together, octet for octet; a .csv file, for spreadsheets, holds less. Cards of others that MEMBER sees are not exported:
    they are their keepers'.
    """
    if target is not None:
        _refuse_other_kinds(target)
    cards = _octets_of(place, member_id)
    if target is None:
        sys.stdout.buffer.write(b"".join(map(_with_end, cards.values())))
        sys.stdout.buffer.flush()
    elif target.suffix.lower() == ".csv":
        from server.contacts.card import parse
        from server.contacts.spreadsheet_export import spreadsheet_of

        _write(target, spreadsheet_of([parse(each) for each in cards.values()]))
    elif target.suffix.lower() in ONE_FILE:
        _write(target, b"".join(map(_with_end, cards.values())))
    else:
        _write_folder(target, cards)
    note(f"{count(len(cards), 'card')} of {member_id}" + (f" in {target}." if target else "."))


def _refuse_other_kinds(target: Path) -> None:
    """No folder is named like a file of some kind: whoever says `cards.pdf` wants no folder of that name."""
    kind = target.suffix.lower()
    if kind[1:2].isalpha() and kind not in {*ONE_FILE, ".csv"} and not target.is_dir():
        raise UsageError(f"{target} is no .vcf or .csv file; name one of these, or a folder.")


def _octets_of(place: Place, member_id: str) -> dict[str, bytes]:
    from server.store.cards import cards_of
    from server.store.members import get_member
    from server.store.texts import octets_of

    with place.database().read() as tx:
        get_member(tx, member_id)
        return {each.id: octets_of(tx, each.text) for each in cards_of(tx, member_id)}


def _write_folder(folder: Path, cards: dict[str, bytes]) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty; name a new folder or a .vcf file.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with progress("Exporting", len(cards)) as step:
        for card_id, octets in cards.items():
            _write(folder / f"{card_id}.vcf", octets)
            step()


def _write(path: Path, octets: bytes) -> None:
    """Never over a file that is there: it may hold what nobody else has."""
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(octets)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already; name a new file.") from error


def _with_end(octets: bytes) -> bytes:
    """In one file every card begins on its own line."""
    return octets if octets.endswith((b"\n", b"\r")) else octets + b"\r\n"
