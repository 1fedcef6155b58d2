"""When cycles run: at night, and a quick one shortly after a change; settling times end on time.

One BackgroundScheduler inside `serve`; it looks every second for new acts of
any process, and the lease in the database keeps cycles one at a time.
"""

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from apscheduler.schedulers.background import BackgroundScheduler

from server.cycle import measure, run_cycle, settle
from server.errors import Busy, DatabaseLost, HearthbookError
from server.planning import Planner
from server.store.backup import check_integrity
from server.store.database import DAMAGED, Database
from server.store.history import last_change
from server.store.jobs import is_measured, job_failed, job_went_well
from server.store.people import prepare_lists
from server.store.retention import let_go

if TYPE_CHECKING:
    from server.settings import Settings

_LOOK_SECONDS: Final = 1
_MEASURE_SECONDS: Final = 300
"""A server that starts has other things to do first."""
_OWN_MISTAKE: Final = "A mistake of Hearthbook's own; the log says more."

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
        self._planner = Planner(db.changes)
        self._days = settings.retention.days
        self._said = ""
        self._quick = Quick(schedule.quick_seconds, schedule.quick_seconds_most)
        options = {"timezone": schedule.timezone} if schedule.timezone else {}
        self._jobs = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            **options,
        )
        hour, minute = schedule.nightly.split(":")
        self._jobs.add_job(self.night, "cron", hour=int(hour), minute=int(minute))
        self._jobs.add_job(self.look, "interval", seconds=_LOOK_SECONDS)
        soon = datetime.now(UTC) + timedelta(seconds=_MEASURE_SECONDS)
        self._jobs.add_job(self.measure_late, "date", run_date=soon)

    def start(self) -> None:
        """Start the jobs; what was written before counts as seen by the last cycle."""
        _set_apart()
        self._jobs.start()

    def stop(self) -> None:
        """Stop, and wait for a running job."""
        self._jobs.shutdown(wait=True)

    def night(self) -> None:
        """What a night does: a cycle, how right the books are, what is old enough to go, and a look for damage."""
        self._run("nightly")
        self._job("gauge", lambda: measure(self._db))
        self._job("retention", lambda: let_go(self._db, self._days))
        self._job("check", lambda: _check(self._db))

    def measure_late(self) -> None:
        """Measure the books of a household whose server sleeps at night, once a day."""
        try:
            with self._db.read() as tx:
                is_late = not is_measured(tx)
        except HearthbookError:
            return  # what looks every second says so
        if is_late:
            self._job("gauge", lambda: measure(self._db))

    def look(self) -> None:
        """Every second: end settling times, and run a quick cycle once things are quiet."""
        try:
            settle(self._db)
            with self._db.read() as tx:
                revision, now = last_change(tx), tx.now / 1_000_000
        except DatabaseLost:
            return  # every answer says so until somebody restores
        except HearthbookError as error:
            if error.sentence != self._said:  # once: a line for each second would fill the disk
                _log.warning("the scheduler tries again: %s", error.sentence)
            self._said = error.sentence
            return
        self._said = ""
        self._quick.notice(revision, now)
        if self._quick.is_due(now):
            self._run("quick")

    def _run(self, kind: str) -> None:
        """One cycle; one that failed is tried again after the next change, or the next night."""
        if not self._job("cycle", lambda: self._cycle(kind)):
            self._quick.first = None
        self._job("lists", lambda: prepare_lists(self._db))
        _set_apart()

    def _cycle(self, kind: str) -> str:
        """Run a cycle; gives what it could not do."""
        with self._db.read() as tx:
            revision = last_change(tx)  # what comes while the cycle runs waits for the next one
        report = run_cycle(self._db, kind=kind, planner=self._planner)
        self._quick.done(revision)
        skipped = len(report.plan.skipped) if report else 0
        return f"{skipped} people could not be reconciled; the log says why." if skipped else ""

    def _job(self, name: str, work: Callable[[], object]) -> bool:
        """Do the work of a job and remember how it went: false if it raised; the scheduler goes on."""
        raised = False
        try:
            said = work()
            sentence = said if isinstance(said, str) else ""
        except Busy:
            _log.info("%s: another one is running", name)
            return True
        except HearthbookError as error:
            _log.warning("%s failed: %s", name, error.sentence)
            raised, sentence = True, error.sentence
        except Exception:
            _log.exception("%s failed; nothing of it was kept", name)
            raised, sentence = True, _OWN_MISTAKE
        try:
            if sentence:
                job_failed(self._db, name, sentence)
            else:
                job_went_well(self._db, name)
        except HearthbookError as error:
            _log.warning("how %s went could not be kept: %s", name, error.sentence)
        return not raised


def _set_apart() -> None:
    """Let no collection of garbage walk again what stays in memory: code, and what planning keeps of every card.

    Without this one request in thirty stood still while all of that was walked, for longer than it took itself.
    """
    gc.collect()
    gc.freeze()


def _check(db: Database) -> str:
    """Look for damage while the last backup is young; gives what is wrong."""
    broken = check_integrity(db)
    for each in broken:
        _log.error("the database is damaged: %s", each)
    return DAMAGED if broken else ""


def start(db: Database, settings: "Settings") -> Scheduler:
    """Start the scheduler of this process."""
    scheduler = Scheduler(db, settings)
    scheduler.start()
    return scheduler
