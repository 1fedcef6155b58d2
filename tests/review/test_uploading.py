"""Cards that come in as files: vCards and spreadsheets, into one's own book alone."""

import io
import re

import pytest
from werkzeug.test import TestResponse

from server.review.application import FORM_BYTES_MAX, make_application
from server.settings import LimitSettings, Settings
from server.store.database import Actor
from server.store.sharing import set_member
from tests.builders import Home, a_card, a_name
from tests.review.conftest import MODULE, Browser, browser_of


def sent(browser: Browser, *files: tuple[str, bytes]) -> TestResponse:
    """Send files with the form of the page."""
    token = re.search(r'csrf_token" value="([^"]+)"', browser.get("/upload").text)
    assert token is not None
    return browser.client.post(
        "/upload",
        data={
            "csrf_token": token[1],
            "file": [(io.BytesIO(octets), name) for name, octets in files],
        },
        content_type="multipart/form-data",
    )


def test_vcards_and_spreadsheets_come_in_together(home: Home, anna: Browser) -> None:
    sheet = b"First Name,Last Name,Phone 1 - Value\nMia,Kern,+49 30 23125 303\n"
    answer = sent(anna, ("a.vcf", a_card("n1", "Otto Kern")), ("b.csv", sheet))
    assert answer.status_code == 303
    page = anna.get("/upload").text
    assert "2 cards came in" in page
    assert home.entry("anna", "Otto Kern").octets
    assert home.entry("anna", "Mia Kern").octets
    assert "came in" not in anna.get("/upload").text, "said once"


def test_the_same_file_twice_does_no_harm(home: Home, anna: Browser) -> None:
    for _ in range(2):
        assert sent(anna, ("a.vcf", a_card("n1", "Otto Kern"))).status_code == 303
    page = anna.get("/upload").text
    assert "Nothing new" in page
    assert "was here already" in page
    assert home.entry("anna", "Otto Kern").octets


def test_a_broken_card_is_named_and_the_others_come_in(home: Home, anna: Browser) -> None:
    broken = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut Off\r\n"
    sent(anna, ("mixed.vcf", a_card("n1", "Otto Kern") + broken), ("x.vcf", b"no card at all"))
    page = anna.get("/upload").text
    assert "1 card came in" in page
    assert "2 were left out" in page
    assert "mixed.vcf, 2" in page
    assert "x.vcf" in page


def test_so_many_at_once_are_held_from_others(home: Home, anna: Browser) -> None:
    cards = b"".join(a_card(f"m{number}", a_name(number)) for number in range(30))
    sent(anna, ("all.vcf", cards))
    assert "shown to nobody else" in anna.get("/upload").text
    assert not [each for each in home.entries("ben") if a_name(3).encode() in each.octets]


@pytest.mark.parametrize(
    ("name", "octets"),
    [("a.vcf", b""), ("a.vcf", b"hello"), ("a.csv", b"a,b\n1,2\n"), ("a.zip", b"PK\x03\x04\x00")],
)
def test_what_is_no_address_book_is_refused_in_words(
    anna: Browser, name: str, octets: bytes
) -> None:
    answer = sent(anna, (name, octets))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_picture_is_no_address_book_in_the_readers_language(anna: Browser) -> None:
    anna.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    answer = sent(anna, ("me.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"))
    assert answer.status_code == 400
    assert "me.jpg: Das ist weder eine vCard- noch eine CSV-Datei" in answer.text


def test_nothing_chosen_is_said(anna: Browser) -> None:
    assert sent(anna).status_code == 400


def test_a_file_beyond_the_limit_is_refused_in_words(home: Home) -> None:
    settings = Settings(limits=LimitSettings(import_bytes=100_000))
    browser = Browser(make_application(home.db, settings).test_client())
    browser.sign_in("anna")
    assert sent(browser, ("a.vcf", a_card("n1", "Otto Kern"))).status_code == 303
    large = a_card("n2", "Large", "NOTE:" + "x" * 200_000)
    answer = sent(browser, ("a.vcf", large))
    assert answer.status_code == 413
    assert "larger" in answer.text


def test_nobody_else_may_send_more_than_a_form(home: Home, anna: Browser) -> None:
    large = b"x" * (FORM_BYTES_MAX + 1000)
    stranger = browser_of(home)
    answer = stranger.client.post("/upload", data={"file": (io.BytesIO(large), "a.vcf")})
    assert answer.status_code in {303, 413}
    token = re.search(r'csrf_token" value="([^"]+)"', anna.get("/members").text)
    assert token is not None
    answer = anna.client.post(
        "/members/sharing", data={"csrf_token": token[1], "sharing": "x" * FORM_BYTES_MAX}
    )
    assert answer.status_code == 413


def test_a_guest_brings_nothing_in(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", role="guest")
    ben = browser_of(home)
    ben.sign_in("ben")
    assert ben.get("/upload").status_code == 400


def test_a_files_name_is_text_and_nothing_else(anna: Browser) -> None:
    sent(anna, ("<script>alert(1)</script>.vcf", b"x"), ("b.vcf", a_card("n1", "Otto Kern")))
    page = anna.get("/upload").text
    assert "<script" not in page.replace(MODULE, "")
    assert "&lt;script&gt;" in page
