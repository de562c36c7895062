"""Views in a spec: their options, which of them can show what, and the one that suits best if none is named."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, assert_never

from conv_anim.diagnostics import Code, listed
from conv_anim.spec.kinds import Either, Flag, Made, OneOf, is_mapping, is_scalar
from conv_anim.spec.model import Channels, Conv, ConvTranspose, Flat, Given, Isometric, Matrix, Pool, Volume
from conv_anim.spec.records import Field, Object, Record, Tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Input, Layer, View
    from conv_anim.spec.records import Chosen

FEW_CHANNELS = 5
FEW_CELLS = 150
MOST_NUMBERS = 20_000
"""Cells with a number that a figure may have."""

SUM = Field("sum", Flag(), "Write the sum of the step below the numbers.", default=True)
Show: TypeAlias = Literal["maps", "sum", "both"]
SHOWS: tuple[Show, ...] = ("maps", "sum", "both")
SHOW: Field[Show] = Field("show", OneOf(SHOWS), "The channels' maps, how they add up, or both.", default="both")
ANIMATE = Field("animate", Flag(), "Go through the matrix row by row instead of one still.", default=False)


class ViewKind(NamedTuple):
    """A view's options, how they become a view, and why it cannot show some layers (None if it can)."""

    options: Object
    make: Callable[[Record], View]
    refuses: Callable[[Input, tuple[Layer, ...]], str | None]


def _one_layer(layers: tuple[Layer, ...]) -> str | None:
    return None if len(layers) == 1 else f"shows one layer, and this spec has {len(layers)}"


def _windows(layers: tuple[Layer, ...]) -> str | None:
    """Why a view of sliding windows cannot show the layers."""
    other = next((layer for layer in layers if not isinstance(layer, Conv | ConvTranspose | Pool)), None)
    return None if other is None else f"shows sliding windows, and {name_of(other)} is none"


def name_of(layer: Layer) -> str:
    """The type of a layer as a spec writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()


def _two_axes(input_: Input) -> str | None:
    return None if len(input_.size) < 3 else "shows inputs with 1 or 2 axes, and this one has 3"


def _numbers(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    cells = prod(input_.size) + sum(prod(layer.ends.out_size) for layer in layers)
    if cells <= MOST_NUMBERS:
        return None
    return f"writes every number, and this layer has {cells} of them (at most {MOST_NUMBERS})"


def _isometric(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    return _windows(layers) or _two_axes(input_)


def _flat(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    many = max(input_.channels, layers[0].ends.out_channels)
    single = None if many == 1 else f"shows one channel, and this layer has {many}"
    return _windows(layers) or _one_layer(layers) or _two_axes(input_) or single or _numbers(input_, layers)


def _channels(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    return _windows(layers) or _one_layer(layers) or _two_axes(input_) or _numbers(input_, layers)


def _volume(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    del input_
    return _windows(layers)


def _matrix(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    if len(layers) > 1 or _windows(layers) is not None:
        return _one_layer(layers) or _windows(layers)
    ends = layers[0].ends
    if isinstance(layers[0], Pool) and layers[0].reduce == "max":
        return "shows linear layers, and a maximum is none"
    entries = prod(input_.size) * input_.channels * prod(ends.out_size) * ends.out_channels
    if entries <= MOST_NUMBERS:
        return None
    return f"shows the whole matrix, and this one has {entries} entries (at most {MOST_NUMBERS})"


VIEWS: dict[str, ViewKind] = {
    "isometric": ViewKind(Object("the isometric view", (), "kind"), lambda _: Isometric(), _isometric),
    "flat": ViewKind(Object("the flat view", (SUM,), "kind"), lambda record: Flat(record.of(SUM)), _flat),
    "channels": ViewKind(
        Object("the channels view", (SHOW,), "kind"), lambda record: Channels(record.of(SHOW)), _channels
    ),
    "volume": ViewKind(Object("the volume view", (), "kind"), lambda _: Volume(), _volume),
    "matrix": ViewKind(
        Object("the matrix view", (ANIMATE,), "kind"), lambda record: Matrix(record.of(ANIMATE)), _matrix
    ),
}

PLAIN = Made(OneOf(tuple(VIEWS)), lambda name: (name, None))
WITH_OPTIONS = Tagged("a view", "kind", {name: kind.options for name, kind in VIEWS.items()}, "Which view.")


def _chosen(chosen: Chosen) -> tuple[str, Record | None]:
    return chosen.name, chosen.record


VIEW: Field[tuple[str, Record | None]] = Field(
    "view",
    Either(((is_mapping, Made(WITH_OPTIONS, _chosen)), (is_scalar, PLAIN))),
    "How it is drawn: a name, or a mapping of kind and options. By default what suits the layer.",
)


def view_of(record: Record, input_: Input, layers: tuple[Layer, ...], report: Report) -> Maybe[View]:
    """The view that is asked for, if it can show the layers; else the one that suits them."""
    asked = record.get(VIEW)
    if asked is None:
        return suiting(input_, layers)
    name, options = asked
    kind = VIEWS[name]
    why = kind.refuses(input_, layers)
    if why is not None:
        able = [other for other, kind in VIEWS.items() if kind.refuses(input_, layers) is None]
        return report.add(
            Code.VIEW, f"the {name} view {why}", record.at(VIEW), f"views that can show it: {listed(able)}"
        )
    view = kind.make(Record.empty() if options is None else options)
    if isinstance(view, Channels) and view.show == "sum" and not _meet(layers[0]):
        what = "here no channel meets another: there is nothing to add up"
        return report.add(Code.VIEW, what, record.at(VIEW), "show: maps")
    return view


def _meet(layer: Layer) -> bool:
    """Whether some output is made of more than its own channel."""
    if not isinstance(layer, Conv | ConvTranspose):
        return False
    return not (1 < layer.ends.in_channels == layer.groups == layer.ends.out_channels)


def suiting(input_: Input, layers: tuple[Layer, ...]) -> View:
    """Numbers that the user gave are shown as numbers; one map as planes; a few channels in rows; the rest as boxes."""
    first = layers[0]
    several = input_.channels > 1 or any(layer.ends.out_channels > 1 for layer in layers)
    if len(input_.size) == 3:
        return Volume()
    if len(layers) > 1:
        return Volume() if several else Isometric()
    if not several:
        written = isinstance(input_.values, Given) or (
            isinstance(first, Conv | ConvTranspose) and isinstance(first.weight, Given)
        )
        return Flat() if written and prod(input_.size) <= FEW_CELLS else Isometric()
    few = input_.channels <= FEW_CHANNELS and prod(input_.size) <= FEW_CELLS
    return Channels() if few else Volume()


def kind_of(view: View) -> str:
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
        case _:
            assert_never(view)


def animates(view: View) -> bool:
    """Whether a figure in this view goes through its steps unless it is told otherwise."""
    return view.animate if isinstance(view, Matrix) else True
