"""The pages' routes: every change is a POST that answers 303."""

from collections.abc import Iterable

from flask import (
    Flask,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.cases import Case, checks, decide, find_case, waiting_cases
from server.cases.checks import SHOWN_MOST
from server.cases.removals import bring_back, refusals, removals, settle_refusal
from server.cases.undoing import undo_mark, undo_marked
from server.errors import NotFound, UsageError
from server.protocol.login import Limiter, account_of
from server.review.answers import answered, say_answered
from server.review.forms import (
    Again,
    Answer,
    Joining,
    NewPassword,
    SignIn,
    Undo,
    Unstored,
    read_form,
)
from server.review.gauge import DAYS_SHOWN, picture_of
from server.review.guard import Guard, over, signed_in_member
from server.review.language import N_, told
from server.review.language import gettext as _
from server.review.passwords import LENGTH_MIN, hash_password, is_outdated, is_password
from server.store.books import find_book, is_empty
from server.store.database import Actor, Database
from server.store.jobs import gauges
from server.store.members import Member, find_member
from server.store.sessions import (
    end_sessions,
    password_hash,
    peek_setup_link,
    set_password_hash,
    use_setup_link,
)
from server.store.sharing import set_member

REMOVED_MOST = 25
LISTED_MOST = 15

Page = str | Response | tuple[str, int]

_WRONG = N_(
    "That name and password do not fit together. Try again, or ask at home for a setup link."
)
_USED = N_("This link was used already or is over; ask an adult at home for a new one.")


_ANSWERS = frozenset(
    {
        *(
            "same",
            "different",
            "piles",
            "doubles",
            "ours",
            "owner",
            "accept",
            "add",
            "unwanted",
            "decline",
            "go",
            "keep",
            "both",
            "theirs",
            "race",
        ),
        *("release", "put-back", "put-away", "delete", "kept"),
        *("once", "always", "no"),
    }
)
_LASTING = frozenset({"once", "always", "no", "release", "kept"})
"""What others have seen cannot be unseen, and keeping changed nothing: there is no undo."""


class Pages:
    """The pages of one household."""

    def __init__(self, database: Database, guard: Guard, limiter: Limiter) -> None:
        self._database = database
        self._guard = guard
        self._limiter = limiter

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/", "today", self.today)
        app.add_url_rule("/case/<case_id>", "case", self.case, methods=["GET", "POST"])
        app.add_url_rule("/done", "done", self.done)
        app.add_url_rule("/removed", "removed", self.removed, methods=["GET", "POST"])
        app.add_url_rule("/removed/unstored", "unstored", self.unstored, methods=["POST"])
        app.add_url_rule("/undo", "undo", self.undo, methods=["POST"])
        app.add_url_rule("/sign-in", "sign_in", self.sign_in, methods=["GET", "POST"])
        app.add_url_rule("/sign-out", "sign_out", self.sign_out, methods=["POST"])
        app.add_url_rule("/setup/<token>", "setup", self.setup, methods=["GET", "POST"])

    def today(self) -> Page:
        """What waits for the signed-in member, most useful first."""
        member = signed_in_member()
        waiting = waiting_cases(self._database, member.id, most=LISTED_MOST)
        with self._database.read() as tx:
            book = find_book(tx, member.id, BOOK_OF_THE_HOUSEHOLD)
            is_bare = book is None or is_empty(tx, book)
            days = gauges(tx, member.id, days=DAYS_SHOWN)
        unstored = len(refusals(self._database, member.id))
        return render_template(
            "today.html",
            checks=checks(self._database, member.id, most=SHOWN_MOST),
            gauge=picture_of(days),
            **answered(self._database, member.id),
            cases=waiting.cases,
            count=waiting.count,
            is_empty=is_bare,
            unstored=unstored,
        )

    def case(self, case_id: str) -> Page:
        """One case, and its answer."""
        member = signed_in_member()
        try:
            case = find_case(self._database, case_id, member.id)
        except NotFound:
            return render_template("gone.html"), 404
        if request.method == "GET":
            return self._show(case)
        form = read_form(
            Answer, request.form, "That answer was not complete; go back and choose again."
        )
        listed = form.answer in ("use", "piles", "doubles")
        choice = " ".join(form.chosen) if listed else form.answer
        if case.kind in ("mass-change", "mass-deletion") and form.answer != "later":
            choice = " ".join((form.answer, *form.chosen))
        if form.answer == "use" and len(form.chosen) < len(case.questions):
            return self._show(
                case, "Choose an answer for each question, or leave it for later."
            ), 400
        try:
            said = decide(self._database, case_id, choice, member=member.id)
        except NotFound:
            return render_template("gone.html"), 404
        except UsageError as error:
            return self._show(case, error.sentence), 400
        if case.kind == "still-right":
            say_answered(said)
            return redirect(url_for("today"), code=303)
        if choice == "later" or (form.answer == "doubles" and _is_put_off(form.chosen)):
            return redirect(url_for("today"), code=303)
        answer = form.answer
        if answer == "use" and case.kind == "edit-lost-race":
            answer = "race"
        elif answer == "keep" and case.kind in ("mass-deletion", "deletion"):
            answer = "kept"
        elif answer == "put-back" and case.made:
            answer = "put-away"
        elif answer == "no" and case.kind == "offer":
            answer = "unwanted"
        elif case.kind == "dispute" and answer != "ours":
            answer = "owner"
        return redirect(url_for("done", answer=_kind_of_answer(answer)), code=303)

    def done(self) -> Page:
        """What an answer did, and the next question."""
        member = signed_in_member()
        waiting = waiting_cases(self._database, member.id, most=1)
        kind, answer = request.args.get("kind", ""), request.args.get("answer", "")
        return render_template(
            "done.html",
            kind=kind,
            answer=answer,
            mark="" if answer in _LASTING else undo_mark(self._database, member.id),
            following=waiting.cases[0] if waiting.cases else None,
        )

    def removed(self) -> Page:
        """Who is gone from the member's view; one tap brings them back."""
        member = signed_in_member()
        if request.method == "GET":
            found = removals(self._database, member.id)[:REMOVED_MOST]
            unstored = refusals(self._database, member.id)[:REMOVED_MOST]
            return render_template(
                "removed.html",
                removed=found,
                unstored=unstored,
                **answered(self._database, member.id),
            )
        form = read_form(
            Again, request.form, "Open the page again, then choose whom to bring back."
        )
        flash(told(bring_back(self._database, member.id, form.again)))
        return redirect(url_for("removed"), code=303)

    def unstored(self) -> Page:
        """One tap adds what a phone sent and could not be stored, or lets it go."""
        form = read_form(
            Unstored, request.form, "Open the page again, then add the card or let it go."
        )
        said = settle_refusal(
            self._database, signed_in_member().id, form.add or form.drop, adds=bool(form.add)
        )
        flash(said)
        return redirect(url_for("removed"), code=303)

    def undo(self) -> Page:
        """Take the member's latest answer back, and say so on the page that follows."""
        form = read_form(Undo, request.form, "Open the answer's page again, then undo it there.")
        flash(told(undo_marked(self._database, form.mark, member=signed_in_member().id)))
        return redirect(url_for("today"), code=303)

    def sign_in(self) -> Page:
        """Sign in with one's name here and password."""
        if request.method == "GET":
            return (
                redirect(url_for("today"), code=303)
                if g.member
                else render_template("sign-in.html")
            )
        form = read_form(SignIn, request.form, _WRONG)
        name = form.username.strip().lower()
        with self._database.read() as tx:
            # Both are looked up for whatever name: how much is read tells nobody who lives here.
            known, kept = find_member(tx, name), password_hash(tx, name)
        stored = kept if known is not None else None
        if is_password(stored, form.password):
            if stored is not None and is_outdated(stored):
                with self._database.write(Actor("password", name)) as tx:
                    set_password_hash(tx, name, hash_password(form.password))
            onwards = redirect(url_for("today"), code=303)
            return self._guard.sign_in(name, onwards, borrowed=form.borrowed)
        seconds = self._limiter.wrong(request.remote_addr or "", account_of(name))
        if seconds:
            problem = _("Too many wrong passwords; wait %(wait)s seconds, then try again.") % {
                "wait": seconds
            }
            return render_template("sign-in.html", problem=problem, username=form.username), 429
        return render_template("sign-in.html", problem=_WRONG, username=form.username), 401

    def sign_out(self) -> Page:
        """Sign out in this browser."""
        return self._guard.sign_out(redirect(url_for("sign_in"), code=303))

    def setup(self, token: str) -> Page:
        """Choose a password with a one-time link; then one is signed in."""
        with self._database.read() as tx:
            member_id = peek_setup_link(tx, token)
            member = find_member(tx, member_id) if member_id else None
        if member is None:
            return self._no_link()
        asks = not member.has_password and member.shares == "none" and member.role != "guest"
        shown = {"member": member, "length_min": LENGTH_MIN, "asks": asks}
        if request.method == "GET":
            return render_template("setup.html", **shown)
        if member.has_password and request.form.get("keep") == "1":
            return self._enter(token, member, None)
        try:
            form = self._new_password(Joining if asks else NewPassword)
        except UsageError as error:
            shares = request.form.get("shares", "")
            return render_template(
                "setup.html", problem=error.sentence, typed_shares=shares, **shown
            ), 400
        return self._enter(token, member, form)

    def _no_link(self) -> Page:
        """A setup link that was used, is over or never was; guesses are counted."""
        return over(self._limiter, _USED)

    def _enter(self, token: str, member: Member, form: NewPassword | None) -> Page:
        """Use a setup link up, keep what was chosen if anything was, and sign in."""
        hashed = hash_password(form.password) if form is not None else None
        with self._database.write(Actor("password", member.id)) as tx:
            if use_setup_link(tx, token) is None:
                return self._no_link()
            if hashed is not None:
                set_password_hash(tx, member.id, hashed)
                end_sessions(tx, member.id)
            if isinstance(form, Joining) and form.shares != member.shares:
                set_member(tx, member.id, shares=form.shares)
        onwards = "welcome" if isinstance(form, Joining) else "today"
        return self._guard.sign_in(member.id, redirect(url_for(onwards), code=303))

    @staticmethod
    def _new_password(kind: type[NewPassword]) -> NewPassword:
        """The password typed twice; whoever joins also says what they share.

        Raises:
            UsageError: It is too short, the two differ, or nothing was said of sharing.
        """
        sentence = f"Choose a password of at least {LENGTH_MIN} characters"
        if kind is Joining:
            sentence += ", and say what others see of your cards"
        form = read_form(kind, request.form, f"{sentence}.")
        form.check_twice()
        return form

    def _show(self, case: Case, problem: str = "") -> str:
        """The page of one case."""
        waiting = waiting_cases(self._database, signed_in_member().id, most=0, case_id=case.id)
        return render_template(
            f"case-{case.kind}.html",
            case=case,
            problem=problem,
            place=waiting.place or 1,
            count=waiting.count,
        )


def _is_put_off(chosen: Iterable[str]) -> bool:
    """Whether nobody of a list was ticked."""
    return all(each.endswith("=later") for each in chosen)


def _kind_of_answer(answer: str) -> str:
    """The answer's word for the page that follows, without anything personal in an address."""
    return answer if answer in _ANSWERS else "values"
