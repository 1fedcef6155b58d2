"""The page of a member's devices: add one, see whether it keeps up, disconnect it."""

from dataclasses import dataclass

from flask import Flask, flash, get_flashed_messages, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.cases.attention import quiet_days
from server.errors import UsageError
from server.review.connecting import address_of_page, site_here
from server.review.forms import NewDevice, Nothing, read_form
from server.review.guard import signed_in_member
from server.review.language import gettext as _
from server.review.profiles import Account, program_of
from server.review.squares import square
from server.review.times import ago
from server.settings import Settings
from server.store.connecting import (
    Connected,
    connect,
    connect_again,
    find_connected,
    find_one_time,
    list_connected,
)
from server.store.database import Actor, Database
from server.store.devices import revoke_device
from server.store.household import household_name

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One device in the list."""

    label: str
    name: str
    program: str
    cards: int
    read_only: bool
    seen: str
    state: str
    """`in-step`, `quiet` for one that was not seen for days, `waiting` for one that never synced."""


class DevicesPages:
    """The pages of devices of one household."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        both = ["GET", "POST"]
        app.add_url_rule("/devices", "devices", self.devices, methods=both)
        app.add_url_rule("/devices/<label>", "device", self.device)
        app.add_url_rule("/devices/<label>/again", "device_again", self.again, methods=["POST"])
        app.add_url_rule("/devices/<label>/disconnect", "disconnect", self.disconnect, methods=both)

    def devices(self) -> Page:
        """The list, and the form that adds one; the device's own page says the rest."""
        if request.method == "GET":
            return self._list()
        me = signed_in_member().id
        try:
            form = read_form(NewDevice, request.form, _("Give the device a name, such as iPhone."))
            with self._database.write(Actor("device", me)) as tx:
                new, token = connect(tx, me, form.name, read_only=form.read_only)
        except UsageError as error:
            return self._list(error.sentence), 400
        flash(token, "connect")
        return redirect(url_for("device", label=new.label), code=303)

    def device(self, label: str) -> Page:
        """One device: how to connect it, whether it has synced, and what to do then."""
        me = signed_in_member()
        token = str(next(iter(get_flashed_messages(category_filter=["connect"])), ""))
        with self._database.read() as tx:
            found = find_connected(tx, me.id, label)
            page = find_one_time(tx, token) if token else None
            household, now = household_name(tx), tx.now
        shown: dict[str, object] = {}
        if page is not None and page.label == label:
            address = address_of_page(self._settings, token)
            shown = {
                "address": address,
                "square": square(address),
                "account": Account(household, me.id, me.name, label, page.password),
            }
        return render_template(
            "device.html",
            device=_line(found, now),
            site=site_here(self._settings),
            path=url_for("one_time", token=token) if shown else "",
            **shown,
        )

    def again(self, label: str) -> Page:
        """A new one-time page for a device that was never connected."""
        read_form(Nothing, request.form, _("Open the device's page again, then choose there."))
        me = signed_in_member().id
        with self._database.write(Actor("device", me)) as tx:
            _device, token = connect_again(tx, me, label)
        flash(token, "connect")
        return redirect(url_for("device", label=label), code=303)

    def disconnect(self, label: str) -> Page:
        """Ask, then take the device's password away."""
        me = signed_in_member().id
        with self._database.read() as tx:
            found, now = find_connected(tx, me, label), tx.now
        if request.method == "GET":
            return render_template("disconnect.html", device=_line(found, now))
        read_form(Nothing, request.form, _("Open the device's page again, then choose there."))
        with self._database.write(Actor("device", me)) as tx:
            revoke_device(tx, me, label)
        flash(_("%(name)s is disconnected and gets nothing new.") % {"name": found.name})
        return redirect(url_for("devices"), code=303)

    def _list(self, problem: str = "") -> str:
        with self._database.read() as tx:
            found, now = list_connected(tx, signed_in_member().id), tx.now
        return render_template(
            "devices.html",
            devices=[_line(each, now) for each in found],
            problem=problem,
            name=request.form.get("name", "") if problem else "",
        )


def _line(found: Connected, now: int) -> Line:
    seen = found.device.last_seen
    if seen is None:
        state = "waiting"
    elif quiet_days(now, found.device):
        state = "quiet"
    else:
        state = "in-step"
    return Line(
        found.device.label,
        found.name,
        program_of(found.device.user_agent),
        found.cards,
        found.device.read_only,
        ago(now, seen) if seen is not None else "",
        state,
    )
