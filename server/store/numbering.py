"""In which order a view's entries are numbered when one change announces several (design rule R1).

Sequence numbers are seen by devices. The order in which views are worked out follows cards and
links that a viewer may not see, so it must not decide them: what one change announces in a view is
numbered from the oldest card on.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from sqlalchemy import update

from server.store.cards import CardRow, find_card
from server.store.database import Announced, Transaction
from server.store.query import Query, bind
from server.store.schema import slot

_NUMBER: Final = Query(update(slot).where(slot.c.id == bind("which")).values(seq=bind("next_seq")))


def number(
    tx: Transaction, announced: Mapping[int, Announced], cards: Mapping[str, CardRow]
) -> None:
    """Give the slots that were announced together their numbers again, the oldest card's first."""
    books: defaultdict[int, dict[int, Announced]] = defaultdict(dict)
    for which, each in announced.items():
        books[each.book][which] = each
    for slots in books.values():
        ordered = sorted(slots, key=lambda which: (*_age(tx, slots[which].card, cards), which))
        for which, seq in zip(ordered, sorted(each.seq for each in slots.values()), strict=True):
            if slots[which].seq != seq:
                tx.run(_NUMBER, which=which, next_seq=seq)


def _age(tx: Transaction, card_id: str, cards: Mapping[str, CardRow]) -> tuple[int, str]:
    row = cards.get(card_id) or find_card(tx, card_id)
    return (row.added if row else 0, card_id)
