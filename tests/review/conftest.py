"""A household whose pages are opened with Flask's own client."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from server.review.application import make_application
from server.review.passwords import hash_password
from server.settings import Settings
from server.store.database import Actor
from server.store.sessions import set_password_hash
from tests.builders import Home, a_card

PASSWORD = "correct horse battery"
PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


class Browser:
    """One browser: its cookies, and forms filled in as they are served."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, fields: dict[str, str], *, form: str | None = None) -> TestResponse:
        """Send the form of a page, with the token that page holds."""
        page = self.client.get(form or path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page
        return self.client.post(path, data={**fields, "csrf_token": token[1]})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        """Sign in."""
        return self.post("/sign-in", {"username": name, "password": password})


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben with passwords; one certain person, one to ask, one whose titles differ."""
    made = Home(tmp_path, "anna", "ben")
    hashed = hash_password(PASSWORD)
    with made.db.write(Actor("password")) as tx:
        for each in ("anna", "ben"):
            set_password_hash(tx, each, hashed)
    made.put(
        "anna", "a1.vcf", a_card("a1", "Eva Stein", PHONE, "TITLE:Prof", "NOTE:marker-note-anna")
    )
    made.put("ben", "b1.vcf", a_card("b1", "Eva Stein", PHONE, "TITLE:Dr"))
    made.put("anna", "a2.vcf", a_card("a2", "Jan Vermeer", "EMAIL:jan@example.org"))
    made.put("ben", "b2.vcf", a_card("b2", "Jan Vermeer", "TEL:+49 30 23125 202"))
    made.put("anna", "a3.vcf", a_card("a3", "Marker Private", "CLASS:PRIVATE", PHONE))
    yield made
    made.db.close()


def browser_of(home: Home) -> Browser:
    """A new browser for a household's pages."""
    app = make_application(home.db, Settings())
    app.testing = False
    client = app.test_client()
    assert isinstance(client, Client)
    return Browser(client)


@pytest.fixture
def anna(home: Home) -> Browser:
    """Anna's browser, signed in."""
    made = browser_of(home)
    assert made.sign_in("anna").status_code == 303
    return made


@pytest.fixture
def ben(home: Home) -> Browser:
    """Ben's browser, signed in."""
    made = browser_of(home)
    assert made.sign_in("ben").status_code == 303
    return made
