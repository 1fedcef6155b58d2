"""Bring the cards of one person together, in rounds, until nothing more may be done.

Every round weighs all pairs of cards as they stand at its beginning and only then writes, so
that no order of cards matters. A value enters a card straight from the card it was typed on: a
copy is not passed on while its source can do so itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from server.contacts.travel import travel_of
from server.reconcile.choosing import choose
from server.reconcile.merging import (
    UNDO,
    Conflict,
    Edit,
    Entry,
    Key,
    Pairing,
    Removal,
    Side,
    Step,
    merge,
    value_key,
)
from server.reconcile.offers import Lacking, declined_key, lacking, offer_of
from server.reconcile.operations import Add, Offer, Remove, Replace, Suggest
from server.reconcile.ownership import Ownership, owner_of
from server.reconcile.snapshot import BRINGS, CardState, Claim, Fact, Link
from server.reconcile.working import Row, Working

PERSON_CARDS_MAX = 40
"""Where more cards than this are one person there is a mistake in the links; nothing merges between them."""

_ROUNDS_MAX = 16
"""Two or three rounds are enough; whatever would need more waits for the next cycle."""


class PersonMerge:
    """The cards of one person while they are brought together."""

    def __init__(
        self,
        working: Working,
        cards: Sequence[CardState],
        links: Sequence[Link],
        claims: Sequence[Claim],
    ) -> None:
        self._working = working
        self._cards = {card.id: card for card in sorted(cards, key=lambda card: card.id)}
        self._apart = {(link.card_a, link.card_b) for link in links if link.verdict == "apart"}
        self._same = [link for link in links if link.verdict == "same"]
        self._claims = claims
        self._reach = {
            card.id: self._reached(card.id, card.seen_by, frozenset(("", BRINGS, card.keeper)))
            for card in cards
        }
        self._pairs = [
            (left, right)
            for left in self._cards
            for right in self._cards
            if left < right and (left, right) not in self._apart and self._are_merged(left, right)
        ]
        self._owners = {card.id: self._owner(self._reach[card.id], card.seen_by) for card in cards}

    def run(self) -> list[Conflict]:
        """Plan all operations on these cards; the conflicts that are left to ask about."""
        rounds = 0
        while True:
            rounds += 1
            steps, conflicts, is_settled = self._weigh()
            chosen = choose(steps, self._says)
            for step in chosen:
                self._write(step)
            if (not chosen and is_settled) or rounds == _ROUNDS_MAX:
                return [conflict for conflict in conflicts if self._may_ask(conflict)]

    def offers(self) -> Iterator[Offer]:
        """What one member alone may know, and their own cards lack, once everything else is done."""
        own: defaultdict[str, list[CardState]] = defaultdict(list)
        for card in sorted(self._cards.values(), key=lambda card: (card.added, card.id)):
            own[card.keeper].append(card)
        for source in self._cards.values():
            for keeper in sorted(own.keys() & source.seen_by - {source.keeper}):
                offer = self._offer(source, own[keeper])
                if offer is not None:
                    yield offer

    def _offer(self, source: CardState, cards: Sequence[CardState]) -> Offer | None:
        """What a source shows the keeper of some cards alone, for the oldest of those that are the same person."""
        keeper = frozenset((cards[0].keeper,))
        seen = [fact for fact in self._working.live(source.id) if keeper <= fact.seen_by]
        if all(self._is_for_all(fact, card) for fact in seen for card in cards):
            return None
        known = self._reached(source.id, keeper, frozenset(("", *keeper)))
        mine = [
            card
            for card in cards
            if card.id in known and (*sorted((card.id, source.id)),) not in self._apart
        ]
        if not mine or source.frozen or any(card.frozen for card in mine):
            return None
        found = [
            (fact, own)
            for fact, own in self._lacking(mine, source, seen)
            if not self._is_for_all(fact, mine[0])
            and all(self._is_to_be_offered(fact, card) for card in mine)
        ]
        return offer_of(mine[0].id, source, found) if found else None

    def _lacking(
        self, mine: Sequence[CardState], source: CardState, seen: Sequence[Fact]
    ) -> Iterator[Lacking]:
        """What the first of a keeper's cards would get if everybody saw what the keeper sees of a source."""
        target, keeper = mine[0], frozenset((mine[0].keeper,))
        left, right = sorted((target.id, source.id))
        names, pairings, reserved = self._base(left, right, keeper)
        held = [fact for card in mine for fact in self._working.live(card.id)]
        for name in names:
            said = {
                card: tuple(
                    each for each in facts if each.prop.name == name and each.id not in reserved
                )
                for card, facts in ((target.id, held), (source.id, seen))
            }
            single = travel_of(name).single
            sides = Side(left, said[left]), Side(right, said[right])
            merged = merge(*sides, pairings[name], single=single)
            yield from lacking(merged, target, single=single)

    def _is_for_all(self, fact: Fact, target: CardState) -> bool:
        """Whether everybody who sees a card may know of a value and where it is from: it flows, or never will."""
        return fact.card in self._reach[target.id] and target.seen_by <= fact.seen_by

    def _is_to_be_offered(self, origin: Fact, card: CardState) -> bool:
        """Whether a value is new to a card, and nobody has said anything of the two."""
        return not (
            self._was_there(Entry(card.id, origin))
            or declined_key(card.id, origin.card, origin) in self._working.settled
        )

    def owner_for(self, card: str, viewers: frozenset[str]) -> Ownership:
        """Whose person a card is, as far as some members may all know."""
        return self._owner(self._reached(card, viewers, frozenset(("",))), viewers)

    def _owner(self, cards: Iterable[str], viewers: frozenset[str]) -> Ownership:
        return owner_of([self._cards[each] for each in cards], self._claims, viewers=viewers)

    def _reached(
        self, start: str, viewers: frozenset[str], scopes: frozenset[str]
    ) -> frozenset[str]:
        """The cards that are one person with a card, by links and cards that all viewers know."""
        neighbours: defaultdict[str, list[str]] = defaultdict(list)
        for link in self._same:
            seen_by = self._cards[link.card_a].seen_by & self._cards[link.card_b].seen_by
            if viewers <= seen_by and link.scope in scopes and self._is_open(link, viewers):
                neighbours[link.card_a].append(link.card_b)
                neighbours[link.card_b].append(link.card_a)
        found, waiting = {start}, [start]
        while waiting:
            for card in neighbours[waiting.pop()]:
                if card not in found:
                    found.add(card)
                    waiting.append(card)
        return frozenset(found)

    @staticmethod
    def _is_open(link: Link, viewers: frozenset[str]) -> bool:
        """Whether a link tells these members nothing that they may not know.

        What a cycle found for one member may rest on cards that nobody else sees.
        """
        return not link.machine or link.scope in ("", BRINGS) or viewers == {link.scope}

    def _are_merged(self, left: str, right: str) -> bool:
        return self._cards[left].keeper != self._cards[right].keeper and (
            left in self._reach[right] or right in self._reach[left]
        )

    def _weigh(self) -> tuple[list[Step], list[Conflict], bool]:
        """The permitted steps and the conflicts of all pairs; whether no base was dropped."""
        steps: list[Step] = []
        conflicts: list[Conflict] = []
        is_settled = True
        agreed: list[Row] = []
        for left, right in self._pairs:
            viewers = self._cards[left].seen_by & self._cards[right].seen_by
            names, pairings, reserved = self._base(left, right, viewers)
            for name in names:
                travel = travel_of(name)
                sides = [
                    self._side(card, other, name, reserved)
                    for card, other in ((left, right), (right, left))
                ]
                merged = merge(sides[0], sides[1], pairings[name], single=travel.single)
                agreed.extend((left, right, name, *ids) for ids in merged.agreed)
                for ids in merged.forgotten:
                    self._working.forget((left, right, name, *ids))
                    is_settled = False
                steps.extend(merged.steps)
                conflicts.extend(merged.conflicts)
        allowed = [step for step in steps if self._allows(step)]
        # What is about to leave its card brings nothing to others, and agrees with none, on its way out.
        leaving = {step.fact.id for step in allowed if not isinstance(step, Entry)}
        for row in agreed:
            if leaving.isdisjoint(row[3:]):
                self._working.agree(row)
        allowed = [
            step for step in allowed if not isinstance(step, Entry) or step.origin.id not in leaving
        ]
        return allowed, conflicts, is_settled

    def _base(
        self, left: str, right: str, viewers: frozenset[str]
    ) -> tuple[list[str], Mapping[str, list[Pairing]], frozenset[int]]:
        """What travels between two cards, their base, and facts whose base is not for some members."""
        pairings: defaultdict[str, list[Pairing]] = defaultdict(list)
        reserved: set[int] = set()
        facts = self._working.facts
        for *_, name, fact_a, fact_b in sorted(self._working.rows(left, right)):
            if fact_a not in facts or fact_b not in facts:
                reserved |= {fact_a, fact_b}
                continue
            then = (facts[fact_a], facts[fact_b])
            end = (self._working.end(then[0]), self._working.end(then[1]))
            if all(viewers <= fact.seen_by for fact in (*then, *end)):
                pairings[name].append(Pairing((fact_a, fact_b), then, end))
            else:
                reserved |= {fact.id for fact in end}
        names = {fact.prop.name for card in (left, right) for fact in self._working.live(card)}
        names |= pairings.keys()
        return (
            sorted(name for name in names if travel_of(name).flow != "stays"),
            pairings,
            frozenset(reserved),
        )

    def _side(self, card: str, other: str, name: str, reserved: frozenset[int]) -> Side:
        viewers = self._cards[card].seen_by & self._cards[other].seen_by
        live: list[Fact] = []
        hidden: list[Fact] = []
        for fact in self._working.live(card):
            if fact.prop.name == name:
                takes_part = viewers <= fact.seen_by and fact.id not in reserved
                (live if takes_part else hidden).append(fact)
        return Side(card, tuple(live), tuple(hidden))

    def _allows(self, step: Step) -> bool:
        """Whether a step may be taken: who sees what, whose word counts, what was done before."""
        target, origin = self._cards[step.card], step.origin
        if origin.card not in self._reach[target.id] or not target.seen_by <= origin.seen_by:
            return False
        if target.frozen:
            return False
        if isinstance(step, Removal):
            is_new = (
                step.fact.id > 0
                and origin.id > 0
                and not self._working.was_done(step.fact)
                and not self._still_says(origin, target)
            )
        else:
            is_new = not self._was_there(step)
        return is_new and self._is_followed(step)

    def _was_there(self, step: Step) -> bool:
        """Whether what a step would bring came to its card before, or is not its origin's to bring."""
        return (
            step.origin.act_kind == UNDO
            or self._working.was_applied(step.origin, step.card)
            or self._is_relayed(step.origin)
            or self._was_taken_off(step)
        )

    def _was_taken_off(self, step: Step) -> bool:
        """Whether a value was taken off a card on purpose since: no older copy brings it back.

        A change that was typed in the moment in which a cycle took the value off came after it.
        """
        left_at = self._working.left_card_at(step.card, value_key(step.origin.prop))
        typed_at = self._working.typed_at(step.origin)
        return left_at > typed_at or (left_at == typed_at and isinstance(step, Entry))

    def _is_followed(self, step: Step) -> bool:
        """Whether a change is followed; to the owner's own card it becomes a suggestion.

        What a child changes or adds is a suggestion to everybody whose card would follow.
        """
        target = self._cards[step.card]
        author = self._cards[step.origin.card].keeper
        owner = self._owners[target.id]
        follows = isinstance(step, Entry) or owner.follows(author)
        if follows and author not in self._working.suggesting:
            return True
        before = None if isinstance(step, Entry) else step.fact.id
        if (follows or owner.owner == target.keeper) and (before is None or before > 0):
            origin = None if isinstance(step, Removal) else self._working.root(step.origin)
            self._working.emit(Suggest(author, target.id, before, origin))
        return False

    def _still_says(self, gone: Fact, target: CardState) -> bool:
        """Whether the member who removed a value holds it on another card, or somebody typed it since."""
        keeper, left_at = self._cards[gone.card].keeper, gone.gone or 0
        return any(
            value_key(fact.prop) == value_key(gone.prop)
            and target.seen_by <= fact.seen_by
            and (self._cards[card].keeper == keeper or self._working.typed_at(fact) > left_at)
            for card in self._reach[target.id]
            for fact in self._working.live(card)
        )

    def _says(self, step: Step, key: Key, leaving: frozenset[int]) -> bool:
        """Whether the card that a step comes from keeps a value, as all who see the other card may know."""
        viewers = self._cards[step.card].seen_by
        return any(
            value_key(fact.prop) == key and viewers <= fact.seen_by and fact.id not in leaving
            for fact in self._working.live(step.origin.card)
        )

    def _is_relayed(self, fact: Fact) -> bool:
        """Whether a fact is a copy whose source can still speak for itself.

        Such a copy is not passed on: where its source may not go, by links or visibility, a
        detour over another card would tell of what is not known there.
        """
        source = self._working.facts.get(fact.source) if fact.source is not None else None
        return (
            source is not None
            and source.gone is None
            and value_key(source.prop) == value_key(fact.prop)
        )

    def _write(self, step: Step) -> None:
        card, origin = self._cards[step.card], step.origin
        match step:
            case Entry():
                self._working.emit(Add(card.id, self._working.root(origin)))
                self._working.place(card, origin, None)
            case Edit():
                before, after = self._working.ref(step.fact.id), self._working.root(origin)
                self._working.emit(Replace(card.id, before, after))
                self._working.place(card, origin, step.fact)
            case Removal():
                self._working.emit(Remove(card.id, step.fact.id, origin.id))
                self._working.take_off(step.fact)
            case _:
                assert_never(step)

    def _may_ask(self, conflict: Conflict) -> bool:
        """Whether both keepers see all of a conflict, and none of it is held or a copy from elsewhere.

        That somebody took a copy off their card is their own word.
        """
        left, right = conflict.left, conflict.right
        keepers = {self._cards[fact.card].keeper for fact in (left, right)}
        return (
            keepers <= conflict.viewers
            and not any(self._cards[fact.card].frozen for fact in (left, right))
            and left.card in self._reach[right.card]
            and right.card in self._reach[left.card]
            and not any(self._is_relayed(fact) for fact in (left, right) if fact.gone is None)
        )
