"""How fresh a member's book is, as a page draws it: a bar, a line, and the words for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from server.review.language import gettext as _
from server.review.words import date_in_words, month_of
from server.store.jobs import Measured

DAYS_SHOWN: Final = 183
_MONTH_DAYS: Final = 40
"""What is further back is named by its month; half a year has no month twice."""
_TREND_DAYS: Final = 7
WIDTH: Final = 100.0
HEIGHT: Final = 20.0
_GAP: Final = 0.5
_POINTS_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the bar, in hundredths of its width: of so many people, this is so."""

    word: str
    people: int
    at: float
    width: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page shows of the gauge.

    Attributes:
        percent: How much of what is known is probably still right.
        trend: In words, how it was earlier; empty where there is nothing to compare.
        parts: Of the bar; empty where it is not kept.
        line: The points of the line; empty where there are too few days.
    """

    percent: int
    trend: str
    people: int
    unknown: int
    parts: tuple[Part, ...]
    line: str


def picture_of(days: Sequence[Measured]) -> Picture | None:
    """The gauge of the last of some days, with what the others say of it; None without any."""
    known = [each for each in days if each.chance is not None]
    if not known or days[-1].chance is None:
        return None
    now = known[-1]
    return Picture(
        _percent(now),
        _trend(known),
        now.people,
        now.people - now.known,
        tuple(_parts(now)),
        _line(known),
    )


def _percent(each: Measured) -> int:
    return round(100 * (each.chance or 0.0))


def _trend(known: Sequence[Measured]) -> str:
    now, today = known[-1], _date(known[-1])
    earlier = next((e for e in known if (today - _date(e)).days >= _TREND_DAYS), None)
    if earlier is None:
        return ""
    then = _date(earlier)
    change = _percent(now) - _percent(earlier)
    if (today - then).days >= _MONTH_DAYS:
        words = {"percent": _percent(earlier), "when": month_of(then)}
        if not change:
            return _("as in %(when)s") % words
        pattern = (
            _("up from %(percent)s %% in %(when)s")
            if change > 0
            else _("down from %(percent)s %% in %(when)s")
        )
        return pattern % words
    words = {"percent": _percent(earlier), "when": date_in_words(then)}
    if not change:
        return _("as on %(when)s") % words
    pattern = (
        _("up from %(percent)s %% on %(when)s")
        if change > 0
        else _("down from %(percent)s %% on %(when)s")
    )
    return pattern % words


def _parts(now: Measured) -> list[Part]:
    """The bar: how many people are fresh, ageing, to be checked and unknown."""
    if now.fresh is None or now.ageing is None or not now.people:
        return []
    check = max(now.known - now.fresh - now.ageing, 0)
    counts = (
        ("Fresh", now.fresh),
        ("Ageing", now.ageing),
        ("Check", check),
        ("Unknown", now.people - now.known),
    )
    there = sum(1 for _word, people in counts if people)
    scale = (WIDTH - _GAP * max(there - 1, 0)) / now.people
    found, at = [], 0.0
    for word, people in counts:
        width = people * scale
        found.append(Part(word, people, round(at, 2), round(width, 2)))
        at += width + _GAP if people else 0.0
    return found


def _line(known: Sequence[Measured]) -> str:
    """The last half year as a line from the left to the right; a higher point is a fresher book."""
    if (_date(known[-1]) - _date(known[0])).days < _TREND_DAYS:
        return ""
    first, last = _date(known[0]), _date(known[-1])
    step = -(-len(known) // _POINTS_MOST)
    shown = [*known[:-1:step], known[-1]]
    span = (last - first).days
    chances = [each.chance or 0.0 for each in shown]
    low, high = min(chances), max(chances)
    room = max(high - low, 0.1)
    return " ".join(
        f"{WIDTH * (_date(each) - first).days / span:.1f},"
        f"{HEIGHT - 2 - (HEIGHT - 4) * ((each.chance or 0.0) - low) / room:.1f}"
        for each in shown
    )


def _date(each: Measured) -> date:
    return datetime.strptime(each.day, "%Y-%m-%d").replace(tzinfo=UTC).date()
