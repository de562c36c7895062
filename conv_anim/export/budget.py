"""What a picture will take, before it is painted: frames, pixels, work and memory, from the scene's numbers alone.

Memory is an upper bound, measured on figures of all sizes; a process without any figure takes ``BASE``.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import NOWHERE, Asked, exceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.formats import Format

BASE = 100_000_000
"""Bytes of the program and the libraries that paint."""
SMALLER = "make the figure smaller with 'size', or a smaller input"


def made(drawn: Scene, count: int, limits: Limits) -> Asked:
    """How many frames are made: all of them up to the last one that is drawn."""
    fewer = ceil(count / limits.steps)
    between = " and frames between them" if drawn.between else ""
    what = f"this figure goes through {count:,} steps{between}"
    return Asked("steps", count, what, f"draw one step of {fewer} with 'every' in 'animation', or a smaller input")


def check(
    drawn: Scene, format_: Format, limits: Limits, *, frames: int | None = None, also: Asked | None = None
) -> None:
    """Raise SpecError if a scene takes more than is allowed to become a file: with all limits that it passes.

    ``frames`` are painted, or all; ``also`` is further work that is requested.
    """
    pixels, count = drawn.width * drawn.height, _painted(drawn, format_, frames)
    found = [] if also is None else [also]
    if format_.cost.pixel:
        what = f"this picture is {drawn.width:,} x {drawn.height:,} pixels, {pixels:,} of them"
        found.append(Asked("pixels", pixels, what, SMALLER))
        what = f"{count:,} frames of {pixels:,} pixels are {count * pixels:,} operations"
        found.append(Asked("work", count * pixels, what, f"{SMALLER}, or fewer steps"))
    takes = needed(drawn, format_, frames=frames)
    what = f"to make this {format_.name} takes about {takes:,} bytes of memory"
    found.append(Asked("memory", takes, what, f"{SMALLER}, fewer steps, or another format"))
    problems = [*exceeded(((asked, NOWHERE) for asked in found), limits), *_sides(drawn, format_)]
    if problems:
        raise SpecError(problems)


def needed(drawn: Scene, format_: Format, *, frames: int | None = None) -> int:
    """Bytes that it takes to paint a scene and to make a file of it."""
    cost, pixels = format_.cost, drawn.width * drawn.height
    return BASE + cost.pixel * pixels + _painted(drawn, format_, frames) * (cost.every_pixel * pixels + cost.frame)


def _painted(drawn: Scene, format_: Format, frames: int | None) -> int:
    """How many frames a format holds."""
    if not format_.all_frames:
        return 1
    return len(drawn.frames) if frames is None else frames


def _sides(drawn: Scene, format_: Format) -> Iterator[Problem]:
    """A picture with sides that are too long for its format."""
    longer, longest = max(drawn.width, drawn.height), format_.cost.longest
    if longest is not None and longer > longest:
        size = f"{drawn.width:,} x {drawn.height:,}"
        what = f"this picture is {size} pixels, and a {format_.name} has at most {longest:,} along an edge"
        yield Problem(Code.FORMAT, what, hint=f"{SMALLER}, or svg; no option raises this")
