"""Whatever members do in any order: nothing is lost, nothing leaks, views are right (design rules R1 to R10).

`HEARTHBOOK_HISTORIES` says how many histories each machine plays; a few by default.
"""

import os
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.access import card_level
from server.cases import decide, open_cases
from server.contacts.card import parse
from server.contacts.properties import properties
from server.cycle import run_cycle, settle, trial
from server.errors import NotACard, UsageError
from server.store.asking import fresh_questions, is_current
from server.store.books import record_served
from server.store.cards import find_card
from server.store.database import Actor
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.members import household_of
from server.store.questions import kept_questions
from server.store.sharing import set_share, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card
from tests.store.fences import permitted, reached
from tests.store.lists import brought_up_to_date, made_anew

HISTORIES = int(os.environ.get("HEARTHBOOK_HISTORIES", "10"))
STEPS = 25 if HISTORIES < 50 else 60
PLAYED = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=HISTORIES < 50,
    suppress_health_check=list(HealthCheck),
)

MEMBERS = ("anna", "ben", "carl")
NAMES = ("Eva Stein", "Eva Steiner", "Jan Vermeer", "Mia Berg")
LINES = (
    *(
        "TEL;TYPE=CELL:+49 30 23125 101",
        "TEL;TYPE=HOME:030 23125 102",
        "item1.TEL:+49 30 23125 103",
    ),
    *("EMAIL:eva@example.org", "EMAIL;TYPE=WORK:work@example.org", "BDAY:1980-02-29"),
    *("BDAY:1981-03-01", "TITLE:Dr", "TITLE:Prof", "ORG:Bakery;Bread", "URL:https://example.org/"),
    *("CATEGORIES:Friends,Work", "X-ODD;foo=bar:1,2;3", "ADR:;;Hauptstr. 1;Berlin;;10115;DE"),
)
TOKEN_LINES = (
    *("EMAIL:{}@example.org", "NOTE:{}", "TITLE:{}", "X-TOKEN:{}", "NICKNAME:{}"),
    *("TEL:+49 30 555{}", "URL:https://example.org/{}", "item7.URL:https://example.org/{}"),
)
INNER = ("NOTE", "X-TOKEN")
"""Personal lines: nobody but who typed them ever gets these."""
RANDOM_IDS = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b|\b20000\d{11}\b")
"""In thousands of them, and in times, a token is found by chance."""
FRAME = (b"BEGIN", b"END", b"VERSION", b"UID", b"FN", b"N:", b"N;")

members = st.sampled_from(MEMBERS)
logins = st.sampled_from(
    tuple(f"{who}+{label}" for who in MEMBERS for label in ("phone", "tablet"))
)
numbers = st.integers(0, 2**16)
some_lines = st.lists(st.sampled_from(LINES), max_size=3, unique=True)
marked = st.booleans()


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Draw the same ids whenever a history is played again."""
    source = random.Random(seed)  # noqa: S311 - ids of a test, no secrets
    with (
        patch("secrets.token_hex", lambda count=32: source.randbytes(count).hex()),
        patch("secrets.token_bytes", source.randbytes),
    ):
        yield


@dataclass(frozen=True)
class Token:
    """A word that was never typed before, in a line of its own."""

    word: str
    line: str


@dataclass(frozen=True)
class Seen:
    """One text that a device was served."""

    href: str
    etag: str
    octets: bytes


class Histories(RuleBasedStateMachine):
    """One household of three members with two devices each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="histories-")
        self.drawing = ExitStack()
        self.drawing.enter_context(drawn_from("history"))
        self.home = Home(Path(self.folder.name), *MEMBERS)
        for who in MEMBERS:
            self.home.add_device(who, "tablet")
        self.home.db.connection().execute("PRAGMA synchronous = OFF")
        self.count = 0
        self.uids: dict[tuple[int, str], str] = {}
        self.seen: defaultdict[str, list[Seen]] = defaultdict(list)
        self.typed: dict[str, str] = {}
        self.inner: set[str] = set()
        self.personal: defaultdict[str, set[str]] = defaultdict(set)
        self.actor = ""
        self.shared: set[str] = set()
        self.exposed: set[str] = set()
        self.norms: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        """However it went, two cycles bring the household to rest."""
        try:
            self.cycle()
            self.everything_holds()
            for who in MEMBERS:
                assert reached(self.home.db, who) == permitted(self.home.db, who)
                listed = brought_up_to_date(self.home.db, who)
                assert listed == made_anew(self.home.db, who)
        finally:
            self.drawing.close()
            self.home.db.close()
            self.folder.cleanup()

    # --- what devices do ---

    @rule(login=logins, name=st.sampled_from(NAMES), lines=some_lines, pick=numbers, private=marked)
    def add(self, login: str, name: str, lines: list[str], pick: int, *, private: bool) -> None:
        """A new card under a new name; its UID new, missing, or one that some view knows."""
        self.count += 1
        uid = (f"uid-{self.count}", "", self._known_uid(login, pick))[pick % 3]
        version = ("3.0", "3.0", "4.0")[pick % 7 % 3]
        token = self._token(pick)
        marks = ("CLASS:PRIVATE",) if private and pick % 2 else ()
        body = a_card(uid, name, *lines, *marks, token.line, version=version)
        self._put(login, f"new-{self.count}.vcf", body, token, if_none_match="*" * (pick % 2))

    @rule(login=logins)
    def sync(self, login: str) -> None:
        """A device fetches everything it does not have."""
        who, device = self.home.device(login)
        entries = self.home.entries(who, version_4=device.speaks_4)
        pairs = [(each.slot, each.seq, "4.0" if device.speaks_4 else "3.0") for each in entries]
        record_served(self.home.db, device.id, pairs)
        known = set(self.seen[login])
        for each in entries:
            text = Seen(each.href, self.home.etag(who, each), each.octets)
            self.seen[login].extend([text] if text not in known else [])

    @rule(login=logins, pick=numbers, how=st.integers(0, 9), condition=st.integers(0, 4))
    def edit(self, login: str, pick: int, how: int, condition: int) -> None:
        """A device sends back some text it was served once, changed in one way or another."""
        if pick % 3:
            self.sync(login)
        if not self.seen[login]:
            return
        text = self._text(login, pick)
        token = self._token(pick)
        match = (text.etag, text.etag, "", "*", '"nonsense"')[condition]
        body = self._changed(text.octets, how, pick, token)
        self._put(login, text.href, body, token, if_match=match)

    @rule(login=logins, pick=numbers, condition=st.integers(0, 2))
    def again(self, login: str, pick: int, condition: int) -> None:
        """A device uploads a text it has under another name, as vdirsyncer does with what is gone."""
        if self.seen[login]:
            self.count += 1
            text = self._text(login, pick)
            token = self._token(pick)
            body = self._changed(text.octets, pick % 4, pick, token)
            self._put(login, f"again-{self.count}.vcf", body, token, if_none_match="*"[:condition])

    @rule(login=logins, pick=numbers, condition=st.integers(0, 2))
    def remove(self, login: str, pick: int, condition: int) -> None:
        """A device deletes something it knows."""
        if pick % 3:
            self.sync(login)
        if self.seen[login]:
            text = self._text(login, pick)
            match = (text.etag, "", "*")[condition]
            self.actor = login.partition("+")[0]
            assert self.home.delete(login, text.href, if_match=match).status in (204, 404, 412)

    # --- what members say ---

    @rule(giver=members, taker=members, level=st.sampled_from(("none", "name", "all", "all")))
    def share(self, giver: str, taker: str, level: str) -> None:
        """Somebody shows somebody else less or more."""
        if giver != taker:
            with self.home.db.write(Actor("share", giver)) as tx:
                set_share(tx, giver, taker, level)

    @rule(pick=numbers, visibility=st.sampled_from(("private", "shared")))
    def show(self, pick: int, visibility: str) -> None:
        """Somebody makes a card private or shared."""
        if card := self._card(pick):
            with self.home.db.write(Actor("card", card[1])) as tx:
                set_visibility(tx, card[0], visibility)

    @rule(pick=numbers, who=members, says=st.sampled_from(("mine", "ours", "released")))
    def claim(self, pick: int, who: str, says: str) -> None:
        """Somebody says whose a person is, of a card that they see."""
        card = self._card(pick)
        if card and who in self._viewers(card[0]):
            with self.home.db.write(Actor("own", who)) as tx:
                say_claim(tx, card[0], who, says, None)
                refresh(tx, (card[0],))

    @rule(
        left=numbers, right=numbers, who=members, verdict=st.sampled_from(("same", "same", "apart"))
    )
    def tie(self, left: int, right: int, who: str, verdict: str) -> None:
        """Somebody says that two cards they see are one person, or are not."""
        one, other = self._card(left), self._card(right)
        if not one or not other or one == other:
            return
        both = self._viewers(one[0]) & self._viewers(other[0])
        scope = "" if {one[1], other[1]} <= both else who
        if who in both:
            with self.home.db.write(Actor("decide", who)) as tx:
                link_cards(tx, (one[0], other[0]), verdict, scope=scope, member=who)
                refresh(tx, (one[0], other[0]))

    @rule(who=members, pick=numbers)
    def answer(self, who: str, pick: int) -> None:
        """Somebody answers some question in one of the ways it can be answered."""
        found = open_cases(self.home.db, who)
        if not found:
            return
        case = found[pick % len(found)]
        choices = list(case.choices)
        if case.questions and case.kind == "values":
            keepers = [each for each in case.choices if each in MEMBERS]
            choices.append(
                " ".join(
                    f"{each.key}={keepers[(pick + index) % len(keepers)]}"
                    for index, each in enumerate(case.questions)
                )
            )
        try:
            decide(self.home.db, case.id, choices[pick // 16 % len(choices)], member=who)
        except UsageError as refused:
            has_two = "cards with different values here" in refused.sentence
            if not has_two and not refused.sentence.startswith(("Only one", "Numbers ")):
                raise

    @rule(who=members, name=st.sampled_from(NAMES), lines=some_lines, pick=numbers)
    def take_in(self, who: str, name: str, lines: list[str], pick: int) -> None:
        """Somebody imports a card: a new one, a known one, or one out of their own view."""
        self.count += 1
        token = self._token(pick)
        uid = (f"uid-{self.count}", self._known_uid(who, pick), "")[pick % 3]
        bodies = [a_card(uid, name, *lines, token.line)]
        texts = self.seen[f"{who}+phone"]
        bodies += [texts[pick % len(texts)].octets] if texts and pick % 2 else []
        for body in bodies:
            self._note(body)
        self.typed[token.word] = who
        self.inner |= {token.word} if token.line.startswith(INNER) else set()
        import_cards(self.home.db, who, [Incoming(str(n), body) for n, body in enumerate(bodies)])

    @rule()
    def cycle(self) -> None:
        """Hearthbook reconciles; doing so again finds nothing to do.

        What came too late is merged as its member's own edit, which may take off personal lines.
        """
        with self.home.db.read() as tx:
            late = tx.connection.execute(
                "SELECT DISTINCT member FROM received WHERE status = 412 AND merged IS NULL"
            ).fetchall()
        for (who,) in late:
            self.personal[who] = set()
        for who in MEMBERS:
            brought_up_to_date(self.home.db, who)
        run_cycle(self.home.db, kind="command", releasing=True)
        assert trial(self.home.db)[0].operations == ()
        self._what_is_kept_is_what_is_asked()
        self._no_question_tells()

    @rule(seconds=st.sampled_from((1, 1000, 4000)))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.home.clock.pass_seconds(seconds)
        settle(self.home.db)

    # --- what always holds ---

    @invariant()
    def everything_holds(self) -> None:
        """Views are what they are derived from; names stay; nobody twice; nothing invented or lost."""
        assert self.home.verify() == ()
        with self.home.db.read() as tx:
            slots = tx.connection.execute("SELECT book, href, uid, seq, gone FROM slot").fetchall()
            facts = tx.connection.execute("SELECT DISTINCT property, norm FROM fact").fetchall()
        for book, href, uid, _, _ in slots:
            assert self.uids.setdefault((book, href), uid) == uid
        live = [(book, uid) for book, _, uid, _, gone in slots if gone is None]
        assert len(live) == len(set(live)), "two entries of one UID"
        announced = [(book, seq) for book, _, _, seq, _ in slots]
        assert len(announced) == len(set(announced))
        said = {piece for name, norm in facts for piece in _pieces(name, norm)}
        assert said <= self.norms, said - self.norms
        self._nothing_leaks()
        self._personal_lines_stay()

    def _nothing_leaks(self) -> None:
        """What only its author may see is in nobody else's entries and questions."""
        private, waiting = self._secrets()
        for who in MEMBERS:
            served = [
                entry
                for version_4 in (False, True)
                for entry in self.home.entries(who, version_4=version_4)
            ]
            assert all(f"UID:{each.uid}\r\n".encode() in each.octets for each in served)
            said = RANDOM_IDS.sub("", b"".join(entry.octets for entry in served).decode("latin-1"))
            for token in private | waiting:
                assert self.typed[token] == who or token not in said, token

    def _no_question_tells(self) -> None:
        """No question shows what only its author may see; asked seldom, since each takes a plan."""
        private, _ = self._secrets()
        for who in MEMBERS:
            asked = RANDOM_IDS.sub("", repr(open_cases(self.home.db, who)))
            for token in private:
                assert self.typed[token] == who or token not in asked, token

    def _what_is_kept_is_what_is_asked(self) -> None:
        """After a cycle the kept questions say, word by word, what a new plan would ask."""
        with self.home.db.read() as tx:
            fresh = {key: each.content for key, each in fresh_questions(tx).items()}
            assert is_current(tx)
            assert kept_questions(tx) == fresh

    def _personal_lines_stay(self) -> None:
        """Nobody but the member ever takes a personal line off their own cards."""
        for who in MEMBERS:
            octets = b"".join(each.octets for each in self.home.entries(who, version_4=True))
            mine = {each for each in self.inner if each.encode() in octets}
            with self.home.db.read() as tx:
                own = tx.connection.execute(
                    "SELECT octets FROM card JOIN text ON text.id = card.text"
                    " WHERE member = ? AND trashed IS NULL",
                    (who,),
                ).fetchall()
            whole = b"".join(bytes(row[0]) for row in own)
            kept = {each for each in mine if each.encode() in whole}
            assert who == self.actor or self.personal[who] <= kept
            self.personal[who] = kept
        self.actor = ""

    def _secrets(self) -> tuple[set[str], set[str]]:
        """Tokens of personal lines and private cards, and those that wait on somebody else's card."""
        with self.home.db.read() as tx:
            query = tx.connection.execute
            self.shared.update(
                row[0] for row in query("SELECT id FROM card WHERE visibility <> 'private'")
            )
            versions = query(
                "SELECT card, octets FROM card_version JOIN text ON text.id = card_version.text"
            ).fetchall()
            offered = query(
                "SELECT after FROM suggestion WHERE state <> 'applied' AND after IS NOT NULL"
            ).fetchall()
        shown = b"".join(bytes(octets) for card, octets in versions if card in self.shared)
        held = b"".join(bytes(octets) for _, octets in versions)
        overlays = b"".join(bytes(row[0]) for row in offered)
        self.exposed |= {each for each in self.typed if each.encode() in shown + overlays}
        waiting = {e for e in self.typed if e.encode() in overlays and e.encode() not in held}
        return (self.typed.keys() - self.exposed) | self.inner, waiting

    # --- how it is done ---

    def _put(self, login: str, href: str, body: bytes, token: Token, **conditions: str) -> None:
        """PUT; whatever is answered, what was typed is kept, and what was taken is shown to its author."""
        who, _ = self.home.device(login)
        self.actor = who
        self._note(body)
        if token.line.encode() in body:
            self.typed[token.word] = who
            self.inner |= {token.word} if token.line.startswith(INNER) else set()
        before = self.home.get(who, href)
        answer = self.home.put(login, href, body, **conditions)
        assert answer.status in (201, 204, 403, 412), answer
        after = self.home.get(who, href)
        if answer.etag:
            found = self.home.get(who, href, version_4=True)
            assert found is not None
            assert (found.octets, self.home.etag(who, found)) == (body, answer.etag)
        elif answer.status == 204 and before and after:
            assert after.seq > before.seq
        if answer.status < 300 and token.word in self.typed:
            texts = [each.octets for each in self.home.entries(who, version_4=True)]
            texts += self._met(who)
            assert any(token.word.encode() in each for each in texts), (answer, body, texts)
        if answer.status != 403 and token.word in self.typed:
            assert token.word.encode() in self._kept(who), (answer, body)

    def _met(self, who: str) -> list[bytes]:
        """What met another edit of the same value, and waits for its author's word."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT after FROM suggestion WHERE author = ? AND state = 'collided'"
                " AND after IS NOT NULL",
                (who,),
            ).fetchall()
        return [bytes(row[0]) for row in rows]

    def _kept(self, who: str) -> bytes:
        """All that is kept of what a member typed."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT octets FROM text JOIN card_version ON text.id = card_version.text"
                " JOIN card ON card.id = card_version.card WHERE card.member = :who"
                " UNION ALL SELECT octets FROM text JOIN received ON text.id = received.text"
                " WHERE received.member = :who"
                " UNION ALL SELECT after FROM suggestion WHERE author = :who AND after IS NOT NULL",
                {"who": who},
            ).fetchall()
        return b"".join(bytes(row[0]) for row in rows)

    def _note(self, body: bytes) -> None:
        """Remember every value anybody ever sent: no other can be on any card."""
        with suppress(NotACard):
            for each in properties(parse(body), region="DE"):
                self.norms.update(_pieces(each.name, each.norm))

    def _token(self, pick: int) -> Token:
        self.count += 1
        word = f"{70_000 + self.count}"
        return Token(word, TOKEN_LINES[pick % len(TOKEN_LINES)].format(word))

    def _text(self, login: str, pick: int) -> Seen:
        """A text that a device was served, mostly one of the latest."""
        texts = self.seen[login]
        return texts[-1 - pick % (len(texts) if pick % 5 == 0 else min(len(texts), 6))]

    def _known_uid(self, who: str, pick: int) -> str:
        uids = [uid for (_, _), uid in sorted(self.uids.items())] or ["uid-none"]
        mine = [each.uid for each in self.home.entries(who.partition("+")[0])]
        found = mine if mine and pick % 2 else uids
        return found[pick // 8 % len(found)]

    def _changed(self, octets: bytes, how: int, pick: int, token: Token) -> bytes:
        """A text as a device sends it back."""
        lines = octets.removesuffix(b"\r\n").split(b"\r\n")
        values = [each for each in lines if not each.startswith(FRAME)]
        some = values[pick % len(values)] if values else b"NOTE:none"
        typed = token.line.encode()
        match how:
            case 0:
                lines.insert(-1, b"REV:2026-01-01")
            case 1:
                lines = [each for each in lines if each != some]
            case 2:
                lines = [typed if each == some else each for each in lines]
            case 3:
                lines.insert(-1, b"CLASS:PRIVATE")
                lines.insert(-1, typed)
            case 4:
                lines = [each for each in lines if each != b"CLASS:PRIVATE"]
            case 5:
                lines = [each for each in lines if not each.startswith(b"UID")]
                lines.insert(-1, typed)
            case 6:
                lines = [b"VERSION:4.0" if each.startswith(b"VERSION") else each for each in lines]
                lines.insert(-1, typed)
            case 7:
                lines = [b"FN:Another Name" if each.startswith(b"FN") else each for each in lines]
            case _:
                lines.insert(-1, typed)
        return b"\r\n".join([*lines, b""])

    def _card(self, pick: int) -> tuple[str, str] | None:
        """Some card that is not in the trash, with its keeper."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT id, member FROM card WHERE trashed IS NULL ORDER BY added"
            ).fetchall()
        return rows[pick % len(rows)] if rows else None

    def _viewers(self, card_id: str) -> frozenset[str]:
        """Who sees a card whole."""
        with self.home.db.read() as tx:
            row, household = find_card(tx, card_id), household_of(tx)
        assert row is not None
        return frozenset(e for e in MEMBERS if card_level(household, e, row.access) == "all")


def _pieces(name: str, norm: str) -> list[tuple[str, str]]:
    """What a value says: sets are merged by item, notes by line (a match key has no line ends), everything else as a whole."""
    marks = {"NICKNAME": r",", "CATEGORIES": r",", "NOTE": r"\s+"}
    return [(name, each) for each in re.split(marks.get(name, r"(?!)"), norm)]


TestHistories = Histories.TestCase
TestHistories.settings = PLAYED
