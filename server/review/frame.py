"""The frame around every page: sections, their pages, and what is the same on all of them.

A page that is named here and exists is reached from every other one in two taps: the section's tab,
then the page's word. Tabs and words of pages that do not exist are left out.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from flask import current_app, g, request

from server.errors import DamagedDatabase, DatabaseLost
from server.review.language import N_
from server.store.beginning import is_unbegun
from server.store.database import Database
from server.store.household import household_name
from server.store.members import Member, list_members


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page that a section names."""

    endpoint: str
    word: str


@dataclass(frozen=True, slots=True)
class Section:
    """One tab: its symbol in the sprite, the pages it names, and further ones that belong to it."""

    word: str
    symbol: str
    leaves: tuple[Leaf, ...]
    also: tuple[str, ...] = ()

    @property
    def endpoints(self) -> frozenset[str]:
        """Every page of the section."""
        return frozenset((*(each.endpoint for each in self.leaves), *self.also))


SECTIONS: Final = (
    Section(N_("Today"), "n-today", (Leaf("today", N_("Today")),), ("case", "done")),
    Section(
        N_("People"),
        "n-people",
        (
            Leaf("people", N_("Everybody")),
            Leaf("shown", N_("What others see")),
            Leaf("removed", N_("Removed")),
        ),
        (
            "card",
            "upload",
            "paper",
            "seen",
            "past",
            "ask",
            "stop",
            "out",
            "shown_to",
            "edit",
            "new",
        ),
    ),
    Section(
        N_("History"),
        "n-history",
        (Leaf("history", N_("What happened")), Leaf("decisions", N_("Decisions"))),
    ),
    Section(
        N_("Devices"), "n-devices", (Leaf("devices", N_("Devices")),), ("device", "disconnect")
    ),
    Section(
        N_("House"),
        "n-household",
        (
            Leaf("members", N_("Members")),
            Leaf("household", N_("Settings")),
            Leaf("you", N_("Your sign-in")),
        ),
        ("sharing", "reset", "welcome"),
    ),
)


def sections() -> tuple[Section, ...]:
    """The sections with the pages that exist; a section without any is left out."""
    known = current_app.view_functions
    there = (
        Section(
            each.word,
            each.symbol,
            tuple(leaf for leaf in each.leaves if leaf.endpoint in known),
            each.also,
        )
        for each in SECTIONS
    )
    return tuple(each for each in there if each.leaves)


def frame(database: Database) -> Mapping[str, object]:
    """What every page shows: who is signed in, whose household it is, members' names and colours.

    Members are coloured in the order in which they joined; more than eight start again.
    """
    members: tuple[Member, ...] = ()
    household, unbegun = "Hearthbook", False
    with suppress(DamagedDatabase, DatabaseLost), database.read() as tx:  # the page says that then
        members, household = list_members(tx), household_name(tx)
        unbegun = not members and is_unbegun(tx)
    shown = sections()
    here = next((each for each in shown if request.endpoint in each.endpoints), None)
    return {
        "household": household,
        "unbegun": unbegun,
        "me": g.get("member"),
        "names": {each.id: each.name for each in members},
        "colours": {each.id: index % 8 + 1 for index, each in enumerate(members)},
        "sections": shown,
        "here": here,
    }
