"""Whose person this is: what members claimed, else a proposal from evidence that binds nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.reconcile.snapshot import CardState, Claim, Fact

OURS = ""
"""Stands for an owner where a person was made *ours*."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose word counts about a person, as far as some members may know.

    Attributes:
        owner: The member who claimed the person or alone holds a card of them, `OURS`, or None
            if nobody has said anything, or two members claim the person.
        claimed: A member, or more than one, said "mine".
        proposal: The member whom evidence proposes.
        reasons: Why that member, in words for people.
    """

    owner: str | None
    claimed: bool
    proposal: str
    reasons: tuple[str, ...]

    def follows(self, member: str) -> bool:
        """Whether a change by this member is followed, not only suggested."""
        return not self.claimed or self.owner == member


def claimed_owner(claims: Sequence[Claim]) -> str | None:
    """The one member who claimed a person, `OURS`, or None where nobody or more than one did."""
    said = last_words(claims)
    mine = sorted(member for member, claim in said.items() if claim.says == "mine")
    if mine:
        return mine[0] if len(mine) == 1 else None
    return OURS if any(claim.says == "ours" for claim in said.values()) else None


def last_words(claims: Sequence[Claim]) -> Mapping[str, Claim]:
    """The latest word of each member; whoever says "ours" takes back every earlier "mine"."""
    said: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda claim: (claim.at, claim.act, claim.member, claim.says)):
        if claim.says == "ours":
            said.clear()
        said[claim.member] = claim
    return said


def owner_of(
    cards: Sequence[CardState], claims: Sequence[Claim], *, viewers: frozenset[str]
) -> Ownership:
    """Whose person these linked cards are, from nothing that one of the viewers may not see.

    Args:
        cards: The cards of one person, at least one of them visible to all viewers.
        claims: What members said, in any order.
        viewers: Who will be able to see what follows from the answer.
    """
    visible = sorted((card for card in cards if viewers <= card.seen_by), key=lambda card: card.id)
    proposal, reasons = _proposal(visible, viewers)
    ids = {card.id for card in visible}
    said = [claim for claim in claims if claim.card in ids]
    claimed = any(claim.says == "mine" for claim in last_words(said).values())
    owner = claimed_owner(said)
    if owner is None and not claimed and len({card.keeper for card in visible}) == 1:
        owner = proposal
    return Ownership(owner, claimed, proposal, reasons)


def _proposal(cards: Sequence[CardState], viewers: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Who has had the card longer, edits it, knows more; one point each, ties to the longer."""
    facts = {card.id: [fact for fact in card.facts if viewers <= fact.seen_by] for card in cards}
    keepers = sorted({card.keeper for card in cards})
    since = {keeper: min(c.added for c in cards if c.keeper == keeper) for keeper in keepers}

    def total(counts: Callable[[Fact, str], bool]) -> dict[str, int]:
        return {
            keeper: sum(
                counts(fact, keeper)
                for card in cards
                if card.keeper == keeper
                for fact in facts[card.id]
            )
            for keeper in keepers
        }

    evidence = (
        ("has had the card longer", {keeper: -at for keeper, at in since.items()}),
        ("edits the card", total(lambda fact, who: fact.typed_by == who and not fact.bulk)),
        ("knows more", total(lambda fact, _: fact.source is None)),
    )
    won: dict[str, list[str]] = {keeper: [] for keeper in keepers}
    for reason, counts in evidence:
        best = max(counts.values())
        winners = [keeper for keeper in keepers if counts[keeper] == best]
        if len(winners) == 1:
            won[winners[0]].append(reason)
    chosen = min(keepers, key=lambda keeper: (-len(won[keeper]), since[keeper], keeper))
    return chosen, tuple(won[chosen])
