"""Lines and cards in another version of vCard."""

import pytest

from server.contacts.card import parse
from server.contacts.properties import Property, properties, property_from
from server.contacts.versions import line_for, to_version_3


def card(*lines: str, version: str = "4.0") -> bytes:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode()


def converted(*lines: str, version: str = "4.0") -> list[str]:
    """The lines of the card in 3.0, unfolded, without its frame, N and FN."""
    octets = to_version_3(parse(card("N:B;A", "FN:A B", *lines, version=version)))
    return octets.decode().replace("\r\n ", "").splitlines()[4:-1]


def prop(*lines: str, version: str = "3.0") -> Property:
    return property_from("\r\n".join((*lines, "")).encode(), version=version, region="DE")


TO_3 = [
    ("TEL;TYPE=cell;PREF=1;VALUE=uri:tel:+49-30-1;ext=5", "TEL;TYPE=cell,pref:+49-30-1 ext. 5"),
    ("TEL;TYPE=pref;PREF=1:110", "TEL;TYPE=pref:110"),
    ("EMAIL;PID=1.1;ALTID=1;X-OWN=1:a@b.example", "EMAIL;X-OWN=1:a@b.example"),
    ("PHOTO:data:image/png;base64,AAEC", "PHOTO;ENCODING=b;TYPE=PNG:AAEC"),
    ("PHOTO:https://x.example/a.jpg", "PHOTO;VALUE=uri:https://x.example/a.jpg"),
    ("KIND:group", "X-ADDRESSBOOKSERVER-KIND:group"),
    ("KIND:org", "X-ABShowAs:COMPANY"),
    ("MEMBER:urn:uuid:1", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1"),
    (
        "SOCIALPROFILE;SERVICE-TYPE=Mastodon;USERNAME=a:https://x.example/@a",
        "X-SOCIALPROFILE;X-SERVICE-TYPE=Mastodon;X-USER=a:https://x.example/@a",
    ),
    ("BDAY:19800229", "BDAY:1980-02-29"),
    ("BDAY:--0229", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"),
    ("BDAY:19800229T143000Z", "BDAY:1980-02-29T143000Z"),
    ("BDAY;VALUE=text:circa 1800", "BDAY;VALUE=text:circa 1800"),
    ("GEO:geo:1.5,2", "GEO:1.5;2"),
    ("ADR;LABEL=x;GEO=y;TYPE=home:;;a;b;;c;d;e", "ADR;TYPE=home:;;a;b;;c;d"),
    ("NOTE:a, b; c", "NOTE:a\\, b\\; c"),
    ("URL:https://x.example/a,b;c\\d", "URL:https://x.example/a,b;c\\\\d"),
    ("item1.TEL:110\r\nitem1.X-ABLabel:x", "item1.TEL:110\r\nitem1.X-ABLABEL:x"),
    ("X-OWN;A=1:a\\;b", "X-OWN;A=1:a\\;b"),
    ("ORG;SORT-AS=x:a;b", "ORG:a;b"),
]


@pytest.mark.parametrize(("line", "expected"), TO_3)
def test_a_line_of_4_is_written_in_3(line: str, expected: str) -> None:
    assert converted(*line.split("\r\n")) == expected.split("\r\n")


@pytest.mark.parametrize(
    "line", ["CLIENTPIDMAP:1;urn:x", "XML:<a/>", "KIND:individual", "broken", "NOTE:"]
)
def test_what_3_cannot_say_is_left_out(line: str) -> None:
    assert converted(line) == []


def test_one_of_several_forms_is_kept() -> None:
    lines = (
        "TITLE;ALTID=1;LANGUAGE=de:Chefin",
        "TITLE;ALTID=1;LANGUAGE=en:Boss",
        "TITLE;ALTID=2:x",
    )
    assert converted(*lines) == ["TITLE;LANGUAGE=de:Chefin", "TITLE:x"]


def test_there_is_room_for_one_name() -> None:
    assert converted("FN:second", "N:second") == []


def test_a_line_of_21_is_written_in_3() -> None:
    found = converted("TEL;CELL;PREF:110", "NOTE;QUOTED-PRINTABLE:a=0D=0Ab", "X-A:x", version="2.1")
    assert found == ["TEL;TYPE=CELL,pref:110", "NOTE:a\\nb", "X-A:x"]


def test_a_card_of_3_stays_as_it_is() -> None:
    octets = card("broken", version="3.0")
    assert to_version_3(parse(octets)) == octets


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["FN:Anna Berg"], ["N:Berg;Anna;;;", "FN:Anna Berg"]),
        (["N:Berg;Anna"], ["FN:Anna Berg", "N:Berg;Anna"]),
        (["KIND:org", "FN:Werk"], ["N:;;;;", "FN:Werk"]),
        (["NICKNAME:Memo"], ["N:;;;;", "FN:Memo"]),
        (["ORG:Werk;Lager"], ["N:;;;;", "FN:Werk\\, Lager"]),
        (["EMAIL:a@b.example"], ["N:;;;;", "FN:a@b.example"]),
        ([], ["N:;;;;", "FN:Unnamed"]),
    ],
)
def test_a_card_in_3_has_a_name(lines: list[str], names: list[str]) -> None:
    found = to_version_3(parse(card(*lines))).decode().splitlines()
    assert [line for line in found if line.startswith(("N:", "FN:"))] == names


LINES = [
    ("TEL;TYPE=CELL,pref:110", "4.0", "TEL;TYPE=CELL:110"),
    ("TEL;TYPE=CELL,pref:110", "2.1", "TEL;TYPE=CELL:110"),
    ("TEL;TYPE=CELL;X-EVOLUTION-UI-SLOT=1:110", "3.0", "TEL;TYPE=CELL:110"),
    ("PHOTO;ENCODING=b;TYPE=PNG:AAEC", "4.0", "PHOTO:data:image/png;base64,AAEC"),
    ("PHOTO;ENCODING=b:/9j/", "4.0", "PHOTO:data:image/jpeg;base64,/9j/"),
    ("PHOTO;ENCODING=b:AAEC", "4.0", "PHOTO:data:image/jpeg;base64,AAEC"),
    ("KEY;ENCODING=b;TYPE=PGP:AAEC", "4.0", "KEY:data:application/pgp;base64,AAEC"),
    ("PHOTO;VALUE=uri:http://x.example", "4.0", "PHOTO:http://x.example"),
    ("PHOTO;VALUE=uri:http://x.example", "2.1", "PHOTO;VALUE=URL:http://x.example"),
    ("PHOTO;ENCODING=b;TYPE=PNG:AAEC", "2.1", "PHOTO;ENCODING=BASE64;TYPE=PNG:AAEC\r\n"),
    ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "4.0", "BDAY:--0229"),
    ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "2.1", "BDAY:--02-29"),
    ("BDAY:1980-02-29", "4.0", "BDAY:19800229"),
    ("BDAY:1980-02-29T14:30:00Z", "4.0", "BDAY:19800229T143000Z"),
    ("BDAY:circa 1800", "4.0", "BDAY;VALUE=text:circa 1800"),
    ("BDAY:circa 1800", "2.1", "BDAY:circa 1800"),
    ("GEO:1;2", "4.0", "GEO:geo:1,2"),
    ("X-SOCIALPROFILE;X-USER=a:", "4.0", "SOCIALPROFILE;USERNAME=a:a"),
    ("X-ABShowAs:COMPANY", "4.0", "KIND:org"),
    ("X-ADDRESSBOOKSERVER-KIND:group", "4.0", "KIND:group"),
    ("NOTE:ä", "2.1", "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A4"),
    ("NOTE:a\\nb", "2.1", "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab"),
    ("NOTE:C:\\\\new", "2.1", "NOTE:C:\\\\new"),
    ("X-TEXT;VALUE=text:a", "3.0", "X-TEXT;VALUE=text:a"),
    ("X-TEXT;VALUE=text:a", "4.0", "X-TEXT:a"),
]


@pytest.mark.parametrize(("line", "version", "expected"), LINES)
def test_a_property_is_written_for_a_card(line: str, version: str, expected: str) -> None:
    assert line_for(prop(line), version).decode() == f"{expected}\r\n"


def test_a_line_of_4_keeps_what_only_4_can_say() -> None:
    line = 'ADR;PREF=1;GEO="geo:1,2";LABEL="a, b":;;a'
    assert line_for(prop(line, version="4.0"), "4.0") == b'ADR;GEO="geo:1,2";LABEL="a, b":;;a\r\n'


def test_a_property_with_companions_waits_for_its_group() -> None:
    found = line_for(prop("a.ADR:;;x", "a.X-ABADR:de", "a.X-ABLABEL:y"), "3.0")
    assert found == b"item?.ADR:;;x\r\nitem?.X-ABADR:de\r\nitem?.X-ABLabel:y\r\n"


def test_a_property_without_octets_is_written_from_its_value() -> None:
    made = Property("EMAIL", "a@b.example", "a@b.example", ("home",), "x", b"", "3.0")
    expected = b"item?.EMAIL;TYPE=home:a@b.example\r\nitem?.X-ABLabel:x\r\n"
    assert line_for(made, "3.0") == expected


def test_a_structured_value_without_octets_keeps_its_components() -> None:
    made = Property("ORG", "a;b", "a;b\\, c", (), "", b"", "3.0")
    assert line_for(made, "4.0") == b"ORG:a;b\\, c\r\n"


def test_a_long_text_in_21_has_soft_breaks_and_no_broken_character() -> None:
    text = "ä\\n" * 100
    found = line_for(prop(f"NOTE:{text}"), "2.1")
    assert all(len(line) <= 76 for line in found.split(b"\r\n"))
    assert (
        property_from(found, version="2.1", region="").canonical == prop(f"NOTE:{text}").canonical
    )


def test_a_long_head_in_21_is_not_broken() -> None:
    found = line_for(prop(f"NOTE;X-LONG={'x' * 100}:ä"), "2.1")
    assert found.endswith(b"ENCODING=QUOTED-PRINTABLE:=\r\n=C3=A4\r\n")


def test_an_echo_of_the_converted_card_says_nothing_new() -> None:
    octets = to_version_3(parse(card("FN:A B", *(line for line, _ in TO_3 if "BDAY" not in line))))
    again = to_version_3(parse(octets))
    assert properties(parse(again), region="DE") == properties(parse(octets), region="DE")
