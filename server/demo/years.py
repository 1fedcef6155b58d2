"""The years that the made-up household has behind it: what its members vouched for, and when.

Without them nobody had ever looked at a value, and there would be nothing to show of how fresh a book is.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.cycle import measure
from server.reconcile.snapshot import CardState
from server.store.applying import confirm_facts
from server.store.asking import ask_again
from server.store.database import Actor, Database
from server.store.snapshots import snapshot_of
from server.store.views import refresh

DAYS: Final = 9 * 365
"""How long ago the household began."""
_DAY: Final = 86_400_000_000
_LOOKED: Final = ((DAYS - 30, 0.42), (5 * 365, 0.3), (400, 0.25))
"""How many days ago the members went through their books, and of how many people they knew."""
_MONTHS: Final = (170, 140, 110, 80, 50, 20)
_IN_A_MONTH: Final = 0.05
_VALUES: Final = frozenset({"TEL", "EMAIL", "ADR"})


@dataclass(slots=True)
class Past:
    """A clock that is some days behind the time of day."""

    days: int = DAYS

    def __call__(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000 - self.days * _DAY


def live(db: Database, past: Past, *, seed: int) -> None:
    """Let the years pass until today."""
    random_ = random.Random(seed)  # noqa: S311 - the same people every time, and no secret
    for days, part in (*_LOOKED, *((days, _IN_A_MONTH) for days in _MONTHS)):
        past.days = days
        for member in ("anna", "ben"):
            _look_through(db, member, part, random_)
        if days in _MONTHS:
            measure(db)
    past.days = 0


def _look_through(db: Database, member: str, part: float, random_: random.Random) -> None:
    """A member says of some people that what their cards say is still right."""
    with db.write(Actor("decide", member)) as tx:
        own = sorted(_with_values(snapshot_of(tx).cards, member), key=lambda each: each.uid)
        chosen = [each for each in own if random_.random() < part]
        for card in chosen:
            facts = [each.id for each in card.facts if each.prop.name in _VALUES]
            confirm_facts(tx, facts, member, "still-right")
        refresh(tx, [each.id for each in chosen])
        ask_again(tx, [each.id for each in chosen])


def _with_values(cards: tuple[CardState, ...], member: str) -> Iterator[CardState]:
    """A member's people of whom there is something to vouch for."""
    for each in cards:
        if each.keeper == member and any(fact.prop.name in _VALUES for fact in each.facts):
            yield each
