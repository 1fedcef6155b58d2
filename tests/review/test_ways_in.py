"""Every way in counts with every other, and none opens what it is not for."""

import base64
import re
from pathlib import Path

import pytest

from server.app import Hearthbook
from server.review.application import make_application
from server.review.passwords import hash_password
from server.settings import LimitSettings, ServerSettings, Settings
from server.store.database import Actor
from server.store.sessions import create_setup_link, set_password_hash
from tests.builders import Home
from tests.davclient import DavClient
from tests.review.conftest import PASSWORD, Browser, browser_of

SITE = "https://book.example"


def basic(login: str, password: str) -> dict[str, str]:
    coded = base64.b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


def paths_of(home: Home) -> list[str]:
    """Every page that can be asked for without saying which one."""
    app = make_application(home.db, Settings())
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and not rule.arguments
        and rule.endpoint not in {"static", "sign_in"}
    ]


def test_basic_credentials_open_no_page(home: Home) -> None:
    """Neither a device's password nor the member's own, which a browser may have cached."""
    stranger = browser_of(home)
    for password in (home.passwords["anna+phone"], PASSWORD):
        for path in paths_of(home):
            answer = stranger.client.get(path, headers=basic("anna", password))
            assert (answer.status_code, answer.headers.get("Location")) == (303, "/sign-in"), path


def test_the_own_password_opens_no_book(home: Home) -> None:
    client = DavClient(Hearthbook(home.db, Settings()), "anna", PASSWORD)
    assert client.propfind("/anna/", "D:owner").status == 401
    assert client.request("GET", "/anna/contacts/a1.vcf").status == 401


def test_a_session_opens_no_book(home: Home, anna: Browser) -> None:
    cookie = anna.client.get_cookie("hearthbook")
    assert cookie is not None
    client = DavClient(Hearthbook(home.db, Settings()))
    answer = client.request("GET", "/anna/contacts/a1.vcf", cookie=f"hearthbook={cookie.value}")
    assert answer.status == 401


def test_books_and_pages_count_wrong_passwords_together(home: Home) -> None:
    settings = Settings(limits=LimitSettings(wrong_passwords_per_minute=4))
    both = Hearthbook(home.db, settings)
    guesser = DavClient(both, "anna", "wrong", address="192.0.2.7")
    assert [guesser.propfind("/", "D:owner").status for _ in range(4)] == [401] * 4

    def web(path: str, address: str, **fields: str) -> int:
        from werkzeug.test import Client

        client = Client(both)
        page = client.get("/app/sign-in", environ_base={"REMOTE_ADDR": address}).text
        token = re.search(r'csrf_token" value="([^"]+)"', page)
        assert token is not None
        answer = client.post(
            path,
            data={**fields, "csrf_token": token[1]},
            environ_base={"REMOTE_ADDR": address},
        )
        return answer.status_code

    sign_in = "/app/sign-in"
    assert web(sign_in, "192.0.2.7", username="ben", password="wrong") == 429, "the address"
    assert web(sign_in, "192.0.2.8", username="anna", password="wrong") == 429, "the account"
    assert web(sign_in, "192.0.2.8", username="ben", password="wrong") == 401
    assert web("/app/setup/guess", "192.0.2.7") == 429
    assert web("/app/s/guess", "192.0.2.7") == 429
    assert web("/app/begin/guess", "192.0.2.7") == 429
    assert web(sign_in, "192.0.2.7", username="anna", password=PASSWORD) == 303, "the right one"
    right = DavClient(both, "anna", home.passwords["anna+phone"], address="192.0.2.7")
    assert right.propfind("/", "D:owner").status == 207


def forms(home: Home) -> list[str]:
    """Every address that a form is sent to."""
    app = make_application(home.db, Settings())
    return [
        re.sub(r"<[^>]+>", "x", rule.rule)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set())
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_site_sends_a_form(home: Home, anna: Browser, headers: dict[str, str]) -> None:
    token = re.search(r'csrf_token" value="([^"]+)"', anna.get("/").text)
    assert token is not None
    for path in forms(home):
        answer = anna.client.post(path, data={"csrf_token": token[1]}, headers=headers)
        assert answer.status_code == 400, path
    assert anna.get("/").status_code == 200


def test_no_form_is_taken_without_its_token(home: Home, anna: Browser) -> None:
    for path in forms(home):
        assert anna.client.post(path, data={"answer": "go"}).status_code == 400, path
    assert anna.get("/").status_code == 200


def test_no_form_is_taken_that_is_none(home: Home, anna: Browser) -> None:
    for kind in ("application/json", "text/plain"):
        for path in forms(home):
            answer = anna.client.post(path, data=b"{}", content_type=kind)
            assert answer.status_code == 400, path


def test_looking_at_pages_changes_nothing(home: Home, anna: Browser) -> None:
    with home.db.write(Actor("setup-link")) as tx:
        token = create_setup_link(tx, "ben", seconds=3600)
    for path in paths_of(home):
        anna.get(path)

    def dump() -> list[str]:
        return list(home.db.connection().iterdump())

    before = dump()
    for path in (*paths_of(home), f"/setup/{token}"):
        assert anna.get(path).status_code in {200, 303, 400, 404}, path
    assert dump() == before


@pytest.mark.parametrize(
    ("public", "host", "status"),
    [
        (SITE, "book.example", 303),
        (SITE, "evil.example", 421),
        (SITE, "book.example.evil.example", 421),
        (SITE, "localhost:5232", 303),
        (SITE, "127.0.0.1:5232", 303),
        (SITE, "[::1]:5232", 303),
        (SITE, "nas", 303),
        (SITE, "nas.local", 303),
        (SITE, "hearthbook.home.arpa:5232", 303),
        ("", "any.example", 303),
    ],
)
def test_pages_answer_under_their_own_names_alone(
    home: Home, public: str, host: str, status: int
) -> None:
    settings = Settings(server=ServerSettings(public_url=public))
    client = make_application(home.db, settings).test_client()
    assert client.get("/", headers={"Host": host}).status_code == status


def test_a_session_that_a_stranger_chose_is_not_taken_over(home: Home) -> None:
    browser = browser_of(home)
    browser.client.set_cookie("hearthbook", "chosen-by-a-stranger")
    browser.sign_in("anna")
    cookie = browser.client.get_cookie("hearthbook")
    assert cookie is not None
    assert cookie.value != "chosen-by-a-stranger"
    stranger = browser_of(home)
    stranger.client.set_cookie("hearthbook", "chosen-by-a-stranger")
    assert stranger.get("/").status_code == 303


def test_every_cookie_is_bound_to_the_host_over_https(home: Home) -> None:
    settings = Settings(server=ServerSettings(public_url=SITE))
    client = make_application(home.db, settings).test_client()
    page = client.get("/sign-in", base_url=SITE)
    token = re.search(r'csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    answer = client.post(
        "/sign-in",
        data={"username": "anna", "password": PASSWORD, "csrf_token": token[1]},
        base_url=SITE,
    )
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert len(cookies) >= 2
    for each in cookies:
        assert each.startswith("__Host-")
        assert all(word in each for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain=" not in each


def test_a_reset_password_ends_at_once_and_the_sessions_with_it(home: Home, anna: Browser) -> None:
    with home.db.write(Actor("setup-link")) as tx:
        token = create_setup_link(tx, "anna", seconds=3600)
    fresh = browser_of(home)
    new = {"password": "another long one", "again": "another long one"}
    assert fresh.post(f"/setup/{token}", new).status_code == 303
    assert anna.get("/").status_code == 303, "signed out where the old password was used"
    assert fresh.get("/").status_code == 200


def test_passwords_are_kept_as_argon2id(home: Home) -> None:
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    with home.db.write(Actor("password")) as tx:
        set_password_hash(tx, "anna", hashed)
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = b"".join(each.read_bytes() for each in Path(home.db.folder).rglob("*") if each.is_file())
    assert PASSWORD.encode() not in kept


def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends(
    home: Home, anna: Browser, ben: Browser
) -> None:
    for _ in range(5):
        home.clock.pass_seconds(20 * 86_400)
        assert anna.get("/").status_code == 200
    assert ben.get("/").status_code == 303


def test_a_session_is_noted_once_a_day(home: Home, anna: Browser) -> None:
    home.clock.pass_seconds(2 * 86_400)
    assert "hearthbook=" in anna.get("/").headers.get("Set-Cookie", "")
    assert "hearthbook=" not in anna.get("/").headers.get("Set-Cookie", "")


def test_a_borrowed_device_is_signed_out_after_eight_hours(home: Home) -> None:
    browser = browser_of(home)
    answer = browser.post("/sign-in", {"username": "anna", "password": PASSWORD, "borrowed": "1"})
    (cookie,) = (
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith("hearthbook=")
    )
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    home.clock.pass_seconds(7 * 3600)
    assert browser.get("/").status_code == 200
    home.clock.pass_seconds(2 * 3600)
    assert browser.get("/").status_code == 303
