"""How fast values age in this household: as it says, else as usual."""

import json
from collections.abc import Mapping
from typing import Final

from server.errors import UsageError
from server.reconcile.freshness import HALF_LIVES
from server.saying import said
from server.store.choosing import choose
from server.store.database import Transaction
from server.store.household import get_setting

YEARS_LEAST: Final = 0.5
YEARS_MOST: Final = 50.0
HALF_LIVES_KEY: Final = "half_lives"


def half_lives_of(tx: Transaction) -> Mapping[str, float]:
    """Years after which half of the values of each kind are wrong."""
    chosen: dict[str, float] = json.loads(get_setting(tx, HALF_LIVES_KEY, "{}"))
    return {**HALF_LIVES, **chosen}


def say_half_lives(tx: Transaction, years: Mapping[str, float]) -> None:
    """Keep how fast values of each kind age; a kind that is not named ages as usual.

    Raises:
        UsageError: A kind is unknown, or its years make no sense.
    """
    for kind, number in years.items():
        if kind not in HALF_LIVES or not YEARS_LEAST <= number <= YEARS_MOST:
            raise UsageError(
                said(
                    "Choose a number of years from {years_least} to {years_most} for each kind.",
                    years_least=f"{YEARS_LEAST:g}",
                    years_most=f"{YEARS_MOST:g}",
                )
            )
    changed = {kind: number for kind, number in years.items() if number != HALF_LIVES[kind]}
    choose(tx, HALF_LIVES_KEY, json.dumps(changed, sort_keys=True))
