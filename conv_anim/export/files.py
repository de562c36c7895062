"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from errno import EACCES, EEXIST, EINVAL, EISDIR
from pathlib import Path
from shutil import rmtree
from stat import S_ISREG

from conv_anim import signals

PART = ".part"
"""How files end that are on their way."""


class ChangedError(Exception):
    """A file is not any more what it was when its new content was made."""


def write(path: Path, data: bytes, *, lasting: bool = True, over: bytes | None = None, new: bool = False) -> None:
    """Write beside the place and move there, so that a reader, or a fault half way, meets the old file or the new one.

    Signals wait meanwhile. What is not ``lasting`` may be lost or empty after the machine itself broke down. Folders
    that are missing are made. A new file gets the mode that the umask gives. With ``over`` the file is replaced only if
    that is what is in it when all else is done, else ChangedError is raised; with ``new`` only if there is none.
    Raises OSError, also for a file that is read-only, and for what is no file.
    """
    with signals.held():
        _check_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name has room for 255 bytes, and a character takes up to four.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.{os.getpid()}.", suffix=PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if lasting:
                    os.fsync(file.fileno())
            os.chmod(name, mode(path))  # noqa: PTH101  # a name, not a path
            _check_place(path)
            _check_content(path, over)
            _move(name, path, new=new)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108
            raise


def replaced(path: Path, data: bytes, before: bytes) -> None:
    """Write a file in place of what was read from it, if that is still in it. Raises ChangedError, and OSError."""
    if data == before:
        _check_content(path, before)
    else:
        write(path, data, over=before)


def _check_content(path: Path, wanted: bytes | None) -> None:
    """Raise ChangedError if something else is in a file, or if it is gone."""
    try:
        same = wanted is None or path.read_bytes() == wanted
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
                raise FileExistsError(EEXIST, os.strerror(EEXIST), str(path)) from None
        else:
            os.unlink(name)  # noqa: PTH108
            return
    os.replace(name, path)  # noqa: PTH105


SYSTEM = ("/dev", "/dev/fd")
"""Folders of devices, and of links to what a program has open."""


def _check_place(path: Path) -> None:
    """Raise OSError where a file would take the place of something that is no file, or that is not to be changed."""
    folder = os.path.realpath(path.parent)
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    if folder in SYSTEM or folder.startswith("/proc/") or (path.exists() and not path.is_file()):
        raise OSError(EINVAL, "it is no file; -o - is for standard output", str(path))
    if read_only(path):
        raise PermissionError(EACCES, "it is read-only", str(path))


def read_only(path: Path) -> bool:
    """Whether a file is not to be changed. That it could be replaced, by root or in an open folder, says nothing."""
    return path.is_file() and not path.is_symlink() and not (path.stat().st_mode & 0o222 and os.access(path, os.W_OK))


def mode(path: Path) -> int:
    """The mode of the file that is there, else that of a new one; a link is replaced, and its mode says nothing."""
    with suppress(FileNotFoundError):
        state = path.lstat()
        if S_ISREG(state.st_mode):
            return state.st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for a while, which `clear` finds as well. A signal comes before there is one, or when it is known."""
    with signals.held():
        return tempfile.TemporaryDirectory(prefix=f"conv-anim-{os.getpid()}-")


def clear(folder: Path, process: int) -> None:
    """Remove what a process that was killed left half done in a folder, and its scratch folders."""
    for part in folder.glob(f".*.{process}.*{PART}"):
        with suppress(OSError):
            part.unlink()
    for left in Path(tempfile.gettempdir()).glob(f"conv-anim-{process}-*"):
        rmtree(left, ignore_errors=True)
