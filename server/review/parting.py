"""What one button says of a card: that it is somebody else, that a value of it is still right, or that it goes."""

from typing import Final

from flask import Flask, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.cases.checks import vouch_for
from server.cases.decisions import part
from server.cases.removals import take_out
from server.review.answers import say_answered
from server.review.forms import Undo, read_form
from server.review.guard import signed_in_member
from server.review.language import told
from server.store.database import Database

_AGAIN: Final = "Open the page of the card again, then choose there."


class PartingPages:
    """Buttons on the page of a person; a page of piles sends its own fields along."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/people/<card_id>/part", "part", self.part, methods=["POST"])
        app.add_url_rule("/people/<card_id>/right", "right", self.right, methods=["POST"])
        app.add_url_rule("/people/<card_id>/out", "out", self.out, methods=["POST"])

    def part(self, card_id: str) -> Response:
        """Take a card out of its person, and go back to where the button stood."""
        say_answered(part(self._database, signed_in_member().id, card_id))
        shown = request.args.get("shown", "")
        return redirect(url_for("card", card_id=shown) if shown else url_for("today"), code=303)

    def right(self, card_id: str) -> Response:
        """Say that a value of an own card is still right."""
        form = read_form(Undo, request.form, _AGAIN)
        me = signed_in_member().id
        say_answered(vouch_for(self._database, me, card_id, form.mark))
        return redirect(url_for("card", card_id=card_id), code=303)

    def out(self, card_id: str) -> Response:
        """Take a card out of one's own book; who is gone is listed on the page that follows."""
        form = read_form(Undo, request.form, _AGAIN)
        found = take_out(self._database, signed_in_member().id, card_id, form.mark)
        match found.how:
            case "gone":
                say_answered(found.sentence)
                return redirect(url_for("removed"), code=303)
            case "stays":
                say_answered(found.sentence)
                return redirect(url_for("today"), code=303)
            case "before":
                flash(told(found.sentence))
                return redirect(url_for("removed"), code=303)
            case _:
                flash(told(found.sentence))
                return redirect(url_for("card", card_id=card_id), code=303)
