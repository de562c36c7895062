"""matplotlib's compiled modules by themselves: to import all of it costs more than to draw a figure.

And all of it, where it is needed, without a word about the user's settings and folders: they decide nothing here.
"""

from __future__ import annotations

import os
import sys
from contextlib import chdir, contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "matplotlib"


def compiled(name: str) -> Any:
    """The module ``matplotlib.<name>``, from its file unless all of matplotlib is here already; Any, without types.

    It goes by its full name, so that a later import of matplotlib meets the same module.
    """
    full = f"{PACKAGE}.{name}"
    if full not in sys.modules and PACKAGE not in sys.modules:
        try:
            return _from_file(full)
        except ImportError:
            sys.modules.pop(full, None)
    return whole(full)


def _from_file(full: str) -> Any:
    _, *folders, _ = full.split(".")
    spec = PathFinder.find_spec(full, [str(home().joinpath(*folders))])
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(full)
    sys.modules[full] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def whole(full: str = PACKAGE) -> Any:
    """A module of matplotlib by its full name, and all that it imports. Raises OSError without a folder to write to."""
    if full in sys.modules:
        return sys.modules[full]
    before = set(sys.modules)
    with _silent():
        try:
            return import_module(full)
        except ValueError:  # from settings that cannot be read, which matplotlib takes to be its end
            for half in [name for name in sys.modules if name.startswith(f"{PACKAGE}.") and name not in before]:
                del sys.modules[half]
            with _unset():
                return import_module(full)


@contextmanager
def _silent() -> Iterator[None]:
    from logging import CRITICAL, getLogger

    logger = getLogger(PACKAGE)
    level = logger.level
    logger.setLevel(CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _unset() -> Iterator[None]:
    """Where matplotlib finds no settings but its own."""
    names = ("MPLBACKEND", "MATPLOTLIBRC")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["MATPLOTLIBRC"] = os.devnull
    try:
        with chdir(home()):
            yield
    finally:
        del os.environ["MATPLOTLIBRC"]
        os.environ.update(before)


def home() -> Path:
    """The folder of matplotlib. Raises ModuleNotFoundError."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(PACKAGE)
    return Path(spec.submodule_search_locations[0])


def font(name: str) -> Path:
    """A font file that comes with matplotlib; only the package knows where distributions move its data to."""
    path = home() / "mpl-data" / "fonts" / "ttf" / name
    if path.is_file():
        return path
    return Path(whole().get_data_path(), "fonts", "ttf", name)
