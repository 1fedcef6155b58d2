"""The one-time page that a new phone opens: one right button, once, for one browser.

Opening it changes nothing and shows no password, so that whoever only looks (a mail scanner, a
preview) uses nothing up. The first tap gives the page to that browser; nothing secret is in any
address but the token, which is worthless ten minutes later.
"""

import secrets
from typing import Final

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.protocol.login import Limiter
from server.review.forms import Platforms, read_form
from server.review.guard import over
from server.review.language import gettext as _
from server.review.profiles import (
    PROFILE_TYPE,
    Account,
    Site,
    davx5_link,
    platform_of,
    profile,
    site_of,
)
from server.settings import Settings
from server.store.connecting import OPEN_SECONDS, OneTime, find_one_time, open_one_time
from server.store.database import Actor, Database
from server.store.household import household_name
from server.store.members import get_member

Page = str | Response | tuple[str, int]

_COOKIE: Final = "hearthbook-connect"


def site_here(settings: Settings) -> Site:
    """Where phones reach this household."""
    return site_of(settings.server.public_url, request.host_url)


def address_of_page(settings: Settings, token: str) -> str:
    """The whole address of a one-time page."""
    return site_here(settings).url.rstrip("/") + url_for("one_time", token=token)


class OneTimePages:
    """The one-time pages of one household; open to everybody who has the token."""

    def __init__(self, database: Database, settings: Settings, limiter: Limiter) -> None:
        self._database = database
        self._settings = settings
        self._limiter = limiter
        self._is_https = settings.server.public_url.startswith("https://")
        self._cookie = f"__Host-{_COOKIE}" if self._is_https else _COOKIE

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/s/<token>", "one_time", self.page, methods=["GET", "POST"])
        app.add_url_rule("/s/<token>/<member>.mobileconfig", "profile", self.profile)

    def page(self, token: str) -> Page:
        """The page with its button; the tap gives it to this browser and leads on."""
        with self._database.read() as tx:
            found = find_one_time(tx, token)
        browser = request.cookies.get(self._cookie, "")
        if found is None or (found.is_opened and not found.is_for(browser)):
            return self._over(is_known=found is not None)
        if request.method == "GET":
            return self._show(found, is_open=found.is_opened)
        form = read_form(Platforms, request.form, _("Open the page again, then choose there."))
        browser = browser if found.is_opened else secrets.token_urlsafe(24)
        with self._database.write(Actor("device", found.member)) as tx:
            if open_one_time(tx, token, browser) is None:
                return self._over(is_known=True)
        if form.to in ("apple", "mac"):
            onwards = url_for("profile", token=token, member=found.member, to=form.to)
        else:
            onwards = url_for("one_time", token=token, to=form.to)
        answer = redirect(onwards, code=303)
        answer.set_cookie(
            self._cookie,
            browser,
            max_age=OPEN_SECONDS,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def profile(self, token: str, member: str) -> Page:
        """Apple's profile, for the browser that opened the page.

        With the password only for iPhone and iPad: on a Mac a copy stays among the downloads.
        """
        with self._database.read() as tx:
            found = find_one_time(tx, token)
        if found is None or not found.is_for(request.cookies.get(self._cookie, "")):
            return self._over(is_known=found is not None)
        site = site_here(self._settings)
        if member != found.member or not site.is_https:
            return self._over(is_known=True)
        is_phone = platform_of(request.user_agent.string) == "apple"
        account = self._account(found, password=found.password if is_phone else "")
        return Response(profile(site, account), content_type=PROFILE_TYPE)

    def _show(self, found: OneTime, *, is_open: bool) -> Page:
        site = site_here(self._settings)
        account = self._account(found, password=found.password if is_open else "")
        seen = platform_of(request.user_agent.string)
        return render_template(
            "connect.html",
            account=account,
            device=found.name,
            is_open=is_open,
            platform=seen,
            chosen=request.args.get("to", "") if is_open else "",
            site=site,
            davx5=davx5_link(site, account) if is_open and site.is_https else "",
        )

    def _account(self, found: OneTime, *, password: str) -> Account:
        with self._database.read() as tx:
            household, name = household_name(tx), get_member(tx, found.member).name
        return Account(household, found.member, name, found.label, password)

    def _over(self, *, is_known: bool) -> tuple[str, int]:
        sentence = _(
            "This page works once, for ten minutes. Make a new square where you added the device."
        )
        return over(self._limiter, sentence, is_guess=not is_known)
