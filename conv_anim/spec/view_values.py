"""The views as values, each with its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.network import Network
    from conv_anim.spec.op import Op

    Layer: TypeAlias = Op

Cells: TypeAlias = Literal["auto", "numbers", "shades", "both", "symbols", "plain"]
"""What the cells of a map hold: their numbers, shades that stand for them, both, names like x₁₁, or nothing."""
Scale: TypeAlias = "tuple[float, float]"
"""The numbers at the ends of the shades."""


@dataclass(frozen=True, slots=True)
class Isometric:
    """Slanted planes, the input below and the output above; with ``numbers`` in their cells."""

    kind: ClassVar[str] = "isometric"
    numbers: bool = False
    cells: Cells = "auto"
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Flat:
    """Input, kernel and output side by side, with their numbers; ``sum`` writes the sum of the step below.

    A transposed convolution as the window that gathers each output, as the stamps that input cells scatter, or both in
    step; with ``overlap`` instead of its numbers how many stamps fall on each output cell.
    """

    kind: ClassVar[str] = "flat"
    sum: bool = True
    mode: Literal["gather", "scatter", "both"] = "gather"
    overlap: bool = False
    cells: Cells = "auto"
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """One row per input channel; ``show`` the maps of the channels, their sum, or both."""

    kind: ClassVar[str] = "channels"
    show: Literal["maps", "sum", "both"] = "both"
    cells: Cells = "auto"
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """Boxes of channel slices in oblique projection."""

    kind: ClassVar[str] = "volume"
    cells: Cells = "auto"
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The layer as a matrix times a vector: one still, or row by row when ``animate``."""

    kind: ClassVar[str] = "matrix"
    animate: bool = False


Memory: TypeAlias = Literal["nchw", "nhwc"]


@dataclass(frozen=True, slots=True)
class GemmView:
    """The layer as a product of two matrices, by windows or by tiles (m, n, k); loads are counted if one is named.

    ``layout`` is how maps lie in memory; None is NCHW, without a word of it.
    """

    kind: ClassVar[str] = "gemm"
    tile: tuple[int, int, int] | None = None
    layout: Memory | None = None


@dataclass(frozen=True, slots=True)
class WinogradView:
    """A convolution with a 3×3 kernel by F(2×2, 3×3), tile by tile."""

    kind: ClassVar[str] = "winograd"


@dataclass(frozen=True, slots=True)
class FourierView:
    """A convolution by the Fourier transform, wave by wave; with ``wrap`` without zeros beside the input."""

    kind: ClassVar[str] = "fft"
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Layers with one axis as rows of nodes and lines, the input below; with ``numbers`` in the nodes.

    With ``cache`` the input arrives in chunks of so many cells, and what is kept for later ones is shown.
    """

    kind: ClassVar[str] = "sequence"
    numbers: bool = False
    cells: Cells = "auto"
    scale: Scale | None = None
    cache: bool = False
    chunk: int = 1


Column: TypeAlias = Literal["parameters", "multiply_adds", "receptive_field", "jump", "center"]


@dataclass(frozen=True, slots=True)
class NetworkView:
    """All layers as boxes and what leads from one to the next; nothing is computed but sizes.

    ``scale``: sides in proportion to the numbers of cells and channels, to their logarithms, or all boxes equal.
    ``of`` is a network that was read from a model; None is for the layers of the spec itself.
    """

    kind: ClassVar[str] = "network"
    scale: Literal["true", "log", "equal"] = "true"
    columns: tuple[Column, ...] = ()
    direction: Literal["auto", "right", "down"] = "auto"
    fold: bool = True
    of: Network | None = None


@dataclass(frozen=True, slots=True)
class Undrawn:
    """No view can show the layers' cells: they can be computed and explained. ``why`` says what is in the way.

    ``boxes``: whether they can be drawn as boxes, in the network view.
    """

    kind: ClassVar[str] = "none"
    why: str
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A view of another package, with its options by their names."""

    kind: str
    options: tuple[tuple[str, object], ...] = ()

    def __getitem__(self, name: str) -> object:
        return dict(self.options)[name]


View: TypeAlias = (
    Isometric
    | Flat
    | Channels
    | Volume
    | Matrix
    | GemmView
    | WinogradView
    | FourierView
    | Sequence
    | NetworkView
    | Foreign
    | Undrawn
)
