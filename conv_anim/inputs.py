"""Reading: the text of a spec, and the data files that it names. A fault becomes a problem that says the way out."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from conv_anim import fatal_errors, opening
from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError, listed, nearest
from conv_anim.limits import USUAL, Asked, Location
from conv_anim.spec.arrays import DataFileError
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Given

SPECS = (".yaml", ".yml")
"""The suffixes of specs."""


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
        hint = similar(path, str(path), SPECS, "see 'conv-anim templates' for specs to begin with")
        return problem(Code.UNREADABLE, "there is no such file", str(path), hint)
    if isinstance(error, IsADirectoryError):
        return problem(Code.UNREADABLE, "this is a folder, not a spec", str(path))
    if isinstance(error, opening.NoFileError):
        return problem(Code.UNREADABLE, f"this is {error.kind}, not a file", str(path), "name the spec's file")
    return problem(Code.UNREADABLE, f"cannot be read: {error.strerror or error}", str(path), fatal_errors.way(error))


KINDS = {
    b"GIF8": "a GIF", b"\x89PNG": "a PNG", b"\xff\xd8\xff": "a JPEG", b"%PDF": "a PDF", b"PK\x03\x04": "a ZIP archive",
    b"\x93NUMPY": "a .npy file", b"\x1f\x8b": "a gzip archive", b"RIFF": "a WebP", b"\x7fELF": "a program",
}  # fmt: skip
"""Beginnings of files that are not text."""


def _no_text(data: bytes) -> str | None:
    """What a file is that is not text in a known encoding."""
    kind = next((kind for start, kind in KINDS.items() if data.startswith(start)), None)
    if kind is not None:
        return f"this is {kind}, not a spec"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "this is UTF-32"
    return "this is UTF-16 without the mark at its beginning" if data[:2].count(0) == 1 and len(data) > 1 else None


def decoded(
    file: BinaryIO, name: str, limits: Limits = USUAL, *, smaller: str = "keep large arrays in a .npy file"
) -> Source:
    """The text of an open file: UTF-8, or UTF-16 that says so in its first bytes.

    ``smaller`` says what to do about a file that is too large. Raises SpecError.
    """
    data = opening.taken(file, limits.file_size + 1)
    what, way = f"this file has {len(data):,} bytes or more", smaller
    Asked("file_size", len(data), what, way, whole=False).check(limits, Location(file=name))
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
        kind = READERS.get(path.suffix.lower())
        if kind is None:
            known = f"known are {listed(list(READERS), last='and')}"
            raise DataFileError(f"'{name}' is not a known kind of file", CONVERTED.get(path.suffix.lower(), known))
        try:
            fatal_errors.check_room()
            with opening.opened(path) as file:
                return replace(_numbers(file, kind, name, self.limits), file=path)
        except FileNotFoundError:
            raise DataFileError(f"there is no file '{name}'", _looked_for(path, name)) from None
        except (opening.NoFileError, IsADirectoryError) as error:
            kind = error.kind if isinstance(error, opening.NoFileError) else "a folder"
            raise DataFileError(f"'{name}' is {kind}, not a file", f"name a {KINDS_OF_DATA} file") from None
        except OSError as error:
            what = f"'{name}' cannot be read: {error.strerror or error}"
            raise DataFileError(what, fatal_errors.way(error, "it may be cut off, or not be yours to read")) from None

    def _inside(self, name: str) -> Path:
        """Where a file really lies, links followed."""
        try:
            path = (self.root.resolve() / name).resolve()
        except (OSError, RuntimeError, ValueError):
            raise DataFileError(f"'{name}' leads nowhere", f"name a {KINDS_OF_DATA} file beside the spec") from None
        if not self.limits.outside and not is_within(path, self.within or self.root):
            hint = "copy it beside the spec; --allow-outside reads it all the same"
            raise DataFileError(f"'{name}' lies outside the spec's folder", hint)
        return path

    def font(self, name: str) -> tuple[Path, Path]:
        """The files of a font, usual and bold: beside the spec, or installed by a name. Raises DataFileError."""
        from conv_anim.painting import folders

        if not name.lower().endswith(folders.SUFFIXES):
            found = folders.by_name(name)
            if found is None:
                near = nearest(name, folders.families())
                meant = "" if near is None else f"did you mean '{near}'? "
                hint = f"{meant}name one that is installed, or a .ttf or .otf file beside the spec"
                raise DataFileError(f"no font '{name}' is installed here", hint)
            return found
        path = self._inside(name)
        if not path.is_file():
            raise DataFileError(f"there is no file '{name}'", "the name is relative to the spec")
        return path, path


class Noting:
    """Reads the data files of specs in a folder, and remembers which, also of those that cannot be read."""

    def __init__(self, folder: Path, limits: Limits = USUAL, within: Path | None = None) -> None:
        self._files = Folder(folder, limits, within)
        self.read: list[Path] = []

    def __call__(self, name: str) -> Given:
        self.read.append(self._files.root / name)
        return self._files(name)

    def font(self, name: str) -> tuple[Path, Path]:
        """As of a folder."""
        found = self._files.font(name)
        self.read.extend(found)
        return found


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder or below it, links followed; what is not there yet counts as plain."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except FileNotFoundError:  # the current folder no longer exists: reading and writing will report it
        return True
    except (OSError, RuntimeError):
        return False


CONVERTED = {
    ".npz": "it may hold several arrays: write one with numpy.save",
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
    return similar(path, name, READERS, "the name is relative to the spec")


def similar(path: Path, name: str, suffixes: Collection[str], else_: str) -> str:
    """A hint for a file that is not there: the one beside its place that was probably meant by ``name``, and more."""
    try:
        beside = [other for other in path.parent.iterdir() if other.suffix.lower() in suffixes and other != path]
    except OSError:
        beside = []
    stems = {other.stem: other.name for other in sorted(beside)}
    near = nearest(path.stem, stems)
    return else_ if near is None else f"did you mean '{name.removesuffix(path.name)}{stems[near]}'? {else_}"


KINDS_OF_DATA = ".npy, .csv, .png or .jpg"
READERS: dict[str, str] = {".npy": "npy", ".csv": "table", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
"""By suffix: the module of `conv_anim.data_files` that reads such files, imported when there is one."""


def _numbers(file: BinaryIO, kind: str, name: str, limits: Limits) -> Given:
    """What an open file holds. Raises DataFileError."""
    from importlib import import_module

    read: Callable[[BinaryIO, str, Limits], Given] = import_module(f"conv_anim.data_files.{kind}").read
    return read(file, name, limits)
