"""Photos on pages: seen by whoever sees them on a card, in a sandbox, and telling no place."""

import base64
import re

import pytest
from playwright.sync_api import Browser as Chromium

from server.contacts.pictures import picture_of
from server.cycle import run_cycle
from server.store.cards import cards_of
from server.store.database import Actor
from server.store.sharing import set_share, set_visibility
from tests.builders import Home, a_card
from tests.pictures import GIF, JPEG, PLACE, WEBP, WEBP_LOSSLESS, exif, jpeg_with, photo_line, png
from tests.review.conftest import PHONE, Browser, browser_of, without_token
from tests.review.test_browser import chromium

__all__ = ["chromium"]

TAKEN = jpeg_with((0xE1, b"Exif\0\0" + exif()))


def photo_on(page: str) -> str:
    """The address of the first photo on a page; empty where there is none."""
    found = re.search(r'src="(/people/[0-9a-f]+/photo/[0-9a-f]+)"', page)
    return found[1] if found else ""


def with_photo(home: Home, *lines: str) -> str:
    """A card of Anna's with a photo that says where it was taken; gives its id."""
    home.put("anna", "p.vcf", a_card("p", "Pia Photo", PHONE, photo_line(TAKEN), *lines))
    with home.db.read() as tx:
        return next(each.id for each in cards_of(tx, "anna") if each.uid == "p")


def test_a_photo_stands_on_the_card_and_in_the_list(
    home: Home, anna: Browser, ben: Browser
) -> None:
    card = with_photo(home)
    for browser in (anna, ben):
        for page in (f"/people/{card}", "/people", "/people?q=pia"):
            path = photo_on(browser.get(page).text)
            assert path.startswith(f"/people/{card}/photo/")
            answer = browser.get(path)
            assert (answer.status_code, answer.data) == (200, JPEG)
    assert 'alt="Photo of Pia Photo"' in ben.get(f"/people/{card}").text


def test_a_photo_is_served_in_a_sandbox_and_kept_by_nobody_else(home: Home, anna: Browser) -> None:
    card = with_photo(home)
    answer = anna.get(photo_on(anna.get(f"/people/{card}").text))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert PLACE not in answer.data


def test_a_photo_is_asked_for_again_and_sent_once(home: Home, ben: Browser) -> None:
    card = with_photo(home)
    path = photo_on(ben.get(f"/people/{card}").text)
    known = {"If-None-Match": ben.get(path).headers["ETag"]}
    again = ben.client.get(path, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert ben.client.get(path, headers=known).status_code == 404, "it was taken back"


def test_a_photo_that_one_may_not_see_is_as_if_it_was_not_there(
    home: Home, anna: Browser, ben: Browser
) -> None:
    """The same page, and the same numbers of statements and rows."""
    card = with_photo(home, "CLASS:PRIVATE")
    path = photo_on(anna.get(f"/people/{card}").text)
    mark = path.rpartition("/")[2]
    asked = (path, f"/people/{'0' * 32}/photo/{mark}", f"/people/{card}/photo/{'0' * 32}")
    ben.get(asked[0])
    answers, costs = [], []
    for each in asked:
        before = (home.db.counters.statements, home.db.counters.rows)
        answers.append(ben.get(each))
        after = (home.db.counters.statements, home.db.counters.rows)
        costs.append((after[0] - before[0], after[1] - before[1]))
    assert {each.status_code for each in answers} == {404}
    assert len(set(map(without_token, answers))) == 1
    assert len({(each.headers["Cache-Control"]) for each in answers}) == 1
    assert len(set(costs)) == 1
    assert photo_on(ben.get("/people").text) == ""


def test_nobody_sees_a_photo_without_signing_in(home: Home, anna: Browser) -> None:
    path = photo_on(anna.get(f"/people/{with_photo(home)}").text)
    answer = browser_of(home).get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/sign-in")


def test_who_sees_the_name_alone_sees_no_photo(home: Home, anna: Browser, ben: Browser) -> None:
    card = with_photo(home)
    path = photo_on(anna.get(f"/people/{card}").text)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    assert photo_on(ben.get(f"/people/{card}").text) == ""
    assert ben.get(path).status_code == 404


def test_another_photo_has_another_address(home: Home, anna: Browser) -> None:
    card = with_photo(home)
    path = photo_on(anna.get(f"/people/{card}").text)
    home.put("anna", "p.vcf", a_card("p", "Pia Photo", PHONE, photo_line(png(), "PNG")))
    now = photo_on(anna.get(f"/people/{card}").text)
    assert now not in ("", path)
    assert anna.get(now).data == png()
    assert anna.get(path).status_code == 404


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO;VALUE=uri:https://photos.example/pia.jpg",
        "PHOTO;VALUE=uri:http://127.0.0.1:1/pia.jpg",
        photo_line(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG+XML"),
        photo_line(b"<html><script>alert(1)</script>", "PNG"),
        photo_line(png(60_000, 60_000), "PNG"),
        "PHOTO:data:text/html\\;base64\\,PHNjcmlwdD4=",
    ],
)
def test_without_a_fit_photo_there_are_initials(home: Home, anna: Browser, line: str) -> None:
    home.put("anna", "p.vcf", a_card("p", "Pia Photo", PHONE, line))
    page = anna.get("/people?q=pia").text
    assert photo_on(page) == ""
    assert ">PP</span>" in page
    found = re.search(r'href="(/people/[0-9a-f]+)"', page)
    assert found is not None
    card = anna.get(found[1]).text
    assert photo_on(card) == ""
    assert '<span class="face big" aria-hidden="true">PP</span>' in card
    assert 'photos.example/pia.jpg"' not in card.replace("href=", "")


def test_both_faces_stand_beside_the_question_whether_they_are_one(
    home: Home, anna: Browser
) -> None:
    home.put("anna", "a2.vcf", a_card("a2", "Jan Vermeer", "EMAIL:j@example.org", photo_line(JPEG)))
    run_cycle(home.db, kind="command", releasing=True)
    pages = [anna.get(each).text for each in re.findall(r"/case/\w+", anna.get("/").text)]
    page = next(each for each in pages if "Are these the same person?" in each)
    assert anna.get(photo_on(page)).data == JPEG


def test_a_browser_shows_every_format(chromium: Chromium) -> None:
    """What is left of each picture is still one."""
    page = chromium.new_page()
    for octets in (
        TAKEN,
        png(),
        GIF,
        WEBP,
        WEBP_LOSSLESS,
        jpeg_with((0xE1, b"Exif\0\0" + exif(6))),
    ):
        picture = picture_of(octets)
        assert picture is not None
        data = base64.b64encode(picture.octets).decode()
        page.set_content(f'<img src="data:{picture.media_type};base64,{data}">')
        page.wait_for_function("document.images[0].complete")
        size = page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]")
        turned = octets not in (TAKEN, png(), GIF, WEBP, WEBP_LOSSLESS)
        assert size == ([2, 3] if turned else [1, 1] if octets in (GIF, WEBP_LOSSLESS) else [3, 2])
    page.close()
