"""Every law of merging is shown by a test; that these tests exist is checked with all other pages."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "0039-laws.md"
LAWS = 25


def test_every_law_has_a_row_that_ends_in_a_test() -> None:
    rows = re.findall(r"^\| (\d+) [^|]*\|[^|]*\|(.*)\|$", PAGE.read_text(), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, LAWS + 1))
    assert [number for number, shown in rows if "::" not in shown] == []
