"""Pages for paper: the whole list, and one sheet for an emergency. Cards print as they stand."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, render_template, request

from server.cases.wording import kind_of_property, label_of
from server.contacts.properties import Property
from server.review.guard import signed_in_member
from server.review.words import day
from server.store.database import Database
from server.store.household import region_of
from server.store.people import Search, list_people, prepare_list
from server.store.printing import OnPaper, people_on_paper

PICKED_MOST: Final = 24
FOUND_MOST: Final = 12
_TYPED_MOST: Final = 200
_LISTED: Final = ("TEL", "EMAIL", "ADR", "BDAY")
_URGENT: Final = ("TEL", "ADR")
_ONE_NUMBER: Final = frozenset(
    {
        *("AL", "AT", "BA", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB"),
        *("GE", "GR", "HR", "HU", "IE", "IN", "IS", "IT", "LI", "LT", "LU", "LV", "MK", "MT", "NL"),
        *("NO", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SK", "TR", "UA"),
    }
)
_NUMBERS: Final = {"US": "911", "CA": "911", "MX": "911", "AU": "000", "NZ": "111"}


@dataclass(frozen=True, slots=True)
class Printed:
    """One person on paper: label, kind and text of each value."""

    card: str
    name: str
    work: str
    values: tuple[tuple[str, str, str], ...]


class PrintPages:
    """The pages for paper of whoever is signed in; they change nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/print", "paper", self.paper)

    def paper(self) -> str:
        """Choose who stands on the emergency sheet, and see it as it will be printed; or the whole list."""
        if request.args.get("all") == "1":
            return self._everybody()
        me = signed_in_member().id
        picked = list(dict.fromkeys(request.args.getlist("who")))[:PICKED_MOST]
        typed = request.args.get("q", "")[:_TYPED_MOST].strip()
        prepare_list(self._database, me)
        search = Search.of(typed, "")
        with self._database.read() as tx:
            people = {each.card: each for each in people_on_paper(tx, me, only=picked)}
            found = list_people(tx, me, search, most=FOUND_MOST, skipped=0) if search.words else ()
            region, now = region_of(tx), tx.now
        return render_template(
            "print.html",
            picked=[_printed(people[each], _URGENT) for each in picked if each in people],
            found=[each for each in found if each.card not in people],
            typed=typed,
            call=_NUMBERS.get(region, "112" if region in _ONE_NUMBER else ""),
            on=day(now),
            most=PICKED_MOST,
        )

    def _everybody(self) -> str:
        """Everybody in the view, as a list for paper."""
        me = signed_in_member().id
        prepare_list(self._database, me)
        with self._database.read() as tx:
            people, now = people_on_paper(tx, me), tx.now
        return render_template(
            "print-list.html", people=[_printed(each, _LISTED) for each in people], on=day(now)
        )


def _printed(person: OnPaper, wanted: tuple[str, ...]) -> Printed:
    values = [each for name in wanted for each in person.props if each.name == name]
    work = next((each.shown for each in person.props if each.name == "ORG"), "")
    return Printed(
        person.card,
        person.name,
        "" if work == person.name else work,
        tuple(_value(each) for each in values),
    )


def _value(prop: Property) -> tuple[str, str, str]:
    return label_of(prop), kind_of_property(prop.name), prop.shown
