"""What an op can be shown as besides a sliding window: what views ask for, never which op it is."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from math import ceil, floor, prod
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from conv_anim.values import dataclass

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
    out_size: Size = ()
    coordinates: Coordinates = "half_pixel"
    rounding: Rounding = "floor"
    """Of a nearest cell."""
    cubic_coeff: float = -0.75
    exclude_outside: bool = False
    """Whether what lies beyond the edge is left out, and the other shares made larger; else the edge is repeated."""

    def at(self, a: int, o: int) -> float:
        """Where the o-th output of an axis is read: 0 is the middle of the first input cell."""
        at = self.place(a, o)
        return min(max(at, 0.0), self.in_size[a] - 1.0) if self.mode == "linear" else at

    def cell(self, a: int, o: int) -> int:
        """The nearest cell to where the o-th output of an axis is read, as the rounding has it.

        Where PyTorch does not read, a place is taken for whole, or for halfway, that is so but for rounding errors.
        """
        at = self.place(a, o)
        if self.coordinates != "asymmetric" or self.rounding != "floor":
            at = round(2 * at) / 2 if abs(round(2 * at) - 2 * at) < NOISE else at
        found = {"floor": floor(at), "ceil": ceil(at), "half_down": ceil(at - 0.5), "half_up": floor(at + 0.5)}
        return min(max(found[self.rounding], 0), self.in_size[a] - 1)

    def place(self, a: int, o: int) -> float:
        """The same, also where that is beyond the edge, whose cell is then read."""
        ratio = self.ratio[a]
        if self.align_corners or self.coordinates == "asymmetric":
            return o * ratio
        at = (o + 0.5) * ratio - 0.5
        if self.coordinates == "half_pixel":
            return at
        return at + self.in_size[a] / 2 * (1 - self.out_size[a] * ratio / self.in_size[a])


NOISE = 1e-9
"""In cells, for the rounding of a place."""
Coordinates: TypeAlias = Literal["half_pixel", "asymmetric", "half_pixel_symmetric"]
Rounding: TypeAlias = Literal["floor", "ceil", "half_down", "half_up"]


class Woven(NamedTuple):
    """Channels laid out as the pixels of a larger map, ``factor`` times as wide and high, or taken out of it again."""

    factor: int
    out: bool
    """Whether the large map is the output."""


@dataclass(frozen=True)
class Sites:
    """The cells that take part in a window over maps: the active ones that it reads, and those that it makes."""

    window: Operator
    read: frozenset[Size]
    made: frozenset[Size]

    @cached_property
    def rulebook(self) -> dict[Size, list[tuple[int, int]]]:
        """For each cell of the window the pairs of active cells that meet there, by their numbers in reading order."""
        reads, makes = ({place: k for k, place in enumerate(sorted(places))} for places in (self.read, self.made))
        found: dict[Size, list[tuple[int, int]]] = {}
        for tap in product(*map(range, self.window.kernel_size)):
            found[tap] = []
            for place, made in makes.items():
                sides = zip(self.window.axes, place, tap, strict=True)
                read = tuple(axis.cell(o, t) - axis.before for axis, o, t in sides)
                if read in reads:
                    found[tap].append((reads[read], made))
        return found


@dataclass(frozen=True, slots=True)
class Attends:
    """Cells of a map that look at others of it, by shares that depend on the numbers.

    ``seen[a][i]`` are the cells along axis ``a`` that the i-th one looks at, in the order of its window; over several
    axes, all that these make together. Channels are dealt out to ``heads``, each with shares of its own.
    """

    seen: tuple[tuple[tuple[int, ...], ...], ...]
    heads: int
    causal: bool = False
    offsets: tuple[int, ...] | None = None
    """How far away the cells are that each cell of one axis looks at, if that is the same for all but at the border."""
    blocks: tuple[int, int] | None = None
    """Of windows that part one axis, how many cells each has, and where the first whole one begins."""
    parts: tuple[Size, Size] | None = None
    """The same along all axes."""

    @property
    def shifted(self) -> tuple[Size, Size] | None:
        """The windows of a partition and their shift along each axis; None unless there is a shift."""
        return self.parts if self.parts is not None and any(self.parts[1]) else None

    def shown_alone(self, cells: str) -> bool:
        """Whether the flat view, with such ``cells``, shows nothing but which cells meet when windows are shifted."""
        return self.shifted is not None and cells == "plain"

    def places(self, place: Size) -> list[Size]:
        """The places that a place looks at."""
        return list(product(*(along[i] for along, i in zip(self.seen, place, strict=True))))

    @property
    def pairs(self) -> int:
        """How many pairs of cells look at each other, both ways counted."""
        return prod(sum(map(len, along)) for along in self.seen)

    @property
    def most(self) -> int:
        """How many cells one looks at, at the most."""
        return prod(max(map(len, along)) for along in self.seen)


class Columns(NamedTuple):
    """Windows as the columns of a matrix: its rows are the cells of all channels' windows."""

    window: Operator
    """Over the map that the windows are of."""
    made: bool
    """Whether the matrix is the output, else the input."""
