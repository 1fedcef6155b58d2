"""What the journal cannot tell, in numbers and words: where it is damaged, and how much may be missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from server.store.journal import SUFFIX, Gap, JournalFile, Mark, Record


def claimed(files: Sequence[JournalFile], household: str) -> tuple[JournalFile, ...]:
    """The files; one whose beginning is damaged belongs to the household that all others are of."""
    owners = {each.household for each in files} - {""}
    if owners - {household}:
        return tuple(files)
    return tuple(each if each.household else _begun(each, household) for each in files)


def untold(
    files: Sequence[JournalFile], mark: Mark | None, household: str, held: int
) -> tuple[str, ...]:
    """What cannot be replayed because the journal does not tell it, a sentence each.

    Args:
        held: The last act of the backup.
    """
    said: list[str] = []
    ours = [each for each in files if each.household == household]
    for each, end in zip(ours, _ends(ours, mark, household), strict=True):
        said += [_damage(each, gap, end, held) for gap in each.gaps]
    said += [
        f"{each.path} does not say whose it is, so nothing of it was put back."
        for each in files
        if not each.household and each.gaps
    ]
    begun = next((each.begun for each in ours), None)
    if begun is not None and begun.act > held:
        missing = begun.act - held
        said.append(
            "The journal begins later than the backup ends; "
            f"what was typed in between is not in it (at most {_changes(missing)})."
        )
    for left, right in _jumps(ours):
        said.append(f"{right - left - 1} of the journal's files are missing before {right:06}.")
    return tuple(said)


def lacking(files: Sequence[JournalFile], mark: Mark, held: int) -> tuple[str, ...]:
    """Where the journal cannot bring back what came after an act, one place each; empty where it can.

    Args:
        mark: How far the database has come.
        held: The last act that a backup holds.
    """
    ours = [each for each in claimed(files, mark.household) if each.household == mark.household]
    found: list[str] = []
    for each, end in zip(ours, _ends(ours, mark, mark.household), strict=True):
        for gap in each.gaps:
            is_held = gap.until is not None and gap.until.act <= held
            if not is_held and _missing(gap, end, held) != 0:
                found.append(f"{each.path} is damaged at byte {gap.start:,}")
    begins = {int(each.path.stem): each.begun.act for each in ours if each.begun is not None}
    jumps = {right for _, right in _jumps(ours)} | set(list(begins)[:1])
    found += [
        f"what came before {number:06}{SUFFIX} is missing"
        for number, act in begins.items()
        if number in jumps and act > held
    ]
    return tuple(found)


def _ends(ours: Sequence[JournalFile], mark: Mark | None, household: str) -> tuple[int | None, ...]:
    """Of each file the last act before the next one, as far as that is known."""
    if not ours:
        return ()
    last = mark.act if mark is not None and mark.household == household else None
    return (*(each.begun.act if each.begun else None for each in ours[1:]), last)


def _jumps(ours: Sequence[JournalFile]) -> tuple[tuple[int, int], ...]:
    """The numbers of files between which others are missing."""
    numbers = [int(each.path.stem) for each in ours]
    return tuple((left, right) for left, right in pairwise(numbers) if right > left + 1)


def _begun(file: JournalFile, household: str) -> JournalFile:
    """A file with a beginning in place of the one that cannot be read."""
    first = file.records[0] if file.records else None
    if first is None:
        return file
    begin = Record("begin", first.before, first.at, first.before, note=household)
    return replace(file, records=(begin, *file.records))


def _damage(file: JournalFile, gap: Gap, end: int | None, held: int) -> str:
    """One damaged part: where, how large, and how much may be missing."""
    where = (
        f"{file.path} is cut off or damaged at byte {gap.start:,} ({gap.end - gap.start:,} bytes)"
    )
    missing = _missing(gap, end, held)
    if missing is None:
        return f"{where}; what was sent {_span(gap)} may be missing."
    if not missing:
        return f"{where}; no other change is missing."
    return (
        f"{where}; of what was sent {_span(gap)} at most {_changes(missing)} could not be put back."
    )


def _missing(gap: Gap, end: int | None, held: int) -> int | None:
    """How many changes a damaged part may have told; None where that cannot be known."""
    since = max(gap.since.act if gap.since is not None else 0, held)
    if gap.until is None:
        return None if end is None else max(end - since, 0)
    if gap.until.opens:
        return max(gap.until.before - since, 0)
    # Damaged within what one change wrote.
    return max(gap.until.act - since, 1)


def _span(gap: Gap) -> str:
    parts = [
        f"{word} {_minute(record)}"
        for word, record in (("after", gap.since), ("before", gap.until))
        if record is not None
    ]
    return " and ".join(parts) or "since then"


def _minute(record: Record) -> str:
    return f"{datetime.fromtimestamp(record.at / 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"


def _changes(number: int) -> str:
    return "1 change" if number == 1 else f"{number:,} changes"
