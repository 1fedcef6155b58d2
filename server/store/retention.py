"""What is let go after the retention time: refused and merged bodies, texts served long ago, the old journal.

Cards, the trash, versions, facts and history stay. A text goes when nothing
refers to it any more. Where the clock jumped, nothing goes for a month.
"""

from typing import Final

from sqlalchemy import and_, delete, exists, func, or_, select

from server.store.connecting import forget_passwords
from server.store.database import Actor, Database, Transaction
from server.store.household import get_setting, set_setting
from server.store.query import Query, bind
from server.store.refused import STATUS as REFUSED
from server.store.removed import DAYS
from server.store.schema import act, card, card_version, received, slot, slot_past, text

_DAY: Final = 24 * 3600 * 1_000_000
_MONTH: Final = 30 * _DAY
_NIGHT: Final = "retention_night"
_SURE_SINCE: Final = "retention_sure_since"
_LAST_OLD: Final = Query(select(func.max(act.c.id)).where(act.c.at < bind("before")))
_BODIES: Final = Query(  # what could not be stored waits for its author, as long as the trash does
    delete(received).where(
        and_(
            received.c.act <= bind("old"),
            or_(
                received.c.status != REFUSED,
                received.c.merged.is_not(None),
                received.c.act <= bind("very_old"),
            ),
        )
    )
)
_PAST: Final = Query(delete(slot_past).where(slot_past.c.act <= bind("old")))
_REFERENCES: Final = (
    card.c.text,
    card_version.c.text,
    slot.c.text,
    slot.c.text_3,
    slot_past.c.text,
    slot_past.c.text_3,
    received.c.text,
)
_TEXTS: Final = Query(
    delete(text).where(and_(*(~exists().where(column == text.c.id) for column in _REFERENCES)))
)


def let_go(db: Database, days: int) -> int:
    """Remove what is older than the retention time and not needed any more; gives how many texts went."""
    with db.write(Actor("retention")) as tx:
        forget_passwords(tx)
        if not _is_time_sure(tx):
            return 0
        db.journal.drop_before(tx.now - days * _DAY)
        row = tx.one(_LAST_OLD, before=tx.now - days * _DAY)
        if row is None or row[0] is None:
            return 0
        ancient = tx.one(_LAST_OLD, before=tx.now - max(days, DAYS) * _DAY)
        very_old = ancient[0] if ancient is not None and ancient[0] is not None else 0
        gone = tx.run(_BODIES, old=row[0], very_old=very_old) + tx.run(_PAST, old=row[0])
        return tx.run(_TEXTS) if gone else 0


def _is_time_sure(tx: Transaction) -> bool:
    """Whether nights have followed each other for a month.

    A clock that jumps ahead by years makes everything look old for as long as nobody sets it right.
    """
    last, since = (int(get_setting(tx, key, "-1")) for key in (_NIGHT, _SURE_SINCE))
    if last < 0 or not 0 <= tx.now - last <= _MONTH:
        since = tx.now
        set_setting(tx, _SURE_SINCE, str(since))
    set_setting(tx, _NIGHT, str(tx.now))
    return tx.now - since >= _MONTH
