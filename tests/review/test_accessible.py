"""Every screen as somebody meets it who hears it, types, or has scripts switched off, in Debian's Chromium.

axe-core comes with the package axe-playwright-python; nothing is fetched.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from server.cycle import measure, run_cycle
from server.review.guard import SESSION_SECONDS
from server.store.database import Actor
from server.store.sessions import create_session
from server.store.sharing import add_member, set_share
from tests.builders import Home, a_card
from tests.clients.driving import serving
from tests.pictures import photo_line, png
from tests.review.test_browser import LONG, chromium

__all__ = ["chromium"]

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CASES_MOST = 4
PAGES_MOST = 60


def household(folder: Path) -> str:
    """A household with something on every screen; gives the token of Anna's session."""
    home = Home(folder, "anna", "ben")
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gran", name="Großmutter ليلى", shares="name")
        set_share(tx, "anna", "gran", "name")
    for index in range(4):
        line = f"EMAIL:somebody{index}@department-of-something.university.example"
        home.put("anna", f"o{index}.vcf", a_card(f"o{index}", f"Olda Vom{index}Dorf", line))
    home.clock.pass_seconds(12 * 366 * 24 * 3600)
    home.put(
        "anna",
        "a1.vcf",
        a_card(
            "a1", LONG, PHONE, "TITLE:Prof", "NOTE:x", "BDAY:1980-02-29", photo_line(png(), "PNG")
        ),
    )
    home.put("ben", "b1.vcf", a_card("b1", LONG, PHONE, "TITLE:Dr"))
    for index in range(3):
        name = f"Jan{index} Vermeer{index}"
        home.put(
            "anna", f"j{index}.vcf", a_card(f"j{index}", name, f"EMAIL:jan{index}@example.org")
        )
        home.put("ben", f"k{index}.vcf", a_card(f"k{index}", name, f"TEL:+49 30 2312{index} 202"))
    run_cycle(home.db, kind="command", releasing=True)
    home.put("anna", "s.vcf", a_card("s", "王小明", "TITLE:Alt", "ORG:北京大学"))
    home.put("anna", "s.vcf", a_card("s", "王小明", "TITLE:Neu", "ORG:北京大学"))
    home.put("ben", "w.vcf", a_card("w", "Dr Sabine Weiss", "TEL;TYPE=WORK:+49 30 23125 505"))
    entry = home.fetch("anna", home.entry("anna", "Weiss").href)
    home.put("anna", entry.href, entry.octets.replace(b"505", b"506"))
    home.put("anna", "gone.vcf", a_card("gone", "Is Gone"))
    home.delete("anna", "gone.vcf")
    measure(home.db)
    with home.db.write(Actor("session", "anna")) as tx:
        token = create_session(tx, "anna", seconds=SESSION_SECONDS)
    home.db.close()
    return token


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a server, and the token of a session there."""
    token = household(tmp_path / "data")
    with serving(tmp_path / "data") as address:
        yield address.rstrip("/"), token


def opened(chromium: Browser, site: tuple[str, str], *, scripts: bool = True) -> Page:
    """A page in a phone-sized window, signed in."""
    context = chromium.new_context(
        java_script_enabled=scripts,
        viewport={"width": 360, "height": 740},
        reduced_motion="reduce",  # nothing is looked at while it changes its colour
    )
    context.add_cookies([{"name": "hearthbook", "value": site[1], "url": site[0]}])
    page = context.new_page()
    page.goto(site[0] + "/app/")
    return page


def wrong_on(page: Page) -> list[str]:
    """What axe finds on a page: the rule and the first element."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES
    )
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]


def test_axe_finds_nothing_on_any_screen(chromium: Browser, site: tuple[str, str]) -> None:
    page = opened(chromium, site)
    # The longest form fits: what the bar at its foot lies over would count as too small.
    page.set_viewport_size({"width": 360, "height": 5000})
    waiting, seen, kinds = ["/app/"], set[str](), dict[str, int]()
    while waiting and len(seen) < PAGES_MOST:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f]{16,}", "*", path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > (_CASES_MOST if "/case/" in kind else 1):
            continue
        seen.add(path)
        page.goto(site[0] + path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert wrong_on(page) == [], (path, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        links = re.findall(r'href="(/app/(?!static|mine)[^"#]*)"', page.content())
        waiting += [each.replace("&amp;", "&") for each in links if each not in seen]
    assert len(seen) > 20
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_somebody_is_found_and_hidden_with_the_keyboard_alone(
    chromium: Browser, site: tuple[str, str], *, scripts: bool
) -> None:
    page = opened(chromium, site, scripts=scripts)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.goto(site[0] + "/app/people")
    page.focus("#q")
    page.keyboard.type("小明")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people?q=*")
    page.focus("main .lines a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*")
    page.focus("text=Change who sees it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/seen")
    page.focus("input[value=shared]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.focus("button.main")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Phones follow at their next sync")
    assert page.locator("text=Nothing").count() >= 1
    page.context.close()


def test_with_scripts_an_answer_leads_to_the_next_question(
    chromium: Browser, site: tuple[str, str]
) -> None:
    page = opened(chromium, site)
    page.wait_for_selector("main")
    first = page.locator("main .lines a.go", has_text="Jan").first
    first.click()
    page.wait_for_selector("h1:has-text('same person')")
    title = page.locator(".leaf .name").first.inner_text()
    page.keyboard.press("n")
    page.wait_for_selector(".toast:has-text('Kept apart')")
    assert page.evaluate("document.activeElement.tagName") == "H1", "the next question is read out"
    assert "/done" not in page.url
    page.keyboard.press("z")
    page.wait_for_selector("text=Undone; phones fetch it")
    assert page.locator("main", has_text=title).count() == 1
    page.context.close()


def test_keys_are_listed_and_can_be_switched_off(chromium: Browser, site: tuple[str, str]) -> None:
    page = opened(chromium, site)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "go"
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert wrong_on(page) == []
    page.uncheck("#keys input")
    page.click("#keys button")
    before = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.outerHTML") == before
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.context.close()


def test_no_script_is_refused_by_the_pages_own_policy(
    chromium: Browser, site: tuple[str, str]
) -> None:
    page = opened(chromium, site)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    for path in ("/app/", "/app/people", "/app/history", "/app/shown", "/app/devices"):
        page.goto(site[0] + path)
        page.wait_for_load_state("networkidle")
    assert told == []
    page.context.close()
