"""The stories of three members, told with the models of phones and of Thunderbird."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.models.book import Model, Row, uid_of
from tests.clients.models.davx5 import Davx5
from tests.clients.models.household import DavHome
from tests.clients.models.texts import unfolded
from tests.clients.models.thunderbird import Thunderbird
from tests.clients.stories import (
    MEMBERS,
    House,
    Typed,
    acquaintances,
    add_account_again,
    cards,
    empty,
    everyday,
    first_cards,
    meet,
    missing,
    undo_deletions,
    upload_everything_anew_and_tidy_up,
)


@dataclass(frozen=True)
class App:
    """A model, its cards named as files are."""

    model: Model

    @property
    def member(self) -> str:
        """Whose device it is on."""
        return self.model.wire.client.member

    def sync(self) -> bool:
        """Sync once; an error ends the test."""
        before = self.files()
        assert self.model.sync(), self.model.problem
        return self.files() != before

    def files(self) -> Mapping[str, str]:
        """Every card on the screen."""
        return {name: row.text.decode() for name, row in self._rows().items()}

    def write(self, name: str, octets: bytes) -> None:
        """Type a card, or into one."""
        row = self._rows().get(name)
        if row is None:
            self.model.rows.append(Row(uid_of(octets), octets, changed=True))
        else:
            self.model.edit(row, lambda _: unfolded(octets))

    def delete(self, name: str) -> None:
        """Delete a card."""
        self.model.delete(self._rows()[name])

    def forget(self) -> None:
        """The account is added again: every card that is still there is new to it."""
        self.model.forget_token()
        for row in self.model.rows:
            row.href, row.etag, row.changed = "", "", True

    def _rows(self) -> dict[str, Row]:
        count: Counter[str] = Counter()
        found: dict[str, Row] = {}
        for row in self.model.shown:
            count[row.uid] += 1
            found[f"{row.uid}-{count[row.uid]}.vcf"] = row
        return found


@contextmanager
def house_with(kind: type[Model], root: Path, *, common_uids: bool) -> Iterator[House]:
    """Three members, each with a device full of cards that no server has seen yet."""
    home = DavHome(root / "data", *MEMBERS)
    people, typed = acquaintances(common_uids=common_uids), Typed()
    apps = {who: App(home.model(kind, who, "laptop")) for who in MEMBERS}
    for who, app in apps.items():
        for name, octets in first_cards(people, typed, who):
            app.write(name, octets)

    def writes() -> int:
        return sum(len(app.model.wire.log) for app in apps.values())

    yield House(home.db, people, dict(apps), typed, writes)
    home.db.close()


@pytest.fixture(params=[Davx5, Thunderbird], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Model]:
    found: type[Model] = request.param
    return found


@pytest.mark.parametrize("common_uids", [False, True], ids=["own UIDs", "common UIDs"])
@pytest.mark.parametrize(
    "story",
    [everyday, add_account_again, upload_everything_anew_and_tidy_up],
    ids=lambda each: each.__name__,
)
def test_nothing_is_lost_and_it_comes_to_rest(
    kind: type[Model], story: Callable[[House], None], tmp_path: Path, *, common_uids: bool
) -> None:
    with house_with(kind, tmp_path, common_uids=common_uids) as house:
        story(house)
        assert house.come_to_rest() == {}
        assert house.lost() == {}
        assert house.problems() == ()


def test_an_emptied_device_empties_nothing_for_good(kind: type[Model], tmp_path: Path) -> None:
    with house_with(kind, tmp_path, common_uids=False) as house:
        meet(house)
        house.come_to_rest()
        before = house.files()
        empty(house)
        house.cycle()
        house.sync("ben", "carl")
        assert missing(house, "ben") == []
        undo_deletions(house, "anna")
        house.come_to_rest()
        after = house.files()
        assert {who: cards(after[who]) for who in MEMBERS} == {
            who: cards(before[who]) for who in MEMBERS
        }
