"""Which person a word on the command line means, as one member sees the household."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.errors import NotFound, UsageError

if TYPE_CHECKING:
    from server.reconcile.snapshot import CardState, Snapshot
    from server.store.database import Transaction

CANDIDATES_MOST = 8


@dataclass(frozen=True, slots=True)
class Person:
    """The cards that are one person to `viewer`, oldest first."""

    viewer: str
    cards: "tuple[CardState, ...]"
    snapshot: "Snapshot"
    waiting: frozenset[str]
    """Cards that nobody but their keeper sees yet."""

    @property
    def name(self) -> str:
        """What the viewer's own card calls them, else the oldest."""
        own = [each for each in self.cards if each.keeper == self.viewer]
        return display_name((own or self.cards)[0])

    @property
    def known(self) -> "Snapshot":
        """The household without what the viewer does not see yet."""
        cards = self.snapshot.cards
        return replace(
            self.snapshot,
            cards=tuple(
                each for each in cards if each.keeper == self.viewer or each.id not in self.waiting
            ),
        )

    def seen_by(self, member: str) -> tuple[str, ...]:
        """Those of the cards that a member sees whole."""
        return tuple(each.id for each in self.cards if _sees(member, each, self.waiting))


def find_person(tx: "Transaction", word: str, viewer: str | None) -> Person:
    """The person that a card id, a UID or a search text means.

    Args:
        tx: An open transaction.
        word: What was typed.
        viewer: As whom to look; None for the keeper of the card that is found.

    Raises:
        NotFound: Nobody fits, or the viewer may not know of them.
        UsageError: Several people fit.
    """
    from server.store.members import get_member
    from server.store.snapshots import snapshot_of

    if viewer is not None:
        get_member(tx, viewer)
    snapshot = snapshot_of(tx, released=True)
    before = {each.id: each for each in snapshot_of(tx).cards if each.frozen}
    waiting = _waiting(tx, snapshot.cards)
    seen = [
        _of_now(each, before, viewer)
        for each in snapshot.cards
        if viewer is None or _sees(viewer, each, waiting)
    ]
    hits = _hits(seen, word)
    if not hits:
        whose = f" that {viewer} sees" if viewer else ""
        raise NotFound(f"Nobody{whose} fits {word!r}; try a card id, a UID or a part of the name.")
    people: dict[tuple[str, ...], Person] = {}
    for hit in hits:
        who = viewer or hit.keeper
        visible = [
            _of_now(each, before, who) for each in snapshot.cards if _sees(who, each, waiting)
        ]
        group = _joined(hit, visible, snapshot, who)
        people.setdefault(
            tuple(sorted(each.id for each in group)), Person(who, group, snapshot, waiting)
        )
    found = _largest(people)
    if len(found) > 1:
        raise UsageError(_ambiguous(word, found))
    return found[0]


def display_name(card: "CardState") -> str:
    """What a card calls its person."""
    name = card.name
    together = " ".join(filter(None, (name.given, name.family)))
    return name.formatted or together or name.nickname or "(no name)"


def name_on(tx: "Transaction", card_id: str) -> str:
    """What a card calls its person now, or that it is no longer there."""
    from server.contacts.values import name_of
    from server.store.facts import live_facts
    from server.store.household import region_of

    props = tuple(each.prop for each in live_facts(tx, card_id, region_of(tx)))
    return name_of(props).formatted or "(no name)"


def _waiting(tx: "Transaction", cards: "Iterable[CardState]") -> frozenset[str]:
    """Cards that nobody but their keeper sees yet."""
    from server.store.keeping import waiting_cards

    return frozenset(waiting_cards(tx)) & {each.id for each in cards}


def _of_now(
    card: "CardState", before: "Mapping[str, CardState]", viewer: str | None
) -> "CardState":
    """A card as a member has it: one whose changes are held is to others what it was before."""
    return card if viewer in (None, card.keeper) else before.get(card.id, card)


def _sees(viewer: str, card: "CardState", waiting: frozenset[str]) -> bool:
    return card.keeper == viewer or (viewer in card.seen_by and card.id not in waiting)


def _hits(cards: "Sequence[CardState]", word: str) -> "list[CardState]":
    """Exact ids and UIDs first; else every part of the text must begin a word of the name."""
    from server.contacts.values import name_tokens

    exact = [each for each in cards if word in (each.id, each.uid)]
    if exact:
        return exact
    wanted = name_tokens(word)
    return [
        each
        for each in cards
        if wanted
        and all(
            any(token.startswith(part) for token in name_tokens(_all_names(each)))
            for part in wanted
        )
    ]


def _all_names(card: "CardState") -> str:
    name = card.name
    return " ".join((name.formatted, name.given, name.family, name.additional, name.nickname))


def _joined(
    start: "CardState", visible: "Sequence[CardState]", snapshot: "Snapshot", viewer: str
) -> "tuple[CardState, ...]":
    """All visible cards that links which the viewer may know of join to `start`."""
    by_id = {each.id: each for each in visible}
    neighbours: dict[str, set[str]] = {}
    for link in snapshot.links:
        if link.verdict == "same" and link.scope in ("", viewer):
            neighbours.setdefault(link.card_a, set()).add(link.card_b)
            neighbours.setdefault(link.card_b, set()).add(link.card_a)
    found: set[str] = set()
    todo = [start.id]
    while todo:
        card_id = todo.pop()
        if card_id in by_id and card_id not in found:
            found.add(card_id)
            todo.extend(neighbours.get(card_id, ()))
    cards = sorted((by_id[each] for each in found), key=lambda card: (card.added, card.id))
    return tuple(_as_seen(card, viewer) for card in cards)


def _as_seen(card: "CardState", viewer: str) -> "CardState":
    """The card with what the viewer may see of it, and nothing else."""
    facts = tuple(each for each in card.facts if viewer in each.seen_by)
    return replace(card, facts=facts, former=())


def _largest(people: dict[tuple[str, ...], Person]) -> list[Person]:
    """The same person looks smaller to a keeper who sees less; the widest view stands for all."""
    found: list[Person] = []
    for cards in sorted(people, key=lambda each: (-len(each), each)):
        if not any(set(cards) <= {card.id for card in other.cards} for other in found):
            found.append(people[cards])
    return found


def _ambiguous(word: str, people: Sequence[Person]) -> str:
    listed = "; ".join(
        f"{each.name} ({', '.join(card.keeper for card in each.cards)}: card {each.cards[0].id})"
        for each in people[:CANDIDATES_MOST]
    )
    more = f"; and {len(people) - CANDIDATES_MOST} more" if len(people) > CANDIDATES_MOST else ""
    return f"{word!r} fits {len(people)} people, name one by a card id: {listed}{more}."
