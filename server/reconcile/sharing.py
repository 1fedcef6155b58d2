"""What two cards share besides their names, and what speaks against them: bits with their reasons."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from rapidfuzz.distance import OSA

from server.reconcile import weights
from server.reconcile.index import Index
from server.reconcile.matchable import Home, Matchable, spells
from server.reconcile.operations import Reason
from server.reconcile.weights import Level


@dataclass(slots=True)
class Shared:
    """All that is found on two cards.

    Attributes:
        bits: The sum of the weights.
        levels: What counts for the two being one, strongest first.
        doubts: What speaks against it, and forbids to be certain.
        proofs: Which of "uid", "mobile", "mail", "birthday" are shared that one person has alone.
        contacts: The shared UID, numbers and mail addresses.
        personal: Something is shared that father and son of one name do not share: not just the landline.
        at_home: They share a landline or an address.
        crowded: The largest number of people behind what is shared; 0 if something is shared by them alone.
    """

    bits: float = 0.0
    levels: list[Level] = field(default_factory=list)
    doubts: list[Level] = field(default_factory=list)
    proofs: set[str] = field(default_factory=set)
    contacts: frozenset[str] = frozenset()
    crowded: int = 0
    personal: bool = False
    at_home: bool = False


def shared_by(left: Matchable, right: Matchable, index: Index) -> Shared:
    """Compare everything but the names."""
    found = Shared()
    found.contacts = index.contacts[left.id] & index.contacts[right.id]
    if found.contacts:
        _add(found, _own_contacts(left, right, index, found))
    if not left.identities & right.identities and is_identity_shared(left, right):
        found.levels.append(weights.IDENTITY_SLIP)
        found.bits += weights.IDENTITY_SLIP.bits
    household = list(_household(left, right, index, found))
    if household:
        found.levels.extend(household)
        found.bits += max(level.bits for level in household)
        found.at_home = not {weights.LANDLINE, weights.SO_CALLED_MOBILE, weights.HOME}.isdisjoint(
            household
        )
    _add_birthdays(left, right, found)
    if not found.contacts:
        _add_hints(left, right, found)
    _add_against(left, right, found)
    return found


def is_identity_shared(left: Matchable, right: Matchable) -> bool:
    """Whether both have a number for life that is the same but for one slip."""
    return bool(left.identities and right.identities) and any(
        OSA.distance(one, other, score_cutoff=1) <= 1
        for one in left.identities
        for other in right.identities
    )


@cache
def reason(level: Level, *, against: bool = False) -> Reason:
    """A level in words for people."""
    return Reason(level.text, level.strength, against=against)


def _add(found: Shared, own: dict[str, Level]) -> None:
    """The first own contact counts whole, every further kind less: who shares one shares the other."""
    ranked = sorted(own.values(), key=lambda level: -level.bits)
    found.levels.extend(ranked)
    if ranked:
        found.bits += ranked[0].bits + weights.FURTHER.bits * (len(ranked) - 1)
    found.proofs.update(own.keys() & {"uid", "id", "mobile", "mail"})


def _own_contacts(
    left: Matchable, right: Matchable, index: Index, found: Shared
) -> dict[str, Level]:
    """What is shared that one person has alone; what others have too goes to the household."""
    own: dict[str, Level] = {}
    crowds = []
    landlines = left.landlines | right.landlines
    generic = left.generic | right.generic
    person = left.sort == right.sort == "person"
    for contact in sorted(found.contacts):
        kind, _, value = contact.partition(":")
        crowd = index.crowd(contact)
        crowds.append(crowd)
        if kind in ("uid", "id") or (
            value in left.mobiles | right.mobiles and crowd < weights.CROWD_MIN
        ):
            found.personal = True
        if kind == "id":
            own["id"] = weights.IDENTITY
        elif kind == "uid":
            own["uid"] = weights.UID
        elif person and (crowd > 1 or value in landlines or value in generic):
            continue
        elif kind == "mail":
            own["mail"] = weights.MAIL
            found.personal = True
        elif value in left.mobiles | right.mobiles:
            own["mobile"] = weights.MOBILE
        else:
            own["mobile" if not person else "phone"] = weights.PHONE
    found.crowded = 0 if own else max(crowds, default=0)
    return own


def _household(left: Matchable, right: Matchable, index: Index, found: Shared) -> Iterator[Level]:
    """Everything that all who live or work in one place share: one comparison."""
    if left.sort == right.sort == "person":
        for contact in sorted(found.contacts):
            kind, _, value = contact.partition(":")
            crowd = index.crowd(contact)
            if crowd >= weights.CROWD_MIN:
                yield weights.CROWD
            elif kind == "mail" and (crowd > 1 or value in left.generic):
                yield weights.FAMILY_MAIL
            elif kind == "tel" and crowd > 1:
                yield weights.SHARED_PHONE
            elif kind == "tel" and value in left.landlines | right.landlines:
                is_said = value in left.mobiles | right.mobiles
                yield weights.SO_CALLED_MOBILE if is_said else weights.LANDLINE
    if left.homes and right.homes:
        best = max(
            (_home_level(one, other) for one in left.homes for other in right.homes),
            key=lambda level: level.bits if level else 0.0,
        )
        if best:
            yield best


def _home_level(left: Home, right: Home) -> Level | None:
    if left.key == right.key:
        return weights.HOME
    same_code = bool(left.code) and left.code == right.code
    same_street = bool(left.street) and left.street == right.street
    same_number = left.number == right.number
    if same_number and (same_street or (same_code and _near(left.street, right.street))):
        return weights.NEAR_HOME
    if same_code and same_street:
        return weights.NEAR_HOME
    return weights.TOWN if same_code or (left.place and left.place == right.place) else None


def _near(left: frozenset[str], right: frozenset[str]) -> bool:
    one, other = " ".join(sorted(left)), " ".join(sorted(right))
    return OSA.normalized_similarity(one, other) >= 0.75


def _add_birthdays(left: Matchable, right: Matchable, found: Shared) -> None:
    if not (left.birthdays and right.birthdays):
        return
    same = left.birthdays & right.birthdays
    if any(not day.startswith("--") for day in same):
        found.proofs.add("birthday")
        level = weights.BIRTHDAY
    elif {day[-5:] for day in left.birthdays} & {day[-5:] for day in right.birthdays}:
        level = (
            weights.DAY if not _with_year(left) or not _with_year(right) else weights.BIRTHDAY_SLIP
        )
    elif any(is_birthday_slip(one, other) for one in left.birthdays for other in right.birthdays):
        level = weights.BIRTHDAY_SLIP
        found.doubts.append(weights.OTHER_DAY)
    else:
        found.doubts.append(weights.OTHER_DAY)
        found.bits += weights.OTHER_DAY.bits
        return
    found.levels.append(level)
    found.bits += level.bits


def birthdays_contradict(left: Matchable, right: Matchable) -> bool:
    """A birthday with a slip of the finger is a doubt, not a contradiction."""
    if not (left.birthdays and right.birthdays):
        return False
    one, other = _with_year(left), _with_year(right)
    slips = (is_birthday_slip(*each) for each in product(one, other))
    return bool(one and other) and one.isdisjoint(other) and not any(slips)


def _with_year(card: Matchable) -> frozenset[str]:
    return frozenset(day for day in card.birthdays if not day.startswith("--"))


def is_birthday_slip(left: str, right: str) -> bool:
    """One digit, two that stand beside each other, or day and month exchanged."""
    if left[:4] == right[:4] and left[5:7] == right[8:10] and left[8:10] == right[5:7]:
        return True
    same_decade = left[:3] == right[:3]  # ten years and more lie between father and son
    one, other = left.replace("-", ""), right.replace("-", "")  # 02-12 and 01-22 are one slip
    return same_decade and OSA.distance(one, other, score_cutoff=1) <= 1


def _add_hints(left: Matchable, right: Matchable, found: Shared) -> None:
    """What is no identifier but seldom chance."""
    if left.locals & right.locals:
        level: Level | None = weights.LOCAL_PART
    elif _spells(left, right) or _spells(right, left):
        level = weights.SPELLS
    elif any(_near_number(one, other) for one in left.phones for other in right.phones):
        level = weights.NUMBER_SLIP
    else:
        level = weights.EMPLOYER if left.employers & right.employers else None
    if level is not None:
        found.levels.append(level)
        found.bits += level.bits


def _spells(left: Matchable, right: Matchable) -> bool:
    """Whether a mail address says of one card what its own name does not, but the other's does."""
    return left.called.words != right.called.words and any(
        spells(local, right.called.words) and not spells(local, left.called.words)
        for local in left.locals
    )


def _near_number(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 8:
        return False
    return left[-8:] == right[-8:] or (
        len(left) == len(right) and OSA.distance(left, right, score_cutoff=1) <= 1
    )


def _add_against(left: Matchable, right: Matchable, found: Shared) -> None:
    """What both have and nobody would expect to differ; a shared own contact, or birthday, outweighs it."""
    pairs = (
        (weights.OTHER_MOBILE, left.mobiles - left.landlines, right.mobiles - right.landlines),
        (weights.OTHER_MAIL, left.emails - left.generic, right.emails - right.generic),
        (weights.OTHER_HOME, {each.key for each in left.homes}, {each.key for each in right.homes}),
    )
    personal = found.personal or "birthday" in found.proofs
    for level, one, other in pairs:
        if one and other and one.isdisjoint(other):
            found.bits += level.bits
            if level is not weights.OTHER_HOME and not personal:
                found.doubts.append(level)
    if left.called.generation != right.called.generation:
        found.doubts.append(weights.GENERATION)
        found.bits += weights.GENERATION.bits
