"""A quick cycle costs as much as what changed, and knows when it has to look at everything.

Costs are counted, never timed: statements and the rows they gave.
"""

from pathlib import Path

import pytest

from server.cycle import Report, run_cycle
from server.planning import Planner
from server.store.asking import verify_questions
from server.store.changes import Changes
from server.store.database import Actor, Database
from server.store.imports import Incoming, import_cards
from server.store.questions import kept_questions
from server.store.sharing import set_share
from tests.builders import Home, a_card, a_name

NUMBER = "TEL;TYPE=CELL:+49 30 23125 101"
OTHER_NUMBER = "TEL;TYPE=CELL:+49 30 23125 102"
MAIL = "EMAIL:eva@example.org"


def a_household(folder: Path, others: int) -> tuple[Home, Planner]:
    """Anna and Ben, who both know Eva, and others whom only Anna knows; at rest."""
    home = Home(folder, "anna", "ben")
    cards = [Incoming(str(n), a_card(f"other-{n}", a_name(n))) for n in range(others)]
    import_cards(home.db, "anna", cards)
    home.put("anna", "eva.vcf", a_card("a-eva", "Eva Stein", NUMBER))
    home.put("ben", "eva.vcf", a_card("b-eva", "Eva Stein", NUMBER))
    run_cycle(home.db, kind="command", releasing=True)
    planner = Planner(home.db.changes)
    quick(home, planner)
    return home, planner


def quick(home: Home, planner: Planner) -> Report:
    """One quick cycle."""
    report = run_cycle(home.db, kind="quick", planner=planner)
    assert report is not None
    return report


def texts(home: Home, who: str) -> bytes:
    """All that a member's devices are served."""
    return b"".join(each.octets for each in home.entries(who))


def cost_of_one_change(folder: Path, others: int) -> tuple[int, int]:
    """What a quick cycle costs after one change that travels: statements and rows."""
    home, planner = a_household(folder, others)
    home.put("ben", "eva.vcf", a_card("b-eva", "Eva Stein", NUMBER, MAIL))
    before = home.db.counters.statements, home.db.counters.rows
    report = quick(home, planner)
    cost = home.db.counters.statements - before[0], home.db.counters.rows - before[1]
    assert dict(report.counts)["added"] == 1
    assert MAIL.encode() in texts(home, "anna")
    return cost


def test_one_change_costs_as_much_in_a_large_household_as_in_a_small_one(tmp_path: Path) -> None:
    small = cost_of_one_change(tmp_path / "small", 30)
    assert cost_of_one_change(tmp_path / "large", 300) == small


def test_a_cycle_of_everything_costs_twice_as_much_for_twice_the_cards(tmp_path: Path) -> None:
    """The last of the laws: work grows at most 2.3 times."""
    rows = []
    for others in (100, 200, 400):
        home, _ = a_household(tmp_path / str(others), others)
        before = home.db.counters.rows
        run_cycle(home.db, kind="nightly")
        rows.append(home.db.counters.rows - before)
    assert rows[1] <= 2.3 * rows[0]
    assert rows[2] <= 2.3 * rows[1]


@pytest.fixture
def household(tmp_path: Path) -> tuple[Home, Planner]:
    return a_household(tmp_path, 30)


def test_what_another_process_wrote_is_seen(household: tuple[Home, Planner]) -> None:
    home, planner = household
    mine, home.db = home.db, Database(home.db.folder, home.clock)
    home.put("ben", "eva.vcf", a_card("b-eva", "Eva Stein", NUMBER, MAIL))
    home.db.close()
    home.db = mine
    quick(home, planner)
    assert MAIL.encode() in texts(home, "anna")


def test_a_plan_that_nobody_carried_out_is_made_again(household: tuple[Home, Planner]) -> None:
    home, planner = household
    home.put("ben", "eva.vcf", a_card("b-eva", "Eva Stein", NUMBER, MAIL))
    with home.db.read() as tx:
        assert planner.plan_changes(tx).plan.operations
    quick(home, planner)
    assert MAIL.encode() in texts(home, "anna")


def test_a_first_plan_of_everything_that_nobody_carried_out_is_made_again(tmp_path: Path) -> None:
    home, planner = a_household(tmp_path, 30)
    home.put("ben", "eva.vcf", a_card("b-eva", "Eva Stein", NUMBER, MAIL))
    with home.db.read() as tx:
        assert planner.plan_all(tx).plan.operations
    quick(home, planner)
    assert MAIL.encode() in texts(home, "anna")


def test_what_is_shown_to_more_concerns_everything(household: tuple[Home, Planner]) -> None:
    home, planner = household
    for level in ("none", "all"):
        home.put("ben", f"{level}.vcf", a_card(f"b-{level}", a_name(3 + len(level)), MAIL))
        with home.db.write(Actor("share", "ben")) as tx:
            set_share(tx, "ben", "anna", level)
        quick(home, planner)
    with home.db.read() as tx:
        assert len(kept_questions(tx)) == 2
        assert verify_questions(tx) == ()


def test_who_is_as_certain_as_another_is_found_among_all_cards(
    household: tuple[Home, Planner],
) -> None:
    """A second card of Ben's that fits as well makes a person of what was certain a question."""
    home, planner = household
    home.put("ben", "mia.vcf", a_card("b-mia", "Mia Berg", MAIL))
    home.put("ben", "mia-2.vcf", a_card("b-mia-2", "Mia Berg", OTHER_NUMBER))
    quick(home, planner)
    home.put("anna", "mia.vcf", a_card("a-mia", "Mia Berg", MAIL, OTHER_NUMBER))
    report = quick(home, planner)
    assert dict(report.counts)["joined"] == 0
    with home.db.read() as tx:
        assert Planner(Changes()).plan_all(tx).plan.operations == ()
        assert verify_questions(tx) == ()


def test_changes_are_known_as_long_as_no_act_is_missing() -> None:
    changes = Changes()
    for before, last, cards in ((0, 1, {"a"}), (1, 3, {"b"}), (3, 3, {"c"}), (4, 5, {"d"})):
        with changes.noted(before, last, cards):
            pass
    assert changes.since(0, 3) == frozenset({"a", "b", "c"})
    assert changes.since(1, 3) == frozenset({"b", "c"})
    assert changes.since(3, 3) == frozenset({"c"})
    assert changes.since(3, 5) is None
    assert changes.since(4, 5) == frozenset({"d"})
    assert changes.since(5, 4) is None


def test_a_transaction_that_was_not_kept_changed_nothing() -> None:
    changes = Changes()
    with pytest.raises(OSError, match="full"), changes.noted(0, 1, {"a"}):
        raise OSError("the disk is full")
    with changes.noted(0, 1, {"b"}):
        pass
    assert changes.since(0, 1) == frozenset({"b"})
