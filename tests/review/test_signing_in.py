"""Ways in and out of the pages, and what a browser may send."""

import re

import pytest

from server.settings import ServerSettings, Settings
from server.store.database import Actor
from server.store.sessions import create_setup_link
from tests.builders import Home
from tests.review.conftest import MODULE, PASSWORD, Browser, browser_of


def setup_link(home: Home, member: str = "anna", seconds: int = 3600) -> str:
    with home.db.write(Actor("setup-link")) as tx:
        return create_setup_link(tx, member, seconds=seconds)


def test_whoever_is_not_signed_in_sees_the_sign_in_page_only(home: Home) -> None:
    for path in ("/", "/case/0123", "/done"):
        answer = browser_of(home).get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_name_is_taken_in_any_letter_case(home: Home) -> None:
    assert browser_of(home).sign_in(" ANNA ").status_code == 303


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_read_the_same(
    home: Home, name: str, password: str
) -> None:
    answer = browser_of(home).sign_in(name, password)
    assert answer.status_code == 401
    assert "do not fit together" in answer.text


def test_ten_wrong_passwords_a_minute_have_to_wait_and_a_right_one_passes(home: Home) -> None:
    browser = browser_of(home)
    codes = [browser.sign_in("anna", "wrong").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    assert browser.sign_in("anna").status_code == 303


def test_a_setup_link_sets_a_password_once(home: Home) -> None:
    path = f"/setup/{setup_link(home)}"
    browser = browser_of(home)
    assert (
        browser.post(
            path, {"password": "another long one", "again": "another long one"}
        ).status_code
        == 303
    )
    assert "Nothing" in browser.get("/").text or "waiting" in browser.get("/").text
    assert browser_of(home).get(path).status_code == 410
    assert browser_of(home).sign_in("anna", "another long one").status_code == 303
    assert browser_of(home).sign_in("anna", PASSWORD).status_code == 401


def test_a_setup_link_can_keep_the_password_one_has(home: Home) -> None:
    browser = browser_of(home)
    assert browser.post(f"/setup/{setup_link(home)}", {"keep": "1"}).status_code == 303
    assert browser.get("/").status_code == 200
    assert browser_of(home).sign_in("anna").status_code == 303


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), ("long enough 1", "long enough 2")]
)
def test_a_bad_new_password_leaves_the_link_as_it_is(home: Home, password: str, again: str) -> None:
    path = f"/setup/{setup_link(home)}"
    answer = browser_of(home).post(path, {"password": password, "again": again})
    assert answer.status_code == 400
    assert browser_of(home).get(path).status_code == 200


def test_an_old_setup_link_is_over(home: Home) -> None:
    path = f"/setup/{setup_link(home, seconds=60)}"
    home.clock.pass_seconds(61)
    assert browser_of(home).get(path).status_code == 410


def test_a_session_ends_by_signing_out_and_by_time(home: Home, anna: Browser, ben: Browser) -> None:
    assert anna.post("/sign-out", {}, form="/").status_code == 303
    assert anna.get("/").status_code == 303
    assert ben.get("/").status_code == 200
    home.clock.pass_seconds(31 * 24 * 3600)
    assert ben.get("/").status_code == 303


def test_signing_in_makes_a_new_session(home: Home, anna: Browser) -> None:
    before = anna.client.get_cookie("hearthbook")
    anna.client.get("/sign-in")
    page = anna.client.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    anna.client.post(
        "/sign-in", data={"username": "anna", "password": PASSWORD, "csrf_token": token[1]}
    )
    after = anna.client.get_cookie("hearthbook")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    old = browser_of(home)
    old.client.set_cookie("hearthbook", before.value)
    assert old.get("/").status_code == 303


def test_the_store_keeps_no_token(home: Home, anna: Browser) -> None:
    cookie = anna.client.get_cookie("hearthbook")
    assert cookie is not None
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert cookie.value.encode() not in home.db.path.read_bytes()


def test_a_post_without_the_forms_token_does_nothing(anna: Browser) -> None:
    answer = anna.client.post("/sign-out")
    assert answer.status_code == 400
    assert "nothing was done" in answer.text
    assert anna.get("/").status_code == 200


def test_a_post_from_another_site_does_nothing(anna: Browser) -> None:
    page = anna.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = anna.client.post(
        "/sign-out", data={"csrf_token": token[1]}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 400
    assert anna.get("/").status_code == 200


def test_every_page_forbids_scripts_frames_and_caches(anna: Browser) -> None:
    answer = anna.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in answer.text.replace(MODULE, "")
    assert "style=" not in answer.text


def test_cookies_are_bound_to_https_where_that_is_the_public_address(home: Home) -> None:
    from server.review.application import make_application

    settings = Settings(server=ServerSettings(public_url="https://book.example"))
    client = make_application(home.db, settings).test_client()
    browser = Browser(client)
    page = client.get("/sign-in", base_url="https://book.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    answer = browser.client.post(
        "/sign-in",
        data={"username": "anna", "password": PASSWORD, "csrf_token": token[1]},
        base_url="https://book.example",
    )
    cookie = next(
        each
        for each in answer.headers.getlist("Set-Cookie")
        if each.startswith("__Host-hearthbook=")
    )
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_what_goes_wrong_is_a_page_in_words(anna: Browser) -> None:
    answer = anna.get("/no-such-page")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert anna.client.post("/").status_code in {400, 405}
