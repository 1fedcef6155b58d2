"""Answers and cycles of the journal, once more on a backup: the same question, the same answer."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from server.cases.deciding import answer_open
from server.cases.held import held_case
from server.cases.listing import Open, open_in, what_is_asked
from server.cycle import cycle_again
from server.errors import NotFound
from server.store.backup import Restored
from server.store.backup import restore as restore_in_store
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
    return restore_in_store(folder, source, exactly=exactly, doors=DOORS)


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
    answer_open(tx, found, choice)


def _asked(tx: Transaction, words: Mapping[str, str], member: str) -> Open | None:
    for each in open_in(tx, member):
        now = what_is_asked(tx, each)
        if isinstance(each.question, Hold):
            same = now["hold"] == words.get("hold")
            meant = frozenset(words.get("cards", "").split())
            cards = tuple(one for one in each.question.cards if one.card in meant)
            if same and cards:
                held = replace(each.question, cards=cards)
                return replace(each, question=held, case=held_case(tx, held, each.case.id))
        elif now == words:
            return each
    return None


DOORS: Final[Mapping[str, Door]] = {"decide": answer_again, "cycle": cycle_again}
