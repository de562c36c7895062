"""All the stages in a row: a spec's text to a spec, a spec to a trace, a scene, frames, and a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import inputs
from conv_anim.diagnostics import Code, Problem, Source, SpecError, listed
from conv_anim.spec import document, reader
from conv_anim.spec.looks import FORMATS
from conv_anim.spec.model import Undrawn
from conv_anim.spec.nodes import Entries, Items, Scalar, from_python, overridden
from conv_anim.spec.views import animates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from os import PathLike

    from conv_anim.painting.fonts import GlyphError
    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.model import Spec
    from conv_anim.spec.nodes import Node

HELD = 256
"""So many frames are held at once; those of a longer animation are made twice."""
SAMPLES = 5
"""So many frames say which colours an animation needs beside its flat ones."""
ALL_FORMATS = (*FORMATS.values(), "frames")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A spec with the tree that it was read from."""

    spec: Spec
    root: Node


def load(source: str | PathLike[str] | Mapping[str, Any], *, changes: Iterable[str] = ()) -> Spec:
    """The spec in a file, or in a mapping made in Python, whose ``file:`` names are relative to the current folder.

    ``changes`` are like ``layer.stride=2``. Raises SpecError, which holds all problems.
    """
    return loaded(source, changes=changes).spec


def loaded(source: str | PathLike[str] | Mapping[str, Any] | Source, *, changes: Iterable[str] = ()) -> Loaded:
    """As `load`, with the tree; a ``Source`` is text that is read already."""
    match source:
        case Source():
            root, files = document.parsed(source), inputs.Folder(Path())
        case str() | Path():
            path = Path(source)
            root, files = document.parsed(inputs.source(path)), inputs.Folder(path.parent)
        case _ if hasattr(source, "__fspath__"):
            return loaded(Path(source), changes=changes)
        case _:
            root, files = from_python(dict(source)), inputs.Folder(Path())
    return _changed(root, changes, files)


def _changed(root: Node, changes: Iterable[str], files: Files) -> Loaded:
    root = overridden(root, dict(map(change, changes)))
    return Loaded(reader.spec(root, files), root)


def change(text: str) -> tuple[tuple[str, ...], Node]:
    """A place and what to put there, from ``layer.stride=2``. Raises SpecError."""
    key, equals, value = text.partition("=")
    place = tuple(part.strip() for part in key.replace("[", ".").replace("]", "").split("."))
    if not equals or not all(place):
        hint = "KEY=VALUE, as in layer.stride=2 or layers.0.kernel_size=5"
        raise SpecError([Problem(Code.OVERRIDE, f"'{text}' does not say what to set", hint=hint)])
    value = value.strip() or "null"
    if value.startswith("#"):  # a colour; to YAML it would be a comment
        value = f"'{value}'"
    return place, document.parsed(Source(f"--set {key.strip()}", value), ".".join(place))


# from a spec to a picture


def drawable(loaded: Loaded) -> Loaded:
    """The same. Raises SpecError if no view can show it."""
    if isinstance(loaded.spec.view, Undrawn):
        where = loaded.root.get("layers") or loaded.root.get("layer") if isinstance(loaded.root, Entries) else None
        raise _undrawn(loaded.spec.view, where or loaded.root)
    return loaded


def _undrawn(view: Undrawn, node: Node | None = None) -> SpecError:
    hint = "conv-anim explain and conv-anim trace work without a picture"
    place = ("", None) if node is None else (node.path, node.span)
    return SpecError([Problem(Code.VIEW, view.why, *place, hint)])


def scene(spec: Spec) -> Scene:
    """The picture of a spec. Raises SpecError if no view can show it, or no font has a character of its texts."""
    from conv_anim.painting.fonts import DejaVu, GlyphError
    from conv_anim.scene import figure
    from conv_anim.tracing.trace import trace

    if isinstance(spec.view, Undrawn):
        raise _undrawn(spec.view)
    try:
        return figure.scene(trace(spec), DejaVu())
    except GlyphError as error:
        missing = dict.fromkeys((error, *_missing(spec)))
        raise SpecError(Problem(Code.GLYPH, str(e), e.character, hint=_glyph_hint(e)) for e in missing) from None
    except figure.TooNarrowError as error:
        hint = f"size: {{width: {error.narrowest}}} or more, or a smaller input"
        raise SpecError([Problem(Code.OUT_OF_RANGE, str(error), "size.width", hint=hint)]) from None


def _missing(spec: Spec) -> Iterator[GlyphError]:
    """All characters of a spec's own words that no font has."""
    from conv_anim.painting.fonts import DejaVu, GlyphError

    named = () if spec.labels is None else (spec.labels.input, spec.labels.kernel, spec.labels.output)
    words = [said for said in (*named, spec.formula, spec.caption) if isinstance(said, str)]
    for character in dict.fromkeys("".join(words)):
        try:
            DejaVu().width(character, size=1.0)
        except GlyphError as error:
            yield error


def _glyph_hint(error: GlyphError) -> str:
    """How to get a font, or around it."""
    if not error.chinese:
        return "use other characters"
    return "install Noto Sans TC (apt install fonts-noto-cjk, or from fonts.google.com), or use other words"


def located(error: SpecError, root: Node) -> SpecError:
    """The same error, at the place in the tree that it is about."""
    return SpecError(_located(problem, root) for problem in error.problems)


def _located(problem: Problem, root: Node) -> Problem:
    match problem.code:
        case Code.GLYPH:
            return _at_character(problem, root)
        case Code.OUT_OF_RANGE:
            where = next((node for node in _scalars(root) if node.path == problem.path), None)
            return problem if where is None else replace(problem, span=where.span)
        case _:
            return problem


def _at_character(problem: Problem, root: Node) -> Problem:
    drawn = (node for node in _scalars(root) if node.path != "title")
    where = next((node for node in drawn if problem.path in node.text), None)
    if where is None:
        return problem
    return Problem(problem.code, problem.message, where.path, where.span, problem.hint)


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Items():
            for item in node.items:
                yield from _scalars(item)
        case Entries():
            for _, value in node.entries:
                yield from _scalars(value)


def render(spec: Spec, path: str | PathLike[str], *, step: int | None = None) -> Path:
    """Draw a spec into a file; its suffix says the format: ``.gif`` or ``.png``.

    A PNG shows one step: the last, or ``step``, counted from 0. Raises SpecError, and OSError where it cannot write.
    """
    from conv_anim.export import files

    path = Path(path)
    files.write(path, encoded(scene(spec), format_of(path), step=step))
    return path


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for. Raises SpecError."""
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        what = f"no format is known by the name of '{path.name}'"
        raise SpecError([Problem(Code.FORMAT, what, hint=f"use {listed(list(FORMATS))}")])
    return found


def default_formats(spec: Spec) -> tuple[str, ...]:
    """What is drawn of a spec that names no files: an animation if it has more than one step."""
    from math import prod

    ends = spec.layers[-1].ends
    moves = animates(spec.view) and prod(ends.out_size) * ends.out_channels > 1
    return ("gif",) if moves else ("png",)


def pictures(spec: Spec, format_: str, name: str, *, step: int | None = None) -> list[tuple[str, bytes]]:
    """File names, made from ``name`` without a suffix, and their contents; ``frames`` makes many, else there is one."""
    if format_ == "frames":
        return _numbered(scene(spec), name, step)
    return [(f"{name}.{format_}", encoded(scene(spec), format_, step=step))]


def _numbered(drawn: Scene, name: str, step: int | None) -> list[tuple[str, bytes]]:
    from conv_anim.export import png
    from conv_anim.painting.agg import frames

    steps = range(len(drawn.rests)) if step is None else [step]
    digits = len(str(len(drawn.rests) - 1))
    painted = zip(steps, frames(drawn, [_frame(drawn, k) for k in steps]), strict=True)
    return [
        (f"{name}-{k:0{digits}}.png", png.encode(pixels, title=drawn.title, description=drawn.description))
        for k, pixels in painted
    ]


def encoded(drawn: Scene, format_: str, *, step: int | None = None) -> bytes:
    """A scene as a file of a format; with ``step`` a still of that step. Raises SpecError if there is none."""
    if format_ == "gif":
        return _gif(drawn, None if step is None else _frame(drawn, step))
    from conv_anim.export import png
    from conv_anim.painting.agg import frames

    wanted = len(drawn.frames) - 1 if step is None else _frame(drawn, step)
    (pixels,) = frames(drawn, [wanted])
    return png.encode(pixels, title=drawn.title, description=drawn.description)


def _frame(drawn: Scene, step: int) -> int:
    """The frame of a step."""
    count = len(drawn.rests)
    if 0 <= step < count:
        return drawn.rests[step]
    what = f"there is no step {step}: this figure has {count}"
    raise SpecError([Problem(Code.STEP, what, hint=f"steps are counted from 0 to {count - 1}")])


def _gif(drawn: Scene, step: int | None) -> bytes:
    from conv_anim.export import gif
    from conv_anim.export.palette import palette
    from conv_anim.painting.agg import Painter, flat_colors

    shown = range(len(drawn.frames)) if step is None else range(step, step + 1)
    frames = [drawn.frames[k] for k in range(shown.stop)] if shown.stop <= HELD else drawn.frames
    flat = {drawn.background} | flat_colors(drawn.still)
    for k in range(shown.stop):
        frame = frames[k]
        flat |= flat_colors((*frame.kept, *frame.shown))
    painter = Painter(drawn)
    samples = [frames[k] for k in sorted({shown[n * (len(shown) - 1) // (SAMPLES - 1)] for n in range(SAMPLES)})]
    colors = palette(painter.frames(samples, range(len(samples))), flat)
    timed = ((pixels, drawn.time(k)) for k, pixels in zip(shown, painter.frames(frames, shown), strict=True))
    return gif.encode(timed, palette=colors, loop=drawn.loop, comment=drawn.description)
