"""What all models share: an address book on the device, edits that wait for the next sync."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from tests.clients.models.texts import (
    Change,
    Lines,
    as_it_is,
    folded,
    name_of,
    unfolded,
    value_of,
)
from tests.clients.models.wire import Unreachable, Wire


class SyncFailed(Exception):
    """The program stops in the middle of a sync and shows its user an error."""


@dataclass(eq=False)
class Row:
    """One card on the device.

    Args:
        href: Where it is on the server; empty before it was sent, or while nobody knows.
        etag: Of the text that the device got or sent; empty where none was said.
        text: What the device shows.
        changed: Whether somebody typed something that was not sent yet.
        deleted: Whether somebody deleted it, which was not sent yet.
    """

    uid: str
    text: bytes
    href: str = ""
    etag: str = ""
    changed: bool = False
    deleted: bool = False


class Model(ABC):
    """One device of one member; nothing is sent before `sync`.

    Class attributes:
        agent: The User-Agent, which the server tells Thunderbird by.
        version: Of the cards that it makes.
        cannot_type: Names of properties that the app has no field for and drops.
    """

    agent: ClassVar[str] = "tests"
    version: ClassVar[str] = "3.0"
    cannot_type: ClassVar[tuple[str, ...]] = ()

    def __init__(self, wire: Wire, name: str = "device") -> None:
        wire.client.user_agent = self.agent
        self.wire = wire
        self.name = name
        self.rows: list[Row] = []
        self.token = ""
        self.state = ""
        self.problem = ""
        self.lost: list[bytes] = []
        """Edits that this device gave up by itself."""
        self._made = 0
        self._written = 0

    # --- what its member does ---

    def add(self, full_name: str, *lines: str, uid: str = "") -> Row:
        """Make a card."""
        self._made += 1
        given, _, family = full_name.partition(" ")
        uid = uid or f"{self.name}-{self._made}"
        frame = ("BEGIN:VCARD", f"VERSION:{self.version}", f"UID:{uid}")
        names = (f"N:{family};{given};;;", f"FN:{full_name}")
        row = Row(uid, self._written_as((*frame, *names, *lines, "END:VCARD")), changed=True)
        self.rows.append(row)
        return row

    def edit(self, row: Row, change: Change) -> None:
        """Change a card in the app, which writes it in its own way."""
        row.text = self._written_as(change(unfolded(row.text)))
        row.changed = True

    def delete(self, row: Row) -> None:
        """Delete a card; one that was never sent is just gone."""
        if row.href:
            row.deleted = True
        else:
            self.rows.remove(row)

    def can_type(self, line: str) -> bool:
        """Whether the app has a field for this."""
        return name_of(line) not in self.cannot_type

    # --- what is on the device ---

    @property
    def shown(self) -> list[Row]:
        """What its member sees."""
        return [row for row in self.rows if not row.deleted]

    @property
    def is_waiting(self) -> bool:
        """Whether something was not sent yet."""
        return any(row.changed or row.deleted for row in self.rows)

    def snapshot(self) -> tuple[tuple[str, str, bytes], ...]:
        """What is on the device, to be compared."""
        return tuple(sorted((row.href, row.etag, row.text) for row in self.rows))

    def find(self, text: str) -> Row:
        """The one card on the device that holds this text."""
        found = [row for row in self.shown if text in "\n".join(unfolded(row.text))]
        assert len(found) == 1, [row.text for row in found]
        return found[0]

    # --- the line ---

    def sync(self) -> bool:
        """Sync once; False where it ended before its end, for which `problem` has the reason."""
        self.problem = ""
        try:
            self._sync()
        except Unreachable:
            self.problem = "the connection broke"
        except SyncFailed as failed:
            self.problem = str(failed)
        return not self.problem

    def forget_token(self) -> None:
        """What a device does that is told to sync everything anew."""
        self.token = self.state = ""

    @abstractmethod
    def _sync(self) -> None:
        """One sync, in the order of the program."""

    def _written_as(self, lines: Lines) -> bytes:
        self._written += 1
        return self._octets(self._write(lines, self._written))

    def _write(self, lines: Lines, stamp: int) -> Lines:
        """How the program writes a card that somebody edited; `stamp` makes its REV."""
        return as_it_is(lines, stamp)

    def _octets(self, lines: Lines) -> bytes:
        return folded(lines)

    def _at(self, href: str) -> Row | None:
        return next((row for row in self.rows if row.href == href), None)

    def _known_as(self, uid: str) -> Row | None:
        return next((row for row in self.rows if row.uid == uid), None)

    def _take(self, href: str, etag: str, text: bytes) -> None:
        """Show what the server has at an href; what was typed there and not sent is gone."""
        row = self._at(href)
        if row is None:
            row = Row(uid_of(text), text, href)
            self.rows.append(row)
        if row.changed:
            self.lost.append(row.text)
        row.uid, row.text, row.etag, row.changed = uid_of(text), text, etag, False

    def _drop(self, row: Row) -> None:
        """Take a card off the device; what was typed on it and not sent is gone."""
        if row.changed:
            self.lost.append(row.text)
        self.rows.remove(row)


def uid_of(text: bytes) -> str:
    """The UID of a card."""
    return value_of(unfolded(text), "UID")
