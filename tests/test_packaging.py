"""The distribution: what it installs, and that its versions are locked."""

import re
from importlib.metadata import packages_distributions, version
from pathlib import Path

import server

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+) \\$", re.MULTILINE)


def test_the_names_server_and_plugins_belong_to_us_alone() -> None:
    """Two distributions with one top-level name would shadow each other without a word."""
    owners = packages_distributions()
    assert set(owners["server"]) == {"hearthbook"}
    assert set(owners["plugins"]) == {"hearthbook"}


def test_the_installed_version_is_the_one_in_the_source() -> None:
    assert version("hearthbook") == server.__version__


def test_what_is_tested_is_what_is_installed() -> None:
    """Both locks name the same version of every dependency."""
    run = dict(PIN.findall((ROOT / "requirements.lock").read_text()))
    dev = dict(PIN.findall((ROOT / "requirements-dev.lock").read_text()))
    assert run
    assert {name: dev.get(name) for name in run} == run


def test_locks_hold_hashes_and_no_address() -> None:
    """An install next year gets the same files, from whichever index its machine uses."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_every_folder_of_source_is_a_package() -> None:
    """A folder without `__init__.py` works from a checkout and is missing from what is installed."""
    folders = {
        path.parent for name in ("server", "plugins") for path in (ROOT / name).rglob("*.py")
    }
    found_by_path = {ROOT / "server/store/migrations/versions"}
    lacking = [each for each in folders - found_by_path if not (each / "__init__.py").exists()]
    assert [str(each.relative_to(ROOT)) for each in lacking] == []
