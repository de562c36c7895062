"""The spec as values: one figure, validated, every default filled in and every size computed.

Sizes are in cells, one per spatial axis (rows before columns); times in milliseconds; lengths in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from conv_anim.spec.themes import Theme

Number: TypeAlias = int | float
Size: TypeAlias = tuple[int, ...]
Lang: TypeAlias = Literal["en", "zh-TW"]
Padding: TypeAlias = tuple[tuple[int, int], ...]
"""Cells before and after, for each axis."""


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers written in the spec, read from a file, or named (a kernel), in row-major order."""

    shape: Size
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Arange:
    """0, 1, 2, … in row-major order."""


@dataclass(frozen=True, slots=True)
class Random:
    """Drawn from ``low`` to ``high``: whole numbers, both ends included, if both are whole; else uniform reals."""

    seed: int
    low: Number
    high: Number


Values: TypeAlias = Given | Arange | Random
"""A ``Given`` has the full shape of its array, or the shape of its spatial axes: then every channel gets the same."""


@dataclass(frozen=True, slots=True)
class Input:
    size: Size
    channels: int
    values: Values


@dataclass(frozen=True, slots=True)
class Ends:
    """What goes into a layer and comes out of it."""

    in_channels: int
    in_size: Size
    out_channels: int
    out_size: Size


@dataclass(frozen=True, slots=True)
class Conv:
    """As PyTorch's ``Conv1d`` … ``Conv3d``; weight (out_channels, in_channels / groups, *kernel_size)."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    groups: int
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"]
    flip: bool
    weight: Values
    bias: tuple[Number, ...] | None
    padding_name: str | None = None
    part_of: str | None = None
    """The name of the composition that this is a layer of."""


@dataclass(frozen=True, slots=True)
class ConvTranspose:
    """As PyTorch's ``ConvTranspose1d`` … ``3d``; weight (in_channels, out_channels / groups, *kernel_size)."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    output_padding: Size
    dilation: Size
    groups: int
    weight: Values
    bias: tuple[Number, ...] | None


@dataclass(frozen=True, slots=True)
class Pool:
    """As PyTorch's ``MaxPool1d`` …, ``AvgPool1d`` … and ``LPPool1d`` … ; all of them may be padded and dilated."""

    ends: Ends
    reduce: Literal["max", "mean", "norm"]
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    ceil_mode: bool
    count_include_pad: bool
    norm_type: Number = 2
    """The p of a pool by p-norm, (Σ|x|ᵖ)^(1/p)."""


@dataclass(frozen=True, slots=True)
class ChannelShuffle:
    """As PyTorch's ``ChannelShuffle``: the first channels of all groups come first, then the second ones, and so on."""

    ends: Ends
    groups: int


@dataclass(frozen=True, slots=True)
class PixelShuffle:
    """As PyTorch's ``PixelShuffle``: ``factor`` squared channels become one, ``factor`` times as wide and high."""

    ends: Ends
    factor: int


@dataclass(frozen=True, slots=True)
class PixelUnshuffle:
    """As PyTorch's ``PixelUnshuffle``, which takes a ``PixelShuffle`` back."""

    ends: Ends
    factor: int


@dataclass(frozen=True, slots=True)
class Upsample:
    """As PyTorch's ``Upsample``. ``ratio`` is how far apart, in input cells, the outputs are read, for each axis."""

    ends: Ends
    mode: Literal["nearest", "linear", "cubic"]
    align_corners: bool
    ratio: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Unfold:
    """As PyTorch's ``Unfold`` (im2col): every window as a column, of in_channels times the kernel's cells."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    windows: Size
    """How many windows there are along each axis."""


@dataclass(frozen=True, slots=True)
class Fold:
    """As PyTorch's ``Fold`` (col2im): every column laid back where its window was; what overlaps adds up."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    windows: Size


@dataclass(frozen=True, slots=True)
class MaxUnpool:
    """As PyTorch's ``MaxUnpool1d`` …: every number goes back to where the pool found its maximum; the rest is 0."""

    ends: Ends
    pool: int
    """Which layer of the spec the pool is, counted from 0."""


Windowed: TypeAlias = Conv | ConvTranspose | Pool
"""A sliding window."""
Rearranged: TypeAlias = ChannelShuffle | PixelShuffle | PixelUnshuffle | Upsample | Unfold | Fold | MaxUnpool
"""Each output is made of a few input cells, without a window of weights."""
Layer: TypeAlias = Windowed | Rearranged


@dataclass(frozen=True, slots=True)
class Isometric:
    """Slanted planes, the input below and the output above; with ``numbers`` in their cells."""

    kind: ClassVar[str] = "isometric"
    numbers: bool = False


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


@dataclass(frozen=True, slots=True)
class Channels:
    """One row per input channel; ``show`` the maps of the channels, their sum, or both."""

    kind: ClassVar[str] = "channels"
    show: Literal["maps", "sum", "both"] = "both"


@dataclass(frozen=True, slots=True)
class Volume:
    """Boxes of channel slices in oblique projection."""

    kind: ClassVar[str] = "volume"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The layer as a matrix times a vector: one still, or row by row when ``animate``."""

    kind: ClassVar[str] = "matrix"
    animate: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Layers with one axis as rows of nodes and lines, the input below; with ``numbers`` in the nodes."""

    kind: ClassVar[str] = "sequence"
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Undrawn:
    """No view can show the layers: they can be computed and explained, not drawn. ``why`` says what is in the way."""

    kind: ClassVar[str] = "none"
    why: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A view of another package, with its options by their names."""

    kind: str
    options: tuple[tuple[str, object], ...] = ()

    def __getitem__(self, name: str) -> object:
        return dict(self.options)[name]


View: TypeAlias = Isometric | Flat | Channels | Volume | Matrix | Sequence | Foreign | Undrawn


@dataclass(frozen=True, slots=True)
class Animation:
    """``step`` is the time of a step and ``hold`` that of the last one, in milliseconds; ``loop`` 0 is for ever.

    With ``motion`` smooth, the end of a step's time is for the way to the next one.
    """

    step: int = 1000
    hold: int = 2000
    order: Literal["row-major", "column-major", "reverse"] = "row-major"
    loop: int = 0
    every: int = 1
    motion: Literal["step", "smooth"] = "step"


@dataclass(frozen=True, slots=True)
class FigureSize:
    """The width in pixels, or a scale of the natural size; at most one is given."""

    width: int | None = None
    scale: float | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """What the planes are called; None is for the name that follows from the trace."""

    input: str | None = None
    kernel: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """One figure. ``caption`` and ``formula``: whether to draw them, or the text to draw instead.

    ``cost``: whether to draw how many parameters and multiply-adds the layers have. With ``panels`` it is several
    figures side by side, and what else it says is said of the first one; ``differences`` marks where they differ.
    """

    input: Input
    layers: tuple[Layer, ...]
    view: View
    theme: Theme
    title: str | None = None
    animation: Animation = field(default_factory=Animation)
    size: FigureSize = field(default_factory=FigureSize)
    labels: Labels | None = None
    caption: bool | str = False
    formula: bool | str = False
    output: tuple[str, ...] = ()
    lang: Lang = "en"
    cost: bool = False
    panels: tuple[Spec, ...] = ()
    differences: bool = False

    @property
    def figures(self) -> tuple[Spec, ...]:
        """The panels, or the spec itself if it has none."""
        return self.panels or (self,)
