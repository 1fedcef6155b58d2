"""The page of the household: what it is called, how it asks, how values age, and what needs attention."""

from typing import Final

from flask import Flask, flash, get_flashed_messages, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import runs_household
from server.cases.attention import (
    of_backups,
    of_clock,
    of_devices,
    of_folder,
    of_jobs,
    of_own_cards,
    of_proxy,
    of_settings,
)
from server.cycle import FIRST_CYCLE_COPY
from server.errors import UsageError
from server.protocol.proxies import UNBELIEVED
from server.reconcile.freshness import HALF_LIVES
from server.review.forms import Asking, Fading, HouseholdCalled, read_form
from server.review.guard import signed_in_adult, signed_in_member
from server.review.language import N_, languages, own_name
from server.review.language import gettext as _
from server.review.regions import REGIONS
from server.review.times import ago
from server.settings import Settings
from server.store.choosing import say_always_asks, say_called, speak
from server.store.database import Actor, Database
from server.store.fading import YEARS_LEAST, YEARS_MOST, half_lives_of, say_half_lives
from server.store.household import (
    always_asks,
    household_name,
    language_of,
    last_backup,
    region_of,
)
from server.store.regions import move_to
from server.store.releasing import open_holds

Page = str | Response | tuple[str, int]

KINDS: Final = (
    ("mobile", N_("Mobile numbers")),
    ("landline", N_("Landlines")),
    ("mail", N_("Mail addresses")),
    ("address", N_("Postal addresses")),
    ("work", N_("Everything at work")),
    ("web", N_("Pages and profiles")),
    ("other", N_("Everything else")),
)
_AGAIN: Final = "Open the household's page again, then choose there."


class HouseholdPages:
    """The page of one household; adults change it, everybody else reads it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        post = ["POST"]
        app.add_url_rule("/household", "household", self.household)
        app.add_url_rule("/household/called", "household_called", self.called, methods=post)
        app.add_url_rule("/household/asking", "asking", self.asking, methods=post)
        app.add_url_rule("/household/fading", "fading", self.fading, methods=post)

    def household(self) -> Page:
        """What the household decided, and what needs attention."""
        return self._show()

    def called(self) -> Page:
        """Change what the household is called, and its region."""
        me = signed_in_adult().id
        form = read_form(
            HouseholdCalled, request.form, _("Give the household a name and a region.")
        )
        try:
            with self._database.write(Actor("settings", me)) as tx:
                say_called(tx, form.household)
                move_to(tx, form.region)
                if form.language is not None:
                    speak(tx, form.language)
        except UsageError as error:
            return self._show(error.sentence), 400
        return self._done(_("That is how the household is called now."))

    def asking(self) -> Page:
        """Say whether certain links wait for somebody, too."""
        me = signed_in_adult().id
        form = read_form(Asking, request.form, _AGAIN)
        with self._database.write(Actor("settings", me)) as tx:
            say_always_asks(tx, always=form.asks == "always")
        return self._done(_("The next look at the cards goes by this."))

    def fading(self) -> Page:
        """Say how fast values of each kind age."""
        me = signed_in_adult().id
        sentence = _("Choose a number of years from %(least)g to %(most)g for each kind.") % {
            "least": YEARS_LEAST,
            "most": YEARS_MOST,
        }
        try:
            form = read_form(Fading, request.form, sentence)
            with self._database.write(Actor("settings", me)) as tx:
                say_half_lives(tx, {} if form.usual else form.years())
        except UsageError as error:
            return self._show(error.sentence), 400
        return self._done(_("Every mark of freshness goes by this now."))

    def _show(self, problem: str = "") -> str:
        me = signed_in_member()
        runs = runs_household(me.role)
        with self._database.read() as tx:
            attention = list(of_own_cards(tx, me.id))
            if runs:
                attention += [
                    *of_devices(tx, me.id),
                    *of_jobs(tx),
                    *of_clock(tx, me.id),
                    *of_backups(tx),
                ]
            holds = [each for each in open_holds(tx, me.id) if each.kind != "stale"]
            last = last_backup(tx)
            shown = {
                "region": region_of(tx),
                "spoken": language_of(tx),
                "always": always_asks(tx),
                "lives": half_lives_of(tx),
                "backup": ago(tx.now, last) if last else "",
                "called": household_name(tx),
            }
        if runs:
            attention += of_settings(self._settings)
            attention += of_proxy(self._settings, request.environ.get(UNBELIEVED, ""))
            attention += of_folder(self._database.folder, self._database.path)
        return render_template(
            "household.html",
            problem=problem,
            said=get_flashed_messages(category_filter=["message"]),
            runs=runs,
            kept=FIRST_CYCLE_COPY if (self._database.folder / FIRST_CYCLE_COPY).exists() else "",
            attention=attention,
            holds=len(holds),
            regions=REGIONS,
            tongues=[(tag, own_name(tag)) for tag in languages()],
            kinds=KINDS,
            usual=HALF_LIVES,
            **shown,
        )

    @staticmethod
    def _done(sentence: str) -> Response:
        flash(sentence)
        return redirect(url_for("household"), code=303)
