"""The habits that keep the tree small and honest, checked instead of remembered."""

import ast
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from server.settings import Settings, as_toml

ROOT = Path(__file__).parents[1]
OURS = ("server", "plugins", "tests", "bench", "tools")
SOURCES = tuple(sorted(path for name in OURS for path in (ROOT / name).rglob("*.py")))
LINES_MOST = 400
TEST_LINES_MOST = 600
FUNCTION_LINES_MOST = 50
POSITIONAL_MOST = 5
BANNED_FILE_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)

source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


@source
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    """Migrations are exempt: they are written once by a tool and never change."""
    if path.is_relative_to(ROOT / "server/store/migrations/versions"):
        return
    most = TEST_LINES_MOST if path.is_relative_to(ROOT / "tests") else LINES_MOST
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


@source
def test_a_module_says_what_it_promises(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@source
def test_a_function_fits_a_screen(path: Path) -> None:
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno >= FUNCTION_LINES_MOST
    ]
    assert not long


@source
def test_a_function_takes_few_positional_arguments(path: Path) -> None:
    """Fixtures and parametrised values of a test, and what a library asks for, do not count."""
    if path.is_relative_to(ROOT / "tests"):
        return
    many = [
        node.name
        for node in functions(path)
        if len([a for a in node.args.args if a.arg not in {"self", "cls"}]) > POSITIONAL_MOST
    ]
    assert not many


@source
def test_a_file_is_named_for_what_is_in_it(path: Path) -> None:
    assert path.name not in BANNED_FILE_NAMES


@source
def test_nothing_is_left_to_do_without_saying_where(path: Path) -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME"))
    marks = re.findall(rf"\b({words})\b(?!\s*\(#\d+\))", path.read_text(encoding="utf-8"))
    assert not marks


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_files_that_exist(path: Path) -> None:
    """Whatever stands in backticks and looks like a path of this repository is one."""
    named = re.findall(r"`([\w.*<>/-]+)`", path.read_text(encoding="utf-8"))
    folders = ("server/", "plugins/", "tests/", "config/", "docs/", "bench/", "tools/")
    ours = [name for name in named if name.startswith(folders) and "<" not in name]
    assert [name for name in ours if not any(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_between_documents_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_architecture_page_names_every_package() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    parts = {
        path.name
        for path in (ROOT / "server").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    }
    missing = {name for name in parts - {"__init__.py"} if name not in page}
    assert not missing


def test_the_commented_settings_are_the_defaults() -> None:
    """Whoever uncomments a line changes nothing; every setting has such a line."""
    lines = (ROOT / "config/hearthbook.toml").read_text(encoding="utf-8").splitlines()
    key = re.compile(r"^# (\w+ = .*)$")
    uncommented = "\n".join(key.sub(r"\1", line) for line in lines)
    assert tomllib.loads(uncommented) == tomllib.loads(as_toml(Settings()))


def test_the_readme_explains_every_section_of_the_settings() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [each.name for each in fields(Settings)]
    assert [name for name in names if f"`[{name}]`" not in readme] == []


def test_the_repository_speaks_of_itself_alone() -> None:
    """No path of the machine it was written on, no registry's host, no talk of how it came about."""
    words = ("/work/" + "main", "/work/" + "shared", ".." + "/shared", "files." + "pythonhosted")
    tracked = (
        *SOURCES,
        *DOCUMENTS,
        *(ROOT / "config").iterdir(),
        *ROOT.glob("*.lock"),
        *(ROOT / name for name in ("Makefile", "Dockerfile", "pyproject.toml", ".ci/run")),
    )
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []
