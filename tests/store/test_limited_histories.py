"""Four members who show single cards and values to some of the others: nobody is served what only others may see.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

import tempfile
from collections import defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.cases import decide, open_cases
from server.cases.recounting import recount
from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from server.store.cards import find_card
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.linking import say_claim
from server.store.members import household_of
from server.store.sharing import set_share, set_value_visibility, set_visibility
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card
from tests.store.test_histories import PLAYED, drawn_from

MEMBERS = ("anna", "ben", "carl", "dora")
NAMES = ("Eva Stein", "Jan Vermeer")
TYPES = ("CELL", "HOME", "WORK")
COMMON = "TEL;TYPE=PAGER:+49 30 23125 101"
members = st.sampled_from(MEMBERS)
numbers = st.integers(0, 2**12)
audiences = st.sets(members, max_size=3)


class LimitedHistories(RuleBasedStateMachine):
    """Every number is typed once, on one card; who may ever be served it follows from that card and its limits."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="limited-")
        self.drawing = ExitStack()
        self.drawing.enter_context(drawn_from("limited"))
        self.home = Home(Path(self.folder.name), *MEMBERS)
        self.home.db.connection().execute("PRAGMA synchronous = OFF")
        self.count = 0
        self.cards: list[tuple[str, str, str]] = []
        self.origin: dict[str, str] = {}
        self.limit: dict[str, frozenset[str] | None] = {}
        self.entitled: defaultdict[str, set[str]] = defaultdict(set)
        self.removed: defaultdict[str, list[str]] = defaultdict(list)

    def teardown(self) -> None:
        """However it went, a cycle brings the household to rest."""
        try:
            self.cycle()
            self.nobody_is_served_what_others_hide()
        finally:
            self.drawing.close()
            self.home.db.close()
            self.folder.cleanup()

    # --- what devices do ---

    @rule(who=members, name=st.sampled_from(NAMES), pick=numbers)
    def add(self, who: str, name: str, pick: int) -> None:
        """A new card with a number of its own, and one that many know."""
        number, href = self._number(), f"card-{self.count}.vcf"
        lines = (f"TEL;TYPE={TYPES[pick % 3]}:{number}", *((COMMON,) if pick % 4 else ()))
        self.home.put(who, href, a_card(f"uid-{self.count}", name, *lines))
        self.cards.append((who, href, self._card(who, href)))
        self._typed(number, self.cards[-1][2], None)

    @rule(pick=numbers, which=numbers, how=st.integers(0, 4))
    def edit(self, pick: int, which: int, how: int) -> None:
        """Somebody adds, changes, relabels or removes a number on a card of their own, or types it again."""
        if not self.cards:
            return
        who, href, card = self.cards[pick % len(self.cards)]
        entry = self.home.get(who, href)
        if entry is None:
            return
        lines = entry.octets.removesuffix(b"\r\n").decode().split("\r\n")
        known = [line for line in lines if line.startswith("TEL")]
        if how == 0 or not known:
            again = self.removed[card]
            number = again[which % len(again)] if again and which % 2 else self._number()
            lines.insert(-1, f"TEL;TYPE={TYPES[which % 3]}:{number}")
            self._typed(number, card, self.limit.get(number))
        else:
            line = known[which % len(known)]
            frame, _, old = line.partition(":")
            if how == 1:
                lines.remove(line)
                if old in self.origin:  # what many know comes from wherever
                    self.removed[card].append(old)
            elif how == 2:
                lines[lines.index(line)] = f"TEL;TYPE={TYPES[which % 3]}:{old}"
            elif old in self.origin:
                number = self._number()
                lines[lines.index(line)] = f"{frame}:{number}"
                self._typed(number, self.origin[old], self.limit[old])
                self.entitled[number].add(who)
        body = "\r\n".join([*lines, ""]).encode()
        self.home.put(who, href, body, if_match=self.home.etag(who, entry) if which % 3 else "")

    @rule(who=members, pick=numbers)
    def again(self, who: str, pick: int) -> None:
        """A device uploads what it was served as a new card, as after "keep on my phone"."""
        entries = self.home.entries(who)
        if entries:
            self.count += 1
            served = entries[pick % len(entries)]
            body = served.octets.replace(
                f"UID:{served.uid}".encode(), f"UID:new-{self.count}".encode()
            )
            self.home.put(who, f"again-{self.count}.vcf", body)

    @rule(who=members, pick=numbers)
    def remove(self, who: str, pick: int) -> None:
        """Somebody deletes something they see."""
        entries = self.home.entries(who)
        if entries:
            self.home.delete(who, entries[pick % len(entries)].href)

    # --- what members say ---

    @rule(pick=numbers, named=audiences, how=st.integers(0, 3))
    def limit_card(self, pick: int, named: set[str], how: int) -> None:
        """Somebody shows a card to some, to nobody or to all."""
        if self.cards:
            who, _, card = self.cards[pick % len(self.cards)]
            visibility = ("members", "members", "private", "shared")[how]
            with self.home.db.write(Actor("card", who)) as tx:
                set_visibility(tx, card, visibility, named=sorted(named))

    @rule(pick=numbers, named=audiences, how=st.integers(0, 3))
    def limit_value(self, pick: int, named: set[str], how: int) -> None:
        """Somebody shows a number to some, to nobody or to all who see the card."""
        numbers_typed = sorted(self.origin)
        if not numbers_typed:
            return
        number = numbers_typed[pick % len(numbers_typed)]
        visibility = ("members", "members", "private", "shared")[how]
        card = self.origin[number]
        keeper = next(who for who, _, each in self.cards if each == card)
        with self.home.db.write(Actor("card", keeper)) as tx, suppress(NotFound):
            set_value_visibility(
                tx, card, ("TEL", number.replace(" ", "")), visibility, sorted(named)
            )
            allowed = {"private": frozenset[str](), "members": frozenset(named)}
            self.limit[number] = allowed.get(visibility)

    @rule(giver=members, taker=members, level=st.sampled_from(("none", "name", "all", "all")))
    def share(self, giver: str, taker: str, level: str) -> None:
        """Somebody shows somebody else less or more."""
        if giver != taker:
            with self.home.db.write(Actor("share", giver)) as tx:
                set_share(tx, giver, taker, level)

    @rule(pick=numbers, says=st.sampled_from(("mine", "ours", "released")))
    def claim(self, pick: int, says: str) -> None:
        """Somebody says whose a person is."""
        if self.cards:
            who, _, card = self.cards[pick % len(self.cards)]
            with self.home.db.write(Actor("own", who)) as tx:
                say_claim(tx, card, who, says, None)
                refresh(tx, (card,))

    @rule(pick=numbers, choice=numbers, who=members)
    def answer(self, pick: int, choice: int, who: str) -> None:
        """Somebody answers a question."""
        found = open_cases(self.home.db, who)
        if found:
            case = found[pick % len(found)]
            with suppress(UsageError):
                decide(self.home.db, case.id, case.choices[choice % len(case.choices)], member=who)

    @rule(pick=numbers)
    def undo(self, pick: int) -> None:
        """Somebody at the server undoes something."""
        with self.home.db.read() as tx:
            acts = recent_acts(tx, most=8)
        with suppress(UsageError, NotFound), self.home.db.write(Actor("undo")) as tx:
            undo_act(tx, acts[pick % len(acts)].id)

    @rule()
    def cycle(self) -> None:
        """Hearthbook reconciles."""
        run_cycle(self.home.db, kind="command", releasing=True)

    # --- what holds ---

    @invariant()
    def nobody_is_served_what_others_hide(self) -> None:
        """Views are right; a number is served only to whom its card and its own limit ever allowed it."""
        assert self.home.verify() == ()
        allowed = {number: self._audience(number) for number in self.origin}
        for number, audience in allowed.items():
            self.entitled[number] |= audience
        for who in MEMBERS:
            entries = self.home.entries(who)
            own, others = b"", b""
            for each in entries:
                if self._is_own(who, each.href):
                    own += each.octets
                else:
                    others += each.octets
            for number, audience in allowed.items():
                assert who in audience or number.encode() not in others, (who, number)
                assert who in self.entitled[number] or number.encode() not in own, (who, number)

    @rule(who=members)
    def words_tell_nothing(self, who: str) -> None:
        """No question and no history shows what only others may see."""
        asked = repr(open_cases(self.home.db, who))
        with reading_as(self.home.db, who) as tx:
            asked += repr(list(recount(tx, recent_acts(tx, most=30))))
        for number in self.origin:
            audience = self._audience(number) | self.entitled[number]
            assert who in audience or number not in asked, (who, number)

    # --- how it is done ---

    def _typed(self, number: str, card: str, limit: frozenset[str] | None) -> None:
        self.origin.setdefault(number, card)
        self.limit.setdefault(number, limit)

    def _audience(self, number: str) -> frozenset[str]:
        """Who may be served a number now, by the card it was typed on and its own limit.

        Its keeper may have sent it a second time, on a card that they show to more.
        """
        with self.home.db.read() as tx:
            household = household_of(tx)
            origin = find_card(tx, self.origin[number])
            assert origin is not None
            others = tx.connection.execute(
                "SELECT card.id FROM card JOIN fact ON fact.card = card.id WHERE card.member = ?"
                " AND fact.norm = ? AND fact.source IS NULL AND card.id <> ?",
                (origin.member, number.replace(" ", ""), origin.id),
            ).fetchall()
            rows = [row for each in others for row in (find_card(tx, each[0]),) if row is not None]
        limit = self.limit[number]
        return frozenset(
            each
            for each in MEMBERS
            for row in (origin, *rows)
            if each == row.member
            or (
                household.level(row.member, each) == "all"
                and row.access.visibility != "private"
                and (row.access.visibility != "members" or each in row.access.named)
                and (limit is None or each in limit or row is not origin)
            )
        )

    def _is_own(self, who: str, href: str) -> bool:
        with self.home.db.read() as tx:
            row = tx.connection.execute(
                "SELECT own FROM slot WHERE member = ? AND href = ?", (who, href)
            ).fetchone()
        return bool(row[0])

    def _card(self, who: str, href: str) -> str:
        with self.home.db.read() as tx:
            row = tx.connection.execute(
                "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
            ).fetchone()
        return str(row[0])

    def _number(self) -> str:
        self.count += 1
        return f"+49 30 555{7_000 + self.count}"


TestLimitedHistories = LimitedHistories.TestCase
TestLimitedHistories.settings = PLAYED
