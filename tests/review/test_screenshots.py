"""The pictures in the README show the pages as they are: size and text of each are compared, pixels never.

A household of fixed names and times is made, so that the same pages come again: `make screenshots`
writes the pictures anew after a page says something else.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from server.cycle import measure, run_cycle
from server.demo.picture import portrait
from server.store.database import Actor
from server.store.household import set_setting
from tests.builders import Home, a_card
from tests.pictures import photo_line
from tests.review.conftest import Browser, signed_in
from tests.review.screenshots import (
    FOLDER,
    OCTETS_MOST,
    SITE,
    is_writing,
    page_of,
    size_of,
    text_of,
    told_in,
    with_text,
)
from tests.review.test_browser import chromium
from tests.store.test_histories import drawn_from

__all__ = ["chromium"]

NARROW, WIDE = (360, 760), (1280, 860)
SHOTS = {"today": WIDE, "question": NARROW, "people": NARROW, "card": WIDE}
README = Path(__file__).parents[2] / "README.md"


def moment(text: str) -> int:
    """A day of the story, at nine, as the store counts time."""
    at = datetime.fromisoformat(f"{text}T09:00").replace(tzinfo=UTC)
    return int(at.timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Six years of a household, in its own time zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        folder = tmp_path_factory.mktemp("story")
        with drawn_from("pictures"):  # the order of equals follows their random names
            made = Home(folder, "anna", "ben", "mia", begins=moment("2020-03-02"))
            story(made)
        yield made
        made.db.close()
    time.tzset()


def story(home: Home) -> None:
    """What the pictures show: people, a few questions, a suggestion."""
    with home.db.write(Actor("settings")) as tx:
        set_setting(tx, "household", "The Brandt household")
    eva = (
        "TEL;TYPE=CELL:+46 70 174 06 05",
        "ADR;TYPE=HOME:;;Södra Förstadsgatan 84 B;Malmö;;211 43;Sverige",
        "BDAY:1980-02-29",
    )
    _add(home, "anna", "Eva Lindqvist-Schönberg", *eva, "NOTE:The blue songbook is hers.", face=21)
    _add(home, "ben", "Eva Lindqvist-Schönberg", eva[0], "EMAIL:eva@konstnarsnamnden.example")
    _add(home, "anna", "Clara Neumann", "TEL;TYPE=CELL:+49 30 23125 11", "TITLE:Dr")
    _add(home, "ben", "Clara Neumann", "TEL;TYPE=CELL:+49 30 23125 11", "TITLE:Prof")
    _add(home, "anna", "Jonas Weber", "TEL;TYPE=CELL:+49 30 23125 12", face=9)
    _add(home, "anna", "Tom Becker", "TEL;TYPE=CELL:+49 30 23125 13", "ORG:Becker & Söhne")
    _add(home, "ben", "Tom Becker", "EMAIL:tom@becker.example", "ORG:Becker & Söhne", face=13)
    _add(home, "anna", "ليلى العمري", "TEL:+49 30 23125 14")
    _add(home, "ben", "王小明", "TEL:+49 30 23125 15", face=27)
    _add(home, "ben", "Marta Kowalska", "TEL;TYPE=HOME:+49 30 23125 16")
    _add(home, "anna", "Kinderarztpraxis Am Park", "TEL;TYPE=WORK:+49 30 23125 17")
    home.clock.now = moment("2020-03-03")
    run_cycle(home.db, kind="command", releasing=True)
    home.clock.now = moment("2024-05-04")
    _edit(home, "anna", "Clara", b"23125 11", b"23125 91")
    run_cycle(home.db, kind="command", releasing=True)
    home.clock.now = moment("2026-11-18")
    _edit(home, "ben", "Jonas", b"END:VCARD", b"EMAIL:jonas@weber.example\r\nEND:VCARD")
    home.clock.now = moment("2026-11-20")
    run_cycle(home.db, kind="nightly")
    measure(home.db)
    home.clock.now = moment("2026-11-21")


def _add(home: Home, who: str, name: str, *lines: str, face: int = 0) -> None:
    photo = (photo_line(portrait(face * 1021), "PNG"),) if face else ()
    uid = f"{who}-{name.encode().hex()[:24]}"
    assert home.put(who, f"{uid}.vcf", a_card(uid, name, *lines, *photo)).status == 201


def _edit(home: Home, who: str, name: str, old: bytes, new: bytes) -> None:
    entry = home.fetch(who, home.entry(who, name).href)
    body = entry.octets.replace(old, new)
    assert home.put(who, entry.href, body, if_match=home.etag(who, entry)).status == 204


def opened(page: Page, name: str) -> None:
    """Go where a picture is taken."""
    page.goto(f"{SITE}/")
    if name == "question":
        page.get_by_text("Tom Becker").first.click()
    elif name != "today":
        page.goto(f"{SITE}/people")
    if name == "card":
        page.get_by_text("Eva Lindqvist-Schönberg").first.click()
    for each in page.locator("img[loading=lazy]").all():
        each.scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_shows_its_page_as_it_is(home: Home, chromium: Chromium, name: str) -> None:
    anna: Browser = signed_in(home, "anna")
    width, height = SHOTS[name]
    path = FOLDER / f"{name}-{width}.png"
    with page_of(chromium, anna.client) as page:
        page.set_viewport_size({"width": width, "height": height})
        opened(page, name)
        text = text_of(page)
        if is_writing():
            FOLDER.mkdir(exist_ok=True)
            path.write_bytes(with_text(page.screenshot(), text))
    picture = path.read_bytes()
    assert told_in(picture).splitlines() == text.splitlines(), "make screenshots writes it anew"
    assert size_of(picture) == (width, height)
    assert len(picture) < OCTETS_MOST


def test_every_picture_stands_in_the_readme_and_says_what_it_shows() -> None:
    readme = README.read_text()
    for path in FOLDER.iterdir():
        assert f"](docs/screenshots/{path.name})" in readme
        assert f"![](docs/screenshots/{path.name})" not in readme
    assert {each.name for each in FOLDER.iterdir()} == {
        f"{name}-{width}.png" for name, (width, _) in SHOTS.items()
    }
