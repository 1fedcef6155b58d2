"""A household in memory: build it, let members change their cards, apply plans to it.

`apply` is written from the words of the operations alone and knows nothing of how plans are made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from server.contacts.properties import Property, property_from
from server.contacts.values import Name, name_of
from server.reconcile.operations import (
    Add,
    Agree,
    Confirm,
    Join,
    Plan,
    Remove,
    Replace,
    Suggest,
    Unagree,
    applied_key,
)
from server.reconcile.plan import plan
from server.reconcile.snapshot import (
    Base,
    CardState,
    Claim,
    Fact,
    FactRef,
    Link,
    Placed,
    Says,
    Snapshot,
    Verdict,
)

REGION = "DE"
EVERYONE = frozenset({"anna", "ben"})
START = 1_000_000


def prop(line: str) -> Property:
    """The property that one content line says."""
    return property_from(f"{line}\r\n".encode(), version="3.0", region=REGION)


def household(*cards: CardState, **more: object) -> Snapshot:
    """A snapshot of these cards, whose facts get their ids here."""
    snapshot = Snapshot(region=REGION, cards=())
    for card in cards:
        first = next_id(snapshot)
        facts = tuple(replace(fact, id=first + n) for n, fact in enumerate(card.facts))
        snapshot = replace(snapshot, cards=(*snapshot.cards, replace(card, facts=facts)))
    return replace(snapshot, **more)  # type: ignore[arg-type]  # the fields of a snapshot


def card(
    card_id: str,
    *lines: str,
    keeper: str = "",
    name: str = "Eva Lorenz",
    seen_by: Iterable[str] = EVERYONE,
    uid: str = "",
    kind: str = "person",
    bulk: bool = False,
    added: int = START,
) -> CardState:
    """A card "anna-1" of Anna's, with a name and the values in some content lines."""
    keeper = keeper or card_id.partition("-")[0]
    viewers = frozenset(seen_by) | {keeper}
    facts = tuple(
        Fact(
            id=0,
            card=card_id,
            prop=prop(line),
            first=added,
            last=added,
            confirmed=None if bulk else added,
            typed_by=keeper,
            bulk=bulk,
            source=None,
            previous=None,
            gone=None,
            withheld=False,
            act_kind="put",
            seen_by=viewers,
        )
        for line in (f"FN:{name}", *lines)
    )
    called = name_of([prop(f"FN:{name}")]) if name else Name()
    return CardState(card_id, keeper, uid, kind, called, added, viewers, facts)


def same(card_a: str, card_b: str, *, scope: str = "", verdict: Verdict = "same") -> Link:
    """A link that a person made."""
    left, right = sorted((card_a, card_b))
    return Link(left, right, verdict, scope)


def claim(card_id: str, member: str, says: Says = "mine", *, at: int = START) -> Claim:
    """What a member said about a card."""
    return Claim(card_id, member, says, at)


def next_id(snapshot: Snapshot) -> int:
    """An id that no fact has."""
    ids = (fact.id for each in snapshot.cards for fact in (*each.facts, *each.former))
    return max(ids, default=0) + 1


def clock(snapshot: Snapshot) -> int:
    """A time after everything in the snapshot."""
    facts = [fact for each in snapshot.cards for fact in (*each.facts, *each.former)]
    return max([START, *(max(fact.last, fact.gone or 0) for fact in facts)]) + 10


def find(snapshot: Snapshot, card_id: str, line: str) -> Fact:
    """The living fact of a card that says what a content line says."""
    wanted = prop(line)
    return next(
        fact
        for each in snapshot.cards
        for fact in each.facts
        if each.id == card_id and (fact.prop.name, fact.prop.value) == (wanted.name, wanted.value)
    )


def values(snapshot: Snapshot, card_id: str, name: str = "") -> set[str]:
    """The canonical values of a card, of one property or all."""
    return {
        fact.prop.value
        for each in snapshot.cards
        for fact in each.facts
        if each.id == card_id and name in ("", fact.prop.name)
    }


def put(
    snapshot: Snapshot,
    card_id: str,
    line: str,
    *,
    instead_of: str = "",
    act_kind: str = "put",
    bulk: bool = False,
) -> Snapshot:
    """Its keeper types a value on a card, as a new one or over an old one."""
    now = clock(snapshot)
    state = next(each for each in snapshot.cards if each.id == card_id)
    old = find(snapshot, card_id, instead_of) if instead_of else None
    new = Fact(
        id=next_id(snapshot),
        card=card_id,
        prop=prop(line),
        first=now,
        last=now,
        confirmed=now,
        typed_by=state.keeper,
        bulk=bulk,
        source=old.source if old else None,
        previous=old.id if old else None,
        gone=None,
        withheld=False,
        act_kind=act_kind,
        seen_by=state.seen_by & old.seen_by if old else state.seen_by,
    )
    if old is not None:
        snapshot = _end(snapshot, old.id, now)
    return _change(snapshot, card_id, added=[new])


def take(snapshot: Snapshot, card_id: str, line: str, *, withheld: bool = False) -> Snapshot:
    """Its keeper removes a value from a card."""
    fact = find(snapshot, card_id, line)
    return _end(snapshot, fact.id, clock(snapshot), withheld=withheld)


def hide(snapshot: Snapshot, card_id: str, line: str, *, seen_by: Iterable[str] = ()) -> Snapshot:
    """Its keeper makes a value private, or shows it to some members only."""
    hidden = find(snapshot, card_id, line)
    keeper = next(each.keeper for each in snapshot.cards if each.id == card_id)
    narrowed = replace(hidden, seen_by=frozenset(seen_by) | {keeper})
    return _swap(snapshot, {hidden.id: narrowed})


def with_base(snapshot: Snapshot, row: Base) -> Snapshot:
    """The household after a decision that left a base behind."""
    return replace(snapshot, bases=(*snapshot.bases, row))


def apply(snapshot: Snapshot, made: Plan) -> Snapshot:
    """The household after a plan."""
    now = clock(snapshot)
    placed: dict[Placed, int] = {}
    links, bases, applied = list(snapshot.links), list(snapshot.bases), set(snapshot.applied)

    def number(ref: FactRef) -> int:
        return placed[ref] if isinstance(ref, Placed) else ref

    for operation in made.operations:
        key = applied_key(operation)
        if key is not None:
            assert key not in applied, "an operation was repeated"
            applied.add(key)
        match operation:
            case Join(card_a=a, card_b=b, scope=scope):
                links.append(Link(a, b, "same", scope, machine=True))
            case Add(card=target, origin=origin):
                placed[Placed(target, origin)] = next_id(snapshot)
                snapshot = _copy(snapshot, target, origin, None, now)
            case Replace(card=target, fact=fact, origin=origin):
                replaced = number(fact)
                placed[Placed(target, origin)] = next_id(snapshot)
                snapshot = _copy(snapshot, target, origin, replaced, now)
            case Remove(fact=fact):
                snapshot = _end(snapshot, fact, now)
            case Confirm(fact=fact):
                snapshot = _swap(snapshot, {fact: replace(_facts(snapshot)[fact], confirmed=now)})
            case Unagree(card_a=a, card_b=b, property=name, fact_a=left, fact_b=right):
                bases.remove(Base(a, b, name, left, right))
            case Agree(card_a=a, card_b=b, property=name, ref_a=left, ref_b=right):
                bases.append(Base(a, b, name, number(left), number(right)))
            case Suggest():
                pass
    return replace(snapshot, links=tuple(links), bases=tuple(bases), applied=frozenset(applied))


def cycle(snapshot: Snapshot) -> Snapshot:
    """The household after one cycle."""
    return apply(snapshot, plan(snapshot, now=clock(snapshot)))


def _facts(snapshot: Snapshot) -> Mapping[int, Fact]:
    return {fact.id: fact for each in snapshot.cards for fact in (*each.facts, *each.former)}


def _copy(snapshot: Snapshot, target: str, origin: int, replaced: int | None, now: int) -> Snapshot:
    source = _facts(snapshot)[origin]
    state = next(each for each in snapshot.cards if each.id == target)
    assert state.seen_by <= source.seen_by, "a value went to people who may not see it"
    assert (_facts(snapshot)[replaced].card if replaced else target) == target
    new = replace(
        source,
        id=next_id(snapshot),
        card=target,
        first=now,
        last=now,
        confirmed=None,
        typed_by=None,
        bulk=False,
        source=origin,
        previous=replaced,
        gone=None,
        withheld=False,
        act_kind="cycle",
        seen_by=state.seen_by & source.seen_by,
    )
    if replaced is not None:
        snapshot = _end(snapshot, replaced, now)
    return _change(snapshot, target, added=[new])


def _end(snapshot: Snapshot, fact_id: int, now: int, *, withheld: bool = False) -> Snapshot:
    fact = replace(_facts(snapshot)[fact_id], gone=now, withheld=withheld)
    state = next(each for each in snapshot.cards if each.id == fact.card)
    assert fact_id in {each.id for each in state.facts}, "a fact that is gone was taken off"
    kept = tuple(each for each in state.facts if each.id != fact_id)
    changed = replace(state, facts=kept, former=(*state.former, fact))
    return _with_card(snapshot, changed)


def _change(snapshot: Snapshot, card_id: str, *, added: Iterable[Fact]) -> Snapshot:
    state = next(each for each in snapshot.cards if each.id == card_id)
    return _with_card(snapshot, replace(state, facts=(*state.facts, *added)))


def _swap(snapshot: Snapshot, facts: Mapping[int, Fact]) -> Snapshot:
    for state in snapshot.cards:
        changed = tuple(facts.get(fact.id, fact) for fact in state.facts)
        snapshot = _with_card(snapshot, replace(state, facts=changed))
    return snapshot


def _with_card(snapshot: Snapshot, changed: CardState) -> Snapshot:
    cards = tuple(changed if each.id == changed.id else each for each in snapshot.cards)
    return replace(snapshot, cards=cards)
