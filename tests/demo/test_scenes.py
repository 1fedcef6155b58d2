"""What waits in the demonstration: one question of each kind, and a book in order around it."""

from pathlib import Path

import pytest

from server.cases import open_cases
from server.demo.household import make_household
from server.demo.scenes import MASS, play
from server.store.database import Actor, Database
from server.store.holding import BULK_MOST
from server.store.household import set_setting
from server.store.releasing import open_holds
from server.store.views import verify_views


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The household after its scenes."""
    folder: Path = tmp_path_factory.mktemp("demo") / "data"
    database, _accounts = make_household(folder)
    with database.write(Actor("settings")) as tx:
        set_setting(tx, "settle_seconds", "0")
    play(database)
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
    }
    assert "letter" not in kinds


def test_the_mass_is_held_from_everybody_else(played: Database) -> None:
    with played.read() as tx:
        held = {each.kind: len(each.cards) for each in open_holds(tx, "anna")}
        assert open_holds(tx, "ben") == ()
    assert held["changed"] == MASS - BULK_MOST


def test_every_view_is_what_it_is_derived_from(played: Database) -> None:
    with played.read() as tx:
        assert verify_views(tx) == ()
