"""Why two cards are, may be or are not one person, as one member may know it."""

from dataclasses import dataclass

from server.reconcile.linking import index_of
from server.reconcile.matching import Decision, Matching, contradicts
from server.reconcile.operations import Reason
from server.reconcile.snapshot import Link, Snapshot, cards_by_id
from server.reconcile.universes import shown_as, universes_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is thought of two cards, and what was said of them.

    Attributes:
        link: What a person or a cycle said; None if nobody has.
        decision: What the cards themselves say now.
        score: From 0 to 1.
        reasons: For and against, strongest first.
        contradict: Something on them says that they are two people.
    """

    link: Link | None
    decision: Decision
    score: float
    reasons: tuple[Reason, ...]
    contradict: bool


def evidence(snapshot: Snapshot, card_a: str, card_b: str, viewer: str) -> Evidence:
    """Look at two cards as a cycle does, for one member who sees both.

    Only what the member may see counts, and of that only what the link would rest on.

    Args:
        snapshot: Of the household.
        card_a: One of them, in any order.
        card_b: The other.
        viewer: A member who sees both.
    """
    cards = cards_by_id(snapshot)
    left, right = sorted((card_a, card_b))
    seen = shown_as(cards[left]), shown_as(cards[right])
    ours = [each for each in universes_of(*seen) if each.scope in ("", viewer)]
    link = next(
        (
            each
            for each in snapshot.links
            if (each.card_a, each.card_b) == (left, right) and each.scope in ("", viewer)
        ),
        None,
    )
    people = {card_id: card for card_id, card in cards.items() if card.kind != "group"}
    for universe in ours:
        if not {left, right} <= people.keys():
            break
        index = index_of(universe, people.values(), snapshot.region)
        for pair in Matching(index).pairs_of((left,)):
            if (pair.left, pair.right) == (left, right):
                reasons = sorted(
                    pair.reasons, key=lambda reason: (reason.against, -reason.strength)
                )
                return Evidence(link, pair.decision, pair.score, tuple(reasons), contradict=False)
        against = contradicts(index.cards[left], index.cards[right])
        return Evidence(link, "no", 0.0, (), contradict=against)
    return Evidence(link, "no", 0.0, (), contradict=True)
