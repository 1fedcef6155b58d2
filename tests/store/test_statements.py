"""Statements: compiled beforehand, bound by name, read row by row."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from server.store import hot
from server.store.query import Query, bind
from server.store.schema import member
from tests.builders import Home


def test_the_compiled_statements_are_those_in_core() -> None:
    """If this fails, run `python -m server.store.hot`."""
    assert hot.COMPILED.read_text(encoding="utf-8") == hot.compiled_text()


def test_the_schema_in_sql_is_the_one_in_core() -> None:
    """If this fails, run `python -m server.store.hot`."""
    assert hot.SCHEMA.read_text(encoding="utf-8") == hot.schema_text()


def test_literals_of_a_statement_are_bound_too() -> None:
    query = Query(update(member).where(member.c.id == bind("who")).values(role="guest"))
    assert query.sql == "UPDATE member SET role=:role WHERE member.id = :who"
    assert query.values({"who": "anna"}) == {"role": "guest", "who": "anna"}


def test_a_statement_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="text"):
        _ = Query(select(member.c.id)).text


def test_rows_can_be_read_one_by_one(tmp_path: Path) -> None:
    """A whole book never has to lie in memory at once."""
    home = Home(tmp_path, "anna", "ben")
    with home.db.read() as tx:
        before = tx.counters.rows
        rows = tx.each(Query(select(member.c.id).order_by(member.c.id)))
        assert next(rows) == ("anna",)
        assert tx.counters.rows == before + 1
    home.db.close()
