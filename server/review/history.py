"""What happened, in sentences, and what was decided about who is who; both can be taken back."""

from itertools import islice
from typing import Final

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.cases.decisions import decided, reconsider
from server.cases.marks import sealed, unsealed
from server.cases.people import person_page
from server.cases.recounting import recount_fully
from server.cases.told import Told
from server.cases.undoing import undo
from server.errors import NotFound, UsageError
from server.review.forms import Undo, read_form
from server.review.guard import signed_in_member
from server.review.language import gettext, told
from server.store.called import device_name
from server.store.card_acts import Which, acts_for
from server.store.database import Database, Transaction
from server.store.devices import list_devices
from server.store.fence import reading_as
from server.store.undoing import OWN_KINDS

PAGE: Final = 30
_AGAIN: Final = "Open the page again, then choose there."


class HistoryPages:
    """What happened to the cards of whoever is signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/history", "history", self.history)
        app.add_url_rule("/history/undo", "undo_act", self.undo_act, methods=["POST"])
        app.add_url_rule("/decisions", "decisions", self.decisions, methods=["GET", "POST"])

    def history(self) -> str:
        """What happened, the latest first, as far as the member may know of it."""
        me = signed_in_member().id
        card_id = request.args.get("card", "")
        person = person_page(self._database, me, card_id) if card_id else None
        which = Which(
            member=request.args.get("of", ""),
            device=request.args.get("on", ""),
            automatic=request.args.get("auto", ""),
            cards=person.cards if person else (),
        )
        with reading_as(self._database, me) as tx:
            last = request.args.get("before", "")
            below = unsealed(tx, f"act {me}", last) if last else None
            acts = acts_for(tx, me, which, below)
            found = list(islice(recount_fully(tx, acts, about=which.cards), PAGE + 1))
            shown = found[:PAGE]
            undoable = _undoable(tx, me, shown)
            following = sealed(tx, f"act {me}", shown[-1].act.id) if len(found) > PAGE else ""
            devices = {each.label: device_name(tx, each.id) for each in list_devices(tx, me)}
        return render_template(
            "history.html",
            told=shown,
            undoable=undoable,
            following=following,
            devices=devices,
            which=which,
            card=person.card if person else None,
            is_first=not last,
        )

    def undo_act(self) -> Response:
        """Undo one act of the member's own."""
        form = read_form(Undo, request.form, _AGAIN)
        me = signed_in_member().id
        with self._database.read() as tx:
            act_id = unsealed(tx, f"undo {me}", form.mark)
        try:
            flash(told(undo(self._database, act_id, member=me)))
        except UsageError:  # its sentence names acts by their number, which is nobody's to know
            flash(
                gettext(
                    "That cannot be taken back any more: it was undone, or what it did was changed "
                    "since."
                )
            )
        return redirect(url_for("history", card=self._still_there(me)), code=303)

    def _still_there(self, me: str) -> str | None:
        """The card whose history was looked at, unless it went with what was undone."""
        card_id = request.args.get("card", "")
        try:
            return person_page(self._database, me, card_id).card.id if card_id else None
        except NotFound:
            return None

    def decisions(self) -> str | Response:
        """Who is one person and who is not, as far as it is the member's to decide."""
        me = signed_in_member().id
        if request.method == "POST":
            form = read_form(Undo, request.form, _AGAIN)
            was = reconsider(self._database, me, form.mark)
            flash(
                gettext("They are different people now; what was copied stays.")
                if was.same
                else gettext("You are asked about them again.")
            )
            return redirect(url_for("decisions"), code=303)
        kind = request.args.get("kind", "")
        same = {"same": True, "apart": False}.get(kind)
        last = request.args.get("after", "")
        found = decided(self._database, me, same=same, most=PAGE + 1, after=last)
        return render_template(
            "decisions.html",
            decided=found[:PAGE],
            following=found[PAGE - 1].id if len(found) > PAGE else "",
            kind=kind if same is not None else "",
            is_first=not last,
        )


def _undoable(tx: Transaction, me: str, told: list[Told]) -> dict[int, str]:
    """The marks of the acts that the member may undo."""
    return {
        each.act.id: sealed(tx, f"undo {me}", each.act.id)
        for each in told
        if each.act.member == me and each.act.kind in OWN_KINDS and each.act.undone is None
    }
