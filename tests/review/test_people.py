"""The list of people: only one's own view, found in any script, page by page."""

import html
import re

import pytest

from server.store.database import Actor
from server.store.people import Search, count_people, list_people, prepare_list
from server.store.sharing import set_share
from tests.builders import Home, a_card, a_name
from tests.review.conftest import Browser

_NAME = r'<span class="name"><bdi dir="auto">([^<]*)</bdi>'


def names_on(page: str) -> list[str]:
    """The names that a list shows, in their order."""
    return [html.unescape(each) for each in re.findall(_NAME, page)]


def test_a_member_sees_who_is_on_their_phone(home: Home, anna: Browser, ben: Browser) -> None:
    assert names_on(anna.get("/people").text) == [
        "Eva Stein",
        "Eva Stein",
        "Jan Vermeer",
        "Jan Vermeer",
        "Marker Private",
    ]
    assert "Marker Private" not in ben.get("/people").text
    assert "Marker Private" not in ben.get("/people?q=marker").text
    assert "Nobody fits" in ben.get("/people?q=marker-note").text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jürgen Müller-Lüdenscheidt", "mueller jur"),
        ("Jürgen Müller-Lüdenscheidt", "LÜDEN"),
        ("ليلى العمري", "ليلى"),
        ("王小明", "小明"),
        ("王小明", "xiao"),
        ("Иван Петров", "petrov"),
        ("Ann O'Hara", "o'hara"),
        ("Nia", "030/77 88"),
        ("Nia", "+4930 77"),
        ("Nia", "0049307788"),
        ("Nia", "nia 7788"),
        ("Nia", "example.org"),
        ("Nia", "bäckerei"),
        ("Nia", "malmo"),
    ],
)
def test_people_are_found_in_any_script_by_parts(
    home: Home, anna: Browser, name: str, typed: str
) -> None:
    lines = ("TEL:+49 30 7788 001", "EMAIL:n@example.org", "ORG:Bäckerei", "ADR:;;A 1;Malmö;;;")
    home.put("ben", "n.vcf", a_card("n", name, *lines))
    found = names_on(anna.client.get("/people", query_string={"q": typed}).text)
    assert name in found
    assert "Eva Stein" not in found


def test_whose_cards_is_a_choice(home: Home, anna: Browser) -> None:
    home.put("ben", "o.vcf", a_card("o", "Only Ben"))
    assert names_on(anna.get("/people?of=ben").text) == ["Eva Stein", "Jan Vermeer", "Only Ben"]
    assert "Only Ben" not in names_on(anna.get("/people?of=anna").text)
    assert names_on(anna.get("/people?of=zoe").text) == []


def test_names_alone_are_listed_and_found_by_the_name_alone(home: Home, anna: Browser) -> None:
    home.put("ben", "o.vcf", a_card("o", "Only Ben", "TEL:+49 30 5556667", "ORG:Bakery"))
    with home.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "anna", "name")
    page = anna.get("/people?q=only")
    assert names_on(page.text) == ["Only Ben"]
    assert "Bakery" not in page.text
    for typed in ("5556667", "bakery"):
        assert names_on(anna.get(f"/people?q={typed}").text) == []


def test_a_long_list_comes_page_by_page(home: Home, anna: Browser) -> None:
    for index in range(60):
        home.put("anna", f"x{index}.vcf", a_card(f"x{index}", a_name(index)))
    first, second = anna.get("/people").text, anna.get("/people?page=2").text
    assert len(names_on(first)) == 50
    assert len(names_on(second)) == 15
    everybody = names_on(first) + names_on(second)
    assert everybody == sorted(everybody, key=str.casefold)
    assert "Page 2 of 2" in second
    assert names_on(anna.get("/people?page=99").text) == names_on(second)
    assert names_on(anna.get("/people?page=x").text) == names_on(first)
    assert names_on(anna.get("/people?at=z").text) == names_on(second)


def test_what_a_search_costs_does_not_depend_on_what_others_keep(home: Home) -> None:
    def cost() -> tuple[int, int]:
        counters = home.db.counters
        before = counters.statements, counters.rows
        prepare_list(home.db, "ben")
        with home.db.read() as tx:
            count_people(tx, "ben", Search.of("e"))
            list_people(tx, "ben", Search.of("e"), most=50)
        return counters.statements - before[0], counters.rows - before[1]

    cost()
    before = cost()
    for index in range(5):
        home.put("anna", f"p{index}.vcf", a_card(f"p{index}", f"Eve {index}", "CLASS:PRIVATE"))
    assert cost() == before


def test_what_is_typed_is_shown_as_text(anna: Browser) -> None:
    page = anna.client.get("/people", query_string={"q": "<b>%(x)s{y}"}).text
    assert "<b>%(x)s" not in page
    assert "&lt;b&gt;%(x)s{y}" in page
