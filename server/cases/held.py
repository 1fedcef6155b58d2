"""How a mass change reads, and what its member's answer does (design rules R8 and R10)."""

from server.cases.shapes import Case
from server.errors import UsageError
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
    said, *words = choice.split() or [""]
    if said not in case.choices:
        raise UsageError(f"{choice!r} is no answer to this case; say {', '.join(case.choices)}.")
    cards = {_card(case, each) for each in words} or set(case.cards)
    member = tx.actor.member
    if said in ("release", "keep"):
        tx.new_act(Actor("show" if said == "release" else "keep", member))
    part = split_hold(tx, held, cards)
    title = _listed(names_in(tx, part, most=NAMES_MOST), len(part.cards))
    match said:
        case "release":
            release_hold(tx, part)
            return f"{title}: others see it from now on."
        case "put-back":
            put_back(tx, part)
            if held.kind == "made":
                return f"{title}: put away; the trash keeps it for 400 days."
            return f"{title}: as it was before; phones fetch it at their next sync."
        case "keep":
            keep_held(tx, part)
            return f"{title}: kept."
        case _:
            delete_held(tx, part)
            return f"{title}: deleted; the trash keeps it for 400 days."


def _card(case: Case, word: str) -> str:
    """The card of a case that a word is, or begins like.

    Raises:
        UsageError: None is, or several are.
    """
    found = [each for each in case.cards if each.startswith(word)]
    if len(found) != 1:
        which = "several cards" if found else "no card"
        raise UsageError(f"{word!r} is {which} of this case; `cases --json` lists them.")
    return found[0]


def _sentence(held: Hold, names: tuple[str, ...]) -> str:
    device = held.label or "An import"
    number = len(held.cards)
    count = f"{number:,} {'contact' if number == 1 else 'contacts'}"
    match held.kind:
        case "made":
            return f"{device} added {count} in one go. Show others what is new?"
        case "changed":
            return f"{device} changed {count} in one go. Show others what they say now?"
        case "deleted":
            return f"{device} deleted {count} in one go. Do it?"
        case _:
            return f"{names[0]}: deleted on {device} and edited here. Delete it after all?"


def _listed(names: tuple[str, ...], number: int) -> str:
    """A, B, C and 9 more."""
    shown, more = names[:NAMES_MOST], number - NAMES_MOST
    if more > 0:
        return f"{', '.join(shown)} and {more:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
