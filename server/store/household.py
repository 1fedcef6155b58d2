"""The household's own settings: what it decides about itself lies in the database."""

from server.store.compiled import GET_SETTING, UPSERT_SETTING
from server.store.database import Transaction


def get_setting(tx: Transaction, key: str, default: str = "") -> str:
    """The value of one setting, or the default where the household never said."""
    row = tx.one(GET_SETTING, name=key)
    return str(row[0]) if row else default


def set_setting(tx: Transaction, key: str, value: str) -> None:
    """Keep one setting."""
    tx.run(UPSERT_SETTING, name=key, content=value)


def household_name(tx: Transaction) -> str:
    """What the household calls itself."""
    return get_setting(tx, "household", "Our household")


def region_of(tx: Transaction) -> str:
    """The region whose rules read phone numbers without a country code, such as DE."""
    return get_setting(tx, "region", "DE")


def language_of(tx: Transaction) -> str:
    """What is spoken where nobody asks for another language, such as de; empty where the household never said."""
    return get_setting(tx, "language")


def is_released(tx: Transaction) -> bool:
    """Whether a human has let the household's first cycle go."""
    return get_setting(tx, "released") == "1"


def release(tx: Transaction) -> None:
    """Let the household's cycles run from now on."""
    set_setting(tx, "released", "1")


def note_backup(tx: Transaction) -> None:
    """Remember that a backup was made now."""
    set_setting(tx, "backup_at", str(tx.now))


def last_backup(tx: Transaction) -> int:
    """When the last backup was made; 0 for never."""
    return int(get_setting(tx, "backup_at", "0"))


def settle_seconds(tx: Transaction) -> int:
    """How long a new card stays with its keeper before others see it."""
    return int(get_setting(tx, "settle_seconds", "900"))


def always_asks(tx: Transaction) -> bool:
    """Whether even certain links wait for a human."""
    return get_setting(tx, "always_ask") == "1"
