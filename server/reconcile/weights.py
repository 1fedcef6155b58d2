"""What each piece of evidence counts, as data: every level has its weight and where that comes from.

A weight is log2(m/u): how much more often the level is seen between two cards of one person (m) than between cards
of two people who share at least something (u), in bits. The m and u were counted on the development part of the
made-up books (`tests/quality`) and rounded; where a source says otherwise it is named.
Weights add up over comparisons, and there is only one comparison for everything that a household shares: landline,
address and family mail agree together for every couple, and would be counted three times.
"""

from dataclasses import dataclass, field
from enum import Enum
from math import log2


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of one comparison.

    Attributes:
        text: What people read.
        strength: 1 (a hint) to 3 (hard evidence), as in `Reason`.
        m, u: How often it is seen in true pairs, and in pairs of two people.
        bits: The weight that follows from these.
        why: Where the numbers come from.
    """

    text: str
    strength: int
    m: float
    u: float
    why: str
    bits: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", log2(self.m / self.u))


ORIGIN = ("uid",)
"""What twins do not share, who may share everything else, birthday and initial included."""

BIRTH = ("uid", "birthday")
"""What a spouse, a child or a parent behind the same number and mail does not share."""


class NameLevel(Enum):
    """How two names compare, from "the same" to "two people".

    To a level's bits comes how rare the words are that agree. `proofs` is how many of UID, own mobile number, own
    mail address and full birthday make a pair certain: one where the names agree, never one elsewhere, and
    where only a hint of a name is left, the UID, or the birthday, must be one of them (`among`).
    """

    SAME = (Level("same name", 3, 0.6, 0.6, "agreement counts by rarity alone"), 1, ())
    SPELLING = (Level("same name, spelt otherwise", 3, 0.02, 0.02, "Mueller and Muller"), 2, ())
    MIDDLE = (
        Level(
            "one name is part of the other", 2, 0.06, 0.48, "an aunt may be her niece's godmother"
        ),
        2,
        (),
    )
    NICKNAME = (Level("short form of the name", 2, 0.07, 0.14, "table in nicknames.py"), 2, ())
    DOUBLE = (
        Level("one of two family names", 2, 0.03, 0.24, "wives and daughters have them, too"),
        2,
        (),
    )
    SLIP = (Level("name with a slip", 2, 0.04, 0.16, "one letter; no other known name"), 2, ())
    ALIKE = (Level("similar name", 2, 0.04, 0.32, "twins are called Lena and Lea"), 9, ())
    INITIAL = (
        Level("same initial and family name", 2, 0.03, 0.12, "one in ten brothers shares it"),
        2,
        ORIGIN,
    )
    GIVEN = (Level("same given name", 1, 0.03, 0.06, "the family name is missing"), 2, ())
    MARRIED = (Level("another family name", 1, 0.02, 0.32, "couples of one name exist"), 2, BIRTH)
    FAMILY = (Level("same family name", 1, 0.02, 0.16, "the given name is missing"), 9, ())
    OTHER_SCRIPT = (
        Level("similar name in another script", 2, 0.9, 0.9, "its rarity is that of its sounds"),
        9,
        (),
    )
    MISSING = (Level("one card has no name", 1, 0.04, 0.04, "missing is no evidence"), 2, ORIGIN)
    OTHER = (Level("different names", 3, 0.001, 1.0, "two people"), 9, ())

    def __init__(self, level: Level, proofs: int, among: tuple[str, ...]) -> None:
        self.level = level
        self.proofs = proofs
        self.among = among


UID = Level(
    "same origin of the card", 3, 0.08, 0.08 / 2**14, "copies keep it; nobody mints one twice"
)
IDENTITY = Level("same identity number", 3, 0.08, 0.08 / 2**16, "given to one for life")
IDENTITY_SLIP = Level("identity number with a slip", 2, 0.01, 0.01 / 2**12, "one digit of seven")
MOBILE = Level(
    "same mobile number", 3, 0.68, 0.68 / 2**12, "own to one, unless the books show otherwise"
)
MAIL = Level(
    "same e-mail address", 3, 0.52, 0.52 / 2**12, "own to one, unless the books show otherwise"
)
PHONE = Level("same phone number", 3, 0.2, 0.2 / 2**10, "neither known as mobile nor as landline")
FURTHER = Level("another of them", 2, 0.5, 0.5 / 2**5, "who shares one often shares the other")

LANDLINE = Level("same phone number", 3, 0.2, 0.2 / 2**8, "everybody at home answers it")
SO_CALLED_MOBILE = Level(
    "same mobile number", 3, 0.2, 0.2 / 2**8, "by the numbering plan it is a landline"
)
FAMILY_MAIL = Level(
    "same shared e-mail address", 2, 0.1, 0.1 / 2**7, "cards of other names have it, too"
)
SHARED_PHONE = Level(
    "same shared phone number", 2, 0.1, 0.1 / 2**7, "cards of other names have it, too"
)
CROWD = Level("same switchboard", 1, 0.1, 0.1 / 2**2, "many people are behind it")
HOME = Level("same address", 2, 0.15, 0.15 / 2**8, "everybody at home lives there")
NEAR_HOME = Level("similar address", 1, 0.05, 0.05 / 2**6, "one slip in street or postcode")
TOWN = Level("same town", 1, 0.3, 0.1, "most people know people near them")

BIRTHDAY = Level("same birthday", 3, 0.12, 0.12 / 2**14, "one in 25,000, or a twin")
DAY = Level("same birthday", 2, 0.1, 0.1 / 2**7, "one in 365; one year is missing")
BIRTHDAY_SLIP = Level(
    "birthday with a slip", 1, 0.02, 0.02 / 2**6, "day and month changed, or one digit"
)
OTHER_DAY = Level("another birthday", 2, 0.002, 0.25, "slips of the finger exist")

LOCAL_PART = Level(
    "same name in the mail address", 1, 0.03, 0.03 / 2**5, "people keep their handle"
)
NUMBER_SLIP = Level(
    "number with a slip", 1, 0.01, 0.01 / 2**6, "two numbers of one firm may be so near"
)
SPELLS = Level("mail address spells the name", 1, 0.3, 0.3 / 2**4, "eva.lorenz@ is an Eva Lorenz")
EMPLOYER = Level("same employer", 1, 0.3, 0.3 / 2**3, "so are its colleagues")

OTHER_MOBILE = Level("another mobile number", 1, 0.08, 0.32, "people change theirs, seldom")
OTHER_MAIL = Level("another mail address", 1, 0.2, 0.4, "people have several")
OTHER_HOME = Level("another address", 1, 0.05, 0.2, "people move")
GENERATION = Level("only one is called junior or senior", 2, 0.02, 0.3, "fathers and sons")
ELSEWHERE = Level("another card fits better", 2, 0.01, 0.64, "few books hold a person twice")

SAME_BOOK = Level("in one book", 1, 0.02, 0.32, "few hold a person twice")

RARITY_BITS = (4.0, 13.0)
"""A name counts no less and no more: nothing is so frequent or so rare, with slips about."""

BOOKS_WEIGHT = 300
"""The background table counts as much as this many cards when names are counted; the two cards that are
compared do not count, else every name would be frequent by having been written down twice."""

AUTO_BITS = 12.0
"""Above this a pair with enough proofs is certain: one in 4,000 is wrong, before any rule forbids."""

ASK_BITS = 0.0
"""Above this a pair is asked about: as likely one person as two."""

NAMESAKES_BITS = -4.0
"""Above this equal names alone are asked about, however much else differs."""

CROWD_MIN = 8
"""So many names behind one number make it a switchboard."""

SWITCHBOARD_BITS = 7.0
"""A name must be so much rarer than a switchboard is large; ten answer it for one in the books."""

RIVAL_BITS = 4.0
"""A second card that fits less well by no more than this fits equally."""
