"""Who is the same person: pairs of cards, each judged by named levels with reasons for people.

A pair is *auto* (certain) if the names agree, an identifier is shared and nothing contradicts,
*review* (ask) if a name agrees without an identifier or an identifier is shared by names that
are not quite the same, and otherwise no pair at all. Missing data is its own level, never a
mismatch. Pairs are found by what cards share, never by comparing everybody with everybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations
from typing import Literal, TypeAlias

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from server.contacts.properties import Property
from server.contacts.values import Name
from server.reconcile.names import Called, called, called_organisation, is_initial, is_nickname
from server.reconcile.operations import Reason

Decision: TypeAlias = Literal["auto", "review", "no"]

BLOCK_MAX = 60
"""More cards than this behind one number or name say nothing about who is who: a switchboard,
"Mama". Such a block only pairs cards that share the number *and* the name, each with at most
this many others, so that the work grows with the number of cards."""

_ALIKE_MIN = 0.87
"""Jaro-Winkler: above Katja and Katya (.89), below Clara and Karla (.78), Lena and Leon (.85)."""

_ACROSS_SCRIPTS_MIN = 60.0
"""Transliterations of one name differ a lot: "khald mnswr" and "khaled mansour" score 80."""

_ORGANISATION_MIN = 85.0

_REVIEW_MAX = 0.89
_NAME_ONLY = 0.60
_DIGITS_MIN = 7


class NameLevel(Enum):
    """How two names compare: the reason for people, its strength, the score with an identifier."""

    SAME = ("same name", 3, 0.90)
    ALIKE = ("similar name", 2, 0.80)
    INITIAL = ("same initial and family name", 2, 0.75)
    PART = ("one name is part of the other", 2, 0.70)
    OTHER_SCRIPT = ("similar name in another script", 2, 0.70)
    MISSING = ("one card has no name", 1, 0.65)
    GIVEN = ("same given name", 1, 0.55)
    OTHER = ("different names", 3, 0.0)

    def __init__(self, text: str, strength: int, score: float) -> None:
        self.reason = Reason(text, strength, against=score == 0.0)
        self.score = score


@dataclass(frozen=True, slots=True)
class Matchable:
    """What matching looks at on one card.

    Attributes:
        phones: Match keys of telephone numbers.
        mobiles: Those of them that are said to be mobile.
        birthdays: ``1980-02-29`` or ``--02-29``; one at most on a sound card.
        book: Whose book it is from; a second fitting card counts only within one book.
    """

    id: str
    uid: str
    kind: str
    called: Called
    emails: frozenset[str]
    phones: frozenset[str]
    mobiles: frozenset[str]
    birthdays: frozenset[str]
    book: str


@dataclass(frozen=True, slots=True)
class PairDecision:
    """What is thought of two cards, named by their ids in sorted order."""

    left: str
    right: str
    score: float
    decision: Decision
    reasons: tuple[Reason, ...]


def matchable(
    card_id: str, uid: str, props: Sequence[Property], name: Name, kind: str, *, book: str = ""
) -> Matchable:
    """Take from a card what matching needs."""
    phones = [prop for prop in props if prop.name == "TEL"]
    return Matchable(
        id=card_id,
        uid=uid.strip().removeprefix("urn:uuid:").casefold(),
        kind=kind,
        called=called_organisation(name) if kind == "organisation" else called(name),
        emails=frozenset(p.norm for p in props if p.name == "EMAIL" and "@" in p.norm),
        phones=frozenset(prop.norm for prop in phones),
        mobiles=frozenset(prop.norm for prop in phones if "cell" in prop.types),
        birthdays=frozenset(prop.value for prop in props if prop.name == "BDAY"),
        book=book,
    )


def compare_cards(
    cards: Sequence[Matchable],
    *,
    region: str = "",
    apart: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[PairDecision, ...]:
    """Judge all pairs of cards that may be one person; pairs that are none are left out.

    A card that fits two others equally well, who are not one person themselves, is certain
    with neither of them.

    Args:
        cards: The cards of one universe, in any order.
        region: Where numbers without country code belong. With a region such a number that is
            still not international is invalid and proves nothing; without one it is compared
            as it stands.
        apart: Pairs of ids (sorted) that a person called different.
    """
    by_id = {card.id: card for card in cards if card.kind != "group"}
    shared = {card_id: _identifiers(card, region) for card_id, card in by_id.items()}
    found = []
    for left, right in sorted(_candidates(by_id, shared)):
        if (left, right) not in apart:
            decision = _judge(by_id[left], by_id[right], shared[left] & shared[right])
            if decision is not None:
                found.append(decision)
    return _without_rivals(found, by_id, apart)


def contradicts(left: Matchable, right: Matchable) -> bool:
    """Whether something on two cards says that they are two people."""
    return (
        left.kind != right.kind
        or left.called.several != right.called.several
        or _differ({left.called.generation} - {""}, {right.called.generation} - {""})
        or _differ(_with_year(left.birthdays), _with_year(right.birthdays))
        or _name_level(left, right) is NameLevel.OTHER
    )


def _judge(left: Matchable, right: Matchable, shared: frozenset[str]) -> PairDecision | None:
    if contradicts(left, right):
        return None
    level = _name_level(left, right)
    if not shared and level is not NameLevel.SAME:
        return None
    reasons = [level.reason, *_shared_reasons(shared, left.mobiles | right.mobiles)]
    doubts = _doubts(left, right)
    same_day = not left.birthdays.isdisjoint(right.birthdays)
    if same_day:
        reasons.append(Reason("same birthday", 2))
    bonus = 0.02 * min(len(shared), 3) + (0.02 if same_day else 0.0)
    if not shared:
        return _decision(left, right, _NAME_ONLY + 2 * bonus, "review", (*reasons, *doubts))
    if level is NameLevel.SAME and not doubts:
        return _decision(left, right, level.score + bonus, "auto", reasons)
    score = min(level.score + bonus, _REVIEW_MAX)
    return _decision(left, right, score, "review", (*reasons, *doubts))


def _decision(
    left: Matchable, right: Matchable, score: float, decision: Decision, reasons: Iterable[Reason]
) -> PairDecision:
    return PairDecision(left.id, right.id, round(score, 4), decision, tuple(reasons))


def _identifiers(card: Matchable, region: str) -> frozenset[str]:
    phones = (
        phone
        for phone in card.phones
        if phone.startswith("+") or (not region and len(phone) >= _DIGITS_MIN)
    )
    return frozenset(
        (
            *(f"mail:{email}" for email in card.emails),
            *(f"tel:{phone}" for phone in phones),
            *((f"uid:{card.uid}",) if card.uid else ()),
        )
    )


def _shared_reasons(shared: frozenset[str], mobiles: frozenset[str]) -> Iterator[Reason]:
    texts = set()
    for identifier in shared:
        kind, _, value = identifier.partition(":")
        if kind == "tel":
            texts.add("same mobile number" if value in mobiles else "same phone number")
        else:
            texts.add("same e-mail address" if kind == "mail" else "same origin of the card")
    return (Reason(text, 3) for text in sorted(texts))


def _doubts(left: Matchable, right: Matchable) -> tuple[Reason, ...]:
    """What does not say "two people", but forbids to be certain."""
    doubts = []
    if left.called.generation != right.called.generation:
        doubts.append(Reason("only one is called junior or senior", 1, against=True))
    if _differ({day[-5:] for day in left.birthdays}, {day[-5:] for day in right.birthdays}):
        doubts.append(Reason("another birthday", 2, against=True))
    return tuple(doubts)


def _name_level(left: Matchable, right: Matchable) -> NameLevel:
    if left.kind == "organisation":
        return _organisation_level(left.called, right.called)
    return _person_level(left.called, right.called)


def _organisation_level(left: Called, right: Called) -> NameLevel:
    if not (left.words and right.words):
        return NameLevel.MISSING
    if left.words == right.words:
        return NameLevel.SAME
    alike = fuzz.token_set_ratio(" ".join(sorted(left.words)), " ".join(sorted(right.words)))
    return NameLevel.ALIKE if alike >= _ORGANISATION_MIN else NameLevel.OTHER


def _person_level(left: Called, right: Called) -> NameLevel:
    if not (left.words and right.words):
        return NameLevel.MISSING
    if left.words == right.words:
        return NameLevel.SAME if left.is_complete and right.is_complete else NameLevel.GIVEN
    if left.is_latin != right.is_latin:
        alike = fuzz.token_sort_ratio(left.latin, right.latin)
        return NameLevel.OTHER_SCRIPT if alike >= _ACROSS_SCRIPTS_MIN else NameLevel.OTHER
    if left.words < right.words or right.words < left.words:
        return NameLevel.PART
    given, family = _part_level(left.given, right.given), _part_level(left.family, right.family)
    if given is NameLevel.OTHER:
        return NameLevel.OTHER
    if family is NameLevel.OTHER:
        return NameLevel.GIVEN if given is NameLevel.SAME else NameLevel.OTHER
    return NameLevel.INITIAL if given is NameLevel.INITIAL else NameLevel.ALIKE


def _part_level(left: frozenset[str], right: frozenset[str]) -> NameLevel:
    """Compare given with given, or family with family names, by their best pair of words."""
    if not (left and right):
        return NameLevel.MISSING
    if not left.isdisjoint(right):
        return NameLevel.SAME
    pairs = [(one, other) for one in left for other in right]
    if any(is_initial(one, other) for one, other in pairs):
        return NameLevel.INITIAL
    if any(
        is_nickname(one, other) or JaroWinkler.similarity(one, other) >= _ALIKE_MIN
        for one, other in pairs
    ):
        return NameLevel.ALIKE
    return NameLevel.OTHER


def _differ(left: AbstractSet[str], right: AbstractSet[str]) -> bool:
    """Whether both sides say something and nothing of it is the same."""
    return bool(left and right) and left.isdisjoint(right)


def _with_year(birthdays: frozenset[str]) -> frozenset[str]:
    return frozenset(day for day in birthdays if not day.startswith("--"))


def _candidates(
    by_id: Mapping[str, Matchable], shared: Mapping[str, frozenset[str]]
) -> set[tuple[str, str]]:
    """All pairs of ids (sorted) that share an identifier or a whole name."""
    by_identifier: defaultdict[str, list[str]] = defaultdict(list)
    by_name: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for card_id in sorted(by_id):
        for identifier in shared[card_id]:
            by_identifier[identifier].append(card_id)
        if by_id[card_id].called.words:
            by_name[by_id[card_id].called.words].append(card_id)
    pairs: set[tuple[str, str]] = set()
    for block in by_name.values():
        if len(block) <= BLOCK_MAX:
            pairs.update(combinations(block, 2))
    for block in by_identifier.values():
        if len(block) <= BLOCK_MAX:
            pairs.update(combinations(block, 2))
        else:
            pairs.update(_namesakes_in(block, by_id))
    return pairs


def _namesakes_in(
    block: Sequence[str], by_id: Mapping[str, Matchable]
) -> Iterator[tuple[str, str]]:
    by_name: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for card_id in block:
        by_name[by_id[card_id].called.words].append(card_id)
    for namesakes in by_name.values():
        for position, left in enumerate(namesakes):
            for right in namesakes[position + 1 : position + 1 + BLOCK_MAX]:
                yield left, right


def _without_rivals(
    found: Sequence[PairDecision],
    by_id: Mapping[str, Matchable],
    apart: frozenset[tuple[str, str]],
) -> tuple[PairDecision, ...]:
    """Ask where a card fits another one of the same book at least as well."""
    certain: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for pair in found:
        if pair.decision == "auto":
            certain[pair.left][pair.right] = certain[pair.right][pair.left] = pair.score

    def has_rival(pair: PairDecision) -> bool:
        return any(
            rival != partner
            and score >= pair.score
            and partner not in certain[rival]
            and _excludes(by_id[rival], by_id[partner], apart)
            for card_id, partner in ((pair.left, pair.right), (pair.right, pair.left))
            for rival, score in certain[card_id].items()
        )

    doubt = Reason("another card fits as well", 2, against=True)
    return tuple(
        replace(pair, score=0.85, decision="review", reasons=(*pair.reasons, doubt))
        if pair.decision == "auto" and has_rival(pair)
        else pair
        for pair in found
    )


def _excludes(rival: Matchable, partner: Matchable, apart: frozenset[tuple[str, str]]) -> bool:
    """Whether two cards that are no certain pair are to be taken for two people."""
    left, right = sorted((rival.id, partner.id))
    return rival.book == partner.book or (left, right) in apart or contradicts(rival, partner)
