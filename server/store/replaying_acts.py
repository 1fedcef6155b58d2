"""Answers, undos, releases and the machine's acts of the journal, once more on a backup."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from server.errors import NotFound
from server.store.cards import find_card
from server.store.changes import Changes
from server.store.choosing import say_always_asks, say_called, speak
from server.store.database import Actor, Transaction
from server.store.decisions import take_back_again
from server.store.fading import HALF_LIVES_KEY, say_half_lives
from server.store.going_back import go_back
from server.store.journal import Record
from server.store.keeping import settle_due
from server.store.late import body_of_act, merge_body
from server.store.lending import ask_for, shown_to, stop_showing
from server.store.members import find_member
from server.store.noting_acts import PART, RETHINK, SETTING, TYPED, UNLEND, act_named, note_act
from server.store.noting_books import BOOK, DROP, ME
from server.store.parting import take_out
from server.store.refused import add_refused, let_refused_go, refused_of
from server.store.regions import move_to
from server.store.releasing import end_all_waits, is_told_later
from server.store.removed import removed_of, show_again
from server.store.replaying_books import book_again, drop_again, me_again
from server.store.typed import typed_again
from server.store.undoing import undo_act
from server.store.views import refresh

Door = Callable[[Transaction, Record], None]
"""Does again what a record says."""
Doors = Callable[[Changes], Mapping[str, Door]]
"""What a replay opens at its beginning: it notes there which cards each record concerns."""


def no_doors(_: Changes) -> Mapping[str, Door]:
    """Nothing but what is the store's own business is done again."""
    return {}


def acts_again(tx: Transaction, record: Record, doors: Mapping[str, Door]) -> bool:
    """Do once more what a record says; whether it changed anything.

    Args:
        doors: How what is not the store's own business is done again, by the record's kind.

    Raises:
        HearthbookError: It cannot be done here.
    """
    if record.member and find_member(tx, record.member) is None:
        raise NotFound(f"The backup knows no member {record.member}.")
    tx.actor = Actor(record.kind, record.member or None)
    door = doors.get(record.kind) or _DOORS[record.kind]
    door(tx, record)
    return tx.has_acted


def can_be_done(record: Record, doors: Mapping[str, Door]) -> bool:
    """Whether there is a way to do again what a record says."""
    return record.kind in _DOORS or record.kind in doors


def bodies_merged(records: Iterable[Record]) -> frozenset[str]:
    """The names of the acts whose bodies came too late and were merged later."""
    return frozenset(_words(each)["body"] for each in records if each.kind == "late")


def _undo_again(tx: Transaction, record: Record) -> None:
    number = act_named(tx, _words(record)["act"])
    if number is None:
        raise NotFound("What it undid is not here.")
    undo_act(tx, number, member=record.member or None)


def _release_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    tx.actor = Actor(words["kind"], record.member or None)
    end_all_waits(tx, is_shown_later=is_told_later(words))


def _settle_again(tx: Transaction, _record: Record) -> None:
    due = settle_due(tx)
    if due:
        note_act(tx, "settle")
        refresh(tx, due)


def _late_again(tx: Transaction, record: Record) -> None:
    number = act_named(tx, _words(record)["body"])
    body = body_of_act(tx, number) if number is not None else None
    if body is not None and body.merged is None:
        tx.actor = Actor("late", body.device.member, body.device.id)
        merge_body(tx, body)


def _again(tx: Transaction, record: Record) -> None:
    card = _words(record)["card"]
    found = next((e for e in removed_of(tx, record.member) if e.slot.card == card), None)
    if found is None:
        raise NotFound("Whoever was brought back is not gone here.")
    show_again(tx, found)


def _ask_again(tx: Transaction, record: Record) -> None:
    ask_for(tx, record.member, _words(record)["card"])


def _unlend_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    if words["member"] in shown_to(tx, words["card"]):
        stop_showing(tx, record.member, words["card"], words["member"])


def _version_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    number, row = act_named(tx, words["act"]), find_card(tx, words["card"])
    if number is None or row is None:
        raise NotFound("The version that the card went back to is not here.")
    tx.actor = Actor("put", record.member)  # it is an edit like any other
    go_back(tx, row, number)


def _kept_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    number = act_named(tx, words["body"])
    found = next((e for e in refused_of(tx, record.member) if e.act == number), None)
    if found is None:
        raise NotFound("The text that was added or let go is not here.")
    (add_refused if words["choice"] == "add" else let_refused_go)(tx, found)


def _part_again(tx: Transaction, record: Record) -> None:
    tx.actor = Actor("decide", record.member)
    take_out(tx, record.member, _words(record)["card"])


def _rethink_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    tx.actor = Actor("decide", record.member)
    pair = words["left"], words["right"]
    take_back_again(tx, record.member, pair, words["scope"], words["verdict"])


def _setting_again(tx: Transaction, record: Record) -> None:
    words = _words(record)
    tx.actor = Actor("settings", record.member or None)
    match words["key"]:
        case "household":
            say_called(tx, words["value"])
        case "region":
            move_to(tx, words["value"])
        case "language":
            speak(tx, words["value"])
        case "always_ask":
            say_always_asks(tx, always=words["value"] == "1")
        case key if key == HALF_LIVES_KEY:
            say_half_lives(tx, json.loads(words["value"]))
        case _:
            raise NotFound("What was chosen is not known here.")


def _words(record: Record) -> dict[str, str]:
    words: dict[str, str] = json.loads(record.note)
    return words


_DOORS: Final[Mapping[str, Door]] = {
    "undo": _undo_again,
    "release": _release_again,
    "settle": _settle_again,
    "late": _late_again,
    "again": _again,
    "ask": _ask_again,
    UNLEND: _unlend_again,
    "version": _version_again,
    "kept": _kept_again,
    PART: _part_again,
    RETHINK: _rethink_again,
    TYPED: typed_again,
    SETTING: _setting_again,
    BOOK: book_again,
    DROP: drop_again,
    ME: me_again,
}
