"""Address books of the journal, once more on a backup: which there are, what each says of itself, and who is "me"."""

import json

from server.errors import NotFound
from server.store.books import create_book, drop_book, find_book, is_empty, set_book_properties
from server.store.database import Actor, Transaction
from server.store.devices import device_labelled
from server.store.journal import Record
from server.store.me_cards import is_own_card, set_me


def book_again(tx: Transaction, record: Record) -> None:
    """Make a book, or let it say of itself what it said then."""
    words = _begin(tx, record)
    here = find_book(tx, record.member, record.book) or create_book(tx, record.member, record.book)
    set_book_properties(tx, here, words["displayname"], json.loads(words["properties"]))


def drop_again(tx: Transaction, record: Record) -> None:
    """Delete a book, as far as nothing lies in it here.

    Raises:
        NotFound: Cards are in it that were not there then.
    """
    _begin(tx, record)
    here = find_book(tx, record.member, record.book)
    if here is not None and not is_empty(tx, here):
        raise NotFound("The address book that was deleted holds cards here, so it stays.")
    if here is not None:
        drop_book(tx, here)


def me_again(tx: Transaction, record: Record) -> None:
    """Say once more which own card the member is.

    Raises:
        NotFound: It is not here.
    """
    _begin(tx, record)
    if record.href and not is_own_card(tx, record.member, record.book, record.href):
        raise NotFound("The card of the member's own is not here.")
    set_me(tx, record.member, record.href)


def _begin(tx: Transaction, record: Record) -> dict[str, str]:
    """Let the act be of the kind, and by the device, that it was."""
    words: dict[str, str] = json.loads(record.note)
    device = device_labelled(tx, record.member, record.device)
    tx.actor = Actor(words["by"], record.member, device.id if device is not None else None)
    return words
