"""Views in a spec: their options, and the one that suits best if none is named; `showing` says what each can show."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from conv_anim.diagnostics import Code, listed
from conv_anim.spec import computed_support, view_support
from conv_anim.spec.cells import CELLS, FACES, MAPS, SCALE
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, Flag, ListOf, Made, OneOf, Whole
from conv_anim.spec.model import (
    Channels,
    Flat,
    Foreign,
    FourierView,
    GemmView,
    Given,
    Isometric,
    Matrix,
    NetworkView,
    Sequence,
    Undrawn,
    Volume,
    WinogradView,
)
from conv_anim.spec.nodes import is_flag, is_mapping, is_scalar
from conv_anim.spec.records import Field, Object, Record, Tagged
from conv_anim.spec.registry import Docs, Each, Registry
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Column, Input, Memory, View
    from conv_anim.spec.op import Op
    from conv_anim.spec.records import Chosen
    from conv_anim.spec.view_support import Nodes

FEW_CHANNELS = 5
FEW_CELLS = 150

SUM = Field("sum", Flag(), "Write the sum of the step below the numbers.", default=True, example=False)
Mode: TypeAlias = Literal["gather", "scatter", "both"]
MODES: tuple[Mode, ...] = ("gather", "scatter", "both")
MODE: Field[Mode] = Field(
    "mode",
    OneOf(MODES),
    "A transposed convolution as the window that gathers each output, as stamps that inputs scatter, or both.",
    default="gather",
    example="scatter",
)
OVERLAP = Field(
    "overlap", Flag(), "How many stamps of a transposed convolution fall on each output.", default=False, example=True
)
Show: TypeAlias = Literal["maps", "sum", "both"]
SHOWS: tuple[Show, ...] = ("maps", "sum", "both")
SHOW: Field[Show] = Field(
    "show", OneOf(SHOWS), "The channels' maps, how they add up, or both.", default="both", example="maps"
)
NUMBERS = Field("numbers", Flag(), "Write the numbers of all maps in their cells.", default=False, example=True)
ANIMATE = Field(
    "animate", Flag(), "Go through the matrix row by row instead of one still.", default=False, example=True
)
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
    "How maps lie in memory: channel by channel (nchw), or the channels of a cell beside each other (nhwc). The "
    "matrices follow, and the memory is drawn. By default nchw.",
    example="nhwc",
)
WRAP = Field(
    "wrap",
    Flag(),
    "Transform the input without zeros beside it: windows at its border go on at the other side, and are marked.",
    default=False,
    example=True,
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
CACHE = Field(
    "cache",
    Flag(),
    "Let the input arrive piece by piece, and show what is kept of it for later outputs.",
    default=False,
    example=True,
)
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
FOLD = Field("fold", Flag(), "Draw blocks that repeat once, with their number.", default=True, example=False)


@dataclass(frozen=True)
class ViewKind:
    """A view by its name: its options, what it refuses, and what draws it.

    ``draws`` takes a `Trace` and a `Style` and gives a `Panel`; as a text, ``package.module:name``, it is imported when
    a figure is drawn. ``make`` makes a view of the options. ``refuses`` says why the view cannot show some layers, and
    ``wrong`` what is wrong with its options there, with a way out. ``leaps`` says why nothing can move smoothly in it.
    """

    name: str
    doc: str
    draws: str | Callable[..., Any]
    options: tuple[Field[Any], ...] = ()
    make: Callable[[Record], View] | None = None
    refuses: Callable[[Input, Nodes], str | None] = lambda *_: None
    wrong: Callable[[Any, Input, Nodes], tuple[str, str] | None] = lambda *_: None
    leaps: Callable[[Nodes], str | None] = lambda _: "goes from step to step, without frames between them"
    animates: Callable[[Any], bool] = lambda _: True
    """Whether a figure goes through its steps unless it is told otherwise."""
    guides: str | None = None
    """What makes the guide of a figure, if its areas are no cells: a function's name, given a `Trace` and areas."""

    @property
    def table(self) -> Object:
        """The keys of its mapping."""
        return Object(f"the {self.name} view", self.options, "kind", self.doc)

    def made(self, record: Record) -> View:
        """The view that a record asks for."""
        if self.make is not None:
            return self.make(record)
        return Foreign(self.name, tuple((field.name, record.get(field)) for field in self.options))


def _unnumbered(view: Isometric | Sequence, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """Why a view cannot write its numbers."""
    if view.cells == "symbols" and len(nodes) > 1:
        return _unnamed(nodes)
    wanted = view.numbers or view.cells in WRITTEN
    why = (view_support.one_map(input_, nodes) or view_support.numbers(input_, nodes)) if wanted else None
    way = "numbers: false" if view.numbers else "cells: shades, or plain"
    return None if why is None else (f"the {view.kind} view {why}", way)


def _sequence_wrong(view: Sequence, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the sequence view's options."""
    why = next((why for node in nodes if (why := view_support.streams(node.op))), None) if view.cache else None
    if why is not None:
        return (
            f"'cache' is for layers that can be computed while their input arrives, and {why}",
            "cache: false",
        )
    return _unnumbered(view, input_, nodes)


WRITTEN = ("numbers", "both", "symbols")
"""What stands in cells as text."""


def _unnamed(nodes: Nodes) -> tuple[str, str]:
    """Why cells have no names."""
    what = "symbols are for one layer with a sliding window"
    return f"{what}, and here are {len(nodes)} layers" if len(nodes) > 1 else what, "cells: numbers"


def _flat_wrong(view: Flat, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the flat view's options."""
    first, alone = nodes[0].op, len(nodes) == 1
    windows = alone and first.window is not None and view.mode == "gather" and not view.overlap
    if view.cells == "symbols" and not windows:
        return _unnamed(nodes)
    if view.cells in SHADED and alone and view.overlap:
        return "'overlap' writes how many stamps fall on each cell, whatever its number is", "cells: auto"
    if view.cells in SHADED and alone and first.columns is not None:
        return "columns and what they are made of are shown by their numbers", "cells: numbers"
    if view.cells in WRITTEN:
        why = view_support.numbers(input_, nodes)
        return None if why is None else (f"the flat view {why}", "cells: shades")
    return _unstamped(view, input_, nodes)


SHADED = ("shades", "both", "plain")


def _channels_wrong(view: Channels, input_: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the channels view's options."""
    if view.cells == "symbols" and nodes[0].op.window is None:
        return _unnamed(nodes)
    if view.cells in WRITTEN:
        why = view_support.numbers(input_, nodes)
        return None if why is None else (f"the channels view {why}", "cells: shades")
    return _unadded(view, input_, nodes)


def _unstamped(view: Flat, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with a view's options for stamps."""
    asked = [name for name, given in (("mode", view.mode != "gather"), ("overlap", view.overlap)) if given]
    op = nodes[0].op
    if asked and (op.window is None or not op.window.stamps):
        none = op.window is None or not op.window.transposed
        why = "is none" if none else "meets its kernel as it is given, which is no stamp"
        what = f"'{asked[0]}' is for transposed convolutions, and {op.type} {why}"
        return what, f"leave '{asked[0]}' out"
    if view.overlap and view.mode == "both":
        return "'overlap' counts stamps, without their numbers: it has no other half", "mode: scatter, or leave it out"
    return None


def _unadded(view: Channels, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """Why there is no sum to show."""
    if view.show != "sum" or _meet(nodes[0].op):
        return None
    return "here no channel meets another: there is nothing to add up", "show: maps"


def _gemm(record: Record) -> GemmView:
    """The view of its options."""
    tile = record.get(TILE)
    return GemmView(None if tile is None else (tile[0], tile[1], tile[2]), record.get(LAYOUT))


def _moves(_: Nodes) -> None:
    """In all views of our own windows can move smoothly; that of a network has none, only layers one after another."""


VIEWS = Registry(
    "conv_anim.views",
    ViewKind,
    {
        kind.name: kind
        for kind in (
            ViewKind(
                "isometric",
                "Maps as slanted planes, the window between them, as in conv_arithmetic's animations.",
                "conv_anim.scene.isometric.view:isometric",
                (NUMBERS, CELLS, SCALE),
                lambda r: Isometric(r.of(NUMBERS), r.of(CELLS), r.get(SCALE)),
                view_support.isometric,
                _unnumbered,
                leaps=_moves,
            ),
            ViewKind(
                "flat",
                "Grids with their numbers, and the sum of each step.",
                "conv_anim.scene.flat.view:flat",
                (SUM, MODE, OVERLAP, CELLS, SCALE),
                lambda r: Flat(r.of(SUM), r.of(MODE), r.of(OVERLAP), r.of(CELLS), r.get(SCALE)),
                view_support.flat,
                _flat_wrong,
                leaps=_moves,
            ),
            ViewKind(
                "channels",
                "Every channel as a map of its own, and how they add up.",
                "conv_anim.scene.channels.view:channels",
                (SHOW, MAPS, SCALE),
                lambda r: Channels(r.of(SHOW), r.of(MAPS), r.get(SCALE)),
                view_support.channels,
                _channels_wrong,
                leaps=_moves,
            ),
            ViewKind(
                "volume",
                "Channels as boxes, for deep maps and inputs with 3 axes.",
                "conv_anim.scene.volume.view:volume",
                (FACES, SCALE),
                lambda r: Volume(r.of(FACES), r.get(SCALE)),
                view_support.volume,
                leaps=_moves,
            ),
            ViewKind(
                "matrix",
                "The layer as one matrix, of which each row is a place of the window.",
                "conv_anim.scene.matrix.view:matrix",
                (ANIMATE,),
                lambda record: Matrix(record.of(ANIMATE)),
                view_support.matrix,
                animates=lambda view: view.animate,
                leaps=_moves,
            ),
            ViewKind(
                "gemm",
                "The layer as a product of two matrices, as a GPU computes it: im2col, tiles and loads.",
                "conv_anim.scene.gemm.view:gemm",
                (TILE, LAYOUT),
                _gemm,
                computed_support.gemm,
                computed_support.gemm_wrong,
                leaps=_moves,
                guides="conv_anim.scene.gemm.guide:guide",
            ),
            ViewKind(
                "winograd",
                "A 3×3 kernel by Winograd's F(2×2, 3×3): 16 multiplications for 4 outputs instead of 36.",
                "conv_anim.scene.detour.winograd:winograd",
                (),
                lambda _: WinogradView(),
                computed_support.winograd,
                leaps=_moves,
                guides="conv_anim.scene.detour.guide:winograd",
            ),
            ViewKind(
                "fft",
                "A convolution by the Fourier transform: transform, multiply, transform back.",
                "conv_anim.scene.detour.fourier:fft",
                (WRAP,),
                lambda record: FourierView(record.of(WRAP)),
                computed_support.fft,
                computed_support.fft_wrong,
                leaps=_moves,
                guides="conv_anim.scene.detour.guide:fft",
            ),
            ViewKind(
                "sequence",
                "A stack of layers over an input with 1 axis, as rows of nodes.",
                "conv_anim.scene.sequence.panel:sequence",
                (NUMBERS, CELLS, SCALE, CACHE, CHUNK),
                lambda r: Sequence(
                    r.of(NUMBERS), r.of(CELLS), r.get(SCALE), r.of(CACHE) if r.has(CACHE) else r.has(CHUNK), r.of(CHUNK)
                ),
                view_support.sequence,
                _sequence_wrong,
                leaps=_moves,
            ),
            ViewKind(
                "network",
                "All layers of a network as boxes to scale, and what feeds what.",
                "conv_anim.scene.network.view:network",
                (BOXES, COLUMNS, DIRECTION, FOLD),
                lambda record: NetworkView(record.of(BOXES), record.of(COLUMNS), record.of(DIRECTION), record.of(FOLD)),
                leaps=_moves,
                animates=lambda _: False,
                guides="conv_anim.scene.network.guide:guide",
            ),
        )
    },
)

PLAIN = Made(OneOf(VIEWS, VIEWS.hint, Docs(VIEWS)), lambda name: (name, None))
WITH_OPTIONS = Tagged("a view", "kind", Each(VIEWS, lambda kind: kind.table), "Which view.", VIEWS.hint)


def _chosen(chosen: Chosen) -> tuple[str, Record | None]:
    return chosen.name, chosen.record


VIEW: Field[tuple[str, Record | None]] = Field(
    "view",
    Either(((is_mapping, Made(WITH_OPTIONS, _chosen)), (is_scalar, PLAIN))),
    "How it is drawn: a name, or a mapping of kind and options. By default what suits the layer.",
    example="flat",
)


def view_of(record: Record, input_: Input, nodes: Nodes, report: Report) -> Maybe[View]:
    """The view that is asked for, if it can show the layers; else the one that suits them."""
    asked = record.get(VIEW)
    if asked is None:
        return _by_default(input_, nodes)
    name, options = asked
    kind = VIEWS[name]
    why = kind.refuses(input_, nodes)
    if why is not None:
        able = [name for name, other in VIEWS.items() if other.refuses(input_, nodes) is None]
        hint = f"views that can show it: {listed(able)}"
        return report.add(Code.VIEW, f"the {name} view {why}", record.at(VIEW), hint)
    view = kind.made(Record.empty() if options is None else options)
    wrong = kind.wrong(view, input_, nodes)
    return view if wrong is None else report.add(Code.VIEW, wrong[0], record.at(VIEW), wrong[1])


def _by_default(input_: Input, nodes: Nodes) -> View:
    """The view of ours that suits, or another one if that cannot show the layers."""
    best = suiting(input_, nodes)
    able = [kind for kind in VIEWS.own.values() if kind.refuses(input_, nodes) is None]
    if len(nodes) == 1:  # of which a network tells nothing
        able = [kind for kind in able if kind.name != NetworkView.kind]
    if best.kind in [kind.name for kind in able]:
        return best
    if not able:
        name = "flat" if any(node.op.badge is not None for node in nodes) else best.kind
        boxes = VIEWS[NetworkView.kind].refuses(input_, nodes) is None
        what = "no view can show its cells" if boxes else "no view can show this"
        return Undrawn(f"{what}: the {name} view {VIEWS[name].refuses(input_, nodes)}", boxes)
    return able[0].made(Record.empty())


def _meet(op: Op) -> bool:
    """Whether an output is made of more than one channel."""
    return op.window is not None and op.window.in_channels > op.window.groups


def suiting(input_: Input, nodes: Nodes) -> View:
    """Numbers that the user gave are shown as numbers; one map as planes; a few channels in rows; the rest as boxes."""
    first = nodes[0].op
    several = input_.channels > 1 or any(node.op.ends.out_channels > 1 for node in nodes)
    if len(input_.size) == 3:
        return Volume()
    if len(nodes) == 1 and first.attends is not None and len(input_.size) == 1:
        return Matrix()
    if len(nodes) > 1:
        stacked = view_support.sequence(input_, nodes) is None
        return Sequence() if stacked else Volume() if several else Isometric()
    if not several:
        written = isinstance(input_.values, Given) or isinstance(first.weight_values, Given)
        if first.causal:
            return Sequence(numbers=written and prod(input_.size) <= FEW_CELLS)
        return Flat() if written and prod(input_.size) <= FEW_CELLS else Isometric()
    few = input_.channels <= FEW_CHANNELS and prod(input_.size) <= FEW_CELLS
    return Channels() if few else Volume()


def leaps(view: View, nodes: Nodes) -> str | None:
    """Why nothing in a view can move smoothly; None if it can."""
    why = None if isinstance(view, Undrawn) else VIEWS[view.kind].leaps(nodes)
    return None if why is None else f"the {view.kind} view {why}"


def animates(view: View) -> bool:
    """Whether a figure in this view goes through its steps unless it is told otherwise."""
    return isinstance(view, Undrawn) or VIEWS[view.kind].animates(view)
