"""Stacks of layers for tests, drawn by Hypothesis, and what their cells are made of: plain loops over taps."""

from dataclasses import replace
from itertools import product

from hypothesis import assume
from hypothesis import strategies as st

from conv_anim.spec.model import Labels
from conv_anim.tracing.geometry import Source
from tests.layers import (
    MODES,
    along,
    axis_of_conv,
    axis_of_pool,
    axis_of_transpose,
    biases,
    conv,
    conv_transpose,
    numbers,
    pool,
    spec,
)

LONGEST = 16
"""Cells of a map's axis: stacks with longer maps are not drawn."""


@st.composite
def layer_on(draw, size, *, whole=True):
    """A layer of one channel for a map of a size."""
    kind = draw(st.sampled_from(["conv", "conv", "transposed", "pool"]))
    if kind == "pool":
        reduce = draw(st.sampled_from(["max", "mean"]))
        axes = along([{**draw(axis_of_pool(n)), "dilation": 1} for n in size])  # then every window has a maximum
        return pool(size, **axes, reduce=reduce, ceil_mode=draw(st.booleans()))
    mode = draw(st.sampled_from(MODES))
    axes = along([draw(axis_of_conv(n, mode) if kind == "conv" else axis_of_transpose(n)) for n in size])
    weight = draw(numbers((1, 1, *axes["kernel"]), axes["kernel"], whole=whole))
    bias = draw(biases(1, whole=whole))
    if kind == "conv":
        return conv(size, **axes, padding_mode=mode, flip=draw(st.booleans()), weight=weight, bias=bias)
    return conv_transpose(size, **axes, weight=weight, bias=bias)


@st.composite
def stacks(draw, axes, view, *, most=3):
    """One to ``most`` layers with so many axes, in a view, as a figure with labels."""
    size = tuple(draw(st.integers(1, 9 if axes == 1 else 5)) for _ in range(axes))
    layers = []
    for _ in range(draw(st.integers(1, most))):
        layers.append(draw(layer_on(size)))
        size = layers[-1].ends.out_size
        assume(min(size) > 0 and max(size) <= LONGEST)
    made = replace(spec(*layers, values=draw(numbers((1, *layers[0].ends.in_size), layers[0].ends.in_size))), view=view)
    return replace(made, labels=Labels())


def taps_behind(traced, cell):
    """For each layer from the lowest, for each of its outputs that matters to a cell of the last one, the taps."""
    found = []
    wanted = {cell}
    for layer in reversed(traced.layers):
        taps = {made: layer.step((0, *made)).taps for made in sorted(wanted)}
        found.insert(0, taps)
        wanted = {tap.input[1:] for each in taps.values() for tap in each if tap.input is not None}
    return found


def lead(layer):
    """How many cells of the input lie before the canvas."""
    return tuple(max(0, -axis.before) for axis in layer.operator.axes)


def on_sheet(layer, canvas):
    return tuple(c + more for c, more in zip(canvas, lead(layer), strict=True))


def sources(layer):
    """For every cell of a layer's sheet that some tap can name what it is."""
    found = {}
    for cell in product(*map(range, layer.operator.out_size)):
        for tap in layer.step((0, *cell)).taps:
            found[on_sheet(layer, tap.canvas)] = tap.source
    return found


def home(layer, cell):
    """Where a cell of the input lies on the sheet."""
    axes = zip(layer.operator.axes, cell, lead(layer), strict=True)
    return tuple(more + axis.before + i * axis.stretch for axis, i, more in axes)


def read_cells(taps):
    """The input cells among taps of one layer."""
    return {tap.input[1:] for each in taps.values() for tap in each if tap.input is not None}


def behind(traced, outputs):
    """For each map, from the input up, the cells (without their channel) that some outputs are made of, by the taps."""
    found = [set(outputs)]
    for layer in reversed(traced.layers):
        taps = [tap for cell in found[0] for tap in layer.step((0, *cell)).taps]
        found.insert(0, {tap.input[1:] for tap in taps if tap.input is not None})
    return found


def never_read(layer):
    """The cells of the input that no tap of the layer reads where they lie."""
    read = {
        tap.input[1:]
        for cell in product(*map(range, layer.operator.out_size))
        for tap in layer.step((0, *cell)).taps
        if tap.source is Source.INPUT
    }
    return set(product(*map(range, layer.layer.ends.in_size))) - read
