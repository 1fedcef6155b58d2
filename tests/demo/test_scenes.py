"""What waits in the demonstration: one question of each kind, and a book in order around it."""

from pathlib import Path

import pytest

from server.cases import checks, open_cases
from server.cases.checks import SHOWN_MOST
from server.cycle import measure
from server.demo.household import SEED, make_household
from server.demo.scenes import MASS, begin, play
from server.demo.years import Past, live
from server.review.gauge import DAYS_SHOWN, picture_of
from server.store.asking import verify_questions
from server.store.database import Actor, Database
from server.store.holding import BULK_MOST
from server.store.household import set_setting
from server.store.jobs import gauges
from server.store.releasing import open_holds
from server.store.views import verify_views


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The household after its scenes."""
    folder: Path = tmp_path_factory.mktemp("demo") / "data"
    database, _accounts = make_household(folder)
    with database.write(Actor("settings")) as tx:
        set_setting(tx, "settle_seconds", "0")
    play(database, begin(database))
    return database


def test_one_question_of_each_kind_waits(played: Database) -> None:
    kinds = {each.kind for each in open_cases(played, "anna")}
    assert kinds >= {
        "same-person",
        "cluster",
        "dispute",
        "values",
        "suggestion",
        "edit-lost-race",
        "deletion",
        "mass-change",
        "asked",
    }
    assert "letter" not in kinds


def test_of_names_alone_one_can_ask(played: Database) -> None:
    with played.read() as tx:
        seen = tx.connection.execute(
            "SELECT count(*) FROM slot JOIN card ON card.id = slot.card"
            " WHERE slot.member = 'anna' AND slot.gone IS NULL AND card.member = 'ida'"
        ).fetchone()
    assert seen == (3,)


def test_after_years_there_is_something_to_look_at(tmp_path: Path) -> None:
    past = Past()
    database, _accounts = make_household(tmp_path / "data", clock=past)
    begin(database)
    live(database, past, seed=SEED)
    measure(database)
    with database.read() as tx:
        days = gauges(tx, "anna", days=DAYS_SHOWN)
    picture = picture_of(days)
    assert picture is not None
    assert picture.trend.startswith("up from")
    assert picture.line
    assert all(each.people > 5 for each in picture.parts)
    assert len(checks(database, "anna", most=SHOWN_MOST)) == SHOWN_MOST
    assert verify(database) == ()
    database.close()


def verify(database: Database) -> tuple[str, ...]:
    with database.read() as tx:
        return (*verify_views(tx), *verify_questions(tx))


def test_the_mass_is_held_from_everybody_else(played: Database) -> None:
    with played.read() as tx:
        held = {each.kind: len(each.cards) for each in open_holds(tx, "anna")}
        assert open_holds(tx, "ben") == ()
    assert held["changed"] == MASS - BULK_MOST


def test_every_view_is_what_it_is_derived_from(played: Database) -> None:
    with played.read() as tx:
        assert verify_views(tx) == ()
