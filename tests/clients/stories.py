"""Three members with many people in common, everything they type, and whether any of it was lost.

A story is told once and played by any program that syncs: vdirsyncer over the
wire, or a model of a phone's.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from server.cases import open_cases
from server.cycle import run_cycle
from server.errors import UsageError
from server.store.database import Actor, Database, open_database
from server.store.devices import add_device
from server.store.household import set_setting
from server.store.migrate import create_database
from server.store.sharing import add_member
from server.store.undoing import undo_act
from server.store.views import verify_views
from tests.builders import a_card

MEMBERS: Final = ("anna", "ben", "carl")
COMMON: Final = 10
"""People whom all three know from the start."""
PAIRS: Final = (("anna", "ben"), ("ben", "carl"), ("anna", "carl"))
ALONE: Final = 4
"""People whom one member alone knows; as many for each."""
ROUNDS_MOST: Final = 3
"""After so many rounds without anybody typing, a sync changes nothing any more."""

_GIVEN = "Ada Bela Clara Dirk Eva Frank Gesa Hans Ida Jan Klara Lars Mia Nils Olga Paul Rosa Sven"
_FAMILY = "Ahrens Brandt Conrad Decker Ebert Fink Graf Horn Jung Kern Lang Maurer Noll Otto Pohl"


class Program(Protocol):
    """A program of one member that keeps cards and syncs them."""

    @property
    def member(self) -> str:
        """Whose it is."""

    def sync(self) -> bool:
        """Sync once; whether that changed what the program holds."""

    def files(self) -> Mapping[str, str]:
        """The text of every card it holds."""

    def write(self, name: str, octets: bytes) -> None:
        """Type a new card, or change one."""

    def delete(self, name: str) -> None:
        """Delete a card."""

    def forget(self) -> None:
        """Forget what was synced, and keep the cards."""


@dataclass(frozen=True)
class Known:
    """One person as one member knows them."""

    who: str
    number: int
    uid: str

    @property
    def name(self) -> str:
        """The person's name, the same for all who know them."""
        return name_of(self.number)


def name_of(number: int) -> str:
    """A name that no other number has."""
    given, family = _GIVEN.split(), _FAMILY.split()
    return f"{given[number % len(given)]} {family[number * 4 % len(family)]}"


def acquaintances(*, common_uids: bool) -> tuple[Known, ...]:
    """Who knows whom; with common UIDs a card of one person has one UID in every book."""
    numbers = iter(range(COMMON + len(PAIRS) + ALONE * len(MEMBERS)))
    groups = [MEMBERS] * COMMON + list(PAIRS) + [(each,) for each in MEMBERS] * ALONE
    return tuple(
        Known(who, number, f"{'shared' if common_uids else who}-{number}")
        for group, number in zip(groups, numbers, strict=True)
        for who in group
    )


@dataclass
class Typed:
    """Every value that was ever typed: a word that stands in no other."""

    author: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Values that somebody took away, knowingly or by a program's rule for conflicts."""

    def word(self, who: str) -> str:
        """A new one."""
        word = f"{who}{len(self.author):04d}x"
        self.author[word] = who
        return word

    def line(self, who: str, shape: str) -> str:
        """A line of a card with a new value in it."""
        return shape.format(self.word(who))

    def take(self, text: str) -> None:
        """What stands in a text was taken away by somebody."""
        self.taken |= {word for word in self.author if word in text}


@dataclass
class House:
    """A household of three on disk, the program of each, and what was typed."""

    db: Database
    people: tuple[Known, ...]
    programs: dict[str, Program]
    typed: Typed
    writes: Callable[[], int]
    """How many PUTs and DELETEs the server has had so far."""

    def cycle(self) -> None:
        """Reconcile, every wait and hold ended."""
        assert run_cycle(self.db, kind="command", releasing=True) is not None

    def sync(self, *who: str) -> None:
        """Let programs sync, one after the other."""
        for each in who or MEMBERS:
            self.programs[each].sync()

    def come_to_rest(self) -> dict[str, object]:
        """Reconcile and sync as often as it may take until nothing moves; what still moves then."""
        moved: dict[str, object] = {}
        for _ in range(ROUNDS_MOST):
            self.cycle()
            moved = self.moved()
            if not moved:
                break
        return moved

    def moved(self) -> dict[str, object]:
        """What one more round of syncs changes, in folders and on the server; empty at rest."""
        before, writes = self.files(), self.writes()
        self.sync()
        after = self.files()
        changed: dict[str, object] = {
            f"{who}: {name}": (before[who].get(name), after[who].get(name))
            for who in MEMBERS
            for name in before[who].keys() | after[who].keys()
            if before[who].get(name) != after[who].get(name)
        }
        return changed | ({"writes": self.writes() - writes} if self.writes() > writes else {})

    def files(self) -> dict[str, dict[str, str]]:
        """Everything that everybody holds."""
        return {who: dict(each.files()) for who, each in self.programs.items()}

    def file_of(self, who: str, number: int, *marks: str) -> tuple[str, str]:
        """The one file of a person that a member holds; of several the one with all the marks."""
        found = [
            (name, text)
            for name, text in self.programs[who].files().items()
            if f"FN:{name_of(number)}" in text and all(mark in text for mark in marks)
        ]
        assert len(found) == 1, (who, number, found)
        return found[0]

    def add_line(self, who: str, number: int, shape: str) -> str:
        """Type one more line; gives it."""
        name, text = self.file_of(who, number)
        line = self.typed.line(who, shape)
        self._write(who, name, text.replace("END:VCARD", f"{line}\nEND:VCARD"))
        return line

    def change_line(self, who: str, number: int, old: str, shape: str) -> str:
        """Type a new value in the place of one that stands there; gives the new line."""
        name, text = self.file_of(who, number)
        assert old in text, (old, text)
        line = self.typed.line(who, shape)
        self.typed.take(old)
        self._write(who, name, text.replace(old, line))
        return line

    def delete(self, who: str, number: int) -> str:
        """Delete a card; gives what it said. Nobody else loses anything by it."""
        name, text = self.file_of(who, number)
        self.programs[who].delete(name)
        self.typed.taken |= {
            word for word, author in self.typed.author.items() if author == who and word in text
        }
        return text

    def lost(self) -> dict[str, str]:
        """Typed values that their author does not see and that nobody took away, or that are kept nowhere."""
        seen = {who: "".join(texts.values()) for who, texts in self.files().items()}
        kept = {who: self.kept(who) for who in MEMBERS}
        return {
            word: who
            for word, who in self.typed.author.items()
            if word not in kept[who] or (word not in seen[who] and word not in self.typed.taken)
        }

    def kept(self, who: str) -> str:
        """All that the server keeps of what a member typed: cards, trash, history, bodies, suggestions, cases."""
        with self.db.read() as tx:
            rows = tx.connection.execute(KEPT, {"who": who}).fetchall()
        return "\n".join(bytes(row[0]).decode() for row in rows)

    def problems(self) -> tuple[str, ...]:
        """Where views differ from what they are derived from."""
        with self.db.read() as tx:
            return verify_views(tx)

    def cases(self) -> tuple[str, ...]:
        """The kinds of all open questions."""
        return tuple(each.kind for each in open_cases(self.db, None))

    def _write(self, who: str, name: str, text: str) -> None:
        self.programs[who].write(name, text.encode())


KEPT: Final = """
SELECT octets FROM text JOIN card_version ON text.id = card_version.text
JOIN card ON card.id = card_version.card WHERE card.member = :who
UNION ALL SELECT octets FROM text JOIN received ON text.id = received.text
WHERE received.member = :who
UNION ALL SELECT after FROM suggestion WHERE author = :who AND after IS NOT NULL
"""


def first_cards(people: tuple[Known, ...], typed: Typed, who: str) -> Iterator[tuple[str, bytes]]:
    """What a member's program holds before it ever syncs: one file for each person, with values of its own."""
    for each in people:
        if each.who == who:
            lines = (
                f"TEL;TYPE=CELL:+49 30 23125{each.number:03d}",
                typed.line(who, "EMAIL;TYPE=HOME:{}@example.org"),
                typed.line(who, "NOTE:{} said so"),
                typed.line(who, "item1.URL:https://example.org/{}"),
                "item1.X-ABLabel:page",
                typed.line(who, "X-ODD;foo=bar:{}"),
            )
            yield f"{each.uid}.vcf", a_card(each.uid, each.name, *lines)


def found_household(folder: Path) -> tuple[Database, dict[str, str]]:
    """A household of three who show each other everything, and the password of each one's program."""
    create_database(folder, household="Test", region="DE").close()
    database = open_database(folder)
    passwords = {}
    with database.write(Actor("member")) as tx:
        set_setting(tx, "settle_seconds", "0")
        for who in MEMBERS:
            add_member(tx, who, name=who.capitalize(), shares="all")
            _, passwords[who] = add_device(tx, who, "laptop")
    return database, passwords


def of_all(number: int) -> int:
    """One of the people whom all three know."""
    assert number < COMMON
    return number


def of_pair(first: str, second: str) -> int:
    """The person whom only these two know."""
    return COMMON + PAIRS.index((first, second))


def of_one(who: str, number: int) -> int:
    """One of the people whom only this member knows."""
    assert number < ALONE
    return COMMON + len(PAIRS) + number * len(MEMBERS) + MEMBERS.index(who)


def meet(house: House) -> None:
    """Everybody syncs for the first time, and Hearthbook is told to go."""
    house.sync()
    house.cycle()
    house.sync()


def everyday(house: House) -> None:
    """They meet and go on: edits, conflicts, deletions, edits of each other's cards; a cycle after every sync."""
    meet(house)
    _type_at_home(house)
    _type_while_away(house)
    _delete_and_return(house)


def _type_at_home(house: House) -> None:
    """Each types on own and on others' cards; some have news waiting for them on the very same card."""
    house.add_line("anna", of_all(0), "TEL;TYPE=WORK;X-NOTE={}:+49 30 5550000")
    house.add_line("ben", of_all(0), "EMAIL:{}@example.com")
    house.add_line("carl", of_all(1), "TITLE:{}")
    house.add_line("ben", of_one("anna", 0), "EMAIL:{}@example.net")
    house.add_line("carl", of_one("anna", 0), "NOTE:{} is mine alone")
    house.add_line("carl", of_pair("anna", "ben"), "URL:https://example.com/{}")
    for who in MEMBERS:
        house.sync(who)
        house.cycle()
    house.sync()


def _type_while_away(house: House) -> None:
    """Two change one value differently; one changes cards that others have changed and synced meanwhile."""
    house.add_line("anna", of_all(2), "ORG:{}")
    house.add_line("ben", of_all(2), "ORG:{}")
    house.sync("anna", "ben")
    house.cycle()
    house.add_line("carl", of_all(3), "EMAIL;TYPE=WORK:{}@example.org")
    number = f"TEL;TYPE=CELL:+49 30 23125{of_all(4):03d}"
    house.change_line("ben", of_all(4), number, "TEL;TYPE=CELL;X-NOTE={}:+49 30 5550004")
    house.add_line("anna", of_all(3), "NICKNAME:{}")
    house.add_line("anna", of_all(4), "URL:https://example.edu/{}")
    house.sync("carl", "ben")
    house.cycle()
    house.sync("anna")
    house.cycle()


def _delete_and_return(house: House) -> None:
    """Own and others' cards are deleted while somebody else still works on them; one comes back."""
    house.sync("anna", "carl")
    house.delete("anna", of_pair("anna", "carl"))
    house.add_line("carl", of_pair("anna", "carl"), "ROLE:{}")
    house.delete("carl", of_one("ben", 0))
    gone = house.delete("ben", of_one("ben", 1))
    house.add_line("anna", of_one("ben", 1), "EMAIL:{}@example.edu")
    for who in ("ben", "anna", "carl"):
        house.sync(who)
        house.cycle()
    house.programs["ben"].write("again.vcf", gone.encode())
    house.sync("ben")


def add_account_again(house: House) -> None:
    """Anna's program forgets what it synced and keeps its cards, of which some have changed on both sides."""
    meet(house)
    house.add_line("anna", of_all(0), "TEL;TYPE=WORK;X-NOTE={}:+49 30 5550000")
    house.add_line("anna", of_one("ben", 0), "EMAIL:{}@example.net")
    house.add_line("ben", of_all(0), "EMAIL:{}@example.com")
    house.delete("ben", of_one("ben", 1))
    house.sync("ben")
    house.cycle()
    house.programs["anna"].forget()
    house.sync("anna")


def upload_everything_anew(house: House) -> None:
    """Anna's program forgets what it synced, and gives every card that it keeps a new UID."""
    meet(house)
    anna = house.programs["anna"]
    anna.forget()
    for number, (name, text) in enumerate(anna.files().items()):
        anna.delete(name)
        anna.write(f"anew-{number}.vcf", re.sub(r"\nUID:.*", f"\nUID:anew-{number}", text).encode())
    house.sync("anna")


def upload_everything_anew_and_tidy_up(house: House) -> None:
    """Afterwards Anna deletes the second card of every person of whom she has two of her own."""
    upload_everything_anew(house)
    assert house.come_to_rest() == {}
    anna = house.programs["anna"]
    for name, text in anna.files().items():
        if "UID:anew-" in text:
            anna.delete(name)
    house.sync("anna")


def empty(house: House) -> None:
    """Anna's program loses all its cards, and deletes them on the server as well."""
    anna = house.programs["anna"]
    for name in anna.files():
        anna.delete(name)
    anna.sync()


def undo_deletions(house: House, who: str) -> None:
    """Undo every deletion of a member; those that were not carried out have nothing to undo."""
    with house.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT id FROM act WHERE kind = 'delete' AND member = ? ORDER BY id DESC", (who,)
        ).fetchall()
    for (act,) in rows:
        try:
            with house.db.write(Actor("undo", who)) as tx:
                undo_act(tx, act, member=who)
        except UsageError as refused:
            if "nothing to undo" not in refused.sentence:
                raise


def missing(house: House, who: str) -> list[str]:
    """The UIDs of first cards that a member does not hold any more."""
    held = "".join(house.files()[who].values()).split()
    return [each.uid for each in house.people if each.who == who and f"UID:{each.uid}" not in held]


def cards(files: Mapping[str, str]) -> Counter[tuple[str, ...]]:
    """The lines of every card; files come back under other names, and XML has no CR."""
    return Counter(tuple(text.splitlines()) for text in files.values())
