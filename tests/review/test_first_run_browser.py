"""A household from its first link to the first undo, in a phone-sized window, with JavaScript and without.

Anna begins it, invites Ben and brings a spreadsheet; Ben joins and brings vCards; a letter waits, one of
them says yes; a device added on the page syncs by CardDAV; what was done is undone.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from server.store.beginning import begin_token
from server.store.database import Actor, open_database
from server.store.household import set_setting
from server.store.migrate import create_database
from tests.builders import a_card
from tests.clients.driving import Client, serving, vdirsyncer
from tests.review.test_browser import PASSWORD, chromium, fits

__all__ = ["chromium"]

PHONE: ViewportSize = {"width": 360, "height": 740}
SHEET = (
    "First Name,Last Name,Organization Title,Phone 1 - Label,Phone 1 - Value,E-mail 1 - Value\n"
    "Eva,Stein,Prof,Mobile,+49 30 23125 101,eva@example.org\n"
    "Jan,Vermeer,,Home,+49 30 23125 102,\n"
    "Laila,Omari,,Mobile,+49 30 23125 103,\n"
)
CARDS = (
    a_card("b1", "Eva Stein", "TEL;TYPE=CELL:+49 30 23125 101", "BDAY:1981-05-04"),
    a_card("b2", "Jan Vermeer", "EMAIL:jan@example.org"),
)


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def phones(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[list[BrowserContext]]:
    """Two phones' browsers: Anna's and Ben's."""
    made = [
        chromium.new_context(viewport=PHONE, java_script_enabled=request.param) for _ in range(2)
    ]
    yield made
    for each in made:
        each.close()


def new_household(folder: Path) -> str:
    """An empty household; the path that its first start printed."""
    database = create_database(folder, household="Nobody's", region="DE")
    with database.write(Actor("settings")) as tx:
        set_setting(tx, "settle_seconds", "0")
    database.close()
    return "/app/begin/"


def token(folder: Path) -> str:
    """What a start prints; the one of the server under test lies in its log alone."""
    with open_database(folder).write(Actor("settings")) as tx:
        found = begin_token(tx)
    assert found is not None
    return found


def begin(page: Page, site: str, path: str) -> str:
    """Anna begins the household and invites Ben; the path of his link."""
    page.goto(site + path)
    fits(page)
    page.set_viewport_size(PHONE)
    page.fill("#h", "The Hartwigs")
    page.fill("#n", "Anna")
    page.check("input[value=all]")
    page.fill("#p", PASSWORD)
    page.fill("#a", PASSWORD)
    page.click("button.main")
    headed(page, "Welcome, Anna")
    fits(page)
    page.set_viewport_size(PHONE)
    page.click("text=Invite somebody")
    page.fill("#name", "Ben")
    page.click("text=Make the invitation")
    return page.inner_text(".code")


def bring(page: Page, site: str, file: Path, said: str) -> None:
    """Bring a file in."""
    page.goto(f"{site}/app/upload")
    page.set_input_files("#file", str(file))
    page.click("button.main")
    headed(page, said)
    fits(page)
    page.set_viewport_size(PHONE)


def join(page: Page, link: str) -> None:
    """Ben chooses a password and says what he shares."""
    page.goto(link)
    page.fill("#p", PASSWORD)
    page.fill("#a", PASSWORD)
    page.check("input[value=all]")
    page.click("button.main")
    headed(page, "Welcome, Ben")


def headed(page: Page, text: str) -> None:
    """What the page says first, as soon as it is there: with scripts it stands above the next question."""
    page.locator("h1, .toast p", has_text=text).first.wait_for()


def connect(page: Page, site: str) -> str:
    """Anna adds a device; its password, typed off the page."""
    page.goto(f"{site}/app/devices")
    page.fill("#name", "Anna's laptop")
    page.click("button.main")
    page.locator("summary").first.wait_for()
    fits(page)
    page.set_viewport_size(PHONE)
    page.click("summary")
    return page.locator("dd .code").nth(2).inner_text()


def test_from_the_first_link_to_the_first_undo(
    tmp_path: Path, phones: list[BrowserContext]
) -> None:
    anna, ben = (each.new_page() for each in phones)
    (tmp_path / "anna.csv").write_text(SHEET, encoding="utf-8")
    (tmp_path / "ben.vcf").write_bytes(b"".join(CARDS))
    path = new_household(tmp_path / "data")
    with serving(tmp_path / "data", HEARTHBOOK_SCHEDULE__QUICK_SECONDS="1") as address:
        site = address.rstrip("/")
        link = begin(anna, site, path + token(tmp_path / "data"))
        bring(anna, site, tmp_path / "anna.csv", "3 cards came in")
        join(ben, link)
        bring(ben, site, tmp_path / "ben.vcf", "2 cards came in")

        ben.goto(f"{site}/app/welcome")
        ben.click("text=Read the letter")
        deadline = time.monotonic() + 60  # it is written some seconds after the last card came in
        while ben.inner_text("h1") == "A letter is being written" and time.monotonic() < deadline:
            ben.click("section.calm a.main")
        headed(ben, "Dear Ben,")
        laptop = Client("anna", tmp_path / "anna", vdirsyncer())
        laptop.set_up(address, connect(anna, site), {})
        laptop.sync()
        assert "1981" not in "".join(laptop.files().values()), "nothing before somebody says yes"
        ben.click("button[value=go]")
        headed(ben, "Done")

        laptop.sync()
        text = "".join(laptop.files().values())
        assert len(laptop.files()) == 4, "whoever is asked about is shown twice"
        assert re.search(r"BDAY[^\n]*1981", text), "Eva's birthday came from Ben's card"
        anna.click("text=Done, show me whether it works")
        anna.locator("main", has_text="4 cards synced").wait_for()

        anna.goto(f"{site}/app/")
        anna.click("a.main")
        headed(anna, "Are these the same person?")
        fits(anna)
        anna.set_viewport_size(PHONE)
        anna.click("button[value=same]")
        headed(anna, "Joined")
        laptop.sync()
        assert "jan@example.org" in "".join(laptop.files().values())
        assert len(laptop.files()) == 3
        with anna.expect_response(lambda answer: answer.request.method == "POST"):
            anna.click("text=Undo")
        laptop.sync()
        assert len(laptop.files()) == 4, "Jan is two people again"
