"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

from conv_anim import signals

PART = ".part"
"""How files end that are on their way."""


def write(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write beside the place and move there, so that a reader, or a fault half way, meets the old file or the new one.

    Signals wait meanwhile. What is not ``lasting`` may be lost or empty after the machine itself broke down. Folders
    that are missing are made. A new file gets the mode that the umask gives. Raises OSError.
    """
    with signals.held():
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
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108
            raise


def mode(path: Path) -> int:
    """The mode of the file that is there, else that of a new one."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
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
