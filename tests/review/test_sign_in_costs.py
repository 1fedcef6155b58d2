"""Nobody learns from a sign-in who lives here: not by words, headers, statements or what the password's hash takes.

Work is counted, not timed: a clock says something else on every machine.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import argon2
import pytest

from server.app import build_application
from server.review.application import make_application
from server.settings import LimitSettings, Settings
from server.store.database import Actor
from server.store.leaving import leave
from server.store.sharing import add_member
from tests.builders import Home
from tests.davclient import DavClient
from tests.review.conftest import PASSWORD, Browser, browser_of

TRIED = ("anna", "carl", "dora", "nobody", "Änne' OR 1=1 --")
"""Anna has a password, Carl none yet, and Dora left; the others never were."""


@pytest.fixture
def household(home: Home) -> Home:
    """With somebody who has no password yet, and somebody who left."""
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "carl", name="Carl", shares="none")
        add_member(tx, "dora", name="Dora", shares="none")
    with home.db.write(Actor("leave")) as tx:
        leave(tx, "dora")
    return home


@contextmanager
def verifications() -> Iterator[list[str]]:
    """Every verification of a password by argon2 in this thread, by its parameters."""
    found: list[str] = []
    verify = argon2.PasswordHasher.verify.__code__

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code is verify:
            found.append(str(frame.f_locals["hash"]).rpartition("$")[0].rpartition("$")[0])

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def tried(browser: Browser, name: str) -> tuple[int, str, list[tuple[str, str]]]:
    """What a wrong password is answered; the typed name stands in the form again."""
    answer = browser.sign_in(name, "wrong wrong wrong")
    told = answer.text.replace(f'value="{name}"', "") if name.isalnum() else ""
    token = told.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = [each for each in answer.headers.items() if each[0] not in ("Content-Length", "Date")]
    return answer.status_code, told.replace(token, "") if token else told, headers


def cost(home: Home, ask: Callable[[], object]) -> tuple[int, list[str]]:
    """Statements and verifications that something takes."""
    before = home.db.counters.statements
    with verifications() as found:
        ask()
    return home.db.counters.statements - before, found


def test_every_name_costs_one_verification_and_the_same_statements(household: Home) -> None:
    costs = {}
    for name in TRIED:
        browser = browser_of(household)
        browser.get("/sign-in")
        costs[name] = cost(household, lambda browser=browser, name=name: tried(browser, name))  # type: ignore[misc]  # bound at once
    assert len(costs["anna"][1]) == 1
    assert {name: each for name, each in costs.items() if each != costs["anna"]} == {}


def test_every_name_is_answered_alike(household: Home) -> None:
    answers = {name: tried(browser_of(household), name) for name in TRIED}
    assert answers["anna"][0] == 401
    assert {each[0] for each in answers.values()} == {401}
    texts = {each[1] for name, each in answers.items() if name.isalnum()}
    assert len(texts) == 1
    assert len({str(each[2]) for each in answers.values()}) == 1


def test_who_has_to_wait_is_told_so_whether_the_account_is_there_or_not(household: Home) -> None:
    settings = Settings(limits=LimitSettings(wrong_passwords_per_minute=1))
    for name in ("anna", "nobody"):
        browser = Browser(make_application(household.db, settings).test_client())
        assert [tried(browser, name)[0] for _ in range(2)] == [401, 429]
        assert browser.sign_in("anna", PASSWORD).status_code == 303


def test_a_device_that_is_not_there_costs_what_a_wrong_password_costs(household: Home) -> None:
    """On the wire, no slow hash is needed: passwords of devices are random."""
    application = build_application(household.db.folder, Settings())
    answers = []
    for login in ("anna", "anna+phone", "anna+none", "nobody", "nobody+phone", "carl", "dora"):
        client = DavClient(application, login, "wrong-wrong-wrong-wrong")
        with verifications() as found:
            reply = client.propfind("/")
        assert found == []
        headers = {name: text for name, text in reply.headers.items() if name != "Date"}
        answers.append((reply.status, headers, reply.body))
    assert answers[0][0] == 401
    assert all(each == answers[0] for each in answers)
