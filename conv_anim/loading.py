"""From a spec's text, or a mapping, to the spec, with the tree that it was read from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import inputs
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import document, overrides, reader, source_map
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.nodes import from_python
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.model import Given, Spec
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.overrides import Option


@dataclass(frozen=True, slots=True)
class Loaded:
    """A spec with the tree that it was read from."""

    spec: Spec
    root: Node


def load(
    source: str | PathLike[str] | Mapping[str, Any], *, changes: Iterable[str] = (), limits: Limits | None = None
) -> Spec:
    """The spec in a file, or in a mapping made in Python, whose ``file:`` names are relative to the current folder.

    ``changes`` are like ``layer.stride=2``; ``limits`` say how large it may be. Raises SpecError, which holds all
    problems.
    """
    return loaded(source, changes=changes, limits=limits or USUAL, pipes=True).spec


def loaded(
    source: str | PathLike[str] | Mapping[str, Any] | Source,
    *,
    changes: Iterable[str | Option] = (),
    files: Files | None = None,
    limits: Limits = USUAL,
    pipes: bool = False,
) -> Loaded:
    """As `load`, with the tree; a ``Source`` is text that is read already. ``files`` reads the data files.

    ``pipes`` says whether the spec may come from a pipe, as from one that the user names.
    """
    folder = Path()
    itself: tuple[Path, ...] = ()
    match source:
        case Source():
            root = document.parsed(source, limits=limits)
        case str() | Path():
            path = Path(source)
            text = inputs.source(path, limits, pipes=pipes)
            root, folder, itself = document.parsed(text, limits=limits), path.parent, (path,)
        case _ if hasattr(source, "__fspath__"):
            return loaded(Path(source), changes=changes, files=files, limits=limits, pipes=pipes)
        case _:
            root = from_python(dict(source), limits=limits)
    return changed(root, changes, files or inputs.Folder(folder, limits), limits=limits, read=itself)


def changed(
    root: Node, changes: Iterable[str | Option], files: Files, *, limits: Limits = USUAL, read: Iterable[Path] = ()
) -> Loaded:
    """What a tree describes, with changes; ``read`` are the files that it came from. Raises SpecError."""
    root = overrides.changed(root, changes, limits)
    found = list(read)

    def noting(name: str) -> Given:
        given = files(name)
        found.extend([] if given.file is None else [given.file])
        return given

    made = reader.spec(root, noting, limits)
    if made.theme.font is not None:
        made = _with_font(made, made.theme.font, files, root)
        found.extend(map(Path, made.theme.font_files))
    return Loaded(replace(made, files=tuple(_from_the_root(path) for path in dict.fromkeys(found))), root)


def _with_font(spec: Spec, name: str, files: Files, root: Node) -> Spec:
    """A spec whose font is found. Raises SpecError."""
    from conv_anim.painting.fonts import FontFile

    finds = getattr(files, "font", inputs.Folder(Path()).font)
    try:
        own = tuple(str(_from_the_root(path)) for path in finds(name))
        for path in own:
            FontFile(Path(path))
    except (DataFileError, OSError, RuntimeError) as error:
        what = str(error) if isinstance(error, DataFileError) else f"'{name}' cannot be read as a font"
        hint = error.hint if isinstance(error, DataFileError) else "use a .ttf or .otf file"
        problem = Problem(Code.DATA_FILE, what, "theme.font", hint=hint)
        raise source_map.located(SpecError([problem]), root) from None
    panels = tuple(replace(one, theme=replace(one.theme, font_files=own)) for one in spec.panels)
    return replace(spec, theme=replace(spec.theme, font_files=own), panels=panels)


def _from_the_root(path: Path) -> Path:
    """So that it is the same file when the current folder is another one."""
    try:
        return path.absolute()
    except OSError:  # the current folder is gone
        return path
