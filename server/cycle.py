"""One reconciliation cycle, and the only writer of merged cards: snapshot, plan, one transaction, record why.

The plan is made outside the write lock, from one snapshot; if anything was
written meanwhile it is made again, at last under the lock.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from server.access import CardAccess, card_level, changes_others, may_answer
from server.contacts.properties import Change
from server.planning import Planned, Planner, uncollected
from server.reconcile.clusters import Clusters
from server.reconcile.gauge import gauge_of, worth_checking
from server.reconcile.operations import Add, Join, Operation, Plan, Remove, Replace, Suggest
from server.reconcile.plan import plan
from server.reconcile.snapshot import Snapshot, facts_by_id
from server.store.applying import Work, apply_work, confirm_facts
from server.store.asking import keep_questions
from server.store.backup import backup
from server.store.cards import CardRow, claims_of, closure, find_card, owner_said
from server.store.database import Actor, Database, Transaction
from server.store.doubts import keep_checks, left_alone
from server.store.facts import Typing, live_facts
from server.store.fading import half_lives_of
from server.store.history import last_act
from server.store.household import is_released, region_of
from server.store.jobs import keep_gauge
from server.store.journal import Record
from server.store.keeping import change_card, has_due, read_card, settle_due
from server.store.late import has_late, merge_late
from server.store.leases import leased, record_cycle
from server.store.letters import keep_letters, letters_are_missing, write_letters
from server.store.members import household_of, list_members
from server.store.noting_acts import note_act, note_nothing
from server.store.overlays import (
    Suggestion,
    close_suggestion,
    may_be_told,
    open_suggestions,
    put_on,
)
from server.store.releasing import end_all_waits, waits_are_plain
from server.store.snapshots import snapshot_of
from server.store.texts import octets_of
from server.store.views import refresh

FIRST_CYCLE_COPY: Final = "hearthbook.db.before-first-cycle"
_TRIES: Final = 3
_READING: Final = "Reading and comparing the cards"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What a cycle came to."""

    plan: Plan
    snapshot: Snapshot
    act: int | None
    counts: tuple[tuple[str, int], ...]
    late: int = 0
    """How many edits that came too late were looked at before."""

    @property
    def is_empty(self) -> bool:
        """Whether it found nothing to do."""
        return not self.plan.operations


def trial(db: Database) -> tuple[Plan, Snapshot]:
    """What a cycle would do now if every wait and hold had ended; writes nothing."""
    with db.read() as tx:
        snapshot = snapshot_of(tx, released=True)
        return plan(snapshot, now=tx.now), snapshot


def run_cycle(
    db: Database,
    *,
    kind: str,
    member: str | None = None,
    releasing: bool = False,
    planner: Planner | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report | None:
    """Run one cycle; None where the household's first one still waits for a human.

    Bodies that came too late are merged first; what members typed themselves waits for no release.

    Args:
        kind: `nightly`, `quick`, `command` or `letter`.
        member: Who asked for it, if anybody did.
        releasing: End every wait and hold first, the household's first one included.
        planner: What an earlier cycle left; with it a quick one looks only at what changed since.
        tell: Is told what is done now, for whoever watches.

    Raises:
        Busy: Another cycle runs.
    """
    tell, planner = tell or _silent, planner or Planner(db.changes)
    with leased(db):
        if releasing:
            tell("Ending every wait and hold")
            _copy_before_first(db)
            report = _release_and_cycle(db, _releasing(kind, member), kind, planner, tell)
            if report is not None:
                return report
            with db.write(_releasing(kind, member)) as tx:
                end_all_waits(tx)
        tell(_READING)
        late = merge_late(db)
        if late:
            _log.info("cycle %s: late=%d", kind, late)
        with db.read() as tx:
            released = is_released(tx)
        if released:
            return replace(_cycle(db, kind, planner, tell), late=late)
        _write_letters(db)
        return None


def measure(db: Database) -> None:
    """Keep how right each member's book probably is today, and what they are asked until tomorrow."""
    with db.read() as tx:
        snapshot = snapshot_of(tx)
        lives = half_lives_of(tx)
        members, alone = list_members(tx), left_alone(tx)
        gauges = {each.id: gauge_of(snapshot, each.id, tx.now, lives) for each in members}
    with db.write(Actor("gauge")) as tx:
        for member, found in gauges.items():
            keep_gauge(tx, member, found)
        for each in members:
            asked = gauges[each.id].doubts if may_answer(each.role) else ()
            keep_checks(tx, each.id, worth_checking(asked, left_alone=alone))


def settle(db: Database) -> bool:
    """Show others the cards whose settling time is over; whether there were any."""
    with db.read() as tx:
        if not has_due(tx):
            return False
    with db.write(Actor("settle")) as tx:
        due = settle_due(tx)
        if due:
            note_act(tx, "settle")
            refresh(tx, due)
        return bool(due)


def cycle_again(tx: Transaction, record: Record, planner: Planner) -> None:
    """Carry out a cycle that a journal speaks of, on what is there now."""
    kind = json.loads(record.note)["kind"]
    _apply(tx, _Run(kind, tx.now, planner, _planned(tx, kind, planner)))
    planner.done()


def accept_suggestion(tx: Transaction, suggestion: Suggestion, accepted_by: str | None) -> None:
    """Put a suggestion on the card it is about; its author typed it, its keeper vouches for it."""
    row = find_card(tx, suggestion.card)
    assert row is not None
    region = region_of(tx)
    change = suggestion.change(region)
    before = octets_of(tx, row.text)
    after = put_on(before, (change,), region)
    if after != before:
        typing = Typing(suggestion.author, sources=_source(suggestion, change))
        change_card(tx, row, read_card(tx, after), typing, device=None)
    close_suggestion(tx, suggestion.id, "applied")
    if accepted_by is not None and change.after is not None:
        key = (change.after.name, change.after.norm)
        facts = [
            each.id
            for each in live_facts(tx, row.id, region)
            if (each.prop.name, each.prop.norm) == key
        ]
        confirm_facts(tx, facts, accepted_by, "accepted")
    refresh(tx, (row.id,))


def _source(suggestion: Suggestion, change: Change) -> dict[tuple[str, str], int]:
    """The fact that a value came from, where a cycle suggested it (R6)."""
    if suggestion.origin is None or change.after is None:
        return {}
    return {(change.after.name, change.after.norm): suggestion.origin}


def _copy_before_first(db: Database) -> None:
    """Keep a copy of the database before the household's first cycle."""
    with db.read() as tx:
        first = not is_released(tx)
    copy = db.folder / FIRST_CYCLE_COPY
    if first and not copy.exists():
        backup(db, copy)


def _releasing(kind: str, member: str | None) -> Actor:
    return Actor("release" if kind != "letter" else "letter", member)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a cycle on its way."""

    kind: str
    started: int
    planner: Planner
    planned: Planned


def _silent(_: str) -> None:
    """Nobody watches."""


def _cycle(db: Database, kind: str, planner: Planner, tell: Callable[[str], None]) -> Report:
    for _ in range(_TRIES):
        with db.read() as tx:
            revision, run = last_act(tx), _Run(kind, tx.now, planner, _planned(tx, kind, planner))
        report = _carried_out(db, Actor("cycle"), revision, run, tell)
        if report is not None:
            return report
    with db.write(Actor("cycle")) as tx:
        report = _apply(tx, _Run(kind, tx.now, planner, _planned(tx, kind, planner)))
    planner.done()
    return report


def _release_and_cycle(
    db: Database, who: Actor, kind: str, planner: Planner, tell: Callable[[str], None]
) -> Report | None:
    """End every wait and carry out what is planned for then in one transaction.

    So nobody is served a card that becomes one with theirs at once. None where it cannot be
    planned beforehand, or comes to nothing: then one is done after the other.
    """
    for _ in range(_TRIES):
        with db.read() as tx:
            if not waits_are_plain(tx) or has_late(tx):
                return None
            tell(_READING)
            planned = planner.plan_all(tx, released=True)
            revision, run = last_act(tx), _Run(kind, tx.now, planner, planned)
        if not planned.plan.operations:
            return None
        report = _carried_out(db, who, revision, run, tell)
        if report is not None:
            return report
    return None


def _carried_out(
    db: Database, who: Actor, revision: int | None, run: _Run, tell: Callable[[str], None]
) -> Report | None:
    """Carry a plan out, unless somebody wrote since it was made; whoever releases ends all waits first."""
    tell(f"Carrying out {len(run.planned.plan.operations):,} steps")
    with db.write(who) as tx:
        if last_act(tx) != revision:
            return None
        if who.kind != "cycle":
            end_all_waits(tx, is_shown_later=True)
            tx.new_act(Actor("cycle"))
        report = _apply(tx, run)
    run.planner.done()
    return report


def _write_letters(db: Database) -> None:
    """Before the first cycle: say to each adult what it would do, where that is not said already."""
    for _ in range(_TRIES):
        with db.read() as tx:
            if not letters_are_missing(tx):
                return
            revision, letters = last_act(tx), write_letters(tx)
        with db.write(Actor("cycle")) as tx:
            if last_act(tx) == revision:
                keep_letters(tx, letters)
                return


def _planned(tx: Transaction, kind: str, planner: Planner) -> Planned:
    return planner.plan_changes(tx) if kind == "quick" else planner.plan_all(tx)


@uncollected()
def _apply(tx: Transaction, run: _Run) -> Report:
    """Apply the suggestions that need no answer, and the plan, in one transaction; record it in counts."""
    accepted = len(_accept_what_is_ours(tx))
    if accepted:
        run = replace(run, planned=_planned(tx, run.kind, run.planner))
    made = run.planned.plan
    for each in made.skipped:
        cards = ", ".join(each.cards)
        _log.error("the cards %s are left as they are", cards, exc_info=each.error)
    operations, is_moved, more = _carry_out(tx, run)
    accepted += more
    asking = _planned(tx, run.kind, run.planner) if is_moved else run.planned
    asks = keep_questions(tx, asking.plan, asking.snapshot, about=asking.about, since=asking.since)
    counts = _counts(operations, accepted, len(made.questions))
    act = tx.act if tx.has_acted else None
    if act is not None or asks:  # an answer may rest on what it asks
        (note_act if act is not None else note_nothing)(tx, "cycle", kind=run.kind)
    if act is not None or run.kind in ("command", "letter"):
        record_cycle(tx, run.kind, run.started, act, json.dumps(dict(counts), sort_keys=True))
    _log.info(
        "cycle %s: %s, duration_ms=%d",
        run.kind,
        " ".join(f"{name}={count}" for name, count in counts),
        (tx.now - run.started) // 1000,
    )
    return Report(made, run.planned.snapshot, act, counts)


def _carry_out(tx: Transaction, run: _Run) -> tuple[tuple[Operation, ...], bool, int]:
    """Apply a plan, and what follows from it, so that a second cycle is empty.

    Lines that moved to own cards with it travel at once, and whoever has become *ours* by its links
    takes suggestions. Gives what was done, whether any lines moved, since something else may be
    asked then, and how many suggestions were taken.
    """
    planned, is_moved, accepted = run.planned, False, 0
    done: tuple[Operation, ...] = ()
    for _ in range(_TRIES + 1):
        steps = planned.plan.operations
        is_due = bool(steps or tx.touched)
        moved = apply_work(tx, Work(steps, facts_by_id(planned.snapshot))) if is_due else set()
        done += steps
        taken = _accept_what_is_ours(tx) if any(isinstance(e, Join) for e in steps) else []
        accepted += len(taken)
        moved.update(taken)
        if not moved:
            break
        is_moved = True
        planned = run.planner.plan_more(tx, planned.plan, moved)
    return done, is_moved, accepted


def _accept_what_is_ours(tx: Transaction) -> list[str]:
    """Apply open suggestions where the person is *ours* or has become its author's (R4); never a child's.

    Gives the card of each.
    """
    accepted: list[str] = []
    waiting = {each.id for each in list_members(tx) if not changes_others(each.role) or each.paused}
    for each in open_suggestions(tx):
        row = find_card(tx, each.card)
        if row is None or row.trashed is not None or not may_be_told(tx, each, row.member):
            continue
        if each.author in waiting or row.as_before is not None:
            continue
        if _owner(tx, row) in ("", each.author):
            accept_suggestion(tx, each, None)
            accepted.append(each.card)
    return accepted


def _owner(tx: Transaction, row: CardRow) -> str | None:
    """Whose a card's person was said to be, as far as everybody knows who sees the card (R1)."""
    household = household_of(tx)
    cards, links = closure(tx, (row.id,))

    def viewers(access: CardAccess) -> frozenset[str]:
        return frozenset(e for e in household.ids() if card_level(household, e, access) == "all")

    known = {each.id for each in cards.values() if viewers(row.access) <= viewers(each.access)}
    clusters = Clusters()
    for link in links:
        if not link.scope and {link.card_a, link.card_b} <= known:
            clusters.connect(link.card_a, link.card_b)
    person = sorted(each for each in known if clusters.of(each) == clusters.of(row.id))
    return owner_said(claim for each in person for claim in claims_of(tx, each))


def _counts(
    operations: tuple[Operation, ...], accepted: int, asked: int
) -> tuple[tuple[str, int], ...]:
    """How many of each, for the log and the record; no personal data."""
    words: dict[type, str] = {
        Join: "joined",
        Add: "added",
        Replace: "changed",
        Remove: "removed",
        Suggest: "suggested",
    }
    found = Counter(words[type(each)] for each in operations if type(each) in words)
    counted = {word: found.get(word, 0) for word in words.values()}
    return (*counted.items(), ("accepted", accepted), ("asked", asked))
