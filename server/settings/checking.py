"""What `hearthbook.toml` and the environment say, checked once; mistakes become one sentence each."""

import difflib
import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Final
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
from server.settings import (
    DELIMITER,
    PREFIX,
    Level,
    LimitSettings,
    LogSettings,
    RetentionSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
)

_DEFAULT: Final = Settings()


class Section(BaseModel):
    """One table of the file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerTable(Section):
    """[server]."""

    host: str = Field(default=_DEFAULT.server.host, min_length=1)
    port: int = Field(default=_DEFAULT.server.port, ge=0, le=65535)
    public_url: str = _DEFAULT.server.public_url
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = _DEFAULT.server.trusted_proxies

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


class LimitsTable(Section):
    """[limits]."""

    card_bytes: int = Field(default=_DEFAULT.limits.card_bytes, ge=1024)
    request_bytes: int = Field(default=_DEFAULT.limits.request_bytes, ge=1024)
    import_bytes: int = Field(default=_DEFAULT.limits.import_bytes, ge=1024)
    wrong_passwords_per_minute: int = Field(
        default=_DEFAULT.limits.wrong_passwords_per_minute, ge=1
    )

    @model_validator(mode="after")
    def _a_card_fits_into_a_request(self) -> "LimitsTable":
        if self.card_bytes > self.request_bytes:
            raise ValueError("has a card_bytes larger than request_bytes")
        return self


class ScheduleTable(Section):
    """[schedule]."""

    nightly: str = Field(default=_DEFAULT.schedule.nightly, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    timezone: str = _DEFAULT.schedule.timezone
    quick_seconds: int = Field(default=_DEFAULT.schedule.quick_seconds, ge=1, le=3600)
    quick_seconds_most: int = Field(default=_DEFAULT.schedule.quick_seconds_most, ge=1, le=86_400)
    settle_seconds: int = Field(default=_DEFAULT.schedule.settle_seconds, ge=0, le=604_800)

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
    def _ends_after_it_begins(self) -> "ScheduleTable":
        if self.quick_seconds > self.quick_seconds_most:
            raise ValueError("has quick_seconds larger than quick_seconds_most")
        return self


class RetentionTable(Section):
    """[retention]."""

    days: int = Field(default=_DEFAULT.retention.days, ge=1, le=36_500)


class LogTable(Section):
    """[log]."""

    level: Level = _DEFAULT.log.level


class Document(BaseSettings):
    """The file as a whole, with the environment on top of it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        extra="forbid",
        frozen=True,
    )

    server: ServerTable = ServerTable()
    limits: LimitsTable = LimitsTable()
    schedule: ScheduleTable = ScheduleTable()
    retention: RetentionTable = RetentionTable()
    log: LogTable = LogTable()

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


def checked(path: Path, *, is_required: bool) -> Settings:
    """The settings of a file and the environment.

    Args:
        is_required: Whether it is an error that there is no such file.

    Raises:
        SettingsError: A file, key or variable is wrong; the sentence names it and what to do.
    """
    values = _read(path, is_required=is_required)
    _refuse_unknown_variables()
    try:
        found = Document.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, path)) from error
    return Settings(
        ServerSettings(**found.server.model_dump()),
        LimitSettings(**found.limits.model_dump()),
        ScheduleSettings(**found.schedule.model_dump()),
        RetentionSettings(**found.retention.model_dump()),
        LogSettings(**found.log.model_dump()),
    )


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
    sections = tuple(Document.model_fields)
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
        known = _known_keys(section) if key else tuple(Document.model_fields)
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
    model = Document.model_fields[section].annotation
    return tuple(getattr(model, "model_fields", ()))


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
