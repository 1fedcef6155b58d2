"""`hearthbook stats`: how right the address books probably are, and what to check first."""

import json
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import count, say, spinner, table

if TYPE_CHECKING:
    from server.reconcile.gauge import Gauge
    from server.store.jobs import Measured
    from server.store.members import Member

DOUBTS_MOST = 10
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
    for member, gauge, past in found:
        if as_json:
            say(json.dumps(_row(member, gauge, past), ensure_ascii=False))
        else:
            _print(member, gauge, past)


def _print(member: "Member", gauge: "Gauge", past: "tuple[Measured, ...]") -> None:
    say(f"{member.name}: {_sentence(gauge, past)}")
    if gauge.doubts:
        say(f"Worth checking first, of {count(len(gauge.doubts), 'value')}:")
    table(
        ("who", "what", "probably right", "known by"),
        (
            (
                each.name,
                each.fact.prop.shown,
                "nobody knows" if each.chance is None else f"{each.chance:.0%}",
                count(each.holders, "member"),
            )
            for each in gauge.doubts[:DOUBTS_MOST]
        ),
    )


def _sentence(gauge: "Gauge", past: "tuple[Measured, ...]") -> str:
    if gauge.chance is None:
        return f"{count(gauge.people, 'person', 'people')}; nothing is known to be fresh yet."
    known = f"{gauge.known:,} of {count(gauge.people, 'person', 'people')}"
    return (
        f"{gauge.chance:.0%} probably right, of what is known about {known}{_trend(gauge, past)}."
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
