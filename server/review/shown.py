"""What others see of one's own: levels, a look at the book as somebody else has it, a pause, and all of it to take along."""

from collections.abc import Iterable
from typing import Final

from flask import Flask, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.cases.people import seen_by
from server.contacts.card import parse
from server.contacts.spreadsheet_export import spreadsheet_of
from server.errors import NotFound
from server.review.forms import Level, read_form
from server.review.guard import signed_in_member
from server.review.language import gettext
from server.review.people import PAGE, page_number
from server.store.cards import cards_of
from server.store.database import Actor, Database
from server.store.fence import reading_as
from server.store.members import find_member, household_of, list_members
from server.store.people import Search, count_people, list_people, prepare_list
from server.store.sharing import set_member, set_share
from server.store.texts import octets_of

_AGAIN: Final = "Open the page again, then choose there."


class ShownPages:
    """What others see of the cards of whoever is signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/shown", "shown", self.shown, methods=["GET", "POST"])
        app.add_url_rule("/shown/<member_id>", "shown_to", self.shown_to)
        app.add_url_rule("/mine.<kind>", "mine", self.mine)

    def shown(self) -> str | AnyResponse:
        """What one shows to whom, and saying so."""
        me = signed_in_member()
        if request.method == "POST":
            form = read_form(Level, request.form, _AGAIN)
            with self._database.write(Actor("share", me.id)) as tx:
                if form.to:
                    set_share(tx, me.id, form.to, form.level)
                else:
                    set_member(tx, me.id, shares=form.level)
            flash(gettext("That is so from now on; phones follow at their next sync."))
            return redirect(url_for("shown"), code=303)
        with self._database.read() as tx:
            household = household_of(tx)
            others = [each for each in list_members(tx) if each.id != me.id]
        levels = {each.id: household.level(me.id, each.id) for each in others}
        return render_template("shown.html", others=others, levels=levels)

    def shown_to(self, member_id: str) -> str:
        """One's own cards as another member sees them."""
        me = signed_in_member().id
        prepare_list(self._database, me)
        search = Search(keeper=me)
        with reading_as(self._database, me) as tx:
            other = find_member(tx, member_id)
            if other is None or other.id == me:
                raise NotFound("There is nobody else here of that name.")
            total = count_people(tx, me, search)
            page = min(page_number(), max(-(-total // PAGE), 1))
            entries = list_people(tx, me, search, most=PAGE, skipped=(page - 1) * PAGE)
            rows = [(each, seen_by(tx, me, each.card, other.id)) for each in entries]
            level = household_of(tx).level(me, other.id)
        return render_template(
            "shown-to.html",
            other=other,
            rows=rows,
            level=level,
            page=page,
            pages=max(-(-total // PAGE), 1),
        )

    def mine(self, kind: str) -> Response:
        """All of one's own cards in one file: as they were written, or for a spreadsheet."""
        me = signed_in_member().id
        with self._database.read() as tx:
            cards = [octets_of(tx, each.text) for each in cards_of(tx, me)]
        match kind:
            case "vcf":
                body, mime = b"".join(_ended(cards)), "text/vcard; charset=utf-8"
            case "csv":
                body = spreadsheet_of([parse(each) for each in cards])
                mime = "text/csv; charset=utf-8"
            case _:
                raise NotFound("Your cards come as .vcf or as .csv.")
        answer = Response(body, content_type=mime)
        answer.headers.set("Content-Disposition", "attachment", filename=f"{me}.{kind}")
        return answer


def _ended(cards: Iterable[bytes]) -> Iterable[bytes]:
    """In one file every card begins on its own line."""
    return (each if each.endswith((b"\n", b"\r")) else each + b"\r\n" for each in cards)
