"""Whatever a client sends: never a 5xx, never a half-done write, always a sentence."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dav.conftest import Home
from tests.davclient import DavClient, Reply, vcard

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
    "POST",
)
XML_METHODS = ("PROPFIND", "PROPPATCH", "REPORT", "MKCOL")
PATHS = ("/", "/anna/", "/anna/contacts/", "/anna/contacts/a.vcf", "/anna/second/")
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = (
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    + "]><x>&l9;</x>"
)

BODIES = {
    "external entity": EXTERNAL,
    "external subset": '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd"><x/>',
    "billion laughs": LAUGHS,
    "empty root": "<x/>",
    "cut off": '<propfind xmlns="DAV:"><prop>',
    "no xml": "hello",
    "nothing but space": "   ",
    "nul": "<x>\x00</x>",
    "nested": "<a>" * 10_000 + "</a>" * 10_000,
    "deep propfind": '<propfind xmlns="DAV:"><prop>'
    + "<a>" * 40
    + "</a>" * 40
    + "</prop></propfind>",
    "long attribute": f'<x a="{"y" * 1_000_000}"/>',
    "empty propfind": '<propfind xmlns="DAV:"/>',
    "empty prop": '<propfind xmlns="DAV:"><prop/></propfind>',
    "empty query": '<c:addressbook-query xmlns:c="urn:ietf:params:xml:ns:carddav"/>',
    "empty multiget": '<c:addressbook-multiget xmlns:c="urn:ietf:params:xml:ns:carddav"/>',
    "empty sync": '<sync-collection xmlns="DAV:"/>',
    "empty patch": '<propertyupdate xmlns="DAV:"/>',
    "empty set": '<propertyupdate xmlns="DAV:"><set/><remove><prop/></remove></propertyupdate>',
    "empty mkcol": '<mkcol xmlns="DAV:"/>',
    "calendar query": '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav"/>',
    "unknown encoding": '<?xml version="1.0" encoding="klingon"?><x/>',
    "multibyte encoding": '<?xml version="1.0" encoding="shift_jis"?><x/>',
    "wrong encoding": '<?xml version="1.0" encoding="utf-16"?><x/>',
    "bad prefix": "<q:x/>",
    "processing instruction": "<?php x?><x/>",
}


@pytest.fixture
def book(anna: DavClient) -> DavClient:
    """Anna with one card, which nothing in here may touch."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a"))
    return anna


def check(answer: Reply) -> None:
    """An answer to a hostile request: no failure, and words where it refuses."""
    assert answer.status < 500 or answer.status == 502, answer.text
    assert b"Traceback" not in answer.body
    assert b"sqlite" not in answer.body.lower()
    if answer.status >= 400 and answer.body:
        assert answer.sentence


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("method", XML_METHODS)
def test_a_body_that_is_no_request_is_answered_in_words(
    book: DavClient, method: str, name: str
) -> None:
    for path in PATHS:
        answer = book.request(method, path, BODIES[name], depth="0")
        check(answer)
        assert b"root:" not in answer.body
    assert book.get(f"{book.book}a.vcf").body == vcard("Eva Stein", "a")


@pytest.mark.parametrize("name", ["external entity", "external subset", "billion laughs"])
def test_a_document_type_is_refused(book: DavClient, name: str) -> None:
    assert book.request("PROPFIND", book.book, BODIES[name], depth="0").status == 400


def test_xml_in_utf_16_is_read(book: DavClient) -> None:
    """RFC 4918 section 8.2: XML processors read both."""
    body = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
    assert book.request("PROPFIND", book.book, body.encode("utf-16"), depth="0").status == 207


def test_a_hundred_thousand_properties_are_too_many(book: DavClient) -> None:
    names = "".join(f"<p{number}/>" for number in range(100_000))
    body = f'<propfind xmlns="DAV:"><prop>{names}</prop></propfind>'
    answer = book.request("PROPFIND", book.book, body, depth="0")
    assert answer.status == 413
    assert answer.sentence


def test_many_hrefs_are_answered_or_refused(book: DavClient) -> None:
    assert len(book.multiget(*[f"{book.book}{n}.vcf" for n in range(5000)]).responses) == 5000
    assert len(book.multiget(*[f"{book.book}a.vcf"] * 5000).responses) == 1
    assert book.multiget(*[f"{book.book}{n}.vcf" for n in range(30_000)]).status == 403


PATH_TEXT = st.text(
    st.sampled_from(
        [*string.printable, "ü", "\u202e", "\ufffe", "\U0001f600", "\x00", "/", "%", "."]
    ),
    max_size=40,
)
HEADER_TEXT = st.text(st.characters(codec="latin-1"), max_size=60)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(METHODS),
    path=st.one_of(
        PATH_TEXT.map(lambda text: "/anna/contacts/" + text),
        PATH_TEXT.map(lambda text: "/" + text),
        st.sampled_from(PATHS),
    ),
    body=st.one_of(st.binary(max_size=60), st.sampled_from(list(BODIES.values())).map(str.encode)),
    headers=st.dictionaries(
        st.sampled_from(
            ["HTTP_DEPTH", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_DESTINATION", "HTTP_OVERWRITE",
             "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT", "CONTENT_TYPE", "HTTP_HOST", "HTTP_USER_AGENT",
             "HTTP_CONTENT_ENCODING", "HTTP_RANGE", "HTTP_IF", "HTTP_X_FORWARDED_FOR", "QUERY_STRING"]
        ),
        HEADER_TEXT,
    ),
)  # fmt: skip
def test_nothing_that_a_client_sends_makes_the_server_fail(
    home: Home, method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    anna = home.device("anna")
    environ = anna.environ(method, "/", body)
    environ["PATH_INFO"] = path.encode("utf-8", "surrogatepass").decode("latin-1")
    check(anna.send({**environ, **headers}))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=PATH_TEXT.filter(lambda text: text.strip("/")),
    lines=st.lists(st.binary(max_size=80), max_size=8),
)
def test_any_lines_in_a_card_are_stored_whole_or_refused_in_words(
    home: Home, name: str, lines: list[bytes]
) -> None:
    anna = home.device("anna")
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + b"\r\n".join([*lines, b"END:VCARD\r\n"])
    environ = anna.environ("PUT", "/", card)
    environ["PATH_INFO"] = f"/anna/contacts/{name}".encode("utf-8", "surrogatepass").decode(
        "latin-1"
    )
    answer = anna.send(environ)
    check(answer)
    if answer.etag:
        stored = anna.send({**environ, "REQUEST_METHOD": "GET"})
        assert stored.body == card
    assert anna.multiget(*anna.hrefs() or ["/x"]).status == 207


def test_an_exponential_card_costs_nothing(book: DavClient) -> None:
    """A hundred octets of this stop a server that reads cards with vobject."""
    card = vcard("Eva Stein", "bomb", "TEL" + ";TEL" * 40 + ":1")
    assert book.put(f"{book.book}bomb.vcf", card).status == 201
    needle = '<C:prop-filter name="TEL"><C:text-match>1</C:text-match></C:prop-filter>'
    assert f"{book.book}bomb.vcf" in book.query(needle).responses


@pytest.mark.parametrize(
    "href",
    [
        "'; DROP TABLE slot; --.vcf",
        "..%2f..%2fetc%2fpasswd",
        "%00.vcf",
        "CON",
        "a" * 300,
        "a" * 3000,
        " ",
        "..",
        ".",
    ],
)
def test_hostile_names_stay_names(book: DavClient, href: str) -> None:
    answer = book.put(book.book + href, vcard("Mallory M", "m"))
    check(answer)
    assert book.get(f"{book.book}a.vcf").status == 200


def test_markup_in_a_name_is_never_live(book: DavClient) -> None:
    book.put(
        f"{book.book}x.vcf", vcard("<script>alert(1)</script>", "x", "NOTE:]]></C:address-data>")
    )
    answer = book.multiget(f"{book.book}x.vcf")
    assert b"<script>" not in answer.body
    assert "<script>" in answer.responses[f"{book.book}x.vcf"].card


@pytest.mark.parametrize(
    "property_",
    [
        "<resourcetype/>",
        "<getetag>1</getetag>",
        '<bare xmlns="">x</bare>',
        f"<displayname>{'x' * 20_000}</displayname>",
        "<displayname><b/></displayname>",
        '<a:b xmlns:a=":">x</a:b>',
        '<c:supported-calendar-component-set xmlns:c="urn:ietf:params:xml:ns:caldav"><c:comp/>'
        "</c:supported-calendar-component-set>",
    ],
)
def test_odd_properties_of_a_new_book_are_left_out_or_refused(
    book: DavClient, property_: str
) -> None:
    body = (
        '<mkcol xmlns="DAV:" xmlns:a="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype>'
        f"<collection/><a:addressbook/></resourcetype>{property_}</prop></set></mkcol>"
    )
    check(book.request("MKCOL", "/anna/second/", body))
    check(book.request("MOVE", f"{book.book}a.vcf", destination="/anna/second/a.vcf"))
    patch = f'<propertyupdate xmlns="DAV:"><set><prop>{property_}</prop></set></propertyupdate>'
    check(book.request("PROPPATCH", book.book, patch))
    check(book.request("MKCOL", "/anna/third/", body))
