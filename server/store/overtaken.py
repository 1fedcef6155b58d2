"""Edits that started from an older text, although their If-Match names the newest one.

A program may fetch a card and let its own text win over it unseen. Its body then
takes back everything that others brought since, and says something new besides.
Only what is new was typed.
"""

from collections import Counter
from typing import Final

from sqlalchemy import select

from server.contacts.card import parse
from server.contacts.properties import Canonical, Change, diff, properties
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.household import region_of
from server.store.keeping import Written
from server.store.query import Query, bind
from server.store.schema import act, card_version
from server.store.texts import octets_of

_VERSIONS_MOST: Final = 8
"""A program that missed more than so many changes by others has been away for long; then its If-Match counts."""

_LATEST: Final = Query(
    select(card_version.c.text, act.c.member, act.c.device)
    .join(act, act.c.id == card_version.c.act)
    .where(card_version.c.card == bind("which"))
    .order_by(card_version.c.act.desc())
    .limit(_VERSIONS_MOST + 1)
)
_Step = tuple[Canonical | None, Canonical | None]


def older_start(tx: Transaction, row: CardRow, written: Written) -> bytes | None:
    """The text that a body started from, if it was written without having seen what others brought; else None.

    A body that only takes back what came, or corrects it, is taken at its word.
    """
    older = _brought_since(tx, row) if "group" not in (row.kind, written.kind) else []
    if not older:
        return None
    region = region_of(tx)
    now = properties(parse(octets_of(tx, row.text)), region=region)
    says = Counter(_step(each) for each in diff(now, written.props))
    for text in older:
        octets = octets_of(tx, text)
        before = properties(parse(octets), region=region)
        taken_back = Counter(_step(each) for each in diff(now, before))
        if taken_back and taken_back <= says:
            return octets if diff(before, written.props) else None
    return None


def _brought_since(tx: Transaction, row: CardRow) -> list[int]:
    """The texts that the card had since one of its keeper's devices wrote it last, oldest first; not the present one."""
    texts = []
    for text, member, device in tx.all(_LATEST, which=row.id):
        texts.append(int(text))
        if device is not None and member == row.member:
            break
    return texts[:0:-1]


def _step(change: Change) -> _Step:
    return (
        change.before.canonical if change.before else None,
        change.after.canonical if change.after else None,
    )
