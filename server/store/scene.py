"""One member's slots of some cards beside what they should be, and which slot goes on as what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from server.store.cards import CardRow, Linked
from server.store.desired import Desired, Person, Viewer
from server.store.reading import Reading
from server.store.slots import SlotRow


@dataclass(frozen=True)
class Scene:
    """One member's slots of some cards, and what they should be.

    What many persons ask is worked out once: a first cycle looks at all cards together.
    """

    member: str
    reading: Reading
    cards: Mapping[str, CardRow]
    links: tuple[Linked, ...]
    mine: tuple[SlotRow, ...]
    viewer: Viewer
    wanted: Desired

    def slot_for(self, person: Person) -> SlotRow | None:
        """The slot that shows somebody else's person: the oldest live one, else the oldest retired one.

        A live slot whose own source is not seen any more goes on with another
        card that is linked to it: href and UID stay (design rule R3).
        """
        others = [each for each in self.slots_of(person) if not each.own]
        live = [each for each in others if each.gone is None]
        live = live or self._orphans.get(person.cards, [])
        return min(live or others, key=lambda each: each.id, default=None)

    def slots_of(self, person: Person) -> list[SlotRow]:
        """The slots, live and retired, that stand for a card of a person."""
        return [slot for card in person.cards for slot in self._slots.get(card, ())]

    def own_slot(self, card: str) -> SlotRow | None:
        """The slot of an own card."""
        return next((each for each in self._slots.get(card, ()) if each.own), None)

    def known_kin(self, card: str) -> set[str]:
        """The cards of one person with a card, as far as this member ever knew of them.

        A link of somebody else, or a card that was never shown here, joins nothing (R1).
        """
        found, waiting = {card}, [card]
        while waiting:
            near = self._kin.get(waiting.pop(), set()) & self._slots.keys()
            waiting.extend(near - found)
            found |= near
        return found

    def heirs(self) -> Iterator[tuple[str, Person]]:
        """Cards that are seen no more, with the person that their slots were retired into."""
        unseen = frozenset(self.wanted.unseen)
        slots = {each.id: each for each in self.mine}
        for each in self.mine:
            standing: SlotRow | None = each
            passed: set[int] = set()
            while standing and standing.gone is not None and standing.id not in passed:
                passed.add(standing.id)
                standing = slots.get(standing.survivor or 0)
            place = self.person_of.get(standing.card) if standing and passed else None
            if each.card in unseen and place is not None:
                yield each.card, self.wanted.persons[place]

    @cached_property
    def person_of(self) -> Mapping[str, int]:
        """The place among the wanted persons of every card that is seen in one."""
        return {
            card: place for place, each in enumerate(self.wanted.persons) for card in each.cards
        }

    @cached_property
    def _slots(self) -> Mapping[str, list[SlotRow]]:
        found: defaultdict[str, list[SlotRow]] = defaultdict(list)
        for each in self.mine:
            found[each.card].append(each)
        return found

    @cached_property
    def _kin(self) -> Mapping[str, set[str]]:
        """The cards that a link which this member may know of joins to a card."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.links:
            if each.scope in ("", self.member):
                found[each.card_a].add(each.card_b)
                found[each.card_b].add(each.card_a)
        return found

    @cached_property
    def _orphans(self) -> Mapping[tuple[str, ...], list[SlotRow]]:
        """Live slots of cards that are seen in no person any more, by the person that goes on with them."""
        found: defaultdict[tuple[str, ...], list[SlotRow]] = defaultdict(list)
        for each in self.mine:
            if not each.own and each.gone is None and each.card not in self.person_of:
                heir = self._heir(each)
                if heir is not None:
                    found[heir.cards].append(each)
        return found

    def _heir(self, orphan: SlotRow) -> Person | None:
        """The oldest person that is linked to a slot's card and has no live slot of its own."""
        places = {
            self.person_of[card]
            for card in self._kin.get(orphan.card, ())
            if card in self.person_of
        }
        for place in sorted(places):
            person = self.wanted.persons[place]
            if not person.own and all(each.gone is not None for each in self.slots_of(person)):
                return person
        return None
