"""What the decisions say is shown by a test is shown by one that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if _TEST.search(path.read_text()))
TABLE = ROOT / "docs" / "decisions" / "0020-what-goes-wrong-elsewhere.md"


def names_in(path: Path) -> set[str]:
    """The functions, classes and names that a module has at its top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found.update(each.id for each in node.targets if isinstance(each, ast.Name))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    missing = [
        f"{file}::{name}"
        for file, name in _TEST.findall(page.read_text())
        if not (ROOT / file).is_file() or name not in names_in(ROOT / file)
    ]
    assert missing == []


def test_each_of_the_ways_has_a_line_that_ends_in_a_test_or_a_sentence() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in TABLE.read_text().splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]
    assert [row[0].strip() for row in rows if row[0].strip().isdigit()] == [
        str(number) for number in range(1, 55)
    ]
    for row in rows:
        assert len(row) == 3
        assert _TEST.search(row[2]) or row[2].rstrip(" |").endswith("."), row
