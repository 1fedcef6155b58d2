"""How this server runs: values with their defaults, and where others come from.

What the household decides (members, who sees what) lies in the database, never here.
The commented default of every value stands in `config/hearthbook.toml`; a test compares them.
`checking` validates what comes from outside; where nothing does, nobody waits for it.
"""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

FILE_NAME = "hearthbook.toml"
PREFIX = "HEARTHBOOK_"
DELIMITER = "__"

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server listens, and what stands in front of it."""

    host: str = "127.0.0.1"
    port: int = 5232
    """0 takes any free port."""
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Above which sizes and rates a request is refused in words."""

    card_bytes: int = 10_485_760
    request_bytes: int = 16_777_216
    import_bytes: int = 104_857_600
    wrong_passwords_per_minute: int = 10


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """When cycles run."""

    nightly: str = "03:30"
    timezone: str = ""
    """Empty: the time zone of the machine."""
    quick_seconds: int = 5
    quick_seconds_most: int = 60
    settle_seconds: int = 900


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long everything that undo needs is kept."""

    days: int = 400


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How much the log tells; personal data it never holds."""

    level: Level = "INFO"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; the environment wins over the file, the file over the defaults."""

    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()


def load_settings(folder: Path, config: Path | None = None) -> Settings:
    """Read `config`, or `hearthbook.toml` in the data folder if there is one.

    Raises:
        SettingsError: A file, key or variable is wrong; the sentence names it and what to do.
    """
    path = config or folder / FILE_NAME
    if config is None and not _is_there(path) and not any(map(_is_ours, os.environ)):
        return Settings()
    from server.settings.checking import checked  # pydantic takes longer than a cold start may

    return checked(path, is_required=config is not None)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    return host in {"localhost", "::1", "[::1]"} or host.startswith("127.")


def as_toml(settings: Settings) -> str:
    """Write the settings as a file that `load_settings` reads back."""
    tables = []
    for section in fields(settings):
        table = getattr(settings, section.name)
        lines = (f"{key.name} = {_toml_value(getattr(table, key.name))}" for key in fields(table))
        tables.append("\n".join((f"[{section.name}]", *lines)))
    return "\n\n".join(tables) + "\n"


def _toml_value(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def _is_there(path: Path) -> bool:
    """Whether there is such a file, or something that keeps us from knowing."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _is_ours(variable: str) -> bool:
    """Whether an environment variable means a setting; HEARTHBOOK_DATA_DIR and others do not."""
    name = variable.upper()
    return name.startswith(PREFIX) and (
        DELIMITER in name
        or name.removeprefix(PREFIX).lower() in {each.name for each in fields(Settings)}
    )
