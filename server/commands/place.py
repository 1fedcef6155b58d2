"""Where a command works: the data folder, its settings and its database."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from server.settings import Settings
    from server.store.database import Database


@dataclass(frozen=True, slots=True)
class Place:
    """What `--data` and `--config` say."""

    folder: Path
    config: Path | None = None

    def settings(self) -> "Settings":
        """How this server runs.

        Raises:
            SettingsError: The settings file or the environment is wrong.
        """
        from server.settings import load_settings

        return load_settings(self.folder, self.config)

    def database(self) -> "Database":
        """The household's database, brought to this version's schema; closed with the command.

        Raises:
            SettingsError: The settings file or the environment is wrong.
            NotInitialised: There is no household in the folder.
            NewerDatabase: A newer Hearthbook wrote it.
        """
        from server.store.migrate import prepared

        self.settings()
        database = prepared(self.folder)
        click.get_current_context().call_on_close(database.close)
        return database


pass_place = click.make_pass_decorator(Place)


def default_folder() -> Path:
    """Where the platform keeps an application's data."""
    if sys.platform in {"darwin", "win32"}:
        return Path(click.get_app_dir("Hearthbook"))
    root = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(root).expanduser() / "hearthbook"
