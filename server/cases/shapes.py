"""What a case looks like to the page and the command line: plain values, no database."""

from dataclasses import dataclass
from typing import Literal

from server.reconcile.describe import Letter

CaseKind = Literal[
    "same-person",
    "cluster",
    "doubles",
    "dispute",
    "values",
    "offer",
    "suggestion",
    "edit-lost-race",
    "mass-change",
    "mass-deletion",
    "deletion",
    "asked",
    "still-right",
    "letter",
]
How = Literal["typed", "import", "copied", "new", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """One value with its freshness, and who says so since when.

    Attributes:
        label: What people call it: Mobile, Home, Birthday.
        kind: tel, email, adr, bday, org, url or other: for the icon.
        badge: Fresh, Ageing, Check or Unknown.
        since: UTC microseconds.
        how: How it came; `new` in a preview: `who` gains it.
        device: The label of the device it was typed on, or empty.
    """

    label: str
    property: str
    value: str
    kind: str
    badge: str
    who: str
    since: int
    how: How
    device: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One member's card in a case: what differs first, what is equal folded."""

    member: str
    member_name: str
    card: str
    name: str
    org: str
    photo: bool
    rows: tuple[Row, ...]
    equal: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two cards may be one person, or not, in three words; strength 1 to 3."""

    text: str
    strength: int
    against: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to one property: whose value it is; an empty value means that it was removed there.

    Attributes:
        answer: What `decide` calls it after `PROPERTY=`, of values that differ: the member, with
            `#2` and so on for further cards of theirs.
    """

    member: str
    member_name: str
    value: str
    since: int
    how: How
    device: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One property that differs, with what may be chosen.

    Attributes:
        key: What `decide` calls it: the property, with `#2` and so on for further ones of a name.
        before: What an edit that lost a race started from; empty where nobody knows.
    """

    key: str
    property: str
    label: str
    single: bool
    options: tuple[Option, ...]
    preselected: str
    why: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """One of the cards that are one person already: whose it is, and what it says."""

    card: str
    member: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heap:
    """One of several people who may be fewer: the cards that are one person already.

    Attributes:
        number: What `decide` calls it, from 1.
        members: Who keeps the cards.
        values: What tells them apart from the others, the most telling first.
        since: When the oldest card came, in UTC microseconds.
        pile: The letter of the pile that is proposed; L where too little tells.
        joined: Of several cards each by itself.
    """

    number: int
    cards: tuple[str, ...]
    members: tuple[str, ...]
    name: str
    values: tuple[str, ...]
    since: int
    pile: str
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class Pile:
    """A pile that people may be put on, and what those who are proposed for it share."""

    letter: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One question, asked of whoever may answer it (design section 9).

    Attributes:
        id: The same for everybody who may answer; random to everybody else.
        title: The names of the people it is about.
        members: Who may answer.
        choices: What `decide` takes; for values also PROPERTY=MEMBER, for a lost race PROPERTY=CHOICE,
            for a cluster NUMBER=PILE.
        preview: What both would have after the first choice; of a lost race what else was typed and is there.
        outcome: What the card would say after `mine`, of an edit that lost a race; how=`new` for what would change.
        sentence: One line for a list.
        names: Of a mass change or deletion, what its member calls the first of the cards; of an offer, who shows it.
        device: The label of the device that did it, and `since` when it began; empty for an import.
        made: Whether a mass change brought new cards.
        heaps: Of a cluster, the people to be sorted, and `piles` where they may go.
        number: Of own doubles, how many there are, and `doubles` the first of them.
    """

    id: str
    kind: CaseKind
    title: str
    members: tuple[str, ...]
    cards: tuple[str, ...]
    choices: tuple[str, ...]
    sentence: str
    sides: tuple[Side, ...] = ()
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Choice, ...] = ()
    letter: Letter | None = None
    preview: tuple[Row, ...] = ()
    outcome: tuple[Row, ...] = ()
    names: tuple[str, ...] = ()
    device: str = ""
    since: int = 0
    made: bool = False
    heaps: tuple[Heap, ...] = ()
    piles: tuple[Pile, ...] = ()
    number: int = 0
    doubles: "tuple[Double, ...]" = ()


@dataclass(frozen=True, slots=True)
class Double:
    """Two cards of one member who may be one person, as one of many.

    Attributes:
        case: The question about them alone; `decide` takes its id.
        is_sure: Whether they share more than a name, and nothing speaks against it.
    """

    case: Case
    is_sure: bool
