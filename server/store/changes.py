"""Which cards the latest transactions of this process concern, so that a quick cycle reads only those."""

import threading
from collections import deque
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

_NOTED_MAX: Final = 2000
"""Transactions that are remembered; whoever comes later looks at everything."""


@dataclass(frozen=True, slots=True)
class _Noted:
    """One transaction: the act before it, its own last act, and the cards that a cycle has to look at again."""

    before: int
    last: int
    cards: frozenset[str]


class Changes:
    """The latest transactions of this process, in their order."""

    def __init__(self) -> None:
        self._noted: deque[_Noted] = deque(maxlen=_NOTED_MAX)
        self._lock = threading.Lock()

    @contextmanager
    def noted(self, before: int, last: int, cards: Set[str]) -> Iterator[None]:
        """Remember a transaction that is kept in the block, unless it raises.

        It is known before anybody can see that it is kept; writers come one at a time.
        """
        if before == last and not cards:
            yield
            return
        with self._lock:
            self._noted.append(_Noted(before, last, frozenset(cards)))
        try:
            yield
        except BaseException:
            with self._lock:
                self._noted.pop()
            raise

    def since(self, revision: int, until: int) -> frozenset[str] | None:
        """The cards concerned by all acts after one and up to another; None if not all of them are known.

        Another process may have written meanwhile, or a backup may have come back.
        """
        with self._lock:
            noted = tuple(self._noted)
        found: set[str] = set()
        at = revision
        for each in noted:
            if each.before == each.last >= revision:
                found |= each.cards  # no act, so nobody can tell whether it came before or after
            elif revision < each.last <= until:
                if each.before != at:
                    return None
                found |= each.cards
                at = each.last
        return frozenset(found) if at == until else None
