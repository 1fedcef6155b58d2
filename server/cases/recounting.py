"""What happened, in sentences: who did what to whom, as one member may know it (R1), or all of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from server.access import Household, card_level, sees_value
from server.contacts.values import name_of
from server.reconcile.clusters import Clusters
from server.store.cards import find_card, values_for
from server.store.database import Transaction
from server.store.history import ActRow, Deeds, deeds_of, find_act, value_access, values_changed
from server.store.household import region_of
from server.store.members import household_of, member_names
from server.store.releasing import was_put_back
from server.store.removed import removed_of

NAMES_MOST: Final = 3
_DAY: Final = 24 * 3600 * 1_000_000
_COUNTED: Final = (
    ("add", "added", "value"),
    ("replace", "changed", "value"),
    ("remove", "removed", "value"),
)
_PLAIN: Final = {
    "again": "{who} brought somebody back who was gone.",
    "init": "The household was made.",
    "own": "{who} said whose somebody is.",
    "share": "What is shown to whom was changed.",
    "member": "Members were changed.",
    "device": "Devices were changed.",
    "card": "{who} changed who sees a card.",
    "keep": "{who} kept what a device had deleted.",
    "release": "Every wait and hold was ended.",
    "show": "{who} let others see a mass change.",
    "letter": "{who} let the cards agree.",
    "settings": "Settings were changed.",
    "settle": "New cards are shown to others now.",
    "restore": "A backup was restored.",
    "password": "{who} chose a password.",
    "pause": "{who} paused sharing.",
    "resume": "{who} shares again.",
}
_CYCLES: Final = {
    "quick": "A quick cycle",
    "command": "A cycle that was asked for",
    "letter": "The cycle that the letter let go",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One act with its sentence."""

    act: ActRow
    sentence: str


def recount(
    tx: Transaction, acts: Iterable[ActRow], *, viewer: str | None = None
) -> tuple[Told, ...]:
    """Sentences for acts, in their order; for a viewer only what that member may know of."""
    teller = _Recounting(tx, viewer)
    told = ((each, teller.sentence(each)) for each in acts)
    return tuple(Told(act, sentence) for act, sentence in told if sentence)


@dataclass(slots=True)
class _Recounting:
    """Puts acts into words for one viewer, or for whoever keeps the server."""

    tx: Transaction
    viewer: str | None
    household: Household = field(init=False)
    members: dict[str, str] = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    lost: dict[int, str] | None = None
    """Whom others removed from the viewer's view, by their act; computed when first asked for."""

    def __post_init__(self) -> None:
        self.household = household_of(self.tx)
        self.members = member_names(self.tx)

    def sentence(self, act: ActRow) -> str:
        """What an act did; empty where the viewer may not know of it."""
        if act.undoes is not None:
            undone = find_act(self.tx, act.undoes)
            told = self.sentence(undone) if undone is not None else ""
            return f"{self._who(act)} undid this: {told}" if told else ""
        deeds = deeds_of(self.tx, act.id)
        if act.kind == "cycle":
            return self._cycle(act, deeds)
        if act.kind == "decide":
            return self._decide(act, deeds)
        if act.kind in ("put", "import", "late"):
            return self._written(act, deeds)
        if act.kind == "delete":
            return self._deleted(act, deeds)
        if act.kind == "leave":
            return f"{self._who(act)} left the household."
        if act.kind == "reset":
            return f"{self._who(act)} made a link with which somebody chooses a new password."
        if self.viewer is not None and act.member != self.viewer:
            return ""
        plain = _PLAIN.get(act.kind, "{who} changed something.")
        return plain.format(who=self._who(act))

    def _who(self, act: ActRow) -> str:
        if act.member is None:
            return "Somebody at the server" if act.undoes is not None else "Hearthbook"
        return self.members.get(act.member, act.member)

    def _cycle(self, act: ActRow, deeds: Deeds) -> str:
        """How many people and values; for a viewer counted from what they see."""
        clusters, ends = Clusters(), set[str]()
        for left, right, verdict, scope in deeds.links:
            known = self.viewer is None or scope in ("", self.viewer)
            if verdict == "same" and known and self._sees(left) and self._sees(right):
                clusters.connect(left, right)
                ends |= {left, right}
        people = len({clusters.of(each) for each in ends})
        parts = [f"joined {_count(people, 'person', 'people')}"] if people else []
        for kind, verb, noun in _COUNTED:
            found = sum(
                each[1] == kind and self._sees_values(each[2], each[3]) for each in deeds.operations
            )
            parts += [f"{verb} {_count(found, noun)}"] if found else []
        made = sum(self._knows(card, author) for card, _, author in deeds.suggested)
        parts += [f"made {_count(made, 'suggestion')}"] if made else []
        applied = [each for each in deeds.closed if each[1] == "applied"]
        taken = sum(self._knows(card, author) for card, _, author in applied)
        parts += [f"took {_count(taken, 'suggestion')} over"] if taken else []
        if not parts:
            return "" if self.viewer is not None else f"{self._called(act)} noted what agrees."
        return f"{self._called(act)} {_listed(parts)}."

    def _called(self, act: ActRow) -> str:
        if act.cycle == "nightly":
            return "Last night's cycle" if self.tx.now - act.at < _DAY else "A nightly cycle"
        return _CYCLES.get(act.cycle, "A cycle")

    def _decide(self, act: ActRow, deeds: Deeds) -> str:
        mine = self.viewer is None or act.member == self.viewer
        said = [
            (left, right, verdict)
            for left, right, verdict, scope in deeds.links
            if mine or (scope in ("", self.viewer) and self._sees(left) and self._sees(right))
        ]
        if said:
            return f"{self._who(act)} said of {self._sorted(said)}."
        for card, state, author in deeds.closed:
            if (mine or self._knows(card, author)) and state in ("applied", "declined"):
                verb = "took over" if state == "applied" else "declined"
                return f"{self._who(act)} {verb} a change to {self._name(card)}."
        if mine and deeds.deleted:
            return f"{self._who(act)} deleted {self._list(sorted(deeds.deleted))} after all."
        cards = self._changed(act)
        if cards:
            return f"{self._who(act)} decided what is right for {self._list(cards)}."
        if not mine:
            return ""
        put_off = "later" in deeds.choices
        return f"{self._who(act)} {'put off' if put_off else 'answered'} a question."

    def _sorted(self, said: list[tuple[str, str, str]]) -> str:
        """Whom somebody called one person or different people, and how many they are then.

        Who is different from the same others is one person.
        """
        others: dict[str, set[str]] = {}
        for left, right, verdict in said:
            for card, other in ((left, right), (right, left)):
                others.setdefault(card, set()).update({other} if verdict == "apart" else ())
        people = len({frozenset(each) for each in others.values()})
        names = self._list(sorted(others, key=self._name))
        if people == 1:
            return f"{names}: one person"
        if len(said) == 1:
            return f"{names}: different people"
        return f"{len(others)} cards of {names}: {people} different people"

    def _written(self, act: ActRow, deeds: Deeds) -> str:
        cards = self._changed(act)
        where = f" on {act.device}" if act.device else ""
        if cards:
            new = set(cards) <= deeds.added
            verb = "imported" if act.kind == "import" else "added" if new else "changed"
            return f"{self._who(act)} {verb} {self._list(cards)}{where}."
        known = [
            card
            for card, _, author in deeds.suggested
            if self._knows(card, author)
            and (card not in deeds.held or self.viewer in (None, author))
        ]
        if known:
            return f"{self._who(act)} suggested a change to {self._list(known)}{where}."
        if self.viewer is None or self.viewer == act.member:
            return f"{self._who(act)} saved a card{where}."
        return ""

    def _deleted(self, act: ActRow, deeds: Deeds) -> str:
        if self.viewer is not None and self.viewer != act.member:
            return self._lost(act)
        cards = sorted(deeds.deleted)
        whom = self._list(cards) if cards else "a card that is back now"
        return f"{self._who(act)} deleted {whom}{f' on {act.device}' if act.device else ''}."

    def _lost(self, act: ActRow) -> str:
        """What another member's deletion took out of the viewer's view, while a copy can be kept."""
        if self.lost is None:
            gone = [e for e in removed_of(self.tx, self.viewer or "") if e.how == "gone"]
            self.lost = {each.act: each.name for each in gone}
        name = self.lost.get(act.id)
        return f"{self._who(act)} removed {name}. You can keep your own copy." if name else ""

    def _changed(self, act: ActRow) -> list[str]:
        """The cards that an act changed in something that the viewer sees."""
        return [
            each
            for each in act.cards
            if self._keeps(each)
            or (
                self._sees(each)
                and not self._is_held(act, each)
                and any(self._sees_values(value) for value in values_changed(self.tx, act.id, each))
            )
        ]

    def _is_held(self, act: ActRow, card_id: str) -> bool:
        """Whether what an act did to a card waits for its keeper's word, or was put back by it."""
        row = find_card(self.tx, card_id)
        waits = row is not None and row.as_before is not None and act.id >= row.as_before
        return waits or was_put_back(self.tx, act.id, card_id)

    def _keeps(self, card_id: str) -> bool:
        row = find_card(self.tx, card_id)
        return self.viewer is None or (row is not None and row.member == self.viewer)

    def _sees(self, card_id: str) -> bool:
        row = find_card(self.tx, card_id)
        if self.viewer is None or (row is not None and row.member == self.viewer):
            return True
        return row is not None and card_level(self.household, self.viewer, row.access) == "all"

    def _sees_values(self, *facts: int | None) -> bool:
        """Whether the viewer sees all of some values."""
        viewer = self.viewer
        return viewer is None or all(
            sees_value(self.household, viewer, value_access(self.tx, each))
            for each in facts
            if each is not None
        )

    def _knows(self, card_id: str, author: str) -> bool:
        """Whether the viewer made a suggestion or is the one it was made to."""
        return self.viewer in (None, author) or self._keeps(card_id)

    def _name(self, card_id: str) -> str:
        if not self._sees(card_id):
            return "somebody"
        if card_id not in self.names:
            row = find_card(self.tx, card_id)
            assert row is not None
            values = values_for(self.tx, row, self.viewer, region_of(self.tx))
            self.names[card_id] = name_of(tuple(each.prop for each in values)).formatted.strip()
        return self.names[card_id] or "a card without a name"

    def _list(self, cards: Iterable[str]) -> str:
        names = list(dict.fromkeys(map(self._name, cards)))
        more = len(names) - NAMES_MOST
        return _listed([*names[:NAMES_MOST], *([f"{more} more"] if more > 0 else [])])


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _listed(parts: list[str]) -> str:
    """A, B and C."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
