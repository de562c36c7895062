"""The frames of a scene with their times, for formats that take whole pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.painting.agg import frames, seen_through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Scene

    Pixels = NDArray[np.uint8]


def timed(drawn: Scene) -> Iterator[tuple[Pixels, int]]:
    """RGBA (height, width, 4) and milliseconds; frames that look the same become one that is shown longer."""
    seen, time = None, 0
    for k, pixels in enumerate(seen_through(each, drawn) for each in frames(drawn)):
        if seen is not None and not np.array_equal(pixels, seen):
            yield seen, time
            seen, time = None, 0
        seen = pixels.copy() if seen is None else seen
        time += drawn.time(k)
    if seen is not None:
        yield seen, time
