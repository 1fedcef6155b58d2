"""Which cases are open, for whom: computed from what the answerers may see; only answers are stored (R1)."""

import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from server.access import may_answer
from server.cases.families import family_case
from server.cases.held import held_case
from server.cases.piles import pile_case
from server.cases.raced import race_case
from server.cases.shapes import Case, Reason
from server.cases.suggested import suggested_choice, suggested_key, suggested_sentence
from server.cases.telling import Teller, name_of_card, teller
from server.errors import NotFound
from server.reconcile.describe import letter
from server.reconcile.families import FamilyChanged, changed_families
from server.reconcile.operations import (
    Plan,
    Question,
    SamePerson,
    ValuesDiffer,
    WhichBelong,
)
from server.reconcile.ownership import owner_of
from server.reconcile.plan import plan
from server.reconcile.snapshot import Snapshot
from server.store.asking import typed_names
from server.store.cards import find_card
from server.store.database import Database, Transaction
from server.store.household import is_released, region_of
from server.store.linking import answers
from server.store.members import Member, household_of, list_members, member_names
from server.store.noting_acts import name_of_act
from server.store.overlays import Suggestion, may_be_told, open_suggestions
from server.store.races import Race, open_races
from server.store.releasing import Hold, open_holds
from server.store.snapshots import snapshot_of

LETTER_KEY = "letter"


@dataclass(frozen=True, slots=True)
class Open:
    """One open case with what deciding it needs."""

    case: Case
    question: Question | Suggestion | Race | FamilyChanged | Hold | None
    """None for the letter."""
    snapshot: Snapshot


def open_cases(db: Database, viewer: str | None) -> tuple[Case, ...]:
    """The open cases that a member may answer; None for all, as the command line lists them."""
    with db.read() as tx:
        return tuple(each.case for each in open_in(tx, viewer))


def find_case(db: Database, case_id: str, viewer: str | None) -> Case:
    """One open case.

    Raises:
        NotFound: It is not open, or this member may not answer it.
    """
    with db.read() as tx:
        return find_open(tx, case_id, viewer).case


def find_open(tx: Transaction, case_id: str, viewer: str | None) -> Open:
    """One open case with what deciding it needs.

    Raises:
        NotFound: It is not open, or this member may not answer it.
    """
    for each in open_in(tx, viewer):
        if each.case.id == case_id:
            return each
    raise NotFound(
        "There is no open case of this id; it was answered meanwhile, or its values changed."
    )


def open_in(tx: Transaction, viewer: str | None) -> list[Open]:
    """The open cases of one moment, the most useful first, those put off last."""
    released = is_released(tx)
    snapshot = snapshot_of(tx)
    made = plan(snapshot, now=tx.now)
    members = {each.id: each for each in list_members(tx)}
    told = teller(tx, snapshot, member_names(tx))
    found = list(_suggestions(tx, told, snapshot))
    if released:
        found = [*_questions(tx, told, snapshot, made), *found, *_families(tx, told, snapshot)]
    found = [
        *(
            Open(race_case(tx, told.names, each, case_id(tx, each.asked)), each, snapshot)
            for each in open_races(tx, viewer)
        ),
        *found,
    ]
    found = [
        *(
            Open(held_case(tx, each, case_id(tx, each.key)), each, snapshot)
            for each in open_holds(tx, viewer)
            if released
            or each.kind != "made"  # of new cards the letter speaks, which releases them
        ),
        *found,
    ]
    if not released:
        found = [*_letters(tx, members, viewer), *found]
    found = [replace(each, case=_in_order(each.case, members.values())) for each in found]
    mine = [each for each in found if each.case.members and viewer in (None, *each.case.members)]
    later = {key for key, (choice, _, _) in answers(tx).items() if choice == "later"}
    return sorted(mine, key=lambda each: (key_of(each) in later, _place(each.case)))


def _place(case: Case) -> int:
    """The letter first, then what a device did in one go."""
    return 0 if case.kind == "letter" else 1 if case.kind.startswith("mass-") else 2


def _in_order(case: Case, members: Collection[Member]) -> Case:
    """A case with those who may answer it, and the choices named after members, in the order in which they joined."""
    place = {each.id: index for index, each in enumerate(members)}
    answering = {each.id for each in members if may_answer(each.role)}
    return replace(
        case,
        members=tuple(sorted(answering.intersection(case.members), key=lambda each: place[each])),
        choices=tuple(sorted(case.choices, key=lambda each: place.get(each, len(place)))),
    )


def key_of(each: Open) -> str:
    """Under which key the answer to a case is remembered."""
    if each.question is None:
        return LETTER_KEY
    return (
        f"suggestion {each.question.id}"
        if isinstance(each.question, Suggestion)
        else each.question.key
    )


def what_is_asked(tx: Transaction, each: Open) -> dict[str, str]:
    """A question in words that a replay finds it by: its key, or what was held and when that began."""
    if isinstance(each.question, Hold):
        held = each.question
        begun = name_of_act(tx, held.begun)
        return {"hold": f"{held.kind} {begun}", "cards": " ".join(e.card for e in held.cards)}
    return {"question": key_of(each)}


def case_id(tx: Transaction, key: str) -> str:
    """The id of a question: the same for all who may answer it, and nobody else can make it."""
    return hmac.new(tx.secret(), key.encode(), hashlib.sha256).hexdigest()[:32]


def _questions(tx: Transaction, told: Teller, snapshot: Snapshot, made: Plan) -> Iterator[Open]:
    for question in made.questions:
        match question:
            case SamePerson():
                yield Open(_same_person(tx, told, question), question, snapshot)
            case WhichBelong():
                case = pile_case(told, question, case_id(tx, question.key))
                yield Open(case, question, snapshot)
            case ValuesDiffer():
                yield Open(_values(tx, told, snapshot, question), question, snapshot)


def _same_person(tx: Transaction, told: Teller, question: SamePerson) -> Case:
    cards = (question.card_a, question.card_b)
    keepers = dict.fromkeys(told.member(each) for each in cards)
    members = (question.scope,) if question.scope else tuple(keepers)
    names = [name_of_card(told.cards[each]) for each in cards]
    reasons = sorted(question.reasons, key=lambda each: (each.against, -each.strength))
    why = next((each.text for each in reasons if not each.against), "")
    return Case(
        id=case_id(tx, question.key),
        kind="same-person",
        title=told.title(cards),
        members=members,
        cards=cards,
        choices=("same", "different", "later"),
        sentence=f"{names[0]} and {names[1]}: the same person?"
        + (f" {why[0].upper()}{why[1:]}." if why else ""),
        sides=told.sides(cards, frozenset(members)),
        reasons=tuple(Reason(each.text, each.strength, each.against) for each in reasons),
        preview=told.preview(cards, frozenset(members)),
    )


def _values(tx: Transaction, told: Teller, snapshot: Snapshot, question: ValuesDiffer) -> Case:
    keepers = tuple(dict.fromkeys(told.member(each) for each in question.cards))
    owner = owner_of(
        [told.cards[each] for each in question.cards], snapshot.claims, viewers=frozenset(keepers)
    )
    members = (
        (owner.owner,) if owner.claimed and owner.owner in keepers and owner.owner else keepers
    )
    multiple = any(not each.single for each in question.properties)
    choices = told.choices(question.properties)
    words = ", ".join(
        dict.fromkeys(
            each.label if each.label.startswith("E-") else each.label.lower() for each in choices
        )
    )
    return Case(
        id=case_id(tx, question.key),
        kind="values",
        title=told.title(question.cards[:1]),
        members=members,
        cards=question.cards,
        choices=(*keepers, "keep", *(("both",) if multiple else ())),
        sentence=f"{told.title(question.cards[:1])}: which is right, {words}?",
        sides=told.sides(question.cards, frozenset(keepers)),
        questions=choices,
    )


def _suggestions(tx: Transaction, told: Teller, snapshot: Snapshot) -> Iterator[Open]:
    """Suggestions wait for the keeper of the card they are about."""
    household = household_of(tx)
    for each in open_suggestions(tx):
        row = find_card(tx, each.card)
        if row is None or row.trashed is not None or each.card not in told.cards:
            continue
        if row.as_before is not None or household.pauses(each.author):
            # Its keeper says first what becomes of their own changes; a pause lets nothing through.
            continue
        if not may_be_told(tx, each, row.member):
            continue
        yield Open(_suggestion(tx, told, each, row.member), each, snapshot)


def _suggestion(tx: Transaction, told: Teller, suggestion: Suggestion, keeper: str) -> Case:
    change = suggestion.change(region_of(tx))
    title = told.title((suggestion.card,))
    return Case(
        id=case_id(tx, suggested_key(told, suggestion, change)),
        kind="suggestion",
        title=title,
        members=(keeper,),
        cards=(suggestion.card,),
        choices=("accept", "decline", "later"),
        sentence=suggested_sentence(told, suggestion, change, title),
        sides=told.sides((suggestion.card,), frozenset({keeper})),
        questions=(suggested_choice(tx, told, suggestion, change, keeper),),
    )


def _families(tx: Transaction, told: Teller, snapshot: Snapshot) -> Iterator[Open]:
    """New family names are offered to whoever has the former one."""
    for each in changed_families(snapshot, typed_names(tx)):
        row = find_card(tx, each.card)
        if row is None or row.as_before is not None:  # as with suggestions
            continue
        yield Open(family_case(told, each, case_id(tx, each.key)), each, snapshot)


def _letters(tx: Transaction, members: Mapping[str, Member], viewer: str | None) -> Iterator[Open]:
    """The letter that releases the household's first cycle, with all that waits."""
    snapshot = snapshot_of(tx, released=True)
    adults = tuple(each.id for each in members.values() if each.role == "adult")
    if not adults or not any(viewer is None or viewer in each.seen_by for each in snapshot.cards):
        return
    made = plan(snapshot, now=tx.now)
    told = letter(
        made, snapshot, {each.id: each.name for each in members.values()}, viewer=viewer or ""
    )
    if viewer and not told.common and all(each.keeper != viewer for each in snapshot.cards):
        return  # whose book is empty has nothing to say yes to
    case = Case(
        id=case_id(tx, LETTER_KEY),
        kind="letter",
        title="Your first reconciliation",
        members=adults,
        cards=(),
        choices=("go", "later"),
        sentence=told.text[0],
        letter=told,
    )
    yield Open(case, None, snapshot)
