"""Arrays as ``numpy.save`` writes them: whole and real numbers of any width that a float holds, in either order."""

from __future__ import annotations

from io import BytesIO
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

from conv_anim.data_files.numbers import from_array, library, limited
from conv_anim.spec.arrays import DataFileError

if TYPE_CHECKING:
    from conv_anim.limits import Limits
    from conv_anim.spec.model import Given, Size

WIDEST = 8
"""Bytes of a number. Of a wider one, the file does not say which of several formats it has."""
LONGEST = 11_000
"""Bytes of a header; numpy refuses one that has more than 10,000 of text."""
SAVED = "write the array with numpy.save, without objects in it"


def read(file: BinaryIO, name: str, limits: Limits) -> Given:
    """The array of a file. Raises DataFileError."""
    import numpy as np

    start = BytesIO(file.read(LONGEST))
    with library(f"'{name}' is not a complete .npy file of plain numbers", SAVED):
        shape, by_columns, kind = _header(start)
    _drawable(shape, kind, name)
    count = prod(shape)
    limited(count, name, limits)
    file.seek(start.tell())
    data = file.read(count * kind.itemsize + 1)
    _fitting(data, count * kind.itemsize, name)
    array = np.frombuffer(data, kind).reshape(shape, order="F" if by_columns else "C")
    if kind.kind == "b" and np.frombuffer(data, np.uint8).max() > 1:
        raise DataFileError(f"'{name}' has truth values that are neither true nor false", SAVED)
    return from_array(array, name)


def _header(start: BytesIO) -> tuple[Size, bool, Any]:
    """Shape, whether the first index runs fastest, and dtype."""
    from numpy.lib import format as npy

    version = npy.read_magic(start)
    if version not in {(1, 0), (2, 0), (3, 0)}:
        raise ValueError(version)
    # the third version differs from the second in the names of fields alone, and there are none in plain numbers
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, by_columns, kind = header(start)
    if any(isinstance(n, bool) or n < 0 for n in shape):
        raise ValueError(shape)
    return shape, by_columns, kind


def _drawable(shape: Size, kind: Any, name: str) -> None:
    if kind.hasobject:
        raise DataFileError(f"'{name}' is not a complete .npy file of plain numbers", SAVED)
    if 0 in shape or kind.kind not in "biuf":
        size = "x".join(map(str, shape)) or "one value"
        what = f"'{name}' holds {kind} in the shape {size}, and no number that can be drawn"
        raise DataFileError(what, "whole and real numbers can be drawn")
    if not shape:
        raise DataFileError(f"'{name}' holds one number, without an axis", "numpy.atleast_2d makes an array of it")
    if kind.itemsize > WIDEST:
        what = f"'{name}' holds {kind}, whose numbers are not the same on every machine"
        raise DataFileError(what, "numpy.save(NAME, array.astype(float)) rounds them")


def _fitting(data: bytes, needed: int, name: str) -> None:
    """Whether there are as many bytes as the header says."""
    if len(data) < needed:
        what = f"'{name}' is cut off: it has {len(data):,} of the {needed:,} bytes that its shape takes"
        raise DataFileError(what, SAVED)
    if len(data) > needed:
        raise DataFileError(f"'{name}' has more data after its array", "write each array to its own file")
