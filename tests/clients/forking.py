"""vdirsyncer, imported once and forked for every run: the program is the same, only its start is cheap.

Reads one call per line from standard input, as JSON, and answers each with its exit code.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass(frozen=True)
class Forks:
    """A process that runs vdirsyncer for whoever asks."""

    process: subprocess.Popen[str]
    output: Path

    def run(self, words: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """Run it once; the exit code and what it said."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        call = {"words": list(words), "env": dict(env), "output": str(self.output)}
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()), self.output.read_text(encoding="utf-8")


@contextmanager
def forks(folder: Path, env: Mapping[str, str]) -> Iterator[Forks]:
    """Start it, and end it with its own standard input."""
    command = [sys.executable, "-m", "tests.clients.forking"]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Forks(process, folder / "vdirsyncer.log")


def _serve() -> None:
    for name in ("aiohttp", "vdirsyncer.storage.dav", "vdirsyncer.storage.filesystem"):
        import_module(name)  # here once, so that no run has to
    program = import_module("vdirsyncer.cli")
    for line in sys.stdin:
        call = json.loads(line)
        child = os.fork()
        if not child:
            os.environ.clear()
            os.environ.update(call["env"])
            said = os.open(call["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(said, 1)
            os.dup2(said, 2)
            sys.argv = ["vdirsyncer", *call["words"]]
            sys.exit(program.app())
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
