"""A changed family name is offered to whoever still has the former one; it never flows by itself.

People call each other differently, so names stay with their cards. But where two
linked cards had one family name, and a member typed another one on theirs, the
other is asked, once for each new name; and so is the keeper of a card on which
somebody else typed a new family name, in their own view of it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.contacts.properties import Property
from server.contacts.values import name_of, name_tokens
from server.reconcile.clusters import Clusters
from server.reconcile.merging import UNDO
from server.reconcile.snapshot import CardState, Fact, Snapshot, cards_by_id


@dataclass(frozen=True, slots=True)
class FamilyChanged:
    """One member typed a new family name; another's card has the former one.

    Attributes:
        card: the card that has the former name still.
        author: who typed the new one, and `at` when.
        former: the family name as `card` has it.
        family: the new one as it was typed.
        origin: the fact that has the new one; None where it was typed on this card.
        device: where it was typed on this card, the device.
    """

    key: str
    card: str
    author: str
    at: int
    former: str
    family: str
    origin: int | None = None
    device: int | None = None


@dataclass(frozen=True, slots=True)
class TypedName:
    """A name that somebody else typed on a card, shown in their own view alone."""

    card: str
    author: str
    at: int
    before: Property
    after: Property
    device: int | None


def changed_families(
    snapshot: Snapshot, typed: Iterable[TypedName] = ()
) -> tuple[FamilyChanged, ...]:
    """What is to be offered, from nothing but what everybody who sees the card sees; sorted."""
    found: dict[str, FamilyChanged] = {}
    cards = cards_by_id(snapshot)
    for each in typed:
        if each.card in cards and each.author in cards[each.card].seen_by:
            for offer in _typed_offer(cards[each.card], each):
                found.setdefault(offer.key, offer)
    keepers = sorted({card.keeper for card in snapshot.cards})
    persons = {keeper: _persons(snapshot, keeper) for keeper in keepers}
    for target in sorted(snapshot.cards, key=lambda card: card.id):
        person = persons[target.keeper].get(target.id, ())
        if len(person) > 1 and target.kind == "person" and name_tokens(target.name.family):
            for offer in _offers(target, person):
                found.setdefault(offer.key, offer)
    return tuple(each for key, each in sorted(found.items()) if key not in snapshot.settled)


def _persons(snapshot: Snapshot, viewer: str) -> Mapping[str, Sequence[CardState]]:
    """By card, the cards that are linked with it as far as one member knows."""
    cards = {card.id: card for card in snapshot.cards if viewer in card.seen_by}
    clusters = Clusters()
    for link in snapshot.links:
        known = link.scope in ("", viewer) and {link.card_a, link.card_b} <= cards.keys()
        if link.verdict == "same" and known:
            clusters.connect(link.card_a, link.card_b)
    persons: dict[str, list[CardState]] = {}
    for card_id in sorted(cards):
        persons.setdefault(clusters.of(card_id), []).append(cards[card_id])
    return {card.id: person for person in persons.values() for card in person}


def _typed_offer(target: CardState, typed: TypedName) -> Iterator[FamilyChanged]:
    """The offer of a name that was typed on the card itself, while that has the name it had then."""
    has = name_tokens(target.name.family)
    was, called = _family_and_given(typed.before)
    family, given = _family_and_given(typed.after)
    tokens = name_tokens(family)
    is_same = bool(has) and name_tokens(was) == has and name_tokens(called) & name_tokens(given)
    if target.kind == "person" and is_same and tokens and tokens != has:
        key = _key(target.id, has, tokens)
        former = target.name.family
        yield FamilyChanged(
            key, target.id, typed.author, typed.at, former, family, device=typed.device
        )


def _offers(target: CardState, person: Iterable[CardState]) -> Iterator[FamilyChanged]:
    has = name_tokens(target.name.family)
    for card in person:
        if card.keeper == target.keeper or card.kind != "person":
            continue
        new = next(_names(card.facts), None)
        if new is None or new.typed_by is None or new.act_kind == UNDO or new.previous is None:
            continue
        family, given = _family_and_given(new.prop)
        tokens = name_tokens(family)
        if not tokens or tokens == has or not target.seen_by <= new.seen_by:
            continue
        for former in _before(new, {fact.id: fact for fact in card.former}):
            was, called = _family_and_given(former.prop)
            is_same = name_tokens(was) == has and (name_tokens(called) & name_tokens(given))
            if is_same and target.seen_by <= former.seen_by:
                key = _key(target.id, has, tokens)
                yield FamilyChanged(
                    key, target.id, card.keeper, new.last, target.name.family, family, new.id
                )
                break


def _names(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts that say what a person is called: N, and only without one FN."""
    listed = [fact for fact in facts if fact.prop.name in {"N", "FN"}]
    named = [fact for fact in listed if fact.prop.name == "N"]
    yield from sorted(named or listed, key=lambda fact: fact.id)


def _before(fact: Fact, former: Mapping[int, Fact]) -> Iterator[Fact]:
    """What a value was edited from, the latest first."""
    while fact.previous is not None and fact.previous in former:
        fact = former[fact.previous]
        yield fact


def _family_and_given(prop: Property) -> tuple[str, str]:
    name = name_of((prop,))
    return name.family, name.given


def _key(card: str, has: Iterable[str], tokens: Iterable[str]) -> str:
    said = repr((card, sorted(has), sorted(tokens)))
    return f"family:{hashlib.blake2b(said.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"
