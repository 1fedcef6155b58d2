"""A held mass change is answered for single people, and two of them that touch one card are each put back or shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.backup import backup
from server.store.history import last_act
from server.store.releasing import verify_holds
from tests.builders import Home, a_card, a_name

MANY = 24
LATE = range(20, MANY)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna's book, which Ben sees, made long ago; Anna has three devices. Nothing stays behind."""
    made = Home(tmp_path / "data", "anna", "ben")
    made.db.connection().execute("PRAGMA synchronous = OFF")
    run_cycle(made.db, kind="command", releasing=True)
    for index in range(MANY):
        made.put("anna", f"{index}.vcf", a_card(f"u{index}", a_name(index), *lines(index)))
    run_cycle(made.db, kind="command", releasing=True)
    made.clock.pass_seconds(2 * 86_400)
    for label in ("laptop", "tablet"):
        made.add_device("anna", label)
    yield made
    assert made.verify() == ()
    with made.db.read() as tx:
        assert verify_holds(tx) == ()
    run_cycle(made.db, kind="nightly")
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def lines(index: int) -> tuple[str, str]:
    """What a card says at first, in a number and a mail address."""
    return f"TEL;TYPE=CELL:+49 30 23125 1{index:02d}", f"EMAIL:m1{index:02d}@example.org"


def rewrite(home: Home, login: str, old: str, new: str, cards: range = range(MANY)) -> None:
    for index in cards:
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(f"{old}{index:02d}".encode(), f"{new}{index:02d}".encode())
        assert body != entry.octets
        home.put(login, entry.href, body, if_match=home.etag("anna", entry))


def says(home: Home, who: str, index: int) -> set[str]:
    """What a member's view says of one person: blocks of the number and of the mail address."""
    octets = home.entry(who, a_name(index)).octets.decode()
    found = {f"tel {block}" for block in "123" if f"23125 {block}{index:02d}" in octets}
    return found | {f"mail {block}" for block in "123" if f":m{block}{index:02d}@" in octets}


def the_case(home: Home, device: str = "laptop") -> Case:
    (found,) = (each for each in open_cases(home.db, "anna") if each.device == device)
    return found


def card_of(home: Home, case: Case, index: int) -> str:
    return case.cards[case.names.index(a_name(index))]


def answer(home: Home, choice: str, *indices: int, device: str = "laptop") -> str:
    case = the_case(home, device)
    words = (choice, *(card_of(home, case, index) for index in indices))
    return decide(home.db, case.id, " ".join(words), member="anna")


BEFORE, AFTER = {"tel 1", "mail 1"}, {"tel 2", "mail 1"}


def test_one_person_is_put_back_and_the_others_wait(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    said = answer(home, "put-back", 21)
    assert said == f"{a_name(21)}: as it was before; phones fetch it at their next sync."
    assert says(home, "anna", 21) == says(home, "ben", 21) == BEFORE
    assert says(home, "anna", 22) == AFTER
    assert says(home, "ben", 22) == BEFORE
    assert set(the_case(home).names) == {a_name(index) for index in (20, 22, 23)}


def test_one_person_is_shown_and_the_others_wait(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    answer(home, "release", 20, 23)
    assert [says(home, "ben", index) for index in LATE] == [AFTER, BEFORE, BEFORE, AFTER]
    answer(home, "put-back", 21)
    answer(home, "release")
    assert [says(home, "ben", index) for index in LATE] == [AFTER, BEFORE, AFTER, AFTER]
    assert open_cases(home.db, "anna") == ()


def test_while_some_wait_the_device_is_still_held(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2", range(22))
    answer(home, "release", 20)
    rewrite(home, "anna+laptop", "23125 1", "23125 2", range(22, MANY))
    assert [says(home, "ben", index) for index in LATE] == [AFTER, BEFORE, BEFORE, BEFORE]


def test_an_answer_for_single_people_is_undone(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    answer(home, "put-back", 21)
    with home.db.read() as tx:
        act = last_act(tx)
    assert act is not None
    undo(home.db, act, member="anna")
    assert says(home, "anna", 21) == AFTER
    assert len(the_case(home).cards) == 3


def test_a_new_card_is_put_away_alone(home: Home) -> None:
    for index in range(30, 52):
        home.put("anna+laptop", f"{index}.vcf", a_card(f"u{index}", a_name(index)))
    answer(home, "put-back", 51)
    names = [each.octets.decode() for each in home.entries("anna")]
    assert not any(a_name(51) in each for each in names)
    assert any(a_name(50) in each for each in names)
    answer(home, "release")
    assert a_name(50) in "".join(each.octets.decode() for each in home.entries("ben"))


def test_a_deletion_is_done_for_one_person(home: Home) -> None:
    for index in range(MANY):
        home.delete("anna+laptop", f"{index}.vcf")
    answer(home, "delete", 22)
    assert {each.href for each in home.entries("anna")} == {"20.vcf", "21.vcf", "23.vcf"}
    answer(home, "keep", 20)
    assert set(the_case(home).names) == {a_name(21), a_name(23)}
    answer(home, "keep")
    assert len(home.entries("anna")) == 3


def test_the_beginning_of_a_card_is_enough_and_must_be_one_card(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    case = the_case(home)
    for word in ("", "zz", "0" * 40):
        with pytest.raises(UsageError, match=r"no card of this case|no answer"):
            decide(home.db, case.id, f"put-back {word or '-'}", member="anna")
    decide(home.db, case.id, f"put-back {card_of(home, case, 21)[:12]}", member="anna")
    assert says(home, "ben", 21) == says(home, "anna", 21) == BEFORE


def test_a_page_that_is_open_still_does_not_answer_twice(home: Home) -> None:
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    case = the_case(home)
    answer(home, "put-back", 21)
    with pytest.raises(NotFound):
        decide(home.db, case.id, "release", member="anna")


# --- two devices, the same cards ---


def both(home: Home) -> None:
    """The laptop changes every number, the tablet every address."""
    rewrite(home, "anna+laptop", "23125 1", "23125 2")
    rewrite(home, "anna+tablet", ":m1", ":m3")


ALL = {"tel 2", "mail 3"}


@pytest.mark.parametrize("index", [None, 22])
@pytest.mark.parametrize("order", [("laptop", "tablet"), ("tablet", "laptop")])
@pytest.mark.parametrize("released", ["laptop", "tablet"])
def test_one_is_shown_and_the_other_put_back_in_either_order(
    home: Home, order: tuple[str, str], released: str, index: int | None
) -> None:
    both(home)
    chosen = (index,) if index is not None else ()
    expected = {"tel 2", "mail 1"} if released == "laptop" else {"tel 1", "mail 3"}
    for device in order:
        answer(home, "release" if device == released else "put-back", *chosen, device=device)
        assert home.verify() == ()
    for each in chosen or LATE:
        assert says(home, "anna", each) == says(home, "ben", each) == expected
    for each in set(LATE) - set(chosen or LATE):
        assert says(home, "anna", each) == ALL
        assert says(home, "ben", each) == BEFORE


@pytest.mark.parametrize("choice", ["release", "put-back"])
@pytest.mark.parametrize("order", [("laptop", "tablet"), ("tablet", "laptop")])
def test_both_are_answered_alike(home: Home, order: tuple[str, str], choice: str) -> None:
    both(home)
    for device in order:
        answer(home, choice, device=device)
    expected = ALL if choice == "release" else BEFORE
    for each in LATE:
        assert says(home, "anna", each) == says(home, "ben", each) == expected
    assert open_cases(home.db, "anna") == ()


def test_answers_for_single_people_are_given_again_by_a_restore(home: Home, tmp_path: Path) -> None:
    backup(home.db, tmp_path / "copy.db")
    both(home)
    answer(home, "put-back", 21, 22, device="tablet")
    answer(home, "release", 21, device="laptop")
    answer(home, "release", device="tablet")
    before = {who: [says(home, who, index) for index in LATE] for who in ("anna", "ben")}
    waiting = [(each.device, sorted(each.names)) for each in open_cases(home.db, "anna")]
    assert restore(home.db.folder, tmp_path / "copy.db").account.left == ()
    assert {who: [says(home, who, index) for index in LATE] for who in before} == before
    assert [(e.device, sorted(e.names)) for e in open_cases(home.db, "anna")] == waiting
