"""Three members with three devices each, in memory: what phones send becomes steps on cards, and cycles follow.

How a body is judged and merged is the server's own pure code; that the steps reach the cards is
written here from the words of the laws alone. Devices drop what they cannot show, write everything
in their own way, send late, send twice, and are cut off in the midst of it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from server.contacts.card import parse
from server.contacts.properties import Canonical, Change, Property, properties
from server.reconcile.merging import value_key
from server.reconcile.operations import Plan
from server.reconcile.plan import plan
from server.reconcile.snapshot import CardState, Fact, Snapshot
from server.store.believing import ALWAYS_SHOWN, Sight
from server.store.meeting import Meeting
from tests.reconcile.model import REGION, apply, clock, put, take

Key = tuple[str, str]


@dataclass(frozen=True)
class Copy:
    """A card as a device was served it, and as it shows it."""

    had: tuple[Property, ...]
    shown: tuple[str, ...]
    """Content lines."""


@dataclass
class Phone:
    """One device of one member.

    Attributes:
        drops: Names it cannot show and therefore never sends.
        style: How it writes what it sends.
        copy: What it has now, None before it first synced.
        waiting: Bodies that it has not sent yet, each with the copy it started from.
    """

    member: str
    drops: frozenset[str]
    style: int
    copy: Copy | None = None
    sent: set[str] = field(default_factory=set)
    waiting: list[tuple[Copy, tuple[str, ...]]] = field(default_factory=list)
    last: tuple[Copy, tuple[str, ...]] | None = None

    @property
    def sight(self) -> Sight:
        """What the server believes that it can take off."""
        return Sight(ALWAYS_SHOWN | self.sent)

    def fetch(self, props: Sequence[Property]) -> None:
        """Take what the server has, less what cannot be shown."""
        shown = tuple(line_of(each) for each in props if each.name not in self.drops)
        self.copy = Copy(tuple(props), shown)

    def body(self, lines: Iterable[str]) -> bytes:
        """A card of these lines, in this device's handwriting."""
        return written(lines, self.style)


@dataclass(frozen=True)
class Taken:
    """What became of a body on its card."""

    typed: tuple[Change, ...]
    changes: tuple[Change, ...]
    collided: tuple[Change, ...]


def line_of(prop: Property) -> str:
    """The content line that a property was written as."""
    return prop.octets.decode().replace("\r\n ", "").replace("\n ", "").strip()


def written(lines: Iterable[str], style: int) -> bytes:
    """A card of some lines; no style says anything else than another."""
    found = list(lines)
    if style % 2:
        found.reverse()
    if style % 3 == 1:  # Android counts groups anew
        found = [
            f"item{number}.{line}" if line.startswith(("TEL", "EMAIL", "URL")) else line
            for number, line in enumerate(found, 1)
        ]
    if style % 3 == 2:
        found = [_in_lower_case(line) for line in found]
    ending = "\r\n" if style % 5 else "\n"
    if style % 7 == 3:  # folded wherever it falls
        found = [line[:9] + ending + " " + line[9:] if len(line) > 9 else line for line in found]
    frame = ["BEGIN:VCARD", "VERSION:3.0", *found, "REV:20260101T000000Z", "END:VCARD", ""]
    return ending.join(frame).encode()


def _in_lower_case(line: str) -> str:
    head, colon, value = line.partition(":")
    return f"{head.lower()}{colon}{value}"


def read(body: bytes) -> tuple[Property, ...]:
    """What a body says."""
    return tuple(each for each in properties(parse(body), region=REGION) if each.name != "N")


def state_of(snapshot: Snapshot, card: str) -> CardState:
    """One card of a household."""
    return next(each for each in snapshot.cards if each.id == card)


def props_of(snapshot: Snapshot, card: str) -> tuple[Property, ...]:
    """What a card says now."""
    return tuple(fact.prop for fact in state_of(snapshot, card).facts)


def said(props: Iterable[Property]) -> Counter[Canonical]:
    """Everything that some properties say."""
    return Counter(each.canonical for each in props)


def keys_of(props: Iterable[Property]) -> set[Key]:
    """What some properties stand for."""
    return {value_key(each) for each in props}


def planned(snapshot: Snapshot) -> Plan:
    """What a cycle would do now."""
    return plan(snapshot, now=clock(snapshot))


def receive(
    snapshot: Snapshot, card: str, phone: Phone, copy: Copy, body: bytes
) -> tuple[Snapshot, Taken]:
    """The household after a body was taken, and what of it counted."""
    now, sent = props_of(snapshot, card), read(body)
    belief = phone.sight.judge(copy.had, sent)
    phone.sent |= {each.name for each in sent}
    changes, collided = Meeting(copy.had, now, belief.believed).settled(belief.believed, REGION)
    for each in changes:
        snapshot = _stepped(snapshot, card, each)
    return snapshot, Taken(belief.believed, changes, collided)


def _stepped(snapshot: Snapshot, card: str, change: Change) -> Snapshot:
    old = _fact(snapshot, card, change.before) if change.before is not None else None
    if change.after is None:
        return take(snapshot, card, line_of(old.prop)) if old is not None else snapshot
    return put(
        snapshot,
        card,
        line_of(change.after),
        instead_of=line_of(old.prop) if old is not None else "",
    )


def _fact(snapshot: Snapshot, card: str, prop: Property) -> Fact | None:
    facts = state_of(snapshot, card).facts
    same = [fact for fact in facts if fact.prop.canonical == prop.canonical]
    alike = [fact for fact in facts if (fact.prop.name, fact.prop.norm) == (prop.name, prop.norm)]
    return next(iter((*same, *alike)), None)


def reconciled(snapshot: Snapshot) -> tuple[Snapshot, Plan]:
    """The household after a cycle, and what it did."""
    made = planned(snapshot)
    return apply(snapshot, made), made
