"""What time it is: never before the last change, and never standing still."""

import logging
import time
from collections.abc import Callable
from typing import Final

BEHIND_LEAST: Final = 60 * 1_000_000
"""Less than a minute is what time servers correct all the time."""

_log = logging.getLogger(__name__)


class Clock:
    """UTC microseconds of a clock that somebody may set back.

    Where it is behind the last change, time goes on from that change at its usual
    pace; else leases would never end, and no settling time either.

    Args:
        source: The clock; UTC microseconds.
    """

    def __init__(self, source: Callable[[], int]) -> None:
        self._source = source
        self._held: tuple[int, int] | None = None

    def now(self, last: int) -> int:
        """The time, given when the last change was."""
        told = self._source()
        if told >= last:
            self._held = None
            return told
        beat = time.monotonic_ns() // 1000
        held = self._held
        if held is None:
            held = self._held = (last, beat)
            if last - told >= BEHIND_LEAST:
                _log.warning("%s", behind_sentence(last - told))
        return max(last, held[0] + beat - held[1])


def behind_sentence(microseconds: int) -> str:
    """What to say of a clock that is behind the last change."""
    minutes = microseconds // 60_000_000
    how_far = (
        f"{minutes} minutes"
        if minutes < 120
        else f"{minutes // 60} hours"
        if minutes < 48 * 60
        else f"{minutes // 1440} days"
    )
    return (
        f"This machine's clock is {how_far} behind the last change: set it right; until it has "
        "caught up, changes are dated from that one on."
    )
