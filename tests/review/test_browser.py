"""The pages in a real browser, without JavaScript, at every width and in both colour schemes.

Needs Debian's package `chromium`; CI fails without it, elsewhere the tests are skipped.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from server.cycle import run_cycle
from server.store.database import Actor
from server.store.sessions import create_setup_link
from tests.builders import Home, a_card
from tests.clients.driving import serving

WIDTHS = (320, 360, 768, 1280)
PASSWORD = "correct horse battery"
LONG = "Maximiliane-Alexandra von Hohenlohe-Langenburg-Schillingsfürst"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    found = shutil.which("chromium")
    if found is None:
        sentence = "Chromium is missing, so no page is opened; install Debian's package chromium."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def household(folder: Path) -> str:
    """A household with long and foreign names and one of each question; gives Anna's setup link."""
    home = Home(folder, "anna", "ben")
    phone = "TEL;TYPE=CELL:+49 30 23125 101"
    mail = "EMAIL:a.rather.long.address@department-of-something.university.example"
    home.put("anna", "a1.vcf", a_card("a1", LONG, phone, "TITLE:Prof"))
    home.put("ben", "b1.vcf", a_card("b1", LONG, phone, "TITLE:Dr"))
    home.put("anna", "a2.vcf", a_card("a2", "ليلى العمري", mail))
    home.put("ben", "b2.vcf", a_card("b2", "ليلى العمري", "TEL:+49 30 23125 202"))
    with home.db.write(Actor("setup-link")) as tx:
        link = create_setup_link(tx, "anna", seconds=3600)
    run_cycle(home.db, kind="quick")  # it may do nothing yet, and writes the letters
    home.db.close()
    return f"/app/setup/{link}"


def fits(page: Page) -> None:
    """Nothing scrolls sideways at any width."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            box = page.locator("main").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["width"] <= width
            for element in page.locator("main article, main section, main form, main h1").all():
                inner = element.bounding_box()
                assert inner is None or inner["x"] + inner["width"] <= width + 0.5, (
                    width,
                    page.url,
                )


def test_from_the_setup_link_to_the_last_question_without_javascript(
    tmp_path: Path, page: Page
) -> None:
    """One tap answers each question, and nothing scrolls sideways on the way."""
    link = household(tmp_path / "data")
    with serving(tmp_path / "data") as site:
        page.goto(site.rstrip("/") + link)
        fits(page)
        page.fill("#p", PASSWORD)
        page.fill("#a", PASSWORD)
        page.click("button.main")
        fits(page)
        page.click(".bar a.main")
        fits(page)
        assert page.inner_text("h1").startswith("Dear")
        page.click("button[value=go]")
        fits(page)
        page.click(".bar a.main")
        assert page.inner_text("h1") == "Are these the same person?"
        fits(page)
        page.click("button[value=same]")
        assert page.inner_text("h1") == "Joined"
        page.click(".bar a.main")
        assert page.inner_text("h1") == f"What is right for {LONG}?"
        fits(page)
        page.check("input[value='TITLE=ben']")
        page.click("button[value=use]")
        page.goto(site.rstrip("/") + "/app/")
        assert page.inner_text("h1") == "Nothing to decide"
        fits(page)
        page.click("footer button")
        assert page.url.endswith("/sign-in")
        fits(page)
