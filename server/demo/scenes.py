"""What happens in the made-up household after its first reconciliation: one question of each kind waits.

Everything is done through the doors that phones use: nothing here writes a question.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.cases.whose import ask_keeper, say_whose
from server.contacts.lines import make_line
from server.cycle import measure, run_cycle
from server.store.books import Book, Entry, etag, find_book, load, load_all, record_served
from server.store.connecting import connect
from server.store.database import Actor, Database, Transaction
from server.store.deleting import delete
from server.store.devices import Device, touch
from server.store.sharing import add_member, set_share
from server.store.snapshots import snapshot_of
from server.store.writes import put

MASS: Final = 36
"""How many cards a device changes in one go; twenty pass, what comes beyond them is held."""

_SMITHS: Final = {
    "anna": (
        ("TEL;TYPE=CELL:+44 7700 900411", "ORG:Harbour Lights Theatre"),
        ("EMAIL;TYPE=WORK:john@smith-and-daughters.example", "TITLE:Plumber"),
        ("TEL;TYPE=HOME:+44 1632 960418", "NOTE:from the allotment"),
    ),
    "ben": (
        ("TEL;TYPE=CELL:+44 7700 900411",),
        ("EMAIL;TYPE=HOME:jsmith@example.org", "TEL;TYPE=HOME:+44 1632 960418"),
    ),
}
"""Five cards of one name that are three people."""
_FRIENDS_OF_IDA: Final = (
    ("Gertrud Ammerlich", "TEL;TYPE=HOME:+49 30 23125 611"),
    ("Heinz Obermoser", "TEL;TYPE=HOME:+49 30 23125 612", "NOTE:skat on Thursdays"),
    ("Schwester Agathe", "TEL;TYPE=WORK:+49 30 23125 613"),
)
_IPHONE: Final = "iOS/18.5 (22F76) dataaccessd/1.0"
_LAPTOP: Final = "Mozilla/5.0 Thunderbird/140.0"
_ANDROID: Final = "DAVx5/4.5.1-ose"


@dataclass(frozen=True, slots=True)
class _Phone:
    """One device of a member, which fetches and writes as a contacts app does."""

    db: Database
    device: Device

    def find(self, name: str) -> Entry:
        """The card of a name, as it is served now."""
        return self.served([name])[name]

    def served(self, names: Sequence[str]) -> dict[str, Entry]:
        """The cards of these names that say them in so many words."""
        lines = {name: make_line("FN", name, escaped=False) for name in names}
        with self.db.read() as tx:
            entries = list(load_all(tx, self._book(tx), version_4=False))
        return {
            name: entry
            for name, line in lines.items()
            for entry in entries
            if b"\n" + line in entry.octets
        }

    def fetch(self, entry: Entry) -> str:
        """Get a card; its ETag."""
        with self.db.read() as tx:
            book = self._book(tx)
            found = load(tx, book, entry.href, version_4=False)
            assert found is not None
            tag = etag(book, found.seq)
        record_served(self.db, self.device.id, [(found.slot, found.seq, "3.0")])
        return tag

    def sync(self) -> None:
        """Fetch everything."""
        with self.db.read() as tx:
            entries = list(load_all(tx, self._book(tx), version_4=False))
        record_served(self.db, self.device.id, [(each.slot, each.seq, "3.0") for each in entries])

    def add(self, uid: str, name: str, *lines: str) -> int:
        """Send a new card; the status of the answer."""
        given, _, family = name.partition(" ")
        whole = (
            *("BEGIN:VCARD", "VERSION:3.0", f"UID:{self.device.member}-{uid}"),
            *(f"FN:{name}", f"N:{family};{given};;;", *lines, "END:VCARD", ""),
        )
        octets = "\r\n".join(whole).encode()
        with self.db.write(Actor("put", self.device.member, self.device.id)) as tx:
            book = self._book(tx)
            return put(tx, book, f"{uid}.vcf", octets, device=self.device, if_match="").status

    def write(self, entry: Entry, octets: bytes, tag: str) -> int:
        """Send a card; the status of the answer."""
        with self.db.write(Actor("put", self.device.member, self.device.id)) as tx:
            book = self._book(tx)
            return put(tx, book, entry.href, octets, device=self.device, if_match=tag).status

    def remove(self, entry: Entry, tag: str) -> int:
        """Delete a card; the status of the answer."""
        with self.db.write(Actor("delete", self.device.member, self.device.id)) as tx:
            book = self._book(tx)
            return delete(tx, book, entry.href, device=self.device, if_match=tag).status

    def _book(self, tx: Transaction) -> Book:
        book = find_book(tx, self.device.member, BOOK_OF_THE_HOUSEHOLD)
        assert book is not None
        return book


@dataclass(frozen=True, slots=True)
class Phones:
    """The devices with which the scenes are played."""

    anna: _Phone
    laptop: _Phone
    ben: _Phone


def begin(db: Database) -> Phones:
    """Connect the members' devices, and say yes to the first letter."""
    phones = Phones(
        _phone(db, "anna", "iPhone", _IPHONE),
        _phone(db, "anna", "Laptop", _LAPTOP),
        _phone(db, "ben", "Phone", _ANDROID),
    )
    for phone in (phones.anna, phones.ben):
        for number, lines in enumerate(_SMITHS[phone.device.member]):
            phone.add(f"smith-{number}", "John Smith", *lines)
    run_cycle(db, kind="letter", member="anna", releasing=True)
    return phones


def play(db: Database, phones: Phones) -> None:
    """Do what leaves one question of each kind."""
    anna, laptop, ben = phones.anna, phones.laptop, phones.ben
    for phone, program in ((anna, _IPHONE), (laptop, _LAPTOP), (ben, _ANDROID)):
        touch(db, phone.device, program)
    alone = list(anna.served(_known_to_anna_alone(db)))
    _suggest(ben, alone[0])
    _lose_a_race(anna, laptop, alone[1])
    _delete_what_was_edited(anna, laptop, alone[2])
    run_cycle(db, kind="quick")
    _claim_the_same(db)
    _change_many(_phone(db, "anna", "Tablet", "iPadOS/18.5 dataaccessd/1.0"), alone[3 : 3 + MASS])
    _show_names_alone(db, alone[3 + MASS])
    run_cycle(db, kind="quick")
    for phone in (anna, laptop, ben):
        phone.sync()
    measure(db)


def _show_names_alone(db: Database, wanted: str) -> None:
    """Grandmother comes, who shows names alone and is shown names alone; she asks Anna for a card."""
    with db.write(Actor("member")) as tx:
        add_member(tx, "ida", name="Ida", shares="name")
        for member in (
            "anna",
            "ben",
        ):  # what one shows her and the other not could not go between them
            set_share(tx, member, "ida", "name")
    phone = _phone(db, "ida", "Phone", _ANDROID)
    for number, (name, *lines) in enumerate(_FRIENDS_OF_IDA):
        phone.add(f"friend-{number}", name, *lines)
    with db.read() as tx:
        snapshot = snapshot_of(tx)
    card = next(
        each.id
        for each in snapshot.cards
        if each.keeper == "anna" and each.name.formatted == wanted
    )
    ask_keeper(db, "ida", card)


def _claim_the_same(db: Database) -> None:
    """Both members say that one person is theirs."""
    with db.read() as tx:
        snapshot = snapshot_of(tx)
    keepers = {card.id: card.keeper for card in snapshot.cards}
    pair = max(
        (link.card_a, link.card_b)
        for link in snapshot.links
        if link.verdict == "same"
        and {keepers[link.card_a], keepers[link.card_b]} == {"anna", "ben"}
    )
    for card in pair:
        say_whose(db, keepers[card], card, "claim")


def _suggest(phone: _Phone, name: str) -> None:
    """Somebody else changes a number: its keeper is asked."""
    entry = phone.find(name)
    phone.write(entry, _with_another_digit(entry), phone.fetch(entry))


def _lose_a_race(phone: _Phone, other: _Phone, name: str) -> None:
    """Two devices of one member change one title, and the second comes from an old text."""
    entry = phone.find(name)
    tag = phone.fetch(entry)
    other.write(entry, _with(entry, "TITLE:Harbour master"), other.fetch(entry))
    phone.write(entry, _with(entry, "TITLE:Head of the harbour"), tag)


def _delete_what_was_edited(phone: _Phone, other: _Phone, name: str) -> None:
    """One device changes a number, another deletes the card without having seen that."""
    entry = phone.find(name)
    tag = phone.fetch(entry)
    other.write(entry, _with_another_digit(entry), other.fetch(entry))
    phone.remove(entry, tag)


def _change_many(phone: _Phone, names: Sequence[str]) -> None:
    """A device that runs wild writes an address of some page into many cards at once."""
    for number, name in enumerate(names, 1):
        entry = phone.find(name)
        line = f"URL:https://profiles.example/{number}"
        phone.write(entry, _with(entry, line), phone.fetch(entry))


def _with(entry: Entry, line: str) -> bytes:
    """A card in which the first property of a name says something else, or a line more.

    The property keeps its parameters, as a contacts app keeps them.
    """
    name, _, value = line.partition(":")
    found = re.search(
        rb"^((?:item\d+\.)?" + name.encode() + rb"[^:\r\n]*:)[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*",
        entry.octets,
        re.MULTILINE,
    )
    if found is None:
        return entry.octets.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode(), 1)
    said = found[1] + value.encode() + b"\r\n"
    return entry.octets[: found.start()] + said + entry.octets[found.end() :]


def _with_another_digit(entry: Entry) -> bytes:
    """A card whose first number ends in another digit."""
    return re.sub(
        rb"^((?:item\d+\.)?TEL[^\r\n]*)\d(\r\n)",
        lambda found: found[1] + (b"7" if found[0][-3:-2] != b"7" else b"4") + found[2],
        entry.octets,
        count=1,
        flags=re.MULTILINE,
    )


def _known_to_anna_alone(db: Database) -> list[str]:
    """Names of people with a number of whom Anna alone has a card that Ben sees, in a fixed order."""
    with db.read() as tx:
        snapshot = snapshot_of(tx)
    linked = {card for link in snapshot.links for card in (link.card_a, link.card_b)}
    names = Counter(card.name.formatted for card in snapshot.cards)
    return sorted(
        card.name.formatted
        for card in snapshot.cards
        if card.keeper == "anna"
        and card.kind == "person"
        and card.id not in linked
        and names[card.name.formatted] == 1
        and "ben" in card.seen_by
        and any(fact.prop.name == "TEL" for fact in card.facts)
    )


def _phone(db: Database, member: str, name: str, program: str) -> _Phone:
    with db.write(Actor("device", member)) as tx:
        device, _token = connect(tx, member, name)
    touch(db, device, program)
    return _Phone(db, device)
