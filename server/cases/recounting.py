"""What happened, in sentences: who did what to whom, as one member may know it (R1), or all of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from server.access import Household, card_level, sees_value
from server.cases.accesses import access_sentence
from server.cases.recounted import (
    COUNTED,
    CYCLE,
    CYCLES,
    DECLINED,
    DIFFERENT,
    EACH_ONE,
    JOINED,
    ONE_PERSON,
    PILES,
    PLAIN,
    SOMETHING,
    STILL_RIGHT,
    TOLD_TO_EVERYBODY,
    TOOK_OVER,
    WRITTEN,
)
from server.cases.told import Detail, Told
from server.cases.wording import kind_of_property, label_of
from server.contacts.travel import travel_of
from server.contacts.values import name_of
from server.reconcile.clusters import Clusters
from server.saying import counted, listed, said
from server.store.card_acts import Changed, changed_by, taken_back_of
from server.store.cards import find_card, values_for
from server.store.database import Transaction
from server.store.doubts import vouched_by
from server.store.history import ActRow, Deeds, find_act, value_access, values_changed
from server.store.household import region_of
from server.store.members import household_of, member_names
from server.store.overlays import suggestions_in
from server.store.releasing import was_put_back
from server.store.removed import removed_of

NAMES_MOST: Final = 3
_COUNT_MOST: Final = 50
"""Of so many cards of an import it is looked which have one name; of further ones each counts."""
_DAY: Final = 24 * 3600 * 1_000_000
_UNTOLD: Final = "N"  # FN says the same


def recount(
    tx: Transaction, acts: Iterable[ActRow], *, about: Collection[str] = ()
) -> Iterator[Told]:
    """Sentences for acts, in their order; behind a fence only what its reader may know of.

    Args:
        about: Only what they did to these cards; empty for everything.
    """
    teller = _Recounting(tx, frozenset(about))
    for act in acts:
        sentence = teller.sentence(act)
        if sentence:
            yield Told(act, sentence)


def recount_fully(
    tx: Transaction, acts: Iterable[ActRow], *, about: Collection[str] = ()
) -> Iterator[Told]:
    """The same for a page: with the cards, and the values that were changed."""
    teller = _Recounting(tx, frozenset(about))
    for act in acts:
        sentence = teller.sentence(act)
        if sentence:
            cards = list(islice(teller.cards_of(act), NAMES_MOST + 1))
            details = teller.details(act, cards) if about or len(cards) == 1 else ()
            named = tuple((each, teller.name(each)) for each in cards[:NAMES_MOST])
            yield Told(act, sentence, named, tuple(details), is_wider=teller.is_wider(act))


@dataclass(slots=True)
class _Recounting:
    """Puts acts into words for the one reader of a fence, or for whoever keeps the server."""

    tx: Transaction
    about: frozenset[str] = frozenset()
    viewer: str | None = field(init=False)
    household: Household = field(init=False)
    members: dict[str, str] = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    lost: dict[int, str] | None = None
    """Whom others removed from the viewer's view, by their act; computed when first asked for."""

    def __post_init__(self) -> None:
        self.viewer = self.tx.reader
        self.household = household_of(self.tx)
        self.members = member_names(self.tx)

    def sentence(self, act: ActRow) -> str:
        """What an act did; empty where the viewer may not know of it."""
        if act.undoes is not None:
            undone = find_act(self.tx, act.undoes)
            told = self.sentence(undone) if undone is not None else ""
            return said("{who} undid this: {what}", who=self._who(act), what=told) if told else ""
        deeds = self._deeds(act)
        if act.kind == "cycle":
            return self._cycle(act, deeds)
        if act.kind == "decide":
            return self._decide(act, deeds)
        if act.kind in ("put", "import", "late"):
            return self._written(act, deeds)
        if act.kind == "delete":
            return self._deleted(act, deeds)
        if act.kind in TOLD_TO_EVERYBODY:
            return said(TOLD_TO_EVERYBODY[act.kind], who=self._who(act))
        if self.viewer is not None and act.member != self.viewer:
            return ""
        moved = sorted(deeds.added | deeds.deleted) if act.kind == "move" else []
        if moved:
            return self._on(act, "moved", self._list(moved))
        named = access_sentence(self.tx, act, self._who(act), self._list)
        return named or said(PLAIN.get(act.kind, SOMETHING), who=self._who(act))

    def cards_of(self, act: ActRow) -> Iterator[str]:
        """The cards that an act was about, each once, as far as the viewer sees them."""
        told = set[str]()
        for each in self._told_of(act):
            if each not in told:
                told.add(each)
                yield each

    def details(self, act: ActRow, cards: Collection[str]) -> Iterator[Detail]:
        """The values that an act changed on some cards, or that the viewer suggested in it."""
        there = frozenset(self._changed(act, cards))
        for card in cards:
            changed = changed_by(self.tx, act.id, card, self.viewer) if card in there else ()
            for each in (*changed, *self._typed(act, card)):
                prop = each.after or each.before
                if prop is None or prop.name == _UNTOLD or (prop.name == "FN" and not each.before):
                    continue
                yield Detail(
                    card,
                    label_of(prop),
                    kind_of_property(prop.name),
                    each.before.shown if each.before else "",
                    each.after.shown if each.after else "",
                )

    def is_wider(self, act: ActRow) -> bool:
        """Whether an own act changed others besides the cards that were asked for; what waits is nobody else's to know."""
        return (
            bool(self.about)
            and self.viewer in (None, act.member)
            and any(each not in self.about for each in Deeds(self.tx, act.id).cards())
        )

    def _typed(self, act: ActRow, card: str) -> Iterator[Changed]:
        """What the viewer suggested for a card; nobody else is told the values here."""
        if act.member is not None and act.member == self.viewer:
            region = region_of(self.tx)
            for each in suggestions_in(self.tx, act.member, act.id):
                if each.card == card:
                    change = each.change(region)
                    yield Changed(change.before, change.after)

    def _deeds(self, act: ActRow) -> Deeds:
        """What was done to the cards that were asked for."""
        return Deeds(self.tx, act.id, self.about)

    def _told_of(self, act: ActRow) -> Iterator[str]:
        deeds = self._deeds(act)
        yield from self._changed(act)
        for left, right, _verdict, scope in deeds.links:
            if scope in ("", self.viewer) and self._sees(left) and self._sees(right):
                yield from (left, right)
        for card, name, author in deeds.suggested:
            if self._knows(card, author, name):
                yield card

    def _who(self, act: ActRow) -> str:
        if act.member is None:
            return said("Somebody at the server") if act.undoes is not None else "Hearthbook"
        return self.members.get(act.member, act.member)

    def _cycle(self, act: ActRow, deeds: Deeds) -> str:
        """Which people and how many values; for a viewer counted from what they see."""
        parts = self._joined(deeds)
        taken_back = taken_back_of(self.tx, act.id, self.viewer, self.about)
        for kind, one, many in COUNTED:
            found = deeds.steps.get(kind, 0) + taken_back[kind]
            parts += [counted(one, many, found)] if found else []
        made = sum(self._knows(card, author, name) for card, name, author in deeds.suggested)
        parts += (
            [counted("made {number} suggestion", "made {number} suggestions", made)] if made else []
        )
        applied = [each for each in deeds.closed if each[1] == "applied"]
        taken = sum(self._knows(card, author, name) for card, _, author, name in applied)
        parts += (
            [counted("took {number} suggestion over", "took {number} suggestions over", taken)]
            if taken
            else []
        )
        if not parts:
            if self.viewer is not None:
                return ""
            return said("{cycle} noted what agrees.", cycle=self._called(act))
        return said("{cycle} {what}.", cycle=self._called(act), what=listed(parts))

    def _joined(self, deeds: Deeds) -> list[str]:
        """Whom a cycle made one person, the first few by name."""
        clusters, ends = Clusters(), set[str]()
        for left, right, verdict, _scope in deeds.links:
            if verdict == "same":
                clusters.connect(left, right)
                ends |= {left, right}
        people: dict[str, str] = {}
        for each in sorted(ends):
            people.setdefault(clusters.of(each), each)
        if not people:
            return []
        names = [self.name(each) for each in islice(people.values(), NAMES_MOST)]
        return [said(JOINED, names=_and_more(names, len(people) - len(names)))]

    def _called(self, act: ActRow) -> str:
        if act.cycle == "nightly":
            is_last = self.tx.now - act.at < _DAY
            return said("Last night's cycle") if is_last else said("A nightly cycle")
        return said(CYCLES.get(act.cycle, CYCLE))

    def _decide(self, act: ActRow, deeds: Deeds) -> str:
        mine = self.viewer is None or act.member == self.viewer
        linked = [
            (left, right, verdict)
            for left, right, verdict, scope in deeds.links
            if mine or (scope in ("", self.viewer) and self._sees(left) and self._sees(right))
        ]
        if linked:
            choices = [each for each in deeds.choices if each != "later"]
            each_alone = len(choices) == len(deeds.links)  # of piles there is one answer besides
            return self._sorted(act, linked, each_alone=each_alone)
        for card, state, author, name in deeds.closed:
            if (mine or self._knows(card, author, name)) and state in ("applied", "declined"):
                pattern = TOOK_OVER if state == "applied" else DECLINED
                return said(pattern, who=self._who(act), name=self.name(card))
        if mine and deeds.deleted:
            whom = self._list(sorted(deeds.deleted))
            return said("{who} deleted {names} after all.", who=self._who(act), names=whom)
        cards = list(self._changed(act))
        if cards:
            whom = self._list(cards)
            return said("{who} decided what is right for {names}.", who=self._who(act), names=whom)
        if not mine:
            return ""
        vouched = vouched_by(self.tx, act.id)
        if vouched:
            return said(STILL_RIGHT, who=self._who(act), names=self._list(vouched))
        if "later" in deeds.choices:
            return said("{who} put off a question.", who=self._who(act))
        return said("{who} answered a question.", who=self._who(act))

    def _sorted(self, act: ActRow, linked: list[tuple[str, str, str]], *, each_alone: bool) -> str:
        """Whom somebody called one person or different people, and how many they are then.

        Who is different from the same others is one person.
        """
        others: dict[str, set[str]] = {}
        for left, right, verdict in linked:
            for card, other in ((left, right), (right, left)):
                others.setdefault(card, set()).update({other} if verdict == "apart" else ())
        people = len({frozenset(each) for each in others.values()})
        if each_alone:
            people = sum(2 if verdict == "apart" else 1 for *_, verdict in linked)
        who, names = self._who(act), self._list(sorted(others, key=self.name))
        if people == 1:
            return said(ONE_PERSON, who=who, names=names)
        if all(verdict == "same" for *_, verdict in linked):
            return said(EACH_ONE, who=who, names=names)
        if len(linked) == 1:
            return said(DIFFERENT, who=who, names=names)
        return said(PILES, who=who, names=names, cards=str(len(others)), people=str(people))

    def _written(self, act: ActRow, deeds: Deeds) -> str:
        if act.kind == "import":
            return self._imported(act, deeds)
        cards = list(self._changed(act))
        if cards:
            new = set(cards) <= deeds.added
            return self._on(act, "added" if new else "changed", self._list(cards))
        known = [
            card
            for card, name, author in deeds.suggested
            if self._knows(card, author, name)
            and (card not in deeds.held or self.viewer in (None, author))
        ]
        if known:
            return self._on(act, "suggested", self._list(known))
        if self.viewer is None or self.viewer == act.member:
            return self._on(act, "saved", "")
        return ""

    def _imported(self, act: ActRow, deeds: Deeds) -> str:
        """Whom a file brought; how many of somebody else's thousands one sees would take long to count."""
        mine = self.viewer in (None, act.member)
        cards = list(deeds.cards() if mine else islice(self._changed(act), _COUNT_MOST + 1))
        if len(cards) > _COUNT_MOST and not mine:
            names = [self.name(each) for each in cards[:NAMES_MOST]]
            return self._on(act, "import", listed([*names, said("many more")]))
        return self._on(act, "import", self._some(cards)) if cards else ""

    def _deleted(self, act: ActRow, deeds: Deeds) -> str:
        if self.viewer is not None and self.viewer != act.member:
            return self._lost(act)
        cards = sorted(deeds.deleted)
        whom = self._list(cards) if cards else said("a card that is back now")
        return self._on(act, "deleted", whom)

    def _on(self, act: ActRow, kind: str, names: str) -> str:
        """A sentence about cards, with the device where there was one."""
        pattern, with_device = WRITTEN[kind]
        if act.called:
            return said(with_device, who=self._who(act), names=names, device=act.called)
        return said(pattern, who=self._who(act), names=names)

    def _lost(self, act: ActRow) -> str:
        """What another member's deletion took out of the viewer's view, while a copy can be kept."""
        if self.lost is None:
            gone = [e for e in removed_of(self.tx, self.viewer or "") if e.how == "gone"]
            self.lost = {each.act: each.name for each in gone}
        name = self.lost.get(act.id)
        if not name:
            return ""
        return said(
            "{who} removed {name}. You can keep your own copy.", who=self._who(act), name=name
        )

    def _changed(self, act: ActRow, about: Collection[str] = ()) -> Iterator[str]:
        """The cards that an act changed in something that the viewer sees."""
        for each in Deeds(self.tx, act.id, about or self.about).cards():
            if self._keeps(each) or (
                self._sees(each)
                and not self._is_held(act, each)
                and any(self._sees_values(value) for value in values_changed(self.tx, act.id, each))
            ):
                yield each

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

    def _knows(self, card_id: str, author: str, name: str) -> bool:
        """Whether the viewer made a suggestion or is the one it was made to; personal lines are made to nobody."""
        if self.viewer in (None, author):
            return True
        return travel_of(name).suggestible and self._keeps(card_id)

    def name(self, card_id: str) -> str:
        """What the viewer calls a card."""
        if not self._sees(card_id):
            return said("somebody")
        if card_id not in self.names:
            row = find_card(self.tx, card_id)
            assert row is not None
            values = values_for(self.tx, row, self.viewer, region_of(self.tx))
            self.names[card_id] = name_of(tuple(each.prop for each in values)).formatted.strip()
        return self.names[card_id] or said("a card without a name")

    def _list(self, cards: Iterable[str]) -> str:
        names = list(dict.fromkeys(map(self.name, cards)))
        return _and_more(names[:NAMES_MOST], len(names) - NAMES_MOST)

    def _some(self, cards: Sequence[str]) -> str:
        """The same of thousands: the first names, and how many cards there are besides."""
        names = [self.name(each) for each in cards[:_COUNT_MOST]]
        told = list(dict.fromkeys(names))[:NAMES_MOST]
        return _and_more(told, len(cards) - sum(each in told for each in names))


def _and_more(names: list[str], more: int) -> str:
    rest = [counted("{number} more", "{number} more", more)] if more > 0 else []
    return listed([*names, *rest])
