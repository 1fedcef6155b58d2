"""What holds on every page that links lead to: it fits, its fields have names, its references lead somewhere."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from server.cycle import run_cycle
from server.store.connecting import connect
from server.store.database import Actor
from server.store.devices import touch
from tests.builders import Home
from tests.clients.driving import serving
from tests.review.conftest import Browser
from tests.review.test_browser import LONG, PASSWORD, chromium, household

__all__ = ["chromium"]

PAGES_MOST = 200
NARROW = (320, 768)


def links_on(page: str) -> list[str]:
    """Where a page's own links lead, static files aside."""
    found = re.findall(r'href="((?:/app)?/(?!(?:app/)?static)[^"#]*)"', page)
    return list(dict.fromkeys(map(html.unescape, found)))


def crawled(browser: Browser) -> dict[str, str]:
    """Every page that links lead to."""
    waiting, pages = ["/", "/people?q=nobody", "/print?q=e", "/print?all=1"], dict[str, str]()
    while waiting and len(pages) < PAGES_MOST:
        path = waiting.pop(0)
        answer = browser.get(path)
        if answer.mimetype == "text/html":
            pages[path] = answer.text
            waiting += [each for each in links_on(answer.text) if each not in {*pages, *waiting}]
    assert len(pages) < PAGES_MOST
    return pages


class Reader(HTMLParser):
    """What a page says to whoever does not see it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.fields: list[tuple[str, bool]] = []
        self.labelled: set[str] = set()
        self.headings = 0
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, references, labels, fields and headings."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.wanted += given.get(name, "").split()
        self.headings += tag == "h1"
        if tag == "label":
            self._labels += 1
            self.labelled.add(given.get("for", ""))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            named = bool(self._labels) or "aria-label" in given or "aria-labelledby" in given
            self.fields.append((given.get("id", ""), named))

    def handle_endtag(self, tag: str) -> None:
        """Note where a label ends."""
        self._labels -= tag == "label"


def test_every_field_has_a_name_and_every_reference_leads_somewhere(
    home: Home, anna: Browser
) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    with home.db.write(Actor("device", "anna")) as tx:
        connect(tx, "anna", "Tablet")
    touch(home.db, home.devices["anna+phone"], "DAVx5/4.5")
    for path, page in crawled(anna).items():
        reader = Reader()
        reader.feed(page)
        assert len(reader.ids) == len(set(reader.ids)), (path, "an id stands twice")
        assert set(reader.wanted) <= set(reader.ids), (path, set(reader.wanted) - set(reader.ids))
        nameless = [name for name, ok in reader.fields if not ok and name not in reader.labelled]
        assert nameless == [], path
        assert reader.headings == 1, path


def test_nothing_scrolls_sideways_on_any_page(tmp_path: Path, chromium: Chromium) -> None:
    """With long names, foreign ones, and addresses without a space."""
    data = tmp_path / "data"
    link = household(data)
    with serving(data) as site:
        context = chromium.new_context(java_script_enabled=True)
        page = context.new_page()
        page.goto(site.rstrip("/") + link)
        page.fill("#p", PASSWORD)
        page.fill("#a", PASSWORD)
        page.click("button.main")
        page.goto(f"{site}app/devices")
        page.fill("#name", LONG[:60])
        page.click("button.main")
        wide = [each for width in NARROW for each in too_wide(page, site, width)]
        context.close()
    assert wide == []


def too_wide(page: Page, site: str, width: int) -> list[str]:
    """The pages that are wider than the window."""
    page.set_viewport_size({"width": width, "height": 700})
    waiting, seen, found = ["/app/"], set[str](), list[str]()
    while waiting and len(seen) < PAGES_MOST:
        path = waiting.pop(0)
        seen.add(path)
        if "mine." in path or "/export" in path or path.endswith((".vcf", ".csv")):
            continue
        page.goto(site.rstrip("/") + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} at {width}")
        waiting += [each for each in links_on(page.content()) if each not in {*seen, *waiting}]
    return found
