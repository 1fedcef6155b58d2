"""Pairs of runs that were told apart once, step by step as they were found."""

from server.cases import decide, open_cases
from tests.builders import Home
from tests.store.test_two_named_runs import MORE, TwoNamedRuns
from tests.store.test_two_runs import TwoRuns


def test_a_value_hidden_by_a_private_card_counts_as_shown_after_its_card_is_gone() -> None:
    runs = TwoRuns()
    runs.add(who="anna", name="Eva Steiner", extra=[], note=False)
    runs.keep_secret(name="Eva Stein", extra=[])
    runs.tie_secret(pick=0, other=0, verdict="same")
    runs.edit_own(pick=0, line="ORG:Bakery;Bread", how=1)
    runs.add(who="carl", name="Eva Steiner", extra=[], note=False)
    runs.remove_own(pick=0)
    runs.add(who="ben", name="Eva Steiner", extra=["ORG:Bakery;Bread"], note=True)
    runs.nobody_can_tell()
    runs.teardown()


def test_a_private_namesake_does_not_decide_in_which_order_a_view_is_numbered() -> None:
    runs = TwoRuns()
    runs.add(who="ben", name="Eva Stein", extra=[], note=True)
    runs.keep_secret(name="Mia Berg", extra=[])
    runs.change_secret(pick=0, line="item1.TEL:+49 30 23125 103", how=1)
    runs.edit_any(who="anna", pick=0, line="ORG:Bakery;Bread", how=0)
    runs.add(who="ben", name="Mia Berg", extra=[], note=True)
    runs.share(giver="ben", taker="anna", level="none")
    runs.nobody_can_tell()
    runs.teardown()


def test_what_was_said_of_a_private_card_does_not_answer_for_a_shared_one() -> None:
    runs = TwoRuns()
    runs.keep_secret(name="Mia Berg", extra=["EMAIL:eva@example.org"])
    runs.add(who="anna", name="Mia Berg", extra=[], note=False)
    runs.cycle()
    runs.answer_secret(pick=0, choice=1)
    runs.add(who="ben", name="Mia Berg", extra=["EMAIL:eva@example.org"], note=False)
    runs.teardown()


def test_a_note_that_moves_on_with_a_link_makes_a_cycle_do_nothing_more() -> None:
    runs = TwoRuns()
    runs.add(who="anna", name="Mia Berg", extra=[], note=False)
    runs.add(who="anna", name="Jan Vermeer", extra=["item1.TEL:+49 30 23125 103"], note=False)
    runs.add(who="anna", name="Eva Steiner", extra=["BDAY:1980-02-29"], note=True)
    runs.note_on_anothers(pick=2, line="NOTE:mine")
    extra = ["item1.TEL:+49 30 23125 103", "BDAY:1980-02-29"]
    runs.add(who="ben", name="Eva Steiner", extra=extra, note=False)
    runs.teardown()


def test_an_inherited_card_does_not_take_with_it_what_its_author_was_shown() -> None:
    runs = TwoRuns()
    runs.add(who="anna", name="Mia Berg", extra=["TEL;TYPE=HOME:030 23125 102"], note=True)
    runs.share(giver="anna", taker="ben", level="name")
    runs.note_on_anothers(pick=0, line="CATEGORIES:Mine")
    runs.add(who="anna", name="Mia Berg", extra=[], note=True)
    runs.add(who="ben", name="Mia Berg", extra=[], note=False)
    runs.edit_own(pick=2, line="TEL;TYPE=HOME:030 23125 102", how=0)
    runs.teardown()


def test_what_was_brought_to_a_private_card_says_nothing_of_what_is_typed_later() -> None:
    runs = TwoRuns()
    runs.add(who="carl", name="Jan Vermeer", extra=["BDAY:1981-03-01"], note=False)
    runs.keep_secret(name="Eva Stein", extra=[])
    runs.tie_secret(pick=0, other=0, verdict="same")
    runs.cycle()
    runs.add(who="ben", name="Eva Stein", extra=["BDAY:1981-03-01"], note=False)
    runs.share(giver="carl", taker="anna", level="none")
    runs.nobody_can_tell()
    runs.teardown()


def test_a_private_card_does_not_decide_which_of_two_new_slots_is_the_older_one() -> None:
    runs = TwoRuns()
    runs.share(giver="ben", taker="carl", level="none")
    for name in ("Jan Vermeer", "Eva Stein", "Eva Steiner", "Mia Berg"):
        runs.add(who="ben", name=name, extra=[], note=False)
    runs.keep_secret(name="Mia Berg", extra=["TITLE:Dr"])
    runs.tie_secret(pick=0, other=0, verdict="same")
    runs.share(giver="ben", taker="carl", level="all")
    assert by_age(runs.full) == by_age(runs.bare)
    runs.teardown()


def test_a_private_card_does_not_decide_in_which_order_cards_are_inherited() -> None:
    runs = TwoRuns()
    for name in ("Jan Vermeer", "Eva Stein", "Eva Steiner", "Mia Berg"):
        runs.add(who="ben", name=name, extra=[], note=False)
    runs._both(note_on_all)
    runs.keep_secret(name="Mia Berg", extra=["TITLE:Dr"])
    runs.tie_secret(pick=0, other=1, verdict="same")
    runs.share(giver="ben", taker="carl", level="none")
    runs.nobody_can_tell()
    assert len(by_age(runs.full)) == 4
    runs.teardown()


def test_whom_a_private_card_alone_made_one_person_are_one_for_its_keeper_when_it_is_taken_out() -> (
    None
):
    runs = TwoRuns()
    runs.add(who="ben", name="Eva Stein", extra=[], note=False)
    runs.add(who="ben", name="Mia Berg", extra=[], note=False)
    runs.keep_secret(name="Jan Vermeer", extra=[])
    runs.tie_secret(pick=0, other=0, verdict="same")
    runs.tie_secret(pick=0, other=1, verdict="same")
    runs.part_secret(pick=0)
    with runs.full.db.read() as tx:
        held = tx.connection.execute(
            "SELECT scope, count(*) FROM link WHERE verdict = 'same' AND ended IS NULL"
        ).fetchall()
    assert held == [("ben", 1)]
    runs.teardown()


def test_what_ben_alone_is_asked_takes_nothing_out_of_what_anna_is_asked() -> None:
    runs = TwoNamedRuns()
    known = ["TEL;TYPE=CELL:+49 30 23125 101", "TEL;TYPE=HOME:030 23125 102"]
    runs.know_more("Eva Steiner", known, ["EMAIL:more{}@example.org"])
    runs.add(who="anna", name="Eva Stein", extra=known[1:], note=False)
    runs.know_more("Eva Steiner", [], ["TEL;TYPE=CELL:+49 30 888{}", "EMAIL:more{}@example.org"])
    (case,) = open_cases(runs.full.db, "anna")
    assert len(case.cards) == 3
    runs.teardown()


def test_that_a_value_of_carls_is_never_brought_again_is_seen_by_nobody_whom_he_shows_nothing() -> (
    None
):
    runs = TwoNamedRuns()
    number, mail = "TEL;TYPE=HOME:030 23125 102", "EMAIL:eva@example.org"
    runs.add_mixed(name="Jan Vermeer", extra=[mail], shown=False)
    runs.share(giver="anna", taker="carl", level="none")
    runs.answer_secret(choice=406, pick=3256)
    runs.add(
        who="carl",
        name="Jan Vermeer",
        extra=[number, "EMAIL;TYPE=WORK:work@example.org", mail],
        note=False,
    )
    runs.add_mixed(name="Eva Stein", extra=[mail, number], shown=False)
    runs.check(pick=1950, who="anna", choice="right")
    runs.answer(choice=942, pick=403, who="anna")
    runs.share(giver="ben", taker="carl", level="all")
    runs.take_over(pick=45, choice="twice", name="Jan Vermeer", more=[*MORE])
    runs.think_again(pick=399)
    runs.teardown()


def test_who_follows_a_card_goes_by_nothing_that_others_do_not_see() -> None:
    """Neither by what was brought to the former card, nor by what is kept from them on the new one."""
    runs = TwoNamedRuns()
    first, second = "TEL;TYPE=CELL:+49 30 23125 101", "item1.TEL:+49 30 23125 103"
    runs.know_more(name="Jan Vermeer", extra=[first], more=["EMAIL:more{}@example.org"])
    runs.take_over(pick=0, choice="add", name="Jan Vermeer", more=[])
    runs.add(who="anna", name="Jan Vermeer", extra=[], note=False)
    runs.cycle()
    for home in (runs.full, runs.bare):
        (case,) = open_cases(home.db, "anna")
        decide(home.db, case.id, "different", member="anna")
    mail = "EMAIL:eva@example.org"
    runs.know_more(name="Jan Vermeer", extra=[second, first, mail], more=["ROLE:Choir {}"])
    runs.add_mixed(name="Jan Vermeer", extra=[second], shown=True)
    runs.cycle()
    runs.teardown()


def test_where_people_contradict_themselves_a_cycle_keeps_what_it_asks() -> None:
    runs = TwoNamedRuns()
    first, second = "TEL;TYPE=CELL:+49 30 23125 101", "item1.TEL:+49 30 23125 103"
    mail, home = "EMAIL;TYPE=WORK:work@example.org", "TEL;TYPE=HOME:030 23125 102"
    runs.know_more(name="Eva Stein", extra=[first], more=[*MORE])
    runs.add(who="anna", name="Eva Stein", extra=[], note=True)
    runs.cycle()
    runs.add(who="carl", name="Eva Steiner", extra=[second, mail], note=True)
    runs.add(who="anna", name="Eva Stein", extra=[], note=False)
    runs.answer(pick=230, choice=3406, who="anna")
    runs.share(giver="ben", taker="carl", level="name")
    runs.add(who="carl", name="Eva Stein", extra=[mail, second, home], note=False)
    runs.cycle()
    runs.answer(pick=79, choice=2517, who="anna")
    runs.edit_known(pick=754, line=second)
    runs.answer(pick=2622, choice=48, who="anna")
    runs.teardown()


def test_what_is_answered_of_a_card_that_anna_does_not_see_asks_her_nothing_before_the_next_cycle() -> (
    None
):
    runs = TwoNamedRuns()
    number = "TEL;TYPE=CELL:+49 30 23125 101"
    runs.know_more(name="Eva Stein", extra=[number], more=[*MORE])
    runs.add(who="anna", name="Eva Stein", extra=[number], note=False)
    runs.cycle()
    runs.edit_known(pick=0, line="URL:https://example.org/")
    runs.share(giver="ben", taker="carl", level="none")
    runs.years_pass(years=12)
    runs.check(pick=0, who="carl", choice="right")
    runs.teardown()


def note_on_all(home: Home) -> None:
    """Carl writes something on every card that he sees."""
    for each in home.entries("carl"):
        now = home.get("carl", each.href)
        assert now is not None
        body = now.octets.replace(b"END:", b"NOTE:mine\r\nEND:")
        home.put("carl", each.href, body, if_match=home.etag("carl", now))


def by_age(home: Home) -> list[tuple[str]]:
    """The names of Carl's entries, the oldest first."""
    with home.db.read() as tx:
        return tx.connection.execute(
            "SELECT href FROM slot WHERE member = 'carl' ORDER BY id"
        ).fetchall()
