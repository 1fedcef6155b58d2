"""A page's reader reaches what its member may see, whatever is asked of it (design rule R1).

Random histories hold it against policy at their end (`test_histories.py`); here are the cases one by one.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.sharing import set_share, set_value_visibility, set_visibility
from tests.builders import Home, a_card
from tests.store.fences import permitted, reached

MOBILE = "TEL;TYPE=CELL:+49 30 2312510"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path, "anna", "ben", "carl")
    made.put("ben", "eva.vcf", a_card("eva", "Eva Stein", MOBILE, "NOTE:a secret", "X-ODD:odd"))
    made.put("anna", "eva.vcf", a_card("a-eva", "Eva Stein", "EMAIL:eva@example.org", MOBILE))
    made.put("ben", "mum.vcf", a_card("mum", "Mum", MOBILE, "CLASS:PRIVATE"))
    made.put("ben", "shop.vcf", a_card("shop", "", "ORG:Bakery", "EMAIL:shop@example.org"))
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    made.db.close()


def said(home: Home, who: str, table: str, column: str) -> list[str]:
    with reading_as(home.db, who) as tx:
        query = f"SELECT {column} FROM {table} ORDER BY 1"  # noqa: S608 - names of this file
        return [each[0] for each in tx.connection.execute(query)]


def held(home: Home) -> None:
    for who in ("anna", "ben", "carl"):
        assert reached(home.db, who) == permitted(home.db, who)


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        query = "SELECT card FROM slot WHERE member = ? AND href = ?"
        return str(tx.connection.execute(query, (who, href)).fetchone()[0])


def test_a_private_card_and_what_is_personal_are_not_there(home: Home) -> None:
    held(home)
    assert "Mum" not in " ".join(said(home, "anna", "card", "name_key")).title()
    assert not {"NOTE", "X-ODD", "CLASS"} & set(said(home, "anna", "fact", "property"))
    assert {"NOTE", "X-ODD", "CLASS"} <= set(said(home, "ben", "fact", "property"))


def test_nor_what_was_done_to_them(home: Home) -> None:
    before = said(home, "anna", "card_version", "act")
    entry = home.entry("ben", "Eva Stein")
    body = entry.octets.replace(b"a secret", b"another secret")
    home.put("ben", entry.href, body, if_match=home.etag("ben", entry))
    assert said(home, "anna", "card_version", "act") == before
    assert len(said(home, "ben", "card_version", "act")) == len(before) + 2  # Mum's, and this one


def test_who_sees_a_name_reaches_the_name(home: Home) -> None:
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "ben", "carl", "name")
    held(home)
    card = card_of(home, "ben", "eva.vcf")
    with reading_as(home.db, "carl") as tx:
        query = "SELECT DISTINCT property FROM fact WHERE card = ? ORDER BY property"
        assert [each[0] for each in tx.connection.execute(query, (card,))] == ["FN", "N"]


@pytest.mark.parametrize("level", ["none", "name"])
def test_what_was_copied_goes_as_far_as_its_source(home: Home, level: str) -> None:
    assert "EMAIL" in said(home, "carl", "fact", "property")
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "carl", level)
    held(home)
    with reading_as(home.db, "carl") as tx:
        query = "SELECT count(*) FROM fact WHERE norm LIKE 'eva@%'"
        assert tx.connection.execute(query).fetchone() == (0,)
    with reading_as(home.db, "ben") as tx:
        assert tx.connection.execute(query).fetchone() == (2,)


def test_named_members_reach_what_names_them(home: Home) -> None:
    card = card_of(home, "ben", "shop.vcf")
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, card, "members", named=("carl",))
    held(home)
    assert card in said(home, "carl", "card", "id")
    assert card not in said(home, "anna", "card", "id")
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, card, "shared")
        set_value_visibility(tx, card, ("EMAIL", "shop@example.org"), "members", named=("carl",))
    held(home)
    mails = [len(said(home, who, "fact", "octets")) for who in ("anna", "carl")]
    assert mails[0] < mails[1]


def test_the_next_reader_is_another_one(home: Home) -> None:
    """One connection serves them all, one after the other."""
    first = reached(home.db, "anna")
    assert reached(home.db, "ben") != first
    assert reached(home.db, "anna") == first
