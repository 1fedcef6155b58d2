"""Which questions are kept: after a cycle all that its plan asks, after an answer what it left open.

Everything here looks at the cards as they are in the transaction, and at no more of them than a
question is about, with those that links join to them or that have a value from one another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from server.reconcile.asked import Asked, Subject, asked, cards_of
from server.reconcile.disputes import Disputed, disputes
from server.reconcile.families import FamilyChanged, TypedName, changed_families
from server.reconcile.linking import as_link, find_links, still_asked
from server.reconcile.operations import Join, Offer, Plan, SamePerson, ValuesDiffer, WhichBelong
from server.reconcile.plan import differences, plan
from server.reconcile.snapshot import Claim, Snapshot, cards_by_id
from server.store.cards import closure, find_card, kin_of
from server.store.database import Transaction
from server.store.history import last_act
from server.store.household import get_setting, is_released, region_of, set_setting
from server.store.letters import drop_letters, keep_letters
from server.store.linking import answers, settled_keys
from server.store.members import household_of
from server.store.overlays import personal_names
from server.store.query import Query, bind
from server.store.questions import (
    Kept,
    contents_of,
    drop_questions,
    encoded,
    kept_questions,
    questions_about,
    replace_questions,
    subject_of,
)
from server.store.schema import card, card_version, link
from server.store.snapshots import snapshot_near, snapshot_of

_CURRENT = "asked"
"""The setting that says up to which act everything is asked that is to be asked."""
_NAMELESS: Final = ("values:", "family:", "dispute:")
"""How the keys of questions begin that do not say which cards they are about."""
_CHANGED: Final = Query(
    select(card_version.c.card)
    .where(card_version.c.act == bind("by_act"))
    .union_all(
        select(card.c.id).where(card.c.trashed == bind("by_act")),
        select(link.c.id).where(link.c.ended == bind("by_act")),
    )
    .limit(1)
)


def keep_questions(
    tx: Transaction,
    made: Plan,
    snapshot: Snapshot,
    *,
    about: Collection[str] | None = None,
    since: int | None = None,
) -> bool:
    """Keep what a plan asks, after its operations were carried out in this transaction; whether it is anything else.

    Args:
        made: The plan, and `snapshot` what it was made from.
        about: The cards that it was made for; what is asked about none of them stays as it is.
            None for all.
        since: The act up to which everything else is known to be asked; the last one before this
            transaction where None is given.
    """
    wanted = {each.key: each for each in subjects_of(tx, made, carried_out(made, snapshot))}
    if about is None:
        keep_letters(tx, {})
    else:
        some = frozenset(about)
        wanted = {key: each for key, each in wanted.items() if some.intersection(cards_of(each))}
    old = kept_questions(tx) if about is None else questions_about(tx, about)
    near = _read_at_once(tx, wanted.values(), made, snapshot) if about is None else None
    changed = replace_questions(tx, old, _as_asked(tx, wanted, near))
    if about is None or current_until(tx) >= (tx.before if since is None else since):
        set_setting(tx, _CURRENT, str(last_act(tx)))
    return changed


def current_until(tx: Transaction) -> int:
    """The act up to which everything is asked that is to be asked."""
    return int(get_setting(tx, _CURRENT, "-1"))


def carried_out(made: Plan, snapshot: Snapshot) -> Snapshot:
    """What a plan was made from, with the links that it makes."""
    joined = tuple(as_link(each) for each in made.operations if isinstance(each, Join))
    return replace(snapshot, links=(*snapshot.links, *joined))


def subjects_of(tx: Transaction, made: Plan, after: Snapshot) -> tuple[Subject, ...]:
    """What a plan asks, and which family names are offered `after` it is carried out."""
    return (*made.questions, *changed_families(after, typed_names(tx)), *disputes(after))


def is_current(tx: Transaction) -> bool:
    """Whether everything is kept that is to be asked at this moment."""
    return current_until(tx) == last_act(tx)


def fresh_questions(tx: Transaction) -> dict[str, Kept]:
    """What is asked at this moment, as it would be kept; takes a plan."""
    snapshot = snapshot_of(tx)
    made = plan(snapshot, now=tx.now)
    after = carried_out(made, snapshot)
    wanted = {each.key: each for each in subjects_of(tx, made, after)}
    return encoded(tx, _as_asked(tx, wanted, after))


def drop_unsound(tx: Transaction, cards: Collection[str]) -> None:
    """Drop what is kept about some cards, or rests on them, and would read otherwise now."""
    drop_letters(tx, cards)
    kept = _entangled(tx, cards)
    if kept:
        now = encoded(tx, asked_now(tx, kept))
        unsound = [key for key in kept if key not in now or now[key].content != kept[key]]
        drop_questions(tx, unsound)
        tx.dropped.update(unsound)


def _entangled(tx: Transaction, cards: Collection[str]) -> dict[str, str]:
    """What is kept about some cards, and about any card of those questions: pairs may become piles."""
    kept = questions_about(tx, cards)
    while True:
        all_cards = {card for each in kept.values() for card in cards_of(subject_of(each))}
        more = questions_about(tx, all_cards.union(cards))
        if more.keys() == kept.keys():
            return kept
        kept = more


def asked_now(tx: Transaction, kept: Mapping[str, str]) -> dict[str, Asked]:
    """The kept questions as they read now, as far as they are still asked."""
    return _as_asked(tx, {key: subject_of(content) for key, content in kept.items()})


def ask_again(tx: Transaction, ids: Iterable[str], *, answered: Collection[str] = ()) -> None:
    """After an answer or its undoing: what is asked now about these cards and all that is linked to them.

    Who else might be the same person is left to a cycle, which knows all cards: where a card was
    changed, what was said of two cards ended, or another question than the answered ones reads otherwise now.
    So is what is asked anew of somebody who does not see all of these cards: they would learn
    that something was answered (R1).
    """
    answered_about = frozenset(ids)
    cards = frozenset(closure(tx, answered_about)[0])
    while True:
        kept = _entangled(tx, cards)
        doubts = [pair for content in kept.values() for pair in doubts_of(subject_of(content))]
        near = cards.union(*(cards_of(subject_of(content)) for content in kept.values()))
        snapshot = snapshot_near(tx, near)
        opened = [
            pair
            for each in _reopened(snapshot)
            if near.intersection(cards_of(each))
            for pair in doubts_of(each)
        ]
        more = near.union(*(pair.cards for pair in opened))
        if more == cards:
            break
        cards = more
    found: tuple[Subject, ...] = (
        *_asked_of_linked(tx, snapshot),
        *still_asked(snapshot, {pair.key: pair for pair in (*opened, *doubts)}.values()),
    )
    wanted: dict[str, Subject] = {
        each.key: each
        for each in found
        if each.key not in snapshot.settled and cards.intersection(cards_of(each))
    }
    now = _as_asked(tx, wanted)
    knowing = _who_see_all(tx, snapshot, answered_about)
    early = {
        key
        for key, each in now.items()
        if key not in kept and knowing is not None and not knowing.issuperset(each.members)
    }
    replace_questions(tx, kept, {key: each for key, each in now.items() if key not in early})
    is_all = not early and tx.dropped <= set(answered) and tx.one(_CHANGED, by_act=tx.act) is None
    if is_all and current_until(tx) >= tx.before:
        set_setting(tx, _CURRENT, str(last_act(tx)))


def _who_see_all(
    tx: Transaction, snapshot: Snapshot, cards: Collection[str]
) -> frozenset[str] | None:
    """Who sees each of some cards, its keeper alone one that takes no part by now; None for no cards."""
    seen_by = {each.id: each.seen_by for each in snapshot.cards}
    found: frozenset[str] | None = None
    for each in cards:
        row = find_card(tx, each) if each not in seen_by else None
        viewers = seen_by.get(each, frozenset({row.member} if row is not None else ()))
        found = viewers if found is None else found & viewers
    return found


def cards_asked_about(tx: Transaction, keys: Iterable[str]) -> frozenset[str]:
    """The cards of those questions among some whose keys do not name them, as far as they are asked or kept now.

    What is kept says it. What an undo has opened again is looked for among all that is asked of linked cards.
    """
    wanted = {each for each in keys if each.startswith(_NAMELESS)}
    kept = contents_of(tx, wanted)
    found = {card for content in kept.values() for card in cards_of(subject_of(content))}
    if wanted - kept.keys() - settled_keys(answers(tx)):
        asked_of_all = _asked_of_linked(tx, snapshot_of(tx))
        found |= {card for each in asked_of_all if each.key in wanted for card in cards_of(each)}
    return frozenset(found)


def _asked_of_linked(tx: Transaction, snapshot: Snapshot) -> Iterator[Subject]:
    """What is asked of cards that links join."""
    yield from differences(snapshot, now=tx.now)
    yield from changed_families(snapshot, typed_names(tx))
    yield from disputes(snapshot)


def verify_questions(tx: Transaction) -> tuple[str, ...]:
    """Kept questions that would read otherwise now, and after a cycle those that are missing; empty if there are none."""
    kept = kept_questions(tx)
    now = encoded(tx, asked_now(tx, kept))
    problems = [
        f"question {key} is kept and would read otherwise now"
        for key, content in sorted(kept.items())
        if key not in now or now[key].content != content
    ]
    if is_current(tx) and is_released(tx):
        fresh = fresh_questions(tx)
        problems += [
            f"question {key} is {'asked and not kept' if key in fresh else 'kept and not asked'}"
            for key in sorted(fresh.keys() ^ kept.keys())
        ]
        problems += [
            f"question {key} is kept otherwise than it is asked"
            for key in sorted(fresh.keys() & kept.keys())
            if fresh[key].content != kept[key]
        ]
    return tuple(problems)


def typed_names(tx: Transaction) -> tuple[TypedName, ...]:
    """The names that members typed on others' cards; a pause lets nothing through."""
    region, household = region_of(tx), household_of(tx)
    found = (
        (each, each.change(region))
        for each in personal_names(tx)
        if not household.pauses(each.author)
    )
    return tuple(
        TypedName(each.card, each.author, each.at, change.before, change.after, each.device)
        for each, change in found
        if change.before is not None and change.after is not None
    )


def _as_asked(
    tx: Transaction, subjects: Mapping[str, Subject], snapshot: Snapshot | None = None
) -> dict[str, Asked]:
    """Questions as they read now, as far as they are asked at all; what was answered is not."""
    if not subjects:
        return {}
    if snapshot is None:
        snapshot = snapshot_near(tx, {e for each in subjects.values() for e in cards_of(each)})
    doubts = [pair for each in subjects.values() for pair in doubts_of(each)]
    now: dict[str, Subject] = {each.key: each for each in still_asked(snapshot, doubts)}
    if any(isinstance(each, ValuesDiffer | Offer) for each in subjects.values()):
        now |= {each.key: each for each in differences(snapshot, now=tx.now)}
    if any(isinstance(each, FamilyChanged) for each in subjects.values()):
        now |= {each.key: each for each in changed_families(snapshot, typed_names(tx))}
    if any(isinstance(each, Disputed) for each in subjects.values()):
        now |= {each.key: each for each in disputes(snapshot)}
    states = cards_by_id(snapshot)
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in snapshot.claims:
        claims[claim.card].append(claim)
    found = {
        key: asked(now[key], states, claims)
        for key in subjects
        if key in now and key not in snapshot.settled
    }
    return {key: each for key, each in found.items() if each is not None}


def _read_at_once(
    tx: Transaction, subjects: Iterable[Subject], made: Plan, snapshot: Snapshot
) -> Snapshot | None:
    """The cards of some questions and their kin out of a snapshot of all; None where they are soon read by themselves."""
    cards = {card for each in subjects for card in cards_of(each)}
    if not made.operations and not tx.has_acted:
        return _narrowed(tx, cards, snapshot)
    return _narrowed(tx, cards, snapshot_of(tx)) if 2 * len(cards) > len(snapshot.cards) else None


def _narrowed(tx: Transaction, cards: Iterable[str], snapshot: Snapshot) -> Snapshot:
    """The part of a snapshot of all cards that some of them take part in, as if it were read for them."""
    near = kin_of(tx, cards)
    return replace(
        snapshot,
        cards=tuple(each for each in snapshot.cards if each.id in near),
        links=tuple(e for e in snapshot.links if e.card_a in near and e.card_b in near),
        bases=tuple(e for e in snapshot.bases if e.card_a in near and e.card_b in near),
        claims=tuple(each for each in snapshot.claims if each.card in near),
    )


def doubts_of(subject: Subject) -> tuple[SamePerson, ...]:
    """The pairs of which a question asks whether they are one person."""
    match subject:
        case SamePerson():
            return (subject,)
        case WhichBelong():
            return subject.pairs
        case _:
            return ()


def _reopened(snapshot: Snapshot) -> tuple[SamePerson | WhichBelong, ...]:
    """What was asked of pairs of which an answer was undone."""
    _, questions = find_links(replace(snapshot, always_ask=True))
    return tuple(
        each for each in questions if any(pair.key in snapshot.undone for pair in doubts_of(each))
    )


def as_it_is(tx: Transaction, subject: Subject) -> tuple[Subject | None, Snapshot]:
    """A question as it is asked at this moment, None where it is not, and the cards it is about with their kin."""
    snapshot = snapshot_near(tx, cards_of(subject))
    found = _as_asked(tx, {subject.key: subject}, snapshot).get(subject.key)
    return (found.subject if found is not None else None), snapshot


def pairs_as_they_are(tx: Transaction, pairs: Iterable[SamePerson]) -> dict[str, SamePerson]:
    """Those of some doubts about two people that are still asked, by their keys, as they are asked now."""
    found = _as_asked(tx, {each.key: each for each in pairs})
    return {
        key: each.subject for key, each in found.items() if isinstance(each.subject, SamePerson)
    }
