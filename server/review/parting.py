"""One button says that a linked card is somebody else."""

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from server.cases.decisions import part
from server.review.answers import say_answered
from server.review.guard import signed_in_member
from server.store.database import Database


class PartingPages:
    """What leads from a card out of its person; a page of piles sends its own fields along."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the route to the application."""
        app.add_url_rule("/people/<card_id>/part", "part", self.part, methods=["POST"])

    def part(self, card_id: str) -> Response:
        """Take a card out of its person, and go back to where the button stood."""
        say_answered(part(self._database, signed_in_member().id, card_id))
        shown = request.args.get("shown", "")
        return redirect(url_for("card", card_id=shown) if shown else url_for("today"), code=303)
