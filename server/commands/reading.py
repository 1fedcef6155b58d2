"""Reading files of cards and folders of them from disk, card by card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.errors import NotACard

SUFFIXES = {".vcf", ".vcard"}
BEGIN = b"BEGIN:VCARD"
BEGIN_WITHIN_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Found:
    """One card of one file, not parsed yet; `index` counts from 1 as people do."""

    path: Path
    index: int
    octets: bytes

    @property
    def place(self) -> str:
        """Where the card stands, for a sentence."""
        return f"{self.path}, card {self.index}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of which no card could be read, and why."""

    path: Path
    why: str


def read_all(paths: Sequence[Path], most_bytes: int) -> tuple[list[Found], list[Unreadable]]:
    """Read every card of every file, in a fixed order; what cannot be read is listed.

    Args:
        paths: vCard files, and folders such as those of vdirsyncer and Radicale.
        most_bytes: A larger file is not read.
    """
    found: list[Found] = []
    unreadable: list[Unreadable] = []
    for path in paths:
        try:
            files = list(_files(path))
        except OSError as error:
            unreadable.append(Unreadable(path, _why(error)))
            continue
        if not files:
            unreadable.append(
                Unreadable(path, "There is no vCard file in this folder; name another.")
            )
        for file in files:
            try:
                found.extend(read_cards(file, most_bytes))
            except NotACard as error:
                unreadable.append(Unreadable(file, error.sentence))
    return found, unreadable


def read_cards(path: Path, most_bytes: int) -> tuple[Found, ...]:
    """Split one file into its cards.

    Raises:
        NotACard: The file cannot be read, is too large or holds no card.
    """
    from server.contacts.files import cards_in

    try:
        if path.stat().st_size > most_bytes:
            raise NotACard(
                f"It is larger than {most_bytes:,} bytes; split it, or raise [limits] import_bytes."
            )
        parts = cards_in(path.read_bytes())
    except OSError as error:
        raise NotACard(_why(error)) from error
    return tuple(Found(path, index, octets) for index, octets in enumerate(parts, start=1))


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or every vCard file below a folder; hidden ones are a server's own notes."""
    if not path.is_dir():
        yield path
        return
    for each in sorted(path.iterdir()):
        if each.name.startswith("."):
            continue
        if each.is_dir():
            yield from _files(each)
        elif each.suffix.lower() in SUFFIXES or _begins_a_card(each):
            yield each


def _begins_a_card(path: Path) -> bool:
    """Radicale names an item as its client did, with or without a suffix."""
    with path.open("rb") as file:
        return BEGIN in file.read(BEGIN_WITHIN_BYTES).upper()


def _why(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"It cannot be read ({reason}); check the path and its permissions."
