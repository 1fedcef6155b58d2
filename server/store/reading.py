"""What views are worked out from, read once for all members instead of once for each.

Which statements run depends on the cards that are looked at, and not on what anybody has of them (R1).
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.store.books import find_book
from server.store.cards import CardRow, ClaimRow, Value, claims_of, values_of
from server.store.database import Transaction
from server.store.household import region_of
from server.store.members import household_of
from server.store.overlays import Suggestion, suggestions_of, suggestions_on
from server.store.query import Query, among, bind
from server.store.schema import hidden

_HIDDEN = select(hidden.c.member, hidden.c.card).where(hidden.c.card.in_(among("cards")))
_ALL_HIDDEN: Final = Query(_HIDDEN)
_HIDDEN_BY: Final = Query(_HIDDEN.where(hidden.c.member == bind("who")))


class Reading:
    """What was read of some cards while the views of one transaction are worked out.

    What it knows of values and claims is as it was when they were first asked for; who changes a
    card on the way looks at it again afterwards.

    Args:
        tx: The transaction.
        only: Whose view is worked out; None for everybody's. Nothing of anybody else's is read.
    """

    def __init__(self, tx: Transaction, only: str | None = None) -> None:
        self.tx = tx
        self.region = region_of(tx)
        self.household = household_of(tx)
        self._only = only
        self._books: dict[str, int] = {}
        self._hidden: set[tuple[str, str]] = set()
        self._typed: defaultdict[tuple[str, str], list[Suggestion]] = defaultdict(list)
        self._moved: set[str] = set()
        self._values: dict[str, tuple[Value, ...]] = {}
        self._claims: dict[str, tuple[ClaimRow, ...]] = {}

    def look_at(self, cards: Iterable[str]) -> None:
        """Read what members hid of some cards and typed on them; forget the cards before."""
        listed = json.dumps(sorted(cards))
        self._values.clear()
        self._claims.clear()
        self._moved.clear()
        self._typed.clear()
        if self._only is None:
            found = self.tx.all(_ALL_HIDDEN, cards=listed)
        else:
            found = self.tx.all(_HIDDEN_BY, cards=listed, who=self._only)
        self._hidden = {(row[0], row[1]) for row in found}
        for each in suggestions_on(self.tx, listed, self._only):
            self._typed[each.author, each.card].append(each)

    def is_hidden(self, member: str, card: str) -> bool:
        """Whether one member had taken a card out of their view."""
        return (member, card) in self._hidden

    def typed(self, author: str, cards: Iterable[str]) -> tuple[Suggestion, ...]:
        """What an author's own view shows on top of these cards, oldest first."""
        if author in self._moved:
            return suggestions_of(self.tx, author, cards)
        return tuple(each for card in cards for each in self._typed.get((author, card), ()))

    def note_moved(self, author: str) -> None:
        """Take note that what a member typed lies elsewhere now."""
        self._moved.add(author)

    def values(self, row: CardRow) -> tuple[Value, ...]:
        """The values of a card for others, oldest first."""
        known = self._values.get(row.id)
        if known is None:
            known = self._values[row.id] = values_of(self.tx, row, self.region)
        return known

    def claims(self, card: str) -> tuple[ClaimRow, ...]:
        """What was said about a card, oldest first."""
        known = self._claims.get(card)
        if known is None:
            known = self._claims[card] = claims_of(self.tx, card)
        return known

    def book_of(self, member: str) -> int:
        """The book of a member that takes part in the household."""
        known = self._books.get(member)
        if known is None:
            book = find_book(self.tx, member, BOOK_OF_THE_HOUSEHOLD)
            assert book is not None
            known = self._books[member] = book.id
        return known
