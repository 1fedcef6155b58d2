"""Settings: defaults, file, environment, and one clear sentence for whatever is wrong."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from server.errors import SettingsError
from server.settings import FILE_NAME, Settings, as_toml, load_settings
from server.settings.checking import Document, checked


def write(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_checked_is_what_there_is_to_set(tmp_path: Path) -> None:
    """Each value has its default in one place, and a check in the other."""
    assert checked(tmp_path / FILE_NAME, is_required=False) == Settings()
    for section in fields(Settings()):
        table = type(getattr(Settings(), section.name))
        model = type(getattr(Document(), section.name))
        assert list(model.model_fields) == [each.name for each in fields(table)]
    assert list(Document.model_fields) == [each.name for each in fields(Settings)]


def test_where_nothing_comes_from_outside_nothing_is_checked(tmp_path: Path) -> None:
    """Pydantic takes longer than a whole cold start may."""
    script = (
        "import sys; from pathlib import Path; from server.settings import Settings, load_settings\n"
        "assert load_settings(Path(sys.argv[1])) == Settings()\n"
        "assert not any(name.startswith('pydantic') for name in sys.modules)\n"
    )
    environment = {"HEARTHBOOK_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", script, str(tmp_path)]
    subprocess.run(command, cwd=Path(__file__).parents[1], env=environment, check=True)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 5232)
    assert settings.schedule.settle_seconds == 900


def test_the_file_in_the_data_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, "[server]\nport = 8080\n")
    assert load_settings(tmp_path).server.port == 8080


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    write(tmp_path, "[server]\nport = 8080\n")
    other = tmp_path / "other.toml"
    other.write_text("[server]\nport = 9090\n")
    assert load_settings(tmp_path, other).server.port == 9090


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, '[server]\nport = 8080\nhost = "::1"\n')
    monkeypatch.setenv("HEARTHBOOK_SERVER__PORT", "9090")
    settings = load_settings(tmp_path).server
    assert (settings.host, settings.port) == ("::1", 9090)


def test_a_list_in_the_environment_is_separated_by_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHBOOK_SERVER__TRUSTED_PROXIES", "192.0.2.1, 198.51.100.0/24")
    proxies = load_settings(tmp_path).server.trusted_proxies
    assert proxies == ("192.0.2.1", "198.51.100.0/24")


def test_settings_written_as_a_file_read_back_the_same(tmp_path: Path) -> None:
    text = '[server]\npublic_url = "https://contacts.example.org/"\ntrusted_proxies = ["::1"]\n'
    write(tmp_path, text)
    settings = load_settings(tmp_path)
    write(tmp_path, as_toml(settings))
    assert load_settings(tmp_path) == settings


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server]\nprot = 1\n", "unknown key 'prot' in [server] (did you mean 'port'?)"),
        ("[sever]\nport = 1\n", "unknown section or key 'sever' (did you mean 'server'?)"),
        ("port = 1\n", "unknown section or key 'port'"),
        ('[server]\nport = "a"\n', "[server] port must be a whole number"),
        ("[server]\nport = 70000\n", "[server] port must be at most 65535"),
        ("[retention]\ndays = 0\n", "[retention] days must be at least 1"),
        ("server = 3\n", "[server] must be a table of keys"),
        ('[server]\nhost = ""\n', "[server] host must be a text in quotes, not empty"),
        ("[server]\ntrusted_proxies = 3\n", "[server] trusted_proxies must be a list like"),
        ('[server]\ntrusted_proxies = ["x"]\n', "names 'x', which is no IP address or network"),
        ('[server]\npublic_url = "contacts"\n', "must look like https://contacts.example.org"),
        ('[schedule]\nnightly = "25:00"\n', "[schedule] nightly must be a time of day like 03:30"),
        ('[schedule]\ntimezone = "Mars"\n', "must be a time zone like Europe/Berlin, not 'Mars'"),
        ("[schedule]\nquick_seconds = 90\n", "has quick_seconds larger than quick_seconds_most"),
        ("[limits]\ncard_bytes = 99999999\n", "has a card_bytes larger than request_bytes"),
        ('[log]\nlevel = "LOUD"\n', "[log] level must be 'DEBUG', 'INFO'"),
        ("[server\n", "is broken"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_sentence_with_file_key_and_remedy(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert sentence in caught.value.sentence
    assert str(path) in caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HEARTHBOOK_SERVER__PORT", "many", "HEARTHBOOK_SERVER__PORT: [server] port must be"),
        ("HEARTHBOOK_SERVER__PROT", "1", "HEARTHBOOK_SERVER__PROT: unknown key 'prot'"),
        ("HEARTHBOOK_SEVER__PORT", "1", "unknown section 'sever' (did you mean 'server'?)"),
        ("HEARTHBOOK_SERVER", "{", "names no key; write one per key"),
    ],
)
def test_what_is_wrong_in_the_environment_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert sentence in caught.value.sentence


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no settings file"):
        load_settings(tmp_path, tmp_path / "none.toml")


def test_other_variables_of_ours_are_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHBOOK_DATA_DIR", str(tmp_path))
    assert load_settings(tmp_path) == Settings()
