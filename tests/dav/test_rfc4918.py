"""WebDAV: paths, PROPFIND, PROPPATCH, DELETE and MOVE (RFC 4918)."""

import pytest

from server.cases.recounting import recount
from server.store.card_acts import Which, acts_for
from server.store.fence import reading_as
from tests.dav.conftest import Home
from tests.davclient import CARD, CS, DAV, DavClient, vcard


def test_a_property_that_is_not_there_stands_in_a_propstat_of_its_own(anna: DavClient) -> None:
    """Section 9.1.1: 404 for the one, 200 for the others, in the one response."""
    book = anna.propfind(anna.book, "D:displayname", "D:no-such-thing").responses[anna.book]
    assert book.text(f"{DAV}displayname") == "Contacts"
    assert book.missing == {f"{DAV}no-such-thing"}


def test_an_unknown_namespace_comes_back_as_it_was_asked(anna: DavClient) -> None:
    body = '<propfind xmlns="DAV:"><prop><q:x xmlns:q="urn:a&amp;b"/><bare xmlns=""/></prop></propfind>'
    book = anna.request("PROPFIND", anna.book, body, depth="0").responses[anna.book]
    assert book.missing == {"{urn:a&b}x", "bare"}


def test_depth_1_lists_the_book_and_each_card_once(anna: DavClient) -> None:
    """Section 10.2."""
    for name in ("a", "b"):
        anna.put(f"{anna.book}{name}.vcf", vcard(f"Person {name}", name))
    listing = anna.propfind(anna.book, "D:getetag", depth="1")
    assert set(listing.responses) == {anna.book, f"{anna.book}a.vcf", f"{anna.book}b.vcf"}


@pytest.mark.parametrize("path", ["/", "/anna/", "/anna/contacts/"])
def test_a_listing_of_everything_is_refused(anna: DavClient, path: str) -> None:
    """Section 9.1: a server may refuse infinity with DAV:propfind-finite-depth."""
    answer = anna.propfind(path, "D:getetag", depth="infinity")
    assert answer.status == 403
    assert answer.condition == f"{DAV}propfind-finite-depth"


@pytest.mark.parametrize("depth", ["2", "-1", "abc", "1, noroot"])
def test_a_depth_that_is_none_is_refused(anna: DavClient, depth: str) -> None:
    assert anna.propfind(anna.book, "D:getetag", depth=depth).status == 400


def test_an_empty_body_asks_for_all_properties(anna: DavClient) -> None:
    """Section 9.1: an empty request body is allprop."""
    found = anna.request("PROPFIND", anna.book, depth="0").responses[anna.book].found
    assert f"{DAV}resourcetype" in found
    assert f"{DAV}displayname" in found


def test_allprop_with_include_adds_the_named(anna: DavClient) -> None:
    """Section 14.2 and 14.8."""
    body = '<propfind xmlns="DAV:"><allprop/><include><sync-token/></include></propfind>'
    found = anna.request("PROPFIND", anna.book, body, depth="0").responses[anna.book].found
    assert {f"{DAV}sync-token", f"{DAV}displayname"} <= set(found)


@pytest.mark.parametrize("path", ["/", "/anna/", "/anna/contacts/", "/anna/contacts/a.vcf"])
def test_propname_names_without_values(anna: DavClient, path: str) -> None:
    """Section 9.1.5."""
    anna.put("/anna/contacts/a.vcf", vcard("Eva Stein", "a"))
    body = '<propfind xmlns="DAV:"><propname/></propfind>'
    found = anna.request("PROPFIND", path, body, depth="0").responses[path].found
    assert f"{DAV}resourcetype" in found
    assert not any(element.text or len(element) for element in found.values())


def test_every_name_of_propname_is_a_property_that_is_there(anna: DavClient) -> None:
    body = '<propfind xmlns="DAV:"><propname/></propfind>'
    named = anna.request("PROPFIND", anna.book, body, depth="0").responses[anna.book].found
    wanted = "".join(f'<x:{n.split("}")[1]} xmlns:x="{n[1:].split("}")[0]}"/>' for n in named)
    body = f'<propfind xmlns="DAV:"><prop>{wanted}</prop></propfind>'
    assert not anna.request("PROPFIND", anna.book, body, depth="0").responses[anna.book].missing


def test_a_card_has_length_time_and_type(anna: DavClient) -> None:
    """Sections 15.4 to 15.7."""
    card = vcard("Eva Stein", "a")
    anna.put(f"{anna.book}a.vcf", card)
    path = f"{anna.book}a.vcf"
    names = ("D:getcontentlength", "D:getlastmodified", "D:getcontenttype", "D:resourcetype")
    one = anna.propfind(path, *names).responses[path]
    assert one.text(f"{DAV}getcontentlength") == str(len(card))
    assert one.text(f"{DAV}getlastmodified") == anna.get(path).headers["Last-Modified"]
    assert one.text(f"{DAV}getcontenttype").startswith("text/vcard")
    assert len(one.found[f"{DAV}resourcetype"]) == 0
    assert (
        anna.propfind(anna.book, *names, depth="1").responses[path].found.keys() == one.found.keys()
    )


def test_the_way_from_the_root_to_the_book(anna: DavClient) -> None:
    """RFC 5397, RFC 6352 section 7.1.1: root, principal, home, books."""
    root = anna.propfind("/", "D:current-user-principal").responses["/"]
    principal = root.found[f"{DAV}current-user-principal"].findtext(f"{DAV}href") or ""
    found = anna.propfind(principal, "C:addressbook-home-set", "D:displayname").responses[principal]
    home = found.found[f"{CARD}addressbook-home-set"].findtext(f"{DAV}href") or ""
    kinds = {
        href: {each.tag for each in response.found[f"{DAV}resourcetype"]}
        for href, response in anna.propfind(home, "D:resourcetype", depth="1").responses.items()
    }
    assert kinds == {
        "/anna/": {f"{DAV}collection", f"{DAV}principal"},
        "/anna/contacts/": {f"{DAV}collection", f"{CARD}addressbook"},
    }
    assert found.text(f"{DAV}displayname") == "Anna"


def test_the_home_listing_and_the_book_give_the_same_tags(anna: DavClient) -> None:
    """macOS polls the home with depth 1, others the book."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    names = ("CS:getctag", "D:sync-token", "D:getetag")
    listed = anna.propfind(anna.home, *names, depth="1").responses[anna.book]
    asked = anna.propfind(anna.book, *names).responses[anna.book]
    for name in (f"{CS}getctag", f"{DAV}sync-token", f"{DAV}getetag"):
        assert listed.text(name) == asked.text(name)


def test_the_ctag_changes_with_every_change_and_only_then(anna: DavClient) -> None:
    def ctag() -> str:
        return anna.propfind(anna.book, "CS:getctag").responses[anna.book].text(f"{CS}getctag")

    first = ctag()
    assert ctag() == first
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    second = ctag()
    anna.delete(f"{anna.book}a.vcf")
    assert len({first, second, ctag()}) == 3


def test_names_of_cards_may_hold_any_character(anna: DavClient) -> None:
    """Hrefs of CardBook are `urn:uuid:...`, others hold umlauts, commas, quotes and per cent signs."""
    names = [
        "%C3%BC.vcf",
        "urn%3Auuid%3Aa.vcf",
        "a%2Cb%27c%22d%3F.vcf",
        "100%25.vcf",
        "a%20b",
        "a%26b%3Cc",
    ]
    for number, name in enumerate(names):
        assert anna.put(anna.book + name, vcard("Eva Stein", f"u{number}")).status == 201
    listed = anna.hrefs()
    assert len(listed) == len(names)
    answered = anna.multiget(*(href.replace("&", "&amp;") for href in listed)).responses
    assert all(answered[href].card for href in listed)
    assert all(anna.get(href).status == 200 for href in listed)


def test_dots_are_no_way_out_of_a_book(anna: DavClient) -> None:
    for path in (
        "/anna/contacts/../../ben/contacts/",
        "/anna/./contacts/",
        "/anna/contacts/%2e%2e/x",
    ):
        assert anna.propfind(path, "D:getetag").status == 400


def test_doubled_slashes_count_once(anna: DavClient) -> None:
    anna.put("//anna//contacts//a.vcf", vcard("Eva Stein", "a"))
    assert anna.get("/anna/contacts/a.vcf").status == 200


def test_what_is_deleted_is_gone(anna: DavClient) -> None:
    """Section 9.6."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    assert anna.delete(f"{anna.book}a.vcf").status == 204
    assert anna.get(f"{anna.book}a.vcf").status == 404
    assert anna.hrefs() == []


@pytest.mark.parametrize("path", ["/", "/anna/", "/anna/contacts/", "/anna/contacts"])
def test_no_device_deletes_the_book_of_the_household(anna: DavClient, path: str) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    answer = anna.delete(path)
    assert answer.status == 403
    assert "delete single cards" in answer.sentence
    assert len(anna.hrefs()) == 1


def test_a_displayname_can_be_set_and_comes_back(anna: DavClient) -> None:
    """Section 9.2."""
    body = (
        '<propertyupdate xmlns="DAV:"><set><prop><displayname>Familie &amp; Co</displayname>'
        '<c:addressbook-description xmlns:c="urn:ietf:params:xml:ns:carddav">Alle</c:addressbook-description>'
        "</prop></set></propertyupdate>"
    )
    answer = anna.request("PROPPATCH", anna.book, body)
    assert answer.status == 207
    book = anna.propfind(anna.book, "D:displayname", "C:addressbook-description").responses[
        anna.book
    ]
    assert book.text(f"{DAV}displayname") == "Familie & Co"
    assert book.text(f"{CARD}addressbook-description") == "Alle"
    removal = '<propertyupdate xmlns="DAV:"><remove><prop><c:addressbook-description xmlns:c="urn:ietf:params:xml:ns:carddav"/></prop></remove></propertyupdate>'
    anna.request("PROPPATCH", anna.book, removal)
    book = anna.propfind(anna.book, "C:addressbook-description").responses[anna.book]
    assert book.missing == {f"{CARD}addressbook-description"}


def test_a_protected_property_stops_all_settings_of_a_request(anna: DavClient) -> None:
    """Section 9.2: in document order, all or nothing; 403 for the one, 424 for the rest."""
    body = (
        '<propertyupdate xmlns="DAV:"><set><prop><displayname>New</displayname>'
        "<resourcetype><collection/></resourcetype></prop></set></propertyupdate>"
    )
    text = anna.request("PROPPATCH", anna.book, body).text
    assert "403 Forbidden" in text
    assert "424 Failed Dependency" in text
    book = anna.propfind(anna.book, "D:displayname", "D:resourcetype").responses[anna.book]
    assert book.text(f"{DAV}displayname") == "Contacts"
    assert book.found[f"{DAV}resourcetype"].find(f"{CARD}addressbook") is not None


def test_a_card_moves_to_another_book_octet_for_octet(anna: DavClient) -> None:
    """Section 9.9."""
    card = vcard("Eva Stein", "a", "NOTE:a, b")
    anna.put(f"{anna.book}a.vcf", card)
    _make_book(anna)
    moved = anna.request(
        "MOVE", f"{anna.book}a.vcf", destination="http://contacts.example/anna/second/b.vcf"
    )
    assert moved.status == 201
    assert anna.get("/anna/second/b.vcf").body == card
    assert anna.get(f"{anna.book}a.vcf").status == 404


def test_whom_a_move_moved_is_told_by_name(anna: DavClient, home: Home) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    _make_book(anna)
    assert anna.request("MOVE", f"{anna.book}a.vcf", destination="/anna/second/b.vcf").status == 201
    assert anna.request("MOVE", "/anna/second/b.vcf", destination="/anna/second/c.vcf").status < 300
    with reading_as(home.database, "anna") as tx:
        told = [each.sentence for each in recount(tx, acts_for(tx, "anna", Which()))]
    assert told[0] == told[1] == "Anna moved Eva Stein on phone."


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "http://[",
        "http://other.example/anna/second/b.vcf",
        "/ben/contacts/b.vcf",
        "/anna/none/b.vcf",
        "/anna/contacts/../../ben/contacts/b.vcf",
        "http://contacts.example:99999/x",
        "/",
        "/anna/second/",
    ],
)
def test_a_move_to_nowhere_leaves_the_card(anna: DavClient, destination: str) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    _make_book(anna)
    answer = anna.request("MOVE", f"{anna.book}a.vcf", destination=destination)
    assert 400 <= answer.status < 500 or answer.status == 502
    assert answer.sentence
    assert anna.get(f"{anna.book}a.vcf").status == 200


def test_nobody_elses_card_can_be_moved(anna: DavClient, ben: DavClient) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    _make_book(ben)
    (href,) = ben.hrefs()
    answer = ben.request("MOVE", href, destination="/ben/second/b.vcf")
    assert answer.status == 403
    assert ben.hrefs() == [href]
    assert ben.hrefs("/ben/second/") == []


def test_options_name_what_is_done(anna: DavClient) -> None:
    """Section 10.1; no locks and no calendars are claimed."""
    answer = anna.request("OPTIONS", anna.book)
    assert {"PROPFIND", "REPORT", "PUT", "DELETE"} <= set(answer.headers["Allow"].split(", "))
    assert "addressbook" in answer.headers["DAV"]
    assert "calendar" not in answer.headers["DAV"]


@pytest.mark.parametrize(
    "method", ["POST", "LOCK", "COPY", "TRACE", "MKCALENDAR", "BREW", "propfind"]
)
def test_other_methods_are_refused_with_those_that_are_done(home: Home, method: str) -> None:
    answer = home.device("anna").request(method, "/anna/contacts/", b"x")
    assert answer.status == 405
    assert "PROPFIND" in answer.headers["Allow"]


def _make_book(client: DavClient) -> None:
    body = (
        '<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>'
        '<c:addressbook xmlns:c="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>'
    )
    assert client.request("MKCOL", f"{client.home}second/", body).status == 201
