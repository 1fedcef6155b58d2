"""Leases: one cycle at a time, over all processes; renewed while the work goes on."""

from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.sqlite import insert

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
