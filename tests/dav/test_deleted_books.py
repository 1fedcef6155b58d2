"""A further book that was deleted comes back with its cards: none of them is gone for good (R8, R9)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.cases.removals import bring_back
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.store.backup import backup
from server.store.history import last_act
from server.store.views import verify_views
from tests.dav.conftest import Home
from tests.dav.test_restored import books, make, put
from tests.davclient import DavClient


def latest(home: Home) -> int:
    with home.database.read() as tx:
        found = last_act(tx)
    assert found is not None
    return found


def undone(home: Home) -> None:
    undo(home.database, latest(home), member="anna")


def fetched_back(home: Home) -> None:
    for name in ("Eva Stein", "Jan Vermeer"):
        bring_back(home.database, "anna", name)


@pytest.fixture
def club(anna: DavClient) -> str:
    """The path of a further book with two cards."""
    path = make(anna, "club", "Our club")
    put(anna, f"{path}a.vcf", "Eva Stein")
    put(anna, f"{path}b.vcf", "Jan Vermeer")
    return path


@pytest.mark.parametrize("comes_back", [undone, fetched_back], ids=lambda each: each.__name__)
def test_it_comes_back_with_its_cards_also_after_a_restore(
    home: Home, anna: DavClient, club: str, comes_back: Callable[[Home], None], tmp_path: Path
) -> None:
    backup(home.database, tmp_path / "copy.db")
    before = books(anna)
    anna.delete(club)
    comes_back(home)
    assert books(anna) == before
    assert restore(home.database.folder, tmp_path / "copy.db").account.left == ()
    assert books(anna) == before
    with home.database.read() as tx:
        assert verify_views(tx) == ()


def test_it_comes_back_beside_one_that_has_its_name_by_now(
    home: Home, anna: DavClient, club: str
) -> None:
    anna.delete(club)
    deletion = latest(home)
    put(anna, f"{make(anna, 'club', 'The new club')}c.vcf", "Ida Klein")
    undo(home.database, deletion, member="anna")
    assert b"FN:Ida Klein" in anna.get(club).body
    assert b"FN:Eva Stein" in anna.get("/anna/club-2/").body


def test_a_device_that_knew_it_hears_of_what_is_back(
    home: Home, anna: DavClient, club: str
) -> None:
    token = anna.sync(path=club).token
    anna.delete(club)
    undone(home)
    assert {f"{club}a.vcf", f"{club}b.vcf"} <= set(anna.sync(token, path=club).responses)
