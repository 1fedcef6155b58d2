"""What Anna shows Ben alone is offered to Ben alone: on a page, at a terminal, and taken back with what it came from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.cycle import run_cycle, trial
from server.errors import NotFound
from server.store.backup import backup
from server.store.database import Actor
from server.store.sharing import set_member, set_share, set_value_visibility, set_visibility
from server.store.undoing import last_decision
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@stein.example"
BIRTHDAY = "BDAY:1981-05-04"
NEW_MAIL = "EMAIL:eva.maria@stein.example"
NEW_DAY = "BDAY:1981-05-05"
LIMITED = ("EMAIL", "eva@stein.example")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna shows Ben alone a card with more than his own says, which Carl sees."""
    made = Home(tmp_path, "anna", "ben", "carl")
    shown_to_ben(made)
    yield made
    cycle(made)
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def shown_to_ben(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    body = a_card("ua", "Eva Stein", PHONE, MAIL, BIRTHDAY, "CLASS:PRIVATE")
    home.put("anna", "a.vcf", body)
    show(home, "members", "ben")
    cycle(home)


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()
    assert home.verify() == ()


def card_at(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        book = home.book(tx, who)
        row = tx.connection.execute(
            "SELECT card FROM slot WHERE book = ? AND href = ?", (book.id, href)
        ).fetchone()
    return str(row[0])


def show(home: Home, visibility: str, *named: str) -> None:
    """Anna says who sees her card."""
    card = card_at(home, "anna", "a.vcf")
    home.clock.pass_seconds(1)
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, visibility, named=named)


def offers(home: Home, who: str | None = "ben") -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "offer"]


def answer(home: Home, choice: str) -> str:
    home.clock.pass_seconds(1)
    return decide(home.db, offers(home)[0].id, choice, member="ben")


def served(home: Home, who: str) -> bytes:
    return b"".join(each.octets for each in home.entries(who))


def test_ben_is_asked_and_nobody_else(home: Home) -> None:
    (case,) = offers(home)
    assert case.members == ("ben",)
    assert case.choices == ("add", "no", "later")
    assert case.sentence == (
        "Anna shows you more of Eva Stein than others may see: "
        "Birthday 1981-05-04 and E-mail eva@stein.example."
    )
    assert offers(home, None) == [case]
    assert offers(home, "anna") == offers(home, "carl") == []
    assert MAIL.encode() not in served(home, "ben")
    for other in ("anna", "carl"):
        with pytest.raises(NotFound):
            decide(home.db, case.id, "add", member=other)


def test_what_is_added_is_seen_by_ben_and_not_by_carl(home: Home) -> None:
    before, sequence = served(home, "carl"), home.sequence("carl")
    said = answer(home, "add")
    assert said == "Eva Stein: on your card now; only who may see it on Anna's card sees it there."
    assert MAIL.encode() in home.entry("ben", "Eva").octets
    assert BIRTHDAY.encode() in home.entry("ben", "Eva").octets
    assert offers(home) == []
    cycle(home)
    assert offers(home) == []
    assert (served(home, "carl"), home.sequence("carl")) == (before, sequence)


@pytest.mark.parametrize("to", [("private",), ("members", "carl")])
def test_it_is_taken_back_when_anna_shows_it_no_more(home: Home, to: tuple[str, ...]) -> None:
    answer(home, "add")
    cycle(home)
    show(home, *to)
    assert MAIL.encode() not in served(home, "ben")
    assert PHONE.encode() in home.entry("ben", "Eva").octets
    assert offers(home) == []


def test_what_is_shown_again_is_offered_again(home: Home) -> None:
    answer(home, "add")
    show(home, "private")
    cycle(home)
    show(home, "members", "ben")
    cycle(home)
    assert len(offers(home)) == 1


def test_an_offer_goes_at_once_when_it_is_shown_no_more(home: Home) -> None:
    show(home, "private")
    assert offers(home) == []


def test_an_offer_ends_when_everybody_is_shown_it(home: Home) -> None:
    show(home, "shared")
    assert offers(home) == []
    cycle(home)
    assert offers(home) == []
    assert MAIL.encode() in home.entry("ben", "Eva").octets
    assert MAIL.encode() in served(home, "carl")


def test_an_offer_ends_when_the_value_goes(home: Home) -> None:
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    body = entry.octets.replace(MAIL.encode() + b"\r\n", b"")
    home.put("anna", "a.vcf", body, if_match=home.etag("anna", entry))
    cycle(home)
    assert offers(home)[0].sentence.endswith(": Birthday 1981-05-04.")


def test_a_no_is_for_good_and_a_new_value_is_asked_again(home: Home) -> None:
    assert answer(home, "no") == "Eva Stein: your card stays as it is."
    assert offers(home) == []
    cycle(home)
    assert offers(home) == []
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", b"EMAIL:new@stein.example\r\nEND:VCARD")
    home.put("anna", "a.vcf", body, if_match=home.etag("anna", entry))
    cycle(home)
    assert offers(home)[0].sentence.endswith(": E-mail new@stein.example.")


def test_later_keeps_it_at_the_end(home: Home) -> None:
    answer(home, "later")
    cycle(home)
    assert len(offers(home)) == 1


@pytest.mark.parametrize(("choice", "asked"), [("add", 0), ("no", 1)])
def test_an_answer_can_be_undone(home: Home, choice: str, asked: int) -> None:
    before = home.entry("ben", "Eva").octets
    answer(home, choice)
    with home.db.read() as tx:
        act = last_decision(tx, "ben")
    assert act is not None
    undo(home.db, act, member="ben")
    assert home.entry("ben", "Eva").octets == before
    cycle(home)
    assert home.entry("ben", "Eva").octets == before
    assert len(offers(home)) == asked


def test_who_shows_only_ben_offers_too(home: Home) -> None:
    show(home, "shared")
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "none")
    cycle(home)
    assert len(offers(home)) == 1


def test_a_single_value_for_ben_alone_is_offered(home: Home) -> None:
    card = card_at(home, "anna", "a.vcf")
    with home.db.write(Actor("card", "anna")) as tx:
        set_value_visibility(tx, card, LIMITED, "members", ("ben",))
        set_visibility(tx, card, "shared")
    cycle(home)
    assert offers(home)[0].sentence.endswith(": E-mail eva@stein.example.")
    before = served(home, "carl")
    answer(home, "add")
    cycle(home)
    assert MAIL.encode() in home.entry("ben", "Eva").octets
    assert served(home, "carl") == before
    with home.db.write(Actor("card", "anna")) as tx:
        set_value_visibility(tx, card, LIMITED, "private", ())
    assert MAIL.encode() not in served(home, "ben")


def change(home: Home, before: str, after: str, who: str = "anna", href: str = "a.vcf") -> None:
    """Somebody types one line instead of another."""
    entry = home.get(who, href)
    assert entry is not None
    assert before.encode() in entry.octets
    body = entry.octets.replace(before.encode(), after.encode())
    home.put(who, href, body, if_match=home.etag(who, entry))


def changed(home: Home) -> None:
    """Ben took over what Anna shows him alone, and Anna changed all of it."""
    answer(home, "add")
    cycle(home)
    change(home, MAIL, NEW_MAIL)
    change(home, BIRTHDAY, NEW_DAY)
    cycle(home)


def test_a_change_is_offered_instead_of_what_was_taken_over(home: Home) -> None:
    changed(home)
    (case,) = offers(home)
    assert case.sentence.endswith(
        ": Birthday 1981-05-05 instead of 1981-05-04 and "
        "E-mail eva.maria@stein.example instead of eva@stein.example."
    )
    sides = [(each.member, [row.value for row in each.rows]) for each in case.sides]
    assert sides == [
        ("anna", ["1981-05-05", "eva.maria@stein.example"]),
        ("ben", ["1981-05-04", "eva@stein.example"]),
    ]
    before, sequence = served(home, "carl"), home.sequence("carl")
    answer(home, "add")
    assert trial(home.db)[0].operations == ()
    mine = home.entry("ben", "Eva").octets
    assert NEW_MAIL.encode() in mine
    assert NEW_DAY.encode() in mine
    assert MAIL.encode() not in mine
    assert BIRTHDAY.encode() not in mine
    cycle(home)
    assert offers(home) == offers(home, None) == []
    assert (served(home, "carl"), home.sequence("carl")) == (before, sequence)


def test_a_change_that_was_taken_over_goes_with_what_it_came_from(home: Home) -> None:
    changed(home)
    answer(home, "add")
    show(home, "private")
    mine = home.entry("ben", "Eva").octets
    assert b"BDAY" not in mine
    assert b"EMAIL" not in mine
    cycle(home)
    show(home, "members", "ben")
    cycle(home)
    assert offers(home)[0].sentence.endswith(
        ": Birthday 1981-05-05 and E-mail eva.maria@stein.example."
    )


def test_a_change_that_is_not_wanted_is_asked_once(home: Home) -> None:
    changed(home)
    before = home.entry("ben", "Eva").octets
    answer(home, "no")
    cycle(home)
    assert offers(home) == []
    change(home, NEW_DAY, "BDAY:1981-05-06")
    cycle(home)
    assert offers(home)[0].sentence.endswith(": Birthday 1981-05-06 instead of 1981-05-04.")
    change(home, "BDAY:1981-05-06", NEW_DAY)
    cycle(home)
    assert offers(home) == []
    assert home.entry("ben", "Eva").octets == before


def test_a_change_that_was_taken_over_can_be_undone_and_that_undone(home: Home) -> None:
    changed(home)
    before = home.entry("ben", "Eva").octets
    answer(home, "add")
    after = home.entry("ben", "Eva").octets
    with home.db.read() as tx:
        act = last_decision(tx, "ben")
    assert act is not None
    undo(home.db, act, member="ben")
    assert home.entry("ben", "Eva").octets == before
    with home.db.read() as tx:
        (undoing,) = tx.connection.execute("SELECT max(id) FROM act").fetchone()
    cycle(home)
    assert offers(home) == []
    assert home.entry("ben", "Eva").octets == before
    undo(home.db, undoing, member="ben")
    assert home.entry("ben", "Eva").octets == after
    cycle(home)
    assert offers(home) == []
    assert home.entry("ben", "Eva").octets == after


def test_what_ben_changed_himself_is_his_until_he_takes_what_anna_changed(home: Home) -> None:
    answer(home, "add")
    cycle(home)
    before = served(home, "carl")
    change(home, BIRTHDAY, NEW_DAY)
    change(home, BIRTHDAY, "BDAY:1981-05-06", "ben", "b.vcf")
    cycle(home)
    (case,) = offers(home)
    assert case.sentence.endswith(": Birthday 1981-05-05 instead of 1981-05-06.")
    assert open_cases(home.db, None) == (case,)
    answer(home, "add")
    assert NEW_DAY.encode() in home.entry("ben", "Eva").octets
    assert served(home, "carl") == before
    show(home, "private")
    assert b"BDAY:1981-05-06" in home.entry("ben", "Eva").octets
    assert served(home, "carl") == before


def test_another_birthday_than_the_one_that_carl_sees_is_not_offered(home: Home) -> None:
    entry = home.get("ben", "b.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", f"{NEW_DAY}\r\nEND:VCARD".encode())
    home.put("ben", "b.vcf", body, if_match=home.etag("ben", entry))
    cycle(home)
    assert offers(home)[0].sentence.endswith(": E-mail eva@stein.example.")
    assert NEW_DAY.encode() in served(home, "carl")


def test_who_shows_anna_nothing_is_offered_what_anna_shows(home: Home) -> None:
    with home.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "anna", "none")
    cycle(home)
    answer(home, "add")
    cycle(home)
    assert MAIL.encode() in home.entry("ben", "Eva").octets
    assert MAIL.encode() not in served(home, "carl")


@pytest.mark.parametrize("choice", ["add", "no"])
@pytest.mark.parametrize("how", [shown_to_ben, changed])
def test_a_restore_answers_again(tmp_path: Path, how: Callable[[Home], None], choice: str) -> None:
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    backup(made.db, tmp_path / "copy.db")
    shown_to_ben(made)
    if how is changed:
        changed(made)
    answer(made, choice)
    cycle(made)
    before = {who: served(made, who) for who in ("anna", "ben", "carl")}
    assert restore(made.db.folder, tmp_path / "copy.db").problems == ()
    assert {who: served(made, who) for who in before} == before
    cycle(made)
    assert offers(made) == []
    assert {who: served(made, who) for who in before} == before
    made.db.close()


def test_the_command_line_lists_and_answers_it(home: Home) -> None:
    (case,) = offers(home, None)
    assert case.choices[0] == "add"
    decide(home.db, case.id, "add", member=None)
    assert MAIL.encode() in home.entry("ben", "Eva").octets


def test_a_guest_is_offered_nothing(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", role="guest")
    cycle(home)
    assert offers(home) == offers(home, None) == []
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", role="adult")
    cycle(home)
    assert len(offers(home)) == 1


def test_what_came_from_a_third_card_is_offered_as_it_can_be_answered(tmp_path: Path) -> None:
    """Carl has the workplace from Ben's card, which can speak for itself: he offers Anna his number alone."""
    made = Home(tmp_path, "anna", "ben", "carl")
    with made.db.write(Actor("share", "carl")) as tx:
        set_share(tx, "carl", "ben", "none")
    made.put("ben", "b.vcf", a_card("ub", "Eva Stein", "ORG:Bakery"))
    made.put("carl", "c.vcf", a_card("uc", "Eva Stein", "ORG:Bakery", MAIL, PHONE))
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", MAIL))
    cycle(made)
    (case,) = offers(made, "anna")
    assert case.sentence.endswith(": Phone +49 30 23125 101.")
    decide(made.db, case.id, "add", member="anna")
    assert PHONE.encode() in made.entry("anna", "UID:ua").octets
    cycle(made)
    made.db.close()


def test_an_answer_and_a_cycle_offer_the_same_of_a_number_that_another_person_has_too(
    tmp_path: Path,
) -> None:
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    with made.db.write(Actor("share", "carl")) as tx:
        set_share(tx, "carl", "anna", "none")
    made.put("ben", "m.vcf", a_card("um", "Mia Berg", PHONE))
    made.put("ben", "e.vcf", a_card("ue", "Eva Stein", BIRTHDAY))
    cycle(made)
    made.put("carl", "e.vcf", a_card("uc", "Eva Stein", PHONE, BIRTHDAY, "ORG:Bakery"))
    made.put("anna", "e.vcf", a_card("ua", "Eva Stein", MAIL))
    cycle(made)
    (asked,) = (each for each in open_cases(made.db, "anna") if each.kind == "same-person")
    decide(made.db, asked.id, "same", member="anna")
    (answered,) = offers(made)
    cycle(made)
    assert [each.sentence for each in offers(made)] == [answered.sentence]
    made.db.close()
