"""Views follow the cards: every change refreshes the slots it concerns, in its own transaction.

New person: a minted slot. Other source: the same slot. No longer visible:
retired. Visible again: the same slot revived. `verify` asks the same
computation and reports where the stored slots differ.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.sqlite import insert

from server.access import Household
from server.reconcile.clusters import Clusters
from server.store import groups
from server.store.arriving import Arrival, newcomer, visible_to
from server.store.cards import CardRow, Linked, all_cards, cards_named, closure
from server.store.database import Transaction
from server.store.desired import Person, Viewer, desired_view
from server.store.inheriting import absorb, inherit, move_lines
from server.store.members import household_of
from server.store.numbering import number
from server.store.overlays import suggestions_of
from server.store.private_groups import keep_private
from server.store.query import Query, among, bind
from server.store.reading import Reading
from server.store.render import own_content
from server.store.scene import Scene
from server.store.schema import hidden, question, question_card
from server.store.slots import (
    Content,
    SlotRow,
    announce,
    insert_own,
    resource,
    retire,
    slots_of_card,
)
from server.store.taking_back import take_back
from server.store.texts import keep
from server.store.veiled import note_veiled

_HIDDEN: Final = Query(
    select(hidden.c.card).where(
        and_(hidden.c.member == bind("who"), hidden.c.card == bind("which"))
    )
)
_HIDE: Final = Query(
    insert(hidden)
    .values(member=bind("who"), card=bind("which"), act=bind("by_act"))
    .on_conflict_do_nothing()
)
_UNHIDE: Final = Query(
    delete(hidden).where(and_(hidden.c.member == bind("who"), hidden.c.card == bind("which")))
)

_ASKED: Final = Query(
    select(question.c.key)
    .where(
        or_(
            question.c.key.between("letter:", "letter;"),
            question.c.key.in_(
                select(question_card.c.question).where(question_card.c.card.in_(among("cards")))
            ),
        )
    )
    .limit(1)
)


def hide(tx: Transaction, member_id: str, card_id: str) -> None:
    """Take a card out of one member's view until they add the person again."""
    tx.run(_HIDE, who=member_id, which=card_id, by_act=tx.act)


def unhide(tx: Transaction, member_id: str, card_id: str) -> None:
    """Show a card again, as far as it may be seen."""
    tx.run(_UNHIDE, who=member_id, which=card_id)


def is_hidden(tx: Transaction, member_id: str, card_id: str) -> bool:
    """Whether one member took a card out of their view."""
    return tx.one(_HIDDEN, who=member_id, which=card_id) is not None


def refresh(tx: Transaction, ids: Iterable[str]) -> set[str]:
    """Bring every member's view up to date with these cards and all that is linked to them.

    Gives the own cards that took over what their members had typed on others'.
    """
    first = {*ids, *tx.touched}
    tx.touched.clear()
    cards, links = _concerned(tx, first)
    private = keep_private(tx, cards.values())
    if private:
        cards, links = _concerned(tx, {*cards, *private})
    changed = take_back(tx, cards.values())
    if changed:
        cards, links = _concerned(tx, {*cards, *changed})
    tx.concerned |= first | private | changed
    again: set[str] = set()
    tx.announced.clear()
    moves = groups.Moves(tuple(each.id for each in cards.values() if each.kind == "group"))
    reading = Reading(tx)
    coming: list[Arrival] = []
    for some, theirs in _parts(cards, links):
        for scene in _scenes(reading, some, theirs):
            for card_id in scene.wanted.newly_hidden:
                hide(tx, scene.member, card_id)
            for card_id in scene.wanted.shown_again:
                unhide(tx, scene.member, card_id)
            again |= _apply(tx, scene, moves, coming)
            note_veiled(tx, scene)
    for each in sorted(coming, key=lambda each: (each.source.added, each.source.id)):
        again |= each.make()
    groups.follow(tx, moves)
    number(tx, tx.announced, cards)
    if tx.one(_ASKED, cards=json.dumps(sorted(cards))) is not None:
        from server.store.asking import drop_unsound  # weighs cards, which most writes need not

        drop_unsound(tx, cards)
    if again:  # typed lines moved to own cards: a second round finds none left to move
        refresh(tx, again)
    return again


def visible_person(tx: Transaction, member_id: str, card_id: str) -> Person | None:
    """The person that a card belongs to for one viewer, or None where they see none."""
    concerned = _concerned(tx, (card_id,), copies=False)
    for scene in _scenes(Reading(tx, member_id), *concerned, only=member_id):
        return next((each for each in scene.wanted.persons if card_id in each.cards), None)
    return None


def verify_views(tx: Transaction) -> tuple[str, ...]:
    """Differences between the stored views and what they are derived from; empty if there are none."""
    problems: list[str] = []
    reading = Reading(tx)
    done: set[str] = set()
    for card_id in all_cards(tx):
        if card_id not in done:
            cards, links = _concerned(tx, (card_id,))
            done.update(cards)
            for scene in _scenes(reading, cards, links):
                problems.extend(_differences(tx, scene))
    return tuple(problems)


def _concerned(
    tx: Transaction, ids: Iterable[str], *, copies: bool = True
) -> tuple[dict[str, CardRow], tuple[Linked, ...]]:
    """The cards whose slots may change: all that is linked, and namesakes of name-only cards."""
    cards, links = closure(tx, ids, copies=copies)
    while household_of(tx).shows_names():
        namesakes = {other for each in cards.values() for other in cards_named(tx, each.name_key)}
        if namesakes <= cards.keys():
            break
        cards, links = closure(tx, namesakes | set(cards), copies=copies)
    return cards, links


def _parts(
    cards: Mapping[str, CardRow], links: Iterable[Linked]
) -> Iterator[tuple[dict[str, CardRow], tuple[Linked, ...]]]:
    """The cards that have to be looked at together: linked ones, and namesakes.

    One after the other, so that what the members see of a card is worked out at one time.
    """
    parts = Clusters()
    for each in links:
        parts.connect(each.card_a, each.card_b)
    named: dict[str, str] = {}
    for row in cards.values():
        if row.name_key:
            parts.connect(row.id, named.setdefault(row.name_key, row.id))
    members: dict[str, dict[str, CardRow]] = {}
    for row in cards.values():
        members.setdefault(parts.of(row.id), {})[row.id] = row
    inner: dict[str, list[Linked]] = {}
    for each in links:
        inner.setdefault(parts.of(each.card_a), []).append(each)
    for root, some in members.items():
        yield some, tuple(inner.get(root, ()))


def _scenes(
    reading: Reading,
    cards: Mapping[str, CardRow],
    links: tuple[Linked, ...],
    *,
    only: str | None = None,
) -> Iterator[Scene]:
    """What each member, or one of them alone, has of these cards, and should have."""
    tx, household = reading.tx, reading.household
    reading.look_at(cards)
    slots: dict[str, list[SlotRow]] = {}
    for card_id in cards:
        for each in slots_of_card(tx, card_id, only):
            slots.setdefault(each.member, []).append(each)
    for member_id in household.ids() if cards else ():
        if only not in (None, member_id):
            continue
        mine = tuple(slots.get(member_id, ()))
        viewer = _viewer(reading, member_id, cards, mine)
        wanted = desired_view(reading, viewer, cards, links)
        yield Scene(member_id, reading, cards, links, mine, viewer, wanted)


def _viewer(
    reading: Reading, member_id: str, cards: Mapping[str, CardRow], mine: tuple[SlotRow, ...]
) -> Viewer:
    """What the view of a member depends on besides the cards."""
    others = [each for each in cards.values() if each.member != member_id]
    hidden_cards = {each.id for each in others if reading.is_hidden(member_id, each.id)}
    own = [
        each
        for each in cards.values()
        if each.member == member_id and each.household and each.trashed is None
    ]
    own_names = Counter(each.name_key for each in own if each.name_key)
    return Viewer(
        member_id,
        frozenset(hidden_cards),
        frozenset(each.card for each in mine if not each.own),
        frozenset(each.card for each in mine if not each.own and each.gone is None),
        own_names,
    )


def _apply(tx: Transaction, scene: Scene, moves: groups.Moves, coming: list[Arrival]) -> set[str]:
    """Make one member's slots of these cards what they should be; gives own cards that took lines over."""
    kept: set[int] = set()
    changed: set[str] = set()
    for card_id, heir in scene.heirs():
        _move_lines(tx, scene, card_id, heir)
    for person in scene.wanted.persons:
        if person.own:
            survivor = _apply_own(tx, scene, person, kept)
            changed |= _absorb(tx, scene, person)
        else:
            slot = scene.slot_for(person)
            if slot is None:
                coming.append(newcomer(tx, scene, person))
                continue
            _apply_other(tx, scene, person, slot)
            survivor = slot.id
            kept.add(survivor)
        standing = {each.id for each in scene.slots_of(person)} & kept
        for each in scene.slots_of(person):
            if each.id not in kept:
                into = each.survivor if each.survivor in standing else survivor
                retire(tx, each, into)
                kept.add(each.id)
                if each.gone is None or each.survivor != into:
                    moves.joined.append(each)
    unseen = frozenset(scene.wanted.unseen)
    for each in scene.mine:
        if each.id not in kept and each.card in unseen:
            inheritance = _inheritance(tx, scene, each)
            if inheritance is not None:
                coming.append(inheritance)
            else:
                retire(tx, each, None)
    moves.gone.extend(each for each in scene.mine if each.gone is not None)
    return changed


def _absorb(tx: Transaction, scene: Scene, person: Person) -> set[str]:
    """Let an own card take over what its member typed on others' cards of the person."""
    overlay = scene.reading.typed(scene.member, person.cards)
    if overlay:
        scene.reading.note_moved(scene.member)
    return {person.source} if overlay and absorb(tx, scene.cards[person.source], overlay) else set()


def _move_lines(tx: Transaction, scene: Scene, card_id: str, person: Person) -> None:
    if move_lines(tx, scene.member, card_id, scene.cards[person.source]):
        scene.reading.note_moved(scene.member)


def _inheritance(tx: Transaction, scene: Scene, which: SlotRow) -> Arrival | None:
    """The own card that a slot without a person becomes, if its author typed lines on it."""
    if which.own or which.gone is not None or is_hidden(tx, scene.member, which.card):
        return None
    unseen = sorted(scene.known_kin(which.card) - scene.person_of.keys())
    if not scene.reading.typed(scene.member, unseen):
        return None
    source = scene.cards[which.card]
    return Arrival(source, partial(_inherit, tx, scene.reading.household, which, source, unseen))


def _inherit(
    tx: Transaction, household: Household, which: SlotRow, source: CardRow, unseen: Iterable[str]
) -> set[str]:
    """Make the own card that a slot becomes, unless an older one of that person took the lines."""
    overlay = suggestions_of(tx, which.member, unseen)
    if overlay:
        return {inherit(tx, household, which, source, overlay)}
    retire(tx, which, None)
    return set()


def _apply_own(tx: Transaction, scene: Scene, person: Person, kept: set[int]) -> int:
    """Every own card keeps a slot of its own; gives the oldest, which survives for the person."""
    survivor = 0
    for card_id in person.cards:
        row = scene.cards[card_id]
        if row.member != scene.member:
            continue
        content = own_content(tx, row)
        slot = scene.own_slot(card_id)
        if slot is None:
            slot_id = insert_own(tx, row, content)
        else:
            slot_id = slot.id
            if slot.gone is not None or (slot.text, slot.text_3) != (content.text, content.text_3):
                announce(tx, slot, card_id, own=True, content=content)
        kept.add(slot_id)
        survivor = survivor or slot_id
    return survivor


def _apply_other(tx: Transaction, scene: Scene, person: Person, slot: SlotRow) -> None:
    """Make the one slot of somebody else's person what it should be."""
    if slot.card not in person.cards:
        _move_lines(tx, scene, slot.card, person)
    visible = visible_to(scene, person)
    if slot.gone is None and slot.content == visible.digest:
        if slot.card != person.source:
            resource(tx, slot, person.source)
        return
    content = Content(keep(tx, visible.text(slot.uid)), None, visible.digest)
    announce(tx, slot, person.source, own=False, content=content)


def _differences(tx: Transaction, scene: Scene) -> list[str]:
    """How one member's slots of these cards differ from what they should be."""
    problems: list[str] = []
    right: set[int] = set()
    for person in scene.wanted.persons:
        fits = True
        for slot, text, text_3, digest in _expected(tx, scene, person):
            served = (
                slot is not None
                and slot.gone is None
                and (slot.text, slot.text_3) == (text or slot.text, text_3)
            )
            fits = fits and served and slot is not None and slot.content == digest
            right.update({slot.id} if slot else ())
        if not fits:
            problems.append(f"{scene.member}: card {person.source} is not served as it is")
    stale = [each for each in scene.mine if each.gone is None and each.id not in right]
    return problems + [f"{scene.member}: slot {each.href} should be retired" for each in stale]


def _expected(
    tx: Transaction, scene: Scene, person: Person
) -> Iterator[tuple[SlotRow | None, int | None, int | None, bytes]]:
    """Each slot a person should have, with its texts and digest; a built text is told by its digest alone."""
    if not person.own:
        yield scene.slot_for(person), None, None, visible_to(scene, person).digest
        return
    for card_id in person.cards:
        if scene.cards[card_id].member == scene.member:
            content = own_content(tx, scene.cards[card_id])
            slot = scene.own_slot(card_id)
            yield slot, content.text, content.text_3, content.digest
