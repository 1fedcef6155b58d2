"""The page of the members: adults invite others and say what they are; it shows nothing of anybody's cards."""

from urllib.parse import urlsplit

from flask import Flask, flash, get_flashed_messages, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import may_reset, runs_household
from server.errors import UsageError
from server.review.forms import NewMember, OneMember, Role, Sharing, read_form
from server.review.guard import signed_in_adult, signed_in_member
from server.review.language import N_
from server.review.language import gettext as _
from server.settings import Settings, is_loopback
from server.store.beginning import free_id
from server.store.database import Actor, Database, Transaction
from server.store.members import Member, find_member, list_members
from server.store.pausing import pause, resume
from server.store.sessions import create_setup_link, need_may_reset, reset_password
from server.store.sharing import add_member, set_member

Page = str | Response | tuple[str, int]

VALID_HOURS = 72
_ROLES = (("adult", N_("Adult")), ("child", N_("Child")), ("guest", N_("Guest")))
_AGAIN = "Open the members' page again, then choose there."


class MembersPages:
    """The page of the members of one household."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/members", "members", self.members)
        app.add_url_rule("/members/sharing", "sharing", self.sharing, methods=["POST"])
        app.add_url_rule("/members/reset", "reset", self.reset, methods=["GET", "POST"])
        app.add_url_rule("/members/add", "add_member", self.add, methods=["POST"])
        app.add_url_rule("/members/role", "role", self.role, methods=["POST"])

    def members(self) -> str:
        """Who lives here; for adults with what they may do for others."""
        return self._show()

    def _show(self, problem: str = "") -> str:
        """The page, with what was typed where that could not be."""
        me = signed_in_member()
        with self._database.read() as tx:
            members = list_members(tx)
        return render_template(
            "members.html",
            members=members,
            problem=problem,
            typed=request.form,
            runs=runs_household(me.role),
            roles=_ROLES,
            resettable={
                each.id for each in members if each.id != me.id and may_reset(me.role, each.role)
            },
            links=get_flashed_messages(category_filter=["link"]),
            invitations=get_flashed_messages(category_filter=["invitation"]),
            said=get_flashed_messages(category_filter=["message"]),
            hours=VALID_HOURS,
            nearby=is_loopback(urlsplit(_whole(self._settings, "/")).hostname or ""),
        )

    def add(self) -> Page:
        """Add somebody, and make the link with which they choose a password and say what they share."""
        me = signed_in_adult()
        try:
            form = read_form(NewMember, request.form, _("Give the new member a name."))
            with self._database.write(Actor("member", me.id)) as tx:
                new = _expected(tx, form) or add_member(
                    tx, free_id(tx, form.name), name=form.name, shares="none", role=form.role
                )
                token = create_setup_link(tx, new.id, seconds=VALID_HOURS * 3600)
        except UsageError as error:
            return self._show(error.sentence), 400
        flash(_whole(self._settings, url_for("setup", token=token)), "invitation")
        return redirect(url_for("members"), code=303)

    def role(self) -> Response:
        """Say what somebody is here: an adult, a child or a guest."""
        form = read_form(Role, request.form, _AGAIN)
        me = signed_in_adult()
        with self._database.write(Actor("member", me.id)) as tx:
            new = set_member(tx, form.member, role=form.role)
        flash(_("%(name)s is changed, and what each may see has followed.") % {"name": new.name})
        return redirect(url_for("members"), code=303)

    def sharing(self) -> Response:
        """Pause one's own sharing, or go on with it."""
        form = read_form(Sharing, request.form, _AGAIN)
        me = signed_in_member().id
        with self._database.write(Actor(form.sharing, me)) as tx:
            (pause if form.sharing == "pause" else resume)(tx, me)
        where = "shown" if request.args.get("from") == "shown" else "members"
        return redirect(url_for(where), code=303)

    def reset(self) -> Response | str:
        """Ask, then make a one-time link for somebody else's new password, which the next page shows once."""
        if request.method == "GET":
            return self._ask_reset(request.args.get("member", ""))
        form = read_form(OneMember, request.form, _AGAIN)
        with self._database.write(Actor("reset", signed_in_member().id)) as tx:
            known = find_member(tx, form.member)
            token = reset_password(
                tx, form.member, by=signed_in_member().id, seconds=VALID_HOURS * 3600
            )
        had_one = known is not None and known.has_password
        flash(
            _whole(self._settings, url_for("setup", token=token)),
            "link" if had_one else "invitation",
        )
        return redirect(url_for("members"), code=303)

    def _ask_reset(self, member_id: str) -> str:
        """Say what a new password for somebody else means, before anything is done.

        Raises:
            NotFound: There is no such member.
            UsageError: The signed-in member may not do so for this one.
        """
        with self._database.read() as tx:
            member = need_may_reset(tx, member_id, by=signed_in_member().id)
        return render_template("reset.html", member=member, hours=VALID_HOURS)


def _whole(settings: Settings, path: str) -> str:
    """A link that works outside of this browser: under the public address, if there is one."""
    site = settings.server.public_url or request.host_url
    return site.rstrip("/") + path


def _expected(tx: Transaction, form: NewMember) -> Member | None:
    """Somebody of this name who was invited and has not been here yet: they get another link, no double."""
    return next(
        (
            each
            for each in list_members(tx)
            if (each.name, each.role) == (form.name, form.role) and not each.has_password
        ),
        None,
    )
