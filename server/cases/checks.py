"""Is this still right? Own values that age, asked about a few at a time; nothing ever waits for an answer."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from server.access import may_answer
from server.cases.marks import marked, unsealed
from server.cases.refusing import no_answer
from server.cases.shapes import Case, Side
from server.cases.telling import Teller, name_of_card
from server.cases.wording import label_of
from server.errors import NotFound
from server.reconcile.freshness import badge
from server.saying import said
from server.store.database import Actor, Database, Transaction
from server.store.doubts import (
    Check,
    check_of_fact,
    check_of_key,
    checks_of,
    close_check,
    take_off,
    vouch,
)
from server.store.facts import device_of_fact
from server.store.fading import half_lives_of
from server.store.linking import keep_answer
from server.store.members import find_member, member_names
from server.store.noting_acts import note_act

RIGHT: Final = "right"
FORMER: Final = "former"
UNKNOWN: Final = "unknown"
LATER: Final = "later"
CHOICES: Final = (RIGHT, FORMER, UNKNOWN, LATER)
SHOWN_MOST: Final = 3
"""How many a page shows at a time."""


def checks(db: Database, member: str | None, *, most: int | None = None) -> tuple[Case, ...]:
    """What a member is asked about their own cards, most useful first; everybody for None.

    Args:
        most: No more than so many.
    """
    with db.read() as tx:
        return tuple(case for case, _check in islice(_told(tx, member), most))


def find_check(tx: Transaction, case_id: str, member: str | None) -> tuple[Case, Check] | None:
    """One of these questions, if it is open and this member is asked."""
    return next((each for each in _told(tx, member) if each[0].id == case_id), None)


def check_again(tx: Transaction, member: str, key: str) -> tuple[Case, Check] | None:
    """The question that was answered under a key, if the value stands where it stood."""
    check = check_of_key(tx, member, key) if key.startswith("right ") else None
    return _asked(tx, check) if check is not None else None


def vouch_for(db: Database, member: str, card_id: str, mark: str) -> str:
    """Say of a value of an own card, as its page names it, that it is still right.

    Raises:
        NotFound: The card has that value no more, or is not this member's.
    """
    with db.write(Actor("decide", member)) as tx:
        which = unsealed(tx, f"value {member}", mark)
        check = check_of_fact(tx, member, card_id, which)
        if check is None:
            raise NotFound("The card has that value no more; open its page again.")
        case, _ = _asked(tx, check)
        done = decide_check(tx, check, case, RIGHT)
        note_act(tx, "decide", choice=RIGHT, question=check.key)
        return done


def decide_check(tx: Transaction, check: Check, case: Case, choice: str) -> str:
    """Carry an answer out; gives a sentence of what happened.

    Raises:
        UsageError: The choice is none of the case's.
    """
    if choice not in CHOICES:
        raise no_answer(case, choice)
    if choice == FORMER:
        tx.actor = Actor("put", check.row.member)  # it is an edit like any other
    close_check(tx, check)
    keep_answer(tx, check.key, tx.actor.member, choice)
    if choice == RIGHT:
        vouch(tx, check)
        return said("{name}: noted as right today.", name=case.title)
    if choice == FORMER:
        take_off(tx, check)
        return said("{name}: it is a former value now, which the card keeps.", name=case.title)
    if choice == UNKNOWN:
        return said(
            "{name}: nothing was changed, and you are not asked for a year.", name=case.title
        )
    return said("{name}: nothing was changed, and you are not asked for a month.", name=case.title)


def _told(tx: Transaction, member: str | None) -> Iterator[tuple[Case, Check]]:
    """What is asked, one by one, as far as nobody vouched for it since the night."""
    if member is not None:
        found = find_member(tx, member)
        if found is None or not may_answer(found.role):
            return
    lives, names = half_lives_of(tx), member_names(tx)
    for check in checks_of(tx, member):
        if badge(check.fact, tx.now, lives).word in ("Check", "Unknown"):
            yield _case(tx, check, lives, names)


def _asked(tx: Transaction, check: Check) -> tuple[Case, Check]:
    """One question alone."""
    return _case(tx, check, half_lives_of(tx), member_names(tx))


def _case(
    tx: Transaction, check: Check, lives: Mapping[str, float], names: Mapping[str, str]
) -> tuple[Case, Check]:
    state, fact = check.state, check.fact
    devices = {fact.id: device_of_fact(tx, fact.id)}
    teller = Teller(tx.now, {state.id: state}, names, lives, devices)
    name = name_of_card(state)
    others = tuple(
        teller.row(each)
        for each in state.facts
        if each.id != fact.id and each.prop.name in ("TEL", "EMAIL", "ADR", "ORG", "BDAY")
    )
    side = Side(
        member=state.keeper,
        member_name=names.get(state.keeper, state.keeper),
        card=state.id,
        name=name,
        org="",
        photo=False,
        rows=(teller.row(fact),),
        equal=others,
    )
    case = Case(
        id=marked(tx, f"{check.key} {state.keeper}"),
        kind="still-right",
        title=name,
        members=(state.keeper,),
        cards=(state.id,),
        choices=CHOICES,
        sentence=said(
            "{name}: is this still right? {label}: {value}",
            name=name,
            label=said(label_of(fact.prop)) if not fact.prop.label else fact.prop.label,
            value=fact.prop.shown,
        ),
        sides=(side,),
        since=fact.confirmed or 0,
    )
    return case, check
