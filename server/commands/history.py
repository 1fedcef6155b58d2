"""`hearthbook history`: who did what, when and from which device."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import iso, minute, note, say, table

if TYPE_CHECKING:
    from server.store.database import Transaction
    from server.store.history import ActRow

ROWS_MOST = 100
NAMES_MOST = 3
ALL = -1
WORDS = {
    "init": "made the household",
    "put": "wrote",
    "delete": "deleted",
    "import": "imported",
    "cycle": "brought up to date",
    "decide": "answered",
    "own": "said whose it is",
    "share": "changed sharing",
    "member": "changed members",
    "device": "changed devices",
    "release": "ended every wait",
    "letter": "let the first cycle go",
    "settings": "changed settings",
    "settle": "is shown to others now",
    "restore": "restored a backup",
}


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line and act, all of them."
)
@pass_place
def history(place: Place, *, as_json: bool) -> None:
    """List what happened, newest first."""
    from server.store.history import recent_acts

    with place.database().read() as tx:
        acts = recent_acts(tx, most=ALL if as_json else ROWS_MOST)
        if as_json:
            _print_json(acts)
            return
        table(
            ("when", "who", "device", "what", "whom"),
            (
                (
                    minute(each.at),
                    each.member or "Hearthbook",
                    each.device or "",
                    WORDS.get(each.kind, each.kind),
                    _names(tx, each),
                )
                for each in acts
            ),
        )
    if len(acts) == ROWS_MOST:
        note(f"The latest {ROWS_MOST}; all of them with --json.")


def _print_json(acts: "Sequence[ActRow]") -> None:
    for each in acts:
        row = {
            "act": each.id,
            "at": iso(each.at),
            "kind": each.kind,
            "member": each.member,
            "device": each.device,
            "cards": each.cards,
            "operations": [{"card": card, "kind": kind} for card, kind in each.operations],
            "suggested": [{"card": card, "property": name} for card, name in each.suggested],
        }
        say(json.dumps(row, ensure_ascii=False))


def _names(tx: "Transaction", act: "ActRow") -> str:
    """Whose cards an act changed, the first few by name."""
    from server.commands.persons import name_on

    touched = dict.fromkeys((*act.cards, *(card for card, _name in act.suggested)))
    names = [name_on(tx, card) for card in list(touched)[:NAMES_MOST]]
    more = len(touched) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
