"""Who sees a card or a value, of the journal, once more on a backup.

What an exact restore gave up is done again as far as it makes something
narrower: whatever state one goes back to, it never shows again what was taken back (R7).
"""

from collections.abc import Iterable

from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.journal import Record
from server.store.limits import SHARED, Limit, limits_on, read_limit
from server.store.members import list_members
from server.store.sharing import set_value_visibility, set_visibility


def limits_again(tx: Transaction, rows: Iterable[CardRow], record: Record) -> bool:
    """Limit a card, or a value on it, as a record says; whether it changed anything.

    Args:
        rows: The cards of the record's UID; all of them are meant where it was given up or does not name one.
    """
    cards = tuple(rows)
    if not record.given_up:
        cards = tuple(each for each in cards if each.id == record.href) or cards
    limit, value = _limit(record)
    named = limit.named & {each.id for each in list_members(tx)}
    for row in cards:
        said = limit
        now = Limit(row.access.visibility, row.access.named)
        if value is not None:
            now = limits_on(tx, row.id).by_value.get(value, SHARED)
        if record.given_up:
            said = now.narrower(limit)
        is_marked = value is None and row.private_device is not None and not record.given_up
        if said == now and not is_marked:  # what was said on a page outdoes the mark of a phone
            continue
        if value is not None:
            set_value_visibility(tx, row.id, value, said.visibility, said.named & named)
        else:
            set_visibility(tx, row.id, said.visibility, named=said.named & named)
    return tx.has_acted


def is_narrow(record: Record) -> bool:
    """Whether a record keeps a card or a value from somebody."""
    return _limit(record)[0] != SHARED


def limit_key(record: Record) -> tuple[str, ...]:
    """What a visibility record is the last word on."""
    _, value = _limit(record)
    return ("limit", record.keeper, record.uid, *(value or ()))


def _limit(record: Record) -> tuple[Limit, tuple[str, str] | None]:
    """What a record says, of which value; of a body whether its card was private afterwards."""
    note = record.note if record.kind == "visibility" else ""
    return read_limit(note, private=record.private)
