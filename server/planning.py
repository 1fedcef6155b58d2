"""What a cycle will do: planned from all cards, or, where few have changed, from those that it concerns.

The plan of a few cards is the one that all cards would have led to. Whatever a change can make
otherwise is looked at again: the cards that changed and all that are linked with them, whoever may
be one person with one of these, and who is linked with those. The rest was brought to rest by the
cycle before.
"""

import gc
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from server.reconcile.linking import Found, Linking, Stale, as_link
from server.reconcile.operations import Join, Plan
from server.reconcile.plan import plan
from server.reconcile.snapshot import Snapshot
from server.store.cards import kin_of
from server.store.changes import Changes
from server.store.database import Transaction
from server.store.kin import Frame, frame_of, news_of
from server.store.snapshots import snapshot_of

FEW: Final = 400
"""With more cards to look at than this, looking at all of them is hardly more work."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from.

    Attributes:
        about: The cards whose questions are all in it; None for all cards.
        since: The act up to which the questions about all others are known.
    """

    plan: Plan
    snapshot: Snapshot
    about: frozenset[str] | None = None
    since: int | None = None


class Planner:
    """Makes plans, and keeps between them what the next one needs, by the act up to which it is known.

    Args:
        changes: Which cards the transactions of this process concern.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._linking: Linking | None = None
        self._frame: Frame | None = None
        self._revision = 0
        self._done = 0
        self._waiting: set[str] = set()
        """Cards of which a plan was made that nobody has carried out yet."""
        self._skipped: frozenset[str] = frozenset()

    def plan_all(self, tx: Transaction, *, released: bool = False) -> Planned:
        """Plan from all cards.

        Args:
            released: As if every wait and hold had ended: whoever carries it out ends them first.
        """
        self._linking, self._done = None, -1
        with uncollected():
            snapshot = snapshot_of(tx, released=released)
            linking = Linking(snapshot)
            made = plan(snapshot, now=tx.now, find=linking.find)
        self._frame = frame_of(tx)
        self._skipped = _skipped(made)
        self._keep(tx, linking, linking.supposed)
        return Planned(made, snapshot)

    def plan_changes(self, tx: Transaction) -> Planned:
        """Plan from what changed since the last plan; from all cards where that is not known, or very much."""
        linking, self._linking = self._linking, None
        changed = self._changes.since(self._revision, tx.before)
        if linking is None or changed is None or self._done < 0 or self._frame != frame_of(tx):
            return self.plan_all(tx)
        cards = self._waiting | changed | tx.concerned | self._skipped
        try:
            found = self._plan_some(tx, linking, cards)
        except Stale:
            return self.plan_all(tx)
        self._skipped = _skipped(found.plan)
        self._keep(tx, linking, cards | linking.supposed)
        return found

    def plan_more(self, tx: Transaction, last: Plan, cards: AbstractSet[str]) -> Planned:
        """Plan what follows from what the last plan did to some cards, in the transaction that carries it out."""
        linking, self._linking = self._linking, None
        assert linking is not None
        linking.learn(as_link(each) for each in last.operations if isinstance(each, Join))
        try:
            found = self._plan_some(tx, linking, cards)
        except Stale:
            return self.plan_all(tx)
        self._keep(tx, linking, self._waiting | cards | linking.supposed)
        return found

    def done(self) -> None:
        """Take note that what was planned is carried out and kept."""
        self._done = self._revision
        self._waiting.clear()

    def _keep(self, tx: Transaction, linking: Linking, waiting: AbstractSet[str]) -> None:
        self._waiting = {*waiting, *tx.concerned}
        self._linking, self._revision = linking, tx.before
        linking.start()

    def _plan_some(self, tx: Transaction, linking: Linking, changed: AbstractSet[str]) -> Planned:
        """Plan from some cards.

        Raises:
            Stale: It would be most of them.
        """
        part = _Part(linking, linking.update(news_of(tx, _kin(tx, changed))))
        only: frozenset[str] = frozenset()
        made, snapshot = Plan(), snapshot_of(tx, only=())
        while not (need := _kin(tx, part.about)) <= only:
            only |= need
            if linking.supposed:  # it was planned already, with too few of them
                linking.update(news_of(tx, linking.supposed))
            linking.start()
            snapshot = snapshot_of(tx, only=only)
            made = plan(snapshot, now=tx.now, find=part.find)
        asked = tuple(each for each in made.questions if not part.about.isdisjoint(each.cards))
        return Planned(replace(made, questions=asked), snapshot, part.about, self._done)


class _Part:
    """The cards that a plan of a few is about; it may concern more while it is made."""

    def __init__(self, linking: Linking, cards: frozenset[str]) -> None:
        self._linking = linking
        self.about = linking.part_of(cards)

    def find(self, snapshot: Snapshot) -> Found:
        """What is to be linked and asked about these cards, as the plan leaves them."""
        about = self.about | self._linking.follow(snapshot)
        while True:
            self.about = self._linking.part_of(about, snapshot.links)
            found = self._linking.find_about(snapshot, self.about)
            links = (*snapshot.links, *map(as_link, found[0]))
            about = self._linking.part_of(self.about, links) if found[0] else self.about
            if about == self.about:
                return found


@contextmanager
def uncollected() -> Iterator[None]:
    """Make millions of values without looking for cycles among them, of which there are none: a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _kin(tx: Transaction, cards: AbstractSet[str]) -> frozenset[str]:
    """All that can play a part for some cards.

    Raises:
        Stale: Too many to be called few.
    """
    found = kin_of(tx, cards) if len(cards) <= FEW else frozenset(cards)
    if len(found) > FEW:
        raise Stale
    return found


def _skipped(made: Plan) -> frozenset[str]:
    return frozenset(card for each in made.skipped for card in each.cards)
