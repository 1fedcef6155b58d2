"""CardDAV: cards, books, multiget and queries (RFC 6352)."""

import pytest

from tests.dav.conftest import Home
from tests.davclient import CARD, DAV, DavClient, vcard

VERSION_4 = (
    b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:1\r\nFN:Eva Stein\r\nN:Stein;Eva;;;\r\n"
    b"TEL;VALUE=uri;PREF=1:tel:+49-30-23125001\r\nKIND:individual\r\nEND:VCARD\r\n"
)


def find(client: DavClient, filter_: str, extra: str = "") -> set[str]:
    """The names of the cards that a query finds."""
    answer = client.query(filter_, extra=extra)
    assert answer.status == 207, answer.text
    return {
        href.removeprefix(client.book).removesuffix(".vcf")
        for href, each in answer.responses.items()
        if each.status == 200
    }


@pytest.fixture
def people(anna: DavClient) -> DavClient:
    """Anna with three cards."""
    cards = {
        "eva": (
            "Eva Stein",
            "EMAIL;TYPE=HOME:eva@stein.example",
            "EMAIL;TYPE=WORK:e.stein@firm.example",
        ),
        "jo": (
            "Jörg Straße",
            "NICKNAME:Jo",
            "TEL;TYPE=CELL,VOICE:+49 30 23125077",
            "NOTE:one\\, two\\; three",
        ),
        "mia": ("Mia Wolf", "item1.TEL:+49 30 23125099", "item1.X-ABLabel:Hut", "NOTE:"),
    }
    for key, (name, *lines) in cards.items():
        anna.put(f"{anna.book}{key}.vcf", vcard(name, key, *lines))
    return anna


def test_a_new_card_has_the_etag_that_every_listing_shows(anna: DavClient) -> None:
    """Section 6.3.2.3: DAVx5 keeps the ETag of the answer to its PUT."""
    path = f"{anna.book}a.vcf"
    made = anna.put(path, vcard("Eva Stein", "a"))
    assert made.status == 201
    assert made.etag == anna.get(path).etag == anna.multiget(path).responses[path].etag


def test_no_etag_where_other_octets_are_stored(anna: DavClient) -> None:
    """Section 6.3.2.3: a UID was added, so the client has to fetch the card."""
    made = anna.put(f"{anna.book}a.vcf", vcard("Eva Stein"))
    assert made.status == 201
    assert made.etag == ""
    assert b"\r\nUID:" in anna.get(f"{anna.book}a.vcf").body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\x00\x01\x02",
        b"<html></html>",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n",
        vcard("A B", "a") + vcard("C D", "c"),
    ],
)
def test_what_is_no_card_is_refused_in_words(anna: DavClient, body: bytes) -> None:
    """Section 6.3.2.1: CARDDAV:valid-address-data."""
    answer = anna.put(f"{anna.book}a.vcf", body)
    assert answer.status == 403
    assert answer.condition == f"{CARD}valid-address-data"
    assert answer.sentence.endswith(".")
    assert anna.hrefs() == []


def test_a_second_card_of_one_uid_is_refused(anna: DavClient) -> None:
    """Section 6.3.2.1: CARDDAV:no-uid-conflict."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "one"))
    answer = anna.put(f"{anna.book}b.vcf", vcard("Eva Stein", "one"))
    assert answer.status == 403
    assert answer.condition == f"{CARD}no-uid-conflict"


def test_a_card_keeps_its_uid(anna: DavClient) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "one"))
    answer = anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "two"))
    assert answer.status == 403
    assert answer.condition == f"{CARD}no-uid-conflict"


def test_anothers_uid_tells_nothing(anna: DavClient, ben: DavClient) -> None:
    """A private card of Anna's and Ben's of the same UID do not know of each other."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "one", "CLASS:PRIVATE"))
    assert ben.put(f"{ben.book}a.vcf", vcard("Eva Stein", "one")).status == 201


def test_a_card_for_a_book_that_is_not_there_is_a_conflict(anna: DavClient) -> None:
    """RFC 4918 section 9.7.1."""
    answer = anna.put("/anna/none/a.vcf", vcard("Eva Stein", "a"))
    assert answer.status == 409
    assert answer.sentence


@pytest.mark.parametrize("body", [b"", vcard("Eva Stein", "a"), b"x" * 100_000])
@pytest.mark.parametrize("path", ["/anna/contacts/", "/anna/contacts", "/anna/", "/"])
def test_no_upload_replaces_a_book(anna: DavClient, path: str, body: bytes) -> None:
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    answer = anna.put(path, body)
    assert answer.status == 403
    assert "one by one" in answer.sentence
    assert len(anna.hrefs()) == 1


def test_a_book_can_be_made_named_filled_and_deleted(anna: DavClient) -> None:
    """Section 6.3.1, RFC 5689."""
    body = (
        '<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype>'
        "<collection/><c:addressbook/></resourcetype><displayname>Club</displayname>"
        "<c:addressbook-description>Our club</c:addressbook-description></prop></set></mkcol>"
    )
    assert anna.request("MKCOL", "/anna/club/", body).status == 201
    club = anna.propfind("/anna/club/", "D:displayname", "C:addressbook-description")
    assert club.responses["/anna/club/"].text(f"{DAV}displayname") == "Club"
    assert club.responses["/anna/club/"].text(f"{CARD}addressbook-description") == "Our club"
    assert anna.put("/anna/club/a.vcf", vcard("Eva Stein", "a")).status == 201
    assert anna.request("MKCOL", "/anna/club/", body).status == 405
    assert anna.delete("/anna/club/").status == 204
    assert anna.propfind("/anna/club/", "D:displayname").status == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/anna/x/", "<c:calendar xmlns:c='urn:ietf:params:xml:ns:caldav'/>"),
        ("/anna/x/", ""),
        ("/ben/x/", "<c:addressbook/>"),
        ("/x/", "<c:addressbook/>"),
        ("/", "<c:addressbook/>"),
        ("/anna/contacts/x/", "<c:addressbook/>"),
        ("/anna/contacts/x/y/", "<c:addressbook/>"),
    ],
)
def test_nothing_else_can_be_made(anna: DavClient, path: str, kind: str) -> None:
    body = (
        '<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype>'
        f"<collection/>{kind}</resourcetype></prop></set></mkcol>"
    )
    answer = anna.request("MKCOL", path, body)
    assert 400 <= answer.status < 500
    assert answer.sentence


def test_a_plain_mkcol_makes_no_folder(anna: DavClient) -> None:
    answer = anna.request("MKCOL", "/anna/folder/")
    assert answer.status == 403
    assert answer.sentence


def test_the_book_says_what_it_takes(anna: DavClient) -> None:
    """Sections 6.2.2 and 6.2.3; 4.0 is not advertised: DAVx5 would write it, and Macs cannot read it."""
    names = ("C:supported-address-data", "C:max-resource-size", "C:supported-collation-set")
    found = anna.propfind(anna.book, *names).responses[anna.book].found
    (kind,) = found[f"{CARD}supported-address-data"]
    assert kind.attrib == {"content-type": "text/vcard", "version": "3.0"}
    assert int(found[f"{CARD}max-resource-size"].text or "") > 1_000_000
    collations = {each.text for each in found[f"{CARD}supported-collation-set"]}
    assert collations == {"i;ascii-casemap", "i;octet", "i;unicode-casemap"}


def test_a_multiget_answers_each_href_once_in_order(people: DavClient) -> None:
    """Section 8.7."""
    book = people.book
    asked = [f"{book}mia.vcf", f"{book}none.vcf", f"{book}eva.vcf", f"{book}mia.vcf"]
    answered = people.multiget(*asked).responses
    assert list(answered) == [f"{book}mia.vcf", f"{book}none.vcf", f"{book}eva.vcf"]
    assert [each.status for each in answered.values()] == [200, 404, 200]


@pytest.mark.parametrize(
    "href",
    [
        "/ben/contacts/b.vcf",
        "/anna/contacts/../../ben/contacts/b.vcf",
        "http://other.example/anna/contacts/eva.vcf",
        "/anna/contacts/%00",
        "http://[",
        "/anna/contacts/",
        "/",
        "",
        "/anna/contacts/%ff.vcf",
        "eva.vcf",
        "/anna/contacts/eva.vcf/more",
        "javascript:alert(1)",
    ],
)
def test_a_multiget_of_what_is_not_in_the_book_finds_nothing(people: DavClient, href: str) -> None:
    answer = people.multiget(f"{people.book}eva.vcf", href)
    assert answer.status == 207
    statuses = [each.status for each in answer.responses.values()]
    assert statuses == [200, 404]


def test_a_multiget_takes_whole_urls_of_this_server(people: DavClient) -> None:
    answer = people.multiget(f"http://contacts.example{people.book}eva.vcf")
    assert list(answer.responses) == [f"{people.book}eva.vcf"]


def test_only_the_properties_asked_for_come(people: DavClient) -> None:
    """Section 10.4.2."""
    data = '<C:address-data><C:prop name="fn"/><C:prop name="TEL"/></C:address-data>'
    (response,) = people.multiget(f"{people.book}mia.vcf", data=data).responses.values()
    assert response.card.split() == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "FN:Mia",
        "Wolf",
        "item1.TEL:+49",
        "30",
        "23125099",
        "END:VCARD",
    ]


@pytest.mark.parametrize("attributes", ['version="2.1"', 'content-type="application/json"'])
def test_a_form_that_cards_do_not_have_is_refused(people: DavClient, attributes: str) -> None:
    """Section 8.7: CARDDAV:supported-address-data."""
    answer = people.multiget(f"{people.book}eva.vcf", data=f"<C:address-data {attributes}/>")
    assert answer.status == 403
    assert answer.condition == f"{CARD}supported-address-data"


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('<C:prop-filter name="FN"><C:text-match>stein</C:text-match></C:prop-filter>', {"eva"}),
        ('<C:prop-filter name="fn"><C:text-match>STRASSE</C:text-match></C:prop-filter>', {"jo"}),
        ('<C:prop-filter name="FN"><C:text-match>JÖRG</C:text-match></C:prop-filter>', {"jo"}),
        ('<C:prop-filter name="FN"><C:text-match collation="i;octet">stein</C:text-match></C:prop-filter>', set()),
        ('<C:prop-filter name="FN"><C:text-match collation="i;ascii-casemap">EVA</C:text-match></C:prop-filter>', {"eva"}),
        ('<C:prop-filter name="FN"><C:text-match match-type="equals">mia wolf</C:text-match></C:prop-filter>', {"mia"}),
        ('<C:prop-filter name="FN"><C:text-match match-type="starts-with">Mia</C:text-match></C:prop-filter>', {"mia"}),
        ('<C:prop-filter name="FN"><C:text-match match-type="ends-with">Wolf</C:text-match></C:prop-filter>', {"mia"}),
        ('<C:prop-filter name="FN"><C:text-match match-type="starts-with">Wolf</C:text-match></C:prop-filter>', set()),
        ('<C:prop-filter name="EMAIL"/>', {"eva"}),
        ('<C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter>', {"jo", "mia"}),
        ('<C:prop-filter name="item1.TEL"/>', {"mia"}),
        ('<C:prop-filter name="NOTE"><C:text-match>one, two; three</C:text-match></C:prop-filter>', {"jo"}),
        ('<C:prop-filter name="NOTE"><C:text-match negate-condition="yes">two</C:text-match></C:prop-filter>', {"mia"}),
        ('<C:prop-filter name="TEL"><C:param-filter name="TYPE"><C:text-match>cell</C:text-match></C:param-filter></C:prop-filter>', {"jo"}),
        ('<C:prop-filter name="TEL"><C:param-filter name="TYPE"><C:is-not-defined/></C:param-filter></C:prop-filter>', {"mia"}),
        ('<C:prop-filter name="TEL"><C:param-filter name="TYPE"/></C:prop-filter>', {"jo"}),
        ('<C:prop-filter name="EMAIL" test="allof"><C:text-match>firm</C:text-match><C:param-filter name="TYPE"><C:text-match>HOME</C:text-match></C:param-filter></C:prop-filter>', set()),
        ('<C:prop-filter name="EMAIL" test="anyof"><C:text-match>nowhere</C:text-match><C:param-filter name="TYPE"><C:text-match>HOME</C:text-match></C:param-filter></C:prop-filter>', {"eva"}),
        ('<C:filter test="allof"><C:prop-filter name="FN"><C:text-match>o</C:text-match></C:prop-filter><C:prop-filter name="NICKNAME"/></C:filter>', {"jo"}),
        ('<C:filter test="anyof"><C:prop-filter name="FN"><C:text-match>eva</C:text-match></C:prop-filter><C:prop-filter name="NICKNAME"/></C:filter>', {"eva", "jo"}),
        ("<C:filter/>", {"eva", "jo", "mia"}),
        ('<C:prop-filter name="FN"><C:text-match>.*(a+)+$</C:text-match></C:prop-filter>', set()),
        ('<C:prop-filter name="FN"><C:text-match></C:text-match></C:prop-filter>', {"eva", "jo", "mia"}),
    ],
)  # fmt: skip
def test_a_query_finds_what_its_filter_says(
    people: DavClient, filter_: str, expected: set[str]
) -> None:
    """Section 10.5."""
    assert find(people, filter_) == expected


@pytest.mark.parametrize(
    ("filter_", "condition"),
    [
        ('<C:prop-filter name="FN"><C:text-match collation="i;klingon">x</C:text-match></C:prop-filter>', "supported-collation"),
        ('<C:prop-filter name="FN"><C:text-match match-type="like">x</C:text-match></C:prop-filter>', "supported-filter"),
        ("<C:prop-filter/>", "supported-filter"),
        ('<C:comp-filter name="VCARD"/>', "supported-filter"),
        ('<C:prop-filter name="FN"><C:time-range/></C:prop-filter>', "supported-filter"),
        ('<C:prop-filter name="FN"><C:param-filter/></C:prop-filter>', "supported-filter"),
        ('<C:filter test="noneof"><C:prop-filter name="FN"/></C:filter>', "supported-filter"),
        ('<C:prop-filter name="FN"/>' * 1000, "supported-filter"),
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_refused(
    people: DavClient, filter_: str, condition: str
) -> None:
    """Sections 8.3.1 and 8.6."""
    answer = people.query(filter_)
    assert answer.status == 403
    assert answer.condition == f"{CARD}{condition}"
    assert answer.sentence


def test_a_query_stops_at_its_limit_and_says_so(people: DavClient) -> None:
    """Section 8.6.1."""
    limit = "<C:limit><C:nresults>2</C:nresults></C:limit>"
    answered = people.query("<C:filter/>", extra=limit).responses
    assert answered.pop(people.book).status == 507
    assert len(answered) == 2
    enough = "<C:limit><C:nresults>3</C:nresults></C:limit>"
    assert people.book not in people.query("<C:filter/>", extra=enough).responses


def test_a_query_reads_quoted_printable(anna: DavClient) -> None:
    card = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nUID:q\r\n"
        b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=\r\n=C3=BCrgen\r\n"
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=C3=BCller\r\nEND:VCARD\r\n"
    )
    anna.put(f"{anna.book}q.vcf", card)
    needle = '<C:prop-filter name="FN"><C:text-match>jürgen mü</C:text-match></C:prop-filter>'
    assert find(anna, needle) == {"q"}


def test_a_device_that_never_spoke_4_gets_3(home: Home, anna: DavClient) -> None:
    """macOS drops 4.0 cards and fails the sync; the device that wrote 4.0 gets it back."""
    other = home.device("anna", "mac")
    path = f"{anna.book}a.vcf"
    assert anna.put(path, VERSION_4).status == 201
    assert anna.get(path).body == VERSION_4
    served = other.get(path)
    assert b"VERSION:3.0" in served.body
    assert served.etag == anna.get(path).etag
    assert "VERSION:3.0" in other.multiget(path).responses[path].card


def test_a_device_that_asks_for_4_gets_it_from_then_on(home: Home, anna: DavClient) -> None:
    path = f"{anna.book}a.vcf"
    anna.put(path, VERSION_4)
    other = home.device("anna", "laptop")
    asked = other.multiget(path, data='<C:address-data content-type="text/vcard" version="4.0"/>')
    assert "VERSION:4.0" in asked.responses[path].card
    assert "VERSION:4.0" in other.multiget(path).responses[path].card
    assert b"VERSION:4.0" in other.get(path).body
    explicit = other.multiget(path, data='<C:address-data version="3.0"/>')
    assert "VERSION:3.0" in explicit.responses[path].card


def test_a_get_may_ask_for_4_too(home: Home, anna: DavClient) -> None:
    path = f"{anna.book}a.vcf"
    anna.put(path, VERSION_4)
    other = home.device("anna", "laptop")
    assert b"VERSION:4.0" in other.get(path, accept='text/vcard;version="4.0", */*;q=0.1').body


def test_a_card_with_characters_that_xml_cannot_hold_harms_only_itself(people: DavClient) -> None:
    odd = vcard("Odd One", "odd", "NOTE:a\x01b\x0c\ufffe]]>&lt;<x>").replace(b"Odd", b"\xff\xfe")
    people.put(f"{people.book}odd.vcf", odd)
    answered = people.multiget(*people.hrefs()).responses
    assert len(answered) == 4
    assert "]]>&lt;<x>" in answered[f"{people.book}odd.vcf"].card
    assert people.get(f"{people.book}odd.vcf").body == odd
