"""The page of one person: values, whose they are, who sees them, what happened to them."""

from itertools import islice
from typing import Final

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.cases.people import PersonPage, person_page
from server.cases.recounting import recount_fully
from server.cases.removals import removal_of
from server.cases.told import Told
from server.cases.versions import card_then, put_back
from server.cases.whose import ask_keeper, say_who_sees, say_whose, stop_lending
from server.errors import NotFound
from server.review.answers import answered
from server.review.forms import OneMember, Seen, Undo, Whose, read_form
from server.review.guard import signed_in_member
from server.review.language import gettext
from server.store.card_acts import acts_of_cards
from server.store.database import Database
from server.store.fence import reading_as
from server.store.history import find_act

HISTORY_MOST: Final = 8
VERSIONS_MOST: Final = 40
_AGAIN: Final = "Open the page of the card again, then choose there."


class CardPages:
    """The pages of single people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        at = "/people/<card_id>"
        app.add_url_rule(at, "card", self.card)
        app.add_url_rule(f"{at}/whose", "whose", self.whose, methods=["POST"])
        app.add_url_rule(f"{at}/seen", "seen", self.seen, methods=["GET", "POST"])
        app.add_url_rule(f"{at}/ask", "ask", self.ask, methods=["POST"])
        app.add_url_rule(f"{at}/stop", "stop", self.stop, methods=["POST"])
        app.add_url_rule(f"{at}/past", "past", self.past, methods=["GET", "POST"])

    def card(self, card_id: str) -> str | tuple[str, int]:
        """One person."""
        me = signed_in_member()
        try:
            person = person_page(self._database, me.id, card_id)
        except NotFound:
            gone = removal_of(self._database, me.id, card_id)
            if gone is None:
                raise
            return render_template("card-gone.html", gone=gone), 404
        told = self._happened(me.id, person, HISTORY_MOST + 1)
        return render_template(
            "card.html",
            person=person,
            card=person.card,
            told=told[:HISTORY_MOST],
            has_more=len(told) > HISTORY_MOST,
            **answered(self._database, me.id),
        )

    def whose(self, card_id: str) -> Response:
        """Say whose a person is."""
        form = read_form(Whose, request.form, _AGAIN)
        say_whose(self._database, signed_in_member().id, card_id, form.says, form.to)
        flash(gettext("That is noted; cards follow it from now on."))
        return redirect(url_for("card", card_id=card_id), code=303)

    def ask(self, card_id: str) -> Response:
        """Ask the keeper for a card of which one sees the name."""
        ask_keeper(self._database, signed_in_member().id, card_id)
        flash(gettext("Asked. If it is shown to you, you find it here and on your phone."))
        return redirect(url_for("card", card_id=card_id), code=303)

    def stop(self, card_id: str) -> Response:
        """Show a card no further than everything else to a member."""
        form = read_form(OneMember, request.form, _AGAIN)
        stop_lending(self._database, signed_in_member().id, card_id, form.member)
        flash(gettext("Done. Phones follow at their next sync; they may remember what they had."))
        return redirect(url_for("card", card_id=card_id), code=303)

    def seen(self, card_id: str) -> str | Response | tuple[str, int]:
        """Who sees an own card, or one value of it."""
        if request.method == "GET":
            return self._ask_who_sees(card_id, request.args.get("value", ""))
        form = read_form(Seen, request.form, _AGAIN)
        named = form.named if form.visibility == "members" else ()
        if form.visibility == "members" and not named:
            problem = gettext("Tick who sees it, or choose “Only me”.")
            return self._ask_who_sees(card_id, form.value, problem), 400
        me = signed_in_member().id
        say_who_sees(self._database, me, card_id, form.visibility, named=named, mark=form.value)
        flash(gettext("Done. Phones follow at their next sync; they may remember what they had."))
        return redirect(url_for("card", card_id=card_id), code=303)

    def _ask_who_sees(self, card_id: str, mark: str, problem: str = "") -> str:
        """The form, with how it is now.

        Raises:
            NotFound: It is no card of one's own, or the value is not on it any more.
        """
        me = signed_in_member()
        person = person_page(self._database, me.id, card_id)
        own = next((each for each in (person.card, *person.others) if each.id == card_id), None)
        if own is None or not own.own:
            raise NotFound("That is not a card of yours; only its keeper says who sees it.")
        line = next((each for each in own.lines if mark and each.mark == mark), None)
        if mark and line is None:
            raise NotFound("The card has that value no more; open its page again.")
        return render_template("seen.html", person=person, card=own, line=line, problem=problem)

    def past(self, card_id: str) -> str | Response:
        """How an own card was, and putting it back so."""
        me = signed_in_member().id
        if request.method == "POST":
            form = read_form(Undo, request.form, _AGAIN)
            put_back(self._database, me, card_id, form.mark)
            flash(gettext("The card is as it was then; phones follow at their next sync."))
            return redirect(url_for("card", card_id=card_id), code=303)
        versions = card_then(self._database, me, card_id, most=VERSIONS_MOST)
        return render_template("past.html", versions=versions, card_id=card_id)

    def _happened(self, me: str, person: PersonPage, most: int) -> list[Told]:
        """The latest that happened to a person's cards, as far as the member may know of it."""
        with reading_as(self._database, me) as tx:
            acts = (find_act(tx, each) for each in acts_of_cards(tx, person.cards))
            there = (each for each in acts if each is not None)
            return list(islice(recount_fully(tx, there, about=person.cards), most))
