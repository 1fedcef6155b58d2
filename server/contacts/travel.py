"""What others see of a card, and what flows between linked cards: one table with reasons.

`shown` says whether the built card that another member sees holds the property,
`flow` what reconciliation does with it between linked cards of two members:
"adds" (added at the first link, changes flow), "fills" (the same, but added only
where the other card has none) or "stays" (personal, never a conflict).
"""

from dataclasses import dataclass
from typing import Literal

Flow = Literal["adds", "fills", "stays"]


@dataclass(frozen=True, slots=True)
class Travel:
    """How one property travels.

    Attributes:
        shown: Whether it is in the card that others see.
        flow: What reconciliation does with it.
        single: Whether a card means one value only; two different ones are a change.
        suggestible: Whether another member's edit of it becomes a suggestion.
        reason: Why, for people who read the table.
    """

    shown: bool
    flow: Flow
    single: bool
    suggestible: bool
    reason: str


REACH = Travel(
    shown=True,
    flow="adds",
    single=False,
    suggestible=True,
    reason="how to reach somebody is what a household shares",
)
FACT = Travel(
    shown=True,
    flow="fills",
    single=True,
    suggestible=True,
    reason="a fact about the person; two different ones need a human",
)
NAME = Travel(
    shown=True,
    flow="stays",
    single=True,
    suggestible=False,
    reason="personal: people call each other differently; a changed family name is offered",
)
SIGHT = Travel(
    shown=True,
    flow="stays",
    single=True,
    suggestible=False,
    reason="personal: how I call or picture somebody; an edit stays with its author",
)
INNER = Travel(
    shown=False,
    flow="stays",
    single=True,
    suggestible=False,
    reason="personal: what I wrote for myself",
)
INNER_LIST = Travel(
    shown=False,
    flow="stays",
    single=False,
    suggestible=False,
    reason="personal: whom and what I put beside somebody",
)
FRAME = Travel(
    shown=False,
    flow="stays",
    single=True,
    suggestible=False,
    reason="about the card, not about the person",
)
UNKNOWN = Travel(
    shown=False,
    flow="stays",
    single=False,
    suggestible=False,
    reason="unknown: whoever invented it did not mean others to see it",
)

_TABLE: dict[str, Travel] = {
    "TEL": REACH,
    "EMAIL": REACH,
    "ADR": REACH,
    "URL": REACH,
    "IMPP": REACH,
    "SOCIALPROFILE": REACH,
    "X-SOCIALPROFILE": REACH,
    "BDAY": FACT,
    "ANNIVERSARY": FACT,
    "ORG": FACT,
    "TITLE": FACT,
    "ROLE": FACT,
    "FN": NAME,
    "N": NAME,
    "X-PHONETIC-FIRST-NAME": NAME,
    "X-PHONETIC-MIDDLE-NAME": NAME,
    "X-PHONETIC-LAST-NAME": NAME,
    "X-PHONETIC-ORG": NAME,
    "SORT-STRING": NAME,
    "NICKNAME": SIGHT,
    "PHOTO": SIGHT,
    "NOTE": INNER,
    "CATEGORIES": INNER,
    "GENDER": INNER,
    "DEATHDATE": INNER,
    "GEO": INNER,
    "LOGO": INNER,
    "SOUND": INNER,
    "RELATED": INNER_LIST,
    "X-ABRELATEDNAMES": INNER_LIST,
    "X-ABDATE": INNER_LIST,
    "MEMBER": INNER_LIST,
    "CLASS": FRAME,
    "KIND": FRAME,
    "MAILER": FRAME,
}

CLIENT_NOISE: dict[str, str] = {
    "BEGIN": "the frame of the card",
    "END": "the frame of the card",
    "VERSION": "the frame of the card",
    "PROFILE": "the frame of the card in vCard 3.0",
    "PRODID": "which program wrote last",
    "REV": "set at every write, whatever changed",
    "UID": "identity, not content",
    "X-ABUID": "identity inside one Apple address book",
    "CLIENTPIDMAP": "bookkeeping of property ids",
}
"""Names that are no content of a card, each with its reason."""

SINGLE_NAMES: frozenset[str] = frozenset(name for name, travel in _TABLE.items() if travel.single)
"""The names of which a card means one value only."""

SHOWN_NAMES: frozenset[str] = frozenset(name for name, travel in _TABLE.items() if travel.shown)
"""The names that others may see at all."""


def travel_of(name: str) -> Travel:
    """How the property called `name` travels; an unknown one is not shown and stays."""
    return _TABLE.get(name.upper(), UNKNOWN)
