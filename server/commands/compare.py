"""`hearthbook compare`: who is in two vCard files, how sure that is, and why."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.commands.options import REGION
from server.commands.place import Place, pass_place
from server.commands.reading import read_cards
from server.commands.screen import count, note, say, spinner, table
from server.errors import NotACard

if TYPE_CHECKING:
    from server.contacts.properties import Property
    from server.contacts.values import Name
    from server.reconcile.matching import PairDecision

FILE = click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
SURE = {"auto": "certain", "review": "ask"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One card of one of the two files; `index` counts from 1 as people do."""

    file: Path
    side: str
    index: int
    uid: str
    props: "tuple[Property, ...]"
    name: "Name"
    kind: str

    @property
    def place(self) -> str:
        """Where the card stands: LEFT#12."""
        return f"{self.side}#{self.index}"


@click.command()
@click.argument("left", metavar="LEFT.vcf", type=FILE)
@click.argument("right", metavar="RIGHT.vcf", type=FILE)
@click.option("--region", type=REGION, default="DE", help="Reads numbers without +. Default: DE.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line and pair.")
@pass_place
def compare(place: Place, *, left: Path, right: Path, region: str, as_json: bool) -> None:
    """Say who is in both files, how sure that is and why.

    Needs no server and no database.

    Positions in a file count from 1: LEFT#12 is the twelfth card of LEFT.vcf.
    """
    from server.reconcile.matching import compare_cards, matchable

    most = place.settings().limits.import_bytes
    entries: dict[str, Entry] = {}
    with spinner("Comparing"):
        for side, file in (("LEFT", left), ("RIGHT", right)):
            entries.update((each.place, each) for each in read_entries(file, side, region, most))
        cards = [
            matchable(each.place, each.uid, each.props, each.name, each.kind, book=each.side)
            for each in entries.values()
        ]
        order = {each: position for position, each in enumerate(entries)}
        pairs = sorted(
            (_ordered(each, order) for each in compare_cards(cards, region=region)),
            key=lambda pair: (order[pair[0]], order[pair[1]]),
        )
    if as_json:
        _print_json(pairs, entries)
    else:
        _print_table(pairs, entries)


def read_entries(file: Path, side: str, region: str, most: int) -> list[Entry]:
    """Read one file; a broken card is named on standard error and left out.

    Raises:
        NotACard: The file cannot be read, is too large or holds no vCard.
    """
    from server.contacts.card import parse
    from server.contacts.properties import properties
    from server.contacts.values import kind_of, name_of

    try:
        cards = read_cards(file, most)
    except NotACard as error:
        raise NotACard(f"{file}: {error.sentence}") from error
    entries = []
    for found in cards:
        try:
            card = parse(found.octets)
        except NotACard as error:
            note(f"{found.place} is left out: {error.sentence}")
            continue
        props = properties(card, region=region)
        name, kind = name_of(props), kind_of(props)
        entries.append(Entry(file, side, found.index, card.uid, props, name, kind))
    return entries


def _ordered(pair: "PairDecision", order: dict[str, int]) -> "tuple[str, str, PairDecision]":
    first, second = sorted((pair.left, pair.right), key=order.__getitem__)
    return first, second, pair


def _print_json(
    pairs: "Sequence[tuple[str, str, PairDecision]]", entries: dict[str, Entry]
) -> None:
    uids = Counter((each.side, each.uid) for each in entries.values())

    def name(entry: Entry) -> str:
        return entry.uid if entry.uid and uids[entry.side, entry.uid] == 1 else entry.place

    for first, second, pair in pairs:
        left, right = entries[first], entries[second]
        row = {
            "a": name(left),
            "b": name(right),
            "a_file": str(left.file),
            "b_file": str(right.file),
            "a_index": left.index,
            "b_index": right.index,
            "score": round(pair.score, 4),
            "decision": pair.decision,
            "reasons": [reason.text for reason in pair.reasons],
        }
        say(json.dumps(row, ensure_ascii=False))


def _print_table(
    pairs: "Sequence[tuple[str, str, PairDecision]]", entries: dict[str, Entry]
) -> None:
    table(
        ("card", "name", "card", "name", "how sure", "why"),
        (
            (
                first,
                entries[first].name.formatted,
                second,
                entries[second].name.formatted,
                f"{SURE[pair.decision]} {pair.score:.0%}",
                ", ".join(reason.text for reason in pair.reasons),
            )
            for first, second, pair in pairs
        ),
    )
    certain = sum(pair.decision == "auto" for _first, _second, pair in pairs)
    note(
        f"{count(len(entries), 'card')}: {count(certain, 'pair')} certain, "
        f"{len(pairs) - certain} to ask."
    )
