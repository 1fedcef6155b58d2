"""How the server's jobs went, and the gauge of each day: what `doctor`, `stats` and `/readyz` tell.

A job that goes well leaves no trace unless it had failed before, so that a
quiet server writes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.sqlite import insert

from server.reconcile.gauge import Gauge
from server.store.database import Actor, Database, Transaction
from server.store.query import Query, bind
from server.store.schema import gauge, job

_DAY: Final = 86_400_000_000

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
    member=bind("who"),
    day=bind("on"),
    chance=bind("mille"),
    people=bind("all"),
    known=bind("of"),
    fresh=bind("right"),
    ageing=bind("older"),
)
_MEASURED = ("chance", "people", "known", "fresh", "ageing")
_MEASURE: Final = Query(
    _NEW_GAUGE.on_conflict_do_update(
        index_elements=["member", "day"],
        set_={name: _NEW_GAUGE.excluded[name] for name in _MEASURED},
    )
)
_GAUGES: Final = Query(
    select(gauge.c.day, *(gauge.c[name] for name in _MEASURED))
    .where(and_(gauge.c.member == bind("who"), gauge.c.day >= bind("since")))
    .order_by(gauge.c.day)
)
_LATEST: Final = Query(select(func.max(gauge.c.day)))


@dataclass(frozen=True, slots=True)
class Job:
    """How the latest run of a job went; `failed` is when it began to fail, None if it went well."""

    name: str
    at: int
    failed: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The gauge of one member on one day.

    Attributes:
        chance: From 0 to 1, None where nothing was known.
        fresh: Of how many people what is known was fresh, `ageing` of how many it was getting old;
            None where that was not kept yet.
    """

    day: str
    chance: float | None
    people: int
    known: int
    fresh: int | None = None
    ageing: int | None = None


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


def keep_gauge(tx: Transaction, member: str, found: Gauge) -> None:
    """Keep today's gauge of a member; a later one of the same day replaces it."""
    tx.run(
        _MEASURE,
        who=member,
        on=_day(tx.now),
        mille=None if found.chance is None else round(found.chance * 1000),
        all=found.people,
        of=found.known,
        right=found.fresh,
        older=found.ageing,
    )


def gauges(tx: Transaction, member: str, *, days: int | None = None) -> tuple[Measured, ...]:
    """The gauges of a member, oldest first.

    Args:
        days: Only those of so many days; None for all.
    """
    since = "" if days is None else _day(tx.now - days * _DAY)
    return tuple(
        Measured(row[0], None if row[1] is None else row[1] / 1000, *row[2:])
        for row in tx.all(_GAUGES, who=member, since=since)
    )


def is_measured(tx: Transaction) -> bool:
    """Whether books were measured today, or yesterday: days are counted in UTC, nights where the server stands."""
    last = tx.one(_LATEST)
    return last is not None and last[0] is not None and last[0] >= _day(tx.now - _DAY)


def _day(now: int) -> str:
    return datetime.fromtimestamp(now / 1_000_000, UTC).date().isoformat()
