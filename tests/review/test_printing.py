"""Pages for paper: only what one sees oneself, and nothing is kept of who stands on the sheet."""

import re

from tests.builders import Home, a_card
from tests.review.conftest import MODULE, Browser


def card_of(browser: Browser, name: str) -> str:
    """What the search on the page calls somebody."""
    page = browser.get(f"/print?q={name}").text
    found = re.search(r'name="who" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def test_the_list_holds_everybody_one_sees_and_nobody_else(
    home: Home, anna: Browser, ben: Browser
) -> None:
    home.put("anna", "n.vcf", a_card("n", "Otto Kern", "TEL:+49 30 23125 909"))
    mine, theirs = anna.get("/print?all=1").text, ben.get("/print?all=1").text
    for name in ("Eva Stein", "Jan Vermeer", "Otto Kern"):
        assert name in mine
        assert name in theirs
    assert "+49 30 23125 909" in theirs
    assert "Marker Private" in mine
    assert "Marker Private" not in theirs
    assert "marker-note-anna" not in theirs


def test_the_sheet_holds_whom_one_ticks_in_that_order(home: Home, anna: Browser) -> None:
    home.put("anna", "n.vcf", a_card("n", "Otto Kern", "TEL;TYPE=CELL:+49 30 23125 909"))
    otto, eva = card_of(anna, "Otto"), card_of(anna, "Eva")
    page = anna.get(f"/print?who={otto}&who={eva}").text
    sheet = page[page.index("In an emergency") :]
    assert sheet.index("Otto Kern") < sheet.index("Eva Stein")
    assert "+49 30 23125 909" in sheet
    assert '<b dir="ltr">112</b>' in sheet


def test_nobody_gets_on_a_sheet_who_is_not_seen(home: Home, anna: Browser, ben: Browser) -> None:
    hidden = card_of(anna, "Private")
    page = ben.get(f"/print?who={hidden}&who=nonsense").text
    assert "Marker" not in page
    assert "In an emergency" not in page


def test_no_script_of_a_card_runs_on_paper(home: Home, anna: Browser) -> None:
    home.put("anna", "n.vcf", a_card("n", "<script>alert(1)</script> Kern", "TEL:<b>1</b>"))
    for path in ("/print?all=1", f"/print?who={card_of(anna, 'Kern')}"):
        page = anna.get(path).text
        assert "<script" not in page.replace(MODULE, "")
        assert "<b>1</b>" not in page


def test_a_card_on_paper_is_the_card_and_no_more(home: Home, anna: Browser) -> None:
    page = anna.get("/people").text
    found = re.search(r'href="(/people/[^"?]+|/card/[^"?]+)"', page)
    assert found is not None, page
    card = anna.get(found[1]).text
    around = re.findall(r'<section class="([^"]+)" aria-labelledby="[hosd]"', card)
    assert len(around) >= 2
    assert all("no-print" in each for each in around)
