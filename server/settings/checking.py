"""How this server runs: `hearthbook.toml` and the environment, checked once at the start.

What the household decides (members, who sees what) lies in the database, never here.
The commented default of every value stands in `config/hearthbook.toml`; a test compares them.
"""

import difflib
import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from server.errors import SettingsError

FILE_NAME = "hearthbook.toml"
PREFIX = "HEARTHBOOK_"
DELIMITER = "__"


class Section(BaseModel):
    """One table of the file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(Section):
    """Where the server listens, and what stands in front of it."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=5232, ge=0, le=65535)
    """0 takes any free port."""
    public_url: str = ""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("public_url")
    @classmethod
    def _address_of_a_site(cls, text: str) -> str:
        parts = urlsplit(text)
        is_site = parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"}
        if text and (not is_site or parts.query or parts.fragment):
            raise ValueError("must look like https://contacts.example.org, without a path")
        return text.rstrip("/")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        """An environment variable holds a list as text: `10.0.0.2, 10.1.0.0/16`."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ipaddress.ip_network(proxy)
            except ValueError as error:
                raise ValueError(f"names '{proxy}', which is no IP address or network") from error
        return proxies


class LimitSettings(Section):
    """Above which sizes and rates a request is refused in words."""

    card_bytes: int = Field(default=10_485_760, ge=1024)
    request_bytes: int = Field(default=16_777_216, ge=1024)
    import_bytes: int = Field(default=104_857_600, ge=1024)
    wrong_passwords_per_minute: int = Field(default=10, ge=1)

    @model_validator(mode="after")
    def _a_card_fits_into_a_request(self) -> "LimitSettings":
        if self.card_bytes > self.request_bytes:
            raise ValueError("has a card_bytes larger than request_bytes")
        return self


class ScheduleSettings(Section):
    """When cycles run."""

    nightly: str = Field(default="03:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    timezone: str = ""
    """Empty: the time zone of the machine."""
    quick_seconds: int = Field(default=5, ge=1, le=3600)
    quick_seconds_most: int = Field(default=60, ge=1, le=86_400)
    settle_seconds: int = Field(default=900, ge=0, le=604_800)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"must be a time zone like Europe/Berlin, not '{name}'") from error
        return name

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "ScheduleSettings":
        if self.quick_seconds > self.quick_seconds_most:
            raise ValueError("has quick_seconds larger than quick_seconds_most")
        return self


class RetentionSettings(Section):
    """How long everything that undo needs is kept."""

    days: int = Field(default=400, ge=1, le=36_500)


class LogSettings(Section):
    """How much the log tells; personal data it never holds."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """All settings; the environment wins over the file, the file over the defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        extra="forbid",
        frozen=True,
    )

    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before what was read from the file."""
        return env_settings, init_settings


def load_settings(folder: Path, config: Path | None = None) -> Settings:
    """Read `config`, or `hearthbook.toml` in the data folder if there is one.

    Raises:
        SettingsError: A file, key or variable is wrong; the sentence names it and what to do.
    """
    path = config or folder / FILE_NAME
    values = _read(path, is_required=config is not None)
    _refuse_unknown_variables()
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, path)) from error


def as_toml(settings: Settings) -> str:
    """Write the settings as a file that `load_settings` reads back."""
    tables = []
    for section in type(settings).model_fields:
        table: Section = getattr(settings, section)
        lines = (f"{key} = {_toml_value(getattr(table, key))}" for key in type(table).model_fields)
        tables.append("\n".join((f"[{section}]", *lines)))
    return "\n\n".join(tables) + "\n"


def _toml_value(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def _read(path: Path, *, is_required: bool) -> dict[str, dict[str, object]]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError as error:
        if is_required:
            raise SettingsError(
                f"There is no settings file {path}; correct the path after --config."
            ) from error
        return {}
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error.strerror}); mend its permissions."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings file {path} is broken: {error}. Mend that line, or remove the file "
            "to run with the defaults."
        ) from error


def _refuse_unknown_variables() -> None:
    """A misspelt section would otherwise be ignored without a word."""
    sections = tuple(Settings.model_fields)
    for name in sorted(os.environ):
        section, found, _key = name.removeprefix(PREFIX).lower().partition(DELIMITER)
        if not name.startswith(PREFIX):
            continue
        if found and section not in sections:
            raise SettingsError(
                f"The environment variable {name} names the unknown section "
                f"'{section}'{_nearest(section, sections)}; correct it or unset it."
            )
        if not found and section in sections:
            raise SettingsError(
                f"The environment variable {name} names no key; "
                f"write one per key, like {PREFIX}SERVER{DELIMITER}PORT=5232."
            )


def _sentence(error: ValidationError, path: Path) -> str:
    first = error.errors(include_url=False)[0]
    where = tuple(str(part) for part in first["loc"])
    section, key = (*where, "", "")[:2]
    variable = f"{PREFIX}{section.upper()}{DELIMITER}{key.upper()}"
    place = f"The environment variable {variable}" if variable in os.environ else str(path)
    if first["type"] == "extra_forbidden":
        known = _known_keys(section) if key else tuple(Settings.model_fields)
        name = f"key '{key}' in [{section}]" if key else f"section or key '{section}'"
        return f"{place}: unknown {name}{_nearest(key or section, known)}; correct or remove it."
    name = f"[{section}] {key}".strip()
    return f"{place}: {name} {_what_is_wrong(first)}; correct or remove it."


def _what_is_wrong(first: ErrorDetails) -> str:
    """In the words of somebody who edits a file, not of a validator."""
    limits = first.get("ctx", {})
    match first["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "greater_than_equal":
            return f"must be at least {limits['ge']}"
        case "less_than_equal":
            return f"must be at most {limits['le']}"
        case "string_pattern_mismatch":
            return "must be a time of day like 03:30"
        case "string_type" | "string_too_short":
            return "must be a text in quotes, not empty"
        case "tuple_type":
            return 'must be a list like ["10.0.0.2", "10.1.0.0/16"]'
        case "literal_error":
            return f"must be {limits['expected']}"
        case "model_type":
            return "must be a table of keys"
        case _:
            return first["msg"].removeprefix("Value error, ")


def _known_keys(section: str) -> tuple[str, ...]:
    model = Settings.model_fields[section].annotation
    return tuple(getattr(model, "model_fields", ()))


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
