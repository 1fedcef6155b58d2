"""Seventeen cards of one name are one question, answered in piles; from plan to case, answer and undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cases.recounting import recount
from server.cases.undoing import undo
from server.cycle import run_cycle, trial
from server.errors import UsageError
from server.reconcile.gauge import people_of
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards
from server.store.snapshots import snapshot_of
from server.store.undoing import last_decision
from tests.builders import Home, a_card, a_name

CHOIR = ("TEL;TYPE=HOME:+49 30 23125 101", "ADR:;;Chorgasse 3;Leipzig;;04109;Germany")
OFFICE = ("TEL;TYPE=HOME:+49 30 23125 202", "ADR:;;Am Amt 9;Freiburg;;79098;Germany")
POOL = ("TEL;TYPE=HOME:+49 30 23125 303", "ADR:;;Badweg 1;Kiel;;24103;Germany")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben; whatever is answered, views are right and the next cycle is empty."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    run_cycle(made.db, kind="nightly")
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def smiths(home: Home) -> None:
    """Seventeen John Smiths: three people, written in several ways, and two bare names."""
    for place, (phone, address) in enumerate((CHOIR, OFFICE, POOL)):
        cards = (
            ("anna", "John Smith", (phone,)),
            ("ben", "John Smith", (phone, address)),
            ("anna", "J. Smith", (phone,)),
            ("ben", "J. Smith", (address,)),
            ("anna", "Johnny Smith", (address,)),
        )
        for number, (who, name, lines) in enumerate(cards):
            uid = f"{place}-{number}"
            home.put(who, f"{uid}.vcf", a_card(uid, name, *lines))
    home.put("anna", "rest.vcf", a_card("rest-a", "John Smith"))
    home.put("ben", "rest.vcf", a_card("rest-b", "John Smith"))
    run_cycle(home.db, kind="command", releasing=True)


def doubles(home: Home) -> None:
    """Ben's one card fits two of Anna's equally, who share nothing with one another."""
    home.put("anna", "a1.vcf", a_card("a1", "John Smith", CHOIR[0]))
    home.put("anna", "a2.vcf", a_card("a2", "John Smith", "EMAIL:john@example.org"))
    home.put("ben", "b.vcf", a_card("b", "John Smith", CHOIR[0], "EMAIL:john@example.org"))
    run_cycle(home.db, kind="command", releasing=True)


def clusters(home: Home, who: str | None = "anna") -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "cluster"]


def people(home: Home, who: str = "anna") -> int:
    with home.db.read() as tx:
        return len(people_of(snapshot_of(tx), who))


def piles_of(case: Case) -> list[set[str]]:
    """What the people have in common who are proposed for one pile, and of the rest."""
    letters = dict.fromkeys(each.pile for each in case.heaps)
    return [
        {value for each in case.heaps if each.pile == letter for value in each.values}
        for letter in letters
    ]


def test_seventeen_cards_of_one_name_are_one_question_with_three_piles_and_a_rest(
    home: Home,
) -> None:
    smiths(home)
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "cluster"
    assert case.title == "John Smith"
    assert len(case.cards) == 17
    assert sorted(each.pile for each in case.heaps) == [*"AAAA", *"BBBB", *"CCCC", "L", "L"]
    *piles, rest = piles_of(case)
    assert [len(each) for each in piles] == [2, 2, 2]
    assert rest == set()


def test_the_command_line_and_every_keeper_are_asked_the_same(home: Home) -> None:
    smiths(home)
    (asked,) = clusters(home, None)
    assert asked == clusters(home, "anna")[0] == clusters(home, "ben")[0]
    assert set(asked.members) == {"anna", "ben"}
    assert asked.choices == ("piles", "same", "different", "later")


def test_what_is_proposed_is_answered_with_one_tap(home: Home) -> None:
    smiths(home)
    said = decide(home.db, clusters(home)[0].id, "piles", member="anna")
    assert said == ("John Smith: 3 people now, kept apart for good. 2 of them are left for later.")
    assert people(home) == people(home, "ben") == 5


def test_whom_nobody_placed_is_asked_last_and_the_rest_never_again(home: Home) -> None:
    smiths(home)
    decide(home.db, clusters(home)[0].id, "piles", member="anna")
    home.put("anna", "x.vcf", a_card("x", "Eva Lorenz"))
    home.put("ben", "x.vcf", a_card("x2", "Eva Lorenz"))
    run_cycle(home.db, kind="command", releasing=True)
    first, last = open_cases(home.db, "ben")
    assert first.kind == "same-person"
    assert len(last.heaps) == 5
    placed = " ".join(f"{each.number}={'N' if each.values else 'A'}" for each in last.heaps)
    decide(home.db, last.id, placed, member="ben")
    assert [each.kind for each in open_cases(home.db, None)] == ["same-person"]
    assert people(home) == 6


def test_cards_of_one_pile_agree_at_once(home: Home) -> None:
    smiths(home)
    decide(home.db, clusters(home)[0].id, "piles", member="anna")
    (entry,) = (e for e in home.entries("anna") if b"0-2" in e.octets)
    assert b"Chorgasse" in entry.octets
    assert b"Badweg" not in entry.octets


def test_undoing_the_piles_asks_again_and_gives_every_card_back_as_it_was(home: Home) -> None:
    smiths(home)
    before = [home.entries(who) for who in ("anna", "ben")]
    (asked,) = clusters(home)
    decide(home.db, asked.id, "piles", member="anna")
    with home.db.read() as tx:
        act = last_decision(tx, "anna")
    assert act is not None
    undo(home.db, act, member="anna")
    run_cycle(home.db, kind="nightly")
    assert clusters(home) == [asked]
    after = [home.entries(who) for who in ("anna", "ben")]
    assert [{e.octets for e in view} for view in after] == [
        {e.octets for e in view} for view in before
    ]


def test_all_of_them_may_be_one_or_all_different(home: Home) -> None:
    smiths(home)
    decide(home.db, clusters(home)[0].id, "different", member="ben")
    assert open_cases(home.db, None) == ()
    assert people(home) == 14


def test_a_card_that_fits_two_equally_joins_neither_and_is_asked(home: Home) -> None:
    doubles(home)
    assert people(home) == 3
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "cluster"
    assert [each.pile for each in case.heaps] == ["L", "L", "L"]
    assert case.choices == ("same", "different", "later")


def test_the_answer_may_be_any_piles(home: Home) -> None:
    doubles(home)
    (case,) = clusters(home)
    hers = [each.number for each in case.heaps if each.members == ("anna",)]
    (his,) = (each.number for each in case.heaps if each.members == ("ben",))
    decide(home.db, case.id, f"{his}=A {hers[0]}=A {hers[1]}=N", member="ben")
    assert people(home) == 2
    assert open_cases(home.db, None) == ()


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ("perhaps", "is no answer to this case"),
        ("1=A 99=A", "is no answer to this case"),
        ("1=A 2=?", "is no answer to this case"),
        ("piles", "is no answer to this case"),
        ("1=A 2=L 3=L", "Put at least two of them somewhere"),
        ("", "Put at least two of them somewhere"),
    ],
)
def test_what_is_no_answer_is_said_in_one_sentence_and_changes_nothing(
    home: Home, choice: str, why: str
) -> None:
    doubles(home)
    with pytest.raises(UsageError, match=why):
        decide(home.db, clusters(home)[0].id, choice, member="anna")
    assert people(home) == 3


def test_whom_somebody_called_different_goes_on_no_common_pile(home: Home) -> None:
    doubles(home)
    hers = [each.cards[0] for each in clusters(home)[0].heaps if each.members == ("anna",)]
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (hers[0], hers[1]), "apart", member="anna")
    (case,) = clusters(home)
    with pytest.raises(UsageError, match="were called different people"):
        decide(home.db, case.id, "same", member="anna")
    assert people(home) == 3


def test_putting_it_off_keeps_the_question_after_all_others(home: Home) -> None:
    doubles(home)
    decide(home.db, clusters(home)[0].id, "later", member="anna")
    assert len(clusters(home)) == 1


def test_history_says_who_was_sorted(home: Home) -> None:
    smiths(home)
    decide(home.db, clusters(home)[0].id, "piles", member="anna")
    with reading_as(home.db, "ben") as tx:
        (told, *_) = recount(tx, recent_acts(tx, most=1))
    assert told.sentence == (
        "Anna said of 15 cards of J. Smith, John Smith and Johnny Smith: 3 different people."
    )


def test_a_private_card_is_sorted_by_its_keeper_alone(home: Home) -> None:
    """Ben is asked as if Anna's private cards did not exist."""
    doubles(home)
    before = clusters(home, "ben")
    home.put("anna", "p.vcf", a_card("p", "John Smith", CHOIR[0], "CLASS:PRIVATE"))
    run_cycle(home.db, kind="nightly")
    assert [each.id for each in clusters(home, "ben")] == [each.id for each in before]


def test_who_is_left_for_later_is_not_joined_by_what_few_cards_tell(tmp_path: Path) -> None:
    """Three of one frequent name and birthday are in doubt among a hundred others, not among themselves."""
    home = Home(tmp_path, "anna", "ben", "carl")
    given, family = zip(*(a_name(number).split() for number in range(100)), strict=True)
    others = [*(f"Hans {each}" for each in family[::2]), *(f"{each} Müller" for each in given[::2])]
    cards = [Incoming(str(n), a_card(f"other-{n}", each)) for n, each in enumerate(others)]
    import_cards(home.db, "anna", cards)
    for number, who in enumerate(("anna", "ben", "carl"), start=1):
        lines = (f"TEL;TYPE=CELL:+49 1575 0{number:03}{number:03}", f"EMAIL:h{number}@example.org")
        address = f"ADR:;;Weg {number};Ort {number};;1000{number};DE"
        card = a_card(who, "Hans Müller", "BDAY:1960-05-05", *lines, address)
        home.put(who, "hans.vcf", card)
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = clusters(home)
    decide(home.db, case.id, "1=A 2=A", member="anna")
    run_cycle(home.db, kind="nightly")
    with home.db.read() as tx:
        said = tx.connection.execute("SELECT member FROM link WHERE ended IS NULL").fetchall()
    assert said == [("anna",)]
    assert home.verify() == ()
    home.db.close()
