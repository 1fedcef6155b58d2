"""Three members with stock vdirsyncer on the real server: nothing typed is lost, and it comes to rest."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.driving import Client, environment, serving, vdirsyncer
from tests.clients.forking import forks
from tests.clients.stories import (
    MEMBERS,
    House,
    Typed,
    acquaintances,
    add_account_again,
    cards,
    everyday,
    first_cards,
    found_household,
    meet,
    missing,
    undo_deletions,
    upload_everything_anew_and_tidy_up,
)

pytestmark = pytest.mark.client

WRITE = re.compile(r" (?:PUT|DELETE) /")


@contextmanager
def house_with_vdirsyncer(root: Path, *, common_uids: bool) -> Iterator[House]:
    """Three members, each with a folder full of cards that no server has seen yet."""
    executable = vdirsyncer()
    database, passwords = found_household(root / "data")
    people, typed = acquaintances(common_uids=common_uids), Typed()

    def writes() -> int:
        return len(WRITE.findall((root / "serve.log").read_text(encoding="utf-8")))

    with serving(root / "data") as site, forks(root, environment(root)) as forked:
        clients = {who: Client(who, root / who, executable, forked) for who in MEMBERS}
        for who, client in clients.items():
            client.set_up(site, passwords[who], dict(first_cards(people, typed, who)))
        yield House(database, people, dict(clients), typed, writes)
    database.close()


@dataclass(frozen=True)
class Told:
    """How a story ended."""

    house: House
    moving: dict[str, object]
    """What still moves after three rounds."""


STORIES: dict[str, tuple[Callable[[House], None], bool]] = {
    "everyday": (everyday, False),
    "everyday with common UIDs": (everyday, True),
    "an account added again": (add_account_again, True),
    "everything uploaded anew": (upload_everything_anew_and_tidy_up, False),
}


@pytest.fixture(scope="module", params=STORIES)
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    story, common_uids = STORIES[request.param]
    root = tmp_path_factory.mktemp("three")
    with house_with_vdirsyncer(root, common_uids=common_uids) as house:
        story(house)
        yield Told(house, house.come_to_rest())


def test_it_comes_to_rest(told: Told) -> None:
    """No conflict of UIDs stopped a sync, since that would have failed it."""
    assert told.moving == {}


def test_nothing_typed_is_lost(told: Told) -> None:
    assert told.house.lost() == {}


def test_views_equal_what_they_are_derived_from(told: Told) -> None:
    assert told.house.problems() == ()


def test_an_emptied_folder_empties_nothing_for_good(tmp_path: Path) -> None:
    """vdirsyncer refuses first; told to delete all, whatever is deleted can be brought back."""
    with house_with_vdirsyncer(tmp_path, common_uids=False) as house:
        meet(house)
        house.come_to_rest()
        before = house.files()
        anna = house.programs["anna"]
        assert isinstance(anna, Client)
        for name in before["anna"]:
            anna.delete(name)
        assert "--force-delete" in anna.refusal()
        anna.sync("--force-delete")
        house.cycle()
        house.sync("ben", "carl")
        assert missing(house, "ben") == []
        undo_deletions(house, "anna")
        house.come_to_rest()
        after = house.files()
        assert {who: cards(after[who]) for who in MEMBERS} == {
            who: cards(before[who]) for who in MEMBERS
        }
