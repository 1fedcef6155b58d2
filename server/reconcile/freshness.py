"""How likely a value is still right, from when a member last vouched for it.

The chance halves with every half-life of its kind; REV plays no part. It orders questions and
preselects answers, and never overwrites anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from server.contacts.properties import Property
from server.reconcile.snapshot import CardState, Fact

Word: TypeAlias = Literal["Fresh", "Ageing", "Check", "Unknown"]

YEAR = 31_557_600_000_000
"""Microseconds of 365.25 days."""

FRESH_MIN = 0.75
AGEING_MIN = 0.5

HALF_LIVES: Mapping[str, float] = MappingProxyType(
    {
        "work": 2.7,  # 22.5 % of business contacts change in a year
        "mobile": 10.0,  # numbers move along with people
        "landline": 7.2,  # goes with the address
        "address": 7.2,  # a quarter of people moved within three years
        "mail": 8.0,
        "web": 4.0,  # about 15 % of handles and pages change in a year
        "other": 8.0,
    }
)
"""Years after which half of the values of a kind are wrong; a kind that is missing never ages."""

_LASTING = frozenset({"BDAY", "ANNIVERSARY", "DEATHDATE", "FN", "N", "NICKNAME", "GENDER"})
_GAUGED = {"TEL": "phone", "EMAIL": "mail", "ADR": "address"}


@dataclass(frozen=True, slots=True)
class Badge:
    """What a page shows beside a value; `chance` is None where nobody knows."""

    word: Word
    chance: float | None


def kind_of_value(prop: Property) -> str:
    """The kind by which a value ages, a key of `HALF_LIVES`, or "lasting"."""
    if prop.name in _LASTING:
        return "lasting"
    if "work" in prop.types or prop.name in {"ORG", "TITLE", "ROLE"}:
        return "work"
    match prop.name:
        case "TEL":
            return "mobile" if "home" not in prop.types or "cell" in prop.types else "landline"
        case "EMAIL":
            return "mail"
        case "ADR":
            return "address"
        case "URL" | "IMPP" | "SOCIALPROFILE":
            return "web"
        case _:
            return "other"


def badge(fact: Fact, now: int, half_lives: Mapping[str, float] = HALF_LIVES) -> Badge:
    """How fresh a value is; what arrived in bulk and nobody vouched for is Unknown."""
    if fact.confirmed is None:
        return Badge("Unknown", None)
    half_life = half_lives.get(kind_of_value(fact.prop))
    years = max(now - fact.confirmed, 0) / YEAR
    chance = 1.0 if half_life is None else 0.5 ** (years / half_life)
    if chance >= FRESH_MIN:
        return Badge("Fresh", chance)
    return Badge("Ageing" if chance >= AGEING_MIN else "Check", chance)


def mean_chance(
    facts: Iterable[Fact], now: int, half_lives: Mapping[str, float] = HALF_LIVES
) -> float | None:
    """The mean chance over phone, mail and address, of each kind the best value known.

    Kinds of which nothing is known are left out; None if that leaves nothing.
    """
    best: dict[str, float] = {}
    for fact in facts:
        kind = _GAUGED.get(fact.prop.name)
        chance = badge(fact, now, half_lives).chance
        if kind is not None and chance is not None:
            best[kind] = max(best.get(kind, 0.0), chance)
    return sum(best.values()) / len(best) if best else None


def freshest(
    cards: Sequence[CardState], now: int, half_lives: Mapping[str, float] = HALF_LIVES
) -> str | None:
    """The card of a person with the highest mean; of equal ones that with more values.

    The cards hold only what their viewer may see. None if nothing tells them apart.
    """

    def rank(card: CardState) -> tuple[float, int]:
        mean = mean_chance(card.facts, now, half_lives)
        return (-1.0 if mean is None else mean, len(card.facts))

    ranked = sorted(cards, key=rank, reverse=True)
    if not ranked or (len(ranked) > 1 and rank(ranked[0]) == rank(ranked[1])):
        return None
    return ranked[0].id
