"""What changes from frame to frame of a scene, for formats in which a frame is laid over the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.painting.agg import changing, frames, seen_through
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.painting.agg import Part
    from conv_anim.scene.primitives import Scene

    Pixels = NDArray[np.uint8]
    Colors = NDArray[np.uint32]

EVEN = 2
"""Rectangles begin at multiples of this: WebP has no other places."""


@dataclass(frozen=True, slots=True)
class Change:
    """The rectangle that a frame changes, RGBA (height, width, 4), where it goes, and how long it is shown, in ms.

    Unless one sees through the scene's ground, pixels that do not change are clear; else the rectangle takes the place
    of what was there.
    """

    x: int
    y: int
    pixels: Pixels
    time: int
    first: bool = False


def changes(drawn: Scene) -> Iterator[Change]:
    """All of the first frame, and of each other one what changes; frames that look the same are shown for longer.

    Two frames are held at a time, however many there are.
    """
    seen: Colors | None = None
    pending: Change | None = None
    for k, (pixels, part) in enumerate(changing(drawn)):
        colors, time = seen_through(pixels, drawn).view(np.uint32)[..., 0], drawn.time(k)
        if seen is None or pending is None:
            seen = colors.copy()
            pending = Change(0, 0, colors.copy()[..., None].view(np.uint8), time, first=True)
            continue
        found = bounds(colors[part] != seen[part], part)
        if found is None:
            pending = replace(pending, time=pending.time + time)
            continue
        yield pending
        box = (widened(found[0]), widened(found[1]))
        new, old = colors[box], seen[box]
        shown = new.copy() if drawn.transparent else np.where(new == old, np.uint32(0), new)
        old[:] = new
        pending = Change(box[1].start, box[0].start, shown[..., None].view(np.uint8), time)
    if pending is not None:
        yield pending


def bounds(changed: NDArray[np.bool_], part: Part) -> Part | None:
    """The rows and columns that hold all that is marked in a part; None if nothing is."""
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) + part[1 - axis].start for axis in (1, 0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def widened(side: slice) -> slice:
    """From an even place on."""
    return slice(side.start // EVEN * EVEN, side.stop)


def timed(drawn: Scene) -> Iterator[tuple[Pixels, int]]:
    """Whole frames, RGBA (height, width, 4), and milliseconds; those that look the same are one, shown for longer."""
    seen, time = None, 0
    for k, pixels in enumerate(seen_through(each, drawn) for each in frames(drawn)):
        if seen is not None and not np.array_equal(pixels, seen):
            yield seen, time
            seen, time = None, 0
        seen = pixels.copy() if seen is None else seen
        time += drawn.time(k)
    if seen is not None:
        yield seen, time
