"""What the absence of a value from a body means: its member took it off, or the device cannot show it.

A removal is believed only of names that every client shows or that this device
has sent before (`device_property`), less what its program is known to drop. A
body that drops two such names wholly is more likely a broken sync than a wish.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from server.contacts.properties import Change, Property, diff
from server.contacts.threeway import brought_together
from server.store.database import Transaction
from server.store.devices import Device, sent_properties

ALWAYS_SHOWN: Final = frozenset(
    {"FN", "N", "TEL", "EMAIL", "ADR", "ORG", "TITLE", "URL", "BDAY", "NOTE"}
)
"""Every client shows these, so every client can take them off."""
_WHOLE_NAMES_MOST: Final = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What one program is known to do to cards.

    Args:
        marker: What its User-Agent contains.
        drops: Names it leaves out although it shows, or once sent, them.
        most: How many values of a name it can hold; further ones it leaves out.
        reason: What was seen.
    """

    marker: str
    reason: str
    drops: frozenset[str] = frozenset()
    most: tuple[tuple[str, int], ...] = ()


_WEBMAIL: Final = frozenset({"ADR", "IMPP", "ORG", "PHOTO", "TITLE"})
PROGRAMS: Final = (
    Program(
        "Thunderbird CalDAV/CardDAV",
        "TbSync's provider deleted the photo on sending a mail, and the birthday on any edit",
        drops=frozenset({"BDAY", "PHOTO"}),
    ),
    Program("CalDavSynchronizer/", "Outlook has three e-mail fields", most=(("EMAIL", 3),)),
    Program(
        "DAVx5",
        "Android's address book has one nickname and one note for a contact",
        most=(("NICKNAME", 1), ("NOTE", 1)),
    ),
    Program(
        "SnappyMail",
        "it writes whole cards anew and leaves out what its form has no field for",
        drops=_WEBMAIL,
    ),
    Program("RainLoop", "it removed every value that it does not support", drops=_WEBMAIL),
)
"""What is known of programs before a device of theirs has sent anything; the rest is learned."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What a body takes off a card, by how far that can be believed.

    Args:
        changes: All steps from what the device had to what it sent.
        unseen: Removals of what the device cannot show; they mean nothing.
        is_doubtful: It drops two shown names wholly, so that no removal counts.
    """

    changes: tuple[Change, ...]
    unseen: tuple[Change, ...] = ()
    is_doubtful: bool = False

    @property
    def believed(self) -> tuple[Change, ...]:
        """The steps that count: every addition and change, and the removals that were meant."""
        if self.is_doubtful:
            return tuple(each for each in self.changes if each.after is not None)
        return tuple(each for each in self.changes if each not in self.unseen)

    def without_base(self, region: str) -> tuple[Change, ...]:
        """The steps that count where nobody knows what the device had: nothing is taken away.

        The changes are then those from what the card says; an item that a set lacks is no removal.
        """
        found: list[Change] = []
        for each in self.changes:
            before, after = each.before, each.after
            if before is not None and after is not None:
                both = brought_together(None, before, after, region=region, is_base_known=False)
                after = both if both is not None else after
            if after is not None:
                found.append(Change(before, after))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one device can show, and so can take off a card."""

    names: frozenset[str]
    most: dict[str, int] = field(default_factory=dict)

    def judge(self, had: Sequence[Property], sent: Sequence[Property]) -> Belief:
        """What leads from the properties that a device had to those it sent, and what of it counts."""
        changes = diff(had, sent)
        removed = [each for each in changes if each.after is None]
        unseen = tuple(each for each in removed if self._is_unseen(each.before, had, sent))
        names = Counter(each.name for each in sent)
        wholly = {
            each.before.name
            for each in removed
            if each.before is not None and each not in unseen and not names[each.before.name]
        }
        return Belief(changes, unseen, len(wholly) > _WHOLE_NAMES_MOST)

    def _is_unseen(
        self, prop: Property | None, had: Sequence[Property], sent: Sequence[Property]
    ) -> bool:
        """Whether the device could not show a value: its name, or one more of that name."""
        assert prop is not None
        if prop.name not in self.names:
            return True
        most = self.most.get(prop.name)
        if most is None:
            return False
        before = [each for each in had if each.name == prop.name]
        is_full = sum(each.name == prop.name for each in sent) >= most
        return is_full or before.index(prop) >= most


def sight_of(tx: Transaction, device: Device, *, kind: str = "person") -> Sight:
    """What a device can show, as far as anybody knows.

    Args:
        kind: Of which kind the card is; what a group names is judged in `server.store.group_edits`.
    """
    names = ALWAYS_SHOWN | sent_properties(tx, device)
    if kind == "group":
        names |= {"KIND", "MEMBER"}
    most: dict[str, int] = {}
    for program in PROGRAMS:
        if program.marker in device.user_agent:
            names -= program.drops
            most = dict(program.most)
    return Sight(names, most)
