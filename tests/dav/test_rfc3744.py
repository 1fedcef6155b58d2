"""Who may do what: members, guests, read-only and revoked devices (RFC 3744)."""

import pytest

from server.store.database import Actor
from server.store.devices import revoke_device
from tests.dav.conftest import Home
from tests.davclient import DAV, DavClient, vcard

METHODS = (
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "PROPFIND",
    "PROPPATCH",
    "REPORT",
    "MKCOL",
    "MOVE",
    "OPTIONS",
)
MAKE = (
    '<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>'
    '<c:addressbook xmlns:c="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>'
)


def privileges(client: DavClient) -> set[str]:
    answer = client.propfind(client.book, "D:current-user-privilege-set")
    listed = answer.responses[client.book].found[f"{DAV}current-user-privilege-set"]
    return {privilege[0].tag.removeprefix(DAV) for privilege in listed}


def test_a_member_may_write_the_own_book(anna: DavClient) -> None:
    """Section 5.4."""
    assert {"read", "write", "write-content", "bind", "unbind"} <= privileges(anna)


def test_the_owner_of_a_book_is_its_member(anna: DavClient) -> None:
    """Section 5.1."""
    owner = anna.propfind(anna.book, "D:owner").responses[anna.book].found[f"{DAV}owner"]
    assert owner.findtext(f"{DAV}href") == "/anna/"


def test_the_principal_has_what_a_principal_must_have(anna: DavClient) -> None:
    """Section 4."""
    names = ("D:displayname", "D:alternate-URI-set", "D:principal-URL", "D:group-membership")
    found = anna.propfind("/anna/", *names).responses["/anna/"]
    assert found.missing == frozenset()
    assert found.found[f"{DAV}principal-URL"].findtext(f"{DAV}href") == "/anna/"


def test_a_guests_book_says_read_only_and_is(home: Home, cleo: DavClient) -> None:
    """A guest sees what others show her, and changes nothing."""
    assert "read" in privileges(cleo)
    assert not privileges(cleo) & {"write", "write-content", "bind", "unbind"}
    _refuses_writes(cleo)


def test_a_read_only_device_says_so_and_is(home: Home) -> None:
    shelf = home.device("anna", "shelf", read_only=True)
    home.device("anna").put("/anna/contacts/a.vcf", vcard("Eva Stein", "a"))
    assert not privileges(shelf) & {"write", "write-content", "bind", "unbind"}
    assert shelf.get("/anna/contacts/a.vcf").status == 200
    _refuses_writes(shelf)
    assert shelf.get("/anna/contacts/a.vcf").status == 200


def _refuses_writes(client: DavClient) -> None:
    """Section 7.1.1: DAV:need-privileges."""
    book = client.book
    answers = (
        client.put(f"{book}new.vcf", vcard("New One", "new")),
        client.put(f"{book}a.vcf", vcard("Eva Stein", "a", "NOTE:x")),
        client.delete(f"{book}a.vcf"),
        client.request("MKCOL", f"{client.home}more/", MAKE),
        client.request("MOVE", f"{book}a.vcf", destination=f"{book}b.vcf"),
    )
    for answer in answers:
        assert answer.status == 403
        assert answer.condition == f"{DAV}need-privileges"
        assert "read-only" in answer.sentence
    patch = '<propertyupdate xmlns="DAV:"><set><prop><displayname>X</displayname></prop></set></propertyupdate>'
    assert "403 Forbidden" in client.request("PROPPATCH", book, patch).text


def test_a_revoked_device_is_nobody_from_its_next_request_on(home: Home) -> None:
    lost = home.device("anna", "lost")
    assert lost.propfind(lost.book, "D:getetag").status == 207
    with home.database.write(Actor("device")) as tx:
        revoke_device(tx, "anna", "lost")
    assert lost.propfind(lost.book, "D:getetag").status == 401
    assert home.device("anna").propfind("/anna/contacts/", "D:getetag").status == 207


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["", "contacts/", "contacts/a.vcf"])
def test_anothers_home_is_closed_and_tells_nothing(
    anna: DavClient, ben: DavClient, method: str, path: str
) -> None:
    """What exists and what does not are answered alike."""
    anna.put("/anna/contacts/a.vcf", vcard("Eva Stein", "a"))
    there = ben.request(method, f"/anna/{path}", b"<x/>", depth="0")
    nowhere = ben.request(method, f"/nobody/{path}", b"<x/>", depth="0")
    assert there.status == nowhere.status == 403
    assert there.body == nowhere.body.replace(b"/nobody/", b"/anna/")
    assert anna.get("/anna/contacts/a.vcf").status == 200


def test_the_root_names_nobody_else(anna: DavClient) -> None:
    for path in ("/", "/anna/"):
        answer = anna.propfind(path, "D:displayname", "D:resourcetype", depth="1")
        assert b"ben" not in answer.body.lower()
        assert b"cleo" not in answer.body.lower()


@pytest.mark.parametrize(
    "report", ["principal-property-search", "principal-search-property-set", "expand-property"]
)
def test_searching_principals_finds_nobody(anna: DavClient, report: str) -> None:
    """InfCloud stops working if these are refused."""
    answer = anna.report(
        "/",
        f"D:{report}",
        "<D:property-search><D:prop><D:displayname/></D:prop><D:match>b</D:match></D:property-search>",
    )
    assert answer.status == 207
    assert answer.responses == {}


def test_markers_in_private_cards_reach_nobody(home: Home, anna: DavClient, ben: DavClient) -> None:
    """No byte that Ben receives holds a marker, whatever he asks for."""
    book = anna.book
    anna.put(
        f"{book}marker-href-1.vcf",
        vcard("Quitte Geheim", "marker-uid-1", "CLASS:PRIVATE", "TEL:+49 30 23125666"),
    )
    anna.put(
        f"{book}marker-href-2.vcf",
        vcard("Quitte Zwei", "marker-uid-2", "CATEGORIES:Private,Friends"),
    )
    anna.put(
        f"{book}open.vcf",
        vcard(
            "Eva Stein",
            "marker-uid-3",
            "TEL:+49 30 23125001",
            "NOTE:quitte",
            "X-QUITTE:quitte",
            "CATEGORIES:Quitte",
        ),
    )
    received = b""
    for answer in (
        ben.propfind("/", "D:displayname", depth="1"),
        ben.propfind(ben.home, "D:displayname", depth="1"),
        ben.propfind(ben.book, "D:getetag", "D:getcontentlength", depth="1"),
        ben.sync(data=True),
        ben.query("<C:filter/>"),
        ben.get(ben.book),
        ben.multiget("/ben/contacts/marker-href-1.vcf", *ben.hrefs()),
        ben.get(f"{anna.book}marker-href-1.vcf"),
        ben.put(f"{ben.book}mine.vcf", vcard("B", "marker-uid-1")),
    ):
        received += answer.body + repr(answer.headers).encode()
    echoes = received.replace(b"/ben/contacts/marker-href-1.vcf", b"").replace(
        b"/anna/contacts/marker-href-1.vcf", b""
    )
    assert b"quitte" not in echoes.lower()
    assert b"marker" not in echoes.lower()
    assert b"23125666" not in echoes
    assert b"Eva Stein" in received


def test_numbers_and_tags_do_not_move_with_anothers_private_card(
    anna: DavClient, ben: DavClient
) -> None:
    before = (ben.sync().body, ben.propfind(ben.book, "CS:getctag", "D:sync-token", depth="1").body)
    for number in range(3):
        anna.put(f"{anna.book}p{number}.vcf", vcard("Pri Vate", f"p{number}", "CLASS:PRIVATE"))
    after = (ben.sync().body, ben.propfind(ben.book, "CS:getctag", "D:sync-token", depth="1").body)
    assert before == after
