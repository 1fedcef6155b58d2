"""A card as a form: one's own is changed, somebody else's gets a suggestion, a new one is added."""

import secrets
from typing import Final

from flask import Flask, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.cases.editing import Saved, add_sheet, new_sheet, open_sheet, save_sheet
from server.cases.sheets import ROWS_MORE_MOST, Filled, Sheet, label_words
from server.contacts.pictures import read_picture
from server.review.forms import CardTyped, read_form
from server.review.guard import signed_in_member
from server.review.language import N_, gettext, word
from server.review.multipart import WholeFormParser
from server.review.words import MONTHS
from server.settings import Settings
from server.store.database import Database

Page = str | Response | tuple[str, int]

TEXT_BYTES_MOST: Final = 1 << 20
"""A letter of a note takes up to twelve octets in a form."""
FIELDS_MOST: Final = 2_100
"""In a form with a file each of its fields is a part of its own."""
_AGAIN: Final = "Open the form again, then type there."
PART_WORDS: Final = {
    "given": N_("Given name"),
    "family": N_("Family name"),
    "additional": N_("Further names"),
    "prefix": N_("Before the name, such as Dr"),
    "suffix": N_("After the name, such as Jr"),
    "street": N_("Street and number"),
    "extended": N_("Flat, floor, care of"),
    "code": N_("Postal code"),
    "place": N_("Place"),
    "region": N_("State or region"),
    "country": N_("Country"),
    "box": N_("Post office box"),
    "department": N_("Department"),
    "day": N_("Day"),
    "month": N_("Month"),
    "year": N_("Year"),
}
"""What the fields of a value are called, where it has several."""
NAME_WORDS: Final = {
    "FN": N_("Name as it is shown"),
    "NICKNAME": N_("Nicknames, with commas between"),
    "CATEGORIES": N_("Labels, with commas between"),
}
TYPES: Final = {"TEL": "tel", "EMAIL": "email", "URL": "url"}
FOLDED: Final = frozenset({"additional", "prefix", "suffix", "extended", "region", "box"})
"""Fields that few cards need."""


class EditPages:
    """The forms of cards."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._bytes_most = settings.limits.request_bytes

    def add_to(self, app: Flask) -> None:
        """Add the routes to the application."""
        methods = ["GET", "POST"]
        app.add_url_rule("/people/new", "new", self.new, methods=methods)
        app.add_url_rule("/people/<card_id>/edit", "edit", self.edit, methods=methods)

    def widen(self) -> None:
        """Before each request: a signed-in member's card may be larger than other forms.

        A photo may be too large, and is then refused beside everything else that was typed.
        """
        if request.endpoint in ("edit", "new") and request.method == "POST" and g.get("member"):
            has_file = request.mimetype == "multipart/form-data"
            request.max_content_length = self._bytes_most if has_file else TEXT_BYTES_MOST
            request.max_form_memory_size = TEXT_BYTES_MOST
            request.max_form_parts = FIELDS_MOST
            request.form_data_parser_class = WholeFormParser

    def edit(self, card_id: str) -> Page:
        """The form of one card, and what was typed into it."""
        me = signed_in_member().id
        if request.method == "GET":
            return _shown(open_sheet(self._database, me, card_id, word))
        filled, adds = _filled()
        if adds:
            return _shown(open_sheet(self._database, me, card_id, word, filled))
        return _answered(save_sheet(self._database, me, card_id, filled, word))

    def new(self) -> Page:
        """The form of a new card."""
        me = signed_in_member().id
        if request.method == "GET":
            return _shown(new_sheet(self._database, me, secrets.token_hex(16), word, Filled()))
        filled, adds = _filled()
        if adds:
            return _shown(new_sheet(self._database, me, filled.base, word, filled))
        return _answered(add_sheet(self._database, me, filled.base, filled, word))


def _filled() -> tuple[Filled, bool]:
    """What was typed and chosen, and whether more empty rows are wanted."""
    form = read_form(CardTyped, request.form, _AGAIN)
    more = min(form.more + 1, ROWS_MORE_MOST) if form.add else form.more
    file = request.files.get("photo")
    photo = read_picture(file.read()) if file is not None and file.filename else None
    return Filled(form.base, form.fields, more, photo), form.add


def _answered(found: Saved | Sheet) -> Page:
    if isinstance(found, Sheet):
        return _shown(found), 409 if found.stale else 400
    if not found.changed:
        flash(gettext("Nothing was changed."))
    elif found.own:
        flash(gettext("Kept. Phones follow at their next sync; the history can undo it."))
    else:
        flash(gettext("Suggested. You see it at once; whoever keeps the card is asked."))
    return redirect(url_for("card", card_id=found.card), code=303)


def _shown(sheet: Sheet) -> str:
    return render_template(
        "edit.html",
        sheet=sheet,
        months=MONTHS,
        labels=label_words(word),
        part_words=PART_WORDS,
        name_words=NAME_WORDS,
        types=TYPES,
        folded=FOLDED,
    )
