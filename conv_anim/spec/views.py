"""Views in a spec: their options, and the one that suits best if none is named; `showing` says what each can show."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, assert_never

from conv_anim.diagnostics import Code, listed
from conv_anim.spec import showing
from conv_anim.spec.kinds import Either, Flag, Made, OneOf, is_mapping, is_scalar
from conv_anim.spec.model import (
    Channels,
    Flat,
    Given,
    Isometric,
    Matrix,
    Sequence,
    Undrawn,
    Volume,
)
from conv_anim.spec.records import Field, Object, Record, Tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Input, View
    from conv_anim.spec.op import Op
    from conv_anim.spec.records import Chosen
    from conv_anim.spec.showing import Nodes

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


class ViewKind(NamedTuple):
    """A view's options, how they become a view, and why it cannot show some layers (None if it can)."""

    options: Object
    make: Callable[[Record], View]
    refuses: Callable[[Input, Nodes], str | None]


VIEWS: dict[str, ViewKind] = {
    "isometric": ViewKind(
        Object(
            "the isometric view",
            (NUMBERS,),
            "kind",
            "Maps as slanted planes, the window between them, as in conv_arithmetic's animations.",
        ),
        lambda record: Isometric(record.of(NUMBERS)),
        showing.isometric,
    ),
    "flat": ViewKind(
        Object("the flat view", (SUM, MODE, OVERLAP), "kind", "Grids with their numbers, and the sum of each step."),
        lambda record: Flat(record.of(SUM), record.of(MODE), record.of(OVERLAP)),
        showing.flat,
    ),
    "channels": ViewKind(
        Object("the channels view", (SHOW,), "kind", "Every channel as a map of its own, and how they add up."),
        lambda record: Channels(record.of(SHOW)),
        showing.channels,
    ),
    "volume": ViewKind(
        Object("the volume view", (), "kind", "Channels as boxes, for deep maps and inputs with 3 axes."),
        lambda _: Volume(),
        showing.volume,
    ),
    "matrix": ViewKind(
        Object(
            "the matrix view",
            (ANIMATE,),
            "kind",
            "The layer as one matrix, of which each row is a place of the window.",
        ),
        lambda record: Matrix(record.of(ANIMATE)),
        showing.matrix,
    ),
    "sequence": ViewKind(
        Object(
            "the sequence view", (NUMBERS,), "kind", "A stack of layers over an input with 1 axis, as rows of nodes."
        ),
        lambda record: Sequence(record.of(NUMBERS)),
        showing.sequence,
    ),
}

PLAIN = Made(OneOf(tuple(VIEWS), docs=tuple(kind.options.doc for kind in VIEWS.values())), lambda name: (name, None))
WITH_OPTIONS = Tagged("a view", "kind", {name: kind.options for name, kind in VIEWS.items()}, "Which view.")


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
        able = _able(input_, nodes)
        hint = f"views that can show it: {listed(able)}" if able else "no view can show it"
        return report.add(Code.VIEW, f"the {name} view {why}", record.at(VIEW), hint)
    view = kind.make(Record.empty() if options is None else options)
    if isinstance(view, Isometric | Sequence) and view.numbers:
        why = showing.one_map(input_, nodes) or showing.numbers(input_, nodes)
        if why is not None:
            return report.add(Code.VIEW, f"the {name} view {why}", record.at(VIEW), "numbers: false")
    if isinstance(view, Flat):
        wrong = _unstamped(view, nodes[0].op)
        if wrong is not None:
            return report.add(Code.VIEW, wrong[0], record.at(VIEW), wrong[1])
    if isinstance(view, Channels) and view.show == "sum" and not _meet(nodes[0].op):
        what = "here no channel meets another: there is nothing to add up"
        return report.add(Code.VIEW, what, record.at(VIEW), "show: maps")
    return view


def _unstamped(view: Flat, op: Op) -> tuple[str, str] | None:
    """What is wrong with a view's options for stamps, and a hint."""
    asked = [name for name, given in (("mode", view.mode != "gather"), ("overlap", view.overlap)) if given]
    if asked and (op.window is None or not op.window.transposed):
        return (
            f"'{asked[0]}' is for transposed convolutions, and {op.type} is none",
            f"leave '{asked[0]}' out",
        )
    if view.overlap and view.mode == "both":
        return "'overlap' counts stamps, without their numbers: it has no other half", "mode: scatter, or leave it out"
    return None


def _able(input_: Input, nodes: Nodes) -> list[str]:
    """The views that can show the layers."""
    return [name for name, kind in VIEWS.items() if kind.refuses(input_, nodes) is None]


def _by_default(input_: Input, nodes: Nodes) -> View:
    """The view that suits, or another one if that cannot show the layers."""
    best, able = suiting(input_, nodes), _able(input_, nodes)
    if kind_of(best) in able:
        return best
    if not able:
        name = "flat" if any(node.op.badge is not None for node in nodes) else kind_of(best)
        return Undrawn(f"no view can show this: the {name} view {VIEWS[name].refuses(input_, nodes)}")
    return VIEWS[able[0]].make(Record.empty())


def _meet(op: Op) -> bool:
    """Whether an output is made of more than one channel."""
    return op.window is not None and op.window.in_channels > op.window.groups


def suiting(input_: Input, nodes: Nodes) -> View:
    """Numbers that the user gave are shown as numbers; one map as planes; a few channels in rows; the rest as boxes."""
    first = nodes[0].op
    several = input_.channels > 1 or any(node.op.ends.out_channels > 1 for node in nodes)
    if len(input_.size) == 3:
        return Volume()
    if len(nodes) > 1 and showing.sequence(input_, nodes) is None:
        return Sequence()
    if len(nodes) > 1:
        return Volume() if several else Isometric()
    if not several:
        written = isinstance(input_.values, Given) or isinstance(first.weight_values, Given)
        if first.causal:
            return Sequence(numbers=written and prod(input_.size) <= FEW_CELLS)
        return Flat() if written and prod(input_.size) <= FEW_CELLS else Isometric()
    few = input_.channels <= FEW_CHANNELS and prod(input_.size) <= FEW_CELLS
    return Channels() if few else Volume()


def kind_of(view: View) -> str:  # noqa: PLR0911  # one for each view
    """The name of a view."""
    match view:
        case Isometric():
            return "isometric"
        case Flat():
            return "flat"
        case Channels():
            return "channels"
        case Volume():
            return "volume"
        case Matrix():
            return "matrix"
        case Sequence():
            return "sequence"
        case Undrawn():
            return "none"
        case _:
            assert_never(view)


def stiff(view: View, nodes: Nodes) -> str | None:
    """Why nothing in a view can move smoothly; None if it can."""
    if isinstance(view, Undrawn) or (isinstance(view, Isometric) and len(nodes) == 1):
        return None
    of_layers = f" of {len(nodes)} layers" if isinstance(view, Isometric) else ""
    return f"the {kind_of(view)} view{of_layers} goes from step to step, without frames between them"


def animates(view: View) -> bool:
    """Whether a figure in this view goes through its steps unless it is told otherwise."""
    return view.animate if isinstance(view, Matrix) else True
