"""Logical properties: what belongs together, what it says, and how two cards differ."""

import hashlib

import pytest

from server.contacts.card import parse
from server.contacts.properties import (
    Change,
    Property,
    content_digest,
    diff,
    properties,
    property_from,
)

REGION = "DE"


def card(*lines: str, version: str = "3.0") -> bytes:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode()


def read(*lines: str, version: str = "3.0") -> tuple[Property, ...]:
    return properties(parse(card(*lines, version=version)), region=REGION)


def one(*lines: str, version: str = "3.0") -> Property:
    (prop,) = read(*lines, version=version)
    return prop


def test_a_value_and_its_companions_are_one_property() -> None:
    lines = ("item1.TEL:110", "item1.X-ABLabel:Notruf", "item1.X-ABADR:de")
    prop = one(*lines)
    assert (prop.name, prop.value, prop.label) == ("TEL", "110", "Notruf")
    assert prop.octets == "".join(f"{line}\r\n" for line in lines).encode()


def test_companions_are_found_wherever_they_stand() -> None:
    assert read("G.X-ABLabel:a", "FN:x", "g.TEL:110")[1].label == "a"


def test_two_values_may_share_a_label() -> None:
    assert [prop.label for prop in read("g.TEL:110", "g.EMAIL:a@b.example", "g.X-ABLabel:x")] == [
        "x",
        "x",
    ]


def test_a_label_without_a_group_is_a_property_of_its_own() -> None:
    assert one("X-ABLabel:alone").name == "X-ABLABEL"


def test_a_label_without_a_value_says_nothing() -> None:
    assert read("g.X-ABLabel:x") == ()


@pytest.mark.parametrize(
    "line",
    [
        *("NOTE:", "NOTE:  ", "TEL:", "ADR:;;;;;;", "ORG:;", "CATEGORIES:,,", "PHOTO;ENCODING=b:"),
        *("N:;;;;", "KIND:individual", "X-ABShowAs:PERSON", "X-FOO:"),
        *("UID:u", "REV:1", "PRODID:p", "X-ABUID:a", "CLIENTPIDMAP:1;urn:x", "no content line"),
    ],
)
def test_what_says_nothing_is_no_property(line: str) -> None:
    assert read(line) == ()


@pytest.mark.parametrize(
    ("label", "types", "text"),
    [
        ("_$!<Mobile>!$_", ("cell",), ""),
        ("_$!<HomePage>!$_", (), ""),
        ("_$!<Home>!$_", ("home",), ""),
        ("_$!<Work>!$_", ("work",), ""),
        ("_$!<Other>!$_", ("other",), ""),
        ("_$!<WorkFAX>!$_", ("fax", "work"), ""),
        ("_$!<Spouse>!$_", (), "Spouse"),
        ("_$!<>!$_", (), ""),
        ("Garten\\, hinten", (), "Garten, hinten"),
    ],
)
def test_a_label_of_apple_is_a_type_where_there_is_one(
    label: str, types: tuple[str, ...], text: str
) -> None:
    prop = one("g.TEL:110", f"g.X-ABLabel:{label}")
    assert (prop.types, prop.label) == (types, text)


@pytest.mark.parametrize(
    ("params", "types"),
    [
        (";TYPE=HOME,voice;TYPE=pref", ("home",)),
        (";HOME;VOICE;PREF", ("home",)),
        (';TYPE="cell,text,voice";PREF=1', ("cell", "text")),
        (";type=CELL;type=VOICE;type=pref", ("cell",)),
        (";TYPE=mobile", ("cell",)),
        (";TYPE=", ()),
        ("", ()),
    ],
)
def test_types_have_one_form(params: str, types: tuple[str, ...]) -> None:
    assert one(f"TEL{params}:110").types == types


@pytest.mark.parametrize(
    ("line", "types"),
    [
        ("ADR;DOM;INTL;POSTAL;PARCEL;WORK:;;x", ("work",)),
        ("EMAIL;TYPE=INTERNET:a@b.example", ()),
        ("IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:a", ("home", "skype")),
        ("SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://x.example/@a", ("mastodon",)),
        ("PHOTO;ENCODING=b;TYPE=JPEG:AAAA", ()),
    ],
)
def test_types_that_say_nothing_fall_away(line: str, types: tuple[str, ...]) -> None:
    assert one(line).types == types


SAME = [
    ("TEL;TYPE=CELL:+49 30 23125 100", "item1.TEL;type=cell;type=pref:(030) 23125-100"),
    ("EMAIL;TYPE=INTERNET:Anna@Example.org", "EMAIL:mailto:anna@example.ORG"),
    ("ADR:;;a;b;;c;", "ADR;TYPE=intl: ;; a;b;;c"),
    ("ORG:Acme;", "ORG:Acme"),
    ("N:Berg;Anna;;;", "N:Berg;Anna"),
    ("N:a,b;c", "N:a\\,b;c"),
    ("BDAY:1980-02-29", "BDAY;VALUE=date:19800229"),
    ("BDAY:1980-02-29", "BDAY:1980-02-29T00:00:00Z"),
    ("BDAY:--0229", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"),
    ("NICKNAME:Jim,Jimmie", "NICKNAME:Jimmie\r\nNICKNAME:Jim,Jimmie"),
    ("CATEGORIES:b,a", "CATEGORIES:a\r\ng.CATEGORIES:b"),
    ("PHOTO;ENCODING=b;TYPE=JPEG:AAEC", "PHOTO;ENCODING=BASE64:\r\n AA\r\n EC\r\n"),
    ("PHOTO;ENCODING=b:AAEC", "PHOTO:data:image/jpeg;base64,AAEC"),
    ("PHOTO;ENCODING=b:AAEC", "PHOTO:data:image/jpeg\\;base64,AAEC"),
    ("PHOTO;ENCODING=b:AAEC", "PHOTO:data:,%00%01%02"),
    ("PHOTO;ENCODING=b:AAEC", "PHOTO:AAEC"),
    ("URL:http://x.example/a", "URL:http\\://x.example/a"),
    ("NOTE:a\\nb ", "NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab"),
    ("FN:e\u0301", "FN:é"),
    ("X-SOCIALPROFILE:https://x.example", "SOCIALPROFILE:https://x.example"),
    ("X-SOCIALPROFILE;X-USER=anna:", "SOCIALPROFILE:anna"),
    ("KIND:group", "X-ADDRESSBOOKSERVER-KIND:group"),
    ("KIND:org", "X-ABShowAs:COMPANY"),
    ("GEO:geo:1,2", "GEO:1;2"),
    ("CLASS:private", "CLASS:PRIVATE"),
    ("ANNIVERSARY:20050610", "X-EVOLUTION-ANNIVERSARY:2005-06-10"),
    ("X-FOO;A=1;B=2:v", "x-foo;b=2;a=1: v"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_two_writings_of_one_thing_are_canonically_equal(left: str, right: str) -> None:
    assert one(*left.split("\r\n")).canonical == one(*right.split("\r\n")).canonical


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("TEL:+49 30 23125 100", "TEL;TYPE=cell:+49 30 23125 100"),
        ("g.TEL:110\r\ng.X-ABLabel:a", "g.TEL:110\r\ng.X-ABLabel:b"),
        ("FN:Anna", "FN:anna"),
        ("BDAY:1980-02-29", "BDAY:--0229"),
        ("NOTE:ﬁ", "NOTE:fi"),
        ("NICKNAME:Jim,Jimmie", "NICKNAME:Jim\\,Jimmie"),
        ("URL:http://x.example", "URL:https://x.example"),
    ],
)
def test_two_things_are_canonically_different(left: str, right: str) -> None:
    assert one(*left.split("\r\n")).canonical != one(*right.split("\r\n")).canonical


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("BDAY:1980-02-29", "BDAY:--0229"),
        ("URL:http://x.example/", "URL:https://X.example"),
        ("FN:Anna", "FN:ANNA"),
        ("ADR:;;Weg 1;Ort;;1;Land", "ADR:;;weg 1;ort;;1"),
        ("NICKNAME:Jim", "NICKNAME:JIM"),
    ],
)
def test_two_forms_of_one_thing_have_one_key(left: str, right: str) -> None:
    assert one(left).norm == one(right).norm
    assert one(left).value != one(right).value


def test_a_picture_is_told_by_its_octets() -> None:
    digest = hashlib.sha256(bytes((0, 1, 2))).hexdigest()
    assert one("PHOTO;ENCODING=b:AAEC").value == f"sha256:{digest}"


def test_broken_base64_is_a_value_too() -> None:
    assert one("PHOTO;ENCODING=b:A").value.startswith("sha256:")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("TEL:+49 30 1234", "+49 30 1234"),
        ("TEL;VALUE=uri:tel:+49-30-1234", "+49-30-1234"),
        ("EMAIL:mailto:Anna@Example.org", "Anna@Example.org"),
        ("ADR:;;Musterstr. 1;Berlin;;10115;", "Musterstr. 1, 10115 Berlin"),
        (
            "ADR:Postfach 1;Hof 2;Weg\\n3;Ort;Land;1;Staat",
            "Postfach 1, Hof 2, Weg 3, 1 Ort, Land, Staat",
        ),
        ("N:Berg;Anna;Maria;Dr.;MBA", "Dr. Anna Maria Berg MBA"),
        ("ORG:Werk;;Einkauf", "Werk, Einkauf"),
        ("BDAY:19810504", "1981-05-04"),
        ("BDAY:spring", "spring"),
        ("NICKNAME:Jim,J\\,J", "J,J, Jim"),
        ("PHOTO;ENCODING=b:AAEC", "photo"),
        ("PHOTO;VALUE=uri:https://x.example/a,b", "https://x.example/a,b"),
        ("NOTE:a\\, b\\nc", "a, b\nc"),
        ("KIND:group", "group"),
        ("X-FOO:a\\;b", "a;b"),
    ],
)
def test_a_value_is_shown_as_it_was_written(line: str, shown: str) -> None:
    assert one(line).shown == shown


def test_a_property_without_octets_shows_its_value() -> None:
    assert Property("TEL", "110", "110", (), "", b"", "3.0").shown == "110"


def test_kept_lines_are_read_back_as_the_same_property() -> None:
    for prop in read("item7.TEL;TYPE=home:030 23125100", "item7.X-ABLabel:x", "BDAY:--0229"):
        assert property_from(prop.octets, version=prop.version, region=REGION) == prop


def test_octets_without_a_property_are_refused() -> None:
    with pytest.raises(ValueError, match="no property"):
        property_from(b"UID:u\r\n", version="3.0", region=REGION)


def test_the_digest_counts_doubles() -> None:
    assert content_digest(read("TEL:110")) != content_digest(read("TEL:110", "TEL:110"))


def test_the_digest_does_not_depend_on_order() -> None:
    assert content_digest(read("TEL:110", "TEL:112")) == content_digest(read("TEL:112", "TEL:110"))


def steps(before: tuple[Property, ...], after: tuple[Property, ...]) -> list[tuple[str, str]]:
    return [
        (
            change.before.shown if change.before else "",
            change.after.shown if change.after else "",
        )
        for change in diff(before, after)
    ]


DIFFERENCES = [
    ("same key", ["TEL;TYPE=home:110"], ["TEL;TYPE=work:110"], [("110", "110")]),
    ("single value", ["TITLE:a"], ["TITLE:z"], [("a", "z")]),
    ("filled", [], ["TITLE:z"], [("", "z")]),
    ("emptied", ["TITLE:a"], ["TITLE:"], [("a", "")]),
    (
        "typing error",
        ["TEL:030 23125100"],
        ["TEL:030 23125101"],
        [("030 23125100", "030 23125101")],
    ),
    (
        "other number",
        ["TEL:030 23125100"],
        ["TEL:0171 3920017"],
        [("030 23125100", ""), ("", "0171 3920017")],
    ),
    (
        "other type",
        ["TEL:030 23125100"],
        ["TEL;TYPE=fax:030 23125101"],
        [("030 23125100", ""), ("", "030 23125101")],
    ),
    (
        "very long numbers",
        ["TEL:" + "1" * 40],
        ["TEL:" + "1" * 39],
        [("1" * 40, ""), ("", "1" * 39)],
    ),
    (
        "new provider",
        ["EMAIL:anna@a.example"],
        ["EMAIL:anna@b.example"],
        [("anna@a.example", "anna@b.example")],
    ),
    (
        "married",
        ["EMAIL:a.berg@a.example"],
        ["EMAIL:a.thal@a.example"],
        [("a.berg@a.example", "a.thal@a.example")],
    ),
    (
        "other mail",
        ["EMAIL:x@a.example"],
        ["EMAIL:y@b.example"],
        [("x@a.example", ""), ("", "y@b.example")],
    ),
    ("moved house", ["ADR:;;Weg 1;A;;1"], ["ADR:;;Weg 2;A;;1"], [("Weg 1, 1 A", "Weg 2, 1 A")]),
    ("other place", ["ADR:;;Weg 1;A;;1"], ["ADR:;;Weg 1;B;;2"], [("Weg 1, 1 A", "Weg 1, 2 B")]),
    (
        "other address",
        ["ADR:;;Weg 1;A;;1"],
        ["ADR:;;Hof 2;B;;2"],
        [("Weg 1, 1 A", ""), ("", "Hof 2, 2 B")],
    ),
    ("street only", ["ADR:;;;A"], ["ADR:;;;B"], [("A", ""), ("", "B")]),
    ("region only", ["ADR:;;;;X"], ["ADR:;;;;Y"], [("X", ""), ("", "Y")]),
    (
        "same host",
        ["URL:http://a.example/1"],
        ["URL:http://a.example/2"],
        [("http://a.example/1", "http://a.example/2")],
    ),
    (
        "other host",
        ["URL:http://a.example"],
        ["URL:http://b.example"],
        [("http://a.example", ""), ("", "http://b.example")],
    ),
    (
        "same service",
        ["IMPP:xmpp:a@a.example"],
        ["IMPP:xmpp:b@b.example"],
        [("xmpp:a@a.example", "xmpp:b@b.example")],
    ),
    (
        "other service",
        ["IMPP:xmpp:a@a.example"],
        ["IMPP:skype:a"],
        [("xmpp:a@a.example", ""), ("", "skype:a")],
    ),
    ("unknown", ["X-FOO:a"], ["X-FOO:b"], [("a", ""), ("", "b")]),
    ("double", ["TEL:110", "TEL:110"], ["TEL:110"], [("110", "")]),
]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [row[1:] for row in DIFFERENCES],
    ids=[row[0] for row in DIFFERENCES],
)
def test_two_cards_differ_in_few_steps(
    before: list[str], after: list[str], expected: list[tuple[str, str]]
) -> None:
    assert steps(read(*before), read(*after)) == expected


def test_the_likeliest_pairs_are_found_first() -> None:
    """One of two new numbers is nearer to the old one, whatever the order."""
    old = read("TEL:030 23125100")
    near, far = "TEL:030 23125101", "TEL:030 23125111"
    for after in ((near, far), (far, near)):
        assert Change(old[0], read(near)[0]) in diff(old, read(*after))


def test_pairs_do_not_depend_on_order() -> None:
    before = ["TEL:030 23125100", "TEL:030 23125200"]
    after = ["TEL:030 23125101", "TEL:030 23125201"]
    assert sorted(steps(read(*before), read(*after))) == sorted(
        steps(read(*reversed(before)), read(*reversed(after)))
    )


FILED = ("FN:Eva Stein", "N:Stein;Eva;;;", "ORG:Bakery\\, Bread")


@pytest.mark.parametrize("value", ["Stein\\, Eva", "Eva Stein", "EVA (Bakery\\, Bread)", ""])
def test_how_evolution_files_a_card_by_its_name_is_no_content(value: str) -> None:
    """It writes such a line into every card that it saves, also where nothing was typed."""
    assert read(*FILED, f"X-EVOLUTION-FILE-AS:{value}") == read(*FILED)


def test_another_name_to_file_a_card_under_was_typed() -> None:
    names = [each.name for each in read(*FILED, "X-EVOLUTION-FILE-AS:Baker")]
    assert names.count("X-EVOLUTION-FILE-AS") == 1


def test_a_photo_is_not_kept_in_memory() -> None:
    """A short line is: a cycle asks for it again and again."""
    for octets, is_kept in ((b"TEL:110\r\n", True), (b"PHOTO;ENCODING=b:" + b"A" * 800, False)):
        found = [property_from(octets, version="3.0", region=REGION) for _ in range(2)]
        assert (found[0] is found[1]) == is_kept
