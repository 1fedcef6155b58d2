"""Undo goes forward: a new act carries out the inverse of what an act did, and is remembered (design rule R9).

A card that says the same still gets back its former octets; one that was
changed since loses exactly what the act brought and gets back what it took.
Operations stay, since an origin meets a card at most once ever; links that were
undone, and values that were taken off, are never brought again by the machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.contacts.card import parse
from server.contacts.values import is_marked_private
from server.errors import NotFound, UsageError
from server.saying import N_, said
from server.store.asking import ask_again, cards_asked_about
from server.store.cards import CardRow, cards_with_uid, find_card
from server.store.database import Actor, Transaction
from server.store.facts import EDIT_KINDS
from server.store.giving_back import give_back, is_edited_since
from server.store.keeping import restore_card, trash_card
from server.store.linking import UNDONE, answers, keep_answer
from server.store.noting_acts import name_of_act, note_act
from server.store.query import Query, bind
from server.store.reverting import Stay, revert_card
from server.store.schema import act, answer, card, card_version, cycle, doubt, hidden
from server.store.slots import slot_of_uid
from server.store.texts import octets_of
from server.store.unsaying import unsay
from server.store.untying import untie
from server.store.views import hide, refresh

OWN_KINDS: Final = frozenset(
    {"decide", "delete", "import", "kept", "late", "letter", "own", "put", "undo"}
)
"""Acts that their member may undo."""
KINDS: Final = OWN_KINDS | {"cycle"}
_BOOKS: Final = N_(
    "Act {id} changed an address book; that is not undone but said anew, in the same way."
)
_NOT_UNDONE: Final = {
    "card": N_(
        "Act {id} changed who sees a card; that is not undone but said anew, in the same way."
    ),
    "device": N_("Act {id} changed devices; that is not undone but said anew, in the same way."),
    "member": N_("Act {id} changed members; that is not undone but said anew, in the same way."),
    "password": N_("Act {id} chose a password; that is not undone but said anew, in the same way."),
    "release": N_(
        "Act {id} ended waits and holds; others may have seen that by now, so it is not undone; "
        "make single cards private."
    ),
    "restore": N_(
        "Act {id} restored a backup; that is not undone, but another backup can be restored."
    ),
    "settings": N_("Act {id} changed settings; that is not undone but said anew, in the same way."),
    "settle": N_(
        "Act {id} showed others new cards whose time had come; others may have seen that by now, "
        "so it is not undone; make single cards private."
    ),
    "share": N_(
        "Act {id} changed what is shown to whom; that is not undone but said anew, in the same way."
    ),
    **dict.fromkeys(("drop", "mkcol", "proppatch"), _BOOKS),
}
"""Why some acts have no undo."""
_WITHDRAWN: Final = N_(
    "What act {id} took off is no longer shown to whoever keeps the cards, so nothing comes back."
)
_NO_ACT: Final = N_("There is no act {id}; `hearthbook history` lists them all.")
_NO_ACT_OF: Final = N_("There is no act {id} of {member}'s; `hearthbook history` lists them all.")
_SHOWN: Final = "hidden"
"""Under what an undo remembers whom it showed again, for when it is undone itself."""
_IDS_END: Final = 2**63  # SQLite's integers end here

_ACT: Final = Query(select(act.c.id, act.c.kind, act.c.member).where(act.c.id == bind("which")))
_UNDONE_BY: Final = Query(select(act.c.id).where(act.c.undoes == bind("which")))
_UNDOES: Final = Query(update(act).where(act.c.id == bind("which")).values(undoes=bind("old")))
_CYCLE_OF_LETTER: Final = Query(
    select(cycle.c.act)
    .where(and_(cycle.c.kind == "letter", cycle.c.act > bind("which")))
    .order_by(cycle.c.act)
    .limit(1)
)
_VERSIONS: Final = Query(
    select(card_version.c.card, card_version.c.text)
    .where(card_version.c.act == bind("which"))
    .order_by(card_version.c.card)
)
_BEFORE: Final = Query(
    select(card_version.c.text)
    .where(and_(card_version.c.card == bind("of_card"), card_version.c.act < bind("which")))
    .order_by(card_version.c.act.desc())
    .limit(1)
)
_TRASHED: Final = Query(
    select(card.c.id).where(card.c.trashed == bind("which")).order_by(card.c.id)
)
_BACK: Final = Query(
    insert(card_version)
    .values(card=bind("of_card"), act=bind("by_act"), text=bind("same_text"), cosmetic=1)
    .on_conflict_do_nothing()
)
_HIDDEN: Final = Query(
    select(hidden.c.member, hidden.c.card)
    .where(hidden.c.act == bind("which"))
    .order_by(hidden.c.card)
)
_SHOW: Final = Query(delete(hidden).where(hidden.c.act == bind("which")))
_ON_A_PAGE: Final = or_(
    act.c.kind == "decide",
    act.c.kind == "letter",
    and_(act.c.kind == "delete", act.c.device.is_(None)),
)
_LAST_DECISION: Final = Query(
    select(act.c.id)
    .where(and_(act.c.member == bind("who"), _ON_A_PAGE))
    .order_by(act.c.id.desc())
    .limit(1)
)
_LAST_CHECK: Final = Query(
    select(func.max(doubt.c.closed))
    .join(act, act.c.id == doubt.c.closed)
    .where(and_(doubt.c.member == bind("who"), act.c.member == bind("who")))
)
_CHOICES: Final = Query(select(answer.c.choice).where(answer.c.act == bind("which")))


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo came to.

    Args:
        act: The new act.
        undoes: The act that was undone.
        cards: How many cards were changed, shown again or put away.
        parted: How many pairs are not linked any more.
        stays: What was changed since, and therefore stays as it is.
    """

    act: int
    undoes: int
    cards: int
    parted: int
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class _Old:
    """The act that is being undone."""

    id: int
    kind: str
    member: str | None


def undo_act(tx: Transaction, act_id: int, *, member: str | None = None) -> Undone:
    """Undo one act by a new one; views follow at once.

    Args:
        act_id: As `history` shows it; *go* to the letter stands for the cycle it let go.
        member: Who undoes it, who may undo what they did themselves; None on
            the command line, for everything.

    Raises:
        NotFound: There is no such act, or this member may not undo it.
        UsageError: It was undone already, or there is nothing to undo.
    """
    old = _undoable(tx, act_id, member)
    tx.new_act(Actor("undo", member))
    tx.run(_UNDOES, which=tx.act, old=old.id)
    changed: set[str] = set()
    stays: list[Stay] = []
    for card_id, did, kept in _cards_back(tx, old):
        changed |= {card_id} if did else set()
        stays.extend(kept)
    changed |= _hide_again(tx, old.id) | _show_again(tx, old.id)
    untied = untie(tx, old.id, old.kind)
    unsaid = unsay(tx, old.id)
    if not changed and not unsaid and untied.is_empty:
        raise _nothing(old, (*stays, *untied.stays))
    refresh(tx, changed | unsaid | untied.cards)
    doubted = cards_asked_about(tx, untied.asked)
    tx.concerned |= doubted
    ask_again(tx, changed | unsaid | untied.cards | untied.apart | doubted)
    note_act(tx, "undo", act=name_of_act(tx, act_id))
    return Undone(tx.act, old.id, len(changed), untied.parted, (*stays, *untied.stays))


def last_decision(tx: Transaction, member: str) -> int | None:
    """The act of what a member answered or took out on a page last, if it can be undone."""
    rows = (tx.one(_LAST_DECISION, who=member), tx.one(_LAST_CHECK, who=member))
    last = max((row[0] for row in rows if row is not None and row[0] is not None), default=None)
    if last is None or {choice for (choice,) in tx.all(_CHOICES, which=last)} == {"later"}:
        return None
    try:
        old = _undoable(tx, last, member)
    except UsageError:
        return None
    if old.kind == "delete" and not (tx.all(_TRASHED, which=last) or tx.all(_HIDDEN, which=last)):
        return None  # brought back already
    return int(last)


def _undoable(tx: Transaction, act_id: int, member: str | None) -> _Old:
    """The act, if it exists, may be undone by who asks, is of a kind that can be undone, and was not yet."""
    row = tx.one(_ACT, which=act_id) if 0 < act_id < _IDS_END else None
    if row is None or (member is not None and row[2] != member):
        pattern = _NO_ACT if member is None else _NO_ACT_OF
        raise NotFound(said(pattern, id=str(act_id), member=member or ""))
    old = _Old(*row)
    if old.kind == "letter":
        cycle_act = tx.one(_CYCLE_OF_LETTER, which=act_id)
        if cycle_act is None:
            raise _nothing(old)
        old = _Old(cycle_act[0], "cycle", None)
    if old.kind == "leave":
        raise UsageError(
            said(
                "Act {act_id} cannot be undone: who left comes back as a new member, with their export.",
                act_id=str(act_id),
            )
        )
    if old.kind not in (KINDS if member is None or row[1] == "letter" else OWN_KINDS):
        raise _nothing(old)
    undone = tx.one(_UNDONE_BY, which=old.id)
    if undone is not None:
        raise UsageError(
            said(
                "Act {act_id} was undone already; to have it back, undo act {other}.",
                act_id=str(act_id),
                other=str(undone[0]),
            )
        )
    return old


def _nothing(old: _Old, stays: Sequence[Stay] = ()) -> UsageError:
    if old.kind in _NOT_UNDONE:
        return UsageError(said(_NOT_UNDONE[old.kind], id=str(old.id)))
    if stays and all(each.is_withdrawn for each in stays):
        return UsageError(said(_WITHDRAWN, id=str(old.id)))
    if stays:
        return UsageError(
            said(
                "Everything that act {id} did was changed again since, so all of it stays; nothing was undone.",
                id=str(old.id),
            )
        )
    return UsageError(
        said(
            "Act {id} changed nothing on any card and answered nothing, so there is nothing to undo.",
            id=str(old.id),
        )
    )


def _cards_back(tx: Transaction, old: _Old) -> Iterator[tuple[str, bool, tuple[Stay, ...]]]:
    """Take back what an act did to each card; last what others kept of cards that are back now."""
    brought: dict[str, int] = {}
    for card_id, text in tx.all(_VERSIONS, which=old.id):
        before = tx.one(_BEFORE, of_card=card_id, which=old.id)
        if before is None:
            brought[card_id] = text
        else:
            yield card_id, *_card_back(tx, old, card_id, before[0], text)
    back: set[str] = set()
    for (card_id,) in tx.all(_TRASHED, which=old.id):
        did, kept = _out_of_trash(tx, card_id)
        back |= {card_id} if did else set()
        yield card_id, did, kept
    for card_id, text in brought.items():
        row = find_card(tx, card_id)
        assert row is not None
        is_own = row.member == old.member
        yield card_id, *(_away(tx, old, row, text) if is_own else give_back(tx, row, old.id, back))


def _show_again(tx: Transaction, old: int) -> set[str]:
    """Show whom an act had hidden, and remember it."""
    rows = tx.all(_HIDDEN, which=old)
    tx.run(_SHOW, which=old)
    for member, card_id in rows:
        keep_answer(tx, f"{_SHOWN} {member} {card_id}", member, UNDONE)
    return {row[1] for row in rows}


def _hide_again(tx: Transaction, old: int) -> set[str]:
    """Hide again whom an undo had shown."""
    shown = [
        key.split()[1:]
        for key, (_, _, by_act) in answers(tx).items()
        if by_act == old and key.startswith(f"{_SHOWN} ")
    ]
    for member, card_id in shown:
        hide(tx, member, card_id)
    return {card_id for _, card_id in shown}


def _card_back(
    tx: Transaction, old: _Old, card_id: str, before: int, text: int
) -> tuple[bool, tuple[Stay, ...]]:
    """Take back what an act did to a card that was there before."""
    row = find_card(tx, card_id)
    assert row is not None
    if before != text:
        travels = old.kind in EDIT_KINDS
        did, stays = revert_card(tx, row, old.id, before, text, travels=travels)
        return did, (*stays, *_private_still(tx, card_id, before, text))
    # Only a card that came back from the trash keeps a version of unchanged text.
    return _away(tx, old, row, text)


def _private_still(tx: Transaction, card_id: str, before: int, after: int) -> tuple[Stay, ...]:
    """A card that was marked private stays so without the mark: no undo shows others what they did not see."""
    row = find_card(tx, card_id)
    assert row is not None
    marked = [is_marked_private(parse(octets_of(tx, each))) for each in (before, after)]
    is_private = row.access.visibility == "private"
    return (Stay(card_id, "CLASS"),) if is_private and marked == [False, True] else ()


def _away(tx: Transaction, old: _Old, row: CardRow, text: int) -> tuple[bool, tuple[Stay, ...]]:
    """Put a card into the trash that an act had brought, unless it says something else by a member's hand since."""
    if row.trashed is not None:
        return False, ()
    if row.text != text and is_edited_since(tx, row.id, old.id):
        return False, (Stay(row.id, ""),)
    trash_card(tx, row.id)
    return True, ()


def _out_of_trash(tx: Transaction, card_id: str) -> tuple[bool, tuple[Stay, ...]]:
    """Bring a card back, unless its UID stands for another card of the book by now.

    Where it stands for somebody else's, this one was put away for that one, and
    is kept anew should that one go.
    """
    row = find_card(tx, card_id)
    assert row is not None
    slot = slot_of_uid(tx, row.book, row.uid)
    if slot is not None and slot.gone is None and not slot.own:
        return False, ()
    twins = cards_with_uid(tx, row.member, row.uid)
    if any(each.trashed is None and each.book == row.book for each in twins):
        return False, (Stay(card_id, ""),)
    restore_card(tx, card_id)
    tx.run(_BACK, of_card=card_id, by_act=tx.act, same_text=row.text)
    return True, ()
