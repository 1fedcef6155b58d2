"""A child process whose every write to a folder passes through its parent, which may let it fail or kill it.

The kernel does it (seccomp's user notification, Linux 5.9 or later), so it
covers whoever writes: SQLite, the journal, a rename. Nothing has to be compiled
and nothing of ours is replaced. `seccomp(2)`, `seccomp_unotify(2)`.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import platform
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CALLS: Final[dict[str, dict[str, int]]] = {
    "x86_64": {
        "write": 1,
        "pwrite64": 18,
        "writev": 20,
        "fsync": 74,
        "fdatasync": 75,
        "truncate": 76,
        "ftruncate": 77,
        "rename": 82,
        "mkdir": 83,
        "unlink": 87,
        "openat": 257,
        "mkdirat": 258,
        "unlinkat": 263,
        "renameat": 264,
        "fallocate": 285,
        "renameat2": 316,
        "seccomp": 317,
    },
    "aarch64": {
        "mkdirat": 34,
        "unlinkat": 35,
        "renameat": 38,
        "truncate": 45,
        "ftruncate": 46,
        "fallocate": 47,
        "openat": 56,
        "write": 64,
        "writev": 66,
        "pwrite64": 68,
        "fsync": 82,
        "fdatasync": 83,
        "renameat2": 276,
        "seccomp": 277,
    },
}
_NUMBERS: Final = _CALLS.get(platform.machine(), {}) if sys.platform == "linux" else {}
_NAMES: Final = {number: name for name, number in _NUMBERS.items()}
_ROOT: Final = Path(__file__).parents[2]
_TO_FILES: Final = ("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fallocate")
_AT: Final = ("openat", "mkdirat", "unlinkat", "renameat", "renameat2")
_TAKES_NO_ROOM: Final = frozenset(
    {"fsync", "fdatasync", "ftruncate", "truncate", "unlink", "unlinkat"}
)

_LOAD, _EQUAL, _ABOVE, _BITS, _GIVE = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_ARGUMENT_0, _ARGUMENT_2 = 16, 32
_RECEIVE, _ANSWER, _GO_ON = 0xC0502100, 0xC0182101, 1
_NOTICE: Final = struct.Struct("<QIIiIQ6Q")
_REPLY: Final = struct.Struct("<QqiI")
_PLAN: Final = struct.Struct("<qqqqqq")

_PROBE: Final = "import os, tests.faults.interposing as it; it._listen(); os._exit(0)"


class Synced:
    """What is on disk for sure: each file as it was when it was last synced.

    Args:
        folder: Whatever lies below it counts; all of it is on disk at the beginning.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._octets: dict[int, bytes] = {}
        for path in self._files():
            self.sync(path)

    def sync(self, path: Path) -> None:
        """Take note that a file is on disk as it is now."""
        with suppress(FileNotFoundError, IsADirectoryError):
            self._octets[path.stat().st_ino] = path.read_bytes()

    def lose_the_rest(self) -> None:
        """What a loss of power leaves: names as they are, and in the files what was synced."""
        for path in self._files():
            path.write_bytes(self._octets.get(path.stat().st_ino, b""))

    def _files(self) -> Iterator[Path]:
        return (path for path in self._folder.rglob("*") if path.is_file())


def unavailable() -> str:
    """Why the tests cannot run here; empty where they can. Where `CI` is set they must."""
    if os.environ.get("CI"):
        return ""
    if _NUMBERS:
        command = [sys.executable, "-c", _PROBE]
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=60, check=False)
        if done.returncode == 0:
            return ""
    return "this machine's kernel cannot be asked about each write"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a child.

    Args:
        status: Its exit status; negative the signal that ended it.
        writes: How many of its system calls would have changed the folder.
    """

    status: int
    writes: int


class Faults:
    """What shall happen to the writes that come; parent and child look at the same memory."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _PLAN.size)

    def clear(self) -> None:
        """Let every write through, and count from 0."""
        self._keep(0, 0, 0, 0, 0, self._now()[5])

    def arm(self, at: int, error: int, *, lasting: bool = False, torn: bool = False) -> None:
        """Let the n-th write from now on fail, or kill the child there.

        Args:
            at: From 1; 0 for none.
            error: An errno, or 0 to kill.
            lasting: All that need room fail from then on, as on a full disk.
            torn: Half of the octets are written.
        """
        self._keep(0, at, error, int(lasting), int(torn), 0)

    @property
    def seen(self) -> int:
        """How many writes there were since."""
        return self._now()[0]

    @property
    def struck(self) -> bool:
        """Whether it has come to what was armed last, even if it is cleared by now."""
        return bool(self._now()[5])

    def verdict(self, name: str) -> tuple[int, bool] | None:
        """Count one more write; the error for it and whether it is torn, or None to let it through."""
        seen, at, error, lasting, torn, struck = self._now()
        seen += 1
        self._keep(seen, at, error, lasting, torn, int(struck or seen == at))
        if seen == at and not (error == errno.ENOSPC and name in _TAKES_NO_ROOM):
            return error, bool(torn)
        if lasting and 0 < at < seen and name not in _TAKES_NO_ROOM:
            return error, False
        return None

    def _keep(self, *numbers: int) -> None:
        self._memory[:] = _PLAN.pack(*numbers)

    def _now(self) -> tuple[int, ...]:
        return _PLAN.unpack(self._memory[:])


def run(
    folder: Path, work: Callable[[], None], faults: Faults, *, power_fails: bool = False
) -> Outcome:
    """Fork a child that does some work, and decide about each of its writes below a folder.

    This process must have no other threads. The child's temporary files lie in the folder, too.

    Args:
        power_fails: What the child wrote and did not sync is lost in the end.
    """
    synced = Synced(folder.resolve()) if power_fails else None
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        os._exit(_be_child(folder, work, theirs))
    theirs.close()
    _message, handles, _flags, _address = socket.recv_fds(ours, 1, 1)
    ours.close()
    try:
        _watch(child, handles[0], folder.resolve(), (faults, synced))
    finally:
        os.close(handles[0])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if synced is not None:
        synced.lose_the_rest()
    return Outcome(status, faults.seen)


def _be_child(folder: Path, work: Callable[[], None], theirs: socket.socket) -> int:
    try:
        scratch = folder / "tmp"
        scratch.mkdir(exist_ok=True)
        tempfile.tempdir = str(scratch)
        listener = _listen()
        socket.send_fds(theirs, [b"x"], [listener])
        os.close(listener)
        theirs.close()
        work()
    except BaseException:  # noqa: BLE001  # a copy of the parent must not go on as if it were it
        traceback.print_exc()
        return 1
    return 0


def _listen() -> int:
    """Hand this process's writes to whoever reads the listener that is given back."""
    library = ctypes.CDLL(None, use_errno=True)
    steps = b"".join(struct.pack("<HBBI", *step) for step in _filter())
    held = ctypes.create_string_buffer(steps, len(steps))
    program = struct.pack("<HxxxxxxQ", len(steps) // 8, ctypes.addressof(held))
    library.prctl(38, 1, 0, 0, 0)  # no new privileges: what allows it without root
    number = ctypes.c_long(_NUMBERS["seccomp"])
    listener = int(library.syscall(number, ctypes.c_uint(1), ctypes.c_uint(8), program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def _filter() -> list[tuple[int, int, int, int]]:
    """Notify of the calls in the table: of those with a handle beyond stderr, of an open that may create."""
    jumps = [(name, number) for name, number in _NUMBERS.items() if name != "seccomp"]
    ends = {"allow": 0, "file": 1, "open": 3, "notify": 5}
    steps = [(_LOAD, 0, 0, 0)]
    for index, (name, number) in enumerate(jumps):
        end = "file" if name in _TO_FILES else "open" if name == "openat" else "notify"
        steps.append((_EQUAL, len(jumps) - index - 1 + ends[end], 0, number))
    return [
        *steps,
        (_GIVE, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _ARGUMENT_0),
        (_ABOVE, 2, 3, 2),
        (_LOAD, 0, 0, _ARGUMENT_2),
        (_BITS, 0, 1, os.O_CREAT),
        (_GIVE, 0, 0, _NOTIFY),
        (_GIVE, 0, 0, _ALLOW),
    ]


def _watch(child: int, listener: int, folder: Path, given: tuple[Faults, Synced | None]) -> None:
    ended = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        poll.register(ended, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if not ready.get(listener, 0) & select.POLLIN:
                return
            notice = bytearray(_NOTICE.size)
            try:
                fcntl.ioctl(listener, _RECEIVE, notice)
            except OSError:  # who asked is gone
                continue
            _decide(child, listener, _NOTICE.unpack(notice), (folder, *given))
    finally:
        os.close(ended)


def _decide(
    child: int, listener: int, notice: tuple[int, ...], given: tuple[Path, Faults, Synced | None]
) -> None:
    """Let one call through, fail it, or kill the child."""
    folder, faults, synced = given
    which, thread, _flags, number, _machine, _pointer, *arguments = notice
    name = _NAMES[number]
    verdict = None
    if _is_meant(thread, name, arguments, folder):
        verdict = faults.verdict(name)
    if verdict is None:
        if synced is not None and name in ("fsync", "fdatasync"):
            synced.sync(Path(f"/proc/{thread}/fd/{arguments[0]}").resolve())
        _reply(listener, which, 0, 0, _GO_ON)
        return
    error, torn = verdict
    half = _write_half(thread, name, arguments) if torn else 0
    if not error:
        os.kill(child, signal.SIGKILL)
    elif half:
        _reply(listener, which, half, 0, 0)
    else:
        _reply(listener, which, 0, -error, 0)


def _reply(listener: int, which: int, value: int, error: int, flags: int) -> None:
    try:
        fcntl.ioctl(listener, _ANSWER, _REPLY.pack(which, value, error, flags))
    except OSError as problem:
        if problem.errno != errno.ENOENT:  # killed meanwhile
            raise


def _is_meant(thread: int, name: str, arguments: list[int], folder: Path) -> bool:
    if name in _TO_FILES:
        path = Path(f"/proc/{thread}/fd/{arguments[0]}").readlink()
        return path.is_relative_to(folder)
    pointer = arguments[1 if name in _AT else 0]
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(pointer)
        text = memory.read(min(4096, 4096 - pointer % 4096) or 4096)
        if b"\0" not in text:
            text += memory.read(4096)
    path = Path(os.fsdecode(text.partition(b"\0")[0]))
    return path.is_relative_to(folder) and not (name == "openat" and path.exists())


def _write_half(thread: int, name: str, arguments: list[int]) -> int:
    """Do the first half of a write in the child's place; gives how many octets."""
    if name not in ("write", "pwrite64") or arguments[2] < 2:
        return 0
    handle, pointer, length, offset = arguments[:4]
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(pointer)
        octets = memory.read(length // 2)
    with Path(f"/proc/{thread}/fd/{handle}").open("r+b", buffering=0) as file:
        if name == "pwrite64":
            file.seek(offset)
        else:
            file.seek(0, os.SEEK_END)  # what is written without an offset grows here
        return file.write(octets)
