"""What the matching makes of two books, held against the truth."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from server.reconcile.matching import Index, PairDecision, compare_cards
from tests.quality.books import TwoBooks
from tests.quality.kinds import MUST

Judge = Callable[[TwoBooks], Iterable[PairDecision]]


@dataclass(slots=True)
class Result:
    """Counts over many pairs of books."""

    true: int = 0
    never_met: int = 0
    auto: int = 0
    auto_right: int = 0
    asked: int = 0
    asked_right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    asked_wrong: Counter[str] = field(default_factory=Counter)
    by_naming: dict[str, list[int]] = field(default_factory=dict)
    by_overlap: dict[str, list[int]] = field(default_factory=dict)
    examples: list[tuple[str, str, PairDecision | None]] = field(default_factory=list)

    @property
    def blocking_loss(self) -> float:
        """Of the true pairs, how many were never compared."""
        return self.never_met / self.true if self.true else 0.0

    @property
    def precision(self) -> float:
        """Of the certain links, how many are right."""
        return self.auto_right / self.auto if self.auto else 1.0

    @property
    def recall(self) -> float:
        """Of the true pairs, how many are certain."""
        return self.auto_right / self.true if self.true else 1.0

    @property
    def reached(self) -> float:
        """Of the true pairs, how many are certain or asked about."""
        return (self.auto_right + self.asked_right) / self.true if self.true else 1.0

    @property
    def questions(self) -> float:
        """Questions per 100 true pairs."""
        return 100 * self.asked / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Of certain and asked together."""
        found, right = self.auto + self.asked, self.auto_right + self.asked_right
        return 2 * right / (found + self.true) if found + self.true else 1.0

    @property
    def f1_auto(self) -> float:
        """Of the certain links alone."""
        return 2 * self.auto_right / (self.auto + self.true) if self.auto + self.true else 1.0

    @property
    def forbidden(self) -> dict[str, int]:
        """Wrong certain links of the kinds between which there must be none."""
        return {kind: count for kind, count in sorted(self.wrong.items()) if kind in MUST}


def judge_ours(books: TwoBooks) -> Iterable[PairDecision]:
    """Our own matching."""
    return compare_cards([entry.match for entry in books.entries], region=books.region)


def measure(sets: Iterable[TwoBooks], judge: Judge = judge_ours, *, examples: int = 0) -> Result:
    """Count over all sets."""
    result = Result()
    for books in sets:
        _count(books, judge(books), result, examples)
    return result


def _count(books: TwoBooks, pairs: Iterable[PairDecision], result: Result, examples: int) -> None:
    truth = books.truth()
    entries = {entry.id: entry for entry in books.entries}
    result.true += len(truth)
    index = Index([entry.match for entry in books.entries], region=books.region)
    result.never_met += sum(right not in index.partners(left) for left, right in truth)
    found = {(pair.left, pair.right): pair for pair in pairs}
    for (left, right), pair in found.items():
        right_one = (left, right) in truth
        kind = "" if right_one else books.look_alike(left, right)
        if pair.decision == "auto":
            result.auto += 1
            result.auto_right += right_one
            result.wrong.update([kind] if kind else [])
        else:
            result.asked += 1
            result.asked_right += right_one
            result.asked_wrong.update([kind] if kind else [])
        if kind and len(result.examples) < examples:
            result.examples.append((f"{books.seed}:{left}", f"{right} {kind}", pair))
    for left, right in sorted(truth):
        maybe = found.get((left, right))
        place = 2 if maybe is None else 0 if maybe.decision == "auto" else 1
        entry = entries[left]
        for table, key in ((result.by_naming, entry.naming), (result.by_overlap, entry.overlap)):
            table.setdefault(key, [0, 0, 0])[place] += 1
        if maybe is None and len(result.examples) < examples:
            result.examples.append((f"{books.seed}:{left}", f"{right} missed", None))
