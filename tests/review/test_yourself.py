"""One's own sign-in: another password, and signing out everywhere."""

from server.store.devices import authenticate
from tests.builders import Home
from tests.review.conftest import PASSWORD, Browser, browser_of

NEW = {"old": PASSWORD, "password": "another long one", "again": "another long one"}


def test_signing_out_everywhere_ends_every_browser_and_no_phone(
    home: Home, anna: Browser, ben: Browser
) -> None:
    second = browser_of(home)
    second.sign_in("anna")
    assert "In 2 browsers" in anna.get("/you").text
    assert anna.post("/you/sign-out", {}, form="/you").status_code == 303
    for browser in (anna, second):
        assert browser.get("/").status_code == 303
    assert ben.get("/").status_code == 200
    with home.db.read() as tx:
        assert authenticate(tx, "anna", home.passwords["anna+phone"]) is not None


def test_another_password_signs_every_other_browser_out(home: Home, anna: Browser) -> None:
    second = browser_of(home)
    second.sign_in("anna")
    before = anna.client.get_cookie("hearthbook")
    assert anna.post("/you/password", NEW, form="/you").status_code == 303
    after = anna.client.get_cookie("hearthbook")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert "is changed" in anna.get("/you").text
    assert second.get("/").status_code == 303
    assert browser_of(home).sign_in("anna").status_code == 401
    assert browser_of(home).sign_in("anna", "another long one").status_code == 303


def test_a_wrong_password_changes_nothing_and_is_counted(home: Home, anna: Browser) -> None:
    for _ in range(10):
        answer = anna.post("/you/password", {**NEW, "old": "wrong"}, form="/you")
        assert answer.status_code == 400
    assert anna.post("/you/password", {**NEW, "old": "wrong"}, form="/you").status_code == 429
    assert browser_of(home).sign_in("anna").status_code == 303
    assert anna.post("/you/password", NEW, form="/you").status_code == 303


def test_a_bad_new_password_changes_nothing(home: Home, anna: Browser) -> None:
    for wrong in ({"password": "short", "again": "short"}, {"again": "different one"}):
        assert anna.post("/you/password", {**NEW, **wrong}, form="/you").status_code == 400
    assert browser_of(home).sign_in("anna").status_code == 303
