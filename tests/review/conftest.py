"""A household whose pages are opened with Flask's own client."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from server.cycle import run_cycle
from server.review.application import make_application
from server.review.guard import SESSION_SECONDS
from server.review.passwords import hash_password
from server.settings import Settings
from server.store.database import Actor, Database
from server.store.sessions import create_session, set_password_hash
from tests.builders import Home, a_card

PASSWORD = "correct horse battery"
MODULE = '<script type="module" src="/static/hearthbook.js"></script>'
"""The one script that a page may name."""
PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


def without_token(answer: TestResponse) -> bytes:
    """A page without its token, which says in which second it was made."""
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data)


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


@lru_cache(maxsize=2)
def application_of(database: Database) -> Flask:
    """One application for all browsers of a household: templates are compiled once."""
    app = make_application(database, Settings())
    app.testing = False
    return app


@pytest.fixture(scope="session")
def household_of_two(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What every test begins with, closed and to be copied: making it takes longer than most tests."""
    made = Home(tmp_path_factory.mktemp("household"), "anna", "ben")
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
    run_cycle(made.db, kind="quick")  # it may do nothing yet, and writes the letters
    made.db.close()
    return made


@pytest.fixture
def home(household_of_two: Home, tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben with passwords; one certain person, one to ask, one whose titles differ."""
    made = household_of_two.copied(tmp_path)
    yield made
    made.db.close()


def browser_of(home: Home) -> Browser:
    """A new browser for a household's pages."""
    client = application_of(home.db).test_client()
    assert isinstance(client, Client)
    return Browser(client)


def signed_in(home: Home, member: str) -> Browser:
    """A new browser in which a member is signed in, as after the form."""
    browser = browser_of(home)
    with home.db.write(Actor("session", member)) as tx:
        token = create_session(tx, member, seconds=SESSION_SECONDS)
    browser.client.set_cookie("hearthbook", token, max_age=SESSION_SECONDS)
    return browser


@pytest.fixture
def anna(home: Home) -> Browser:
    """Anna's browser, signed in."""
    return signed_in(home, "anna")


@pytest.fixture
def ben(home: Home) -> Browser:
    """Ben's browser, signed in."""
    return signed_in(home, "ben")
