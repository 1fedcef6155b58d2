"""The journal beside the database: every body that was taken, on disk before the database keeps it.

A database can be lost or put back to yesterday; what phones were told is kept
must then still be somewhere. The journal is a folder of files that only grow.
A file begins with whose household it is; each record is framed with its length
and a checksum, so that a cut-off end is known. A small mark says how far the
database had come; a database that is behind it is not served.
"""

import errno
import hashlib
import json
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from server.errors import DatabaseLost, Refused

FOLDER_NAME: Final = "journal"
MARK_NAME: Final = "mark"
SUFFIX: Final = ".journal"
FILE_BYTES_MOST: Final = 8 << 20
"""A file is read whole at the first write of a process, to see that its end is not cut off."""
FILE_AGE_MOST: Final = 30 * 24 * 3600 * 1_000_000
"""What is older than the retention time goes by whole files, so no file may grow for years."""

FULL: Final = "The server's disk is full, so nothing was changed; make room and try again."
FAILED: Final = (
    "The server's disk failed, so nothing was changed; try again, then look at the server."
)

_MAGIC: Final = b"HBJ1"
_HEAD: Final = struct.Struct(">4sI16s")


AS_SENT: Final = "as sent"


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was taken, in the words of the request, with all that replaying it needs.

    Args:
        kind: begin, put, delete, import, visibility, restore, one of `noting_access`, or other.
        act: The act it was part of.
        before: The last act that the database had when this was written; a record
            whose act comes after the `before` of a later transaction was rolled back.
        opens: Whether it is the first of its transaction.
        at: When, in UTC microseconds.
        href: Of a body, where it was sent; of who sees what, the card's id: a keeper may have had two of a UID.
        own: Whether the href stood for a card of the member's own.
        keeper: Whose card it stood for, and `uid` that card's UID there; of an import, the card's own.
        private: Whether the card was private afterwards.
        note: A begin's household; an import's origin; `AS_SENT` for a body stored as sent; what
            `noting_access` says; the kind of an act that is only counted.
        kept: Of an exact restore, the last act that it kept; what came later was given up.
        given_up: Never written: an exact restore gave it up, so that it may only take away.
        name: What the act is called, in every replay of it; its number is another one each time.
        base: By its digest, the text that an edit started from, where that is known.
    """

    kind: str
    act: int
    at: int
    before: int = 0
    opens: bool = True
    member: str = ""
    device: str = ""
    book: str = ""
    href: str = ""
    if_match: str = ""
    status: int = 0
    own: bool = True
    keeper: str = ""
    uid: str = ""
    private: bool = False
    held: bool = False
    note: str = ""
    kept: int | None = None
    given_up: bool = False
    name: str = ""
    base: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Gap:
    """Octets of a file that are no whole record.

    Args:
        since: The last whole record before them, if there is one.
        until: The first whole record after them, if there is one.
    """

    start: int
    end: int
    since: Record | None
    until: Record | None


@dataclass(frozen=True, slots=True)
class JournalFile:
    """One file as far as it can be read: every whole record, before and after what is damaged."""

    path: Path
    records: tuple[Record, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def cut(self) -> int | None:
        """Where the first damage begins; None where all is whole."""
        return self.gaps[0].start if self.gaps else None

    @property
    def household(self) -> str:
        """Whose it is; empty where not even that can be read."""
        return self.records[0].note if self.records and self.records[0].kind == "begin" else ""

    @property
    def begun(self) -> Record | None:
        """The record that it begins with."""
        return self.records[0] if self.records else None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the household's database had come."""

    household: str
    act: int


def household_mark(secret: str) -> str:
    """What tells households apart in the journal: made from the household's secret, and says nothing of it."""
    return hashlib.blake2b(secret.encode(), digest_size=8, person=b"hearthbook-jrnl").hexdigest()


class Journal:
    """The journal of one data folder; every method that writes needs the writers' lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER_NAME
        self._end: tuple[Path, int] | None = None
        self._before: tuple[Path, int] | None = None

    def append(self, household: str, before: int, records: Sequence[Record]) -> None:
        """Write records and wait until they are on disk.

        Raises:
            Refused: 507 where the disk is full, 503 where it fails.
        """
        try:
            path, size = self._place(household, before, records[0])
            frames = b"".join(
                _framed(replace(each, before=before, opens=number == 0))
                for number, each in enumerate(records)
            )
            self._before = (path, size)
            try:
                _write(path, frames, os.O_APPEND)
            except OSError:
                self.take_back()
                raise
            self._end = (path, size + len(frames))
        except OSError as error:
            raise disk_refusal(error) from error

    def take_back(self) -> None:
        """Forget the records appended last, since the database did not keep them."""
        self._end = None
        if self._before is not None:
            with suppress(OSError):  # what stays is told apart by the next record's `before`
                os.truncate(*self._before)
            self._before = None

    def set_mark(self, household: str, act: int) -> None:
        """Note how far the database has come; not synced, since a mark that is behind alarms nobody."""
        line = f"{household} {act:020d}"
        with suppress(OSError):  # the change itself is kept already
            self.folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(self.folder / MARK_NAME, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(handle, f"{line} {_sum(line)}\n".encode(), 0)
            finally:
                os.close(handle)

    def mark(self) -> Mark | None:
        """How far the database had come; from the last file where the mark cannot be read.

        None where there is no journal.
        """
        try:
            line, _, checksum = (self.folder / MARK_NAME).read_text("ascii").rpartition(" ")
            if checksum.strip() == _sum(line):
                household, act = line.split(" ")
                return Mark(household, int(act))
        except (OSError, ValueError):
            pass
        files = self.paths()
        if not files:
            return None
        last = read_file(files[-1])
        if not last.household:
            return None
        return Mark(last.household, max(each.before for each in last.records))

    def paths(self) -> tuple[Path, ...]:
        """The files, oldest first."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError:
            return ()
        return tuple(
            self.folder / name
            for name in sorted(names)
            if name.endswith(SUFFIX) and name.removesuffix(SUFFIX).isdigit()
        )

    def highest_act(self) -> int:
        """The latest act that anything in the journal speaks of."""
        mark = self.mark()
        acts = [each.act for path in self.paths() for each in read_file(path).records]
        return max([mark.act if mark else 0, *acts])

    def drop_before(self, at: int) -> int:
        """Remove files in which everything is older; gives how many."""
        paths = self.paths()
        dropped = 0
        for path, following in pairwise(paths):
            begun = next(_records(following), None)
            if begun is None or begun[0].at >= at:
                break
            path.unlink(missing_ok=True)
            dropped += 1
        return dropped

    def _place(self, household: str, before: int, first: Record) -> tuple[Path, int]:
        """The file to go on with and its size: the last one, if it is whole, ours, and neither full nor old."""
        paths = self.paths()
        if paths:
            path, size = paths[-1], paths[-1].stat().st_size
            begun = next(_records(path), None)
            if (
                begun is not None
                and begun[0].note == household
                and size < FILE_BYTES_MOST
                and first.at - begun[0].at < FILE_AGE_MOST
                and self._is_whole(path, size)
            ):
                return path, size
        number = int(paths[-1].stem) + 1 if paths else 1
        return self._begin(number, Record("begin", before, first.at, before, note=household))

    def _is_whole(self, path: Path, size: int) -> bool:
        """Whether the file ends with a whole record; looks only at what others have written since."""
        known = self._end
        if known == (path, size):
            return True
        start = known[1] if known is not None and known[0] == path and known[1] <= size else 0
        end = max((each[1] for each in _records(path, start)), default=start)
        return end == size

    def _begin(self, number: int, begun: Record) -> tuple[Path, int]:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{number:06d}{SUFFIX}"
        frame = _framed(begun)
        _write(path, frame, os.O_CREAT | os.O_EXCL)
        for folder in (self.folder, self.folder.parent):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return path, len(frame)


def read_file(path: Path) -> JournalFile:
    """All whole records of a file; what is damaged is stepped over, up to the next frame whose checksum is right."""
    found: list[Record] = []
    gaps: list[Gap] = []
    size = path.stat().st_size
    start = 0
    while start < size:
        for record, end in _records(path, start):
            found.append(record)
            start = end
        if start < size:
            since = found[-1] if found else None
            following = _next_whole(path, start + 1)
            until = next(_records(path, following), None) if following < size else None
            gaps.append(Gap(start, following, since, until[0] if until else None))
            start = following
    return JournalFile(path, tuple(found), tuple(gaps))


def lost(folder: Path, what: str) -> DatabaseLost | None:
    """What to say of a database that cannot be served, if a journal shows that there was another one."""
    if Journal(folder).mark() is None:
        return None
    return DatabaseLost(
        f"The database in {folder} {what}; its journal knows more, so bring it back with "
        "`hearthbook restore FILE` and your last backup."
    )


def _records(path: Path, start: int = 0) -> Iterator[tuple[Record, int]]:
    """Each whole record with where it ends, up to the first that is not whole."""
    with path.open("rb") as file:
        end = file.seek(start)
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            magic, length, checksum = _HEAD.unpack(head)
            payload = file.read(length) if magic == _MAGIC else b""
            if magic != _MAGIC or len(payload) < length or _checksum(payload) != checksum:
                return
            meta, _, body = payload.partition(b"\n")
            end += _HEAD.size + length
            yield Record(**json.loads(meta), body=body), end


def _next_whole(path: Path, start: int) -> int:
    """Where the next whole record begins; the size of the file where there is none."""
    octets = path.read_bytes()
    place = octets.find(_MAGIC, start)
    while place >= 0:
        if next(_records(path, place), None) is not None:
            return place
        place = octets.find(_MAGIC, place + 1)
    return len(octets)


def _framed(record: Record) -> bytes:
    fields = asdict(record)
    body: bytes = fields.pop("body")
    payload = json.dumps(fields, ensure_ascii=True).encode() + b"\n" + body
    return _HEAD.pack(_MAGIC, len(payload), _checksum(payload)) + payload


def _write(path: Path, octets: bytes, flags: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o600)
    try:
        rest = memoryview(octets)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=16).digest()


def _sum(line: str) -> str:
    return hashlib.blake2b(line.encode(), digest_size=8).hexdigest()


def disk_refusal(error: OSError) -> Refused:
    """The sentence for a disk that is full or fails."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(507, FULL)
    return Refused(503, FAILED)
