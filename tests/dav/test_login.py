"""Signing in: device passwords, wrong ones and too many of them (RFC 7617, RFC 6585)."""

import base64

import pytest

from server.protocol.login import Limiter, credentials, network_of
from tests.dav.conftest import Home
from tests.davclient import DavClient


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


def poll(client: DavClient) -> int:
    return client.propfind("/", "D:current-user-principal").status


METHODS = ("GET", "PUT", "DELETE", "PROPFIND", "REPORT", "OPTIONS", "MKCOL", "POST", "LOCK")


@pytest.mark.parametrize("method", METHODS)
def test_without_a_password_every_method_asks_for_one(home: Home, method: str) -> None:
    answer = DavClient(home.application).request(method, "/anna/contacts/a.vcf", b"x")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Hearthbook"')
    assert answer.sentence


def test_a_login_takes_any_case_and_may_name_the_device(home: Home) -> None:
    phone = home.device("anna", "tablet")
    for login in ("anna", "ANNA", "Anna+tablet", "anna+tablet"):
        assert poll(DavClient(home.application, login, phone.password)) == 207
    assert poll(DavClient(home.application, "anna+phone", phone.password)) == 401
    assert poll(DavClient(home.application, "ben", phone.password)) == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + "A" * 40_000,
        "Bearer x",
        basic(b"nocolon"),
        basic(b":"),
        basic(b"anna:"),
        basic(b"anna:\x00"),
        basic(b"\xff\xfe:\xff"),
        basic(b"an\x00na:x"),
        "Basic \x00",
        "\xe4 \xf6",
    ],
)
def test_a_header_that_proves_nothing_is_answered_401(home: Home, header: str) -> None:
    client = DavClient(home.application)
    assert client.request("PROPFIND", "/", authorization=header).status == 401


def test_a_wrong_password_and_an_unknown_member_are_answered_alike(home: Home) -> None:
    wrong = DavClient(home.application, "anna", "wrong").propfind("/", "D:owner")
    unknown = DavClient(home.application, "nobody", "wrong").propfind("/", "D:owner")
    assert (wrong.status, wrong.body, wrong.headers) == (
        unknown.status,
        unknown.body,
        unknown.headers,
    )


def test_the_eleventh_wrong_password_a_minute_has_to_wait(home: Home, anna: DavClient) -> None:
    guesser = DavClient(home.application, "anna", "wrong")
    assert [poll(guesser) for _ in range(11)] == [401] * 10 + [429]
    answer = guesser.propfind("/", "D:owner")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "wait" in answer.sentence


def test_a_right_password_passes_even_then(home: Home, anna: DavClient) -> None:
    """Nobody is locked out of the own book by somebody else's guesses."""
    guesser = DavClient(home.application, "anna", "wrong")
    for _ in range(20):
        poll(guesser)
    assert poll(anna) == 207
    assert poll(DavClient(home.application, "anna", "wrong", address="192.0.2.99")) == 429
    assert poll(DavClient(home.application, "nobody", "wrong", address="192.0.2.99")) == 401


def test_guesses_at_one_account_are_counted_from_wherever_they_come(home: Home) -> None:
    """Whether there is such a member or not, and whatever device is named."""
    for account in ("anna", "nobody"):
        logins = (account, account.upper(), f"{account}+phone", f"{account}+tablet") * 3
        codes = [
            poll(DavClient(home.application, login, "wrong", address=f"198.51.100.{number}"))
            for number, login in enumerate(logins[:11])
        ]
        assert codes == [401] * 10 + [429]


def test_asking_without_a_password_is_no_guess(home: Home) -> None:
    """Apple's clients ask anonymously first, each time."""
    stranger = DavClient(home.application)
    assert {poll(stranger) for _ in range(30)} == {401}


def test_the_minute_passes() -> None:
    now = [0.0]
    limiter = Limiter(2, clock=lambda: now[0])
    assert [limiter.wrong("192.0.2.1") for _ in range(3)] == [0, 0, 60]
    now[0] = 59.0
    assert limiter.wrong("192.0.2.1") == 1
    now[0] = 60.0
    assert limiter.wrong("192.0.2.1") == 0


def test_an_ipv6_customer_is_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("") == ""


def test_a_password_may_hold_colons_and_umlauts() -> None:
    assert credentials(basic("anna:a:ü".encode())) == ("anna", "a:ü")
    assert credentials(basic("anna:ü".encode("latin-1"))) == ("anna", "ü")


def test_identity_headers_from_outside_are_nobodys_word(home: Home) -> None:
    stranger = DavClient(home.application)
    for name in ("x_remote_user", "remote_user", "x_forwarded_user", "x_auth_request_user"):
        assert stranger.request("PROPFIND", "/anna/", **{name: "anna"}).status == 401


def test_well_known_leads_to_the_root_without_a_password(home: Home) -> None:
    """RFC 6764 section 5."""
    stranger = DavClient(home.application)
    for method in ("GET", "PROPFIND"):
        answer = stranger.request(method, "/.well-known/carddav")
        assert answer.status == 301
        assert answer.headers["Location"] == "/"


def test_a_browser_at_the_root_is_sent_to_the_pages(home: Home) -> None:
    answer = DavClient(home.application).get("/")
    assert answer.status == 302
    assert answer.headers["Location"] == "/app/"


def test_health_needs_no_password(home: Home) -> None:
    assert DavClient(home.application).get("/healthz").status == 200
