"""What goes into the journal of address books: which there are, what each says of itself, and who is "me"."""

import json
from typing import Final

from server.store.devices import device_label
from server.store.journal import Record
from server.store.transaction import Transaction

BOOK: Final = "book"
"""A book is made, or says something else of itself; its record holds all that it says."""
DROP: Final = "drop"
"""A further book is deleted; its cards were before, each by a record of its own."""
ME: Final = "me"
"""An own card is the member's own, or none is any more."""
BOOK_KINDS: Final = frozenset({BOOK, DROP, ME})


def note_book(
    tx: Transaction, kind: str, member: str, name: str, *, href: str = "", **words: str
) -> None:
    """Note what became of a book, or which card in it is the member's own.

    Args:
        kind: One of `BOOK_KINDS`.
        words: What the book says of itself.
    """
    assert kind in BOOK_KINDS
    tx.records.append(
        Record(
            kind,
            tx.act,
            tx.now,
            member=member,
            device=device_label(tx, tx.actor.device),
            book=name,
            href=href,
            note=json.dumps({"by": tx.actor.kind, **words}),
        )
    )
