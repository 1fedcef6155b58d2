"""The card that a member's devices call "me": one own card, known to its member alone.

Apple's address books set and read it as a property of the home. It is kept by
href, so that it survives whatever becomes of the slot: a retired one is told by
its survivor. A card of somebody else's would show on a lock screen whom it is not.
"""

from collections.abc import Mapping
from typing import Final

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.store.books import find_book
from server.store.database import Transaction
from server.store.household import get_setting, set_setting
from server.store.members import household_of
from server.store.noting_books import ME, note_book
from server.store.slots import SlotRow, slot_at, surviving

_KEY: Final = "me "


def is_own_card(tx: Transaction, member: str, book: str, href: str) -> bool:
    """Whether a name stands for a living own card of a member's household book."""
    return book == BOOK_OF_THE_HOUSEHOLD and _own_slot(tx, member, href) is not None


def set_me(tx: Transaction, member: str, href: str) -> None:
    """Remember by name which own card a member is; an empty name: none any more."""
    if get_setting(tx, _KEY + member) != href:
        set_setting(tx, _KEY + member, href)
        note_book(tx, ME, member, BOOK_OF_THE_HOUSEHOLD, href=href)


def me_href(tx: Transaction, member: str) -> str:
    """The name of the own card that a member is, in the household's book; empty where there is none now."""
    slot = _own_slot(tx, member, get_setting(tx, _KEY + member))
    return slot.href if slot is not None else ""


def me_cards(tx: Transaction) -> Mapping[str, str]:
    """By member, the own card that each is."""
    found = {
        each: _own_slot(tx, each, get_setting(tx, _KEY + each)) for each in household_of(tx).ids()
    }
    return {member: slot.card for member, slot in found.items() if slot is not None}


def _own_slot(tx: Transaction, member: str, href: str) -> SlotRow | None:
    """The living own slot that a name stands for."""
    book = find_book(tx, member, BOOK_OF_THE_HOUSEHOLD) if href else None
    slot = slot_at(tx, book.id, href) if book is not None else None
    standing = surviving(tx, slot) if slot is not None else None
    return standing if standing is not None and standing.own and standing.gone is None else None
