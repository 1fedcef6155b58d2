"""The Flask application: routes, and how errors become pages in words."""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from server.cases import Option, Side
from server.errors import Busy, HearthbookError, NotFound, Refused, UsageError
from server.protocol.login import Limiter
from server.review import language
from server.review.beginning import BeginPages
from server.review.card import CardPages
from server.review.connecting import OneTimePages
from server.review.devices import DevicesPages
from server.review.editing import EditPages
from server.review.frame import frame
from server.review.guard import Guard, Hosts, members_only, same_origin, with_headers
from server.review.history import HistoryPages
from server.review.household import HouseholdPages
from server.review.language import N_
from server.review.members import MembersPages
from server.review.pages import Pages
from server.review.parting import PartingPages
from server.review.people import PeoplePages
from server.review.photos import PhotoPages
from server.review.printing import PrintPages
from server.review.shown import ShownPages
from server.review.uploading import UploadPages
from server.review.words import day, first_upper, initials, moment, once, origin, said
from server.review.yourself import YourselfPages
from server.settings import Settings
from server.store.database import Database
from server.store.household import language_of

FORM_BYTES_MAX = 64 * 1024

WSGIApplication = Callable[[dict[str, object], Callable[..., object]], Iterable[bytes]]

log = logging.getLogger(__name__)

_SENTENCES = {
    404: N_("There is no such page."),
    405: N_("This page cannot be asked that way."),
    413: N_("That form is larger than any page here sends."),
    500: N_(
        "Something went wrong on the server. Nothing was changed; try again, and look at the server's log."
    ),
}
_TOO_LARGE_A_CARD: Final = N_(
    "That is more than a card can hold, so nothing was kept. Go back and choose a smaller photo, or shorten what you typed."
)
_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "day": day,
    "first_upper": first_upper,
    "moment": moment,
    "once": once,
    "origin": origin,
    "said": said,
    "initials": initials,
}
"""How pages write what they are given."""


def create_pages(database: Database, settings: Settings, limiter: Limiter) -> WSGIApplication:
    """The WSGI application for `/app`; the path below it is the page.

    Args:
        limiter: Counts what is wrong, here and in CardDAV.
    """
    app = make_application(database, settings, limiter)
    mounted: WSGIApplication = DispatcherMiddleware(_nothing, {"/app": app})  # type: ignore[assignment]  # werkzeug types environs as its own
    return mounted


def make_application(
    database: Database, settings: Settings, limiter: Limiter | None = None
) -> Flask:
    """The Flask application itself."""
    limiter = limiter or Limiter(settings.limits.wrong_passwords_per_minute)
    app = Flask(__name__, static_url_path="/static")
    is_https = settings.server.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=database.secret(),
        MAX_CONTENT_LENGTH=FORM_BYTES_MAX,
        SESSION_COOKIE_NAME="__Host-hearthbook-form" if is_https else "hearthbook-form",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # same_origin checks the Origin, on http as well
    )
    app.jinja_env.filters.update(_FILTERS, mine_first=_mine_first)
    guard = Guard(database, is_https=is_https)
    takers = UploadPages(database, settings), EditPages(database, settings)
    for check in (
        Hosts(settings.server.public_url).check,
        guard.load,
        same_origin,
        members_only,
        *(each.widen for each in takers),
    ):
        app.before_request(check)
    CSRFProtect(app)
    app.after_request(with_headers)
    app.after_request(guard.renew)
    app.context_processor(lambda: dict(frame(database)))
    language.add_to(app, lambda: _language_of(database))
    _add_errors(app)
    _add_pages(app, database, settings)
    for pages in (Pages, BeginPages, YourselfPages):
        pages(database, guard, limiter).add_to(app)
    OneTimePages(database, settings, limiter).add_to(app)
    for each in takers:
        each.add_to(app)
    return app


def _add_pages(app: Flask, database: Database, settings: Settings) -> None:
    """The pages of signed-in members that need nothing else."""
    HistoryPages(database).add_to(app)
    ShownPages(database).add_to(app)
    PeoplePages(database).add_to(app)
    CardPages(database).add_to(app)
    PartingPages(database).add_to(app)
    PhotoPages(database).add_to(app)
    MembersPages(database, settings).add_to(app)
    DevicesPages(database, settings).add_to(app)
    PrintPages(database).add_to(app)
    HouseholdPages(database, settings).add_to(app)


def _mine_first(values: Iterable[Side | Option]) -> list[Side | Option]:
    """Cards and options with the signed-in member's own first."""
    mine = g.member.id if g.get("member") else ""
    return sorted(values, key=lambda each: each.member != mine)


def _nothing(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Length", "0")])
    return []


def _add_errors(app: Flask) -> None:
    """Errors become pages in words; never a stack trace."""

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> tuple[str, int]:
        return _page(
            400,
            N_(
                "This page was open for too long, so nothing was done. Go back, reload and try again."
            ),
        )

    @app.errorhandler(HearthbookError)
    def _known(error: HearthbookError) -> tuple[str, int]:
        match error:
            case NotFound():
                status = 404
            case UsageError():
                status = 400
            case Busy():
                status = 503
            case Refused():
                status = error.status
            case _:
                status = 503
        return _page(status, error.sentence)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int] | Response:
        if request.endpoint == "static":
            return Response(status=error.code or 404)
        code = error.code or 500
        if code == 413 and request.endpoint in ("edit", "new"):
            return _page(code, _TOO_LARGE_A_CARD)
        return _page(code, _SENTENCES.get(code, N_("This page cannot be shown.")))

    @app.errorhandler(Exception)
    def _unknown(error: Exception) -> tuple[str, int]:
        log.error("A page failed", exc_info=error)
        return _page(500, _SENTENCES[500])


def _language_of(database: Database) -> str:
    """What the household speaks; empty where the database cannot be read, which the page says."""
    with suppress(HearthbookError), database.read() as tx:
        return language_of(tx)
    return ""


def _page(status: int, sentence: str) -> tuple[str, int]:
    return render_template("error.html", sentence=sentence, status=status), status
