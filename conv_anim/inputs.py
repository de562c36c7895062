"""Reading: the text of a spec, and the data files that it names. A fault becomes a problem that says the way out."""

from __future__ import annotations

import codecs
import csv
import warnings
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

from conv_anim import faults, opening
from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError, listed, nearest
from conv_anim.limits import USUAL, Asked, Place
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Number

NUMBER = 64
"""Bytes of memory for each number of a data file, while it is read."""
WRITTEN = 50
"""Bytes of memory for each byte of numbers written as text."""
FINITE = "numpy.nan_to_num makes finite ones of them"
SMALLER = "a smaller input shows the same"
COMMAS = "a row of numbers on each line, with commas between them"


def problem(code: Code, message: str, name: str, hint: str | None = None) -> SpecError:
    """An error about a whole file."""
    return SpecError([Problem(code, message, hint=hint, file=name)])


def source(path: Path, limits: Limits = USUAL, *, pipes: bool = False) -> Source:
    """A spec's text; with ``pipes`` it may come from a pipe, as from one that the user names. Raises SpecError."""
    try:
        with opening.opened(path, pipes=pipes) as file:
            return decoded(file, str(path), limits)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> SpecError:
    if isinstance(error, FileNotFoundError):
        return problem(
            Code.UNREADABLE, "there is no such file", str(path), "see 'conv-anim templates' for specs to begin with"
        )
    if isinstance(error, IsADirectoryError):
        return problem(Code.UNREADABLE, "this is a folder, not a spec", str(path))
    if isinstance(error, opening.NoFileError):
        return problem(Code.UNREADABLE, f"this is {error.kind}, not a file", str(path), "name the spec's file")
    return problem(Code.UNREADABLE, f"cannot be read: {error.strerror or error}", str(path), faults.way(error))


KINDS = {
    b"GIF8": "a GIF", b"\x89PNG": "a PNG", b"\xff\xd8\xff": "a JPEG", b"%PDF": "a PDF", b"PK\x03\x04": "a ZIP archive",
    b"\x93NUMPY": "a .npy file", b"\x1f\x8b": "a gzip archive", b"RIFF": "a WebP", b"\x7fELF": "a program",
}  # fmt: skip
"""What begins like this is no text."""


def _no_text(data: bytes) -> str | None:
    """What a file is that is no text in an encoding known here."""
    kind = next((kind for start, kind in KINDS.items() if data.startswith(start)), None)
    if kind is not None:
        return f"this is {kind}, not a spec"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "this is UTF-32"
    return "this is UTF-16 without the mark at its beginning" if data[:2].count(0) == 1 and len(data) > 1 else None


def decoded(file: BinaryIO, name: str, limits: Limits = USUAL) -> Source:
    """The text of an open file: UTF-8, or UTF-16 that says so in its first bytes."""
    data = opening.taken(file, limits.file_size + 1)
    what, way = f"this file has {len(data):,} bytes or more", "keep large arrays in a .npy file"
    Asked("file_size", len(data), what, way, whole=False).check(limits, Place(file=name))
    other = _no_text(data)
    if other is not None:
        hint = "save the file as UTF-8" if "UTF" in other else "name the .yaml file that it belongs to"
        raise problem(Code.ENCODING, other, name, hint)
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return Source(name, data.decode(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        what = f"byte 0x{data[error.start]:02x} is not {error.encoding.upper()}"
        span = Span.at(Source(name, data.decode(encoding, "replace")), len(before))
        raise SpecError([Problem(Code.ENCODING, what, span=span, hint="save the file as UTF-8")]) from None


@dataclass(frozen=True, slots=True)
class Folder:
    """Reads the data files of a spec, whose names are relative to its folder; they lie in it or below it.

    ``within`` is a folder around it that the command line names, in which they may lie as well.
    """

    root: Path
    limits: Limits = USUAL
    within: Path | None = None

    def __call__(self, name: str) -> Given:
        """The numbers of a file. Raises DataFileError."""
        path = self._inside(name)
        read = READERS.get(path.suffix.lower())
        if read is None:
            known = f"known are {listed(list(READERS), last='and')}"
            raise DataFileError(f"'{name}' is of no known kind", CONVERTED.get(path.suffix.lower(), known))
        try:
            faults.check_room()
            with opening.opened(path) as file:
                return read(file, name, self.limits)
        except FileNotFoundError:
            raise DataFileError(f"there is no file '{name}'", _looked_for(path, name)) from None
        except (opening.NoFileError, IsADirectoryError) as error:
            kind = error.kind if isinstance(error, opening.NoFileError) else "a folder"
            raise DataFileError(f"'{name}' is {kind}, not a file", "name a .npy, .csv or .png file") from None
        except OSError as error:
            what = f"'{name}' cannot be read: {error.strerror or error}"
            raise DataFileError(what, faults.way(error, "it may be cut off, or not be yours to read")) from None

    def _inside(self, name: str) -> Path:
        """Where a file really lies, links followed."""
        try:
            path = (self.root.resolve() / name).resolve()
        except (OSError, RuntimeError, ValueError):
            raise DataFileError(f"'{name}' leads nowhere", "name a .npy, .csv or .png file beside the spec") from None
        if not self.limits.outside and not is_within(path, self.within or self.root):
            hint = "copy it beside the spec; --allow-outside reads it all the same"
            raise DataFileError(f"'{name}' lies outside the spec's folder", hint)
        return path


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder or below it, links followed; what is not there yet counts as plain."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except FileNotFoundError:  # the current folder is gone: no path leads anywhere, as reading and writing will tell
        return True
    except (OSError, RuntimeError):
        return False


CONVERTED = {
    ".npz": "it may hold several arrays: write one with numpy.save",
    ".jpg": "convert it to .png: a JPEG's numbers are not what they were",
    ".jpeg": "convert it to .png: a JPEG's numbers are not what they were",
    ".xlsx": "save the sheet as .csv",
    ".txt": "save it as .csv, with commas between the numbers",
    ".tsv": "save it as .csv, with commas between the numbers",
    ".pt": "write the array with numpy.save(NAME, tensor.numpy())",
}
"""The way from kinds of files that are not read."""


def _looked_for(path: Path, name: str) -> str:
    """A hint for a file that is not there."""
    if "://" in name:
        return "nothing is fetched: download it beside the spec"
    try:
        near = nearest(path.name, [other.name for other in path.parent.iterdir() if other.suffix.lower() in READERS])
    except OSError:
        near = None
    relative = "the name is relative to the spec"
    return relative if near is None else f"did you mean '{name.removesuffix(path.name)}{near}'? {relative}"


def _limited(cells: int, name: str, limits: Limits) -> None:
    """Raise DataFileError for more numbers than are allowed."""
    needed = f"to read '{name}' takes about {NUMBER * cells:,} bytes of memory"
    for asked in (
        Asked("cells", cells, f"'{name}' has {cells:,} numbers", SMALLER),
        Asked("memory", NUMBER * cells, needed, SMALLER),
    ):
        if asked.problem(limits) is not None:
            raise DataFileError(asked.what, asked=asked)


def _from_array(array: Any, name: str) -> Given:
    import numpy as np

    if array.size == 0 or array.dtype.kind not in "biuf":
        raise _undrawable(array.dtype, array.shape, name)
    with np.errstate(over="ignore"):
        drawable = np.isfinite(array).all() and np.abs(array.astype(float)).max() < 2**53
    if not drawable:
        raise DataFileError(
            f"'{name}' holds numbers that cannot be drawn: infinite, not a number, or beyond ±2⁵³", FINITE
        )
    whole = array.astype(np.int64) if array.dtype.kind in "biu" else array.astype(np.float64)
    return Given(tuple(whole.shape), tuple(whole.ravel().tolist()))


def _undrawable(kind: Any, shape: tuple[int, ...], name: str) -> DataFileError:
    size = "x".join(map(str, shape)) or "one value"
    hint = "whole and real numbers can be drawn"
    return DataFileError(f"'{name}' holds {kind} in the shape {size}, and no number that can be drawn", hint)


def _npy(file: BinaryIO, name: str, limits: Limits) -> Given:
    """Read, not mapped: a file that shrinks while it is mapped kills the process."""
    import numpy as np

    shape, by_columns, kind = _npy_header(file, name)
    count = prod(shape)
    _limited(count, name, limits)
    if kind.kind not in "biuf":
        raise _undrawable(kind, shape, name)
    if opening.size(file) - file.tell() < count * kind.itemsize:
        raise _broken(name)
    data = opening.taken(file, count * kind.itemsize)
    if len(data) < count * kind.itemsize:  # it became shorter meanwhile
        raise _broken(name)
    return _from_array(np.frombuffer(data, kind).reshape(shape, order="F" if by_columns else "C"), name)


def _npy_header(file: BinaryIO, name: str) -> tuple[tuple[int, ...], bool, Any]:
    """Shape, whether it is stored by columns, and type. Raises DataFileError."""
    from tokenize import TokenError

    from numpy.lib import format as npy

    broken = (ValueError, TypeError, OverflowError, EOFError, SyntaxError, TokenError, RecursionError, MemoryError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that Python 2 wrote
            version = npy.read_magic(file)
            if version not in {(1, 0), (2, 0), (3, 0)}:
                raise ValueError(version)
            # The third version is the second one in UTF-8, which only names of fields take.
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_columns, kind = read(file)
    except broken:
        raise _broken(name) from None
    if kind.hasobject or min(shape, default=0) < 0:
        raise _broken(name)
    return shape, by_columns, kind


def _broken(name: str) -> DataFileError:
    what = f"'{name}' is no whole .npy file of plain numbers"
    return DataFileError(what, "write the array with numpy.save, without objects in it")


def _csv(file: BinaryIO, name: str, limits: Limits) -> Given:
    most = limits.memory // WRITTEN
    size = opening.size(file)
    data = opening.taken(file, most + 1) if size <= most else b""
    size = max(size, len(data))  # of a file of the system, or one that grows, what it says is too little
    asked = Asked("memory", WRITTEN * size, f"to read '{name}' takes about {WRITTEN * size:,} bytes of memory", SMALLER)
    if asked.problem(limits) is not None:
        raise DataFileError(asked.what, asked=asked)
    try:
        with TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline="") as text:
            rows = [[_number(cell, name, k) for cell in row] for k, row in enumerate(csv.reader(text), 1) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        what = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise DataFileError(f"'{name}' is no CSV file: {what}", "save it as CSV in UTF-8") from None
    if not rows:
        raise DataFileError(f"'{name}' is empty", COMMAS)
    odd = next((k for k, row in enumerate(rows) if len(row) != len(rows[0])), None)
    if odd is not None:
        raise DataFileError(f"'{name}': row {odd + 1} is {len(rows[odd])} long, the first one {len(rows[0])}", COMMAS)
    _limited(len(rows) * len(rows[0]), name, limits)
    return Given((len(rows), len(rows[0])), tuple(cell for row in rows for cell in row))


def _number(cell: str, name: str, row: int) -> Number:
    from conv_anim.spec.document import scalar

    value = scalar(cell.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        raise DataFileError(f"'{name}': '{cell.strip()[:40]}' in row {row} is no number that can be drawn", COMMAS)
    return value


def _png(file: BinaryIO, name: str, limits: Limits) -> Given:
    """Grey values as (rows, columns), colours as (3, rows, columns), from 0 to 255."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=["PNG"]) as image:
                grey = image.mode in {"1", "L", "LA", "I", "I;16", "F"}
                _limited(image.width * image.height * (1 if grey else 3), name, limits)
                pixels = np.asarray(
                    image if image.mode in {"I", "I;16", "F"} else image.convert("L" if grey else "RGB")
                )
    except (UnidentifiedImageError, SyntaxError, ValueError):
        raise DataFileError(f"'{name}' is no PNG that can be read", "convert the picture to PNG anew") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataFileError(f"'{name}' is too large a picture", "a smaller input shows the same") from None
    return _from_array(pixels if grey else np.moveaxis(pixels, -1, 0), name)


READERS: dict[str, Callable[[BinaryIO, str, Limits], Given]] = {".npy": _npy, ".csv": _csv, ".png": _png}
