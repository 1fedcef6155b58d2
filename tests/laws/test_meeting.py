"""The laws of two edits of one card that started from the same text, one of which came late.

M(base, late, now) is what the card says after the late edit was merged into what it says by now.
`HEARTHBOOK_LAWS` says how many cards are tried; some by default.
"""

import os
from collections.abc import Sequence
from itertools import permutations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from server.contacts.card import parse
from server.contacts.properties import Change, Property, diff, properties, property_from
from server.store.meeting import Meeting
from server.store.overlays import put_on
from tests.laws.devices import said
from tests.reconcile.model import REGION

EXAMPLES = int(os.environ.get("HEARTHBOOK_LAWS", "50"))
tried = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 1000,
    suppress_health_check=list(HealthCheck),
)

POOL = (
    *("TEL:+49 30 23125001", "TEL;TYPE=WORK:+49 30 23125001", "TEL:+49 30 23125002"),
    *("item1.TEL:+49 30 23125003", "EMAIL:eva@example.org", "EMAIL;TYPE=HOME:Eva@example.org"),
    *("EMAIL:e@example.org", "TITLE:Dr", "TITLE:Prof", "BDAY:1980-02-29", "BDAY:--0229"),
    *("ORG:Bakery;Bread", "ORG:Bakery", "ADR:;;Hauptstr. 1;Berlin;;10115;DE", "URL:example.org"),
    *("ADR:;;Hauptstr. 2;Berlin;;10115;DE", "X-ODD;foo=bar:1,2;3", "IMPP:xmpp:eva@example.org"),
    *("NOTE:tea", "NOTE:tea\\nmilk", "NOTE:cake\\ntea", "CATEGORIES:Kin", "CATEGORIES:Kin,Choir"),
    *("NICKNAME:Evi", "NICKNAME:Evi,Ev", "ROLE:Baker", "URL:https://example.org/a"),
)
TEA, TEA_MILK, CAKE = "NOTE:tea", "NOTE:tea\\nmilk", "NOTE:cake\\ntea"
MERGED = frozenset({"NOTE", "CATEGORIES", "NICKNAME"})
"""Brought together line by line, item by item."""

one_line = st.sampled_from(POOL)


def key_of(line: str) -> tuple[str, str]:
    """What a line stands for; a card says nothing twice here, in whatever kinds."""
    prop = property_from(f"{line}\r\n".encode(), version="3.0", region=REGION)
    return prop.name, prop.norm


bases = st.lists(one_line, max_size=7, unique_by=key_of).map(tuple)


@st.composite
def edits(draw: st.DrawFn, base: Sequence[str]) -> tuple[str, ...]:
    """A card after up to three additions, changes and removals."""
    found = list(base)
    for _ in range(draw(st.integers(0, 3))):
        line, what = draw(one_line), draw(st.integers(0, 3))
        at = draw(st.integers(0, 6))
        if what == 0 or not found:
            found += [line] if key_of(line) not in map(key_of, found) else []
        elif what == 1:
            del found[at % len(found)]
        else:
            name = found[at % len(found)].partition(":")[0].partition(";")[0]
            others = {key_of(each) for each in found if each != found[at % len(found)]}
            like = [each for each in POOL if each.startswith(name) and key_of(each) not in others]
            found[at % len(found)] = like[draw(st.integers(0, 9)) % len(like)]
    return tuple(found)


@st.composite
def triples(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A text, and two edits of it."""
    base = draw(bases)
    return octets(base), octets(draw(edits(base))), octets(draw(edits(base)))


def says_all_of(prop: Property, other: Property) -> bool:
    """Whether a value is another one, and is called whatever that is called."""
    is_same = (prop.name, prop.norm) == (other.name, other.norm)
    return is_same and {*other.types, other.label} <= {*prop.types, prop.label, ""}


def octets(lines: Sequence[str]) -> bytes:
    frame = ["BEGIN:VCARD", "VERSION:3.0", "UID:u1", "FN:Eva Lorenz"]
    return "\r\n".join([*frame, *lines, "END:VCARD", ""]).encode()


def read(text: bytes) -> tuple:  # type: ignore[type-arg]
    return properties(parse(text), region=REGION)


def merged(
    base: bytes, late: bytes, now: bytes, taken_off: frozenset[tuple[str, str]] = frozenset()
) -> tuple[bytes, tuple[Change, ...]]:
    """M, and what met another edit; what was taken off the card since is known from its history."""
    before, current = read(base), read(now)
    typed = diff(before, read(late))
    meeting = Meeting(before, current, typed, taken_off)
    changes, collided = meeting.settled(typed, REGION)
    return put_on(now, changes, REGION, beside=meeting.kept), collided


@tried
@given(triples())
def test_an_edit_alone_is_that_edit(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 6: M(x,x,x) = x, M(x,y,x) = y, M(x,x,y) = y, M(x,y,y) = y."""
    base, late, _ = found
    assert merged(base, base, base) == (base, ())
    assert merged(base, base, late) == (late, ())
    assert merged(base, late, late) == (late, ())
    after, collided = merged(base, late, base)
    assert said(read(after)) == said(read(late))
    assert collided == ()


@tried
@given(triples())
@example((octets((TEA, TEA_MILK)), octets((TEA, CAKE)), octets((CAKE,))))
@example((octets((TEA_MILK,)), octets((TEA,)), octets((TEA, CAKE))))
@example((octets(()), octets(("ORG:Bakery;Bread",)), octets(("ORG:Bakery;Bread", "ORG:Bakery"))))
def test_which_of_two_edits_came_late_does_not_matter(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 7: where nothing met, both orders say the same; where something met, it did in both."""
    base, one, other = found
    (left, met), (right, met_too) = merged(base, one, other), merged(base, other, one)
    assert bool(met) == bool(met_too)
    if not met:
        assert _without_order(left) == _without_order(right)


@tried
@given(triples())
def test_a_late_edit_that_comes_twice_is_there_once(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 8: M(x, a, M(x, a, b)) = M(x, a, b), where nothing met.

    Of several notes one is made; such a body that comes twice is known by its octets alone.
    """
    base, late, now = found
    assume(all(text.count(b"NOTE") < 2 for text in found))
    once, met = merged(base, late, now)
    if not met:
        typed = diff(read(base), read(late))
        removed = [each.before for each in typed if each.before and each.after is None]
        off = frozenset((each.name, each.norm) for each in removed)
        twice, met_again = merged(base, late, once, off)
        assert met_again == ()
        assert _without_order(twice) == _without_order(once)


@tried
@given(st.data())
def test_edits_that_do_not_meet_may_come_in_any_order(data: st.DataObject) -> None:
    """Law 9: three late edits of one text, delivered in each of the six orders."""
    base = data.draw(bases)
    late = [octets(data.draw(edits(base))) for _ in range(3)]
    start = octets(base)
    if any(merged(start, one, other)[1] for one in late for other in late if one is not other):
        return
    outcomes = []
    for order in permutations(late):
        now = start
        for each in order:
            now, _ = merged(start, each, now)
        outcomes.append(_without_order(now))
    assert all(each == outcomes[0] for each in outcomes)


@tried
@given(triples())
def test_a_merge_invents_nothing(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 10: what is there was in one of both; of notes and sets the lines and items were."""
    base, late, now = found
    after, _ = merged(base, late, now)
    before = said(read(late)) | said(read(now))
    assert all(each.canonical in before or each.name in MERGED for each in read(after))
    assert _pieces(after) <= _pieces(late) | _pieces(now)


@tried
@given(triples())
def test_a_merge_loses_nothing_in_silence(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 11: what either says is there, or one of both took it off, or it is asked about.

    A number that both typed is one number, and called whatever either of them called it.
    """
    base, late, now = found
    after, collided = merged(base, late, now)
    asked = said(each.after for each in collided if each.after is not None)
    gone = {
        change.before.canonical
        for side in (late, now)
        for change in diff(read(base), read(side))
        if change.before is not None
    }
    for each in (*read(late), *read(now)):
        if each.name not in MERGED:
            assert (
                any(says_all_of(known, each) for known in read(after))
                or each.canonical in asked
                or each.canonical in gone
            )
    if not collided and all(text.count(b"NOTE") < 2 for text in found):
        kept = _pieces(base) & _pieces(late) & _pieces(now)
        new = (_pieces(late) | _pieces(now)) - _pieces(base)
        assert kept | new <= _pieces(after)


@tried
@given(triples())
def test_lines_that_nobody_changed_keep_their_octets(found: tuple[bytes, bytes, bytes]) -> None:
    """Law 5, for merges."""
    base, late, now = found
    after, _ = merged(base, late, now)
    both = set(base.splitlines()) & set(late.splitlines()) & set(now.splitlines())
    assert both <= set(after.splitlines())


def _pieces(text: bytes) -> set[tuple[str, str]]:
    """The lines of notes and the items of sets."""
    return {
        (each.name, piece.strip().casefold())
        for each in read(text)
        if each.name in MERGED
        for piece in each.shown.replace(",", "\n").split("\n")
    }


def _without_order(text: bytes) -> object:
    """What a card says; of notes and sets in whatever order."""
    return said(each for each in read(text) if each.name not in MERGED), _pieces(text)
