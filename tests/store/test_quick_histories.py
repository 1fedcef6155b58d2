"""A quick cycle, which reads only what changed, leaves a household as one that reads everything would.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from server.planning import Planner
from server.reconcile.plan import plan
from server.store.asking import current_until, verify_questions
from server.store.cards import find_card
from server.store.database import Actor
from server.store.facts import live_facts
from server.store.imports import Incoming, import_cards
from server.store.pausing import pause, resume
from server.store.sharing import set_share, set_value_visibility
from server.store.snapshots import snapshot_of
from server.store.undoing import undo_act
from tests.builders import a_card, a_name
from tests.store.test_histories import HISTORIES, MEMBERS, PLAYED, Histories, members, numbers
from tests.store.test_two_runs import TwoRuns

OTHERS = 96
"""People nobody knows twice: among them a card more or less does not change how rare everything is."""
OTHER_CARDS = [Incoming(str(n), a_card(f"other-{n}", a_name(n))) for n in range(OTHERS)]
SELDOM = st.sampled_from((True, *(False,) * 7))


class QuickHistories(Histories):
    """Random histories of members who share a large book with people whom they do not touch."""

    def __init__(self) -> None:
        super().__init__()
        import_cards(self.home.db, "anna", OTHER_CARDS)
        run_cycle(self.home.db, kind="command", releasing=True)
        self.planner = Planner(self.home.db.changes)
        self.quick()

    def everything_holds(self) -> None:
        """The plain histories look at that."""

    @rule()
    def quick(self) -> None:
        """A quick cycle; nothing is left to do, and what is asked is what would be asked of everything."""
        assert run_cycle(self.home.db, kind="quick", planner=self.planner) is not None
        with self.home.db.read() as tx:
            assert plan(snapshot_of(tx), now=tx.now).operations == ()
            assert verify_questions(tx) == ()
            assert current_until(tx) == tx.before

    @rule()
    def quick_again(self) -> None:
        """Mostly soon after a change."""
        self.quick()

    @rule(giver=members, taker=members, level=st.sampled_from(("none", "name", "all")), now=SELDOM)
    def share(self, giver: str, taker: str, level: str, *, now: bool = False) -> None:
        """Somebody shows somebody else less or more, which concerns all cards."""
        if now and giver != taker:
            with self.home.db.write(Actor("share", giver)) as tx:
                set_share(tx, giver, taker, level)

    @rule(now=SELDOM)
    def cycle(self, *, now: bool = True) -> None:
        """A cycle that looks at everything, and keeps nothing."""
        if now:
            run_cycle(self.home.db, kind="command", releasing=True)

    @rule(pick=numbers, whose=st.integers(0, len(MEMBERS)))
    def undo(self, pick: int, whose: int) -> None:
        """Somebody undoes one of the latest acts."""
        member = MEMBERS[whose] if whose < len(MEMBERS) else None
        with (
            suppress(NotFound, UsageError),
            self.home.db.write(Actor("undo", member)) as tx,
        ):
            undo_act(tx, max(1, tx.before - pick % 20), member=member)

    @rule(pick=numbers, who=members, how=st.sampled_from(("private", "members", "shared")))
    def show_value(self, pick: int, who: str, how: str) -> None:
        """Somebody shows a value of a card to fewer."""
        card = self._card(pick)
        if not card:
            return
        with self.home.db.write(Actor("card", card[1])) as tx:
            row = find_card(tx, card[0])
            values = live_facts(tx, card[0], "DE")
            if row is not None and values:
                prop = values[pick % len(values)].prop
                named = [who] if how == "members" and who != row.member else []
                if named or how != "members":
                    with suppress(UsageError):
                        set_value_visibility(tx, card[0], (prop.name, prop.norm), how, named)

    @rule(who=members, again=st.booleans(), now=SELDOM)
    def pause(self, who: str, *, again: bool, now: bool) -> None:
        """Somebody shares nothing new for a while."""
        if not now:
            return
        with suppress(UsageError), self.home.db.write(Actor("pause", who)) as tx:
            (resume if again else pause)(tx, who)


class QuickTwoRuns(TwoRuns):
    """Two runs that differ in what Ben keeps to himself, reconciled by quick cycles."""

    def __init__(self) -> None:
        super().__init__()
        self._both(lambda home: import_cards(home.db, "anna", OTHER_CARDS))
        super().cycle()
        self.planners = {home.db: Planner(home.db.changes) for home in (self.full, self.bare)}

    @rule()
    def cycle(self) -> None:
        """Hearthbook reconciles what changed."""
        self._both(lambda home: run_cycle(home.db, kind="quick", planner=self.planners[home.db]))
        self._nobody_is_asked_otherwise()


TestQuickHistories = QuickHistories.TestCase
TestQuickHistories.settings = PLAYED

TestQuickTwoRuns = QuickTwoRuns.TestCase
TestQuickTwoRuns.settings = settings(PLAYED, max_examples=max(HISTORIES // 3, 2))
