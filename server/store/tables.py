"""How a table is declared: STRICT, on the one metadata, in few words."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

_NAMES = {"ix": "ix_", "uq": "uq_", "fk": "fk_"}
metadata = MetaData(
    naming_convention={
        **{kind: prefix + "%(table_name)s_%(column_0_N_name)s" for kind, prefix in _NAMES.items()},
        "pk": "pk_%(table_name)s",
    }
)


def declare(name: str, *columns: Column[Any] | UniqueConstraint | Index) -> Table:
    """Declare a STRICT table."""
    return Table(name, metadata, *columns, sqlite_strict=True)


def integer(
    name: str, *args: ForeignKey, null: bool = False, default: str | None = None
) -> Column[int]:
    """A whole number: a time, a count, a flag or a row id."""
    return Column(name, Integer, *args, nullable=null, server_default=default)


def string(
    name: str, *args: ForeignKey, null: bool = False, default: str | None = None
) -> Column[str]:
    """A text."""
    return Column(name, Text, *args, nullable=null, server_default=default)
