"""What a device is called: the name that its member gave it, else the label under which it signs in."""

from typing import Final

from sqlalchemy import func, select

from server.store.database import Transaction
from server.store.query import Query, bind
from server.store.schema import connecting, device

CALLED: Final = func.coalesce(
    select(connecting.c.name).where(connecting.c.device == device.c.id).scalar_subquery(),
    device.c.label,
)
"""A column of every statement that reads devices."""
_NAME: Final = Query(select(CALLED).where(device.c.id == bind("which")))


def device_name(tx: Transaction, device_id: int | None) -> str:
    """What a device is called, revoked or not; empty for none."""
    row = tx.one(_NAME, which=device_id) if device_id is not None else None
    return str(row[0]) if row and row[0] else ""
