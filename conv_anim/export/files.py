"""Files that appear whole or not at all, and what is left of those whose writers were killed."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import tempfile
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Final

from conv_anim import opening, signals

if sys.platform != "win32":
    import fcntl

PART: Final = ".conv-anim.part"
"""How files end that are on their way."""
PARTS: Final = re.compile(r"\..*\.[0-9]+\.[a-z0-9_]{8}" + re.escape(PART))
SCRATCH: Final = "conv-anim-"
"""How folders begin that are there for a while."""
SCRATCHES: Final = re.compile(SCRATCH + r"[0-9]+-[a-z0-9_]{8}")
MOST: Final = 100_000
"""Entries of a folder that are looked through for what was left."""


class ChangedError(Exception):
    """A file is not any more what it was when its new content was made."""


def write(path: Path, data: bytes, *, lasting: bool = True, over: bytes | None = None, new: bool = False) -> None:
    """Write beside the place and move there, so that a reader, or a fault half way, meets the old file or the new one.

    Signals wait meanwhile. What is not ``lasting`` may be lost or empty after the machine itself broke down. Folders
    that are missing are made. A new file gets the mode that the umask gives. With ``over`` the file is replaced only if
    that is what is in it when all else is done, else ChangedError is raised; with ``new`` only if there is none.
    Raises OSError, also for a read-only file, and where there is something other than a file.
    """
    with signals.held():
        _check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        tidy(path.parent)
        handle, name = _part(path)
        with os.fdopen(handle, "wb") as file:
            try:
                file.write(data)
                file.flush()
                if lasting:
                    os.fsync(handle)
                os.chmod(name, mode(path))  # noqa: PTH101  # a name, not a path
                if sys.platform == "win32":
                    file.close()  # what is open cannot be moved there; elsewhere it stays locked until it has its name
                _check_place(path)
                _check_content(path, over)
                _move(name, path, new=new)
            except BaseException:
                with suppress(OSError):
                    file.close()
                with suppress(FileNotFoundError):
                    os.unlink(name)  # noqa: PTH108
                raise


def _part(path: Path) -> tuple[int, str]:
    """A new open file, locked so that no other process removes it as abandoned. Raises OSError."""
    # A name has room for 255 bytes, and a character takes up to four.
    prefix = f".{path.name[:40]}.{os.getpid()}."
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=PART)
        if _lock(handle) and os.path.lexists(name):
            return handle, name
        os.close(handle)  # it was cleared away before it was locked


def replaced(path: Path, data: bytes, before: bytes) -> None:
    """Write a file in place of what was read from it, if that is still in it. Raises ChangedError, and OSError."""
    if data == before:
        _check_content(path, before)
    else:
        write(path, data, over=before)


def _check_content(path: Path, wanted: bytes | None) -> None:
    """Raise ChangedError if something else is in a file, or if it is gone."""
    try:
        same = wanted is None or opening.content(path, len(wanted)) == wanted
    except FileNotFoundError:
        same = False
    if not same:
        raise ChangedError(str(path))


def _move(name: str, path: Path, *, new: bool) -> None:
    if new:
        try:
            os.link(name, path)  # which, other than a move, never replaces anything
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        else:
            os.unlink(name)  # noqa: PTH108
            return
    os.replace(name, path)  # noqa: PTH105


SYSTEM = ("/dev", "/dev/fd")
"""Folders of devices, and of links to what a program has open."""


def _check_place(path: Path) -> None:
    """Raise OSError where a file would replace something other than a file, or something read-only."""
    folder = os.path.realpath(path.parent)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = opening.stream(path)
    if kind is not None:
        raise opening.NoFileError(kind, path)
    if folder in SYSTEM or folder.startswith("/proc/"):
        raise OSError(errno.EINVAL, "it is not a file; use -o - for standard output", str(path))
    if read_only(path):
        raise PermissionError(errno.EACCES, "it is read-only", str(path))


def read_only(path: Path) -> bool:
    """Whether a file is not to be changed. That it could be replaced, by root or in an open folder, says nothing."""
    return path.is_file() and not path.is_symlink() and not (path.stat().st_mode & 0o222 and os.access(path, os.W_OK))


def mode(path: Path) -> int:
    """The mode of the file that is there, else that of a new one; a link is replaced, and its mode says nothing."""
    with suppress(FileNotFoundError):
        state = path.lstat()
        if stat.S_ISREG(state.st_mode):
            return state.st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder, locked so that no other process removes it as abandoned. Raises OSError."""

    def __init__(self) -> None:
        super().__init__(prefix=f"{SCRATCH}{os.getpid()}-")
        self._handle: int | None = None
        self.safe = True
        """Whether it was still there when it was locked."""
        if sys.platform != "win32":
            try:
                self._handle = os.open(self.name, os.O_RDONLY)
                self.safe = _lock(self._handle) and os.path.lexists(self.name)
            except FileNotFoundError:
                self.safe = False
            except BaseException:
                self.cleanup()
                raise

    def cleanup(self) -> None:
        """Remove the folder and release its lock."""
        super().cleanup()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def scratch() -> Scratch:
    """A folder for a while, which `clear` finds when it is left. A signal comes before there is one, or later."""
    with signals.held():
        tidy(Path(tempfile.gettempdir()))
        while True:
            made = Scratch()
            if made.safe:
                return made
            made.cleanup()


# what was left behind


@cache
def tidy(folder: Path) -> None:
    """The first time that this process writes into a folder: see `clear`."""
    clear(folder)


def clear(folder: Path) -> None:
    """Remove what processes that were killed left half done in a folder, and their scratch folders.

    What is locked belongs to one that is at work, in whatever container it may be; numbers of processes, which are used
    again, say nothing. What is another user's, or looks like ours by name alone, stays.
    """
    if sys.platform != "win32":
        _clear(folder, PARTS, stat.S_IFREG)
        with suppress(FileNotFoundError):  # there is no folder for temporary files
            _clear(Path(tempfile.gettempdir()), SCRATCHES, stat.S_IFDIR)


def _clear(folder: Path, names: re.Pattern[str], kind: int) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        left = [entry.path for entry in islice(entries, MOST) if names.fullmatch(entry.name)]
        for path in left:
            with suppress(OSError):
                _remove(path, kind)


def _remove(path: str, kind: int) -> None:
    """Remove what no process holds. Raises OSError."""
    handle = os.open(path, opening.FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        found = os.fstat(handle)
        if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid() or not _lock(handle, sure=True):
            return
        if kind == stat.S_IFDIR:
            rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)  # noqa: PTH108
    finally:
        os.close(handle)


def _lock(handle: int, *, sure: bool = False) -> bool:
    """Lock what is open, for as long as it is; False if another process has it locked.

    Some file systems have no locks. There, too, what is ours is taken to be ours, but only what is ``sure`` is removed.
    """
    if sys.platform == "win32":
        return not sure
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return not sure
    return True
