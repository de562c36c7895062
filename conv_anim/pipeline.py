"""All the stages in a row: a spec's text to a spec, a spec to a trace, a scene, frames, and a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import claims, fatal_errors, lettering
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import USUAL
from conv_anim.loading import Loaded, changed, load, loaded
from conv_anim.spec import estimates, formats, source_map
from conv_anim.spec.nodes import Entries, Items
from conv_anim.spec.registry import named
from conv_anim.spec.view_choice import animates
from conv_anim.spec.view_values import Flat, NetworkView, Undrawn
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from conv_anim.limits import Asked, Limits
    from conv_anim.scene.choice import Steps
    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.model import Spec
    from conv_anim.spec.nodes import Node

__all__ = ["Loaded", "changed", "load", "loaded"]
"""The first stage, which is called from here too."""


def drawable(loaded: Loaded, limits: Limits = USUAL) -> Loaded:
    """The same. Raises SpecError if no view can show it, or it takes more than the limits allow."""
    for number, one in enumerate(loaded.spec.figures):
        if isinstance(one.view, Undrawn):
            raise _undrawn(one.view, _layers_of(loaded, number))
    try:
        estimates.drawable(loaded.spec, limits)
    except SpecError as error:
        raise source_map.located(error, loaded.root) from None
    return loaded


def _layers_of(loaded: Loaded, number: int) -> Node:
    """Where the layers of a figure stand: in its panel, or at the top."""
    root = loaded.root
    panels = root.get("panels") if isinstance(root, Entries) else None
    own = panels.items[number] if isinstance(panels, Items) else None
    found = [node.get(name) for node in (own, root) if isinstance(node, Entries) for name in ("layers", "layer")]
    return next((node for node in found if node is not None), root)


def _undrawn(view: Undrawn, node: Node | None = None) -> SpecError:
    hint = "conv-anim explain and conv-anim trace work without a picture"
    hint = f"view: network shows it as a box; {hint}" if view.boxes else hint
    place = ("", None) if node is None else (node.path, node.span)
    return SpecError([Problem(Code.VIEW, view.why, *place, hint)])


def scene(spec: Spec, *, limits: Limits = USUAL) -> Scene:
    """The picture of a spec.

    Raises SpecError if no view can show it, it takes more than the limits allow, or no font has a character of its
    texts.
    """
    fatal_errors.check_room()
    from conv_anim.painting.fonts import GlyphError, Measures
    from conv_anim.scene import figure
    from conv_anim.tracing.trace import Trace, trace

    for one in spec.figures:
        if isinstance(one.view, Undrawn):
            raise _undrawn(one.view)
    estimates.drawable(spec, limits)
    measures = Measures(spec.theme.font_files)
    sized = [isinstance(one.view, NetworkView) for one in spec.figures]  # only sizes are drawn: nothing is computed
    try:
        traces = [
            Trace(one, ()) if only else trace(one, limits=limits) for one, only in zip(spec.figures, sized, strict=True)
        ]
        drawn = figure.scene_of(spec, traces, measures)
        return replace(drawn, insides=_insides(spec, limits)) if sized[0] and not spec.panels else drawn
    except GlyphError as error:
        raise lettering.missing(spec, error) from None
    except figure.TooNarrowError as error:
        hint = f"size: {{width: {error.narrowest}}} or more, or a smaller input"
        raise SpecError([Problem(Code.OUT_OF_RANGE, str(error), "size.width", hint=hint)]) from None


def _insides(spec: Spec, limits: Limits) -> Callable[[], tuple[Scene | None, ...]]:
    """The figures of a network's windows, each as a scene of its own; None for one that is too large."""

    def made(mapping: Mapping[str, Any]) -> Scene | None:
        try:
            return scene(replace(load(mapping, limits=limits), theme=spec.theme), limits=limits)
        except SpecError:
            return None

    def insides() -> tuple[Scene | None, ...]:
        from conv_anim.scene.network.view import inside_of

        return tuple(map(made, inside_of(spec)))

    return insides


def render(spec: Spec, path: str | PathLike[str], *, step: Steps | None = None, limits: Limits | None = None) -> Path:
    """Draw a spec into a file; its suffix says the format, as in ``fig.gif``, ``fig.svg`` or ``fig.storyboard.pdf``.

    ``step`` chooses steps, counted from 0: one (``3``, ``"last"``) makes a still, several (``[0, 4]``, ``"0,4-8"``) are
    the frames, panels or pages. Raises SpecError, also for what takes more than the ``limits`` allow, and OSError where
    it cannot write. Nor is it written over a file that the spec was read from: a SpecError too.
    """
    from conv_anim.export import files

    path, limits = Path(path), limits or USUAL
    claims.check(path, spec.files, "give the picture another name")
    files.write(path, drawn_as(spec, format_of(path), step=step, limits=limits))
    return path


def drawn_as(spec: Spec, format_: str, *, step: Steps | None = None, limits: Limits = USUAL) -> bytes:
    """A spec as a file of a format; a page holds all combinations of its controls. Raises SpecError."""
    if _is_book(spec, format_, step):
        return _page(spec, limits)
    return encoded(scene(spec, limits=limits), format_, step=step, limits=limits)


def _is_book(spec: Spec, format_: str, step: Steps | None) -> bool:
    return format_ == "html" and bool(spec.states) and step is None


def _page(spec: Spec, limits: Limits) -> bytes:
    from conv_anim import pages
    from conv_anim.export import budget, html

    def draw(one: Spec) -> Scene:
        drawn = scene(one, limits=limits)
        budget.check(drawn, formats.of("html"), limits, also=_made(drawn, None, limits))
        return drawn

    return html.encode_states(pages.book(spec, draw))


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for, the longest that is known. Raises SpecError."""
    found = formats.split(path.name)
    if found is None:
        what = f"no format matches the suffix of '{path.name}'"
        raise SpecError([Problem(Code.FORMAT, what, hint=formats.broken(path.name) or f"use {formats.known()}")])
    return found[1]


def default_formats(spec: Spec) -> tuple[str, ...]:
    """What is drawn of a spec that names no files: an animation if it has more than one step."""
    return ("gif",) if any(map(_moves, spec.figures)) else ("png",)


def _moves(spec: Spec) -> bool:
    from math import prod

    made = spec.layers if isinstance(spec.view, Flat) else spec.layers[-1:]
    return animates(spec.view) and any(prod(op.ends.out_size) * op.ends.out_channels > 1 for op in made)


def pictures(
    spec: Spec, format_: str, name: str, *, step: Steps | None = None, limits: Limits = USUAL
) -> list[tuple[str, bytes]]:
    """File names, made from ``name`` without a suffix, and their contents; ``frames`` makes many, else there is one."""
    return pictures_of(spec, scene(spec, limits=limits), format_, name, step=step, limits=limits)


def pictures_of(
    spec: Spec, drawn: Scene, format_: str, name: str, *, step: Steps | None = None, limits: Limits = USUAL
) -> list[tuple[str, bytes]]:
    """The files of a spec whose scene is already made."""
    if format_ == "frames":
        return _numbered(drawn, name, step, limits)
    if _is_book(spec, format_, step):
        return [(f"{name}.{format_}", _page(spec, limits))]
    return [(f"{name}.{format_}", encoded(drawn, format_, step=step, limits=limits))]


def remark(drawn: Scene, format_: str, step: Steps | None) -> str | None:
    """Notes about a figure."""
    said = (left_out(drawn, format_, step), illegible(drawn))
    return "; ".join(filter(None, said)) or None


def illegible(drawn: Scene) -> str | None:
    """A note about a figure that is too narrow for its texts."""
    if drawn.legible is None:
        return None
    way = f"size: {{width: {drawn.legible}}} or more, or a smaller input"
    return f"at {drawn.width} pixels, some text is smaller than can be read; {way}"


def left_out(drawn: Scene, format_: str, step: Steps | None) -> str | None:
    """A note about outputs that an animation does not show."""
    if drawn.left_out is None or step is not None or not _moving(format_):
        return None
    shown, count = drawn.left_out
    return f"{shown:,} of {count:,} outputs are shown; --set animation.every=1 shows all of them"


def _moving(format_: str) -> bool:
    """Whether a format shows every step."""
    return format_.partition(".")[0] in formats.LAYOUTS or formats.of(format_).all_frames


def names(spec: Spec, format_: str, name: str, *, step: Steps | None = None, limits: Limits = USUAL) -> list[str]:
    """What `pictures` calls the files, before any is painted. Raises SpecError where frames cannot be counted."""
    if format_ != "frames":
        return [f"{name}.{format_}"]
    from conv_anim.scene import choice

    drawn = scene(spec, limits=limits)
    _made(drawn, step, limits).check(limits)
    count = len(drawn.rests)
    steps = range(count) if step is None else choice.numbers(step, count)
    return [_frame(name, k, count) for k in steps]


def _frame(name: str, number: int, count: int) -> str:
    return f"{name}-{number:0{len(str(count - 1))}}.png"


def _numbered(drawn: Scene, name: str, step: Steps | None, limits: Limits) -> list[tuple[str, bytes]]:
    from conv_anim.export import budget, png
    from conv_anim.painting.agg import frames, seen_through
    from conv_anim.scene import choice

    count = len(drawn.rests)
    made = _made(drawn, step, limits)
    steps = range(count) if step is None else choice.numbers(step, count)
    budget.check(drawn, formats.FRAMES, limits, frames=len(steps), also=made)
    painted = zip(steps, frames(drawn, [drawn.rests[k] for k in steps]), strict=True)
    return [
        (
            _frame(name, k, count),
            png.encode(seen_through(pixels, drawn), title=drawn.title, description=drawn.description),
        )
        for k, pixels in painted
    ]


def encoded(drawn: Scene, format_: str, *, step: Steps | None = None, limits: Limits = USUAL) -> bytes:
    """A scene as a file of a format, or only the chosen steps of it; one step makes a still.

    Raises SpecError, also for what takes more than the limits allow.
    """
    from conv_anim.export import budget

    layout, record = formats.paged(format_)[0], formats.of(format_)
    made = _made(drawn, step, limits)
    if step is not None:
        drawn = _chosen(drawn, format_, step)
    if layout is not None:
        from conv_anim.scene import storyboard

        made.check(limits)
        drawn = storyboard.page(drawn, strip=layout == "strip", vectors=record.vectors, limits=limits)
    budget.check(drawn, record, limits, also=made)
    return named(record.encodes)(drawn)


def _made(drawn: Scene, step: Steps | None, limits: Limits) -> Asked:
    """How many frames are made, to the last one or to the last one that is chosen."""
    from conv_anim.export import budget
    from conv_anim.scene import choice

    last = len(drawn.frames) - 1 if step is None else drawn.rests[choice.last(step, len(drawn.rests))]
    return budget.made(drawn, last + 1, limits)


def _chosen(drawn: Scene, format_: str, step: Steps) -> Scene:
    from conv_anim.scene import choice

    shows, (layout, _) = formats.of(format_), formats.paged(format_)
    wanted = choice.numbers(step, len(drawn.rests))
    if not shows.all_frames and layout is None and len(wanted) > 1:
        hint = "-f frames makes a picture of each, -f storyboard puts them side by side; or --step with one number"
        raise SpecError([Problem(Code.STEP, f"a {format_} shows one step, not {len(wanted)}", hint=hint)])
    if not shows.stepped:
        what = "a page has every step; none can be chosen for it"
        raise SpecError([Problem(Code.STEP, what, hint="leave out --step, or use another format")])
    return choice.chosen(drawn, wanted)
