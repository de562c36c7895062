"""matplotlib's compiled modules by themselves: to import all of it costs more than to draw a figure."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

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
    return sys.modules.get(full) or import_module(full)


def _from_file(full: str) -> Any:
    _, *folders, _ = full.split(".")
    spec = PathFinder.find_spec(full, [str(home().joinpath(*folders))])
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(full)
    sys.modules[full] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    return Path(import_module(PACKAGE).get_data_path(), "fonts", "ttf", name)
