"""How alike two names are: the ordered levels of `weights.NameLevel`, each with its test.

Nothing here knows how frequent a name is or what else two cards share.
"""

from functools import lru_cache
from itertools import permutations

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from server.reconcile.matchable import Matchable
from server.reconcile.names import LEGAL_FORMS, PARTICLES, Called, is_initial
from server.reconcile.nicknames import fits
from server.reconcile.weights import NameLevel

_ALIKE_MIN = 0.87
"""Jaro-Winkler: above Katja and Katya (.89), below Clara and Karla (.78), Lena and Leon (.85)."""

_ACROSS_SCRIPTS_MIN = 60.0
"""Transliterations of one name differ a lot: "khald mnswr" and "khaled mansour" score 80."""

_ORGANISATION_MIN = 85.0

_SLIP_LETTERS_MIN = 4


def name_level(left: Matchable, right: Matchable) -> NameLevel:
    """The first level that two names reach."""
    if {left.sort, right.sort} & {"organisation", "practice", "mailbox"}:
        return _organisation_level(left.called.words, right.called.words)
    return person_level(left.called, right.called, left.nicknames, right.nicknames)


@lru_cache(maxsize=100_000)
def person_level(
    left: Called, right: Called, left_nicknames: frozenset[str], right_nicknames: frozenset[str]
) -> NameLevel:
    """How two persons' names compare."""
    if not (left.words and right.words):
        return NameLevel.MISSING
    if left.words == right.words:
        if not (left.is_complete and right.is_complete):
            return NameLevel.GIVEN if left.given else NameLevel.FAMILY
        return NameLevel.SAME if _spelt_alike(left, right) else NameLevel.SPELLING
    if left.is_latin != right.is_latin:
        return _across_scripts(left, right)
    levels = [
        _by_parts(left, right),
        _by_parts(left, Called(right.family, right.given, right.words)),
        _by_parts(Called(left.family, left.given, left.words), right),
    ]
    if left_nicknames or right_nicknames:
        levels.append(
            _by_parts(
                Called(left.given | left_nicknames, left.family | left_nicknames, left.words),
                Called(right.given | right_nicknames, right.family | right_nicknames, right.words),
            )
        )
    best = min(levels, key=_ORDER.__getitem__)
    if best is NameLevel.OTHER and (left.words < right.words or right.words < left.words):
        return (
            NameLevel.MIDDLE
            if min(left.words, right.words, key=len) != frozenset()
            and len(left.words & right.words) > 1
            else NameLevel.GIVEN
        )
    return best


_ORDER = {level: place for place, level in enumerate(NameLevel)}


def _by_parts(left: Called, right: Called) -> NameLevel:
    """Given names with given names, family names with family names."""
    given = _given_level(left.given, right.given)
    family = _family_level(left.family, right.family)
    if given is NameLevel.OTHER:
        return NameLevel.OTHER
    if family is NameLevel.OTHER:
        return NameLevel.MARRIED if given is NameLevel.SAME else NameLevel.OTHER
    if NameLevel.MISSING in (given, family):
        if given is family:
            return NameLevel.MISSING
        if family is NameLevel.MISSING:
            return _without_family(given, left, right)
        return (
            NameLevel.FAMILY if left.family & right.family or given is family else NameLevel.ALIKE
        )
    return max(given, family, key=_ORDER.__getitem__)


def _without_family(given: NameLevel, left: Called, right: Called) -> NameLevel:
    """One card has a given name only; it might also be the family name of the other."""
    if given in (NameLevel.SAME, NameLevel.MIDDLE, NameLevel.NICKNAME):
        return NameLevel.GIVEN
    return NameLevel.ALIKE if given is not NameLevel.INITIAL else NameLevel.INITIAL


@lru_cache(maxsize=100_000)
def _given_level(left: frozenset[str], right: frozenset[str]) -> NameLevel:
    if not (left and right):
        return NameLevel.MISSING
    if left == right or _joined(left, right):
        return NameLevel.SAME
    common = left & right
    if common:
        if left <= right or right <= left:
            return NameLevel.MIDDLE
        fit = all(
            any(is_initial(one, other) or fits(one, other) for other in right - common)
            for one in left - common
        )
        return NameLevel.MIDDLE if fit else NameLevel.ALIKE
    pairs = [(one, other) for one in left for other in right]
    if any(fits(one, other) and not _is_slip(one, other) for one, other in pairs):
        return NameLevel.NICKNAME
    if any(is_initial(one, other) for one, other in pairs):
        return NameLevel.INITIAL
    if any(_is_slip(one, other) and _within(one, other) for one, other in pairs):
        return NameLevel.SLIP
    if any(_is_begun(one, other) or _alike(one, other) for one, other in pairs):
        return NameLevel.ALIKE
    return NameLevel.OTHER


@lru_cache(maxsize=100_000)
def _family_level(left: frozenset[str], right: frozenset[str]) -> NameLevel:
    if not (left and right):
        return NameLevel.MISSING
    if left == right or _joined(left, right):
        return NameLevel.SAME
    left, right = left - PARTICLES or left, right - PARTICLES or right
    if left == right:
        return NameLevel.MIDDLE
    if left & right:
        return NameLevel.DOUBLE
    pairs = [(one, other) for one in left for other in right]
    if any(map(_is_slip, *zip(*pairs, strict=True))):
        return NameLevel.SLIP
    if any(is_initial(one, other) for one, other in pairs):
        return NameLevel.INITIAL
    if any(_alike(one, other) for one, other in pairs):
        return NameLevel.ALIKE
    return NameLevel.OTHER


def _is_slip(left: str, right: str) -> bool:
    """One letter too many, too few, another or exchanged, in words long enough for it."""
    shortest = min(len(left), len(right))
    if shortest < _SLIP_LETTERS_MIN:
        return False
    most = 1 if shortest < 8 else 2
    return OSA.distance(left, right, score_cutoff=most) <= most


def _within(left: str, right: str) -> bool:
    """Anna and Hanna, Jonas and Jonah are two; a slip of the finger spares the first and last letter."""
    return left[0] == right[0] and left[-1] == right[-1]


def _alike(left: str, right: str) -> bool:
    return min(len(left), len(right)) > 1 and JaroWinkler.similarity(left, right) >= _ALIKE_MIN


def _is_begun(left: str, right: str) -> bool:
    """Max and Maximilian are one; Jan and Jana are brother and sister."""
    short, long = sorted((left, right), key=len)
    return len(short) >= 3 and len(long) >= len(short) + 2 and long.startswith(short)


def _joined(left: frozenset[str], right: frozenset[str]) -> bool:
    """Karl-Heinz and Karlheinz, Mac Donald and MacDonald."""
    few, many = sorted((left, right), key=len)
    if len(few) != 1 or not 1 < len(many) <= 3:
        return False
    (word,) = few
    return any("".join(order) == word for order in permutations(many))


def _spelt_alike(left: Called, right: Called) -> bool:
    """Whether folding made two words equal that no two spellings of marks make equal."""
    if not (left.spellings or right.spellings):
        return True
    ways = dict(left.spellings)
    others = dict(right.spellings)
    for word in ways.keys() | others.keys():
        one = ways.get(word, others.get(word, frozenset()) and frozenset({word}))
        other = others.get(word, frozenset({word}))
        if one.isdisjoint(other):
            return False
    return True


def _across_scripts(left: Called, right: Called) -> NameLevel:
    if left.sound == right.sound or fuzz.token_sort_ratio(left.latin, right.latin) >= (
        _ACROSS_SCRIPTS_MIN
    ):
        return NameLevel.OTHER_SCRIPT
    return NameLevel.OTHER


@lru_cache(maxsize=50_000)
def _organisation_level(left: frozenset[str], right: frozenset[str]) -> NameLevel:
    if not (left and right):
        return NameLevel.MISSING
    if left == right:
        return NameLevel.SAME
    bare, other = left - LEGAL_FORMS or left, right - LEGAL_FORMS or right
    if bare == other:
        return NameLevel.SPELLING
    if _is_acronym(left, right) or _is_acronym(right, left):
        return NameLevel.ALIKE
    if bare < other or other < bare:
        return NameLevel.ALIKE
    alike = fuzz.token_set_ratio(" ".join(sorted(bare)), " ".join(sorted(other)))
    return NameLevel.ALIKE if alike >= _ORGANISATION_MIN else NameLevel.OTHER


def _is_acronym(short: frozenset[str], long: frozenset[str]) -> bool:
    """ADAC and Allgemeiner Deutscher Automobil-Club, in any order of its words."""
    if len(short) != 1 or len(long) < 3:
        return False
    (word,) = short
    return sorted(word) == sorted(each[0] for each in long)
