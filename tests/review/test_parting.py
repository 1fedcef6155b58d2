"""On the page of a person and on that of piles a linked card is said to be somebody else."""

import re

from server.cycle import run_cycle
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser
from tests.review.test_card import card_at
from tests.review.test_cases import case_of
from tests.review.test_history import settled
from tests.review.test_languages import GERMAN


def parting(page: str) -> list[str]:
    return re.findall(r'action="(/people/[0-9a-f]+/part[^"]*)"', page)


def test_the_page_of_a_person_parts_a_linked_card(home: Home, anna: Browser, ben: Browser) -> None:
    settled(home)
    path = card_at(home, "anna", "a1")
    (one,) = parting(anna.get(path).text)
    answer = anna.post(one, {}, form=path)
    assert answer.status_code == 303
    assert answer.location == path
    page = anna.get(path).text
    assert "Eva Stein: somebody else now. What was copied stays." in page
    assert parting(page) == []
    assert parting(ben.get(card_at(home, "ben", "b1")).text) == []
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    assert anna.post("/undo", {"mark": mark[1]}, form=path).status_code == 303
    assert parting(anna.get(path).text) == [one]
    run_cycle(home.db, kind="command", releasing=True)
    assert home.verify() == ()


def test_who_may_not_part_them_gets_a_sentence(home: Home, anna: Browser) -> None:
    settled(home)
    path = card_at(home, "anna", "a3")
    assert parting(anna.get(path).text) == []
    answer = anna.post(f"{path}/part", {}, form=path)
    assert answer.status_code == 400
    assert "stands alone" in answer.text


def test_the_page_of_piles_takes_a_card_out_of_a_line(home: Home, anna: Browser) -> None:
    settled(home)
    for who, href, line in (
        ("anna", "x1.vcf", PHONE.replace("101", "555")),
        ("ben", "x2.vcf", PHONE.replace("101", "555")),
        ("anna", "x3.vcf", "EMAIL:x3@example.org"),
        ("ben", "x4.vcf", "EMAIL:x4@example.org"),
    ):
        home.put(who, href, a_card(href, "John Smith", line, "ORG:Harbour"))
    run_cycle(home.db, kind="command", releasing=True)
    path = case_of(home, "anna", "cluster")
    page = anna.get(path).text
    assert "2 cards that are one person already" in page
    assert anna.client.get(path, headers=GERMAN).status_code == 200
    found = re.findall(r'formaction="(/people/[0-9a-f]+/part)"', page)
    assert len(found) == 2
    answer = anna.post(found[1], {"choice-1": "1=A"}, form=path)
    assert answer.status_code == 303
    assert "John Smith: somebody else now." in anna.get("/").text
    run_cycle(home.db, kind="command", releasing=True)
    assert home.verify() == ()
    assert "that are one person already" not in anna.get(case_of(home, "anna", "cluster")).text
