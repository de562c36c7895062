"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write beside the place and move there, so that a reader, or a fault half way, meets the old file or the new one.

    Raises OSError. Folders that are missing are made. A new file gets the mode that the umask gives.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name has room for 255 bytes, and a character takes up to four.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
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
