"""Today asks of a few values whether they are still right, and shows how fresh the book is."""

import re

import pytest

from server.cases import checks
from server.cycle import measure
from server.reconcile.gauge import CHECKS_MOST
from server.review.gauge import picture_of
from server.store.jobs import Measured
from tests.builders import Home, a_card
from tests.review.conftest import Browser, signed_in
from tests.review.test_card import card_at
from tests.review.test_history import settled

YEARS = 12 * 366 * 24 * 3600


@pytest.fixture
def old(home: Home) -> Home:
    """Nothing waits any more, but years went by."""
    settled(home)
    for index in range(5):
        line = f"TEL;TYPE=CELL:+49 30 23125 90{index}"
        home.put("anna", f"o{index}.vcf", a_card(f"o{index}", f"Olda Person{index}", line))
    home.clock.pass_seconds(YEARS)
    measure(home.db)
    return home


def forms(page: str) -> list[str]:
    """The addresses to which answers go."""
    section = page.partition('aria-labelledby="right"')[2].partition("</section>")[0]
    return re.findall(r'action="(/case/[0-9a-f]+)"', section)


def test_three_at_a_time_and_nothing_waits_for_them(old: Home, anna: Browser) -> None:
    page = anna.get("/").text
    assert len(forms(page)) == 3
    assert "Nobody has looked at these for long" in page
    with_questions = re.search(r"(\d+|One) questions? (?:is|are) waiting", page)
    assert with_questions is None or with_questions[1] in ("One", "2", "3"), page


def test_one_tap_answers_and_another_takes_it_back(old: Home, anna: Browser) -> None:
    first, *_rest = forms(anna.get("/").text)
    answer = anna.post(first, {"answer": "right"}, form="/")
    assert answer.status_code == 303
    page = anna.get("/").text
    assert first not in forms(page)
    assert "noted as right today" in page
    assert "noted as right today" not in anna.get("/").text, "it is said once"
    anna.post(forms(anna.get("/").text)[0], {"answer": "former"}, form="/")
    page = anna.get("/").text
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None, page
    assert "former value now" in page
    assert anna.post("/undo", {"mark": mark[1]}, form="/").status_code == 303
    assert "Undone" in anna.get("/").text
    assert all(b"23125 90" in each.octets for each in old.entries("anna") if b"Olda" in each.octets)


def test_the_page_of_one_has_the_seldom_answers(old: Home, anna: Browser, ben: Browser) -> None:
    first = forms(anna.get("/").text)[0]
    page = anna.get(first).text
    assert "I do not know" in page
    assert "Nothing is lost" in page
    assert ben.get(first).status_code == 404
    assert anna.post(first, {"answer": "perhaps"}, form=first).status_code == 400
    assert anna.post(first, {"answer": "unknown"}, form=first).status_code == 303
    assert "not asked for a year" in anna.get("/").text
    assert anna.get(first).status_code == 404


def test_the_page_of_a_card_has_a_button_for_each_value(
    old: Home, anna: Browser, ben: Browser
) -> None:
    path = card_at(old, "anna", "o1")
    assert "Unknown" not in anna.get(path).text
    (mark,) = re.findall(
        r'name="mark" value="([0-9a-f]+)" title="Still right"', anna.get(path).text
    )
    form = {"mark": mark}
    assert ben.post(path + "/right", form, form="/members").status_code == 404
    assert anna.post(path + "/right", {"mark": "0" * 64}, form=path).status_code == 404
    assert anna.post(path + "/right", form, form=path).location == path
    page = anna.get(path).text
    assert "noted as right today" in page
    assert "Confirmed on" in page
    assert 'title="Still right"' not in page
    undo = re.search(r'name="mark" value="([0-9a-f]+)"><button', page)
    assert undo is not None
    assert anna.post("/undo", {"mark": undo[1]}, form=path).status_code == 303
    assert 'title="Still right"' in anna.get(path).text
    assert old.verify() == ()


def test_today_reads_no_more_where_a_book_is_larger(old: Home) -> None:
    """Three values are looked at, and what was measured; nothing else of the book."""

    def spent() -> tuple[int, int]:
        anna = signed_in(old, "anna")
        anna.get("/")
        counters = old.db.counters
        before = counters.statements, counters.rows
        assert len(forms(anna.get("/").text)) == 3
        return counters.statements - before[0], counters.rows - before[1]

    few = spent()
    for index in range(60):
        line = f"TEL;TYPE=CELL:+49 30 2313{index:04}"
        old.clock.pass_seconds(600)  # no mass change, which is a question of its own
        old.put("anna", f"p{index}.vcf", a_card(f"p{index}", f"Zora Person{index}", line))
    old.clock.pass_seconds(YEARS)
    measure(old.db)
    assert len(checks(old.db, "anna")) == CHECKS_MOST
    statements, rows = spent()
    assert statements == few[0]
    assert rows <= few[1] + CHECKS_MOST  # the rows kept for tonight, one more day


def test_history_says_it(old: Home, anna: Browser) -> None:
    anna.post(forms(anna.get("/").text)[0], {"answer": "right"}, form="/")
    assert "is still right." in anna.get("/history").text


def test_today_shows_the_gauge_once_there_is_one(home: Home, anna: Browser) -> None:
    settled(home)
    assert "How fresh your book is" not in anna.get("/").text
    measure(home.db)
    page = anna.get("/").text
    assert "is probably still right" in page


def test_it_says_how_it_was_earlier() -> None:
    days = (
        Measured("2026-05-01", 0.71, 400, 380, 200, 90),
        Measured("2026-11-21", 0.78, 412, 375, 236, 86),
    )
    found = picture_of(days)
    assert found is not None
    assert (found.percent, found.trend) == (78, "up from 71 % in May")
    assert [(each.word, each.people) for each in found.parts] == [
        ("Fresh", 236),
        ("Ageing", 86),
        ("Check", 53),
        ("Unknown", 37),
    ]
    last = found.parts[-1]
    assert abs(last.at + last.width - 100) < 0.1
    assert found.line.startswith("0.0,")
    assert found.line.split()[-1].startswith("100.0,")


@pytest.mark.parametrize(
    ("first", "said"),
    [(0.9, "down from 90 % on 1 November 2026"), (0.781, "as on 1 November 2026")],
)
def test_what_is_near_is_named_by_its_day(first: float, said: str) -> None:
    days = (Measured("2026-11-01", first, 9, 9), Measured("2026-11-21", 0.78, 9, 9))
    found = picture_of(days)
    assert found is not None
    assert found.trend == said
    assert found.parts == ()


def test_there_is_no_gauge_where_nothing_is_known() -> None:
    assert picture_of(()) is None
    assert picture_of((Measured("2026-11-21", None, 9, 0, 0, 0),)) is None
    only = picture_of((Measured("2026-11-21", 1.0, 9, 9, 9, 0),))
    assert only is not None
    assert (only.trend, only.line) == ("", "")
