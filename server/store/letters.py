"""The letters before the household's first cycle, kept like questions: one for each adult, of what they see.

A letter rests on every card that its reader sees. As soon as one of them reads otherwise to the
reader it is dropped, and the next cycle that may not do anything yet writes another one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, insert, select

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.contacts.travel import travel_of
from server.reconcile.describe import Letter, letter
from server.reconcile.operations import Plan
from server.reconcile.plan import plan
from server.reconcile.snapshot import CardState, Snapshot, cards_by_id
from server.saying import packed, unpacked
from server.store.database import Transaction
from server.store.members import list_members
from server.store.query import Query, among, bind, inserting
from server.store.questions import LETTER
from server.store.schema import book, card, question, question_card, question_member
from server.store.snapshots import snapshot_of

_LETTERS: Final = Query(select(question.c.key).where(question.c.kind == LETTER))
_CONTENT: Final = Query(select(question.c.content).where(question.c.key == bind("which")))
_DROP: Final = Query(delete(question).where(question.c.key == bind("which")))
_DROP_ALL: Final = Query(delete(question).where(question.c.kind == LETTER))
_KEEP: Final = Query(insert(question).values(key=bind("which"), kind=LETTER, content=bind("says")))
_MEMBER: Final = inserting(question_member, "member", "question")
_CARD: Final = inserting(question_card, "card", "question", "digest")
_RESTS_ON: Final = Query(
    select(question_card.c.card, question_card.c.digest).where(
        and_(question_card.c.question == bind("which"), question_card.c.card.in_(among("cards")))
    )
)
_OWN: Final = Query(
    select(card.c.id)
    .join(book, book.c.id == card.c.book)
    .where(
        and_(
            card.c.member == bind("who"),
            card.c.trashed.is_(None),
            card.c.kind != "group",
            book.c.name == BOOK_OF_THE_HOUSEHOLD,
        )
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter and what it rests on: a digest of what its reader sees of each card."""

    letter: Letter
    digests: Mapping[str, str]


def letters_are_missing(tx: Transaction) -> bool:
    """Whether some adult who has cards has no letter."""
    kept = {row[0] for row in tx.all(_LETTERS)}
    return any(
        each.role == "adult" and _key(each.id) not in kept and has_cards(tx, each.id)
        for each in list_members(tx)
    )


def write_letters(tx: Transaction) -> dict[str, Written]:
    """What is to be said to each adult; takes a plan."""
    snapshot = snapshot_of(tx, released=True)
    made = plan(snapshot, now=tx.now)
    names = {each.id: each.name for each in list_members(tx)}
    found: dict[str, Written] = {}
    for each in list_members(tx):
        told = _written(snapshot, made, names, each.id) if each.role == "adult" else None
        if told is not None:
            found[each.id] = Written(told, _digests(snapshot, each.id))
    return found


def keep_letters(tx: Transaction, letters: Mapping[str, Written]) -> None:
    """Keep the letters in the place of all there were."""
    tx.run(_DROP_ALL)
    for member, each in letters.items():
        tx.run(_KEEP, which=_key(member), says=_packed(each.letter))
        tx.run(_MEMBER, member=member, question=_key(member))
        for which, digest in each.digests.items():
            tx.run(_CARD, card=which, question=_key(member), digest=digest)


def drop_letters(tx: Transaction, cards: Iterable[str]) -> None:
    """Drop the letters that some cards make another one now."""
    keys = [row[0] for row in tx.all(_LETTERS)]
    listed = sorted(cards)
    states = cards_by_id(snapshot_of(tx, only=listed, released=True)) if keys else {}
    for key in keys:
        rows = tx.all(_RESTS_ON, which=key, cards=json.dumps(listed))
        then = {row[0]: row[1] for row in rows}
        now = {
            each.id: _digest(each, reader)
            for reader in (key.removeprefix(_key("")),)
            for each in states.values()
            if reader in each.seen_by
        }
        if now != then:
            tx.run(_DROP, which=key)


def kept_letter(tx: Transaction, reader: str) -> Letter | None:
    """The letter to a member, if there is one."""
    row = tx.one(_CONTENT, which=_key(reader))
    if row is None:
        return None
    common, agree, complete, questions, gains, text = json.loads(row[0])
    told = tuple((str(name), unpacked(what)) for name, what in gains)
    return Letter(common, agree, complete, questions, told, tuple(unpacked(each) for each in text))


def _packed(told: Letter) -> str:
    """A letter whose sentences can be said in other languages later."""
    gains = [(str(name), packed(what)) for name, what in told.gains]
    text = [packed(each) for each in told.text]
    return json.dumps((told.common, told.agree, told.complete, told.questions, gains, text))


def fresh_letter(tx: Transaction, reader: str | None) -> Letter | None:
    """The letter to a member, or to whoever keeps the server, as it is at this moment; takes a plan."""
    snapshot = snapshot_of(tx, released=True)
    names = {each.id: each.name for each in list_members(tx)}
    return _written(snapshot, plan(snapshot, now=tx.now), names, reader or "")


def _written(
    snapshot: Snapshot, made: Plan, names: Mapping[str, str], reader: str
) -> Letter | None:
    """A letter; None to whom it has nothing to say: who sees nobody, or has no cards where no two have."""
    if not any(not reader or reader in each.seen_by for each in snapshot.cards):
        return None
    told = letter(made, snapshot, names, viewer=reader)
    if reader and not told.common and all(each.keeper != reader for each in snapshot.cards):
        return None
    return told


def has_cards(tx: Transaction, member: str) -> bool:
    """Whether a member keeps anybody in the household's book."""
    return tx.one(_OWN, who=member) is not None


def _key(reader: str) -> str:
    return f"{LETTER}:{reader}"


def _digests(snapshot: Snapshot, reader: str) -> dict[str, str]:
    return {each.id: _digest(each, reader) for each in snapshot.cards if reader in each.seen_by}


def _digest(card: CardState, reader: str) -> str:
    """Another one as soon as the reader sees another value of a card."""
    seen = sorted(
        fact.id for fact in card.facts if reader in fact.seen_by and travel_of(fact.prop.name).shown
    )
    return hashlib.blake2b(repr((card.kind, card.frozen, seen)).encode(), digest_size=8).hexdigest()
