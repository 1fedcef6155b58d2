"""When cycles run: at night, and a quick one shortly after a change; settling times end on time.

One BackgroundScheduler inside `serve`; it looks every second for new acts of
any process, and the lease in the database keeps cycles one at a time.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from apscheduler.schedulers.background import BackgroundScheduler

from server.cycle import run_cycle, settle
from server.errors import Busy, DatabaseLost, HearthbookError
from server.store.database import Database
from server.store.history import last_change
from server.store.retention import let_go

if TYPE_CHECKING:
    from server.settings import Settings

_LOOK_SECONDS: Final = 1

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Quick:
    """When the next quick cycle is due: some seconds after the last change, or a minute after the first.

    Times are seconds of any one clock.
    """

    wait: float
    wait_most: float
    seen: int = 0
    first: float | None = None
    last: float = 0.0

    def notice(self, revision: int, now: float) -> None:
        """Take note of the latest revision."""
        if revision != self.seen:
            self.seen = revision
            self.first = now if self.first is None else self.first
            self.last = now

    def is_due(self, now: float) -> bool:
        """Whether it is time."""
        return self.first is not None and (
            now - self.last >= self.wait or now - self.first >= self.wait_most
        )

    def done(self, revision: int) -> None:
        """Start over; a cycle's own changes are none to wait for."""
        self.seen, self.first = revision, None


class Scheduler:
    """The jobs of one `serve`; starts nothing before `start` is called."""

    def __init__(self, db: Database, settings: "Settings") -> None:
        schedule = settings.schedule
        self._db = db
        self._days = settings.retention.days
        self._quick = Quick(schedule.quick_seconds, schedule.quick_seconds_most)
        options = {"timezone": schedule.timezone} if schedule.timezone else {}
        self._jobs = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            **options,
        )
        hour, minute = schedule.nightly.split(":")
        self._jobs.add_job(self._nightly, "cron", hour=int(hour), minute=int(minute))
        self._jobs.add_job(self._look, "interval", seconds=_LOOK_SECONDS)

    def start(self) -> None:
        """Start the jobs; what was written before counts as seen by the last cycle."""
        self._jobs.start()

    def stop(self) -> None:
        """Stop, and wait for a running job."""
        self._jobs.shutdown(wait=True)

    def _nightly(self) -> None:
        self._run("nightly")
        try:
            let_go(self._db, self._days)
        except HearthbookError:
            _log.warning(
                "what is older than the retention time stays until tomorrow", exc_info=True
            )

    def _look(self) -> None:
        """Every second: end settling times, and run a quick cycle once things are quiet."""
        try:
            settle(self._db)
            with self._db.read() as tx:
                revision, now = last_change(tx), tx.now / 1_000_000
        except DatabaseLost:
            return  # every answer says so until somebody restores
        except HearthbookError:
            _log.warning(
                "the scheduler could not look at the database; it tries again", exc_info=True
            )
            return
        self._quick.notice(revision, now)
        if self._quick.is_due(now):
            self._run("quick")

    def _run(self, kind: str) -> None:
        """One cycle; a job never ends the scheduler, whatever goes wrong."""
        try:
            with self._db.read() as tx:
                revision = last_change(tx)  # what comes while the cycle runs waits for the next one
            run_cycle(self._db, kind=kind)
            self._quick.done(revision)
        except Busy:
            _log.info("cycle %s: another one is running", kind)
        except Exception:
            _log.exception("cycle %s failed; nothing of it was kept", kind)
            self._quick.first = None


def start(db: Database, settings: "Settings") -> Scheduler:
    """Start the scheduler of this process."""
    scheduler = Scheduler(db, settings)
    scheduler.start()
    return scheduler
