"""Laws that hold for every card, whatever it says and however it is written."""

import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contacts.build import build_card
from server.contacts.card import (
    Card,
    parse,
    replace_properties,
    serialize,
    split_cards,
    with_uid,
)
from server.contacts.lines import split_lines
from server.contacts.properties import (
    Canonical,
    Change,
    Property,
    bundles,
    content_digest,
    diff,
    properties,
    property_from,
)
from server.contacts.travel import travel_of
from server.contacts.versions import line_for, to_version_3
from server.errors import NotACard
from tests.strategies import (
    REGION,
    Draft,
    Writing,
    cards,
    cards_of_drafts,
    drafts,
    framed_octets,
    hostile_octets,
    odd_cards,
    texts,
    writings,
    written,
)


def read(octets: bytes) -> tuple[Property, ...]:
    return properties(parse(octets), region=REGION)


def said(props: Iterable[Property]) -> Counter[Canonical]:
    return Counter(prop.canonical for prop in props)


@given(hostile_octets() | st.binary())
def test_the_lines_of_any_octets_are_those_octets(octets: bytes) -> None:
    assert b"".join(line.raw for line in split_lines(octets)) == octets


@given(framed_octets() | cards())
def test_a_card_that_is_accepted_is_kept_octet_for_octet(octets: bytes) -> None:
    try:
        card = parse(octets)
    except NotACard:
        return
    assert serialize(card) == octets


@given(framed_octets())
def test_any_accepted_card_can_be_read_built_and_converted(octets: bytes) -> None:
    try:
        card = parse(octets)
    except NotACard:
        return
    props = properties(card, region=REGION)
    assert parse(build_card("u1", props)).version == "3.0"
    assert parse(to_version_3(card)).version == "3.0"


@given(cards_of_drafts(), writings(), writings(), st.randoms())
def test_folds_groups_case_and_order_are_no_content(
    said_by_both: list[Draft], one: Writing, other: Writing, chance: random.Random
) -> None:
    shuffled = list(said_by_both)
    chance.shuffle(shuffled)
    left, right = read(written(said_by_both, one)), read(written(shuffled, other))
    assert content_digest(left) == content_digest(right)


@given(cards_of_drafts(), st.randoms())
def test_the_order_of_parameters_is_no_content(
    said_by_both: list[Draft], chance: random.Random
) -> None:
    shuffled = [
        Draft(
            each.name, tuple(chance.sample(each.params, len(each.params))), each.value, each.label
        )
        for each in said_by_both
    ]
    assert said(read(written(said_by_both))) == said(read(written(shuffled)))


@given(cards())
def test_a_card_does_not_differ_from_itself(octets: bytes) -> None:
    assert diff(read(octets), read(octets)) == ()


@given(cards_of_drafts(), cards_of_drafts(), writings(), st.sampled_from(("2.1", "3.0", "4.0")))
def test_applying_the_difference_gives_the_other_card(
    before: list[Draft], after: list[Draft], how: Writing, version: str
) -> None:
    card = parse(written(before, how, version=version))
    target = read(written(after, version=version))
    edited = replace_properties(card, diff(properties(card, region=REGION), target), region=REGION)
    assert said(read(edited)) == said(target)


@given(odd_cards(), cards_of_drafts(max_size=3))
def test_the_difference_can_be_applied_to_a_card_with_broken_lines(
    octets: bytes, after: list[Draft]
) -> None:
    card = parse(octets)
    target = read(written(after))
    edited = replace_properties(card, diff(properties(card, region=REGION), target), region=REGION)
    assert said(read(edited)) == said(target)


@given(odd_cards(), st.integers(0, 7))
def test_one_removal_from_a_card_with_broken_lines_removes_one_property(
    octets: bytes, index: int
) -> None:
    card = parse(octets)
    props = properties(card, region=REGION)
    gone = props[index : index + 1]
    edited = replace_properties(card, [Change(prop, None) for prop in gone], region=REGION)
    assert said(read(edited)) == said(props) - said(gone)


@given(cards_of_drafts(), cards_of_drafts(), writings())
def test_lines_that_no_change_names_keep_their_octets_and_order(
    before: list[Draft], after: list[Draft], how: Writing
) -> None:
    card = parse(written(before, how))
    props = properties(card, region=REGION)
    changes = diff(props, read(written(after)))
    touched = {change.before.octets for change in changes if change.before}
    # An empty line of a single-valued name, such as "NOTE:", may be filled.
    touched |= {line.raw for line in card.lines if not line.value.strip(" ;,")}
    kept = [line for line in card.lines if not any(line.raw in octets for octets in touched)]
    edited = iter(split_lines(replace_properties(card, changes, region=REGION)))
    assert all(any(line.raw == other.raw for other in edited) for line in kept)


@given(cards_of_drafts(), cards_of_drafts())
def test_a_removal_or_a_change_applied_twice_is_applied_once(
    before: list[Draft], after: list[Draft]
) -> None:
    card = parse(written(before))
    found = diff(properties(card, region=REGION), read(written(after)))
    removals = [change for change in found if change.after is None]
    once = replace_properties(card, removals, region=REGION)
    if len({prop.canonical for prop in properties(card, region=REGION)}) == len(before):
        assert replace_properties(parse(once), removals, region=REGION) == once


@given(cards_of_drafts(), cards_of_drafts())
def test_the_difference_is_small(before: list[Draft], after: list[Draft]) -> None:
    """Nothing that both say is touched, and nothing is removed and added in one."""
    left, right = read(written(before)), read(written(after))
    changes = diff(left, right)
    removed = Counter(change.before.canonical for change in changes if change.before)
    added = Counter(change.after.canonical for change in changes if change.after)
    assert not removed & added
    assert said(left) - removed == said(right) - added


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
@given(drafts(), st.sampled_from(("2.1", "3.0", "4.0")))
def test_a_property_says_the_same_in_every_version(version: str, draft: Draft, source: str) -> None:
    for prop in read(written([draft], version=source)):
        line = line_for(prop, version).replace(b"item?.", b"item1.")
        assert property_from(line, version=version, region=REGION).canonical == prop.canonical


@given(cards_of_drafts(), writings())
def test_a_card_says_the_same_after_conversion_to_3(said_by_it: list[Draft], how: Writing) -> None:
    """FN and N are added where they are missing, and there is room for one of each."""
    props = read(written(said_by_it, how, version="4.0"))
    found = read(to_version_3(parse(written(said_by_it, how, version="4.0"))))
    names = ("FN", "N")
    assert said(prop for prop in found if prop.name not in names) == said(
        prop for prop in props if prop.name not in names
    )


@given(cards_of_drafts(), cards_of_drafts())
def test_an_edit_of_the_text_in_3_is_an_edit_of_the_card_in_4(
    kept: list[Draft], sent: list[Draft]
) -> None:
    """A device that was given 3.0 sends 3.0; FN and N may have been made up for it."""
    card = parse(written(kept, version="4.0"))
    changes = [
        change
        for change in diff(read(to_version_3(card)), read(written(sent)))
        if not {prop.name for prop in (change.before, change.after) if prop} & {"FN", "N"}
    ]
    removed = said(change.before for change in changes if change.before)
    added = said(change.after for change in changes if change.after)
    before = properties(card, region=REGION)
    after = read(replace_properties(card, changes, region=REGION))
    assert said(after) == said(before) - removed + added


@given(st.lists(cards(), min_size=1, max_size=3))
def test_a_file_of_cards_is_split_into_them(octets: list[bytes]) -> None:
    assert split_cards(b"".join(octets)) == tuple(octets)


@given(cards(), texts().map(str.strip))
def test_a_card_gets_the_uid_it_is_given(octets: bytes, uid: str) -> None:
    assert parse(with_uid(parse(octets.replace(b"UID", b"X-NO")), uid)).uid == uid


@given(cards_of_drafts(), writings(), st.sampled_from(("2.1", "3.0", "4.0")))
def test_a_built_card_says_what_is_shown(
    said_by_it: list[Draft], how: Writing, version: str
) -> None:
    """FN and N are added where they are missing, and there is room for one N."""
    props = [prop for prop in read(written(said_by_it, how, version=version)) if shows(prop)]
    found = [prop for prop in read(build_card("u1", props)) if shows(prop)]
    names = ("FN", "N")
    assert said(prop for prop in found if prop.name not in names) == said(
        prop for prop in props if prop.name not in names
    )


@given(cards_of_drafts(), writings(), writings(), st.randoms())
def test_a_built_card_does_not_tell_how_its_source_was_written(
    said_by_both: list[Draft], one: Writing, other: Writing, chance: random.Random
) -> None:
    shuffled = list(said_by_both)
    chance.shuffle(shuffled)
    left, right = read(written(said_by_both, one)), read(written(shuffled, other))
    assert build_card("u1", left) == build_card("u1", right)


def shows(prop: Property) -> bool:
    return travel_of(prop.name).shown


def test_a_card_of_the_strategies_is_read_whole() -> None:
    """The laws above are about something: drafts are found again in the written card."""
    card: Card = parse(written([Draft("TEL", (), "110", "Notruf"), Draft("FN", (), "Anna")]))
    assert len(bundles(card.lines)) == 2
