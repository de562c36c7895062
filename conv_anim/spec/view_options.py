"""The options of views, as keys of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.diagnostics import listed
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, Flag, ListOf, Made, OneOf, Whole
from conv_anim.spec.nodes import is_flag, is_scalar
from conv_anim.spec.records import Field, switch

if TYPE_CHECKING:
    from conv_anim.spec.view_values import Column, Memory

SUM = switch("sum", "Write the sum of the step below the numbers.", default=True)
Mode: TypeAlias = Literal["gather", "scatter", "both"]
MODES: tuple[Mode, ...] = ("gather", "scatter", "both")
MODE: Field[Mode] = Field(
    "mode",
    OneOf(MODES),
    "A transposed convolution as the window that gathers each output, as stamps that inputs scatter, or both.",
    default="gather",
    example="scatter",
)
OVERLAP = switch("overlap", "How many stamps of a transposed convolution fall on each output.")
Show: TypeAlias = Literal["maps", "sum", "both"]
SHOWS: tuple[Show, ...] = ("maps", "sum", "both")
SHOW: Field[Show] = Field(
    "show", OneOf(SHOWS), "The channels' maps, how they add up, or both.", default="both", example="maps"
)
NUMBERS = switch("numbers", "Write the numbers of all maps in their cells.")
ANIMATE = switch("animate", "Go through the matrix row by row instead of one still.")
MOST_TILE = 4096
TILE: Field[tuple[int, ...]] = Field(
    "tile",
    ListOf(Whole(1, MOST_TILE), "a list of three numbers: [m, n, k]", 3, 3),
    "How many rows and columns of the output a step computes, and how many products of each sum: [m, n, k]. What each "
    "step loads from memory is counted. By default one window at a time, and nothing is counted.",
    example=[4, 4, 8],
)
LAYOUTS: tuple[Memory, ...] = ("nchw", "nhwc")
LAYOUT: Field[Memory] = Field(
    "layout",
    OneOf(LAYOUTS),
    "How maps lie in memory: channel by channel (nchw), or the channels of a cell beside each other (nhwc). With a "
    "'tile' the matrices follow it; without one, only the memory is drawn, and where each window lies in it.",
    example="nhwc",
)
WRAP = switch(
    "wrap",
    "Transform the input without zeros beside it: windows at its border go on at the other side, and are marked.",
)
Scale: TypeAlias = Literal["true", "log", "equal"]
SCALES: tuple[Literal["log", "equal"], ...] = ("log", "equal")
BOXES: Field[Scale] = Field(
    "scale",
    Either(((is_flag, Made(Flag(), lambda true: "true" if true else "equal")), (is_scalar, OneOf(SCALES)))),
    "Boxes in proportion to sizes and channels (true), to their logarithms (log), or all alike (equal).",
    default="true",
    example="log",
)
COLUMN_NAMES: tuple[Column, ...] = ("parameters", "multiply_adds", "receptive_field", "jump", "center")
COLUMNS: Field[tuple[Column, ...]] = Field(
    "columns",
    ListOf(OneOf(COLUMN_NAMES), f"a list of {listed(COLUMN_NAMES)}", 0, len(COLUMN_NAMES)),
    f"What is said of each layer besides its kernel and its size: any of {listed(COLUMN_NAMES)}.",
    default=(),
    example=["parameters", "receptive_field"],
)
CACHE = switch("cache", "Let the input arrive piece by piece, and show what is kept of it for later outputs.")
CHUNK = Field("chunk", Whole(1, LARGEST), "How many cells arrive at a time, with 'cache'.", default=1, example=2)
Direction: TypeAlias = Literal["auto", "right", "down"]
DIRECTIONS: tuple[Direction, ...] = ("auto", "right", "down")
DIRECTION: Field[Direction] = Field(
    "direction",
    OneOf(DIRECTIONS),
    "Where the network leads: right, for papers and slides; down, a line for each layer; by default what fits.",
    default="auto",
    example="down",
)
FOLD = switch("fold", "Draw blocks that repeat once, with their number.", default=True)
