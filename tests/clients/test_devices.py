"""Whatever members do on whatever devices, in any order: nothing is lost, everybody comes to rest.

Two to four members with one to three devices each, every device one of the models in
`tests/clients/models`, all over HTTP. `HEARTHBOOK_HISTORIES` says how many histories are played.
"""

import os
import re
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.access import card_level
from server.cases import decide, open_cases
from server.cases.undoing import undo
from server.contacts.card import parse
from server.contacts.properties import properties
from server.contacts.travel import SINGLE_NAMES
from server.cycle import run_cycle, settle
from server.errors import NotFound, UsageError
from server.store.cards import find_card
from server.store.database import Actor
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.members import household_of
from server.store.sharing import set_member, set_share, set_value_visibility, set_visibility
from server.store.undoing import KINDS, OWN_KINDS
from server.store.views import refresh
from tests.clients.models.apple import Apple
from tests.clients.models.book import Model, Row
from tests.clients.models.davx5 import Davx5Categories
from tests.clients.models.household import CLIENTS, DavHome
from tests.clients.models.texts import Change, adding, head, name_of, replacing, unfolded, without
from tests.clients.persons import there_twice
from tests.store.test_histories import drawn_from

HISTORIES = int(os.environ.get("HEARTHBOOK_HISTORIES", "40"))
STEPS = 20 if HISTORIES < 50 else 50
PLAYED = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=HISTORIES < 50,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink)
    if "HEARTHBOOK_SHRINK" in os.environ
    else (Phase.generate,),
)
"""A failing history takes minutes to shrink, so only who asks for it gets that."""
ROUNDS_MOST = 8
MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own in there, if there is one

MEMBERS = ("anna", "ben", "carl", "dora")
NAMES = ("Eva Stein", "Eva Steiner", "Jan Vermeer", "Mia Berg")
LINES = (
    *("TEL;TYPE=CELL:+49 30 23125 101", "TEL;TYPE=HOME:030 23125 102", "BDAY:1980-02-29"),
    *("EMAIL:eva@example.org", "TITLE:Dr", "ORG:Bakery;Bread", "URL:https://example.org/"),
    *("CATEGORIES:Friends,Work", "X-ODD;foo=bar:1,2;3", "ADR:;;Hauptstr. 1;Berlin;;10115;DE"),
    *("ROLE:Baker", "ANNIVERSARY:2005-06-10", "NICKNAME:Evi", "IMPP:xmpp:eva@example.org"),
    *("NOTE:bread\\, milk\\; salt", "CLASS:PRIVATE", "CATEGORIES:Private"),
)
WORDS = (
    *("EMAIL:{}@example.org", "NOTE:{}", "TITLE:{}", "X-TOKEN:{}", "NICKNAME:{}"),
    *("TEL:+49 30 555{}", "URL:https://example.org/{}"),
)
LIMITABLE = ("TEL", "EMAIL", "URL", "TITLE", "ROLE", "ADR", "ORG", "BDAY")
INNER = ("NOTE", "X-TOKEN")
"""Nobody but who typed them ever gets these."""
RANDOM_UIDS = re.compile(rb"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

numbers = st.integers(0, 2**16)
who_ = st.integers(0, 3)
kinds = st.lists(st.lists(st.sampled_from(CLIENTS), min_size=1, max_size=3), min_size=2, max_size=4)
some_lines = st.lists(st.sampled_from(LINES), max_size=3, unique=True)


@dataclass(frozen=True)
class Typed:
    """A word that nobody typed before, and on which device it was."""

    word: str
    name: str
    login: str

    @property
    def member(self) -> str:
        """Who typed it."""
        return self.login.partition("+")[0]


class Devices(RuleBasedStateMachine):
    """One household; what devices do waits until they sync."""

    def __init__(self) -> None:
        super().__init__()
        self.ending = ExitStack()
        place = MEMORY if MEMORY.is_dir() else None
        self.folder = tempfile.TemporaryDirectory(prefix="devices-", dir=place)
        self.ending.callback(self.folder.cleanup)
        self.ending.enter_context(drawn_from("devices"))
        self.home: DavHome | None = None
        self.count = 0
        self.uids: dict[tuple[int, str], str] = {}
        self.typed: dict[str, Typed] = {}
        self.taken: set[str] = set()
        """Words that the server said it had taken, or kept."""
        self.sent: dict[str, set[str]] = {}
        """Words that a device ever sent."""
        self.known: dict[str, set[str]] = {}
        """Words that a device ever had: only these can it take away."""
        self.visible: dict[str, set[str]] = {}
        """Own words that a member saw before a step that takes none of them away; else empty."""
        self.late: set[str] = set()
        """Words that came too late since the last cycle."""

    @initialize(
        kinds=kinds,
        cards=st.lists(st.tuples(st.sampled_from(NAMES), some_lines), max_size=5),
        settles=st.sampled_from((0, 0, 900)),
    )
    def move_in(
        self,
        kinds: list[list[type[Model]]],
        cards: list[tuple[str, list[str]]],
        settles: int,
    ) -> None:
        """A household comes to be, with its devices and some cards; those of the same name go round."""
        self.members = MEMBERS[: len(kinds)]
        self.home = home = DavHome(
            Path(self.folder.name) / "data", *self.members, settle_seconds=settles
        )
        for who, each in zip(self.members, kinds, strict=True):
            for number, kind in enumerate(each):
                home.model(kind, who, f"{kind.__name__.lower()}{number}")
        self.logins = tuple(home.models)
        for number, (name, lines) in enumerate(cards):
            self.add(number * 7, name, lines)
        for _ in range(2 if cards else 0):
            for model in home.models.values():
                self._sync(model)
            self._reconcile()

    def teardown(self) -> None:
        """However it went, all of them come to rest, with what the server has."""
        try:
            if self.home is not None:
                self._come_to_rest(self.home)
        finally:
            if self.home is not None:
                self.home.db.close()
            self.ending.close()

    # --- on a device ---

    @rule(on=numbers, name=st.sampled_from(NAMES), lines=some_lines)
    def add(self, on: int, name: str, lines: list[str]) -> None:
        """Somebody makes a card."""
        model = self._typist(on)
        typed = [each for each in (*lines, self._word(model, on)) if model.can_type(each)]
        model.add(name, *typed)

    @rule(on=numbers, picks=st.lists(numbers, min_size=1, max_size=3), synced=st.booleans())
    def edit(self, on: int, picks: list[int], *, synced: bool) -> None:
        """Somebody changes cards, or only saves them, on a device that has synced or not."""
        model = self._typist(on)
        if synced:
            self._sync(model)
        for pick in picks if model.shown else ():
            row = model.shown[pick % len(model.shown)]
            model.edit(row, self._change(model, row, pick // 16))

    @rule(who=who_, picks=st.lists(numbers, min_size=3, max_size=3), synced=st.booleans())
    def race(self, who: int, picks: list[int], *, synced: bool) -> None:
        """Somebody changes one card on all their devices before any of them syncs."""
        models = [each for each in self._models_of(self._member(who)) if self._may_type(each)]
        if not models:
            return
        for model in models if synced else ():
            self._sync(model)
        names = [row.uid for row in models[0].shown]
        uid = names[picks[0] % len(names)] if names else ""
        for model, pick in zip(models, picks, strict=False):
            for row in [each for each in model.shown if each.uid == uid]:
                model.edit(row, self._change(model, row, pick // 16))
        for model in models:
            self._sync(model)

    @rule(on=numbers)
    def rewrite(self, on: int) -> None:
        """An app writes every card anew that nobody edited."""
        model = self._typist(on)
        self._sync(model)
        for row in model.shown:
            model.edit(row, lambda held: held)
        self._sync(model)

    @rule(on=numbers, pick=numbers, synced=st.booleans())
    def remove(self, on: int, pick: int, *, synced: bool) -> None:
        """Somebody deletes a card."""
        model = self._typist(on)
        if synced:
            self._sync(model)
        if model.shown:
            model.delete(model.shown[pick % len(model.shown)])

    @rule(on=numbers, pick=numbers)
    def group(self, on: int, pick: int) -> None:
        """Somebody puts people into a group, each phone in its way."""
        model = self._typist(on)
        uids = [row.uid for row in model.shown if row.href]
        if isinstance(model, Apple) and uids:
            model.add_group("Choir", *uids[: 1 + pick % 3])
        elif isinstance(model, Davx5Categories):
            model.rename_category("Friends", f"Kin{pick % 4}")
        else:
            self.edit(on, [pick], synced=True)

    @rule(on=numbers)
    def sync(self, on: int) -> None:
        """A device syncs."""
        self._sync(self._model(on))

    @rule(on=numbers, number=st.integers(1, 120))
    def sync_badly(self, on: int, number: int) -> None:
        """An answer is lost, or the server is killed in the midst of a write."""
        model = self._model(on)
        if number % 3:
            model.wire.breaking = lambda work: self._home.killed_at(number, work)
        else:
            model.wire.losing = 1
        self._sync(model)
        model.wire.losing, model.wire.breaking = 0, None

    @rule(on=numbers)
    def start_anew(self, on: int) -> None:
        """A device is told to fetch everything again, or the server is started again."""
        self._note_visible()
        if on % 2:
            self._model(on).forget_token()
        else:
            self._home.restart()

    @rule()
    def everybody_syncs(self) -> None:
        """Each device syncs, one after the other."""
        for model in self._home.models.values():
            self._sync(model)

    # --- what members say ---

    @rule(giver=who_, pick=numbers, level=st.sampled_from(("none", "name", "all", "all")))
    def share(self, giver: int, pick: int, level: str) -> None:
        """Somebody shows somebody else less or more, or is a child from now on, or is none any more."""
        self._note_visible()
        member, other = self._member(giver), self._member(giver + 1 + pick % 3)
        if member != self.members[0] and pick % 7 == 0:
            with suppress(UsageError), self._home.db.write(Actor("member")) as tx:
                set_member(tx, member, role="child" if pick % 2 else "adult")
        elif member != other:
            with self._home.db.write(Actor("share", member)) as tx:
                set_share(tx, member, other, level)

    @rule(pick=numbers, seen_by=st.sampled_from(("private", "members", "shared")), who=who_)
    def show(self, pick: int, seen_by: str, who: int) -> None:
        """Somebody makes a card, or one value of it, private, shared, or for one member."""
        self._note_visible()
        card = self._card(pick)
        if card is None:
            return
        with self._home.db.write(Actor("visibility", card[1])) as tx:
            values = tx.connection.execute(
                "SELECT property, norm FROM fact WHERE card = ? AND gone IS NULL ORDER BY id",
                (card[0],),
            ).fetchall()
            limitable = [each for each in values if each[0] in LIMITABLE]
            if pick % 2 and limitable:
                value = limitable[pick // 2 % len(limitable)]
                set_value_visibility(tx, card[0], value, seen_by, [self._member(who)])
            else:
                set_visibility(tx, card[0], seen_by, named=[self._member(who)])

    @rule(left=numbers, right=numbers, who=who_, verdict=st.sampled_from(("same", "same", "apart")))
    def tie(self, left: int, right: int, who: int, verdict: str) -> None:
        """Somebody says that two cards they see are one person, or are not; or whose a person is."""
        self._note_visible()
        one, other, member = self._card(left), self._card(right), self._member(who)
        if not one or not other:
            return
        both = self._viewers(one[0]) & self._viewers(other[0])
        scope = "" if {one[1], other[1]} <= both else member
        if member in both:
            with self._home.db.write(Actor("decide", member)) as tx:
                if one == other or right % 3 == 0:
                    says = ("mine", "ours", "released")[left % 3]
                    say_claim(tx, one[0], member, says, None)
                else:
                    link_cards(tx, (one[0], other[0]), verdict, scope=scope, member=member)
                refresh(tx, (one[0], other[0]))

    @rule(who=who_, pick=numbers)
    def answer(self, who: int, pick: int) -> None:
        """Somebody answers some question in one of the ways it can be answered."""
        member = self._member(who)
        found = open_cases(self._home.db, member)
        if found:
            case = found[pick % len(found)]
            choice = case.choices[pick // 16 % len(case.choices)]
            try:
                decide(self._home.db, case.id, choice, member=member)
            except UsageError as refused:
                if not refused.sentence.startswith(("Only one", "Numbers ")):
                    raise
            self._forget_merged()

    @rule(who=who_, pick=numbers, anybody=st.booleans())
    def undo(self, who: int, pick: int, *, anybody: bool) -> None:
        """Somebody undoes one of the latest things they did; on the command line, of anybody's."""
        member = None if anybody else self._member(who)
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT id, kind FROM act WHERE member = ?1 OR ?1 IS NULL ORDER BY id DESC",
                (member,),
            ).fetchall()
        acts = [row[0] for row in rows if row[1] in (KINDS if anybody else OWN_KINDS)][:8]
        if acts:
            with suppress(NotFound, UsageError):
                undo(self._home.db, acts[pick % len(acts)], member=member)

    @rule(who=who_, pick=numbers)
    def take_in(self, who: int, pick: int) -> None:
        """Somebody imports a card that some device of theirs has, or had."""
        member = self._member(who)
        rows = [row for each in self._models_of(member) for row in each.shown if row.href]
        if rows:
            body = rows[pick % len(rows)].text
            import_cards(self._home.db, member, [Incoming("file", body)])

    @rule(number=st.integers(1, 400))
    def cycle(self, number: int) -> None:
        """Hearthbook reconciles; now and then it is killed on the way."""
        if number % 3:
            self._reconcile()
        else:
            self._home.killed_at(number, self._run_cycle)
            self.late.clear()

    @rule(seconds=st.sampled_from((1, 1000, 4000)))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self._note_visible()
        self._home.clock.pass_seconds(seconds)
        settle(self._home.db)

    # --- what always holds ---

    @invariant()
    def everything_holds(self) -> None:
        """Views are what they are derived from; names stay; nobody is there twice; nothing is lost."""
        if self.home is None:
            return
        assert self.home.verify() == ()
        with self.home.db.read() as tx:
            slots = tx.connection.execute("SELECT book, href, uid, gone FROM slot").fetchall()
        for book, href, uid, _ in slots:
            assert self.uids.setdefault((book, href), uid) == uid
        live = [(book, uid) for book, _, uid, gone in slots if gone is None]
        assert len(live) == len(set(live)), "two entries of one UID"
        for who in self.members:
            assert there_twice(self.home, who, self.members) == []
        before, self.visible = self.visible, {}
        for who in before:
            assert before[who] <= self._own_words(who), before[who] - self._own_words(who)
        for who in self.members:
            kept = self._kept(who)
            for word in self.taken:
                assert self.typed[word].member != who or word.encode() in kept, word
            octets = b"".join(each.octets for each in self.home.entries(who, version_4=True))
            for each in (self.typed[word] for word in self._words(octets)):
                assert each.name not in INNER or each.member == who, each

    # --- how it is done ---

    @property
    def _home(self) -> DavHome:
        assert self.home is not None
        return self.home

    def _sync(self, model: Model) -> None:
        """Sync; whatever was answered, what was typed is kept, and what was taken is shown to its author."""
        login = model.wire.client.login
        start = len(model.wire.log)
        before = self.sent.setdefault(login, set())
        known = self.known.setdefault(login, set())
        known |= self._words(b"".join(row.text for row in model.rows))
        there = self._words(self._shown(model))
        model.sync()
        assert model.problem in ("", "the connection broke"), model.problem
        shown = self._shown(model)
        written = model.wire.log[start:]
        if not any(sent.method == "DELETE" for sent in written):
            gone = there - self._words(shown) - known
            names = {name_of(line) for sent in written for line in unfolded(sent.body)}
            lost = [
                each
                for each in (self.typed[word] for word in sorted(gone))
                if each.member == model.wire.client.member
                if not (each.name in SINGLE_NAMES and each.name in names)
            ]
            assert not lost, (lost, written)
        known |= self._words(b"".join(row.text for row in model.rows))
        for sent in model.wire.log[start:]:
            assert sent.status in (0, 201, 204, 403, 404, 412), sent
            words = {each for each in self._words(sent.body) if self.typed[each].login == login}
            if sent.status in (201, 204, 403, 412):
                self.taken |= words
            self.late |= words - before if sent.status == 412 and not sent.is_lost else set()
            if sent.status in (201, 204):
                missing = words - before - self._words(shown + self._met(model))
                assert not missing, (missing, sent)
            before |= words

    def _met(self, model: Model) -> bytes:
        """What met another edit of the same value, and waits for its author's word."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT after FROM suggestion WHERE author = ? AND state = 'collided'"
                " AND after IS NOT NULL",
                (model.wire.client.member,),
            ).fetchall()
        return b"".join(bytes(row[0]) for row in rows)

    def _words(self, octets: bytes) -> set[str]:
        """The words in some text; in thousands of random UIDs one is found by chance."""
        said = RANDOM_UIDS.sub(b"", octets)
        return {each for each in self.typed if each.encode() in said}

    def _note_visible(self) -> None:
        self.visible = {who: self._own_words(who) for who in self.members}

    def _own_words(self, who: str) -> set[str]:
        """What a member sees of what they typed on their own cards, or on top of others'."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT octets FROM card JOIN text ON text.id = card.text"
                " WHERE member = :who AND trashed IS NULL"
                " UNION ALL SELECT after FROM suggestion WHERE author = :who"
                " AND after IS NOT NULL AND state IN ('open', 'declined', 'personal')",
                {"who": who},
            ).fetchall()
        theirs = self._words(b"".join(bytes(row[0]) for row in rows))
        octets = b"".join(each.octets for each in self._home.entries(who, version_4=True))
        return {each for each in theirs & self._words(octets) if self.typed[each].member == who}

    def _run_cycle(self) -> None:
        run_cycle(self._home.db, kind="command", releasing=True)

    def _reconcile(self) -> None:
        """Run a cycle; what came too late is then on the card, or its author is asked."""
        self._forget_merged()
        self._run_cycle()
        for who in filter(self._is_asked, sorted({self.typed[each].member for each in self.late})):
            asked = repr(open_cases(self._home.db, who)).encode()
            shown = b"".join(each.octets for each in self._home.entries(who, version_4=True))
            mine = {each for each in self.late if self.typed[each].member == who}
            lost = mine - self._words(shown + asked)
            assert not lost, lost
        self.late.clear()

    def _forget_merged(self) -> None:
        """What was merged since may have been taken away again, on another device."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT octets FROM received JOIN text ON text.id = received.text"
                " WHERE merged IS NULL"
            ).fetchall()
        self.late &= self._words(b"".join(bytes(row[0]) for row in rows))

    def _shown(self, model: Model) -> bytes:
        who = model.wire.client.member
        return b"".join(each.octets for each in self._home.entries(who, version_4=True))

    def _come_to_rest(self, home: DavHome) -> None:
        """After so many rounds everybody has what the server has for them, and nobody writes any more."""
        models = [home.models[login] for login in self.logins]
        for _ in range(ROUNDS_MOST):
            before = [(model.snapshot(), len(model.wire.log)) for model in models]
            self._reconcile()
            for model in models:
                self._sync(model)
            self.everything_holds()
            if before == [(model.snapshot(), len(model.wire.log)) for model in models]:
                break
        else:
            raise AssertionError(f"not at rest after {ROUNDS_MOST} rounds")
        for model in models:
            there = home.book_of(model)
            assert sorted(row.href for row in model.rows) == sorted(there), model.name
            assert not model.is_waiting
            for row in model.rows:
                assert _says(row.text) == _says(there[row.href]), model.name

    def _kept(self, who: str) -> bytes:
        """All that is kept of what a member typed."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT octets FROM text JOIN card_version ON text.id = card_version.text"
                " JOIN card ON card.id = card_version.card WHERE card.member = :who"
                " UNION ALL SELECT octets FROM text JOIN received ON text.id = received.text"
                " WHERE received.member = :who"
                " UNION ALL SELECT after FROM suggestion WHERE author = :who AND after IS NOT NULL",
                {"who": who},
            ).fetchall()
        return b"".join(bytes(row[0]) for row in rows)

    def _word(self, model: Model, pick: int) -> str:
        """A line with a word that was never typed before."""
        self.count += 1
        word = f"{70_000 + self.count}"
        lines = [each for each in WORDS if model.can_type(each)]
        line = lines[pick % len(lines)].format(word)
        self.typed[word] = Typed(word, name_of(line), model.wire.client.login)
        return line

    def _change(self, model: Model, row: Row, pick: int) -> Change:
        lines = [
            each for each in unfolded(row.text) if name_of(each) in ("TEL", "EMAIL", "URL", "TITLE")
        ]
        some = lines[pick % len(lines)] if lines else ""
        match pick // 16 % 8:
            case 0:
                return lambda held: held
            case 1 if some:
                return without(some)
            case 2 if some:
                self.count += 1
                word = f"{70_000 + self.count}"
                self.typed[word] = Typed(word, name_of(some), model.wire.client.login)
                value = {"TEL": "+49 30 555{}", "EMAIL": "{}@example.org"}.get(name_of(some), "{}")
                group, name, params, _ = head(some)
                typed = f"{group}.{name}" if group else name
                return replacing(some, f"{typed}{params}:{value.format(word)}")
            case 3 if model.can_type("CLASS:PRIVATE"):
                return adding("CLASS:PRIVATE")
            case 4 if model.can_type("CATEGORIES:Friends"):
                return adding("CATEGORIES:Friends")
        return adding(self._word(model, pick))

    def _model(self, on: int) -> Model:
        return self._home.models[self.logins[on % len(self.logins)]]

    def _typist(self, on: int) -> Model:
        """Some device whose member may type."""
        able = [each for each in self._home.models.values() if self._may_type(each)]
        return able[on % len(able)]

    def _may_type(self, _model: Model) -> bool:
        return True

    def _is_asked(self, _who: str) -> bool:
        return True

    def _models_of(self, member: str) -> list[Model]:
        return [self._home.models[each] for each in self.logins if each.startswith(member)]

    def _member(self, number: int) -> str:
        return self.members[number % len(self.members)]

    def _card(self, pick: int) -> tuple[str, str] | None:
        """Some card that is not in the trash, with its keeper."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT id, member FROM card WHERE trashed IS NULL ORDER BY added"
            ).fetchall()
        return rows[pick % len(rows)] if rows else None

    def _viewers(self, card_id: str) -> frozenset[str]:
        """Who sees a card whole."""
        with self._home.db.read() as tx:
            row, household = find_card(tx, card_id), household_of(tx)
        assert row is not None
        return frozenset(e for e in self.members if card_level(household, e, row.access) == "all")


def _says(text: bytes) -> list[tuple[object, ...]]:
    return sorted(each.canonical for each in properties(parse(text), region="DE"))


TestDevices = Devices.TestCase
TestDevices.settings = PLAYED
