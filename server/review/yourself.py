"""The page of one's own sign-in: another password, and signing out everywhere at once."""

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.errors import UsageError
from server.protocol.login import Limiter
from server.review.forms import ChangedPassword, Nothing, read_form
from server.review.guard import Guard, signed_in_member
from server.review.language import gettext as _
from server.review.passwords import LENGTH_MIN, hash_password, is_password
from server.store.database import Actor, Database
from server.store.sessions import end_sessions, password_hash, session_count, set_password_hash

Page = str | Response | tuple[str, int]


class YourselfPages:
    """The pages about the signed-in member's own sign-in."""

    def __init__(self, database: Database, guard: Guard, limiter: Limiter) -> None:
        self._database = database
        self._guard = guard
        self._limiter = limiter

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/you", "you", self.you)
        app.add_url_rule("/you/password", "password", self.password, methods=["POST"])
        app.add_url_rule("/you/sign-out", "everywhere", self.everywhere, methods=["POST"])

    def you(self) -> Page:
        """How one signs in, and where one is signed in."""
        return self._show()

    def password(self) -> Page:
        """Choose another password; every other browser is signed out."""
        me = signed_in_member().id
        try:
            form = read_form(
                ChangedPassword,
                request.form,
                _("Choose a password of at least %(least)s characters.") % {"least": LENGTH_MIN},
            )
            form.check_twice()
        except UsageError as error:
            return self._show(error.sentence), 400
        with self._database.read() as tx:
            stored = password_hash(tx, me)
        if not is_password(stored, form.old):
            seconds = self._limiter.wrong(request.remote_addr or "", me)
            if seconds:
                wait = _("Too many wrong passwords; wait %(wait)s seconds, then try again.")
                return self._show(wait % {"wait": seconds}), 429
            return self._show(_("That is not your password now; nothing was changed.")), 400
        hashed = hash_password(form.password)
        with self._database.write(Actor("password", me)) as tx:
            set_password_hash(tx, me, hashed)
            end_sessions(tx, me)
        flash(_("Your password is changed, and every other browser is signed out."))
        return self._guard.sign_in(me, redirect(url_for("you"), code=303))

    def everywhere(self) -> Page:
        """Sign out in every browser, this one too."""
        read_form(Nothing, request.form, _("Open the page again, then choose there."))
        me = signed_in_member().id
        with self._database.write(Actor("session", me)) as tx:
            end_sessions(tx, me)
        return self._guard.sign_out(redirect(url_for("sign_in"), code=303))

    def _show(self, problem: str = "") -> str:
        me = signed_in_member().id
        with self._database.read() as tx:
            sessions = session_count(tx, me)
        return render_template(
            "you.html", problem=problem, sessions=sessions, length_min=LENGTH_MIN
        )
