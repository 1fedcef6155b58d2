"""Six devices of three members whose programs never agree how a card is written, for many rounds.

`HEARTHBOOK_SOAK` says how many rounds; some by default, a thousand with `make soak`.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from server.cases import open_cases
from server.cycle import run_cycle
from server.store.fights import TIMES_MOST
from tests.clients.models.book import Model
from tests.clients.models.household import DavHome
from tests.clients.models.texts import adding, replacing, unfolded
from tests.clients.normalisers import NORMALISERS
from tests.clients.stories import KEPT, MEMBERS

ROUNDS = int(os.environ.get("HEARTHBOOK_SOAK", "120"))
ARRANGEMENTS = range(1 if ROUNDS < 1_000 else 3)
REST_MOST = 4 * (TIMES_MOST + 1)
"""After so many rounds in which nobody types every fight has ended."""
PEOPLE = ("Eva Stein", "Jan Vermeer", "Mia Berg", "Udo Kern")
SHAPES = (
    "EMAIL;TYPE=HOME:{}@example.org",
    "NOTE:{} said so",
    "TITLE:{}",
    "URL:https://example.org/{}",
    "NICKNAME:{}",
)


@dataclass
class Soak:
    """The household, who typed what, and how much the server wrote."""

    home: DavHome
    devices: tuple[Model, ...]
    chance: random.Random = field(default_factory=lambda: random.Random(72))  # noqa: S311
    author: dict[str, str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    typed: int = 0
    """How many values were typed, those on the first cards included."""
    rounds_to_rest: int = 0

    def word(self, who: str) -> str:
        """A value that was never typed before."""
        word = f"{who}{len(self.author):05d}x"
        self.author[word] = who
        return word

    def meet(self) -> None:
        """Every member knows everybody; the first device of each brings them."""
        for number, device in enumerate(self.devices[::2]):
            who = member_of(device)
            for index, name in enumerate(PEOPLE):
                odd = (f"X-ODD:{self.word(who)}",) if device.can_type("X-ODD:") else ()
                device.add(
                    name,
                    f"TEL;TYPE=CELL:+49 30 23125{index:03d}",
                    f"EMAIL;TYPE=WORK:{self.word(who)}@example.org",
                    f"item1.TEL:+49 40 55{number}{index:03d}",
                    "item1.X-ABLabel:Kanzlei",
                    *odd,
                )
                self.typed += 3 + len(odd)
            device.sync()
        run_cycle(self.home.db, kind="command", releasing=True)

    def type_something(self, device: Model) -> None:
        """Somebody edits a card on a device."""
        if not device.shown:
            return
        who = member_of(device)
        row = self.chance.choice(device.shown)
        shape = self.chance.choice(SHAPES)
        old = [line for line in unfolded(row.text) if line.startswith(shape.partition("{")[0])]
        line = shape.format(self.word(who))
        if old:
            self.replaced |= {word for word in self.author if word in old[0]}
        self.typed += 1
        device.edit(row, replacing(old[0], line) if old else adding(line))

    def turn(self, *, is_typing: bool) -> None:
        """One round: a device syncs, perhaps after an edit; perhaps a cycle runs."""
        device = self.chance.choice(self.devices)
        if is_typing and self.chance.random() < 0.3:
            self.type_something(device)
        assert device.sync(), device.problem
        if self.chance.random() < 0.2:
            run_cycle(self.home.db, kind="quick")

    def come_to_rest(self) -> None:
        """Let everybody sync, in turn, until a whole round sends and announces nothing."""
        for self.rounds_to_rest in range(REST_MOST + 1):
            before = (self.announced(), self.sent(), self.propagated())
            for device in self.devices:
                assert device.sync(), device.problem
                run_cycle(self.home.db, kind="quick")
            is_quiet = before == (self.announced(), self.sent(), self.propagated())
            if is_quiet and not any(device.is_waiting for device in self.devices):
                return

    def announced(self) -> dict[str, int]:
        """The sequence number of every view: it counts everything that devices must fetch."""
        return {who: self.home.sequence(who) for who in MEMBERS}

    def propagated(self) -> int:
        """How often the machine wrote a value of one card on another."""
        with self.home.db.read() as tx:
            row = tx.connection.execute("SELECT COUNT(*) FROM operation").fetchone()
        return int(row[0])

    def sent(self) -> int:
        """How many PUTs and DELETEs there were."""
        return sum(len(device.wire.log) for device in self.devices)

    def lost(self) -> dict[str, str]:
        """Typed values that are kept nowhere, or that nobody replaced and their author neither sees nor is asked about."""
        found: dict[str, str] = {}
        for who in MEMBERS:
            with self.home.db.read() as tx:
                rows = tx.connection.execute(KEPT, {"who": who}).fetchall()
            kept = b"".join(bytes(row[0]) for row in rows).decode()
            seen = b"".join(each.octets for each in self.home.entries(who, version_4=True)).decode()
            seen += repr(open_cases(self.home.db, who))
            words = [word for word, author in self.author.items() if author == who]
            found |= {each: "kept" for each in words if each not in kept}
            found |= {e: "seen" for e in words if e not in seen and e not in self.replaced}
        return found


def member_of(device: Model) -> str:
    return device.wire.client.member


@pytest.fixture(scope="module", params=ARRANGEMENTS)
def soak(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Soak]:
    """The programs are dealt to the members in another way each time."""
    kinds = NORMALISERS[request.param :] + NORMALISERS[: request.param]
    home = DavHome(tmp_path_factory.mktemp("soak") / "data", *MEMBERS)
    home.db.connection().execute("PRAGMA synchronous = OFF")
    devices = tuple(
        home.model(kind, MEMBERS[index // 2], f"device{index}") for index, kind in enumerate(kinds)
    )
    made = Soak(home, devices)
    made.meet()
    for number in range(ROUNDS):
        made.turn(is_typing=number < ROUNDS * 3 // 4)
    made.come_to_rest()
    yield made
    home.db.close()


def test_it_ends_quietly(soak: Soak) -> None:
    """Nobody types any more: the last rounds send and announce nothing, whoever syncs first."""
    assert soak.rounds_to_rest < REST_MOST
    before = (soak.announced(), soak.sent(), soak.propagated())
    for number in range(3 * len(soak.devices)):
        device = soak.devices[number * 5 % len(soak.devices)]
        assert device.sync(), device.problem
        run_cycle(soak.home.db, kind="quick")
    assert (soak.announced(), soak.sent(), soak.propagated()) == before


def test_the_machine_writes_a_typed_value_at_most_once_on_every_other_card(soak: Soak) -> None:
    assert 0 < soak.propagated() <= soak.typed * (len(MEMBERS) - 1)


def test_no_program_keeps_the_others_busy(soak: Soak) -> None:
    """What somebody types is fetched, written anew and fetched by every device a few times, not for ever."""
    most = soak.typed * len(soak.devices) * (TIMES_MOST + 1)
    assert sum(soak.announced().values()) <= most
    assert soak.sent() <= most


def test_nothing_typed_is_lost(soak: Soak) -> None:
    assert soak.lost() == {}


def test_views_equal_what_they_are_derived_from(soak: Soak) -> None:
    assert soak.home.verify() == ()
