"""What members are asked, kept like the slots of a view: a page reads its viewer's questions and no card.

A question is kept as it reads to those who may answer it. A cycle and an answer write it; whoever
touches a card drops in the same transaction what would read otherwise now, so that nothing stays
on a page that its viewer may not see any more. What they cannot see changes nothing here (R1).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import and_, delete, insert, select

from server.contacts.properties import property_from
from server.contacts.values import Name
from server.reconcile.asked import Asked, Subject, cards_of
from server.reconcile.disputes import Disputed
from server.reconcile.families import FamilyChanged
from server.reconcile.operations import (
    Difference,
    Offer,
    Reason,
    SamePerson,
    ValuesDiffer,
    WhichBelong,
)
from server.reconcile.snapshot import CardState, Fact
from server.store.called import CALLED, device_name
from server.store.database import Transaction
from server.store.query import Query, among, bind, inserting
from server.store.schema import act, device, fact, question, question_card, question_member

LETTER: Final = "letter"
DOUBLE: Final = "double"
"""Of two cards of the one member who is asked whether they are one person."""
_PHOTO: Final = b"PHOTO:\r\n"

_ALL: Final = Query(select(question.c.key, question.c.kind).where(question.c.kind != LETTER))
_OF_MEMBER: Final = Query(
    select(question.c.key, question.c.kind)
    .join(question_member, question_member.c.question == question.c.key)
    .where(and_(question_member.c.member == bind("who"), question.c.kind != LETTER))
)
_CONTENT: Final = Query(
    select(question.c.key, question.c.content).where(question.c.key.in_(among("keys")))
)
_CONTENTS: Final = Query(
    select(question.c.key, question.c.content).where(question.c.kind != LETTER)
)
_ABOUT: Final = Query(
    select(question.c.key, question.c.content).where(
        and_(
            question.c.kind != LETTER,
            question.c.key.in_(
                select(question_card.c.question).where(question_card.c.card.in_(among("cards")))
            ),
        )
    )
)
_KEEP: Final = Query(
    insert(question).values(key=bind("about"), kind=bind("sort"), content=bind("says"))
)
_MEMBER: Final = inserting(question_member, "member", "question")
_CARD: Final = inserting(question_card, "card", "question")
_DROP: Final = Query(delete(question).where(question.c.key == bind("about")))
_LABELS: Final = Query(
    select(fact.c.id, CALLED)
    .join(act, act.c.id == fact.c.last)
    .join(device, device.c.id == act.c.device)
    .where(fact.c.id.in_(among("facts")))
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One question as it is kept: what it is called, of what kind it is, and all that it says."""

    key: str
    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class Told:
    """A question read again.

    Attributes:
        devices: The labels of the devices on which its values were typed, by fact.
        label: The label of the device on which a family name was typed.
    """

    asked: Asked
    devices: Mapping[int, str]
    label: str


def questions_for(tx: Transaction, member: str | None) -> dict[str, str]:
    """The keys of what a member is asked, each with its kind; of what anybody is for None."""
    rows = tx.all(_ALL) if member is None else tx.all(_OF_MEMBER, who=member)
    return {row[0]: row[1] for row in rows}


def contents_of(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """What some questions say, by their keys."""
    return {row[0]: row[1] for row in tx.all(_CONTENT, keys=json.dumps(sorted(keys)))}


def kept_questions(tx: Transaction) -> dict[str, str]:
    """What every kept question says, by its key; without the letters."""
    return {row[0]: row[1] for row in tx.all(_CONTENTS)}


def questions_about(tx: Transaction, cards: Iterable[str]) -> dict[str, str]:
    """What is asked about some cards, by key."""
    return {row[0]: row[1] for row in tx.all(_ABOUT, cards=json.dumps(sorted(cards)))}


def replace_questions(tx: Transaction, old: Mapping[str, str], new: Mapping[str, Asked]) -> bool:
    """Keep some questions in the place of others; what reads the same is not touched. Whether anything was.

    Args:
        old: What some kept questions say, by their keys.
        new: What is asked instead, by key.
    """
    written = encoded(tx, new)
    for key in sorted(old):
        if key not in written or written[key].content != old[key]:
            tx.run(_DROP, about=key)
    for key, each in written.items():
        if old.get(key) == each.content:
            continue
        tx.run(_DROP, about=key)
        tx.run(_KEEP, about=key, sort=each.kind, says=each.content)
        for member in new[key].members:
            tx.run(_MEMBER, member=member, question=key)
        for card in dict.fromkeys(cards_of(new[key].subject)):
            tx.run(_CARD, card=card, question=key)
    return old != {key: each.content for key, each in written.items()}


def drop_questions(tx: Transaction, keys: Iterable[str]) -> None:
    """Ask something no more."""
    for key in keys:
        tx.run(_DROP, about=key)


def encoded(tx: Transaction, asked: Mapping[str, Asked]) -> dict[str, Kept]:
    """Questions as they are kept."""
    labels = labels_of(tx, {fact.id for each in asked.values() for fact in _facts(each)})
    return {
        key: Kept(key, _sort(each), _text(each, labels, _label(tx, each.subject)))
        for key, each in asked.items()
    }


def labels_of(tx: Transaction, facts: Iterable[int]) -> dict[int, str]:
    """The labels of the devices on which some values were typed last, where it was one."""
    return {row[0]: row[1] for row in tx.all(_LABELS, facts=json.dumps(sorted(facts)))}


def subject_of(content: str) -> Subject:
    """What a kept question asks, without the cards that it shows."""
    return _subject(json.loads(content)["subject"])


def told(content: str, region: str) -> Told:
    """A kept question as whoever may answer it reads it."""
    read = json.loads(content)
    viewers = frozenset(read["viewers"])
    cards = tuple(_card(each, viewers, region) for each in read["cards"])
    devices = {int(which): label for which, label in read["devices"].items()}
    return Told(
        Asked(_subject(read["subject"]), tuple(read["members"]), cards), devices, read["label"]
    )


def _facts(asked: Asked) -> list[Fact]:
    """The facts that a question speaks of."""
    return [fact for card in asked.cards for fact in card.facts if fact.prop.name != "PHOTO"]


def _sort(asked: Asked) -> str:
    """Under which kind a question is listed."""
    keepers = {each.keeper for each in asked.cards}
    is_double = isinstance(asked.subject, SamePerson) and keepers == set(asked.members)
    return DOUBLE if is_double and len(keepers) == 1 else _kind(asked.subject)


def _kind(subject: Subject) -> str:
    match subject:
        case SamePerson():
            return "same-person"
        case WhichBelong():
            return "cluster"
        case ValuesDiffer():
            return "values"
        case Offer():
            return "offer"
        case FamilyChanged():
            return "family"
        case Disputed():
            return "dispute"


def _label(tx: Transaction, subject: Subject) -> str:
    """The device on which a family name was typed."""
    if not isinstance(subject, FamilyChanged):
        return ""
    if subject.origin is None:
        return device_name(tx, subject.device)
    return labels_of(tx, (subject.origin,)).get(subject.origin, "")


def _text(asked: Asked, labels: Mapping[int, str], label: str) -> str:
    """All that a question says, as JSON."""
    devices = {str(each.id): labels[each.id] for each in _facts(asked) if labels.get(each.id)}
    said = {
        "subject": [_kind(asked.subject), *_fields(asked.subject)],
        "members": asked.members,
        "viewers": sorted(asked.cards[0].seen_by),
        "cards": [_card_text(each) for each in asked.cards],
        "devices": devices,
        "label": label,
    }
    return json.dumps(said, separators=(",", ":"), default=_values)


def _fields(subject: Subject) -> Sequence[object]:
    if isinstance(subject, ValuesDiffer):
        return (subject.cards, subject.properties, subject.key)
    return _values(subject)


def _values(each: Any) -> list[object]:
    """What is in the fields of a question or a part of one, in their order."""
    return [getattr(each, one.name) for one in fields(each)]


def _subject(fields: list[Any]) -> Subject:
    """What is asked, read again."""
    kind, *rest = fields
    if kind == "same-person":
        return _pair(rest)
    if kind == "cluster":
        key, scope, people, piles, pairs = rest
        cards = tuple(tuple(each) for each in people)
        return WhichBelong(key, scope, cards, tuple(piles), tuple(map(_pair, pairs)))
    if kind == "values":
        cards, properties, key = rest
        return ValuesDiffer(key, tuple(cards), tuple(_difference(each) for each in properties))
    if kind == "offer":
        key, target, source, facts, instead = rest
        return Offer(key, target, source, tuple(facts), tuple(instead))
    if kind == "dispute":
        key, (one, other), claimed = rest
        return Disputed(key, (one, other), tuple(claimed))
    return FamilyChanged(*rest)


def _pair(fields: list[Any]) -> SamePerson:
    key, left, right, scope, score, reasons = fields
    return SamePerson(key, left, right, scope, score, tuple(Reason(*each) for each in reasons))


def _difference(fields: list[Any]) -> Difference:
    name, single, sides, preselected, why = fields
    return Difference(name, single, tuple((card, which) for card, which in sides), preselected, why)


def _card_text(card: CardState) -> list[object]:
    values = [
        (
            each.id,
            each.prop.octets.decode("latin-1"),
            each.prop.version,
            each.last,
            each.confirmed,
            each.typed_by,
            each.bulk,
            each.source is not None,
        )
        for each in card.facts
        if each.prop.name != "PHOTO"
    ]
    photo = any(each.prop.name == "PHOTO" for each in card.facts)
    return [card.id, card.keeper, card.kind, card.name, card.added, photo, values]


def _card(fields: list[Any], viewers: frozenset[str], region: str) -> CardState:
    card, keeper, kind, name, added, photo, values = fields
    blank = Fact(
        id=0,
        card=card,
        prop=property_from(_PHOTO, version="3.0", region=region),
        first=0,
        last=0,
        confirmed=None,
        typed_by=None,
        bulk=False,
        source=None,
        previous=None,
        gone=None,
        withheld=False,
        act_kind="",
        seen_by=viewers,
    )
    facts = [_fact(blank, each, region) for each in values]
    facts += [blank] if photo else []
    return CardState(card, keeper, "", kind, Name(*name), added, viewers, tuple(facts))


def _fact(blank: Fact, fields: list[Any], region: str) -> Fact:
    which, octets, version, last, confirmed, typed_by, bulk, copied = fields
    return replace(
        blank,
        id=which,
        prop=property_from(octets.encode("latin-1"), version=version, region=region),
        last=last,
        confirmed=confirmed,
        typed_by=typed_by,
        bulk=bulk,
        source=0 if copied else None,
    )
