"""Statements: written once in SQLAlchemy Core, compiled once, run as text on the driver's cursor.

`Connection.execute` costs 65 to 100 µs a statement, the same text on the
cursor 3 to 5 µs, and a poll is one statement.
"""

from typing import Any

from sqlalchemy import Executable, Table, bindparam, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import BindParameter

Value = int | str | bytes | None
Row = tuple[Any, ...]

DIALECT = sqlite.dialect(paramstyle="named")


def bind(name: str) -> BindParameter[Any]:
    """A named parameter that each run fills in."""
    return bindparam(name)


class Query:
    """One statement of Core with its compiled text."""

    __slots__ = ("_fixed", "_sql", "_statement")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._sql = ""
        self._fixed: dict[str, Value] = {}

    @property
    def sql(self) -> str:
        """The text for SQLite, with `:name` parameters."""
        if not self._sql:
            compiled = self._statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # Executable hides it
            open_binds = {
                compiled.bind_names[each] for each in compiled.bind_names if each.required
            }
            self._fixed = {
                name: value for name, value in compiled.params.items() if name not in open_binds
            }
            self._sql = str(compiled)
        return self._sql

    def values(self, given: dict[str, Value]) -> dict[str, Value]:
        """The parameters of one run: literals of the statement and those given."""
        return {**self._fixed, **given} if self._fixed else given


def inserting(table: Table, *columns: str) -> Query:
    """An INSERT that takes one parameter for each named column."""
    return Query(insert(table).values({name: bindparam(name) for name in columns}))
