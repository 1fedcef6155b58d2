"""`hearthbook history` and `hearthbook undo`: what happened, in sentences, and taking it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import iso, minute, note, say, table
from server.errors import UsageError

if TYPE_CHECKING:
    from server.cases.told import Told
    from server.store.database import Database, Transaction

ROWS_MOST = 100
ALL = -1


@click.command()
@click.option("--as", "viewer", metavar="MEMBER", help="Only what this member may know of.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line and act, all of them."
)
@click.option(
    "--removed",
    is_flag=True,
    help="Who is gone from the view of --as MEMBER; `show ID --as MEMBER --again` brings them back.",
)
@pass_place
def history(place: Place, *, viewer: str | None, as_json: bool, removed: bool) -> None:
    """List what happened, newest first."""
    if removed:
        _print_removed(place, viewer, as_json=as_json)
        return
    with _reading(place.database(), viewer) as tx:
        told = _told(tx)
        if as_json:
            for each in told:
                say(json.dumps(_row(tx, each), ensure_ascii=False))
            return
        found = list(islice(told, ROWS_MOST))
    table(
        ("act", "when", "what happened"),
        (
            (
                str(each.act.id),
                minute(each.act.at),
                each.sentence + (f" (undone by {each.act.undone})" if each.act.undone else ""),
            )
            for each in found
        ),
    )
    if len(found) >= ROWS_MOST:
        note(f"The latest {ROWS_MOST}; all of them with --json.")


@click.command()
@click.argument("act", metavar="ID", type=int)
@click.option(
    "--as", "member", metavar="MEMBER", help="As this member, who may undo their own acts."
)
@pass_place
def undo(place: Place, *, act: int, member: str | None) -> None:
    """Undo what was done, by a new act; ID is an act as `history` shows it.

    A card that was not changed since is byte for byte what it was. Of one that
    was, exactly this act's part is undone, and what stays is named.
    """
    from server.cases.undoing import undo as undo_in
    from server.store.members import get_member

    database = place.database()
    if member is not None:
        with database.read() as tx:
            get_member(tx, member)
    say(undo_in(database, act, member=member))


def _print_removed(place: Place, viewer: str | None, *, as_json: bool) -> None:
    """Whom a member deleted or lost, the latest first.

    Raises:
        UsageError: Nobody said whose view it is about.
    """
    from server.cases.removals import Refusal, Removal, refusals, removals
    from server.store.members import get_member

    if viewer is None:
        raise UsageError("Say whose view it is about, such as --as anna.")
    with place.database().read() as tx:
        get_member(tx, viewer)
    found: list[Removal | Refusal] = [*removals(place.database(), viewer)]
    found += refusals(place.database(), viewer)
    if as_json:
        for each in found:
            row = {"id": each.id, "name": each.name, "how": each.how, "at": iso(each.at)}
            say(json.dumps(row | {"sentence": each.sentence}, ensure_ascii=False))
        return
    table(
        ("id", "when", "what happened", "offer"),
        ((each.id, minute(each.at), each.sentence, each.offer) for each in found),
    )
    note(f"Bring one back with: hearthbook show ID --as {viewer} --again" if found else "Nobody.")


@contextmanager
def _reading(database: "Database", viewer: str | None) -> "Iterator[Transaction]":
    """A reader for one member, or for whoever keeps the server.

    Raises:
        NotFound: Nobody has this id.
    """
    from server.store.fence import reading_as
    from server.store.members import get_member

    with database.read() if viewer is None else reading_as(database, viewer) as tx:
        if viewer is not None:
            get_member(tx, viewer)
        yield tx


def _told(tx: "Transaction") -> "Iterator[Told]":
    """What happened, the latest first, as far as the reader may know of it."""
    from server.cases.recounting import recount
    from server.store.card_acts import Which, acts_for
    from server.store.history import recent_acts

    if tx.reader is None:
        return recount(tx, recent_acts(tx, most=ALL))
    return recount(tx, acts_for(tx, tx.reader, Which()))


def _row(tx: "Transaction", each: "Told") -> dict[str, object]:
    """An act as programs read it."""
    from server.store.history import Deeds

    act = each.act
    row: dict[str, object] = {
        "act": act.id,
        "at": iso(act.at),
        "kind": act.kind,
        "member": act.member,
        "device": act.device,
    }
    if tx.reader is None:  # ids of cards and steps on them say more than the sentence may
        deeds = Deeds(tx, act.id)
        row |= {
            "cards": list(deeds.cards()),
            "operations": [{"card": card, "kind": kind} for card, kind in deeds.operations],
            "suggested": [{"card": card, "property": name} for card, name, _ in deeds.suggested],
        }
    return row | {"sentence": each.sentence, "undone": act.undone}
