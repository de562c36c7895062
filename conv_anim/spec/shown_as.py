"""What an op can be shown as besides a sliding window: what views ask for, never which op it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from conv_anim.spec.model import Size
    from conv_anim.tracing.operators import Operator


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Numbers read in between cells; ``ratio`` is how far apart, in input cells, the outputs are read on each axis."""

    mode: Literal["nearest", "linear", "cubic"]
    align_corners: bool
    ratio: tuple[float, ...]
    in_size: Size

    def at(self, a: int, o: int) -> float:
        """Where the o-th output of an axis is read: 0 is the middle of the first input cell."""
        at = o * self.ratio[a] if self.align_corners else (o + 0.5) * self.ratio[a] - 0.5
        return min(max(at, 0.0), self.in_size[a] - 1.0) if self.mode == "linear" else at


class Woven(NamedTuple):
    """Channels laid out as the pixels of a larger map, ``factor`` times as wide and high, or taken out of it again."""

    factor: int
    out: bool
    """Whether the large map is the output."""


class Columns(NamedTuple):
    """Windows as the columns of a matrix: its rows are the cells of all channels' windows."""

    window: Operator
    """Over the map that the windows are of."""
    made: bool
    """Whether the matrix is the output, else the input."""
