"""Edits of single properties: what is written where, and what stays."""

import pytest

from server.contacts.card import parse, replace_properties
from server.contacts.properties import Change, Property, properties, property_from

REGION = "DE"


def card(*lines: str, version: str = "3.0", ending: str = "\r\n") -> bytes:
    return ending.join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode()


def prop(*lines: str, version: str = "3.0") -> Property:
    return property_from("\r\n".join((*lines, "")).encode(), version=version, region=REGION)


def edited(octets: bytes, *changes: tuple[Property | None, Property | None]) -> list[str]:
    """The lines between VERSION and END after the changes."""
    made = [Change(before, after) for before, after in changes]
    found = replace_properties(parse(octets), made, region=REGION)
    return found.decode().splitlines()[2:-1]


def test_a_changed_value_stays_in_its_place_with_its_own_parameters() -> None:
    octets = card("TEL;type=CELL;type=VOICE;type=pref:110", "FN:Anna")
    found = edited(octets, (prop("TEL;TYPE=cell:110"), prop("TEL;TYPE=CELL;PREF=1:112")))
    assert found == ["TEL;TYPE=CELL;TYPE=VOICE;TYPE=pref:112", "FN:Anna"]


def test_other_types_of_the_change_replace_those_of_the_line() -> None:
    octets = card("TEL;TYPE=HOME,pref;X-OWN=1:110")
    found = edited(octets, (prop("TEL;TYPE=home:110"), prop("TEL;TYPE=work:112")))
    assert found == ["TEL;X-OWN=1;TYPE=pref;TYPE=work:112"]


def test_an_added_property_goes_before_the_end() -> None:
    assert edited(card("FN:Anna", ""), (None, prop("TEL:110"))) == ["FN:Anna", "", "TEL:110"]


def test_a_removed_property_takes_its_companions_along() -> None:
    octets = card("a.TEL:110", "FN:Anna", "A.X-ABLabel:x")
    assert edited(octets, (prop("g.TEL:110", "g.X-ABLabel:x"), None)) == ["FN:Anna"]


def test_a_shared_label_stays_while_another_value_needs_it() -> None:
    octets = card("a.TEL:110", "a.EMAIL:a@b.example", "a.X-ABLabel:x")
    tel = prop("g.TEL:110", "g.X-ABLabel:x")
    assert edited(octets, (tel, None)) == ["a.EMAIL:a@b.example", "a.X-ABLabel:x"]


def test_a_changed_label_of_two_values_changes_for_one() -> None:
    octets = card("item1.TEL:110", "item1.EMAIL:a@b.example", "item1.X-ABLabel:x")
    change = (prop("g.TEL:110", "g.X-ABLabel:x"), prop("g.TEL:110", "g.X-ABLabel:y"))
    assert edited(octets, change) == [
        *("item2.TEL:110", "item2.X-ABLabel:y", "item1.EMAIL:a@b.example", "item1.X-ABLabel:x")
    ]


def test_an_unchanged_label_is_not_written_again() -> None:
    octets = card("item3.TEL:110", "item3.X-ABLABEL:x")
    change = (prop("g.TEL:110", "g.X-ABLabel:x"), prop("g.TEL:112", "g.X-ABLabel:x"))
    assert edited(octets, change) == ["item3.TEL:112", "item3.X-ABLABEL:x"]


def test_a_changed_label_is_written_into_the_group_of_the_line() -> None:
    octets = card("item3.TEL:110", "FN:Anna", "item3.X-ABLABEL:x")
    change = (prop("g.TEL:110", "g.X-ABLabel:x"), prop("g.TEL:110", "g.X-ABLabel:y"))
    assert edited(octets, change) == ["item3.TEL:110", "item3.X-ABLabel:y", "FN:Anna"]


def test_a_lost_label_takes_the_group_along() -> None:
    octets = card("item3.TEL:110", "item3.X-ABLabel:x")
    assert edited(octets, (prop("g.TEL:110", "g.X-ABLabel:x"), prop("TEL:110"))) == ["TEL:110"]


def test_a_new_label_gets_a_group_that_is_not_in_use() -> None:
    octets = card("TEL:110", "Item1.EMAIL:a@b.example")
    assert edited(octets, (prop("TEL:110"), prop("g.TEL:110", "g.X-ABLabel:y"))) == [
        *("item2.TEL:110", "item2.X-ABLabel:y", "Item1.EMAIL:a@b.example")
    ]


def test_each_added_label_gets_a_group_of_its_own() -> None:
    found = edited(
        card("item2.TEL:110"),
        (None, prop("x.TEL:112", "x.X-ABLabel:a")),
        (None, prop("x.ADR:;;Weg 1", "x.X-ABADR:de")),
    )
    assert found[1:] == [
        "item1.TEL:112",
        "item1.X-ABLabel:a",
        "item3.ADR:;;Weg 1",
        "item3.X-ABADR:de",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r"])
def test_new_lines_end_like_those_of_the_card(ending: str) -> None:
    octets = card("FN:Anna", ending=ending)
    found = replace_properties(parse(octets), [Change(None, prop("NOTE:" + "x" * 100))])
    assert found.startswith(card("FN:Anna", ending=ending).split(b"END")[0])
    assert f"{ending} x".encode() in found


def test_a_property_is_found_by_what_it_says_too() -> None:
    octets = card("tel;type=work:+49 30 23125 100")
    assert edited(octets, (prop("TEL;TYPE=WORK:(030) 23125100"), None)) == []


def test_of_two_equal_properties_the_one_with_these_octets_is_meant() -> None:
    octets = card("TEL:+49 30 23125100", "TEL:030 23125100")
    assert edited(octets, (prop("TEL:030 23125100"), None)) == ["TEL:+49 30 23125100"]


def test_removing_what_is_not_there_does_nothing() -> None:
    octets = card("FN:Anna")
    assert replace_properties(parse(octets), [Change(prop("TEL:110"), None)]) == octets


def test_a_change_of_what_is_not_there_adds() -> None:
    assert edited(card(), (prop("TEL:110"), prop("TEL:112"))) == ["TEL:112"]


def test_an_empty_line_of_a_single_value_is_filled() -> None:
    assert edited(card("NOTE:", "FN:Anna"), (None, prop("NOTE:x"))) == ["NOTE:x", "FN:Anna"]


def test_an_empty_line_of_another_value_is_left() -> None:
    assert edited(card("TEL:", "TITLE:x"), (None, prop("TEL:110"))) == [
        "TEL:",
        "TITLE:x",
        "TEL:110",
    ]


def test_a_set_becomes_one_line_in_the_place_of_its_first() -> None:
    octets = card("CATEGORIES:a", "FN:Anna", "CATEGORIES:b")
    change = (prop("CATEGORIES:a", "CATEGORIES:b"), prop("CATEGORIES:a,c"))
    assert edited(octets, change) == ["CATEGORIES:a,c", "FN:Anna"]


def test_a_property_is_written_in_the_version_of_the_card() -> None:
    octets = card("TEL;CELL:110", version="2.1")
    change = (prop("TEL;TYPE=cell:110"), prop('TEL;TYPE="cell";VALUE=uri:tel:112', version="4.0"))
    assert edited(octets, change) == ["TEL;TYPE=CELL:112"]


def test_a_name_that_a_program_invented_is_kept_when_its_value_changes() -> None:
    octets = card("X-EVOLUTION-ANNIVERSARY:2001-06-17")
    change = (prop("ANNIVERSARY:2001-06-17"), prop("ANNIVERSARY:20010618", version="4.0"))
    assert edited(octets, change) == ["X-EVOLUTION-ANNIVERSARY:2001-06-18"]


def test_a_new_picture_brings_its_own_format() -> None:
    octets = card("PHOTO;ENCODING=b;TYPE=PNG;X-CROP=1:AAEC")
    change = (prop("PHOTO;ENCODING=b:AAEC"), prop("PHOTO:https://x.example/a.jpg", version="4.0"))
    assert edited(octets, change) == ["PHOTO;VALUE=uri:https://x.example/a.jpg"]


def test_the_parameters_of_an_old_address_do_not_stay_with_the_new_one() -> None:
    octets = card('ADR;LABEL="Weg 1";GEO="geo:1,2";X-OWN=1:;;Weg 1', version="4.0")
    change = (prop("ADR:;;Weg 1"), prop("ADR:;;Weg 2"))
    assert edited(octets, change) == ["ADR;X-OWN=1:;;Weg 2"]


def test_an_added_line_is_not_swallowed_by_a_stray_soft_break() -> None:
    octets = card("NOTE;ENCODING=QUOTED-PRINTABLE:stray=", version="2.1")
    assert edited(octets, (None, prop("TEL:110")))[0] == "TEL:110"


@pytest.mark.parametrize("after", [None, prop("PHOTO;ENCODING=b:AAED")])
def test_a_line_that_is_none_does_not_become_part_of_its_neighbour(after: Property | None) -> None:
    octets = card("PHOTO;ENCODING=b:AAEC", "FN:x", "loose", "END-OF:x")
    first = replace_properties(parse(octets), [Change(prop("FN:x"), None)])
    found = replace_properties(parse(first), [Change(prop("PHOTO;ENCODING=b:AAEC"), after)])
    assert [line.raw for line in parse(found).lines if b"loose" in line.raw] == [b"loose\r\n"]


def test_several_changes_are_made_in_one_go() -> None:
    octets = card("FN:Anna", "TEL:110", "TITLE:a")
    found = edited(
        octets,
        (prop("TEL:110"), None),
        (prop("TITLE:a"), prop("TITLE:b")),
        (None, prop("EMAIL:a@b.example")),
    )
    assert found == ["FN:Anna", "TITLE:b", "EMAIL:a@b.example"]


def test_an_edit_leaves_the_agents_card_alone() -> None:
    agent = ("AGENT:", "BEGIN:VCARD", "TEL:110", "END:VCARD")
    assert edited(card(*agent, "TEL:110", version="2.1"), (prop("TEL:110"), None)) == list(agent)


def test_every_property_can_be_removed() -> None:
    octets = card("a.TEL:110", "a.X-ABLabel:x", "NOTE:y", "CATEGORIES:1", "CATEGORIES:2")
    found = parse(octets)
    removals = [Change(each, None) for each in properties(found, region=REGION)]
    assert replace_properties(found, removals) == card()
