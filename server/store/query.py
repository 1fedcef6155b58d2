"""Statements written in SQLAlchemy Core: compiled at their first use, run as text.

What a first answer needs is written in `hot`, compiled beforehand and kept in
`compiled`: importing SQLAlchemy takes longer than a whole cold start may.
"""

from typing import Any

from sqlalchemy import Executable, Select, Table, bindparam, func, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import BindParameter

from server.store.statement import Statement

DIALECT = sqlite.dialect(paramstyle="named")
_BEYOND: dict[str, Any] = {
    "schema_translate_map": {None: "main"},
    "render_schema_translate": True,
}


def bind(name: str) -> BindParameter[Any]:
    """A named parameter that each run fills in."""
    return bindparam(name)


def among(name: str) -> Select[Any]:
    """What a parameter lists as JSON, to be one of."""
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)


class Query(Statement):
    """One statement of Core; its text comes to be when somebody first asks for it.

    Args:
        beyond: It reads the tables themselves, where a fence stands before them.
    """

    __slots__ = ("_options", "_statement")

    def __init__(self, statement: Executable, *, beyond: bool = False) -> None:
        self._statement = statement
        self._options = _BEYOND if beyond else {}

    def __getattr__(self, name: str) -> Any:
        """Compile; Python asks here only while `sql` and `fixed` have no value yet."""
        if name not in Statement.__slots__:
            raise AttributeError(name)
        compiled = self._statement.compile(dialect=DIALECT, **self._options)  # type: ignore[attr-defined]  # Executable hides it
        required = {compiled.bind_names[each] for each in compiled.bind_names if each.required}
        super().__init__(
            "\n".join(line.strip() for line in str(compiled).splitlines()),
            {key: value for key, value in compiled.params.items() if key not in required},
        )
        return getattr(self, name)


def inserting(table: Table, *columns: str) -> Query:
    """An INSERT that takes one parameter for each named column."""
    return Query(insert(table).values({name: bindparam(name) for name in columns}))
