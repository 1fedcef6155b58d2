"""`hearthbook stats`: how right the address books probably are, and what to check first."""

import json
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, note_nobody, say, spinner, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.reconcile.gauge import Doubt, Gauge
    from server.store.jobs import Measured
    from server.store.members import Member

DOUBTS_MOST = 10
VALUES_MOST = 3
DAYS_MOST = 30


@click.command()
@click.option("--as", "viewer", metavar="MEMBER", help="Only this member's book.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line and member.")
@pass_place
def stats(place: Place, *, viewer: str | None, as_json: bool) -> None:
    """Say how right each member's book probably is, and what to check first.

    It is an estimate: a value counts as right with a chance that halves with every half-life of
    its kind since somebody last vouched for it.
    """
    from server.reconcile.gauge import gauge_of
    from server.store.fading import half_lives_of
    from server.store.jobs import gauges
    from server.store.members import get_member, list_members
    from server.store.snapshots import snapshot_of

    with spinner("Measuring"), place.database().read() as tx:
        members = [get_member(tx, viewer)] if viewer else list_members(tx)
        snapshot = snapshot_of(tx)
        found = [
            (each, gauge_of(snapshot, each.id, tx.now, half_lives_of(tx)), gauges(tx, each.id))
            for each in members
        ]
    if not found:
        note_nobody()
    for member, gauge, past in found:
        if as_json:
            say(json.dumps(_row(member, gauge, past), ensure_ascii=False))
        else:
            _print(member, gauge, past)


def _print(member: "Member", gauge: "Gauge", past: "tuple[Measured, ...]") -> None:
    say(f"{member.name}: {_sentence(gauge, past)}")
    if not gauge.doubts:
        return
    people: dict[str, list[Doubt]] = {}
    for each in gauge.doubts:
        people.setdefault(each.card, []).append(each)
    values = count(len(gauge.doubts), "value")
    say(f"Worth checking first, of {values} of {count(len(people), 'person', 'people')}:")
    table(
        ("who", "known by", "what", "why"),
        (
            (
                doubts[0].name,
                count(doubts[0].holders, "member"),
                _values(doubts),
                _why(doubts),
            )
            for doubts in list(people.values())[:DOUBTS_MOST]
        ),
    )


def _values(doubts: "Sequence[Doubt]") -> str:
    shown = [each.fact.prop.shown for each in doubts[:VALUES_MOST]]
    more = len(doubts) - len(shown)
    return "; ".join(shown) + (f" and {more} more" if more else "")


def _why(doubts: "Sequence[Doubt]") -> str:
    chances = [each.chance for each in doubts if each.chance is not None]
    if not chances:
        return "nobody ever vouched for it" if len(doubts) == 1 else "nobody ever vouched for them"
    return f"{min(chances):.0%} likely to be right still"


def _sentence(gauge: "Gauge", past: "tuple[Measured, ...]") -> str:
    people = count(gauge.people, "person", "people")
    if gauge.chance is None:
        return f"{people}; nobody has vouched for anything yet."
    return (
        f"{people}; what members vouched for, of {gauge.known:,} of them, is "
        f"{gauge.chance:.0%} likely to be right still{_trend(gauge, past)}."
    )


def _trend(gauge: "Gauge", past: "tuple[Measured, ...]") -> str:
    earlier = [each for each in past[-DAYS_MOST:] if each.chance is not None]
    if not earlier or gauge.chance is None:
        return ""
    first = earlier[0]
    change = round(100 * (gauge.chance - (first.chance or 0.0)))
    if not change:
        return f", as on {first.day}"
    return f", {abs(change)} {'more' if change > 0 else 'less'} than on {first.day}"


def _row(member: "Member", gauge: "Gauge", past: "tuple[Measured, ...]") -> dict[str, object]:
    return {
        "member": member.id,
        "chance": gauge.chance,
        "people": gauge.people,
        "known": gauge.known,
        "doubts": [
            {
                "card": each.card,
                "name": each.name,
                "value": each.fact.prop.shown,
                "chance": each.chance,
            }
            for each in gauge.doubts
        ],
        "days": [
            {"day": each.day, "chance": each.chance, "people": each.people, "known": each.known}
            for each in past
        ],
    }
