"""Who is signed in, what a browser may send, and the headers every page carries."""

import logging
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.errors import UsageError
from server.store.database import Actor, Database
from server.store.members import Member, find_member
from server.store.sessions import create_session, end_session, session_member

SESSION_SECONDS: Final = 30 * 24 * 3600
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)

log = logging.getLogger(__name__)


class Guard:
    """Sessions by cookie: the cookie holds a random token, the store its hash.

    Args:
        is_https: Whether the household is reached over https; the cookie is then
            `__Host-` and Secure, else plain for http on loopback.
    """

    def __init__(self, database: Database, *, is_https: bool) -> None:
        self._database = database
        self._is_https = is_https
        self.cookie = "__Host-hearthbook" if is_https else "hearthbook"

    def load(self) -> None:
        """Before each request: who is signed in."""
        g.member = None
        token = request.cookies.get(self.cookie, "")
        if token:
            with self._database.read() as tx:
                found = session_member(tx, token)
                g.member = find_member(tx, found) if found else None

    def sign_in(self, member_id: str, answer: AnyResponse) -> AnyResponse:
        """Give this browser a new session; one it had before is over."""
        with self._database.write(Actor("session", member_id)) as tx:
            end_session(tx, request.cookies.get(self.cookie, ""))
            token = create_session(tx, member_id, seconds=SESSION_SECONDS)
        answer.set_cookie(
            self.cookie,
            token,
            max_age=SESSION_SECONDS,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def sign_out(self, answer: AnyResponse) -> AnyResponse:
        """End this browser's session."""
        with self._database.write(Actor("session")) as tx:
            end_session(tx, request.cookies.get(self.cookie, ""))
        answer.delete_cookie(
            self.cookie, path="/", secure=self._is_https, httponly=True, samesite="Lax"
        )
        return answer


def signed_in_member() -> Member:
    """The member of this request; only behind `members_only`."""
    member = g.member
    assert isinstance(member, Member)
    return member


def members_only() -> AnyResponse | None:
    """Send whoever is not signed in to the sign-in page."""
    open_to_all = {"sign_in", "setup", "one_time", "profile", "static", None}
    if g.member is None and request.endpoint not in open_to_all:
        return redirect(url_for("sign_in"), code=303)
    return None


def same_origin() -> None:
    """Refuse a post that another site made the browser send.

    Raises:
        UsageError: It came from elsewhere.
    """
    origin = request.headers.get("Origin", "")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        raise UsageError(
            "This form was sent from another site, so nothing was done; open the page here and try again."
        )


def with_headers(answer: Response) -> Response:
    """After each request: the headers every page carries."""
    for name, value in _HEADERS:
        answer.headers.setdefault(name, value)
    if request.endpoint != "static":
        answer.headers["Cache-Control"] = "no-store"
    return answer
