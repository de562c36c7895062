"""The one place where files are opened for reading: what has no end, or makes its reader wait, is refused.

A pipe, a device or a socket may stand wherever a file is expected. It is looked at before it is opened, as opening
alone can wake who is at the other end, and once more when it is open, as it may have been replaced in between.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
FLAGS: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
"""Nothing is waited for, not even a writer of a pipe that took the file's place a moment ago."""
KINDS: Final = {
    stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
}  # fmt: skip
"""What is neither a file nor a folder."""
HANDLES: Final = frozenset({"/dev/fd", "/proc/self/fd"})
"""The folders of what a process has open, by its numbers."""
CHUNK: Final = 1 << 16
"""Bytes that are read at first."""
STREAMS: Final = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


class NoFileError(OSError):
    """A pipe, a device or a socket stands where a file should; ``strerror`` says which."""

    def __init__(self, kind: str, path: str | os.PathLike[str]) -> None:
        super().__init__(errno.EINVAL, f"{kind} is there, not a file", str(path))
        self.kind = kind


def opened(path: Path, *, pipes: bool = False) -> BinaryIO:
    """A file, open for reading; with ``pipes`` also a pipe or a device, as who names one wants it to be read.

    Raises OSError: `NoFileError` for what is no file, and another while it is read, for a file of the system that has
    nothing to give yet.
    """
    found = path.stat()
    if pipes and not stat.S_ISSOCK(found.st_mode) and (_kind(found) or _handle(path) is not None):
        return path.open("rb")
    _check(found, path)
    handle = os.open(path, FLAGS)
    try:
        _check(os.fstat(handle), path)
        return io.BufferedReader(_Ready(handle, "rb"))
    except BaseException:
        os.close(handle)
        raise


def content(path: Path, most: int) -> bytes | None:
    """What is in a file; None if that is more than ``most`` bytes (no more are read). Raises OSError."""
    with opened(path) as file:
        if size(file) > most:
            return None
        data = taken(file, most + 1)
    return data if len(data) <= most else None


def taken(file: BinaryIO, most: int) -> bytes:
    """The contents of a file, at most ``most`` bytes; memory is allocated as they are read."""
    parts: list[bytes] = []
    left, wanted = most, CHUNK
    while left > 0 and (part := file.read(min(left, wanted))):
        parts.append(part)
        left -= len(part)
        wanted *= 2
    return b"".join(parts)


def size(file: BinaryIO) -> int:
    """How many bytes an open file says that it has."""
    return os.fstat(file.fileno()).st_size


def stream(path: Path) -> str | None:
    """What a path is that cannot be replaced by a file: a pipe, a device, or an open descriptor."""
    try:
        return _kind(path.stat()) or (None if _handle(path) is None else "an open file")
    except (OSError, ValueError):
        return None


def send(data: bytes, path: Path) -> None:
    """Write to a pipe, a device or what the process has open, whoever reads it; ``-`` is standard output.

    Raises OSError, also for a disk or a socket, which take no files so.
    """
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    number = _handle(path)
    if number is None and stat.S_IFMT(path.stat().st_mode) not in {stat.S_IFIFO, stat.S_IFCHR}:
        raise NoFileError(stream(path) or "something else", path)
    flags = os.O_WRONLY | getattr(os, "O_NOCTTY", 0)
    with os.fdopen(os.open(path, flags) if number is None else os.dup(number), "wb") as file:
        file.write(data)


def _check(found: os.stat_result, path: Path) -> None:
    kind = _kind(found)
    if kind is not None:
        raise NoFileError(kind, path)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def _kind(found: os.stat_result) -> str | None:
    return KINDS.get(stat.S_IFMT(found.st_mode))


def _handle(path: Path) -> int | None:
    """The number of what a path like ``/dev/stdout`` or ``/dev/fd/3`` stands for; None for any other."""
    if str(path) in STREAMS:
        return STREAMS[str(path)]
    return int(path.name) if str(path.parent) in HANDLES and path.name.isdecimal() else None


class _Ready(io.FileIO):
    """A file that is never waited for: where Python says None, as of nothing yet, this raises OSError."""

    def readinto(self, buffer: Any, /) -> int:
        read: int | None = super().readinto(buffer)
        return _some(read)

    def readall(self) -> bytes:
        return _some(super().readall())


def _some(read: T | None) -> T:
    if read is None:
        raise OSError(errno.EIO, "it has nothing to give yet")
    return read
