"""Apple's me-card: per member, only an own card, known to nobody else, and never linked by the machine."""

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle
from tests.builders import a_card
from tests.dav.conftest import Home
from tests.davclient import CS, DAV, DavClient

ME = f"{CS}me-card"
ANNA = a_card("me", "Anna Stein", "EMAIL:anna@example.org")


def a_patch(path: str, *others: str) -> str:
    inside = f"<D:href>{path}</D:href>"
    return (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"><D:set><D:prop>'
        f"<CS:me-card>{inside}</CS:me-card>{''.join(others)}</D:prop></D:set></D:propertyupdate>"
    )


REMOVAL = (
    '<D:propertyupdate xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"><D:remove><D:prop>'
    "<CS:me-card/></D:prop></D:remove></D:propertyupdate>"
)


def me(client: DavClient, path: str) -> str:
    """What a resource says of the me-card; empty where it says nothing."""
    answer = client.propfind(path, "CS:me-card").responses[path]
    return answer.found[ME].findtext(f"{DAV}href") or "" if ME in answer.found else ""


@pytest.fixture
def own(anna: DavClient) -> str:
    """The path of Anna's card of herself."""
    path = f"{anna.book}me.vcf"
    assert anna.put(path, ANNA).status == 201
    return path


@pytest.mark.parametrize("where", ["home", "book"])
def test_it_is_set_on_home_or_book_and_read_on_both(anna: DavClient, own: str, where: str) -> None:
    answer = anna.request("PROPPATCH", getattr(anna, where), a_patch(own))
    assert answer.status == 207
    assert "200 OK" in answer.text
    assert me(anna, anna.home) == me(anna, anna.book) == own


def test_an_absolute_url_of_this_server_is_understood_and_no_other(
    anna: DavClient, own: str
) -> None:
    anna.request("PROPPATCH", anna.home, a_patch(f"http://elsewhere.example{own}"))
    assert me(anna, anna.home) == ""
    anna.request("PROPPATCH", anna.home, a_patch(f"http://contacts.example{own}"))
    assert me(anna, anna.home) == own


def test_nobody_is_me_before_it_was_said(anna: DavClient, own: str) -> None:
    assert own
    assert me(anna, anna.home) == me(anna, anna.book) == ""


def test_it_can_be_taken_back(anna: DavClient, own: str) -> None:
    anna.request("PROPPATCH", anna.home, a_patch(own))
    anna.request("PROPPATCH", anna.home, REMOVAL)
    assert me(anna, anna.home) == ""


def test_no_other_member_can_tell(anna: DavClient, ben: DavClient, own: str) -> None:
    before = ben.sync()
    anna.request("PROPPATCH", anna.home, a_patch(own))
    assert me(ben, ben.home) == me(ben, ben.book) == ""
    assert ben.sync().body == before.body
    assert ben.propfind(anna.home, "CS:me-card").status == 403


def test_a_card_of_somebody_else_is_refused(anna: DavClient, ben: DavClient, own: str) -> None:
    assert own
    shown = ben.hrefs()[0]
    answer = ben.request("PROPPATCH", ben.home, a_patch(shown))
    assert "403 Forbidden" in answer.text
    assert "a card of your own" in answer.text
    assert me(ben, ben.home) == ""


@pytest.mark.parametrize("path", ["/ben/contacts/x.vcf", "/anna/contacts/none.vcf", "", "::", "/"])
def test_what_names_no_own_card_is_refused_and_stops_the_rest(anna: DavClient, path: str) -> None:
    name = "<D:displayname>New</D:displayname>"
    answer = anna.request("PROPPATCH", anna.book, a_patch(path, name))
    assert answer.status == 207
    assert "424 Failed Dependency" in answer.text
    listed = anna.propfind(anna.book, "D:displayname").responses[anna.book]
    assert listed.text(f"{DAV}displayname") == "Contacts"


def test_a_guest_and_a_reading_device_set_nothing(home: Home, anna: DavClient, own: str) -> None:
    frame = home.device("anna", "frame", read_only=True)
    assert "403 Forbidden" in frame.request("PROPPATCH", frame.home, a_patch(own)).text
    assert me(anna, anna.home) == ""


def test_it_is_gone_with_the_card_and_back_with_it(anna: DavClient, own: str) -> None:
    anna.request("PROPPATCH", anna.home, a_patch(own))
    anna.request("DELETE", own)
    assert me(anna, anna.home) == ""
    anna.put(own, ANNA)
    assert me(anna, anna.home) == own


def cycle(home: Home) -> list[str]:
    run_cycle(home.database, kind="command", releasing=True)
    return [each.kind for each in open_cases(home.database, None)]


def test_two_certain_cards_are_linked(home: Home, ben: DavClient, own: str) -> None:
    assert own
    ben.put(f"{ben.book}a.vcf", ANNA.replace(b"UID:me", b"UID:bens"))
    assert cycle(home) == []
    assert len(ben.hrefs()) == 1


def test_a_card_that_is_me_is_asked_about(
    home: Home, anna: DavClient, ben: DavClient, own: str
) -> None:
    anna.request("PROPPATCH", anna.home, a_patch(own))
    ben.put(f"{ben.book}a.vcf", ANNA.replace(b"UID:me", b"UID:bens"))
    assert cycle(home) == ["same-person"]
    assert len(ben.hrefs()) == 2


def test_it_survives_that_its_card_became_one_with_another(
    home: Home, anna: DavClient, ben: DavClient, own: str
) -> None:
    anna.request("PROPPATCH", anna.home, a_patch(own))
    ben.put(f"{ben.book}a.vcf", ANNA.replace(b"UID:me", b"UID:bens"))
    cycle(home)
    decide(home.database, open_cases(home.database, "anna")[0].id, "same", member="anna")
    assert cycle(home) == []
    assert me(anna, anna.home) == own
    assert anna.hrefs() == [own]
