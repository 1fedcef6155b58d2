"""Who is the same person: pairs of cards, each judged by named levels with reasons for people.

A pair is *auto* (certain) if the names agree, an identifier is shared and nothing contradicts; or
if the names are nearly the same and more than one thing is shared that one person has alone. It is
*review* (ask) where it is as likely one person as two, and otherwise no pair at all. Missing data is its
own level, never a mismatch. Pairs are found by what cards share, never by comparing everybody with
everybody. What counts how much stands in `weights`.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp2, log2
from typing import Literal, TypeAlias

from server.reconcile import weights
from server.reconcile.index import BLOCK_MAX, Index
from server.reconcile.levels import name_level
from server.reconcile.matchable import Matchable, matchable
from server.reconcile.names import FIRMS
from server.reconcile.operations import Reason
from server.reconcile.sharing import (
    Shared,
    birthdays_contradict,
    is_identity_shared,
    reason,
    shared_by,
)
from server.reconcile.weights import NameLevel

__all__ = [
    "BLOCK_MAX",
    "RIVAL",
    "Decision",
    "Index",
    "Matchable",
    "Matching",
    "PairDecision",
    "compare_cards",
    "contradicts",
    "matchable",
]

Decision: TypeAlias = Literal["auto", "review", "no"]
Wanted: TypeAlias = Callable[[str, str], bool]

RIVAL = Reason("another card fits as well", 2, against=True)
_RIVAL_SCORE = 0.85
_CONTRADICTED = Reason("much speaks against it", 3, against=True)
_COMMON_NAME = Reason("many people are called so", 1, against=True)


@dataclass(frozen=True, slots=True)
class PairDecision:
    """What is thought of two cards, named by their ids in sorted order."""

    left: str
    right: str
    score: float
    decision: Decision
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A pair before its rivals are known.

    Attributes:
        bits: All evidence together; 0 is as likely one person as two.
        fits: The name agrees and something is shared: whoever else does so is a rival.
    """

    pair: PairDecision
    bits: float
    fits: bool


_Names = tuple[frozenset[str], frozenset[str], int, int]
"""Two nicknames and two names; the index keeps these."""


def compare_cards(
    cards: Sequence[Matchable],
    *,
    region: str = "",
    apart: Container[tuple[str, str]] = frozenset(),
    wanted: Wanted | None = None,
) -> tuple[PairDecision, ...]:
    """Judge all pairs of cards that may be one person; pairs that are none are left out.

    A card that fits two others equally well, who are not one person themselves, is certain
    with neither of them.

    Args:
        cards: The cards of one universe, in any order.
        region: The household's country, as in `Index`.
        apart: Pairs of ids (sorted) that a person called different.
        wanted: Which pairs (sorted) to judge; the others only matter as rivals.
    """
    return Matching(Index(cards, region=region), apart=apart).all_pairs(wanted)


def contradicts(left: Matchable, right: Matchable) -> bool:
    """Whether something on two cards says that they are two people."""
    return _contradict(left, right, name_level(left, right))


class Matching:
    """The pairs of one index, judged when they are asked for; made anew when the index changes.

    Args:
        index: The cards of one universe.
        apart: Pairs of ids (sorted) that a person called different.
    """

    def __init__(self, index: Index, *, apart: Container[tuple[str, str]] = frozenset()) -> None:
        self._index = index
        self._apart = apart
        self._judged: dict[str, dict[str, _Judged]] = {}
        self._pairs: dict[tuple[str, str], _Judged | None] = {}
        self._names: dict[_Names, tuple[NameLevel, float]] = {}
        self._prior = -index.size_bits

    def all_pairs(self, wanted: Wanted | None = None) -> tuple[PairDecision, ...]:
        """Every pair that is certain or asked about, of those that are wanted."""
        if wanted is None:
            return self._settled(self._all_judged())
        pairs = (
            (card_id, other)
            for card_id in sorted(self._index.cards)
            for other in sorted(self._index.partners(card_id))
            if card_id < other and wanted(card_id, other)
        )
        judged = (self._of(left, right) for left, right in pairs)
        return self._settled(each for each in judged if each is not None)

    def pairs_of(
        self, cards: Iterable[str], wanted: Wanted | None = None
    ) -> tuple[PairDecision, ...]:
        """Those of some cards; the same ones that are among all pairs."""
        judged = {
            (each.pair.left, each.pair.right): each
            for card_id in cards
            for each in self._about(card_id).values()
        }
        return self._settled(
            judged[pair] for pair in sorted(judged) if wanted is None or wanted(*pair)
        )

    def near(self, cards: Iterable[str]) -> frozenset[str]:
        """The cards that some cards are compared with and may be one person with."""
        return frozenset(other for card_id in cards for other in self._about(card_id))

    def _settled(self, judged: Iterable[_Judged]) -> tuple[PairDecision, ...]:
        found = []
        for each in judged:
            if each.pair.decision == "auto" or not self._is_elsewhere(each):
                found.append(self._against_rivals(each))
        return tuple(found)

    def _all_judged(self) -> list[_Judged]:
        """Every pair that may be one person, without looking for rivals; sorted."""
        about: dict[str, dict[str, _Judged]] = {card_id: {} for card_id in self._index.cards}
        for one in about:
            for other in self._index.partners(one):
                judged = self._judge(one, other) if one < other else None
                if judged is not None:
                    about[one][other] = about[other][one] = judged
        self._judged = about
        return [
            about[one][other]
            for one in sorted(about)
            for other in sorted(about[one])
            if one < other
        ]

    def _about(self, card_id: str) -> dict[str, _Judged]:
        """What is thought of one card and every other, without looking for rivals."""
        known = self._judged.get(card_id)
        if known is None:
            known = self._judged[card_id] = {}
            for other in self._index.partners(card_id):
                judged = self._of(card_id, other)
                if judged is not None:
                    known[other] = judged
        return known

    def _of(self, one: str, other: str) -> _Judged | None:
        ids = (one, other) if one < other else (other, one)
        if ids not in self._pairs:
            self._pairs[ids] = self._judge(*ids)
        return self._pairs[ids]

    def _judge(self, left_id: str, right_id: str) -> _Judged | None:
        left, right = self._index.cards[left_id], self._index.cards[right_id]
        level, name_bits = self._named(left, right)
        if self._is_hopeless(self._prior + name_bits, left, right):
            return None
        if (left_id, right_id) in self._apart:
            return None
        contradicted = _contradict(left, right, level)
        if contradicted and not is_identity_shared(left, right):
            return None
        found = shared_by(left, right, self._index)
        bits = self._prior + name_bits + found.bits
        if left.book and left.book == right.book and not found.contacts:
            bits += weights.SAME_BOOK.bits * (2 if found.doubts else 1)
        against = [reason(each, against=True) for each in found.doubts]
        if contradicted:
            against.append(_CONTRADICTED)
        if self._is_certain(level, found, bits):
            if found.crowded >= weights.CROWD_MIN and (
                name_bits - log2(10 * found.crowded) < weights.SWITCHBOARD_BITS
            ):
                against.append(_COMMON_NAME)
        elif not self._is_asked(level, found, bits, mailbox=left.sort == "mailbox"):
            return None
        else:
            against = against or [_NOT_SURE]
        certain = not against
        pair = PairDecision(
            left_id,
            right_id,
            _score(bits, certain=certain),
            "auto" if certain else "review",
            (
                reason(level.level),
                *_told(found),
                *(each for each in against if each is not _NOT_SURE),
            ),
        )
        fits = level in (NameLevel.SAME, NameLevel.SPELLING) and bool(found.contacts)
        return _Judged(pair, bits, fits or certain)

    def _is_hopeless(self, bits: float, left: Matchable, right: Matchable) -> bool:
        """Whether two cards cannot become a pair by a hint, and nothing more is shared."""
        contacts = self._index.contacts
        return (
            bits + weights.NUMBER_SLIP.bits < weights.NAMESAKES_BITS
            and contacts[left.id].isdisjoint(contacts[right.id])
            and not (left.birthdays and right.birthdays)
            and not (left.homes and right.homes)
        )

    def _named(self, left: Matchable, right: Matchable) -> tuple[NameLevel, float]:
        """How two names compare, and how much that counts; namesakes are asked for it again and again."""
        names = left.nicknames, right.nicknames, id(left.called), id(right.called)
        known = self._names.get(names)
        if known is None:
            level = self._knowing_names(name_level(left, right), left, right)
            known = self._names[names] = level, self._name_bits(level, left, right)
        return known

    def _knowing_names(self, level: NameLevel, left: Matchable, right: Matchable) -> NameLevel:
        """A slip is none where both words are names: Lena and Lea are two, in whichever field."""
        if level is not NameLevel.SLIP:
            return level
        words = left.called.words ^ right.called.words
        known = [word for word in words if self._index.is_given_name(word)]
        if not known and left.called.given & right.called.given:
            return level
        ends = {(word[0], word[-1]) for word in words}
        return level if len(known) == 1 and len(ends) == 1 else NameLevel.ALIKE

    def _name_bits(self, level: NameLevel, left: Matchable, right: Matchable) -> float:
        """How much the agreement of two names counts: by level, and by how rare the words are."""
        index, one, other = self._index, left.called, right.called
        if level is NameLevel.MISSING:
            return level.level.bits
        if level is NameLevel.OTHER_SCRIPT:
            return 2 * weights.RARITY_BITS[0] + 2.0
        if left.sort != "person" or right.sort != "person":
            return level.level.bits + index.family_bits(one.words & other.words or one.words)
        bits = level.level.bits
        if level in (NameLevel.SAME, NameLevel.SPELLING) and not one.given & other.given:
            return bits + index.given_bits(one.given) + index.family_bits(one.family)
        if level not in (NameLevel.FAMILY, NameLevel.INITIAL):
            bits += index.given_bits(one.given & other.given) or min(
                index.given_bits(one.given), index.given_bits(other.given)
            )
        if level not in (NameLevel.GIVEN, NameLevel.MARRIED):
            bits += index.family_bits(one.family & other.family) or min(
                index.family_bits(one.family), index.family_bits(other.family)
            )
        if level is NameLevel.ALIKE:
            return level.level.bits + (bits - level.level.bits) / 4  # much is like a rare name
        return bits

    def _is_certain(self, level: NameLevel, found: Shared, bits: float) -> bool:
        if level is NameLevel.SAME:
            return bool(found.contacts) or (
                "birthday" in found.proofs and bits >= weights.AUTO_BITS
            )
        proofs = len(found.proofs) + (found.at_home and level in _HOME_COUNTS)
        enough = proofs >= level.proofs and bits >= weights.AUTO_BITS
        return enough and (not level.among or not found.proofs.isdisjoint(level.among))

    def _is_asked(self, level: NameLevel, found: Shared, bits: float, *, mailbox: bool) -> bool:
        if level in (NameLevel.SAME, NameLevel.SPELLING) and found.contacts:
            return True
        if mailbox and not found.contacts:
            return False
        if level in (NameLevel.SAME, NameLevel.SPELLING):
            return bits >= weights.NAMESAKES_BITS
        if level in _HALF_NAMES and not (
            found.contacts or found.proofs or weights.HOME in found.levels
        ):
            return False
        return bits >= weights.ASK_BITS

    def _is_elsewhere(self, judged: _Judged) -> bool:
        """Whether one of two cards has found its certain partner in the book of the other."""
        cards = self._index.cards
        if judged.fits:
            return False
        left, right = judged.pair.left, judged.pair.right
        for card_id, other in ((left, right), (right, left)):
            for partner, each in self._about(card_id).items():
                if (
                    partner != other
                    and each.pair.decision == "auto"
                    and cards[partner].book == cards[other].book
                    and cards[card_id].book != cards[other].book
                    and each.bits > judged.bits
                ):
                    return judged.bits + weights.ELSEWHERE.bits < weights.ASK_BITS
        return False

    def _against_rivals(self, judged: _Judged) -> PairDecision:
        """Ask where a card fits another one of the same book at least as well."""
        pair = judged.pair
        if pair.decision != "auto":
            return pair
        for card_id, partner in ((pair.left, pair.right), (pair.right, pair.left)):
            for rival, each in self._about(card_id).items():
                if (
                    rival != partner
                    and each.fits
                    and each.bits >= judged.bits - weights.RIVAL_BITS
                    and self._excludes(rival, partner)
                ):
                    reasons = (*pair.reasons, RIVAL)
                    return replace(pair, score=_RIVAL_SCORE, decision="review", reasons=reasons)
        return pair

    def _excludes(self, rival: str, partner: str) -> bool:
        """Whether two cards that are no certain pair are to be taken for two people."""
        between = self._about(partner).get(rival)
        if between is not None and between.pair.decision == "auto":
            return False
        cards = self._index.cards
        left, right = sorted((rival, partner))
        return (
            cards[rival].book == cards[partner].book
            or (left, right) in self._apart
            or contradicts(cards[rival], cards[partner])
        )


_HOME_COUNTS = (NameLevel.SPELLING, NameLevel.NICKNAME, NameLevel.DOUBLE, NameLevel.SLIP)
"""With these a common home is one more proof: who else lives there is called otherwise."""

_HALF_NAMES = (NameLevel.MISSING, NameLevel.FAMILY, NameLevel.GIVEN, NameLevel.OTHER_SCRIPT)
"""With these a hint alone is nothing."""

_NOT_SURE = Reason("", 1, against=True)


def _told(found: Shared) -> Iterable[Reason]:
    """What is shared, each said once, the strongest first."""
    texts = {level.text: level for level in found.levels}
    ranked = sorted(texts.values(), key=lambda level: (-level.strength, level.text))
    return [reason(level) for level in ranked]


def _score(bits: float, *, certain: bool) -> float:
    """The chance that a sum of bits stands for, within the range of its decision."""
    bits = max(min(bits, 40.0), -40.0)
    chance = 1 / (1 + exp2(-bits))
    if certain:
        return round(0.9 + 0.1 * (1 - exp2(-max(bits / 8, 0.0))), 4)
    return round(0.5 + 0.39 * max(2 * chance - 1, 0.0), 4)


def _contradict(left: Matchable, right: Matchable, level: NameLevel) -> bool:
    one, other = left.called.generation, right.called.generation
    return (
        level is NameLevel.OTHER
        or (one != other and bool(one and other))
        or _sorts_differ(left, right)
        or birthdays_contradict(left, right)
    )


def _sorts_differ(left: Matchable, right: Matchable) -> bool:
    """Whether one is a person and the other a couple, a firm, a practice or a mailbox."""
    if left.sort == right.sort:
        return False
    if {left.sort, right.sort} == {"person", "organisation"} and left.called.words & FIRMS:
        return left.called.words != right.called.words  # one phone did not say that it is a firm
    return True
