"""Reading: the text of a spec, and the data files that it names. A fault becomes a problem that says the way out."""

from __future__ import annotations

import codecs
import csv
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError, listed
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conv_anim.spec.model import Number

LONGEST = 8_000_000
"""Bytes of a spec."""
MOST_CELLS = 4_000_000
"""Numbers of a data file."""


def problem(code: Code, message: str, name: str, hint: str | None = None) -> SpecError:
    """An error about a whole file."""
    return SpecError([Problem(code, message, name, hint=hint)])


def source(path: Path) -> Source:
    """A spec's text. Raises SpecError."""
    try:
        with path.open("rb") as file:
            return decoded(file, str(path))
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> SpecError:
    if isinstance(error, FileNotFoundError):
        return problem(
            Code.UNREADABLE, "there is no such file", str(path), "see 'conv-anim templates' for specs to begin with"
        )
    if isinstance(error, IsADirectoryError):
        return problem(Code.UNREADABLE, "this is a folder, not a spec", str(path))
    return problem(Code.UNREADABLE, f"cannot be read: {error.strerror or error}", str(path))


def decoded(file: BinaryIO, name: str) -> Source:
    """The text of an open file: UTF-8, or UTF-16 that says so in its first bytes."""
    data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        what = f"the file is larger than {LONGEST} bytes"
        raise problem(Code.TOO_LARGE, what, name, "keep large arrays in a .npy file")
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return Source(name, data.decode(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        what = f"byte 0x{data[error.start]:02x} is not {error.encoding}"
        span = Span(Source(name, data.decode(encoding, "replace")), line, column)
        raise SpecError([Problem(Code.ENCODING, what, span=span, hint="save the file as UTF-8")]) from None


@dataclass(frozen=True, slots=True)
class Folder:
    """Reads the data files of a spec; they lie in its folder or below it."""

    root: Path

    def __call__(self, name: str) -> Given:
        """The numbers of a file. Raises DataFileError."""
        path = self._inside(name)
        read = READERS.get(path.suffix.lower())
        if read is None:
            raise DataFileError(f"'{name}' is of no known kind", f"known are {listed(list(READERS), last='and')}")
        try:
            return read(path, name)
        except FileNotFoundError:
            raise DataFileError(f"there is no file '{name}'", "the name is relative to the spec") from None
        except OSError as error:
            raise DataFileError(f"'{name}' cannot be read: {error.strerror or error}") from None

    def _inside(self, name: str) -> Path:
        root = self.root.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise DataFileError(f"'{name}' lies outside the spec's folder", "copy it beside the spec")
        return path


def _limited(cells: int, name: str) -> None:
    if cells > MOST_CELLS:
        raise DataFileError(f"'{name}' has {cells} numbers, more than {MOST_CELLS}", "a smaller input shows the same")


def _from_array(array: Any, name: str) -> Given:
    import numpy as np

    if array.size == 0 or array.dtype.kind not in "biuf":
        raise DataFileError(f"'{name}' holds no numbers, but {array.dtype} of shape {array.shape}")
    if not np.isfinite(array).all() or np.abs(array.astype(float)).max() >= 2**53:
        raise DataFileError(f"'{name}' holds numbers that cannot be drawn: infinite, not a number, or beyond ±2⁵³")
    whole = array.astype(np.int64) if array.dtype.kind in "biu" else array.astype(np.float64)
    return Given(tuple(whole.shape), tuple(whole.ravel().tolist()))


def _npy(path: Path, name: str) -> Given:
    import numpy as np

    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError):
        raise DataFileError(f"'{name}' is no .npy file of plain numbers", "write it with numpy.save") from None
    _limited(array.size, name)
    return _from_array(array, name)


def _csv(path: Path, name: str) -> Given:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[_number(cell, name, k) for cell in row] for k, row in enumerate(csv.reader(file), 1) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataFileError(f"'{name}' is no CSV file: {error}") from None
    if not rows:
        raise DataFileError(f"'{name}' is empty")
    odd = next((k for k, row in enumerate(rows) if len(row) != len(rows[0])), None)
    if odd is not None:
        raise DataFileError(f"'{name}': row {odd + 1} is {len(rows[odd])} long, the first one {len(rows[0])}")
    _limited(len(rows) * len(rows[0]), name)
    return Given((len(rows), len(rows[0])), tuple(cell for row in rows for cell in row))


def _number(cell: str, name: str, row: int) -> Number:
    from conv_anim.spec.document import scalar

    value = scalar(cell.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        raise DataFileError(f"'{name}': '{cell.strip()[:40]}' in row {row} is no number that can be drawn")
    return value


def _png(path: Path, name: str) -> Given:
    """Grey values as (rows, columns), colours as (3, rows, columns), from 0 to 255."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=["PNG"]) as image:
                _limited(image.width * image.height, name)
                grey = image.mode in {"1", "L", "LA", "I", "I;16", "F"}
                pixels = np.asarray(
                    image if image.mode in {"I", "I;16", "F"} else image.convert("L" if grey else "RGB")
                )
    except (UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise DataFileError(f"'{name}' is no PNG that can be read") from None
    except Image.DecompressionBombWarning:
        raise DataFileError(f"'{name}' is too large a picture", "a smaller input shows the same") from None
    return _from_array(pixels if grey else np.moveaxis(pixels, -1, 0), name)


READERS: dict[str, Callable[[Path, str], Given]] = {".npy": _npy, ".csv": _csv, ".png": _png}
