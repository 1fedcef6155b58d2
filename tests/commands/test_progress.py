"""Long commands show what they do on one line of a terminal, and nothing to a program."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.cards import JONAS
from tests.commands.conftest import Hearthbook

REWRITES = b"\x1b[2K"
"""Erases the line that the cursor is on."""


def run(folder: Path, words: Sequence[str], stderr: int) -> "subprocess.CompletedProcess[bytes]":
    """Run `hearthbook` with an error stream of the test's own."""
    return subprocess.run(
        [sys.executable, "-m", "server", "--data", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "TERM": "xterm"},
        check=True,
        timeout=60,
    )


def shown_to_a_person(folder: Path, words: Sequence[str]) -> bytes:
    """What a terminal gets on the error stream."""
    ours, theirs = pty.openpty()
    try:
        run(folder, words, theirs)
        return os.read(ours, 1 << 20)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("words", [("reconcile",), ("import", "anna", "{}")])
def test_a_person_sees_one_line_that_rewrites_itself(
    household: Hearthbook, folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    cards = tmp_path / "cards.vcf"
    cards.write_text(JONAS, encoding="utf-8", newline="")
    given = [each.format(cards) for each in words]
    shown = shown_to_a_person(folder, given)
    assert (b"Reconciling" if words[0] == "reconcile" else b"Reading") in shown
    assert REWRITES in shown
    assert not shown.strip().endswith(b"Reconciling")
    assert run(folder, given, subprocess.STDOUT).stdout.count(b"\n") == 1
