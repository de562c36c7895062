"""What all kinds of data files have in common: how many numbers they may hold, and which ones can be drawn."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from conv_anim import opening
from conv_anim.limits import Asked
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits

NUMBER = 64
"""Bytes of memory for each number of a data file, while it is read."""
FINITE = "numpy.nan_to_num makes finite ones of them"
SMALLER = "a smaller input shows the same"


def limited(cells: int, name: str, limits: Limits) -> None:
    """Raise DataFileError for more numbers than are allowed."""
    asked = Asked("cells", cells, f"'{name}' has {cells:,} numbers", SMALLER)
    if asked.problem(limits) is not None:
        raise DataFileError(asked.what, asked=asked)
    within_memory(NUMBER * cells, name, limits)


def within_memory(needed: int, name: str, limits: Limits) -> None:
    """Raise DataFileError for a file that takes more memory than is allowed."""
    asked = Asked("memory", needed, f"to read '{name}' takes about {needed:,} bytes of memory", SMALLER)
    if asked.problem(limits) is not None:
        raise DataFileError(asked.what, asked=asked)


def whole(file: BinaryIO, name: str, limits: Limits, *, each: int) -> bytes:
    """All bytes of a file, if each takes ``each`` bytes of memory. Raises DataFileError if that is too much."""
    most = limits.memory // each
    size = opening.size(file)
    data = opening.taken(file, most + 1) if size <= most else b""
    within_memory(each * max(size, len(data)), name, limits)  # a file of the system may have more than it says
    return data


@contextmanager
def library(what: str, hint: str) -> Iterator[None]:
    """Wraps a library's reading of a file that may be damaged: warnings are dropped, errors reported."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever the filters: with -W error, warnings would be errors
            yield
    except Exception:  # noqa: BLE001  # their kinds are many, and differ from version to version
        raise DataFileError(what, hint) from None


def from_array(array: Any, name: str) -> Given:
    """The numbers of an array, exactly. Raises DataFileError if they cannot be drawn."""
    import numpy as np

    with np.errstate(over="ignore"):
        drawable = np.isfinite(array).all() and np.abs(array.astype(float)).max() < 2**53
    if not drawable:
        raise DataFileError(
            f"'{name}' holds numbers that cannot be drawn: infinite, not a number, or beyond ±2⁵³", FINITE
        )
    exact = array.astype(np.int64) if array.dtype.kind in "biu" else array.astype(np.float64)
    return Given(tuple(exact.shape), tuple(exact.ravel().tolist()))
