"""The list of people: who stands in one's own view, searched and page by page."""

from typing import Final

from flask import Flask, render_template, request, url_for

from server.review.guard import signed_in_member
from server.store.database import Database
from server.store.people import (
    Search,
    count_people,
    initials_of,
    list_people,
    place_of,
    prepare_list,
)

PAGE: Final = 50
_INITIALS_MOST: Final = 40
_TYPED_MOST: Final = 200


class PeoplePages:
    """The list of people of whoever is signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the route to the application."""
        app.add_url_rule("/people", "people", self.people)

    def people(self) -> str:
        """One page of the list, or of what a search found."""
        me = signed_in_member().id
        typed = request.args.get("q", "")[:_TYPED_MOST].strip()
        keeper = request.args.get("of", "")
        search = Search.of(typed, keeper)
        prepare_list(self._database, me)
        with self._database.read() as tx:
            total = count_people(tx, me, search) if search.words or not typed else 0
            letters = initials_of(tx, me, search) if total > PAGE else ()
            begin = request.args.get("at", "")[:1]
            skipped = place_of(tx, me, search, begin) if begin else (page_number() - 1) * PAGE
            skipped = min(skipped // PAGE * PAGE, max(total - 1, 0) // PAGE * PAGE)
            found = list_people(tx, me, search, most=PAGE, skipped=skipped) if total else ()
        return render_template(
            "people.html",
            people=found,
            total=total,
            typed=typed,
            keeper=keeper,
            letters=letters if len(letters) <= _INITIALS_MOST else (),
            page=skipped // PAGE + 1,
            pages=max(-(-total // PAGE), 1),
            here_with=lambda **more: _here(typed, keeper, **more),
        )


def page_number() -> int:
    """The number of the page that was asked for; the first for whatever is none."""
    number = request.args.get("page", "1")
    return max(int(number), 1) if number.isdecimal() and len(number) < 7 else 1


def _here(typed: str, keeper: str, **more: str | int) -> str:
    """The address of this list with something else in it."""
    given: dict[str, str | int] = {"q": typed, "of": keeper, **more}
    return url_for("people", **{name: each for name, each in given.items() if each})  # type: ignore[arg-type]  # its own options are keywords, too
