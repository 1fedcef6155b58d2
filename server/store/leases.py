"""Leases: one cycle at a time, over all processes; renewed while the work goes on."""

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.sqlite import insert

from server.errors import Busy, HearthbookError
from server.store.database import Actor, Database, Transaction
from server.store.query import Query, bind, inserting
from server.store.schema import cycle, lease

_UPSERT = insert(lease).values(name=bind("what"), holder=bind("who"), expires=bind("until"))
_TAKE: Final = Query(
    _UPSERT.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": _UPSERT.excluded.holder, "expires": _UPSERT.excluded.expires},
        where=or_(lease.c.expires < bind("at"), lease.c.holder == _UPSERT.excluded.holder),
    )
)
_HOLDER: Final = Query(
    select(lease.c.holder).where(and_(lease.c.name == bind("what"), lease.c.expires >= bind("at")))
)
_GIVE: Final = Query(
    delete(lease).where(and_(lease.c.name == bind("what"), lease.c.holder == bind("who")))
)
_CYCLE: Final = inserting(cycle, "kind", "started", "finished", "act", "summary")
_LAST_CYCLE: Final = Query(
    select(cycle.c.kind, cycle.c.finished, cycle.c.summary).order_by(cycle.c.id.desc()).limit(1)
)

LEASE_NAME: Final = "cycle"
LEASE_SECONDS: Final = 30
RENEW_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)


@contextmanager
def leased(db: Database) -> Iterator[None]:
    """Keep every other cycle of the deployment out; a killed one is waited for half a minute.

    Raises:
        Busy: Another cycle runs.
    """
    holder = secrets.token_hex(8)
    if take_lease(db, LEASE_NAME, holder, seconds=LEASE_SECONDS) != holder:
        raise Busy("Another reconciliation is running; try again when it is done.")
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            with suppress(HearthbookError):  # the disk may have room again next time
                take_lease(db, LEASE_NAME, holder, seconds=LEASE_SECONDS)
        db.close()

    renewing = threading.Thread(target=renew, name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
        try:
            give_lease(db, LEASE_NAME, holder)
        except HearthbookError as error:  # what the cycle came to is kept; the lease ends by itself
            _log.warning("The lease of a cycle could not be given back: %s", error.sentence)


def take_lease(db: Database, name: str, holder: str, *, seconds: int) -> str:
    """Take or renew a lease; gives its holder, which is somebody else where it was taken."""
    with db.write(Actor("lease")) as tx:
        tx.run(_TAKE, what=name, who=holder, until=tx.now + seconds * 1_000_000, at=tx.now)
        row = tx.one(_HOLDER, what=name, at=tx.now)
        return str(row[0]) if row else ""


def give_lease(db: Database, name: str, holder: str) -> None:
    """Give a lease back."""
    with db.write(Actor("lease")) as tx:
        tx.run(_GIVE, what=name, who=holder)


def record_cycle(tx: Transaction, kind: str, started: int, act: int | None, summary: str) -> None:
    """Keep that a cycle ran, and what it came to in counts."""
    tx.run(_CYCLE, kind=kind, started=started, finished=tx.now, act=act, summary=summary)


def last_cycle(tx: Transaction) -> tuple[str, int, str] | None:
    """Kind, end and summary of the latest cycle, or None before the first."""
    row = tx.one(_LAST_CYCLE)
    return (row[0], row[1], row[2]) if row else None
