"""Photos, each under an address of its own: a picture in a sandbox, for whoever sees it on their own card."""

from typing import Final

from flask import Flask, Response, request, url_for

from server.errors import NotFound
from server.review.guard import signed_in_member
from server.store.database import Database
from server.store.people import prepare_list
from server.store.photos import photo_mark, read_photo, shown_photo

_HEADERS: Final = (
    ("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Disposition", 'inline; filename="photo"'),
    # Asked for again each time, so that a photo which is shown no more is gone from here at once.
    ("Cache-Control", "private, no-cache"),
    ("Vary", "Cookie"),
)


class PhotoPages:
    """The photos of whoever is signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_to(self, app: Flask) -> None:
        """Add the route to the application, and let its templates ask for photos."""
        app.add_url_rule("/people/<card_id>/photo/<mark>", "photo", self.photo)
        app.jinja_env.globals["photo_of"] = self.photo_of

    def photo(self, card_id: str, mark: str) -> Response:
        """One photo.

        Raises:
            NotFound: There is none, or none that the member sees.
        """
        with self._database.read() as tx:
            shown = shown_photo(tx, signed_in_member().id, card_id, mark)
            is_known = shown is not None and request.if_none_match.contains(mark)
            picture = read_photo(tx, shown) if shown is not None and not is_known else None
        if picture is None and not is_known:
            raise NotFound("There is no such photo.")
        answer = Response(status=304) if picture is None else Response(picture.octets)
        if picture is not None:
            answer.content_type = picture.media_type
        answer.set_etag(mark)
        for name, value in _HEADERS:
            answer.headers[name] = value
        return answer

    def photo_of(self, card_id: str) -> str:
        """The address of the photo of a card in the member's own view; empty where there is none."""
        me = signed_in_member().id
        with self._database.read() as tx:
            mark = photo_mark(tx, me, card_id)
        if mark is None:
            prepare_list(self._database, me)
            with self._database.read() as tx:
                mark = photo_mark(tx, me, card_id)
        return url_for("photo", card_id=card_id, mark=mark) if mark else ""
