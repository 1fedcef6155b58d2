"""Cards as real clients write them: ours, and those of other projects where they are at hand."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import vobject

from server.contacts.build import build_card
from server.contacts.card import Card, parse, replace_properties, serialize, split_cards, with_uid
from server.contacts.properties import Change, Property, diff, properties, property_from
from server.contacts.travel import travel_of
from server.contacts.versions import to_version_3
from server.errors import NotACard

REGION = "DE"
OURS = sorted((Path(__file__).parents[1] / "corpus").glob("*/*.vcf"))
CUT_OFF = "odd/cut-off.vcf"

# vCard 3.0 has seven components of an address and one N.
MORE_THAN_3_SAYS = {"google/export.vcf", "nextcloud/altid.vcf", "evolution/photo-inline.vcf"}
# What our card and vobject's must agree on, without the unescaped commas that vobject cuts at.
SIMPLE = (
    *("ios/person-with-labels.vcf", "ios/company.vcf", "ios/couple.vcf", "ios/phonetic.vcf"),
    *("ios/group.vcf", "google/takeout-phonetic.vcf", "davx5/rows.vcf", "davx5/old-groups.vcf"),
    *("davx5/emoji.vcf", "thunderbird/cardbook.vcf"),
    *("khard/simple.vcf", "radicale/rewritten.vcf", "nextcloud/groups.vcf"),
)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def cards_in(path: Path) -> Iterator[Card]:
    for octets in split_cards(path.read_bytes()):
        yield parse(octets)


corpus = pytest.mark.parametrize("path", [path for path in OURS if name(path) != CUT_OFF], ids=name)


def check_card(card: Card) -> None:
    """What must hold for any card at all."""
    octets = serialize(card)
    props = properties(card, region=REGION)
    assert diff(props, properties(parse(octets), region=REGION)) == ()
    for prop in props:
        assert property_from(prop.octets, version=card.version, region=REGION) == prop
        assert isinstance(prop.shown, str)
    assert replace_properties(card, (), region=REGION) == octets
    emptied = replace_properties(card, [Change(prop, None) for prop in props], region=REGION)
    left = {each.name for each in properties(parse(emptied), region=REGION)}
    assert left <= {"X-EVOLUTION-FILE-AS"}, (
        "which repeats the names, and is all that is left of them"
    )
    assert parse(with_uid(parse(emptied), "new")).lines
    assert parse(to_version_3(card)).version == "3.0"


def shown(props: tuple[Property, ...]) -> Counter[object]:
    return Counter(
        prop.canonical
        for prop in props
        if travel_of(prop.name).shown and prop.name not in ("FN", "N")
    )


def test_our_corpus_is_large() -> None:
    assert len(OURS) >= 60


@corpus
def test_a_card_of_a_client_is_kept_octet_for_octet(path: Path) -> None:
    octets = path.read_bytes()
    cards = split_cards(octets)
    assert b"".join(cards).strip() == octets.removeprefix(b"\xef\xbb\xbf").strip()
    assert all(serialize(parse(card)) == card for card in cards)


@corpus
def test_a_card_of_a_client_can_be_read_edited_and_converted(path: Path) -> None:
    for card in cards_in(path):
        check_card(card)


@corpus
def test_a_card_of_a_client_says_the_same_when_it_is_built(path: Path) -> None:
    if name(path) in MORE_THAN_3_SAYS:
        pytest.skip("says more than vCard 3.0 can")
    for card in cards_in(path):
        props = properties(card, region=REGION)
        again = parse(build_card("u1", [prop for prop in props if travel_of(prop.name).shown]))
        assert shown(properties(again, region=REGION)) == shown(props)


def test_a_card_that_is_cut_off_is_refused() -> None:
    (octets,) = split_cards(next(path for path in OURS if name(path) == CUT_OFF).read_bytes())
    with pytest.raises(NotACard, match="cut off"):
        parse(octets)


def test_the_cards_of_other_projects_are_kept_octet_for_octet(shared_corpus: Path) -> None:
    """What is refused names its reason; nothing else may happen to a file."""
    refused = []
    for path in sorted(shared_corpus.glob("*/*.vcf")):
        try:
            for octets in split_cards(path.read_bytes()):
                card = parse(octets)
                assert serialize(card) == octets
                check_card(card)
        except NotACard:
            refused.append(name(path))
    assert len(refused) <= 6


@pytest.mark.parametrize("path", [path for path in OURS if name(path) in SIMPLE], ids=name)
def test_a_second_reader_finds_the_same_lines(path: Path) -> None:
    for card in cards_in(path):
        other = vobject.readOne(serialize(card).decode())
        assert Counter(line.name for line in other.getChildren()) == Counter(
            line.name for line in card.lines if line.name not in ("", "BEGIN", "END")
        )


@pytest.mark.parametrize("path", [path for path in OURS if name(path) in SIMPLE], ids=name)
def test_a_second_reader_finds_the_same_values(path: Path) -> None:
    for card in cards_in(path):
        other = vobject.readOne(serialize(card).decode())
        found = {prop.name: prop for prop in reversed(properties(card, region=REGION))}
        assert other.fn.value == found["FN"].value
        if "TEL" in found:
            assert other.tel.value == found["TEL"].shown
        if "NOTE" in found:
            assert other.note.value == found["NOTE"].value


@corpus
def test_a_second_reader_reads_what_we_build(path: Path) -> None:
    for card in cards_in(path):
        built = parse(build_card("u1", properties(card, region=REGION)))
        other = vobject.readOne(serialize(built).decode())
        assert Counter(line.name for line in other.getChildren()) == Counter(
            line.name for line in built.lines if line.name not in ("BEGIN", "END")
        )
