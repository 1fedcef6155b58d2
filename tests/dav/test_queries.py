"""The sieve of a query: cheap, and it never says no to a card that matches."""

from hypothesis import given
from hypothesis import strategies as st

from server.contacts.card import parse
from server.protocol.filters import Filter, PropFilter, TextMatch, folded, matches
from server.protocol.queries import matching
from server.store.books import Entry

_WORDS = st.sampled_from(
    ["Eva", "stein", "STRASSE", "ß", "Å", "K", "ſ", "é", "e\u0301", "a,b", "ﬁ", "İ"]
)
_FOLDS = st.sampled_from(["", "\r\n ", "\n ", "\r ", "\r\n\t"])
_COLLATIONS = st.sampled_from(["i;unicode-casemap", "i;ascii-casemap", "i;octet"])


def entry(octets: bytes) -> Entry:
    return Entry(1, "a.vcf", "a", 1, octets, 2, 0)


@st.composite
def cards(draw: st.DrawFn) -> bytes:
    """A card whose values are folded anywhere, with a photo before or after them."""
    lines = [
        "UID:a",
        "PHOTO;ENCODING=b:RXZh\r\n  c3RlaW4=",
        "photo:x",
        "item1.LOGO;VALUE=uri:http://x",
    ]
    for name in ("FN", "NOTE", "NICKNAME"):
        words = draw(st.lists(_WORDS, min_size=1, max_size=3))
        lines.append(f"{name}:" + "".join(c + draw(_FOLDS) for word in words for c in word))
    end = draw(st.sampled_from(["\r\n", "\n", "\r"]))
    text = end.join(["BEGIN:VCARD", "VERSION:3.0", *draw(st.permutations(lines)), "END:VCARD", ""])
    return text.encode()


@given(
    octets=cards(),
    needle=_WORDS,
    collation=_COLLATIONS,
    match_type=st.sampled_from(["contains", "starts-with", "ends-with", "equals"]),
    is_negated=st.booleans(),
    is_all=st.booleans(),
)
def test_the_sieve_lets_every_matching_card_through(
    octets: bytes, needle: str, collation: str, match_type: str, *, is_negated: bool, is_all: bool
) -> None:
    text = TextMatch(folded(needle, collation), collation, match_type, is_negated)
    conditions = (PropFilter("FN", texts=(text,)), PropFilter("NOTE", texts=(text,)))
    filter_ = Filter(is_all, conditions)
    found = list(matching(filter_, [entry(octets)]))
    assert bool(found) == matches(filter_, parse(octets))


def test_a_photo_is_searched_where_the_filter_asks_for_it() -> None:
    octets = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nPHOTO:http://photo.example\r\nEND:VCARD\r\n"
    filter_ = Filter(properties=(PropFilter("PHOTO", texts=(TextMatch("photo.example"),)),))
    assert list(matching(filter_, [entry(octets)]))
