"""Turn what could not be decided about a person into questions, as few as may be asked.

All differences that the same members may see, and that hang together by a card, are one question.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from server.contacts.travel import travel_of
from server.reconcile.clusters import Clusters
from server.reconcile.merging import Conflict, order, value_key
from server.reconcile.operations import Difference, ValuesDiffer
from server.reconcile.ownership import Ownership
from server.reconcile.snapshot import CardState, Fact


def questions_about(
    conflicts: Iterable[Conflict],
    cards: Sequence[CardState],
    owner_for: Callable[[str, frozenset[str]], Ownership],
) -> Iterator[ValuesDiffer]:
    """The questions about one person.

    Args:
        conflicts: What its cards cannot agree on.
        cards: The cards of this person.
        owner_for: Whose person a card is, as far as the given members may all know.
    """
    keepers = {card.id: card.keeper for card in cards}
    by_viewers: defaultdict[frozenset[str], list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        by_viewers[conflict.viewers].append(conflict)
    for viewers, seen in by_viewers.items():
        for group in _connected(seen, _cards_of):
            owner = owner_for(group[0].left.card, viewers)
            parts = _connected(group, _fact_ids)
            differences = sorted(
                (_difference(part, keepers, owner) for part in parts),
                key=lambda each: (each.property, [(card, fact or 0) for card, fact in each.sides]),
            )
            facts = {
                fact.id: fact for conflict in group for fact in (conflict.left, conflict.right)
            }
            involved = tuple(sorted({card for conflict in group for card in _cards_of(conflict)}))
            yield ValuesDiffer(_key(involved, facts.values()), involved, tuple(differences))


def _cards_of(conflict: Conflict) -> list[str]:
    return [conflict.left.card, conflict.right.card]


def _fact_ids(conflict: Conflict) -> list[str]:
    return [str(conflict.left.id), str(conflict.right.id)]


def _connected(
    conflicts: Sequence[Conflict], nodes: Callable[[Conflict], Sequence[str]]
) -> list[list[Conflict]]:
    """Conflicts that share a node, directly or through others, together."""
    clusters = Clusters()
    for conflict in conflicts:
        first, *rest = nodes(conflict)
        for node in rest:
            clusters.connect(first, node)
    groups: defaultdict[str, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        groups[clusters.of(nodes(conflict)[0])].append(conflict)
    return list(groups.values())


def _difference(
    conflicts: Sequence[Conflict], keepers: dict[str, str], owner: Ownership
) -> Difference:
    """One property with all its sides."""
    facts = {fact.id: fact for conflict in conflicts for fact in (conflict.left, conflict.right)}
    living = [fact for fact in sorted(facts.values(), key=order) if fact.gone is None]
    sides: dict[str, int | None] = {fact.card: None for fact in facts.values()}
    sides |= {fact.card: fact.id for fact in living}
    name = next(iter(facts.values())).prop.name
    preselected, why = _preselect(living, keepers, owner)
    ordered = sorted(sides.items(), key=lambda side: side[0])
    return Difference(name, travel_of(name).single, tuple(ordered), preselected, why)


def _preselect(
    living: Sequence[Fact], keepers: dict[str, str], owner: Ownership
) -> tuple[str | None, str]:
    """The card whose value is proposed, and why."""
    owned = [fact for fact in living if owner.claimed and keepers[fact.card] == owner.owner]
    if len(owned) == 1:
        return owned[0].card, "the owner's value"
    if len(living) == 1:
        return living[0].card, "it was changed after the other was removed or left as it was"
    for why, times in (
        ("confirmed most recently", [fact.confirmed or 0 for fact in living]),
        ("changed most recently", [0 if fact.bulk else fact.last for fact in living]),
    ):
        latest = max(times)
        if latest and times.count(latest) == 1:
            return living[times.index(latest)].card, why
    return None, ""


def _key(cards: Sequence[str], facts: Iterable[Fact]) -> str:
    """The name of a question: another one as soon as one of its values changes."""
    said = sorted(
        (fact.card, "" if fact.gone is not None else fact.prop.value, value_key(fact.prop)[0])
        for fact in facts
    )
    digest = hashlib.blake2b(repr((cards, said)).encode("utf-8", "backslashreplace"))
    return f"values:{digest.hexdigest()[:32]}"
