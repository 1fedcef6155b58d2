"""Bringing cards in from files: vCards, and the spreadsheets that Google and Outlook export."""

import json
from dataclasses import dataclass
from typing import Final

from flask import (
    Flask,
    flash,
    g,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from server.access import may
from server.contacts.files import cards_in
from server.errors import NotACard, UsageError
from server.review.guard import signed_in_member
from server.review.language import excused
from server.review.language import gettext as _
from server.settings import Settings
from server.store.database import Database
from server.store.imports import ImportReport, Incoming, import_cards

Page = str | Response | tuple[str, int]

FILES_MOST: Final = 20
TOLD_MOST: Final = 8
_NAME_LENGTH_MOST: Final = 60
_WHY_LENGTH_MOST: Final = 140


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an upload, small enough for the cookie that carries it to the next page."""

    taken: int
    completed: int
    known: int
    held: bool
    skipped: tuple[tuple[str, str], ...]
    """Where, and why: the first few."""
    skipped_number: int

    @property
    def as_text(self) -> str:
        """The same as JSON."""
        return json.dumps(
            (
                self.taken,
                self.completed,
                self.known,
                self.held,
                self.skipped,
                self.skipped_number,
            )
        )

    @classmethod
    def from_text(cls, text: str) -> "Told":
        """What `as_text` gave."""
        taken, completed, known, held, skipped, number = json.loads(text)
        return cls(taken, completed, known, held, tuple((a, b) for a, b in skipped), number)


class UploadPages:
    """The page that takes files, each into the book of whoever sends it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._bytes_most = settings.limits.import_bytes

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/upload", "upload", self.upload, methods=["GET", "POST"])

    def widen(self) -> None:
        """Before each request: only a signed-in member's upload may be larger than other forms."""
        if request.endpoint == "upload" and request.method == "POST" and g.get("member"):
            request.max_content_length = self._bytes_most + 64 * 1024

    def upload(self) -> Page:
        """Take the files, then say what became of each card."""
        me = signed_in_member()
        if not may(me.role, "write", own=True, read_only=False):
            raise UsageError(_("Guests only read here; ask somebody at home."))
        if request.method == "GET":
            found = get_flashed_messages(category_filter=["upload"])
            told = Told.from_text(str(found[0])) if found else None
            return self._show(told=told)
        files = [each for each in request.files.getlist("file") if each.filename]
        if not files or len(files) > FILES_MOST:
            return self._show(
                _("Choose a file first, %(most)s at most.") % {"most": FILES_MOST}
            ), 400
        incoming: list[Incoming] = []
        for each in files:
            name = str(each.filename)[-_NAME_LENGTH_MOST:]
            try:
                cards = cards_in(each.read())
            except NotACard as error:
                incoming.append(Incoming(name, None, error.sentence))
                continue
            incoming += [
                Incoming(_place(name, index, len(cards)), octets)
                for index, octets in enumerate(cards, 1)
            ]
        if all(each.octets is None for each in incoming):
            return self._show(f"{incoming[0].origin}: {excused(incoming[0].problem)}"), 400
        report = import_cards(self._database, me.id, incoming)
        flash(_told(report).as_text, "upload")
        return redirect(url_for("upload"), code=303)

    def _show(self, problem: str = "", *, told: Told | None = None) -> str:
        return render_template(
            "upload.html",
            problem=problem,
            told=told,
            megabytes=max(1, self._bytes_most // 1_000_000),
        )


def _place(name: str, index: int, count: int) -> str:
    return name if count == 1 else f"{name}, {index}"


def _told(report: ImportReport) -> Told:
    skipped = [each for each in report.cards if each.outcome == "skipped"]
    return Told(
        report.count("taken"),
        report.count("completed"),
        report.count("known"),
        report.held,
        tuple((each.origin, excused(each.why)[:_WHY_LENGTH_MOST]) for each in skipped[:TOLD_MOST]),
        len(skipped),
    )
