"""The first minutes of a household, and of everybody who joins: who one is, what one shows, what one brings."""

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.cases import open_cases
from server.errors import UsageError
from server.protocol.login import Limiter
from server.review.forms import Begin, read_form
from server.review.guard import Guard, over, signed_in_member
from server.review.language import gettext as _
from server.review.language import language
from server.review.passwords import LENGTH_MIN, hash_password
from server.review.regions import REGIONS, region_of_language
from server.store.beginning import begin, free_id, may_begin
from server.store.books import count_slots, find_book
from server.store.connecting import list_connected
from server.store.database import Actor, Database
from server.store.household import get_setting, language_of
from server.store.members import Member, list_members, set_password_hash

Page = str | Response | tuple[str, int]


class BeginPages:
    """The first page of a household, and the page that says what comes next."""

    def __init__(self, database: Database, guard: Guard, limiter: Limiter) -> None:
        self._database = database
        self._guard = guard
        self._limiter = limiter

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/begin/<token>", "begin", self.begin, methods=["GET", "POST"])
        app.add_url_rule("/welcome", "welcome", self.welcome)

    def begin(self, token: str) -> Page:
        """Name the household and its first member, who is signed in then."""
        with self._database.read() as tx:
            is_open = may_begin(tx, token)
        if not is_open:
            return self._over()
        if request.method == "GET":
            return self._form()
        try:
            form = read_form(
                Begin,
                request.form,
                _("Fill in every line, with a password of at least %(least)s characters.")
                % {"least": LENGTH_MIN},
            )
            form.check_twice()
            member = self._first(token, form)
        except UsageError as error:
            return self._form(error.sentence), 400
        if member is None:
            return self._over()
        return self._guard.sign_in(member.id, redirect(url_for("welcome"), code=303))

    def welcome(self) -> Page:
        """What comes next: who else lives here, a phone or a file, and the letter."""
        me = signed_in_member()
        with self._database.read() as tx:
            book = find_book(tx, me.id, BOOK_OF_THE_HOUSEHOLD)
            cards = count_slots(tx, book) if book else 0
            members = list_members(tx)
            devices = list_connected(tx, me.id)
        letter = next(
            (each for each in open_cases(self._database, me.id) if each.kind == "letter"), None
        )
        return render_template(
            "welcome.html",
            cards=cards,
            others=[each for each in members if each.id != me.id],
            devices=devices,
            letter=letter,
        )

    def _first(self, token: str, form: Begin) -> Member | None:
        hashed = hash_password(form.password)
        with self._database.write(Actor("member")) as tx:
            called = form.username or free_id(tx, form.name)
            first = Member(called, form.name, "adult", form.shares, has_password=True)
            member = begin(
                tx,
                token,
                first,
                household=form.household,
                region=form.region,
                language=language_of(tx) or language(),
            )
            if member is not None:
                set_password_hash(tx, member.id, hashed)
            return member

    def _form(self, problem: str = "") -> str:
        """The empty form, or what was typed; what `init` was told stands there already."""
        tags = tuple(tag for tag, _quality in request.accept_languages)
        with self._database.read() as tx:
            said = {key: get_setting(tx, key) for key in ("household", "region")}
        typed = {name: request.form.get(name, "") for name in ("name", "shares")}
        typed["household"] = request.form.get("household", said["household"])
        return render_template(
            "begin.html",
            problem=problem,
            regions=REGIONS,
            region=request.form.get("region") or said["region"] or region_of_language(tags),
            typed=typed,
            length_min=LENGTH_MIN,
        )

    def _over(self) -> tuple[str, int]:
        """The link is used or over; guesses are counted."""
        return over(
            self._limiter,
            _(
                "This link was used already or is over; start the server anew, and it prints another."
            ),
        )
