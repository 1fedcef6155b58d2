"""Small households with colliding values: few of everything, so that all of it meets."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from server.reconcile.snapshot import CardState, Link, Snapshot, Verdict
from tests.reconcile.model import (
    card,
    claim,
    cycle,
    hide,
    household,
    put,
    same,
    take,
)

THREE = ("anna", "ben", "carl")
VERDICTS: tuple[Verdict, ...] = ("same", "same", "same", "apart")
NAMES = ("Eva Lorenz", "Eva Lorenz", "Eva Lorenz", "Evi Lorenz", "Jan Lorenz", "")

SHARED = (
    "TEL:+49 30 23125001",
    "TEL:+49 30 23125002",
    "TEL:030 23125002",
    "TEL;TYPE=WORK:+49 30 23125003",
    "EMAIL:eva@lorenz.example",
    "EMAIL:Eva@Lorenz.example",
    "BDAY:1980-02-29",
    "BDAY:1981-02-28",
    "BDAY:--0229",
    "ORG:Beispiel AG",
    "ORG:Muster AG",
)
PERSONAL = ("NOTE:likes tea", "NICKNAME:Evi", "X-THING:1")

lines = st.sampled_from(SHARED + PERSONAL)
values = st.lists(lines, max_size=5, unique=True)


def viewers(members: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """Who sees a card: mostly everybody."""
    everybody = frozenset(members)
    return st.sampled_from([everybody] * 4) | st.frozensets(st.sampled_from(members))


@st.composite
def cards(draw: st.DrawFn, members: tuple[str, ...] = ("anna", "ben")) -> tuple[CardState, ...]:
    """One card of each member at least, and perhaps some more."""
    keepers = [*members, *draw(st.lists(st.sampled_from(members), max_size=2))]
    return tuple(
        card(
            f"{keeper}-{number}",
            *draw(values),
            keeper=keeper,
            name=draw(st.sampled_from(NAMES)),
            seen_by=draw(viewers(members)),
            bulk=draw(st.sampled_from([False, False, True])),
            uid=draw(st.sampled_from(["", "", "1"])),
            added=1_000_000 + number,
        )
        for number, keeper in enumerate(keepers)
    )


@st.composite
def snapshots(draw: st.DrawFn, members: tuple[str, ...] = ("anna", "ben")) -> Snapshot:
    """A household before its first cycle."""
    found = draw(cards(members))
    ids = [each.id for each in found]
    pairs = [(a, b) for a in ids for b in ids if a < b]
    links: list[Link] = []
    for a, b in draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)):
        verdict = draw(st.sampled_from(VERDICTS))
        both = (
            next(each for each in found if each.id == a).seen_by
            & next(each for each in found if each.id == b).seen_by
        )
        scope = draw(st.sampled_from(["", *sorted(both)]))
        links.append(same(a, b, scope=scope, verdict=verdict))
    claims = draw(
        st.lists(
            st.builds(
                claim,
                st.sampled_from(ids),
                st.sampled_from(members),
                st.sampled_from(["mine", "ours", "released"]),
                at=st.integers(1, 5),
            ),
            max_size=2,
        )
    )
    snapshot = household(*found, links=tuple(links), claims=tuple(claims))
    return draw(with_hidden_values(snapshot))


@st.composite
def with_hidden_values(draw: st.DrawFn, snapshot: Snapshot) -> Snapshot:
    """The household after some values were made private, or shown to some only."""
    facts = [
        (each.id, fact)
        for each in snapshot.cards
        for fact in each.facts
        if fact.prop.name not in ("FN", "N")
    ]
    if not facts:
        return snapshot
    for card_id, fact in draw(
        st.lists(st.sampled_from(facts), max_size=2, unique_by=lambda f: f[1].id)
    ):
        seen_by = draw(st.frozensets(st.sampled_from(sorted(fact.seen_by))))
        snapshot = hide(snapshot, card_id, fact.prop.octets.decode().strip(), seen_by=seen_by)
    return snapshot


@st.composite
def _edited(draw: st.DrawFn, snapshot: Snapshot) -> Snapshot:
    state = draw(st.sampled_from(snapshot.cards))
    own = [fact.prop.octets.decode().strip() for fact in state.facts if fact.prop.name != "FN"]
    what = draw(st.sampled_from(["add", "change", "change", "take", "cycle", "undo", "hide"]))
    if what == "cycle":
        return cycle(snapshot)
    if what == "add" or not own:
        return put(snapshot, state.id, draw(lines), bulk=draw(st.booleans()))
    old = draw(st.sampled_from(own))
    if what == "take":
        return take(snapshot, state.id, old, withheld=draw(st.sampled_from([False, False, True])))
    if what == "hide":
        return hide(snapshot, state.id, old)
    kind = old.partition(":")[0].partition(";")[0]
    new = draw(st.sampled_from([line for line in SHARED + PERSONAL if line.startswith(kind)]))
    return put(
        snapshot, state.id, new, instead_of=old, act_kind="undo" if what == "undo" else "put"
    )


@st.composite
def histories(
    draw: st.DrawFn, members: tuple[str, ...] = ("anna", "ben"), *, edits: int = 6
) -> Snapshot:
    """A household after some edits and cycles."""
    snapshot = draw(snapshots(members))
    for _ in range(draw(st.integers(0, edits))):
        snapshot = draw(_edited(snapshot))
    return snapshot


def edits_of_two(*, cycles: bool = False) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Edits of "anna-1" and "ben-1": who, what and a line; between them cycles of all kinds."""
    what = ["add", "change", "take", *([] if cycles else ["cycle"])]
    ways = [line for line in SHARED if line.startswith(("TEL", "EMAIL"))]
    step = st.tuples(
        st.sampled_from(["anna-1", "ben-1"]), st.sampled_from(what), st.sampled_from(ways)
    )
    return st.lists(step, max_size=8)


def edits_of_three() -> st.SearchStrategy[tuple[list[list[str]], list[tuple[str, ...]]]]:
    """What "anna-1", "ben-1" and "carl-1" say at first, few numbers in all, and then such edits.

    Some numbers are typed once only, so that it shows where they do not arrive.
    """
    few = [line for line in SHARED if line.startswith("TEL")][1:]
    once = [f"TEL:+49 151 5550{number:02}" for number in range(20)]
    step = st.tuples(
        st.sampled_from([f"{member}-1" for member in THREE]),
        st.sampled_from(["add", "change", "change", "take", "cycle"]),
        st.sampled_from(few) | st.sampled_from(once),
    )
    start = st.lists(st.sampled_from(few), max_size=2, unique=True)
    return st.tuples(
        st.lists(start, min_size=3, max_size=3), st.lists(step, min_size=2, max_size=6)
    )


def edited(snapshot: Snapshot, who: str, what: str, line: str) -> Snapshot:
    """The household after one such edit; a change or removal takes the newest value of its name."""
    if what == "cycle":
        return cycle(snapshot)
    name = line.partition(":")[0].partition(";")[0]
    state = next(each for each in snapshot.cards if each.id == who)
    own = [fact.prop.octets.decode().strip() for fact in state.facts if fact.prop.name == name]
    if what == "add" or not own:
        return put(snapshot, who, line)
    return (
        take(snapshot, who, own[-1])
        if what == "take"
        else put(snapshot, who, line, instead_of=own[-1])
    )


def renamed(snapshot: Snapshot, name: Callable[[str], str]) -> Snapshot:
    """The same household with other names for members and cards."""

    def everyone(members: frozenset[str]) -> frozenset[str]:
        return frozenset(map(name, members))

    def link(each: Link) -> Link:
        a, b = sorted((name(each.card_a), name(each.card_b)))
        return replace(each, card_a=a, card_b=b, scope=each.scope and name(each.scope))

    def state(each: CardState) -> CardState:
        facts, former = (
            tuple(
                replace(
                    fact,
                    card=name(fact.card),
                    typed_by=fact.typed_by and name(fact.typed_by),
                    seen_by=everyone(fact.seen_by),
                )
                for fact in kept
            )
            for kept in (each.facts, each.former)
        )
        return replace(
            each,
            id=name(each.id),
            keeper=name(each.keeper),
            seen_by=everyone(each.seen_by),
            facts=facts,
            former=former,
        )

    bases = []
    for base in snapshot.bases:
        sides = ((name(base.card_a), base.fact_a), (name(base.card_b), base.fact_b))
        (a, fact_a), (b, fact_b) = sorted(sides)
        bases.append(replace(base, card_a=a, card_b=b, fact_a=fact_a, fact_b=fact_b))
    return replace(
        snapshot,
        cards=tuple(map(state, snapshot.cards)),
        links=tuple(map(link, snapshot.links)),
        bases=tuple(bases),
        claims=tuple(
            replace(each, card=name(each.card), member=name(each.member))
            for each in snapshot.claims
        ),
        applied=frozenset((origin, name(card_id)) for origin, card_id in snapshot.applied),
    )
