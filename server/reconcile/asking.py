"""Turn what could not be decided about a person into questions, as few as may be asked.

All differences that the same members may see, and that hang together by a card, are one question.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from server.contacts.travel import travel_of
from server.reconcile.linking import Clusters
from server.reconcile.merging import order, value_key
from server.reconcile.operations import Difference, ValuesDiffer
from server.reconcile.ownership import Ownership
from server.reconcile.person import Dispute
from server.reconcile.snapshot import CardState, Fact


def questions_about(
    disputes: Iterable[Dispute],
    cards: Sequence[CardState],
    owner_for: Callable[[str, frozenset[str]], Ownership],
) -> Iterator[ValuesDiffer]:
    """The questions about one person.

    Args:
        disputes: What its cards cannot agree on.
        cards: The cards of this person.
        owner_for: Whose person a card is, as far as the given members may all know.
    """
    keepers = {card.id: card.keeper for card in cards}
    by_viewers: defaultdict[frozenset[str], list[Dispute]] = defaultdict(list)
    for dispute in disputes:
        if dispute.asked <= dispute.viewers:
            by_viewers[dispute.viewers].append(dispute)
    for viewers, seen in by_viewers.items():
        for group in _connected(seen, lambda dispute: dispute.cards):
            owner = owner_for(group[0].facts[0].card, viewers)
            parts = _connected(group, lambda dispute: [str(fact.id) for fact in dispute.facts])
            differences = sorted(
                (_difference(part, keepers, owner) for part in parts),
                key=lambda each: (each.property, each.sides),
            )
            facts = {fact.id: fact for dispute in group for fact in dispute.facts}
            involved = tuple(sorted({card for dispute in group for card in dispute.cards}))
            yield ValuesDiffer(_key(involved, facts.values()), involved, tuple(differences))


def _connected(
    disputes: Sequence[Dispute], nodes: Callable[[Dispute], Sequence[str]]
) -> list[list[Dispute]]:
    """Disputes that share a node, directly or through others, together."""
    clusters = Clusters()
    for dispute in disputes:
        first, *rest = nodes(dispute)
        for node in rest:
            clusters.connect(first, node)
    groups: defaultdict[str, list[Dispute]] = defaultdict(list)
    for dispute in disputes:
        groups[clusters.of(nodes(dispute)[0])].append(dispute)
    return list(groups.values())


def _difference(
    disputes: Sequence[Dispute], keepers: dict[str, str], owner: Ownership
) -> Difference:
    """One property with all its sides."""
    facts = {fact.id: fact for dispute in disputes for fact in dispute.facts}
    living = [fact for fact in sorted(facts.values(), key=order) if fact.gone is None]
    sides: dict[str, int | None] = {card: None for each in disputes for card in each.cards}
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
