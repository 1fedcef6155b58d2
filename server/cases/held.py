"""How a mass change reads, and what its member's answer does (design rules R8 and R10)."""

from typing import Final

from server.cases.refusing import no_answer
from server.cases.shapes import Case
from server.errors import UsageError
from server.saying import NN_, counted, listed, said
from server.store.database import Actor, Transaction
from server.store.releasing import (
    Hold,
    delete_held,
    keep_held,
    names_in,
    put_back,
    release_hold,
)
from server.store.splitting import split_hold

NAMES_MOST = 3
LISTED_MOST = 110
"""An import may hold thousands of cards; a page lists no more than these."""

_ASKS: Final = {
    "made": NN_(
        "{device} added {number} contact in one go. Show others what is new?",
        "{device} added {number} contacts in one go. Show others what is new?",
    ),
    "changed": NN_(
        "{device} changed {number} contact in one go. Show others what they say now?",
        "{device} changed {number} contacts in one go. Show others what they say now?",
    ),
    "deleted": NN_(
        "{device} deleted {number} contact in one go. Do it?",
        "{device} deleted {number} contacts in one go. Do it?",
    ),
}


def held_case(tx: Transaction, held: Hold, case_id: str) -> Case:
    """The case of one hold; only the member whose device it was answers it."""
    names = names_in(tx, held, most=LISTED_MOST)
    waits = held.kind in ("made", "changed")
    return Case(
        id=case_id,
        kind="mass-change" if waits else "mass-deletion" if held.kind == "deleted" else "deletion",
        title=_listed(names, len(held.cards)),
        members=(held.member,),
        cards=tuple(each.card for each in held.cards),
        choices=("release", "put-back", "later") if waits else ("delete", "keep", "later"),
        sentence=_sentence(held, names),
        names=names,
        device=held.label,
        since=held.at,
        made=held.kind == "made",
    )


def decide_hold(tx: Transaction, held: Hold, case: Case, choice: str) -> str:
    """Carry out the answer; gives a sentence of what happened.

    What others have seen cannot be unseen, and keeping changes nothing: only
    what puts cards away or back is an answer that can be undone.

    Args:
        choice: One of the case's choices; cards of the case after it, for these alone.

    Raises:
        UsageError: The choice is none of the case's.
    """
    answer, *words = choice.split() or [""]
    if answer not in case.choices:
        raise no_answer(case, choice)
    cards = {_card(case, each) for each in words} or set(case.cards)
    member = tx.actor.member
    if answer in ("release", "keep"):
        tx.new_act(Actor("show" if answer == "release" else "keep", member))
    part = split_hold(tx, held, cards)
    title = _listed(names_in(tx, part, most=NAMES_MOST), len(part.cards))
    match answer:
        case "release":
            release_hold(tx, part)
            return said("{names}: others see it from now on.", names=title)
        case "put-back":
            put_back(tx, part)
            if held.kind == "made":
                return said("{names}: put away; the trash keeps it for 400 days.", names=title)
            return said(
                "{names}: as it was before; phones fetch it at their next sync.", names=title
            )
        case "keep":
            keep_held(tx, part)
            return said("{names}: kept.", names=title)
        case _:
            delete_held(tx, part)
            return said("{names}: deleted; the trash keeps it for 400 days.", names=title)


def _card(case: Case, word: str) -> str:
    """The card of a case that a word is, or begins like.

    Raises:
        UsageError: None is, or several are.
    """
    found = [each for each in case.cards if each.startswith(word)]
    if len(found) != 1:
        raise UsageError(
            said(
                "{word} is several cards of this case; `cases --json` lists them.", word=repr(word)
            )
            if found
            else said("{word} is no card of this case; `cases --json` lists them.", word=repr(word))
        )
    return found[0]


def _sentence(held: Hold, names: tuple[str, ...]) -> str:
    device = held.label or said("An import")
    if held.kind not in _ASKS:
        return said(
            "{name}: deleted on {device} and edited here. Delete it after all?",
            name=names[0],
            device=device,
        )
    return counted(*_ASKS[held.kind], len(held.cards), device=device)


def _listed(names: tuple[str, ...], number: int) -> str:
    """A, B, C and 9 more."""
    shown, more = names[:NAMES_MOST], number - NAMES_MOST
    rest = [counted("{number} more", "{number} more", more)] if more > 0 else []
    return listed([*shown, *rest])
