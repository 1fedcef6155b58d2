"""How the server's jobs went, and the gauge of each day: what `doctor`, `stats` and `/readyz` tell.

A job that goes well leaves no trace unless it had failed before, so that a
quiet server writes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from server.store.database import Actor, Database, Transaction
from server.store.query import Query, bind
from server.store.schema import gauge, job

_NEW_JOB = insert(job).values(
    name=bind("what"), at=bind("now"), failed=bind("since"), sentence=bind("why")
)
_NOTE: Final = Query(
    _NEW_JOB.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "at": _NEW_JOB.excluded.at,
            "failed": _NEW_JOB.excluded.failed,
            "sentence": _NEW_JOB.excluded.sentence,
        },
    )
)
_JOBS: Final = Query(
    select(job.c.name, job.c.at, job.c.failed, job.c.sentence).order_by(job.c.name)
)
_NEW_GAUGE = insert(gauge).values(
    member=bind("who"), day=bind("on"), chance=bind("mille"), people=bind("all"), known=bind("of")
)
_MEASURE: Final = Query(
    _NEW_GAUGE.on_conflict_do_update(
        index_elements=["member", "day"],
        set_={
            "chance": _NEW_GAUGE.excluded.chance,
            "people": _NEW_GAUGE.excluded.people,
            "known": _NEW_GAUGE.excluded.known,
        },
    )
)
_GAUGES: Final = Query(
    select(gauge.c.day, gauge.c.chance, gauge.c.people, gauge.c.known)
    .where(gauge.c.member == bind("who"))
    .order_by(gauge.c.day)
)


@dataclass(frozen=True, slots=True)
class Job:
    """How the latest run of a job went; `failed` is when it began to fail, None if it went well."""

    name: str
    at: int
    failed: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The gauge of one member on one day; `chance` from 0 to 1, None where nothing was known."""

    day: str
    chance: float | None
    people: int
    known: int


def jobs(tx: Transaction) -> tuple[Job, ...]:
    """Every job that ever failed, with its latest run."""
    return tuple(Job(row[0], row[1], row[2], row[3]) for row in tx.all(_JOBS))


def failing(tx: Transaction) -> tuple[Job, ...]:
    """The jobs whose latest run failed."""
    return tuple(each for each in jobs(tx) if each.failed is not None)


def job_failed(db: Database, name: str, sentence: str) -> None:
    """Remember that a job failed, and since when it does."""
    with db.write(Actor("job")) as tx:
        since = {each.name: each.failed for each in jobs(tx)}.get(name)
        tx.run(_NOTE, what=name, now=tx.now, since=since or tx.now, why=sentence)


def job_went_well(db: Database, name: str) -> None:
    """Forget that a job failed; writes nothing if it did not."""
    with db.read() as tx:
        if all(each.name != name for each in failing(tx)):
            return
    with db.write(Actor("job")) as tx:
        tx.run(_NOTE, what=name, now=tx.now, since=None, why="")


def keep_gauge(
    tx: Transaction, member: str, *, chance: float | None, people: int, known: int
) -> None:
    """Keep today's gauge of a member; a later one of the same day replaces it."""
    day = datetime.fromtimestamp(tx.now / 1_000_000, UTC).date().isoformat()
    mille = None if chance is None else round(chance * 1000)
    tx.run(_MEASURE, who=member, on=day, mille=mille, all=people, of=known)


def gauges(tx: Transaction, member: str) -> tuple[Measured, ...]:
    """The gauges of a member, oldest first."""
    return tuple(
        Measured(row[0], None if row[1] is None else row[1] / 1000, row[2], row[3])
        for row in tx.all(_GAUGES, who=member)
    )
