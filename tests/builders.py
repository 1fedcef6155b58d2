"""Short ways to say a card or a household in a test."""

import hashlib
import shutil
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from server.store.asking import verify_questions
from server.store.books import Book, Entry, etag, find_book, load, load_all, record_served
from server.store.database import Actor, Database, Transaction
from server.store.deleting import delete
from server.store.devices import Device, add_device, find_device
from server.store.household import set_setting
from server.store.migrate import create_database
from server.store.retention import let_go
from server.store.sharing import add_member
from server.store.views import verify_views
from server.store.writes import PutResult, put

START = 2_000_000_000_000_000
"""After any real clock: no act is ever dated before the one before it."""


def a_card(uid: str, name: str, *lines: str, version: str = "3.0") -> bytes:
    """A card of `Given Family` with further content lines, CRLF."""
    given, _, family = name.partition(" ")
    frame = ["BEGIN:VCARD", f"VERSION:{version}", *([f"UID:{uid}"] if uid else [])]
    return "\r\n".join(
        [*frame, f"FN:{name}", f"N:{family};{given};;;", *lines, "END:VCARD", ""]
    ).encode()


def a_name(index: int) -> str:
    """A given and a family name that resemble those of no other number."""
    letters = "".join(chr(97 + each % 26) for each in hashlib.sha256(str(index).encode()).digest())
    return f"{letters[:8].capitalize()} {letters[8:18].capitalize()}"


@dataclass
class Clock:
    """A clock that tests move by hand; UTC microseconds."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1_000_000)


class Home:
    """A household on a real database in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *members: str,
        settle_seconds: int = 0,
        shares: str = "all",
        begins: int | None = None,
    ) -> None:
        self.clock = Clock() if begins is None else Clock(begins)
        clock = None if begins is None else self.clock
        create_database(folder, household="The Test household", region="DE", clock=clock).close()
        self.db = Database(folder, self.clock)
        self.devices: dict[str, Device] = {}
        self.passwords: dict[str, str] = {}
        with self.db.write(Actor("member")) as tx:
            set_setting(tx, "settle_seconds", str(settle_seconds))
            for each in members:
                add_member(tx, each, name=each.capitalize(), shares=shares)
        for each in members:
            self.add_device(each, "phone")

    def copied(self, folder: Path) -> "Home":
        """The same household at the same time in another folder; this one is closed."""
        shutil.copytree(self.db.folder, folder, dirs_exist_ok=True)
        other = copy(self)
        other.clock = Clock(self.clock.now)
        other.db = Database(folder, other.clock)
        other.devices, other.passwords = dict(self.devices), dict(self.passwords)
        return other

    def add_device(self, member: str, label: str, *, read_only: bool = False) -> Device:
        """Give a member a device; the one called `phone` is used where none is named."""
        with self.db.write(Actor("device", member)) as tx:
            device, password = add_device(tx, member, label, read_only=read_only)
        self.devices[f"{member}+{label}"] = device
        self.passwords[f"{member}+{label}"] = password
        return device

    def device(self, login: str) -> tuple[str, Device]:
        """The member and device of `anna` or `anna+tablet`, as the store knows it now."""
        who, _, label = login.partition("+")
        with self.db.read() as tx:
            device = find_device(tx, self.devices[f"{who}+{label or 'phone'}"].id)
        assert device is not None
        return who, device

    def put(
        self, login: str, href: str, body: bytes, *, if_match: str = "", if_none_match: str = ""
    ) -> PutResult:
        """PUT a body into a member's book, as one request."""
        who, device = self.device(login)
        self.clock.pass_seconds(1)
        with self.db.write(Actor("put", who, device.id)) as tx:
            return put(
                tx,
                self.book(tx, who),
                href,
                body,
                device=device,
                if_match=if_match,
                if_none_match=if_none_match,
            )

    def delete(self, login: str, href: str, *, if_match: str = "") -> PutResult:
        """DELETE an href from a member's book, as one request."""
        who, device = self.device(login)
        self.clock.pass_seconds(1)
        with self.db.write(Actor("delete", who, device.id)) as tx:
            return delete(tx, self.book(tx, who), href, device=device, if_match=if_match)

    @staticmethod
    def book(tx: Transaction, who: str) -> Book:
        """A member's household book."""
        book = find_book(tx, who, "contacts")
        assert book is not None
        return book

    def entries(self, who: str, *, version_4: bool = False) -> list[Entry]:
        """What a member's devices are served now."""
        with self.db.read() as tx:
            return list(load_all(tx, self.book(tx, who), version_4=version_4))

    def entry(self, who: str, text: str) -> Entry:
        """The one entry of a member's view that holds this text."""
        found = [each for each in self.entries(who) if text.encode() in each.octets]
        assert len(found) == 1, [each.octets for each in found]
        return found[0]

    def get(self, who: str, href: str, *, version_4: bool = False) -> Entry | None:
        """One entry by its href."""
        with self.db.read() as tx:
            return load(tx, self.book(tx, who), href, version_4=version_4)

    def fetch(self, login: str, href: str, *, version_4: bool = False) -> Entry:
        """What a device is served now, remembered as after a GET."""
        who, device = self.device(login)
        entry = self.get(who, href, version_4=version_4)
        assert entry is not None
        record_served(self.db, device.id, [(entry.slot, entry.seq, "4.0" if version_4 else "3.0")])
        return entry

    def etag(self, who: str, entry: Entry) -> str:
        """The ETag of an entry."""
        with self.db.read() as tx:
            return etag(self.book(tx, who), entry.seq)

    def sequence(self, who: str) -> int:
        """The sequence number of a member's view."""
        with self.db.read() as tx:
            return self.book(tx, who).seq

    def pass_nights(self, days: int) -> None:
        """Let days pass in which the retention job runs and keeps everything."""
        for done in range(0, days, 20):
            self.clock.pass_seconds(min(20, days - done) * 86_400)
            let_go(self.db, 100_000)

    def verify(self) -> tuple[str, ...]:
        """Where views and kept questions differ from what they are derived from."""
        with self.db.read() as tx:
            return (*verify_views(tx), *verify_questions(tx))
