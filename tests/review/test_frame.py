"""The frame around every page: what leads where, and how much a page weighs."""

import gzip
import re
from pathlib import Path

from server.cases import open_cases
from server.cycle import run_cycle
from server.review import application
from server.review.application import make_application
from server.settings import Settings
from tests.builders import Home
from tests.review.conftest import Browser, browser_of

STATIC = Path(application.__file__).parent / "static"
CSS_BYTES_MOST = 12 * 1024
SCRIPT_BYTES_MOST = 8 * 1024
CASE_BYTES_MOST = 15 * 1024
ELSEWHERE = {"static", "sign_in", "done"}
"""What no link leads to: static files, the sign-in page, and what follows an answer."""


def links_on(page: str) -> set[str]:
    """Where a page's own links lead."""
    return set(re.findall(r'href="(/(?!static)[^"#?]*)', page))


def packed(octets: bytes) -> int:
    """How many bytes travel."""
    return len(gzip.compress(octets, 9))


def test_every_screen_is_two_taps_away(home: Home, anna: Browser) -> None:
    app = make_application(home.db, Settings())
    wanted = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and not rule.arguments
        and rule.endpoint not in ELSEWHERE
    }
    first = links_on(anna.get("/").text)
    second = {path for each in first for path in links_on(anna.get(each).text)}
    assert wanted - first - second == set()


def test_a_page_says_where_it_is(anna: Browser) -> None:
    page = anna.get("/members").text
    assert len(re.findall(r'aria-current="(?:page|true)"', page)) >= 1


def test_whoever_is_not_signed_in_sees_no_tabs(home: Home) -> None:
    assert 'class="tabs"' not in browser_of(home).get("/sign-in").text


def test_styles_and_scripts_stay_small() -> None:
    assert packed(b"".join(each.read_bytes() for each in STATIC.glob("*.css"))) <= CSS_BYTES_MOST
    assert packed(b"".join(each.read_bytes() for each in STATIC.glob("*.js"))) <= SCRIPT_BYTES_MOST


def test_the_page_of_a_case_stays_small(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    cases = open_cases(home.db, "anna")
    assert {each.kind for each in cases} >= {"same-person", "values"}
    for each in cases:
        assert packed(anna.get(f"/case/{each.id}").data) <= CASE_BYTES_MOST
