"""The laws of merging, over histories of three members with three devices each.

`HEARTHBOOK_LAWS` says how many histories are played; a few by default, a hundred thousand by
`make laws`. Which law is shown where stands in docs/decisions/0039-laws.md.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.contacts.properties import Change, Property
from server.contacts.travel import SINGLE_NAMES, travel_of
from server.reconcile.merging import value_key
from server.reconcile.operations import Add, Confirm, Plan, Question, Replace, Suggest, ValuesDiffer
from server.reconcile.snapshot import Says, Snapshot
from tests.laws.devices import (
    Copy,
    Key,
    Phone,
    Taken,
    keys_of,
    planned,
    props_of,
    read,
    receive,
    reconciled,
    said,
    state_of,
)
from tests.reconcile.model import START, card, claim, clock, household, same

HISTORIES = int(os.environ.get("HEARTHBOOK_LAWS", "60"))
PLAYED = settings(
    max_examples=HISTORIES,
    stateful_step_count=20,
    deadline=None,
    derandomize=HISTORIES < 1000,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, *([Phase.shrink] if "HEARTHBOOK_SHRINK" in os.environ else [])),
)
MEMBERS = ("anna", "ben", "carl")
CARDS = tuple(f"{who}-1" for who in MEMBERS)
LINES = (
    *("TEL:+49 30 23125001", "TEL:+49 30 23125002", "TEL:030 23125002"),
    *("TEL;TYPE=WORK:+49 30 23125003", "EMAIL:eva@lorenz.example", "EMAIL:Eva@Lorenz.example"),
    *("BDAY:1980-02-29", "BDAY:1981-02-28", "ORG:Beispiel AG", "ORG:Muster AG", "TITLE:Dr"),
    *("URL:https://lorenz.example/", "NOTE:likes tea", "NICKNAME:Evi", "X-THING:1"),
    *("ROLE:Baker", "IMPP:xmpp:eva@lorenz.example", "ANNIVERSARY:2005-06-10"),
)
DROPPED = (
    frozenset[str](),
    frozenset({"IMPP", "ROLE", "ANNIVERSARY", "X-THING", "NICKNAME"}),
    frozenset({"X-THING", "ROLE"}),
    frozenset({"IMPP"}),
)
FRESH = (
    "TEL:+49 151 555{}",
    "EMAIL:e{}@example.org",
    "URL:https://example.org/{}",
    "IMPP:xmpp:e{}",
)
EVERYBODY = frozenset(MEMBERS)

who_ = st.integers(0, 8)
picks = st.integers(0, 2**12)
lines = st.lists(st.sampled_from(LINES), max_size=5, unique=True)


class Laws(RuleBasedStateMachine):
    """One person of whom everybody has a card."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.home: Snapshot = household()
        self.phones: list[Phone] = []
        self.typed: dict[Key, str] = {}
        """Values that nobody typed before, and on which card."""
        self.invented: set[Key] = set()
        self.taken_off: set[Key] = set()
        """What somebody removed or changed, on whichever card."""
        self.off: dict[str, set[Key]] = {}
        """What a member took off a card, until somebody types it again."""
        self.asked: set[Key] = set()
        """What met another edit and is a question to its member."""
        self.is_claimed = False
        self.open: tuple[Question, ...] = ()
        """What is asked since the latest cycle."""

    @initialize(
        started=st.tuples(lines, lines, lines),
        drops=st.lists(st.sampled_from(DROPPED), min_size=9, max_size=9),
        styles=st.lists(st.integers(0, 209), min_size=9, max_size=9),
        bulk=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    )
    def move_in(
        self,
        started: tuple[list[str], ...],
        drops: list[frozenset[str]],
        styles: list[int],
        bulk: tuple[bool, ...],
    ) -> None:
        """Three cards are one person to everybody; the members typed them or imported them."""
        self.home = household(
            *(
                card(each, *found, seen_by=EVERYBODY, bulk=many)
                for each, found, many in zip(CARDS, started, bulk, strict=True)
            ),
            links=tuple(same(a, b) for a in CARDS for b in CARDS if a < b),
        )
        self.off = {each: set() for each in CARDS}
        self.invented = {key for each in CARDS for key in keys_of(props_of(self.home, each))}
        self.phones = [
            Phone(MEMBERS[number // 3], drops[number], styles[number]) for number in range(9)
        ]
        for phone in self.phones:
            phone.fetch(props_of(self.home, _card(phone)))

    def teardown(self) -> None:
        """However it went, all come to rest and the cards agree."""
        if self.phones:
            for phone in self.phones:
                self._send(phone)
            self._cycle()
            self._comes_to_rest()
            self._converges()
            self._nothing_is_lost()

    # --- on a device ---

    @rule(who=who_, pick=picks)
    def edit(self, who: int, pick: int) -> None:
        """Somebody types, changes or removes something, on what the device has; it is not sent yet."""
        phone = self.phones[who]
        copy = phone.copy
        assert copy is not None
        start = phone.waiting[-1][1] if phone.waiting else copy.shown
        found = [line for line in start if not line.startswith("FN")]
        old = found[pick // 8 % len(found)] if found else ""
        new = self._new_line(phone, pick // 64)
        match pick % 8 if old else 0:
            case 0 | 1 | 2:
                after = (*start, new)
            case 3 | 4 | 5:
                name = _name(old)
                new = new if _name(new) == name else self._like(name, pick // 64)
                after = tuple(new if line == old else line for line in start)
            case _:
                after = tuple(line for line in start if line != old)
        if len(set(after)) == len(after):
            phone.waiting.append((copy, after))

    @rule(who=st.integers(0, 2), pick=picks, kinds=st.lists(picks, min_size=2, max_size=3))
    def race(self, who: int, pick: int, kinds: list[int]) -> None:
        """A member changes one value on several devices before any of them has sent."""
        racing = range(3 * who, 3 * who + len(kinds))
        for number in racing:
            self.send(number)
        for number in racing:
            self.send(number)  # what others sent meanwhile
        for number, kind in zip(racing, kinds, strict=True):
            self.edit(number, kind // 8 * 512 + pick % 64 * 8 + (3, 3, 3, 6)[kind % 4])
        for number in racing:
            self._send(self.phones[number])

    @rule(who=who_)
    def send(self, who: int) -> None:
        """What waits is sent, however old it is, and what the server has is fetched."""
        phone = self.phones[who]
        self._send(phone)
        phone.fetch(props_of(self.home, _card(phone)))

    @rule(who=who_)
    def send_and_fetch_nothing(self, who: int) -> None:
        """What waits is sent; the line breaks before anything is fetched."""
        self._send(self.phones[who])

    @rule(who=who_)
    def send_again(self, who: int) -> None:
        """The answer was lost: the same body comes once more, in another handwriting."""
        phone = self.phones[who]
        if phone.last is not None:
            copy, body = phone.last
            phone.style += 1
            self._receive(phone, copy, body)

    @rule(who=who_)
    def echo(self, who: int) -> None:
        """A device fetches, and writes back what it shows without an edit (law 17)."""
        phone = self.phones[who]
        phone.fetch(props_of(self.home, _card(phone)))
        assert phone.copy is not None
        before = self.home
        taken = self._receive(phone, phone.copy, phone.copy.shown)
        assert taken == Taken((), (), ())
        assert self.home is before

    # --- on the server ---

    @rule()
    def cycle(self) -> None:
        """Hearthbook reconciles."""
        self._cycle()

    @rule(pick=picks)
    def crash(self, pick: int) -> None:
        """A cycle is killed before it commits: what it would have done, the next one does."""
        if pick % 3 == 0:
            made = planned(self.home)
            assert self._cycle() == made

    @rule(who=st.integers(0, 2), says=st.sampled_from(("mine", "ours", "released")), pick=picks)
    def say(self, who: int, says: Says, pick: int) -> None:
        """Somebody says whose the person is; seldom, for claimed persons do not converge."""
        if pick % 4 == 0:
            self.is_claimed = self.is_claimed or says == "mine"
            word = claim(CARDS[who], MEMBERS[who], says, at=clock(self.home))
            self.home = replace(self.home, claims=(*self.home.claims, word))

    @rule(who=who_, pick=picks, kind=st.integers(0, 7))
    def one_at_a_time(self, who: int, pick: int, kind: int) -> None:
        """Where nobody else typed anything since all agreed, an edit comes to every card as it is (law 19)."""
        self._cycle()
        phone = self.phones[who]
        if self.is_claimed or self.open or phone.waiting:
            return
        phone.fetch(props_of(self.home, _card(phone)))
        before = {each: self._ways(each) for each in CARDS}
        if len(set(map(frozenset, before.values()))) > 1:
            return
        self.edit(who, pick * 8 + kind)
        if not phone.waiting:
            return
        copy, body = phone.waiting.pop(0)
        taken = self._receive(phone, copy, body)
        assert not taken.collided
        after = self._ways(_card(phone))
        made = self._cycle()
        assert not any(_is_about_ways(each) for each in made.questions)
        assert {each: self._ways(each) for each in CARDS} == dict.fromkeys(CARDS, after)

    # --- what always holds ---

    @invariant()
    def nothing_is_invented(self) -> None:
        """Law 10: whatever a card says, somebody typed."""
        for each in CARDS if self.phones else ():
            assert keys_of(props_of(self.home, each)) <= self.invented

    @invariant()
    def what_was_taken_off_stays_off(self) -> None:
        """Law 12: no cycle, sync, late body or repetition brings it back."""
        for each, keys in self.off.items():
            assert not keys & keys_of(props_of(self.home, each)), (each, keys)

    @invariant()
    def nothing_is_fresher_than_now(self) -> None:
        """Law 20: and a copy confirms nothing."""
        now = clock(self.home)
        for each in CARDS if self.phones else ():
            for fact in state_of(self.home, each).facts:
                assert START <= fact.last <= now
                assert fact.confirmed is None or fact.confirmed <= now

    # --- how ---

    def _ways(self, card_id: str) -> set[Key]:
        """The ways to reach somebody that a card knows."""
        props = props_of(self.home, card_id)
        return keys_of(each for each in props if travel_of(each.name).flow == "adds")

    def _new_line(self, phone: Phone, pick: int) -> str:
        """A line that nobody typed before, or one that others may have; nothing the phone cannot show."""
        if pick % 3:
            line = LINES[pick // 3 % len(LINES)]
            if _name(line) not in phone.drops:
                return line
        return self._like(("TEL", "EMAIL", "URL")[pick // 3 % 3], pick)

    def _like(self, name: str, pick: int) -> str:
        self.count += 1
        found = [line for line in FRESH if line.startswith(name)]
        if found:
            return found[0].format(f"{self.count:03}")
        others = [line for line in LINES if _name(line) == name]
        return others[pick % len(others)]

    def _send(self, phone: Phone) -> None:
        while phone.waiting:
            copy, body = phone.waiting.pop(0)
            phone.last = (copy, body)
            self._receive(phone, copy, body)

    def _receive(self, phone: Phone, copy: Copy, body: tuple[str, ...]) -> Taken:
        where = _card(phone)
        octets = phone.body(body)
        before = props_of(self.home, where)
        after, taken = receive(self.home, where, phone, copy, octets)
        left = props_of(after, where)
        self._only_what_was_changed(phone, before, left, taken)
        self._singles_stay_single(before, left, read(octets))
        self.home = after
        for each in taken.typed:
            gone = {value_key(each.before)} if each.before is not None else set()
            new = {value_key(each.after)} if each.after is not None else set()
            self.invented |= new
            self.taken_off |= gone - new
            if each in taken.collided:
                self.asked |= new
                continue
            for keys in self.off.values():
                keys -= new
            assert new <= keys_of(left) or _is_merged(each)
            off = gone - keys_of(read(octets))
            assert not off & keys_of(left)
            self.off[where] |= off & keys_of(before)  # a repetition takes nothing off anew
            self.typed |= dict.fromkeys(new, where)
        return taken

    @staticmethod
    def _singles_stay_single(*seen: Sequence[Property]) -> None:
        """What there can be only one of is not doubled by two edits that met (law 15)."""
        before, after, sent = (Counter(each.name for each in props) for props in seen)
        for name in SINGLE_NAMES:
            assert after[name] <= max(before[name], sent[name], 1), name

    @staticmethod
    def _only_what_was_changed(
        phone: Phone, before: Sequence[Property], after: Sequence[Property], taken: Taken
    ) -> None:
        """Laws 14 and 15: a body changes what its device changed, and drops nothing it cannot show."""
        lost, won = said(before) - said(after), said(after) - said(before)
        meant = keys_of(e for c in taken.typed for e in (c.before, c.after) if e is not None)
        names = {each.name for c in taken.typed for each in (c.before, c.after) if each is not None}
        merged = {each.after.canonical for each in taken.changes if each.after is not None}
        for each in before:
            if each.canonical in lost:
                assert value_key(each) in meant or each.name in names & {"NOTE", "NICKNAME"}
            if each.name in phone.drops:
                assert each.canonical not in lost
        assert set(won) <= merged

    def _cycle(self) -> Plan:
        """Reconcile, and find nothing left to do (laws 8 and 18)."""
        before = {fact.id: fact for each in self.home.cards for fact in each.facts}
        self.home, made = reconciled(self.home)
        assert not made.skipped, made.skipped
        again = planned(self.home)
        self.open = again.questions
        assert again.operations == ()
        assert {each.key for each in again.questions} == {each.key for each in made.questions}
        confirmed = {each.fact for each in made.operations if isinstance(each, Confirm)}
        written = [each for each in made.operations if isinstance(each, Add | Replace)]
        assert len({(each.card, each.origin) for each in written}) == len(written)
        for state in self.home.cards:
            for fact in state.facts:
                if fact.id not in confirmed and fact.id in before:
                    assert fact == before[fact.id]
                if fact.id not in before:
                    assert fact.confirmed is None
        for each in made.operations:
            if isinstance(each, Suggest):
                self.is_claimed = True
        return made

    def _comes_to_rest(self) -> None:
        """Law 18: when nobody types any more, no device changes anything, and so no cycle ever will."""
        before = self.home
        for phone in self.phones:
            phone.fetch(props_of(self.home, _card(phone)))
            assert phone.copy is not None
            assert self._receive(phone, phone.copy, phone.copy.shown).changes == ()
        assert self.home is before

    def _converges(self) -> None:
        """Law 19: the ways to reach somebody are the same, but for what is asked or was taken off."""
        if self.is_claimed:
            return
        cards = [state_of(self.home, each) for each in CARDS]
        facts = {fact.id: fact for each in cards for fact in (*each.facts, *each.former)}
        asked = {
            value_key(facts[side].prop)
            for question in self.open
            if isinstance(question, ValuesDiffer)
            for difference in question.properties
            for _, side in difference.sides
            if side is not None
        }
        held = [self._ways(each) for each in CARDS]
        everybody = set.intersection(*held)
        somebody = set.union(*held)
        assert somebody - everybody <= asked | self.taken_off

    def _nothing_is_lost(self) -> None:
        """Law 11: what was typed is on its card, was taken off by somebody, or is asked about."""
        for key, where in self.typed.items():
            assert (
                key in keys_of(props_of(self.home, where))
                or key in self.taken_off
                or key in self.asked
            ), (key, where)


def _is_merged(change: Change) -> bool:
    """Whether a change is to a note or a set, of which only items may be left."""
    return change.after is not None and change.after.name in {"NOTE", "NICKNAME"}


def _is_about_ways(question: Question) -> bool:
    return isinstance(question, ValuesDiffer) and any(
        travel_of(each.property).flow == "adds" for each in question.properties
    )


def _card(phone: Phone) -> str:
    return f"{phone.member}-1"


def _name(line: str) -> str:
    return line.partition(":")[0].partition(";")[0].rpartition(".")[2].upper()


TestLaws = Laws.TestCase
TestLaws.settings = PLAYED
