"""What a poll and a delta cost: the same statements and rows however large the book is.

Counted, not timed.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pytest

from server.store.imports import Incoming, import_cards
from tests.dav.conftest import Home, home_in, make_household
from tests.davclient import DavClient, Reply, vcard

SMALL, LARGE = 200, 5000


@dataclass
class Cost:
    """What one request cost."""

    statements: int = 0
    rows: int = 0
    plans: set[str] = field(default_factory=set)
    parsers: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Home]]:
    """Two households: in one Anna has 200 cards, in the other 5,000."""
    made: dict[int, Home] = {}
    for size in (SMALL, LARGE):
        folder: Path = tmp_path_factory.mktemp("counted") / str(size)
        database = make_household(folder)
        cards = [Incoming(str(n), vcard(f"Person N{n}", f"u{n}")) for n in range(size)]
        import_cards(database, "anna", cards)
        made[size] = home_in(folder)
        made[size].device("anna").sync()
    yield made
    for home in made.values():
        home.database.close()


@contextmanager
def counting(home: Home) -> Iterator[Cost]:
    """Count statements and rows, look at their query plans, and note every use of a card parser."""
    cost, counters = Cost(), home.database.counters
    statements, rows = counters.statements, counters.rows
    traced: list[str] = []

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and "/server/contacts/" in frame.f_code.co_filename:
            cost.parsers.add(frame.f_code.co_name)

    connection = home.database.connection()
    connection.set_trace_callback(traced.append)
    sys.setprofile(profile)
    try:
        yield cost
    finally:
        sys.setprofile(None)
        connection.set_trace_callback(None)
    cost.statements, cost.rows = counters.statements - statements, counters.rows - rows
    for statement in traced:
        # The newest act is one step from the end of its table.
        if statement.startswith("SELECT") and not statement.endswith("LIMIT 1"):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            cost.plans |= {str(step[3]) for step in plan}


def costs(homes: dict[int, Home], request: Callable[[DavClient], Reply]) -> tuple[Cost, Cost]:
    """What a request costs in the small and in the large book."""
    each: list[Cost] = []
    for home in homes.values():
        client = home.device("anna")
        with counting(home) as cost:
            assert request(client).status == 207
        each.append(cost)
    return each[0], each[1]


def assert_equal(small: Cost, large: Cost) -> None:
    assert (small.statements, small.rows) == (large.statements, large.rows)
    assert small.parsers == large.parsers == set()
    assert not [plan for plan in large.plans if plan.startswith("SCAN")]


def test_a_poll_costs_the_same_at_200_and_at_5000_cards(homes: dict[int, Home]) -> None:
    small, large = costs(
        homes, lambda client: client.propfind(client.book, "CS:getctag", "D:sync-token")
    )
    assert_equal(small, large)
    assert small.rows <= 3


def test_a_sync_without_change_costs_the_same(homes: dict[int, Home]) -> None:
    tokens = {id(home.application): home.device("anna").sync().token for home in homes.values()}
    small, large = costs(homes, lambda client: client.sync(tokens[id(client.application)]))
    assert_equal(small, large)
    assert small.rows <= 3


def test_a_delta_of_one_change_costs_the_same(homes: dict[int, Home]) -> None:
    tokens = {}
    for home in homes.values():
        client = home.device("anna")
        tokens[id(home.application)] = client.sync().token
        client.put(f"{client.book}changed.vcf", vcard("New One", "changed"))
    small, large = costs(homes, lambda client: client.sync(tokens[id(client.application)]))
    assert_equal(small, large)
    assert small.rows <= 4


def test_a_multiget_of_one_card_costs_the_same(homes: dict[int, Home]) -> None:
    hrefs = {}
    for home in homes.values():
        client = home.device("anna")
        hrefs[id(home.application)] = client.hrefs()[7]
        client.multiget(hrefs[id(home.application)])
    small, large = costs(homes, lambda client: client.multiget(hrefs[id(client.application)]))
    assert_equal(small, large)


def test_a_listing_reads_a_row_per_card_and_no_card(homes: dict[int, Home]) -> None:
    small, large = costs(homes, lambda client: client.propfind(client.book, "D:getetag", depth="1"))
    assert small.statements == large.statements
    assert large.rows - small.rows == LARGE - SMALL
    assert large.parsers == set()
