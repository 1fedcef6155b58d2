"""The page on which a member says who stands twice in their book: ticked, left, one act, one undo."""

import re

from server.cases import open_cases
from server.cycle import run_cycle
from tests.builders import Home, a_card, a_name
from tests.review.conftest import Browser
from tests.review.test_frame import CASE_BYTES_MOST, packed

SHOWN = 20


def twice(home: Home, count: int) -> str:
    """So many of Anna's people stand twice in her book; gives the path of the question."""
    for index in range(count):
        name, mail = a_name(index + 40), f"EMAIL:nr{index}@example.org"
        one = a_card(f"one-{index}", name, mail, "ORG:A <b>")
        assert home.put("anna", f"one-{index}.vcf", one).status == 201
        other = a_card(f"other-{index}", f"{name}er", mail)
        assert home.put("anna", f"other-{index}.vcf", other).status == 201
    run_cycle(home.db, kind="command", releasing=True)
    return next(
        f"/case/{each.id}" for each in open_cases(home.db, "anna") if each.kind == "doubles"
    )


def fields(page: str, *, unticked: int = 0) -> dict[str, str]:
    """What a browser sends with the page when all but some are ticked."""
    found = dict(re.findall(r'name="(choice-\d+-[ab])" value="([^"]+)"', page))
    for name in [each for each in found if each.endswith("b")][:unticked]:
        del found[name]
    return {**found, "answer": "doubles"}


def joined(home: Home) -> int:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT count(*) FROM link WHERE ended IS NULL AND member = 'anna'"
        )
        return int(row.fetchone()[0])


def test_today_has_one_line_for_all_of_them(home: Home, anna: Browser) -> None:
    path = twice(home, 5)
    page = anna.get("/").text
    assert page.count("5 of your people may be in your book twice") == 1
    assert path in page
    assert "and 2 more" in page


def test_who_is_ticked_is_one_person_and_who_is_left_is_asked_later(
    home: Home, anna: Browser
) -> None:
    path = twice(home, 5)
    page = anna.get(path).text
    assert page.count(" checked") == 5
    assert "A &lt;b&gt;" in page
    answer = anna.post(path, fields(page, unticked=2))
    assert answer.headers["Location"] == "/done?answer=doubles"
    assert joined(home) == 3
    done = anna.get("/done?answer=doubles").text
    assert "Each of them is one person now" in done
    mark = re.search(r'name="mark" value="([^"]+)"', done)
    assert mark is not None
    anna.post("/undo", {"mark": mark[1]}, form="/done?answer=doubles")
    assert joined(home) == 0
    assert "5 of your people may be in your book twice" in anna.get(path).text


def test_where_nobody_is_ticked_nothing_is_said(home: Home, anna: Browser) -> None:
    path = twice(home, 3)
    sent = fields(anna.get(path).text, unticked=3)
    assert anna.post(path, sent).headers["Location"] == "/"
    assert anna.post(path, {"answer": "later"}).headers["Location"] == "/"
    assert joined(home) == 0


def test_one_of_them_is_looked_at_alone(home: Home, anna: Browser) -> None:
    page = anna.get(twice(home, 2)).text
    alone = re.findall(r'class="link" href="(/case/[0-9a-f]+)"', page)
    assert len(alone) == 2
    assert "Are these the same person?" in anna.get(alone[0]).text
    assert anna.post(alone[0], {"answer": "different"}).status_code == 303
    assert "may be in your book twice" not in anna.get("/").text


def test_of_many_the_first_are_shown_and_the_page_stays_small(home: Home, anna: Browser) -> None:
    path = twice(home, SHOWN + 4)
    page = anna.get(path)
    assert page.text.count('<label class="ticks">') == SHOWN
    assert "And 4 more after these." in page.text
    assert packed(page.data) <= CASE_BYTES_MOST
    assert anna.post(path, fields(page.text)).status_code == 303
    assert joined(home) == SHOWN
    assert "4 of your people may be in your book twice" in anna.get(path).text


def test_what_is_no_answer_is_said_on_the_page(home: Home, anna: Browser, ben: Browser) -> None:
    path = twice(home, 2)
    sent = fields(anna.get(path).text)
    home.delete("anna", "one-0.vcf")
    assert anna.post(path, {"answer": "doubles"}, form="/").status_code in (400, 404)
    assert anna.post(path, sent, form="/").status_code in (400, 404)
    assert joined(home) == 0
    assert ben.get(path).status_code == 404
