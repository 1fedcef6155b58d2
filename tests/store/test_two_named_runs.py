"""Two runs that differ in what Ben shows Carl alone, cards and values: Anna cannot tell them apart (design rule R1).

`HEARTHBOOK_HISTORIES` says how many pairs of runs are played; a few by default.
"""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from server.store.database import Actor
from server.store.sharing import set_share, set_value_visibility, set_visibility
from tests.builders import Home, a_card
from tests.store.test_histories import LINES, MEMBERS, NAMES, PLAYED
from tests.store.test_two_runs import (
    TwoRuns,
    _asked,
    _card,
    _changed,
    _served,
    lines,
    numbers,
)

anna = st.just("anna")
others_cards = st.sampled_from(("anna", "ben"))


class TwoNamedRuns(TwoRuns):
    """One history twice; in the first run Ben shows Carl more, and keeps values to himself.

    Carl shows Anna nothing, and what he does does not hang on what he sees.
    """

    unknowing = ("anna",)

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0
        self.secret_names: set[str] = set()
        for home in (self.full, self.bare):
            with home.db.write(Actor("share", "carl")) as tx:
                set_share(tx, "carl", "anna", "none")

    @rule(
        who=st.sampled_from(MEMBERS), name=st.sampled_from(NAMES), extra=lines, note=st.booleans()
    )
    def add(self, *, who: str, name: str, extra: list[str], note: bool) -> None:
        """A new card; Ben's is of nobody whom he shows Carl alone, since it would be as limited."""
        known = who == "ben" and name in self.secret_names
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
        mine = [each for each in self.own if each[0] != "carl" and not each[1].startswith("mixed")]
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
                home.delete("ben", href)
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
                with home.db.write(Actor("card", "ben")) as tx:
                    key = ("TEL", number.replace(" ", ""))
                    visibility = "members" if shown else "private"
                    set_value_visibility(tx, card, key, visibility, ("carl",))
            home.put("ben", href, a_card(uid, name, *extra, *secret))

        self._both(put)

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


TestTwoNamedRuns = TwoNamedRuns.TestCase
TestTwoNamedRuns.settings = PLAYED
