"""Files that a model's text imports from: beside it, in its package, and in the project that both are part of."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim.frameworks.libraries import CALLED

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = {*CALLED, "einops", "numpy", "pytorch_lightning"}
MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
"""What the folder of a project has."""
FARTHEST = 6
"""Folders above a text's own in which the project is looked for."""


def located(module: str, level: int, own: Path) -> Path | None:
    """The file that an import in a text names, by its dots and its module; None for what is installed.

    Of a package it is the ``__init__.py``, which need not be there.
    """
    names = module.split(".") if module else []
    if own.suffix != ".py" or not (names or level):
        return None
    if level:
        return _file(_above(own.parent, level - 1), names)
    return next((path for folder in _folders(own, names[0]) if (path := _file(folder, names)) is not None), None)


def within(package: Path, name: str) -> Path | None:
    """A module of a package, by the package's ``__init__.py``."""
    return _file(package.parent, [name]) if package.name == "__init__.py" else None


def _file(folder: Path, names: list[str]) -> Path | None:
    path = folder.joinpath(*names)
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    if names and path.with_name(f"{path.name}.py").is_file():
        return path.with_name(f"{path.name}.py")
    return path / "__init__.py" if path.is_dir() and not (names and names[0] in LIBRARIES) else None


def _folders(own: Path, first: str) -> Iterator[Path]:
    """Where Python would look: the text's folder, then those above it in the project, unless it is a library."""
    yield own.parent
    above = [_above(own.parent, k) for k in range(FARTHEST)]
    package = next((k for k, folder in enumerate(above) if not (folder / "__init__.py").is_file()), 0)
    itself = package > 0 and above[package - 1].name == first
    if first in sys.stdlib_module_names or (first in LIBRARIES and not itself):
        return
    root = next((k for k, folder in enumerate(above) if any((folder / mark).exists() for mark in MARKS)), 0)
    yield from above[1 : max(package, root) + 1]


def _above(folder: Path, count: int) -> Path:
    return Path(os.path.normpath(folder.joinpath(*[os.pardir] * count)))
