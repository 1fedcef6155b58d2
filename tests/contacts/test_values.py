"""Normal forms: what counts as the same, and what does not."""

import pytest

from server.contacts.card import parse
from server.contacts.dates import date_key, date_value
from server.contacts.properties import properties
from server.contacts.values import (
    Name,
    address_key,
    canonical_text,
    components,
    email_key,
    is_marked_private,
    kind_of,
    name_of,
    name_tokens,
    phone_key,
    text_key,
    transliterated_tokens,
    url_key,
)


@pytest.mark.parametrize(
    ("text", "region", "key"),
    [
        ("+49 30 23125 100", "DE", "+493023125100"),
        ("030 23125100", "DE", "+493023125100"),
        ("(030) 23125-100", "DE", "+493023125100"),
        ("+49 (0)30 23125100", "DE", "+493023125100"),
        ("0049 30 23125100", "DE", "+493023125100"),
        ("0049 30 23125100", "", "+493023125100"),
        ("tel:+49-30-23125-100", "DE", "+493023125100"),
        ("TEL:23125100;phone-context=+4930", "DE", "+493023125100"),
        ("tel:+49-30-23125-100;phone-context=+1;isub=1", "DE", "+493023125100"),
        ("tel:%2B49%2030%2023125100", "DE", "+493023125100"),
        ("٠٣٠ ٢٣١٢٥١٠٠", "DE", "+493023125100"),
        ("０３０－２３１２５１００", "DE", "+493023125100"),
        ("\u202a+49 30 23125100\u202c", "DE", "+493023125100"),
        ("030 23125100", "", "03023125100"),
        ("0555 12", "DE", "055512"),
        ("020 7946 0017", "GB", "+442079460017"),
        ("020 7946 0017", "US", "02079460017"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+49 30 23125100,,42#", "DE", "+493023125100pp42#"),
        ("+49 30 23125100 w (4-2)", "DE", "+493023125100w42"),
        ("+49 30 23125100P1;2", "DE", "+493023125100p1w2"),
        ("030 23125100 ext. 42", "DE", "+493023125100;ext=42"),
        ("tel:+49-30-23125-100;ext=42", "DE", "+493023125100;ext=42"),
        ("110", "DE", "110"),
        ("1 1-0", "DE", "110"),
        ("*100#", "DE", "*100#"),
        ("+999 123", "DE", "+999123"),
        ("00999 123", "DE", "+999123"),
        ("+" + "1" * 40, "DE", "+" + "1" * 40),
        (",,5", "DE", "pp5"),
        ("Ask Anna", "DE", "ask anna"),
        ("", "DE", ""),
        ("1" * 120, "DE", "1" * 120),
    ],
)
def test_a_phone_number_is_told_by_its_digits(text: str, region: str, key: str) -> None:
    assert phone_key(text, region) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Anna.Berg@Example.ORG", "anna.berg@example.org"),
        ("mailto:anna@example.org?subject=x", "anna@example.org"),
        ("MAILTO:anna%40example.org", "anna@example.org"),
        ("Anna <anna@example.org>", "anna@example.org"),
        ("anna@bücher.example.", "anna@xn--bcher-kva.example"),
        ("anna+news@example.org", "anna+news@example.org"),
        (" anna@example.org ", "anna@example.org"),
        ("anna@" + "x" * 64 + ".example", "anna@" + "x" * 64 + ".example"),
        ("anna@" + "x." * 150 + "y", "anna@" + "x." * 150 + "y"),
        ("Not An Address", "not an address"),
    ],
)
def test_a_mail_address_is_told_without_case(text: str, key: str) -> None:
    assert email_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://Example.org/", "http:example.org"),
        ("http://example.org", "http:example.org"),
        ("example.org", "http:example.org"),
        ("http://example.org:80/a/", "http:example.org/a"),
        ("https://example.org:443/A?b=1", "http:example.org/A?b=1"),
        ("http://example.org:8080", "http:example.org:8080"),
        ("example.org:8080/a", "http:example.org:8080/a"),
        ("http://user@Example.org/", "http:user@example.org"),
        ("ftp://example.org:21/a", "ftp:example.org/a"),
        ("xmpp:Anna@Example.org", "xmpp:anna@example.org"),
        ("skype:@anna", "skype:anna"),
        ("@anna", "anna"),
        ("anna", "anna"),
        ("", ""),
    ],
)
def test_an_address_on_the_web_is_told_without_its_dress(text: str, key: str) -> None:
    assert url_key(text) == key


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (";;Lindenstraße 12;Berlin;;10969;Deutschland", ";;Lindenstr. 12;berlin;;10969"),
        (";;Linden Str 12;Berlin;;10969", ";;Lindenstrasse 12;Berlin;Berlin;10969;Germany"),
        (";;Mühlweg 8;Tübingen;;72070", ";;Muhlweg 8;Tubingen;;72070"),
        (";;12 Elm St.;Springfield;IL;00000", ";;12 Elm St;Springfield;;00000;USA"),
    ],
)
def test_an_address_is_told_by_street_postcode_and_place(left: str, right: str) -> None:
    assert address_key(components(left)) == address_key(components(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (";;Lindenstraße 12;Berlin;;10969", ";;Lindenstraße 21;Berlin;;10969"),
        (";;Lindenstraße 12;Berlin;;10969", ";;Lindenstraße 12;Berlin;;10967"),
        (";;;;Bayern;;Deutschland", ";;;;Hessen;;Deutschland"),
    ],
)
def test_another_number_postcode_or_region_is_another_address(left: str, right: str) -> None:
    assert address_key(components(left)) != address_key(components(right))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("e\u0301", "é"),
        ("ﬁ ² ＡＢ", "ﬁ ² ＡＢ"),
        ("a \r\nb\t\rc", "a\nb\nc"),
        ("\u00a0a\u00a0b\u200b\ufeff", "a b"),
        ("a\u200db", "a\u200db"),
        ("\u202bא\u202c", "א"),
        ("a\x00\x07b\x85\ufffe", "ab"),
        ("Case Stays", "Case Stays"),
    ],
)
def test_text_loses_only_what_nobody_sees(text: str, canonical: str) -> None:
    assert canonical_text(text) == canonical


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("a;b;;", ("a", "b")),
        ("a\\;b; c ", ("a;b", "c")),
        (";;x", ("", "", "x")),
        (";;;", ()),
        ("a\\nb", ("a\nb",)),
    ],
)
def test_components_end_with_the_last_one_filled(value: str, parts: tuple[str, ...]) -> None:
    assert components(value) == parts


def test_a_long_text_has_a_short_key() -> None:
    assert len(text_key("x" * 10_000)) < 60
    assert text_key("x" * 10_000) != text_key("x" * 10_001)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller", "Mueller"),
        ("Müller", "MULLER"),
        ("Strauß", "Strauss"),
        ("O'Neill", "O’Neill"),
        ("Łukasz Żak", "lukasz zak"),
        ("Anna-Lena Berg", "Berg, Anna Lena"),
        ("e\u0301lodie", "Élodie"),
        ("Nguyễn", "nguyen"),
    ],
)
def test_two_spellings_of_a_name_have_the_same_words(left: str, right: str) -> None:
    assert name_tokens(left) == name_tokens(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Anna", "Anne"), ("Пётр", "Petr"), ("Ue", "U"), ("山田", "田山"), ("कमल", "कमला")],
)
def test_two_names_keep_different_words(left: str, right: str) -> None:
    assert name_tokens(left) != name_tokens(right)


def test_a_name_in_another_script_is_a_hint_only() -> None:
    assert transliterated_tokens("Вера") == name_tokens("Vera")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1981-05-04", "1981-05-04"),
        ("19810504", "1981-05-04"),
        ("--0229", "--02-29"),
        ("--02-29", "--02-29"),
        ("1604-02-29", "--02-29"),
        ("1981-05-04T00:00:00Z", "1981-05-04"),
        ("19810504T000000", "1981-05-04"),
        ("1981-05-04 00:00:00.000+02:00", "1981-05-04"),
        ("1981-05-04T14:30:00Z", "1981-05-04T14:30:00Z"),
        ("1981-13-04", ""),
        ("1981-05-32", ""),
        ("1981", ""),
        ("spring 1981", ""),
        ("", ""),
    ],
)
def test_a_date_has_one_form(text: str, date: str) -> None:
    assert date_value(text) == date


def test_the_omitted_year_is_no_year() -> None:
    assert date_value("1900-03-01", "1900") == "--03-01"


def test_a_date_without_a_year_is_the_same_date() -> None:
    assert date_key("1980-02-29") == date_key("--02-29") == "--02-29"


def card(*lines: str) -> bytes:
    return "\r\n".join(("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", "")).encode()


NAMES = [
    (
        ("N:Berg;Ingrid;Karin;Dr.;MBA", "FN:Dr. Berg", "NICKNAME:Inga,In\\,ga"),
        Name("Ingrid", "Berg", "Karin", "Dr.", "MBA", "Dr. Berg", "Inga, In,ga"),
    ),
    (("N:Berg;Ingrid;;;",), Name("Ingrid", "Berg", formatted="Ingrid Berg")),
    (("FN:Ingrid Karin Berg",), Name("Ingrid", "Berg", "Karin", formatted="Ingrid Karin Berg")),
    (("FN:Berg\\, Ingrid", "N:;;;;"), Name("Ingrid", "Berg", formatted="Berg, Ingrid")),
    (("FN:Ingrid",), Name("Ingrid", formatted="Ingrid")),
    (("FN:", "FN:Second"), Name("Second", formatted="Second")),
    ((), Name()),
]


@pytest.mark.parametrize(("lines", "name"), NAMES)
def test_a_card_says_a_name(lines: tuple[str, ...], name: Name) -> None:
    assert name_of(parse(card(*lines))) == name


def test_properties_say_the_same_name_as_their_card() -> None:
    lines, name = NAMES[0]
    found = name_of(properties(parse(card(*lines)), region="DE"))
    assert found.formatted == name.formatted
    assert (found.given, found.family, found.suffix) == (name.given, name.family, name.suffix)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("FN:Anna Berg", "N:Berg;Anna"), "person"),
        (("FN:Anna Berg", "ORG:Werk GmbH"), "person"),
        (("FN:Werk GmbH", "ORG:Werk GmbH;Einkauf"), "organisation"),
        (("FN:Werk GmbH Einkauf", "ORG:Werk GmbH;Einkauf", "N:;;;;"), "organisation"),
        (("ORG:Werk GmbH",), "organisation"),
        (("FN:Anna Berg", "N:Berg;Anna", "X-ABShowAs:COMPANY"), "organisation"),
        (("FN:Werk", "KIND:org"), "organisation"),
        (("FN:Chor", "KIND:group"), "group"),
        (("FN:Chor", "X-ADDRESSBOOKSERVER-KIND:group", "ORG:Chor"), "group"),
        ((), "person"),
    ],
)
def test_a_card_is_of_one_kind(lines: tuple[str, ...], kind: str) -> None:
    found = parse(card(*lines))
    assert kind_of(properties(found, region="DE")) == kind_of(found.lines) == kind


@pytest.mark.parametrize(
    ("line", "is_private"),
    [
        ("CLASS:PRIVATE", True),
        ("CLASS:confidential", True),
        ("CATEGORIES:Tennis,private", True),
        ("CATEGORIES:Privat", True),
        ("CLASS:PUBLIC", False),
        ("CATEGORIES:Privatbank", False),
        ("NOTE:private", False),
    ],
)
def test_a_phone_can_say_private(line: str, is_private: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_marked_private(parse(card(line))) is is_private
