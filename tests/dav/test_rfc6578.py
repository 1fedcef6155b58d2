"""Collection synchronisation (RFC 6578)."""

import pytest

from tests.dav.conftest import Home
from tests.davclient import CARD, DAV, DavClient, vcard


def put(client: DavClient, *names: str, note: str = "") -> None:
    for name in names:
        lines = (f"NOTE:{note}",) if note else ()
        assert (
            client.put(f"{client.book}{name}.vcf", vcard(f"Person {name}", name, *lines)).status
            < 300
        )


def paths(client: DavClient, *names: str) -> set[str]:
    return {f"{client.book}{name}.vcf" for name in names}


def test_a_first_sync_gives_every_card_and_a_token(anna: DavClient) -> None:
    """Section 3.4."""
    put(anna, "a", "b")
    answer = anna.sync()
    assert set(answer.responses) == paths(anna, "a", "b")
    assert answer.token.startswith("data:,")


def test_a_first_sync_hears_of_no_removal(anna: DavClient) -> None:
    """Section 3.4: an initial sync must not report removed members."""
    put(anna, "a", "b")
    anna.delete(f"{anna.book}a.vcf")
    assert {href: each.status for href, each in anna.sync().responses.items()} == {
        f"{anna.book}b.vcf": 200
    }


def test_the_same_token_comes_back_while_nothing_changes(anna: DavClient) -> None:
    put(anna, "a")
    token = anna.sync().token
    again = anna.sync(token)
    assert again.responses == {}
    assert again.token == token


def test_a_delta_tells_of_new_changed_and_removed_cards_once_each(anna: DavClient) -> None:
    """Sections 3.5.1 and 3.5.2."""
    put(anna, "a", "b", "c")
    token = anna.sync().token
    put(anna, "a", note="1")
    put(anna, "a", note="2")
    put(anna, "d")
    anna.delete(f"{anna.book}b.vcf")
    delta = anna.sync(token).responses
    assert {href: each.status for href, each in delta.items()} == {
        f"{anna.book}a.vcf": 200,
        f"{anna.book}d.vcf": 200,
        f"{anna.book}b.vcf": 404,
    }


def test_a_removed_card_has_a_status_and_no_propstat(anna: DavClient) -> None:
    """Section 3.5.2."""
    put(anna, "a")
    token = anna.sync().token
    anna.delete(f"{anna.book}a.vcf")
    (node,) = anna.sync(token).xml.findall(f"{DAV}response")
    assert node.findtext(f"{DAV}status") == "HTTP/1.1 404 Not Found"
    assert node.find(f"{DAV}propstat") is None


def test_an_old_token_is_good_for_ever(anna: DavClient) -> None:
    """Thunderbird locks itself out for good when a token is forgotten."""
    first = anna.sync().token
    for number in range(5):
        put(anna, "a", note=str(number))
    assert set(anna.sync(first).responses) == paths(anna, "a")


def test_the_tags_of_a_delta_are_those_of_the_listing(anna: DavClient) -> None:
    put(anna, "a", "b")
    listed = anna.propfind(anna.book, "D:getetag", depth="1").responses
    for href, each in anna.sync().responses.items():
        assert each.etag == listed[href].etag == anna.get(href).etag


def test_the_token_of_a_propfind_is_one_for_a_report(anna: DavClient) -> None:
    """Section 4."""
    token = anna.propfind(anna.book, "D:sync-token").token
    put(anna, "a")
    assert set(anna.sync(token).responses) == paths(anna, "a")


def test_a_sync_with_a_limit_loses_no_change(anna: DavClient) -> None:
    """Sections 3.6 and 3.7: 507 for the collection, and a token from which the rest follows."""
    names = [f"n{number}" for number in range(7)]
    put(anna, *names)
    anna.delete(f"{anna.book}n3.vcf")
    seen: set[str] = set()
    token, rounds = "", 0
    while True:
        answer = anna.sync(token, limit=2)
        responses = answer.responses
        more = responses.pop(anna.book, None)
        assert len(responses) <= 2
        seen |= {href for href, each in responses.items() if each.status == 200}
        token, rounds = answer.token, rounds + 1
        if more is None:
            break
        assert more.status == 507
    assert rounds == 4
    assert seen == paths(anna, *names) - paths(anna, "n3")
    assert anna.sync(token).responses == {}


def test_cards_come_along_if_they_are_asked_for(anna: DavClient) -> None:
    """Thunderbird asks for address-data inside sync-collection."""
    put(anna, "a")
    (response,) = anna.sync(data=True).responses.values()
    assert "FN:Person a" in response.card


@pytest.mark.parametrize(
    "token",
    [
        "rubbish",
        "data:,",
        "data:,x/1",
        "data:,{epoch}/99999",
        "data:,{epoch}/-1",
        "data:,{epoch}/1e3",
        "data:,{epoch}/١",
        "data:,{epoch}/ 1",
        "' OR 1=1 --",
        "../../etc",
        "x" * 20_000,
    ],
)
def test_a_token_that_is_none_is_refused(anna: DavClient, token: str) -> None:
    """Section 3.2: DAV:valid-sync-token."""
    put(anna, "a")
    epoch = anna.sync().token.removeprefix("data:,").split("/")[0]
    answer = anna.sync(token.replace("{epoch}", epoch))
    assert answer.status == 403
    assert answer.condition == f"{DAV}valid-sync-token"
    assert "empty" in answer.sentence


def test_a_token_of_somebody_elses_book_is_refused(anna: DavClient, ben: DavClient) -> None:
    assert ben.sync(anna.sync().token).status == 403


def test_thunderbird_is_told_400_because_it_starts_again_only_then(home: Home) -> None:
    bird = home.device(
        "anna", "laptop", agent="Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/153.7"
    )
    assert bird.sync("rubbish").status == 400


@pytest.mark.parametrize("level", ["", "0", "2", "all"])
def test_a_sync_level_that_is_none_is_refused(anna: DavClient, level: str) -> None:
    """Section 6.3."""
    answer = anna.report(
        anna.book,
        "D:sync-collection",
        f"<D:sync-token/><D:sync-level>{level}</D:sync-level><D:prop><D:getetag/></D:prop>",
    )
    assert answer.status == 400


@pytest.mark.parametrize("limit", ["0", "-1", "many", "9" * 12])
def test_a_limit_that_is_none_is_refused(anna: DavClient, limit: str) -> None:
    answer = anna.report(
        anna.book,
        "D:sync-collection",
        f"<D:sync-token/><D:limit><D:nresults>{limit}</D:nresults></D:limit><D:prop/>",
    )
    assert answer.status == 400


def test_the_report_is_for_books_alone(anna: DavClient) -> None:
    """RFC 3253 section 3.6: DAV:supported-report."""
    for path in ("/", "/anna/", "/anna/contacts/a.vcf"):
        answer = anna.sync(path=path)
        assert answer.status == 403
        assert answer.condition == f"{DAV}supported-report"


def test_the_book_names_its_reports(anna: DavClient) -> None:
    book = anna.propfind(anna.book, "D:supported-report-set").responses[anna.book]
    named = {
        report[0].tag for report in book.found[f"{DAV}supported-report-set"].iter(f"{DAV}report")
    }
    assert named == {
        f"{DAV}sync-collection",
        f"{CARD}addressbook-multiget",
        f"{CARD}addressbook-query",
    }
