"""Who is signed in, what a browser may send, and the headers every page carries."""

import ipaddress
import logging
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.access import runs_household
from server.errors import UsageError
from server.protocol.login import Limiter
from server.review.language import gettext as _
from server.store.database import Actor, Database
from server.store.members import Member, find_member
from server.store.sessions import (
    create_session,
    end_session,
    is_due,
    renew_session,
    session_member,
)

SESSION_SECONDS: Final = 30 * 24 * 3600
"""After so long without a page one signs in again."""
BORROWED_SECONDS: Final = 8 * 3600
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)

_SAME_SITE: Final = ("same-origin", "none")
_FORMS: Final = ("", "application/x-www-form-urlencoded", "multipart/form-data")
_HOME_ENDINGS: Final = (
    ".local",
    ".lan",
    ".home",
    ".internal",
    ".home.arpa",
    ".localhost",
    ".fritz.box",
)

log = logging.getLogger(__name__)


def over(limiter: Limiter, sentence: str, *, is_guess: bool = True) -> tuple[str, int]:
    """The answer to a link that was used, is over or never was; guesses are counted.

    Args:
        sentence: What to do instead.
    """
    wait = limiter.wrong(request.remote_addr or "") if is_guess else 0
    if wait:
        sentence = _("Too many wrong addresses from here; wait %(wait)s seconds.") % {"wait": wait}
    status = 429 if wait else 410
    return render_template("error.html", sentence=sentence, status=status), status


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
                g.renews = is_due(tx, token, seconds=SESSION_SECONDS)

    def renew(self, answer: Response) -> Response:
        """After a request: a session that is used goes on, noted once a day."""
        token = request.cookies.get(self.cookie, "")
        if g.get("renews") and g.get("member") and "Set-Cookie" not in answer.headers:
            with self._database.write(Actor("session")) as tx:
                renewed = renew_session(tx, token, seconds=SESSION_SECONDS)
            if renewed:
                self._give(answer, token, SESSION_SECONDS)
        return answer

    def sign_in(
        self, member_id: str, answer: AnyResponse, *, borrowed: bool = False
    ) -> AnyResponse:
        """Give this browser a new session; one it had before is over.

        Args:
            borrowed: The device is somebody else's: a short session, which also ends with the browser.
        """
        seconds = BORROWED_SECONDS if borrowed else SESSION_SECONDS
        with self._database.write(Actor("session", member_id)) as tx:
            end_session(tx, request.cookies.get(self.cookie, ""))
            token = create_session(tx, member_id, seconds=seconds)
        self._give(answer, token, None if borrowed else seconds)
        return answer

    def _give(self, answer: AnyResponse, token: str, seconds: int | None) -> None:
        answer.set_cookie(
            self.cookie,
            token,
            max_age=seconds,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )

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


def signed_in_adult() -> Member:
    """The signed-in member, who runs the household with the other adults.

    Raises:
        UsageError: It is somebody else.
    """
    me = signed_in_member()
    if not runs_household(me.role):
        raise UsageError(_("Adults do that here; ask one of them."))
    return me


def members_only() -> AnyResponse | None:
    """Send whoever is not signed in to the sign-in page."""
    open_to_all = {"sign_in", "setup", "one_time", "profile", "begin", "static", None}
    if g.member is None and request.endpoint not in open_to_all:
        return redirect(url_for("sign_in"), code=303)
    return None


def same_origin() -> None:
    """Refuse a post that another site made the browser send, or that no form sends.

    Raises:
        UsageError: It came from elsewhere.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "")
    elsewhere = bool(origin) and urlsplit(origin).netloc != request.host
    if elsewhere or request.headers.get("Sec-Fetch-Site", "same-origin") not in _SAME_SITE:
        raise UsageError(
            "This form was sent from another site, so nothing was done; open the page here and try again."
        )
    if request.mimetype not in _FORMS:
        raise UsageError("Only forms of these pages are taken here, so nothing was done.")


class Hosts:
    """Which names the pages answer under: a strange one may be another site that points here.

    Where the public address is said, that one, addresses, and names of a home network. Where it is not,
    nobody knows the names; a session's cookie then still belongs to the one name it was given under.
    Source: DNS rebinding, OWASP.
    """

    def __init__(self, public_url: str) -> None:
        self._public = (urlsplit(public_url).hostname or "").lower()

    def check(self) -> AnyResponse | None:
        """Before each request: 421 under a name that is not ours."""
        name = (urlsplit(f"//{request.host}").hostname or "").lower()
        if not self._public or name in ("", self._public) or _is_at_home(name):
            return None
        sentence = (
            f"Nobody here is called {name[:100]}. If that is the right name, "
            "change public_url in the [server] section of the settings."
        )
        return Response(f"{sentence}\n", status=421, content_type="text/plain; charset=utf-8")


def _is_at_home(name: str) -> bool:
    """Whether a host's name is an address, or one that only a home network gives."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(_HOME_ENDINGS)
    return True


def with_headers(answer: Response) -> Response:
    """After each request: the headers every page carries."""
    for name, value in _HEADERS:
        answer.headers.setdefault(name, value)
    if request.endpoint == "photo" and answer.status_code in (200, 304):
        return answer  # which says itself how it may be kept
    if request.endpoint != "static":
        answer.headers["Cache-Control"] = "no-store"
    return answer
