"""The files that a run reads and writes, known by where they really lie, so that none is written over another."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from unicodedata import normalize

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

Mark: TypeAlias = "tuple[int | str, ...]"
"""What a file is known by: its folder and its name in it, or itself. Two paths of one file share a mark."""


def identities(path: Path) -> frozenset[Mark]:
    """Where a path leads, whether there is a file or not: its own place, and that to which a link in it leads."""
    with suppress(OSError, ValueError, RuntimeError):
        return frozenset({_identity(os.path.join(os.getcwd(), path)), _identity(os.path.realpath(path))})  # noqa: PTH109, PTH118  # 'a/..' is not always here
    return frozenset({(str(path),)})


def marks(path: Path) -> frozenset[Mark]:
    """Where a path leads, and the file that is there, which may have other names."""
    itself = _number(str(path))
    return identities(path) | (frozenset() if itself is None else {itself})


def _identity(path: str) -> Mark:
    """The nearest folder that is there, and what leads from it to the file."""
    folder, name = os.path.split(path)
    rest, folder = [name], os.path.realpath(folder)
    while (there := _number(folder)) is None and os.path.dirname(folder) != folder:  # noqa: PTH120  # a name, not a path
        folder, name = os.path.split(folder)
        rest.append(name)
    told = (normalize("NFC", part).casefold() for part in rest) if _folds(folder) else rest
    return (*(there or (folder,)), *told)


def _number(path: str) -> tuple[int, int] | None:
    """How the file system identifies a file or folder; None if it does not exist."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _folds(folder: str) -> bool:
    """Whether names that differ in capitals alone are one, as far as the folder's own name shows."""
    while (name := os.path.basename(folder)) and name == name.swapcase():  # noqa: PTH119
        folder = os.path.dirname(folder)  # noqa: PTH120
    if not name:
        return False
    other = os.path.join(os.path.dirname(folder), name.swapcase())  # noqa: PTH118, PTH120
    return _number(other) is not None and _number(other) == _number(folder)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is read, and by what: a spec's name, or None for a spec, page or model itself."""

    path: Path
    by: str | None

    def __str__(self) -> str:
        return f"{shown(self.path)}, which {'is read itself' if self.by is None else f'{self.by} reads'}"


STANDARD_INPUT = Path("/dev/stdin")
"""The name of what is piped in, which may be a file."""
STANDARD_OUTPUT = Path("/dev/stdout")


def shown(path: Path) -> str:
    """A path as a person would write it: below the current folder without all that leads there."""
    if path == STANDARD_INPUT:
        return "the file on standard input"
    with suppress(OSError, ValueError):
        return str(path.relative_to(path.cwd()))
    return str(path)


def check_stdout(read: Iterable[Path]) -> None:
    """Raise SpecError if standard output goes to a file that is read, as with ``>> spec.yaml``."""
    if not os.path.isfile(STANDARD_OUTPUT):  # noqa: PTH113  # where it is none, it goes elsewhere
        return
    goal = marks(STANDARD_OUTPUT)
    path = next((path for path in read if marks(path) & goal), None)
    if path is not None:
        what = f"standard output would go into {shown(path)}, which is read"
        raise SpecError([Problem(Code.OUTPUT, what, hint="send it to another file")])


@dataclass
class Claims:
    """What is known so far of the files of a run."""

    read: dict[Mark, Reading] = field(default_factory=dict)
    written: dict[Mark, str] = field(default_factory=dict)
    """Who writes them."""

    def reads(self, paths: Iterable[Path], by: str | None = None) -> None:
        """Note files that are read."""
        for path in paths:
            for mark in marks(path):
                self.read.setdefault(mark, Reading(path, by))

    def over(self, path: Path) -> Reading | None:
        """What is read there where a file would be written."""
        return next((self.read[mark] for mark in sorted(marks(path), key=str) if mark in self.read), None)

    def knows(self, path: Path) -> bool:
        """Whether a file is read, or written."""
        return self.over(path) is not None or any(mark in self.written for mark in identities(path))

    def writes(self, path: Path, by: str) -> str | None:
        """Note a file that is written, and by whom; who else writes it, if there is one."""
        found = identities(path)
        other = next((self.written[mark] for mark in found if self.written.get(mark, by) != by), None)
        if other is None:
            self.written.update(dict.fromkeys(found, by))
        return other


def overwriting(path: Path, reading: Reading, hint: str) -> Problem:
    """The problem of a file that would be written over one that is read."""
    same = shown(path) == shown(reading.path)
    what = f"this would write over {reading}" if same else f"this would write {shown(path)} over {reading}"
    return Problem(Code.OUTPUT, what, hint=hint)


def check(path: Path, read: Iterable[Path], hint: str) -> None:
    """Raise SpecError if a file would be written over one of those that are read."""
    claims = Claims()
    claims.reads(read, "the spec")
    reading = claims.over(path)
    if reading is not None:
        raise SpecError([overwriting(path, reading, hint)])
