"""Cards that somebody made to do harm: on every page they are text, and nothing else."""

import html
import re
from html.parser import HTMLParser

from server.cycle import run_cycle
from server.store.connecting import connect
from server.store.database import Actor
from server.store.household import set_setting
from tests.builders import Home, a_card
from tests.review.conftest import Browser

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(1)>"
BRACES = "{{ 7*7 }}{% raw %}"
BIDI = "\u202egnp.evil\u202c"
PAGES_MOST = 300


def plant(home: Home) -> None:
    """The same hostile people in both books, with values that differ, and in every other place."""
    lines = (
        "URL:javascript:alert(1)",
        "URL:data:text/html,<script>alert(1)</script>",
        'X-SOCIALPROFILE;TYPE="><script>":javascript:alert(1)',
        f"NOTE:{SCRIPT}",
        f"EMAIL:{QUOTES}@example.org",
        f"item1.TEL:{BRACES}",
        f"item1.X-ABLABEL:{SCRIPT}",
        "PHOTO;ENCODING=b;TYPE=SVG:PHN2Zz48c2NyaXB0PmFsZXJ0KDEpPC9zY3JpcHQ+PC9zdmc+",
        f"BDAY:{SCRIPT}",
    )
    for member, title in (("anna", SCRIPT), ("ben", QUOTES)):
        for number, name in enumerate((f"{SCRIPT} Kern", f"{QUOTES} Kern", f"{BIDI} {BRACES}")):
            phone = f"TEL;TYPE=CELL:+49 30 23125 77{number}"
            body = a_card(f"{member}{number}", name, phone, f"TITLE:{title}", *lines)
            home.put(member, f"{number}.vcf", body)
    home.put("anna", "long.vcf", a_card("long", "x" * 10_000))
    with home.db.write(Actor("device", "anna")) as tx:
        connect(tx, "anna", f"{SCRIPT}{QUOTES}"[:60])
        set_setting(tx, "household", f"{SCRIPT}{QUOTES}{BRACES}")


def crawled(browser: Browser) -> dict[str, str]:
    """Every page that links lead to."""
    waiting, pages = ["/", "/people?q=kern", "/print?q=kern", "/print?all=1"], dict[str, str]()
    while waiting and len(pages) < PAGES_MOST:
        path = waiting.pop(0)
        answer = browser.get(path)
        if answer.mimetype != "text/html":
            pages[path] = ""
            continue
        assert answer.status_code < 500, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        pages[path] = answer.text
        links = re.findall(r'href="(/(?!static)[^"#]*)"', answer.text)
        waiting += [
            each
            for each in dict.fromkeys(map(html.unescape, links))
            if each not in pages and each not in waiting
        ]
    assert len(pages) < PAGES_MOST
    return pages


class Reader(HTMLParser):
    """Reads a page as a browser does, and lists what in it could act by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note elements and attributes that do something."""
        given = {name: (value or "").strip().lower() for name, value in attrs}
        source = given.get("src", "")
        if tag in ("script", "img", "iframe", "object", "embed") and not source.startswith("/"):
            self.live.append(f"<{tag} src={source[:40]!r}>")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.live.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "formaction") and value.startswith(
                ("javascript:", "data:", "vbscript:")
            ):
                self.live.append(f"<{tag} {name}={value[:40]!r}>")


def test_no_page_lets_a_card_do_anything(home: Home, anna: Browser, ben: Browser) -> None:
    plant(home)
    for releasing in (True, False):
        run_cycle(home.db, kind="command", releasing=releasing)
        for browser in (anna, ben):
            for path, page in crawled(browser).items():
                reader = Reader()
                reader.feed(page)
                assert reader.live == [], path
                assert "49{% raw" not in page, path
