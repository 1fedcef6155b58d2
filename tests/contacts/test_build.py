"""Built cards: what others see, and nothing of how it was written."""

import subprocess
import sys

import pytest

from server.contacts.build import build_card, name_only
from server.contacts.card import parse
from server.contacts.properties import Property, properties
from server.contacts.values import kind_of


def read(*lines: str, version: str = "3.0") -> tuple[Property, ...]:
    octets = "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))
    return properties(parse(octets.encode()), region="DE")


def built(*lines: str, version: str = "3.0") -> list[str]:
    """The lines of the built card, unfolded, without its frame."""
    octets = build_card("u1", read(*lines, version=version))
    return octets.decode().replace("\r\n ", "").split("\r\n")[3:-2]


NAMED = ("FN:A B", "N:B;A")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["TEL;TYPE=CELL;TYPE=pref:110"], ["TEL;TYPE=cell:110"]),
        (["TEL;type=HOME;type=FAX:110"], ["TEL;TYPE=fax,home:110"]),
        (["TEL;VALUE=uri:tel:+49-30-1"], ["TEL:+49-30-1"]),
        (["EMAIL;X-OWN=secret:a@b.example"], ["EMAIL:a@b.example"]),
        (["ADR;LABEL=secret:;;Weg 1\\, Hof;Ort"], ["ADR:;;Weg 1\\, Hof;Ort"]),
        (["ORG:A,B;C"], ["ORG:A,B;C"]),
        (["URL:https://x.example/a,b;c"], ["URL:https://x.example/a,b;c"]),
        (["URL:http\\://x.example"], ["URL:http://x.example"]),
        (["NICKNAME:Jim", "NICKNAME:J\\,J"], ["NICKNAME:J\\,J,Jim"]),
        (["BDAY:--0229"], ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"]),
        (["PHOTO:data:image/png;base64,AAEC"], ["PHOTO;ENCODING=b;TYPE=PNG:AAEC"]),
        (["PHOTO:https://x.example/a"], ["PHOTO;VALUE=uri:https://x.example/a"]),
        (
            ["IMPP;TYPE=home;X-SERVICE-TYPE=Skype:skype:a"],
            ["IMPP;TYPE=home;X-SERVICE-TYPE=skype:skype:a"],
        ),
        (
            ["X-SOCIALPROFILE;type=twitter;x-user=a:http://x.example/a"],
            ["X-SOCIALPROFILE;TYPE=twitter;X-USER=a:http://x.example/a"],
        ),
        (["TITLE;LANGUAGE=de:a\\, b\\nc"], ["TITLE:a\\, b\\nc"]),
        (['TEL;TYPE="a;b","c^\'d":110'], ['TEL;TYPE="a;b",c^\'d:110']),
    ],
)
def test_a_value_is_built_clean(lines: list[str], expected: list[str]) -> None:
    found = built(*NAMED, *lines, version="4.0")
    assert [line for line in found if line not in ("FN:A B", "N:B;A")] == expected


def test_labels_are_numbered_anew() -> None:
    found = built(
        *NAMED, "DAV9.TEL:112", "DAV9.X-ABLabel:b", "z.TEL:110", "z.X-ABLabel:_$!<Spouse>!$_"
    )
    assert found[2:] == [
        *("item1.TEL:110", "item2.TEL:112"),
        *("item1.X-ABLABEL:_$!<Spouse>!$_", "item2.X-ABLABEL:b"),
    ]


@pytest.mark.parametrize("line", ["REV:2026", "PRODID:p", "UID:owner", "broken"])
def test_nothing_else_of_the_owners_card_is_in_it(line: str) -> None:
    assert built(*NAMED, line) == ["FN:A B", "N:B;A"]


def test_it_has_the_given_uid_and_is_version_3() -> None:
    card = parse(build_card("a,b;c", ()))
    assert (card.uid, card.version) == ("a,b;c", "3.0")


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ((), ["FN:Unnamed", "N:;;;;"]),
        (("FN:Anna Berg",), ["FN:Anna Berg", "N:Berg;Anna;;;"]),
        (("N:Berg;Anna",), ["FN:Anna Berg", "N:Berg;Anna"]),
        (("NICKNAME:Memo",), ["FN:Memo", "N:;;;;"]),
        (("TEL:110", "EMAIL:a@b.example"), ["FN:a@b.example", "N:;;;;"]),
        (("N:a", "N:b"), ["FN:a", "N:a"]),
    ],
)
def test_it_always_has_one_name(lines: tuple[str, ...], names: list[str]) -> None:
    assert [line for line in built(*lines) if line.startswith(("FN", "N:"))] == names


@pytest.mark.parametrize(
    "lines", [("ORG:Werk",), ("FN:Werk", "ORG:Werk"), ("X-ABShowAs:COMPANY", "FN:W")]
)
def test_an_organisation_stays_one(lines: tuple[str, ...]) -> None:
    props = read(*lines)
    again = properties(parse(build_card("u1", props)), region="DE")
    assert kind_of(again) == "organisation"


def test_a_group_stays_one() -> None:
    assert "X-ADDRESSBOOKSERVER-KIND:group" in built("KIND:group", "FN:Chor", version="4.0")


@pytest.mark.parametrize("value", ["a\x00b\x07", "a\ufffeb", "a\x85b"])
def test_characters_that_xml_cannot_carry_are_left_out(value: str) -> None:
    assert built(*NAMED, f"TITLE:{value}")[2:] == ["TITLE:ab"]


def test_nobody_sees_more_than_the_name_at_level_name() -> None:
    props = read(*NAMED, "X-PHONETIC-FIRST-NAME:a", "ORG:Werk", "TEL:110", "NICKNAME:x")
    assert [prop.name for prop in name_only(props)] == ["FN", "N", "X-PHONETIC-FIRST-NAME"]


def test_the_name_of_an_organisation_is_its_org() -> None:
    props = read("FN:Werk", "ORG:Werk", "TEL:110")
    assert [prop.name for prop in name_only(props)] == ["FN", "ORG"]


def test_vobject_is_not_loaded_before_a_card_is_built() -> None:
    """Most processes only read; loading it costs them time and memory."""
    code = "import sys, server.contacts.build; sys.exit('vobject' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
