"""The same books judged by other programs, each with the threshold that suits it best.

A peer gets what we get, in our normal forms: names as fields, E.164 numbers, folded addresses. It
scores pairs; of all thresholds the one with the best F1 is taken afterwards, which no real user could.
"""

import importlib
import logging
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from types import ModuleType
from typing import Any

from rapidfuzz import fuzz, process

from tests.quality.books import Entry, TwoBooks

Scores = dict[tuple[str, str], float]
Peer = Callable[[Sequence[Entry]], Scores]
COLUMNS = ("given", "family", "mobile", "landline", "mail", "street", "postcode", "birthday")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a peer does at its best threshold."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def best_fit(scores: Iterable[tuple[float, bool]], true: int) -> Fit:
    """The threshold with the best F1, among all that there are."""
    best, right, found = Fit(0.0, 0.0), 0, 0
    ranked = sorted(scores, reverse=True)
    for place, (score, is_true) in enumerate(ranked):
        found, right = found + 1, right + is_true
        if place + 1 == len(ranked) or ranked[place + 1][0] < score:
            fit = Fit(right / found, right / true)
            best = max(best, fit, key=lambda each: each.f1)
    return best


def judged(peer: Peer, sets: Sequence[TwoBooks]) -> Fit:
    """A peer over many pairs of books, with one threshold for all."""
    ranked, true = [], 0
    for books in sets:
        truth = {pair for pair in books.truth() if pair[0][0] != pair[1][0]}
        true += len(truth)
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = peer(books.entries)
        ranked += [(score, pair in truth) for pair, score in scores.items()]
    return best_fit(ranked, true)


def token_sort(entries: Sequence[Entry]) -> Scores:
    """Names alone: the words sorted, 90 % alike or more."""
    left, right = _sides(entries)
    names = {each.id: each.called[2].casefold() for each in right}
    return {
        (each.id, other): score / 100
        for each in left
        for _, score, other in process.extract(
            each.called[2].casefold(),
            names,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=90,
            limit=None,
        )
    }


def library(name: str) -> ModuleType | None:
    """A library that is only needed for comparing, if it is there."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def splink(entries: Sequence[Entry]) -> Scores:
    """Splink: Fellegi-Sunter, trained by expectation maximisation on these very cards."""
    import pandas as pd
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    left, right = _sides(entries)
    rules = [block_on("family"), block_on("given"), *(block_on(each) for each in COLUMNS[2:5])]
    rules += [block_on("birthday"), block_on("street", "postcode")]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("family", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            *(cl.ExactMatch(each) for each in ("mobile", "landline", "mail", "birthday")),
            cl.LevenshteinAtThresholds("street", 2),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    db = DuckDBAPI()
    frames = [
        db.register(pd.DataFrame(map(_row, side)), dataset_display_name=name)
        for side, name in ((left, "l"), (right, "r"))
    ]
    linker = Linker(frames, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("mobile"), block_on("mail")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (block_on("given", "family"), block_on("mobile")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    return {
        (min(a, b), max(a, b)): float(score)
        for a, b, score in zip(found.id_l, found.id_r, found.match_weight, strict=True)
    }


def recordlinkage(entries: Sequence[Entry]) -> Scores:
    """The Python Record Linkage Toolkit: its ECM classifier on the same comparisons."""
    import pandas as pd
    import recordlinkage as rl

    left, right = (pd.DataFrame(map(_row, side)).set_index("id") for side in _sides(entries))
    index = rl.Index()
    for each in (*COLUMNS[:5], "birthday"):
        index.block(each)
    compare = rl.Compare()
    for each in ("given", "family", "street"):
        compare.string(each, each, method="jarowinkler", threshold=0.9, label=each)
    for each in ("mobile", "landline", "mail", "birthday"):
        compare.exact(each, each, label=each)
    features = compare.compute(index.index(left, right), left, right)
    classifier = rl.ECMClassifier(binarize=0.5)
    classifier.fit(features)
    chances: Any = classifier.prob(features)
    return {(min(a, b), max(a, b)): float(score) for (a, b), score in chances.items()}


PEERS: tuple[tuple[str, str, Peer], ...] = (
    ("names alone, token sort", "rapidfuzz", token_sort),
    ("Splink", "splink", splink),
    ("recordlinkage", "recordlinkage", recordlinkage),
)


def _sides(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    return [each for each in entries if each.id[0] == "l"], [
        each for each in entries if each.id[0] == "r"
    ]


def _row(entry: Entry) -> dict[str, str | None]:
    match = entry.match
    mobiles = sorted(match.mobiles)
    landlines = sorted(match.phones - match.mobiles)
    street, code, _ = entry.known.address
    values = {
        "id": entry.id,
        "given": " ".join(sorted(match.called.given)),
        "family": " ".join(sorted(match.called.family)),
        "mobile": mobiles[0] if mobiles else "",
        "landline": landlines[0] if landlines else "",
        "mail": min(match.emails, default=""),
        "street": street.casefold(),
        "postcode": code,
        "birthday": entry.known.birthday,
    }
    return {key: value or None for key, value in values.items()}
