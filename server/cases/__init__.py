"""The questions a household decides: one way in for the page and the command line."""

from server.cases.checks import checks
from server.cases.deciding import decide
from server.cases.listing import Waiting, find_case, open_cases, waiting_cases
from server.cases.shapes import Case, Choice, Double, Heap, Option, Pile, Reason, Row, Side

__all__ = [
    "Case",
    "Choice",
    "Double",
    "Heap",
    "Option",
    "Pile",
    "Reason",
    "Row",
    "Side",
    "Waiting",
    "checks",
    "decide",
    "find_case",
    "open_cases",
    "waiting_cases",
]
