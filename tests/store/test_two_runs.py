"""Two runs that differ in what Ben keeps to himself: nobody else can tell them apart (design rule R1).

`HEARTHBOOK_HISTORIES` says how many pairs of runs are played; a few by default.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.cases import Case, checks, decide, open_cases
from server.cases.decisions import part
from server.cycle import measure, run_cycle
from server.errors import UsageError
from server.store.cards import find_card
from server.store.database import Actor
from server.store.jobs import gauges
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_share, set_visibility
from server.store.views import refresh, visible_person
from tests.builders import Home, a_card
from tests.store.fences import within
from tests.store.test_histories import LINES, MEMBERS, NAMES, PLAYED, drawn_from

OTHERS = ("anna", "carl")
lines = st.lists(st.sampled_from(LINES), max_size=4, unique=True)
members = st.sampled_from(MEMBERS)
others = st.sampled_from(OTHERS)
numbers = st.integers(0, 2**12)


class TwoRuns(RuleBasedStateMachine):
    """One history twice; in the first run Ben has private cards and notes besides."""

    unknowing: tuple[str, ...] = OTHERS

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="two-runs-")
        self.count = 0
        with drawn_from("first"):
            self.full = Home(Path(self.folder.name) / "full", *MEMBERS)
        with drawn_from("first"):
            self.bare = Home(Path(self.folder.name) / "bare", *MEMBERS)
        for home in (self.full, self.bare):
            home.db.connection().execute("PRAGMA synchronous = OFF")
        self.own: list[tuple[str, str]] = []
        self.secret: list[str] = []

    def teardown(self) -> None:
        """Both come to rest, and nobody sees a difference."""
        self.cycle()
        self.nobody_can_tell()
        for who in self.unknowing:
            assert within(self.full.db, who) == within(self.bare.db, who)
        self.close()

    def close(self) -> None:
        """Let go of both."""
        self.full.db.close()
        self.bare.db.close()
        self.folder.cleanup()

    # --- what both runs do ---

    @rule(who=members, name=st.sampled_from(NAMES), extra=lines, note=st.booleans())
    def add(self, *, who: str, name: str, extra: list[str], note: bool) -> None:
        """A new card of anybody's; in the first run Ben's may have a note."""
        uid, href = f"uid-{self.count}", f"card-{self.count}.vcf"
        self.own.append((who, href))

        def put(home: Home) -> None:
            noted = note and who == "ben" and home is self.full
            home.put(who, href, a_card(uid, name, *extra, *(["NOTE:secret"] if noted else [])))
            if who == "ben" and home is self.full:
                _show(home, _card(home, who, href))

        self._both(put)

    @rule(pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 2))
    def edit_own(self, pick: int, line: str, how: int) -> None:
        """Somebody adds or removes a line of a card of their own."""
        if not self.own:
            return
        who, href = self.own[pick % len(self.own)]

        def put(home: Home) -> None:
            entry = home.get(who, href)
            if entry is not None:
                body = _changed(entry.octets, line, how, pick)
                home.put(who, href, body, if_match=home.etag(who, entry))

        self._both(put)

    @rule(who=others, pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 2))
    def edit_any(self, who: str, pick: int, line: str, how: int) -> None:
        """Anna or Carl edits anything that they see."""

        def put(home: Home) -> None:
            entries = home.entries(who)
            if entries:
                entry = entries[pick % len(entries)]
                body = _changed(entry.octets, line, how, pick)
                home.put(who, entry.href, body, if_match=home.etag(who, entry))

        self._both(put)

    @rule(who=others, pick=numbers)
    def remove(self, who: str, pick: int) -> None:
        """Anna or Carl deletes anything that they see."""

        def delete(home: Home) -> None:
            entries = home.entries(who)
            if entries:
                home.delete(who, entries[pick % len(entries)].href)

        self._both(delete)

    @rule(pick=numbers)
    def remove_own(self, pick: int) -> None:
        """Somebody deletes, or sends again, a card of their own."""
        if self.own:
            who, href = self.own[pick % len(self.own)]
            self._both(lambda home: home.delete(who, href))

    @rule(giver=members, taker=members, level=st.sampled_from(("none", "name", "all", "all")))
    def share(self, giver: str, taker: str, level: str) -> None:
        """Somebody shows somebody else less or more."""

        def say(home: Home) -> None:
            with home.db.write(Actor("share", giver)) as tx:
                set_share(tx, giver, taker, level)

        if giver != taker:
            self._both(say)

    @rule(pick=numbers, who=members, says=st.sampled_from(("mine", "ours", "released")))
    def claim(self, pick: int, who: str, says: str) -> None:
        """Somebody says whose a person is, of a card of their own."""
        mine = [href for keeper, href in self.own if keeper == who]
        if mine:
            self._both(lambda home: _claim(home, who, mine[pick % len(mine)], says))

    @rule(pick=numbers, choice=numbers, who=others)
    def answer(self, pick: int, choice: int, who: str) -> None:
        """Anna or Carl answers a question, the same in both runs."""

        def say(home: Home) -> None:
            found = open_cases(home.db, who)
            if found:
                case = found[pick % len(found)]
                _decide(home, case, case.choices[choice % len(case.choices)], who)

        self._nobody_is_asked_otherwise()
        self._both(say)

    @rule()
    def cycle(self) -> None:
        """Hearthbook reconciles."""
        self._nobody_is_asked_otherwise()
        self._both(lambda home: run_cycle(home.db, kind="command", releasing=True))
        self._nobody_is_asked_otherwise()

    @rule(years=st.integers(1, 12))
    def years_pass(self, years: int) -> None:
        """Years later it is found which values are worth checking."""

        def pass_years(home: Home) -> None:
            home.clock.pass_seconds(years * 366 * 24 * 3600)
            measure(home.db)

        self._both(pass_years)
        self._nobody_is_asked_otherwise()

    @rule(pick=numbers, who=others, choice=st.sampled_from(("right", "former", "unknown")))
    def check(self, pick: int, who: str, choice: str) -> None:
        """Anna or Carl says whether a value is still right."""

        def say(home: Home) -> None:
            found = checks(home.db, who)
            if found:
                decide(home.db, found[pick % len(found)].id, choice, member=who)

        self._nobody_is_asked_otherwise()
        self._both(say)

    @rule(pick=numbers, who=others)
    def part_a_card(self, pick: int, who: str) -> None:
        """Anna or Carl says that a card is somebody else."""

        def say(home: Home) -> None:
            mine = [_card(home, who, href) for keeper, href in self.own if keeper == who]
            _part(home, who, mine, pick)

        self._both(say)

    # --- what only the first run has ---

    @rule(pick=numbers, choice=st.sampled_from(("right", "former", "unknown")))
    def check_secret(self, pick: int, choice: str) -> None:
        """Ben says whether a value of a private card is still right."""

        def say(home: Home) -> None:
            cards = {_card(home, "ben", href) for href in self.secret}
            found = [each for each in checks(home.db, "ben") if cards & {*each.cards}]
            if found:
                decide(home.db, found[pick % len(found)].id, choice, member="ben")

        self._first(say)

    @rule(pick=numbers)
    def part_secret(self, pick: int) -> None:
        """Ben says that a private card is somebody else."""
        cards = self.secret
        self._first(
            lambda home: _part(home, "ben", [_card(home, "ben", each) for each in cards], pick)
        )

    @rule(name=st.sampled_from(NAMES), extra=lines)
    def keep_secret(self, name: str, extra: list[str]) -> None:
        """Ben adds a private card."""
        uid, href = f"secret-{self.count}", f"secret-{self.count}.vcf"
        self.secret.append(href)
        body = a_card(uid, name, *extra, "CLASS:PRIVATE")
        self._first(lambda home: home.put("ben", href, body))

    @rule(pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 3))
    def change_secret(self, pick: int, line: str, how: int) -> None:
        """Ben edits or deletes a private card."""
        if not self.secret:
            return
        href = self.secret[pick % len(self.secret)]

        def change(home: Home) -> None:
            entry = home.get("ben", href)
            if entry is not None and how == 3:
                delete_alone(home, href)
            elif entry is not None:
                body = _changed(entry.octets, line, how, pick)
                body = body if b"CLASS" in body else entry.octets
                home.put("ben", href, body, if_match=home.etag("ben", entry))

        self._first(change)

    @rule(pick=numbers, says=st.sampled_from(("mine", "ours", "released")))
    def claim_secret(self, pick: int, says: str) -> None:
        """Ben claims a person by a private card."""
        if self.secret:
            self._first(
                lambda home: _claim(home, "ben", self.secret[pick % len(self.secret)], says)
            )

    @rule(pick=numbers, other=numbers, verdict=st.sampled_from(("same", "apart")))
    def tie_secret(self, pick: int, other: int, verdict: str) -> None:
        """Ben says that a private card of his and some card that he sees are one person, or not."""

        def tie(home: Home) -> None:
            secret = _card(home, "ben", self.secret[pick % len(self.secret)])
            with home.db.read() as tx:
                seen = tx.connection.execute(
                    "SELECT DISTINCT card FROM slot WHERE member = 'ben' AND gone IS NULL"
                    " AND card <> ? ORDER BY card",
                    (secret,),
                ).fetchall()
            if seen:
                pair = (secret, seen[other % len(seen)][0])
                with home.db.write(Actor("decide", "ben")) as tx:
                    link_cards(tx, pair, verdict, scope="ben", member="ben")
                    refresh(tx, pair)

        if self.secret:
            self._first(tie)

    @rule(pick=numbers, choice=numbers)
    def answer_secret(self, pick: int, choice: int) -> None:
        """Ben answers a question about a private card; one that joins others' cards too is no secret."""

        def say(home: Home) -> None:
            cards = {_card(home, "ben", href) for href in self.secret}
            shown = {_card(home, who, href) for who, href in self.own if who == "ben"}
            found = [
                each
                for each in open_cases(home.db, "ben")
                if cards & {*each.cards}
                and (len({*each.cards} - cards) < 2 or not shown & {*each.cards})
            ]
            if found:
                case = found[pick % len(found)]
                _decide(home, case, case.choices[choice % len(case.choices)], "ben")

        self._first(say)

    @rule(picks=st.lists(numbers, max_size=3))
    def keep_group(self, picks: list[int]) -> None:
        """Ben writes a group of people whom he sees."""

        def put(home: Home) -> None:
            group = home.get("ben", "group.vcf")
            seen = [each.uid for each in home.entries("ben") if each.href != "group.vcf"]
            named = dict.fromkeys(seen[pick % len(seen)] for pick in picks if seen)
            lines = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in named]
            body = a_card("group", "Friends", "X-ADDRESSBOOKSERVER-KIND:group", *lines)
            tag = home.etag("ben", group) if group is not None else ""
            home.put("ben", "group.vcf", body, if_match=tag)

        self._first(put)

    @rule(pick=numbers, line=st.sampled_from(("NOTE:mine", "CATEGORIES:Mine", "X-ODD:mine")))
    def note_on_anothers(self, pick: int, line: str) -> None:
        """Ben writes something for himself on somebody else's card."""

        def put(home: Home) -> None:
            own = {href for who, href in self.own if who == "ben"} | {*self.secret, "group.vcf"}
            found = [each for each in home.entries("ben") if each.href not in own]
            if found:
                entry = found[pick % len(found)]
                body = _changed(entry.octets, line, 0, pick)
                home.put("ben", entry.href, body, if_match=home.etag("ben", entry))

        self._first(put)

    # --- what nobody can tell ---

    @invariant()
    def nobody_can_tell(self) -> None:
        """Entries, sequence numbers and questions of Anna and Carl are the same in both runs."""
        assert self.full.verify() == self.bare.verify() == ()
        for who in OTHERS:
            assert self.full.sequence(who) == self.bare.sequence(who)
            assert _served(self.full, who) == _served(self.bare, who)

    def _nobody_is_asked_otherwise(self) -> None:
        """Questions are compared seldom, since each takes a plan."""
        for who in OTHERS:
            assert _asked(self.full, who) == _asked(self.bare, who)

    def _both(self, act: Callable[[Home], object]) -> None:
        """Do the same in both runs, at the same time and with the same ids."""
        self.count += 1
        now = max(self.full.clock.now, self.bare.clock.now)
        for home in (self.full, self.bare):
            home.clock.now = now
            with drawn_from(f"both {self.count}"):
                act(home)

    def _first(self, act: Callable[[Home], object]) -> None:
        """Do something in the first run alone."""
        self.count += 1
        with drawn_from(f"first {self.count}"):
            act(self.full)
        self.bare.clock.now = self.full.clock.now


def _changed(octets: bytes, line: str, how: int, pick: int) -> bytes:
    """A card with one line more, less or changed."""
    found = octets.removesuffix(b"\r\n").split(b"\r\n")
    frame = (b"BEGIN", b"END", b"VERSION", b"UID", b"FN", b"N:", b"NOTE", b"CLASS")
    values = [each for each in found if not each.startswith(frame)]
    if how and values:
        some = values[pick % len(values)]
        found[found.index(some)] = line.encode() if how == 1 else b""
    elif line.encode() not in found:
        found.insert(-1, line.encode())
    return b"\r\n".join([*filter(None, found), b""])


def _card(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchall()
    return str(rows[0][0])


def _show(home: Home, card: str) -> None:
    """Ben shares a card that became private because it repeats what he keeps to himself."""
    with home.db.read() as tx:
        row = find_card(tx, card)
    if row is not None and row.access.visibility != "shared":
        with home.db.write(Actor("card", row.member)) as tx:
            set_visibility(tx, card, "shared")


def _claim(home: Home, who: str, href: str, says: str) -> None:
    card = _card(home, who, href)
    with home.db.write(Actor("own", who)) as tx:
        say_claim(tx, card, who, says, None)
        refresh(tx, (card,))


def _decide(home: Home, case: Case, choice: str, who: str) -> None:
    try:
        decide(home.db, case.id, choice, member=who)
    except UsageError as refused:
        if not refused.sentence.startswith(("Only one", "Numbers ")):
            raise


def _served(home: Home, who: str) -> list[tuple[int, list[bytes]]]:
    """Sequence numbers and octets of a view, without the UIDs that are minted at random."""
    return [
        (entry.seq, [each for each in entry.octets.split(b"\r\n") if not each.startswith(b"UID")])
        for version_4 in (False, True)
        for entry in home.entries(who, version_4=version_4)
    ]


def delete_alone(home: Home, href: str) -> None:
    """Delete a card of Ben's that is one person with no other.

    With it he would hide others' cards, and what he types later would be his own word and not received.
    """
    card = _card(home, "ben", href)
    with home.db.read() as tx:
        person = visible_person(tx, "ben", card)
    if person is not None and len(person.cards) == 1:
        home.delete("ben", href)


def _asked(home: Home, who: str) -> list[object]:
    with home.db.read() as tx:
        measured = gauges(tx, who)
    found = (*open_cases(home.db, who), *checks(home.db, who))
    return [*(replace(case, id="") for case in found), *measured]


def _part(home: Home, who: str, cards: list[str], pick: int) -> None:
    if cards:
        with suppress(UsageError):  # most stand alone
            part(home.db, who, cards[pick % len(cards)])


TestTwoRuns = TwoRuns.TestCase
TestTwoRuns.settings = PLAYED
