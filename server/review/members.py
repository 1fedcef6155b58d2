"""The page of the members: adults let others choose a new password; it shows nothing of anybody's cards."""

from flask import Flask, flash, get_flashed_messages, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import may_reset
from server.review.forms import OneMember, Sharing, read_form
from server.review.guard import signed_in_member
from server.store.database import Actor, Database
from server.store.members import list_members
from server.store.pausing import pause, resume
from server.store.sessions import reset_password

VALID_HOURS = 72
_AGAIN = "Open the members' page again, then choose there."


class MembersPages:
    """The page of the members of one household."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/members", "members", self.members)
        app.add_url_rule("/members/sharing", "sharing", self.sharing, methods=["POST"])
        app.add_url_rule("/members/reset", "reset", self.reset, methods=["POST"])

    def members(self) -> str:
        """Who lives here; for adults with what they may do for others."""
        me = signed_in_member()
        with self._database.read() as tx:
            members = list_members(tx)
        return render_template(
            "members.html",
            members=members,
            resettable={
                each.id for each in members if each.id != me.id and may_reset(me.role, each.role)
            },
            links=get_flashed_messages(category_filter=["link"]),
            hours=VALID_HOURS,
        )

    def sharing(self) -> Response:
        """Pause one's own sharing, or go on with it."""
        form = read_form(Sharing, request.form, _AGAIN)
        me = signed_in_member().id
        with self._database.write(Actor(form.sharing, me)) as tx:
            (pause if form.sharing == "pause" else resume)(tx, me)
        return redirect(url_for("members"), code=303)

    def reset(self) -> Response:
        """Make a one-time link for somebody else's new password; it is shown once, on the page that follows."""
        form = read_form(OneMember, request.form, _AGAIN)
        with self._database.write(Actor("reset", signed_in_member().id)) as tx:
            token = reset_password(
                tx, form.member, by=signed_in_member().id, seconds=VALID_HOURS * 3600
            )
        flash(url_for("setup", token=token, _external=True), "link")
        return redirect(url_for("members"), code=303)
