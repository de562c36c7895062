"""The spec as values: one figure, validated, every default filled in and every size computed.

Sizes are in cells, one per spatial axis (rows before columns); times in milliseconds; lengths in pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Sequence as Several
    from pathlib import Path

    from conv_anim.spec.op import Op
    from conv_anim.spec.themes import Theme
    from conv_anim.spec.view_values import View

    Layer: TypeAlias = Op

Number: TypeAlias = int | float
Size: TypeAlias = tuple[int, ...]
Lang: TypeAlias = Literal["en", "zh-TW"]
Padding: TypeAlias = tuple[tuple[int, int], ...]
"""Cells before and after, for each axis."""


PICTURES = {".png", ".jpg", ".jpeg"}
"""Files whose numbers are greys."""


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers written in the spec, read from a file, or named (a kernel), in row-major order."""

    shape: Size
    numbers: tuple[Number, ...]
    file: Path | None = field(default=None, repr=False, compare=False)
    """Where they were read, from the root; None if that is no file."""

    @property
    def is_picture(self) -> bool:
        """Whether they are the greys or colours of a picture."""
        return self.file is not None and self.file.suffix.lower() in PICTURES


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
    """The map that the first layer is fed: its size, its channels, what its numbers are, and which cells there are."""

    size: Size
    channels: int
    values: Values
    active: frozenset[Size] | None = None
    """The places of the cells that there are; None if all are."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What goes into a layer and comes out of it."""

    in_channels: int
    in_size: Size
    out_channels: int
    out_size: Size

    @property
    def reversed(self) -> Ends:
        """The ends of the way back."""
        return Ends(self.out_channels, self.out_size, self.in_channels, self.in_size)


@dataclass(frozen=True, slots=True)
class Node:
    """An op with its name and what it is fed: numbers of maps, 0 the spec's input and k what the k-th node makes."""

    name: str
    op: Op
    inputs: tuple[int, ...]


def chain(ops: Several[Op]) -> tuple[Node, ...]:
    """Ops, each fed by the one before."""
    return tuple(Node(str(k + 1), op, (k,)) for k, op in enumerate(ops))


MOST_STEPS = 53
"""Outputs that are shown at the pace of an explanation: so many steps take no more than 15 seconds."""


@dataclass(frozen=True, slots=True)
class Animation:
    """``step`` is the time of a step and ``hold`` that of the last one, in milliseconds; ``loop`` 0 means forever.

    With ``motion`` smooth, the end of a step's time is for the way to the next one. At the ``pace`` auto the first
    steps are slow, ``step`` is the time of the others at the most, and ``hold`` that of the finished result.
    """

    step: int = 1000
    hold: int = 2000
    order: Literal["row-major", "column-major", "reverse"] = "row-major"
    loop: int = 0
    every: int = 1
    motion: Literal["step", "smooth"] = "step"
    pace: Literal["auto", "even"] = "even"


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
class Control:
    """A key of the spec that the reader of a page can change, and its values as they are written."""

    path: str
    values: tuple[str, ...]
    kind: Literal["slider", "stepper", "switch"]


@dataclass(frozen=True, slots=True)
class State:
    """A combination of the controls' values, by their numbers: the figure that it makes, or ``why`` there is none."""

    chosen: tuple[int, ...]
    spec: Spec | None
    why: str = ""
    text: str = field(default="", compare=False)
    """The combination as the text of a spec."""


@dataclass(frozen=True, slots=True)
class Backward:
    """What a spec's nodes are the backward pass of: its own input and nodes, and the gradient that arrives."""

    of: Literal["grad_input", "grad_weight"]
    input: Input
    nodes: tuple[Node, ...]
    upstream: Values
    weighted: int | None = None
    """The number of the node whose weight has this gradient, from 0; None for that of the input."""
    gradient_of: tuple[int | None, ...] = ()
    """For each node of the spec the map of these nodes whose gradient it makes; None for others. Without forward nodes
    it is empty."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One figure. ``takeaway``, ``caption`` and ``formula``: whether to draw them, or the text to draw instead.

    ``cost``: whether to draw how many parameters and multiply-adds the layers have. With ``panels`` it is several
    figures side by side, and what else it says is said of the first one; ``differences`` marks where they differ,
    ``letters`` puts (a), (b), … before their titles.
    """

    input: Input
    nodes: tuple[Node, ...]
    """In an order in which each comes after those that it is fed by; the last one makes the output."""
    view: View
    theme: Theme
    title: str | None = None
    animation: Animation = field(default_factory=Animation)
    size: FigureSize = field(default_factory=FigureSize)
    labels: Labels | None = None
    takeaway: bool | str = False
    caption: bool | str = False
    formula: bool | str = False
    output: tuple[str, ...] = ()
    lang: Lang = "en"
    cost: bool = False
    files: tuple[Path, ...] = field(default=(), repr=False, compare=False)
    """The files that it was read from, from the root, which no picture is written over."""
    panels: tuple[Spec, ...] = ()
    differences: bool = False
    controls: tuple[Control, ...] = ()
    states: tuple[State, ...] = ()
    """Of all combinations of the controls, in their order; the last control changes first."""
    letters: bool = False
    backward: Backward | None = None
    """What its nodes are the backward pass of, if they are one."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The nodes' ops, in their order."""
        return tuple(node.op for node in self.nodes)

    @property
    def is_chain(self) -> bool:
        """Whether each node is fed by the one before alone."""
        return all(node.inputs == (k,) for k, node in enumerate(self.nodes))

    @property
    def first_state(self) -> int:
        """Which combination is this very figure; else the first that can be drawn."""
        own = replace(self, controls=(), states=())
        drawn = [k for k, state in enumerate(self.states) if state.spec is not None]
        return next((k for k in drawn if self.states[k].spec == own), drawn[0])

    @property
    def figures(self) -> tuple[Spec, ...]:
        """The panels, or the spec itself if it has none."""
        return self.panels or (self,)
