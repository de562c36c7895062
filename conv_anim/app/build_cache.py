"""What was drawn before: which files came of everything that decides their bytes, by their sums.

An entry is a small file in the user's cache folder, named by its key, with the names, sizes and SHA-256 sums of what
was written. Several programs may write entries at the same time. What cannot be read counts as not drawn.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
import zlib
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim import opening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HERE = Path(__file__).parent.parent
VERSIONS = (("numpy", "version.py"), ("matplotlib", "_version.py"), ("PIL", "_version.py"))
"""The packages that have a part in drawing, and the file that says which version they are, without their import."""
LARGEST = 1 << 24
"""Bytes of an entry, or of one of our own files; what is larger is neither."""
DRAWN, PROGRAMS = "drawn", "programs"
"""Kinds of entries: what was drawn, and what decides it beside the spec."""
MOST = 64
"""Entries in each of 256 folders; the oldest make room."""


def key(*parts: str) -> str:
    """What an entry is called: a sum of these parts and of the programs that draw; empty if those cannot be read."""
    with suppress(OSError):
        return hashlib.sha256("\0".join((_programs(), *parts)).encode("utf-8", "surrogatepass")).hexdigest()
    return ""


def place(folder: Path, name: str) -> str:
    """The name of the entry for all frames of one name in a folder, whatever drew them."""
    said = f"frames\0{os.path.realpath(folder)}\0{name}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _programs() -> str:
    """A sum of the sources of this package, and of the versions of Python and of the libraries.

    To read all of them takes longer than to draw: what came of it is kept for as long as no file was touched.
    """
    files = (*_sources(), *_versions())
    machine = os.uname().machine if hasattr(os, "uname") else ""
    system = f"{sys.version} {sys.platform} {machine} {zlib.ZLIB_RUNTIME_VERSION}"
    touched = "\n".join((system, *(f"{name} {_state(path)}" for name, path in files)))
    kept = hashlib.sha256(touched.encode("utf-8", "surrogatepass")).hexdigest()
    said = find(kept, PROGRAMS).get("sum")
    if said is None:
        said = _read(system, files)
        keep(kept, {"sum": said}, PROGRAMS)
    return said


def _state(path: str) -> str:
    """What no file keeps that is written to, or replaced. Raises OSError."""
    found = os.stat(path)  # noqa: PTH116  # of hundreds: a Path takes longer to make than to look at
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_dev} {found.st_ino}"


def _read(system: str, files: Iterable[tuple[str, str]]) -> str:
    """A sum of all that is in these files. Raises OSError."""
    said = hashlib.sha256(system.encode())
    for name, path in files:
        data = opening.content(Path(path), LARGEST)
        if data is None:
            raise OSError(errno.EFBIG, "too large to be a part of this package", path)
        said.update(f"{name} {len(data)}\n".encode())
        said.update(data)
    return said.hexdigest()


def _sources() -> Iterator[tuple[str, str]]:
    for folder, inside, names in os.walk(HERE):
        inside[:] = sorted(set(inside) - {"__pycache__", "templates"})
        yield from ((f"{folder[len(str(HERE)) :]}/{name}", f"{folder}/{name}") for name in sorted(names))


def _versions() -> Iterator[tuple[str, str]]:
    for name, file in VERSIONS:
        found = find_spec(name)
        for folder in (found and found.submodule_search_locations) or ():
            yield name, f"{folder}/{file}"


def find(key_: str, kind: str = DRAWN) -> dict[str, str]:
    """The names and sums of the files that came of it; none if it was never drawn."""
    path = _path(key_, kind)
    if path is None:
        return {}
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(opening.content(path, LARGEST) or b"")
        if isinstance(found, dict) and all(isinstance(said, str) for said in found.values()):
            return found
    return {}


def intact(folder: Path, sums: Mapping[str, str]) -> bool:
    """Whether there are such files, and all of them are as they were written."""
    return bool(sums) and all(is_noted(folder / name, said) for name, said in sums.items())


def is_noted(path: Path, said: str | None) -> bool:
    """Whether a file is as a note says. Of one that has become larger, nothing is read; of one that grows, no more."""
    with suppress(OSError, ValueError):
        data = None if said is None else opening.content(path, int(said.partition(" ")[0]))
        return data is not None and noted(data) == said
    return False


def note_of(path: Path) -> str | None:
    """What a note says of a file as it is now; None if it cannot be read."""
    with suppress(OSError):
        data = opening.content(path, path.stat().st_size)
        return None if data is None else noted(data)
    return None


def noted(data: bytes) -> str:
    """What a note says of a file: how many bytes it has, and their sum."""
    return f"{len(data)} {hashlib.sha256(data).hexdigest()}"


def note(key_: str, made: Iterable[tuple[str, bytes]]) -> None:
    """Save names and checksums of files, if there is a cache folder."""
    keep(key_, {name: noted(data) for name, data in made})


def keep(key_: str, sums: Mapping[str, str], kind: str = DRAWN) -> None:
    """As `note`, with the sums of files that are written already."""
    from conv_anim.export import files

    path = _path(key_, kind)
    if path is None:
        return
    with suppress(OSError):
        files.write(path, json.dumps(sums).encode(), lasting=False)
        _make_room(path.parent)


def _make_room(folder: Path) -> None:
    entries = list(os.scandir(folder))
    if len(entries) > MOST:
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)[:-MOST]:
            os.unlink(entry)  # noqa: PTH108  # an entry of a folder, not a path


def _path(key_: str, kind: str = DRAWN) -> Path | None:
    folder = _cache()
    return folder and folder / kind / key_[:2] / key_[2:]


def _cache() -> Path | None:
    """The user's cache folder; None if there is none."""
    named = {"win32": "LOCALAPPDATA"}.get(sys.platform, "XDG_CACHE_HOME")
    usual = Path("~/Library/Caches") if sys.platform == "darwin" else Path("~/.cache")
    given = Path(os.environ.get(named) or usual)
    with suppress(RuntimeError):  # no home directory
        folder = given.expanduser()
        return folder / "conv-anim" if folder.is_absolute() else None
    return None
