"""What was just answered, said once on the page that follows, with its undo beside it."""

from collections.abc import Mapping
from typing import Final

from flask import flash, get_flashed_messages

from server.cases.undoing import undo_mark
from server.review.language import told
from server.store.database import Database

_ANSWERED: Final = "answered"


def say_answered(sentence: str) -> None:
    """Say something on the next page."""
    flash(told(sentence), _ANSWERED)


def answered(database: Database, member: str) -> Mapping[str, object]:
    """What was said for this page, and what undoes it."""
    said = get_flashed_messages(category_filter=[_ANSWERED])
    return {"answered": said, "mark": undo_mark(database, member) if said else ""}
