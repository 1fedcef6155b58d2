"""Persons whom two members claim: a question to both, from nothing that one of them may not see."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from server.reconcile.clusters import Clusters
from server.reconcile.ownership import last_words
from server.reconcile.snapshot import Claim, Snapshot, cards_by_id


@dataclass(frozen=True, slots=True)
class Disputed:
    """Whose is this person?

    Attributes:
        key: Another one as soon as one of them claims the person anew, and the same one again
            where an undo says what had been said.
        members: The two who say "mine", sorted.
        cards: The cards of which they say so.
    """

    key: str
    members: tuple[str, str]
    cards: tuple[str, ...]


def disputes(snapshot: Snapshot) -> Iterator[Disputed]:
    """What is in dispute, by each two who dispute it."""
    cards = cards_by_id(snapshot)
    claims = [each for each in snapshot.claims if each.card in cards]
    claimants = sorted({each.member for each in claims if each.says == "mine"})
    for one, other in combinations(claimants, 2):
        seen = {each.id for each in snapshot.cards if {one, other} <= each.seen_by}
        clusters = Clusters()
        for link in snapshot.links:
            if link.verdict == "same" and not link.scope and {link.card_a, link.card_b} <= seen:
                clusters.connect(link.card_a, link.card_b)
        people: defaultdict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            if claim.card in seen:
                people[clusters.of(claim.card)].append(claim)
        for said in people.values():
            words = last_words(said)
            if all(who in words and words[who].says == "mine" for who in (one, other)):
                yield _disputed((one, other), said)


def _disputed(members: tuple[str, str], said: list[Claim]) -> Disputed:
    standing = [each for each in said if each.member in members and each.says == "mine"]
    first = (each.again or each for each in standing)
    times = sorted({(each.card, each.member, each.at, each.name) for each in first})
    digest = hashlib.blake2b(repr((members, times)).encode("utf-8", "backslashreplace"))
    ids = tuple(sorted({each.card for each in standing}))
    return Disputed(f"dispute:{digest.hexdigest()[:32]}", members, ids)
