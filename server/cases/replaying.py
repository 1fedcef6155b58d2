"""Answers and cycles of the journal, once more on a backup: the same question, the same answer."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from server.cases.checks import check_again
from server.cases.deciding import answer_open
from server.cases.doubles import Doubles, known_of
from server.cases.listing import Open, open_in, singles_in, what_is_asked
from server.cycle import cycle_again
from server.errors import NotFound
from server.planning import Planner
from server.store.backup import Restored
from server.store.backup import restore as restore_in_store
from server.store.changes import Changes
from server.store.database import Transaction
from server.store.journal import Record
from server.store.releasing import Hold
from server.store.replaying_acts import Door


def restore(folder: Path, source: Path, *, exactly: bool = False) -> Restored:
    """Make the household what a backup says and what was done since; see the store's `restore`.

    Raises:
        UsageError: The file is no backup of Hearthbook.
        Refused: 507 where the disk is full, 503 where it fails; nothing was changed.
    """
    return restore_in_store(folder, source, exactly=exactly, doors=_doors)


def answer_again(tx: Transaction, record: Record) -> None:
    """Give an answer that a journal speaks of, where just the same is asked.

    Raises:
        NotFound: It is not asked here.
    """
    words: dict[str, str] = json.loads(record.note)
    choice = words.pop("choice")
    found = _asked(tx, words, record.member)
    if found is None:
        raise NotFound("What it answered is not asked in the same way here; look at the cases.")
    if isinstance(found.question, Doubles):
        choice = known_of(found.question, choice)
    elif isinstance(found.question, Hold) and choice != "later":
        choice = _for_these(found.question, choice, words["cards"])
    answer_open(tx, found, choice)


def _for_these(held: Hold, choice: str, cards: str) -> str:
    """An answer to a hold, for those of the cards alone that it was given for then.

    Raises:
        NotFound: None of them is held here.
    """
    said, *chosen = choice.split()
    meant = [each for each in cards.split() if not chosen or each.startswith(tuple(chosen))]
    here = {each.card for each in held.cards}
    if not here.intersection(meant):
        raise NotFound("Nothing of what it answered is held here.")
    return " ".join((said, *(each for each in meant if each in here)))


def _asked(tx: Transaction, words: Mapping[str, str], member: str) -> Open | None:
    """What is asked as it was then: as cycles and answers left it, else as a cycle would ask it now."""
    check = check_again(tx, member, words.get("question", ""))
    if check is not None:
        return Open(*check)
    is_folded = words.get("question", "").startswith(("doubles ", "same:"))
    for fresh in (False, True):
        singles = [*singles_in(tx, member, fresh=fresh)] if is_folded else []
        for each in [*singles, *open_in(tx, member, fresh=fresh)]:
            now = what_is_asked(tx, each)
            if isinstance(each.question, Hold):
                if now["hold"] == words.get("hold"):
                    return each
            elif now == words:
                return each
    return None


def _doors(changes: Changes) -> Mapping[str, Door]:
    """Answers, and the cycles: one after the other they look only at what changed, as they did then."""
    planner = Planner(changes)
    return {"decide": answer_again, "cycle": partial(cycle_again, planner=planner)}
