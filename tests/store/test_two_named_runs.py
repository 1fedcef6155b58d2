"""Two runs that differ in what Ben and Carl show each other alone: Anna cannot tell them apart (design rule R1).

`HEARTHBOOK_HISTORIES` says how many pairs of runs are played; a few by default.
"""

import re
from collections import Counter
from contextlib import suppress
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from server.cases import Case, decide, open_cases
from server.cases.undoing import undo
from server.errors import UsageError
from server.store.cards import cards_of
from server.store.database import Actor
from server.store.sharing import set_share, set_value_visibility, set_visibility
from server.store.undoing import last_decision
from tests.builders import Home, a_card
from tests.store.test_histories import LINES, MEMBERS, NAMES, PLAYED, drawn_from
from tests.store.test_two_runs import (
    TwoRuns,
    _asked,
    _card,
    _changed,
    _served,
    _show,
    delete_alone,
    lines,
    numbers,
)

anna = st.just("anna")
MORE = (
    *("EMAIL:more{}@example.org", "TEL;TYPE=CELL:+49 30 888{}", "ROLE:Choir {}"),
    "URL:https://example.org/more/{}",
)
"""What nobody else says: values of other cards would come from Carl, too, had Ben been shown them."""
_NUMBER = re.compile(rb"(?<=more)\d+|(?<=more/)\d+|(?<=888)\d+|(?<=Choir )\d+")
SINGER = "ROLE:Singer"
"""A role that Ben's card says to all: Carl's other one may not take its place."""
known = st.lists(st.sampled_from((*LINES, SINGER)), max_size=4, unique=True)
some_more = st.lists(st.sampled_from(MORE), min_size=1, max_size=4, unique=True)
others_cards = st.sampled_from(("anna", "ben"))


class TwoNamedRuns(TwoRuns):
    """One history twice; in the first run Ben shows Carl more, and keeps values to himself.

    Carl shows Anna nothing, and what he does does not hang on what he sees. What he knows more of
    people whom Ben shows Anna is offered to Ben, who answers in the first run alone.
    """

    unknowing = ("anna",)
    met: ClassVar[Counter[str]] = Counter()
    """How often Ben gave each answer to an offer, `instead` of a former value or not, and undid one."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0
        self.known: list[str] = []
        self.decided: list[int] = []
        self.secret_names: set[str] = set()
        self.known_names: set[str] = set()
        """Whom Carl knows more of, and may show to nobody."""
        for home in (self.full, self.bare):
            with home.db.write(Actor("share", "carl")) as tx:
                set_share(tx, "carl", "anna", "none")

    @rule(
        who=st.sampled_from(MEMBERS), name=st.sampled_from(NAMES), extra=lines, note=st.booleans()
    )
    def add(self, *, who: str, name: str, extra: list[str], note: bool) -> None:
        """A new card; Ben's and Carl's are of nobody whom they show few, since they would be as limited."""
        limited = {"ben": self.secret_names, "carl": self.known_names}.get(who, set())
        known = name in limited
        super().add(who=who, name=f"{name} Junior" if known else name, extra=extra, note=note)

    @rule(who=anna, pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 2))
    def edit_any(self, who: str, pick: int, line: str, how: int) -> None:
        """Anna edits anything that she sees."""
        super().edit_any(who, pick, line, how)

    @rule(who=anna, pick=numbers)
    def remove(self, who: str, pick: int) -> None:
        """Anna deletes anything that she sees."""
        super().remove(who, pick)

    @rule(pick=numbers, choice=numbers, who=anna)
    def answer(self, pick: int, choice: int, who: str) -> None:
        """Anna answers a question, the same in both runs."""
        super().answer(pick, choice, who)

    @rule(pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 2))
    def edit_own(self, pick: int, line: str, how: int) -> None:
        """Anna or Ben adds or removes a line of an own card that no secret is on."""
        fixed = ("mixed", "known")
        mine = [each for each in self.own if each[0] != "carl" and not each[1].startswith(fixed)]
        if mine:
            self.own, kept = mine, self.own
            super().edit_own(pick, line, how)
            self.own = kept

    @rule(giver=others_cards, taker=st.just("carl"), level=st.sampled_from(("none", "name", "all")))
    def share(self, giver: str, taker: str, level: str) -> None:
        """Anna or Ben shows Carl less or more."""
        super().share(giver, taker, level)

    @rule(name=st.sampled_from(NAMES), extra=lines)
    def keep_secret(self, name: str, extra: list[str]) -> None:
        """Ben adds a card that he shows Carl alone."""
        uid, href = f"secret-{self.count}", f"secret-{self.count}.vcf"
        self.secret.append(href)
        self.secret_names.add(name)

        def keep(home: Home) -> None:
            home.put("ben", href, a_card(uid, name, *extra, "CLASS:PRIVATE"))
            card = _card_in(home, href)
            with home.db.write(Actor("card", "ben")) as tx:
                set_visibility(tx, card, "members", named=("carl",))
            home.put("ben", href, a_card(uid, name, *extra))

        self._first(keep)

    @rule(pick=numbers, line=st.sampled_from(LINES), how=st.integers(0, 3))
    def change_secret(self, pick: int, line: str, how: int) -> None:
        """Ben edits or deletes a card that Carl alone sees."""
        if not self.secret:
            return
        href = self.secret[pick % len(self.secret)]

        def change(home: Home) -> None:
            entry = home.get("ben", href)
            if entry is not None and how == 3:
                delete_alone(home, href)
            elif entry is not None:
                body = _changed(entry.octets, line, how, pick)
                home.put("ben", href, body, if_match=home.etag("ben", entry))

        self._first(change)

    @rule(name=st.sampled_from(NAMES), extra=lines, shown=st.booleans())
    def add_mixed(self, name: str, extra: list[str], *, shown: bool) -> None:
        """A card of Ben's that all see; in the first run with a number for Carl alone, or for nobody."""
        self.numbers += 1
        number, href = f"+49 30 777{1000 + self.numbers}", f"mixed-{self.numbers}.vcf"
        uid = f"mixed-{self.numbers}"
        self.own.append(("ben", href))
        name = f"{name} Junior" if name in self.secret_names else name

        def put(home: Home) -> None:
            secret = [f"TEL;TYPE=PAGER:{number}"] if home is self.full else []
            home.put("ben", href, a_card(uid, name, *extra, *secret, "CLASS:PRIVATE"))
            if secret:
                card = _card_in(home, href)
                key = ("TEL", number.replace(" ", ""))
                visibility = "members" if shown else "private"
                # Names drawn for this alone, or those of what follows would sort otherwise by chance.
                with drawn_from(f"mixed {number}"), home.db.write(Actor("card", "ben")) as tx:
                    set_value_visibility(tx, card, key, visibility, ("carl",))
            home.put("ben", href, a_card(uid, name, *extra, *secret))

        self._both(put)

    # --- what is offered to Ben ---

    @initialize(name=st.sampled_from(NAMES), extra=known, more=some_more, at_once=st.booleans())
    def begin(self, name: str, extra: list[str], more: list[str], *, at_once: bool) -> None:
        """Every history begins with something that is offered, about half of them with taking it over."""
        self.know_more(name, extra, more)
        if at_once:
            self._answer_offer(0, "add")

    @rule(name=st.sampled_from(NAMES), extra=known, more=some_more)
    def know_more(self, name: str, extra: list[str], more: list[str]) -> None:
        """A card of Ben's that all see; in the first run Carl knows more of the same person."""
        self.numbers += 1
        number, uid = self.numbers, f"known-{self.numbers}"
        href = f"{uid}.vcf"
        self.own.append(("ben", href))
        self.known.append(href)
        name = f"{name} Junior" if name in self.secret_names else name
        self.known_names.add(name)

        def put(home: Home) -> None:
            home.put("ben", href, a_card(uid, name, *extra))
            _show(home, _card(home, "ben", href))

        self._both(put)
        said = [each.format(number) for each in more]
        self._first(lambda home: home.put("carl", href, a_card(uid, name, *said)))
        self.cycle()

    @rule(pick=numbers, line=st.sampled_from(LINES))
    def edit_known(self, pick: int, line: str) -> None:
        """Ben adds a line to such a card, or takes it off."""
        if not self.known:
            return
        href = self.known[pick % len(self.known)]

        def put(home: Home) -> None:
            entry = home.get("ben", href)
            if entry is not None:
                found = entry.octets.removesuffix(b"\r\n").split(b"\r\n")
                kept = [each for each in found if each != line.encode()]
                if kept == found:
                    kept.insert(-1, line.encode())
                body = b"\r\n".join([*kept, b""])
                home.put("ben", href, body, if_match=home.etag("ben", entry))

        self._both(put)

    @rule(pick=numbers, line=st.sampled_from(MORE), how=st.integers(0, 4))
    def change_more(self, pick: int, line: str, how: int) -> None:
        """Carl edits what he knows more, all of it or a line, or deletes it."""
        if not self.known:
            return
        href = self.known[pick % len(self.known)]
        self.count += 1
        number = f"{self.count}0"

        def change(home: Home) -> None:
            entry = home.get("carl", href)
            if entry is not None and how == 3:
                home.delete("carl", href)
            elif entry is not None:
                body = _changed(entry.octets, line.format(number), how, pick)
                if how == 4:
                    body = re.sub(_NUMBER, rf"\g<0>{number}".encode(), entry.octets)
                home.put("carl", href, body, if_match=home.etag("carl", entry))

        self._first(change)
        self.cycle()

    @rule(pick=numbers, visibility=st.sampled_from(("private", "members", "shared")))
    def show_more(self, pick: int, visibility: str) -> None:
        """Carl shows Ben no more what he knows, or again."""
        if not self.known:
            return
        href = self.known[pick % len(self.known)]

        def say(home: Home) -> None:
            if home.get("carl", href) is not None:
                card = _card(home, "carl", href)
                with home.db.write(Actor("card", "carl")) as tx:
                    set_visibility(tx, card, visibility, named=("ben",))

        self._first(say)

    @rule(
        pick=numbers,
        choice=st.sampled_from(("add", "twice", "no", "later")),
        name=st.sampled_from(NAMES),
        more=some_more,
    )
    def take_over(self, pick: int, choice: str, name: str, more: list[str]) -> None:
        """Ben answers what is offered to him, and again after a correction; something is offered, if need be."""
        if not _offered(self.full):
            self.know_more(name, [], more)
        source = self._answer_offer(pick, "add" if choice == "twice" else choice)
        for number, href in enumerate(self.known) if choice == "twice" else ():
            if _card(self.full, "carl", href) == source:
                self.change_more(number, "", 4)
                self._answer_offer(pick, "add")

    def _answer_offer(self, pick: int, choice: str) -> str:
        """Answer one of Ben's offers; the card that it came from."""
        found = _offered(self.full)
        if not found:
            return ""
        case = found[pick % len(found)]

        def say(home: Home) -> None:
            decide(home.db, case.id, choice, member="ben")
            self.met[choice] += 1
            self.met["instead"] += choice == "add" and len(case.sides) > 1
            with home.db.read() as tx:
                act = last_decision(tx, "ben")
            self.decided += [act] if act is not None else []

        self._first(say)
        return case.cards[1]

    @rule(pick=numbers)
    def think_again(self, pick: int) -> None:
        """Ben undoes one of his answers."""

        def say(home: Home) -> None:
            act = self.decided.pop(pick % len(self.decided))
            with suppress(UsageError):  # of some nothing is left to undo
                undo(home.db, act, member="ben")
                self.met["undone"] += 1

        if self.decided:
            self._first(say)

    @invariant()
    def nobody_can_tell(self) -> None:
        """Entries and sequence numbers of Anna are the same in both runs."""
        assert self.full.verify() == self.bare.verify() == ()
        assert self.full.sequence("anna") == self.bare.sequence("anna")
        assert _served(self.full, "anna") == _served(self.bare, "anna")

    def _nobody_is_asked_otherwise(self) -> None:
        assert _asked(self.full, "anna") == _asked(self.bare, "anna")


def _card_in(home: Home, href: str) -> str:
    """Ben's card, by its name in the book."""
    return _card(home, "ben", href)


def _offered(home: Home) -> list[Case]:
    """What Ben is offered of Carl's cards; what he takes over from Anna she sees."""
    with home.db.read() as tx:
        carls = {each.id for each in cards_of(tx, "carl")}
    found = [each for each in open_cases(home.db, "ben") if each.kind == "offer"]
    return [each for each in found if each.cards[1] in carls]


class TestTwoNamedRuns(TwoNamedRuns.TestCase):  # type: ignore[misc,valid-type]  # made by Hypothesis
    """Plays the histories; in one of them at least Ben must have taken something over."""

    settings = PLAYED

    def runTest(self) -> None:  # noqa: N802 - what unittest calls it
        """No history tells Anna anything."""
        TwoNamedRuns.met.clear()
        super().runTest()
        assert TwoNamedRuns.met["add"]


def play_offers(runs: TwoNamedRuns) -> None:
    """One history in which Ben puts off, refuses, takes over and undoes what is offered, and some of it is withdrawn."""
    runs.met.clear()
    for name, line, choices in (
        ("Eva Stein", LINES[0], ("later", "no", "add")),
        ("Jan Vermeer", SINGER, ("add",)),
    ):
        runs.know_more(name, [line], [*MORE])
        for choice in choices:
            runs.take_over(0, choice, "Mia Berg", [])
            runs.nobody_can_tell()
            if choice == "no":
                runs.think_again(0)
    for again in (False, True):
        runs.change_more(0, "", 4)
        runs.take_over(0, "add", "Mia Berg", [])
        runs.nobody_can_tell()
        if again:
            runs.think_again(-1)
            runs.nobody_can_tell()
    runs.show_more(1, "private")
    runs.nobody_can_tell()
    assert len(runs.known) == 2
    assert runs.met == {"later": 1, "no": 1, "add": 4, "instead": 2, "undone": 2}


def test_offers_arise_in_these_histories() -> None:
    """Whatever becomes of them, Anna can tell none of it."""
    runs = TwoNamedRuns()
    play_offers(runs)
    runs.teardown()
