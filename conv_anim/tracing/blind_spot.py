"""What masked convolutions hide together: earlier cells within reach that no way through the layers leads to."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.op import Op
    from conv_anim.tracing.operators import Operator

    Offsets = frozenset[tuple[int, ...]]

MOST = 100_000
"""Pairs of cells that are looked at."""


class BlindSpot(NamedTuple):
    """Of the cells before an output's own, in reading order and as far as its window reaches, those never seen."""

    cells: tuple[tuple[int, ...], ...]
    """The cells that are never seen, from the output's own cell."""
    earlier: int

    @property
    def hidden(self) -> int:
        """How many are never seen."""
        return len(self.cells)


def blind_spot(layers: Sequence[Op]) -> BlindSpot | None:
    """Of layers that are each fed by the one before.

    None without a mask, along one axis, where a stride or another kind of op stands between, or if there are too many
    cells (van den Oord et al., Conditional Image Generation with PixelCNN Decoders, 2016).
    """
    windows = [op.window for op in layers if not op.stays]
    known = [window for window in windows if window is not None and _plain(window)]
    if len(known) < len(windows) or not any(window.left_out for window in known) or len(known[0].axes) == 1:
        return None
    seen: Offsets = frozenset({(0,) * len(known[0].axes)})
    for window in known:
        steps = _offsets(window)
        if len(seen) * len(steps) > MOST:
            return None
        seen = frozenset(tuple(map(sum, zip(a, b, strict=True))) for a, b in product(seen, steps))
    reach = [max(abs(cell[a]) for cell in seen) for a in range(len(known[0].axes))]
    own = (0,) * len(reach)
    earlier = [cell for cell in product(*(range(-r, r + 1) for r in reach)) if cell < own]
    return BlindSpot(tuple(cell for cell in earlier if cell not in seen), len(earlier))


def _plain(window: Operator) -> bool:
    return not window.transposed and all(axis.stride == 1 for axis in window.axes)


def _offsets(window: Operator) -> Offsets:
    """The offsets of the cells that count, from the middle of the window."""
    cells = (cell for cell in product(*map(range, window.kernel_size)) if cell not in window.left_out)
    return frozenset(
        tuple((t - axis.kernel // 2) * axis.dilation for t, axis in zip(cell, window.axes, strict=True))
        for cell in cells
    )
