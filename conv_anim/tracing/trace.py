"""The computation of a spec: its layers with their arrays, and an indexable sequence of steps, made when asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import estimates
from conv_anim.spec.model import Conv, ConvTranspose, MaxUnpool, Pool
from conv_anim.tracing import values
from conv_anim.tracing.gathers import Gather, gather
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.operators import Operator, operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Layer, Number, Spec
    from conv_anim.tracing.values import Array

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tap:
    """One cell of the window.

    ``canvas`` is where it lies: on the input, stretched and padded (row, column, …). ``input`` is the input cell
    (channel, row, column, …) that is read there, None if there is none; ``x`` is its number, 0 for padding and inserted
    zeros, None for a cell that takes no part. ``weight`` is the cell of `LayerTrace.kernels` that it meets and ``w``
    that number, both None in a pool. An interpolation
    has a ``w`` of no kernel.
    """

    channel: int
    window: Index
    canvas: Index
    source: Source
    input: Index | None
    x: Number | None
    weight: Index | None
    w: Number | None

    @property
    def product(self) -> Number | None:
        """What the tap contributes: x · w, in a pool x itself."""
        if self.x is None or self.w is None:
            return self.x
        return self.x * self.w


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell, (channel, row, column, …) of its layer, with its taps: channel by channel, row by row."""

    index: int
    layer: int
    output: Index
    taps: tuple[Tap, ...]
    bias: Number | None
    divisor: int | None
    """What a mean divides its sum by."""
    value: Number


@dataclass(frozen=True, eq=False)
class LayerTrace(Sequence[Step]):
    """A layer with its arrays: ``input`` (channels, *size), ``weight`` in PyTorch's shape, ``output``. All read-only.

    ``kernels`` is the weight as (out_channels, in_channels / groups, *kernel_size), whatever the layer's type.
    """

    number: int
    first_step: int
    layer: Layer
    means: Operator | Gather
    """How it is computed: by a sliding window, or as a list of input cells for each output cell."""
    input: Array
    weight: Array | None
    kernels: Array | None
    bias: Array | None
    output: Array

    @property
    def operator(self) -> Operator:
        """The sliding window. Raises TypeError for a layer that has none."""
        if isinstance(self.means, Operator):
            return self.means
        raise TypeError(f"{type(self.layer).__name__} has no sliding window")

    def __len__(self) -> int:
        return self.output.size

    @overload
    def __getitem__(self, key: int) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, key: int | slice) -> Step | tuple[Step, ...]:
        if isinstance(key, slice):
            return tuple(self[k] for k in range(*key.indices(len(self))))
        flat = range(len(self))[key]
        return self.step(tuple(int(i) for i in np.unravel_index(flat, self.output.shape)))

    def step(self, cell: Index) -> Step:
        """The step that computes an output cell (channel, row, column, …)."""
        channel, *position = cell
        gathered = isinstance(self.means, Gather)
        taps = (
            self._gathered(self.means, cell) if isinstance(self.means, Gather) else self._taps(channel, tuple(position))
        )
        mean = not gathered and self.operator.reduce == "mean"
        return Step(
            index=self.first_step + int(np.ravel_multi_index(cell, self.output.shape)),
            layer=self.number,
            output=cell,
            taps=tuple(taps),
            bias=None if self.bias is None else self.bias[channel].item(),
            divisor=int(values.divisors(self.operator)[tuple(position)]) if mean else None,
            value=self.output[cell].item(),
        )

    def _gathered(self, means: Gather, cell: Index) -> Iterator[Tap]:
        for number, (read, weight, canvas) in enumerate(means.shares(cell)):
            yield Tap(
                channel=0 if read is None else read[0],
                window=(number,),
                canvas=canvas if canvas is not None else read[1:] if read is not None else (),
                source=Source.PADDING if read is None else Source.INPUT,
                input=read,
                x=0 if read is None else self.input[read].item(),
                weight=None,
                w=weight,
            )

    def _taps(self, channel: int, position: Index) -> Iterator[Tap]:
        op = self.operator
        for k, seen in enumerate(op.seen_by(channel)):
            for window in product(*map(range, op.kernel_size)):
                yield self._tap(position, window, seen=seen, kernel=(channel, k))

    def _tap(self, position: Index, window: Index, *, seen: int, kernel: Index) -> Tap:
        axes = self.operator.axes
        canvas = tuple(axis.cell(o, t) for axis, o, t in zip(axes, position, window, strict=True))
        source = Source(max(int(axis.sources[1][c]) for axis, c in zip(axes, canvas, strict=True)))
        read = None
        if source <= Source.BORROWED:
            read = (seen, *(int(axis.sources[0][c]) for axis, c in zip(axes, canvas, strict=True)))
        weight = None
        if self.kernels is not None:
            weight = (*kernel, *(axis.weight(t) for axis, t in zip(axes, window, strict=True)))
        return Tap(
            channel=seen,
            window=window,
            canvas=canvas,
            source=source,
            input=read,
            x=self._empty(source) if read is None else self.input[read].item(),
            weight=weight,
            w=None if weight is None or self.kernels is None else self.kernels[weight].item(),
        )

    def _empty(self, source: Source) -> int | None:
        """The number of a cell that shows no input cell: 0, or none where the layer leaves it out."""
        op = self.operator
        left_out = op.reduce == "max" or (op.reduce == "mean" and not op.mean_counts_padding)
        return None if left_out or source is Source.OUTSIDE else 0


@dataclass(frozen=True, eq=False)
class Trace(Sequence[Step]):
    """All layers of a spec, each fed by the one before; as a sequence, all their steps: one per output cell."""

    spec: Spec
    layers: tuple[LayerTrace, ...]

    @property
    def layer(self) -> LayerTrace:
        """The first layer: the only one of most figures."""
        return self.layers[0]

    @property
    def input(self) -> Array:
        """The spec's input: (channels, *size)."""
        return self.layers[0].input

    @property
    def output(self) -> Array:
        """The last layer's output: (out_channels, *out_size), of int64 where every number is whole, else of float64."""
        return self.layers[-1].output

    def __len__(self) -> int:
        return sum(map(len, self.layers))

    @overload
    def __getitem__(self, key: int) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, key: int | slice) -> Step | tuple[Step, ...]:
        if isinstance(key, slice):
            return tuple(self[k] for k in range(*key.indices(len(self))))
        step = range(len(self))[key]
        ends = list(accumulate(map(len, self.layers)))
        layer = self.layers[bisect_right(ends, step)]
        return layer[step - layer.first_step]


def trace(spec: Spec, *, limits: Limits | None = None) -> Trace:
    """Compute a spec: every array of every layer. Steps are made when they are asked for.

    Raises SpecError, before anything is computed, for what takes more than the ``limits`` allow.
    """
    if spec.panels:
        what = f"this spec has {len(spec.panels)} panels, each with a trace of its own"
        raise SpecError([Problem(Code.EXCLUSIVE_KEYS, what, "panels", hint="take them one by one: spec.panels[0]")])
    estimates.computable(spec, limits or USUAL)
    x = values.frozen(values.fill(spec.input.values, (spec.input.channels, *spec.input.size)))
    layers: list[LayerTrace] = []
    first_step = 0
    for layer in spec.layers:
        layers.append(_layer(layer, x, before=layers, first_step=first_step))
        x = layers[-1].output
        first_step += x.size
    return Trace(spec, tuple(layers))


def _layer(layer: Layer, x: Array, *, before: Sequence[LayerTrace], first_step: int) -> LayerTrace:
    number = len(before)
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        indices = found_at(before[layer.pool]) if isinstance(layer, MaxUnpool) else None
        means = gather(layer, indices)
        return LayerTrace(number, first_step, layer, means, x, None, None, None, values.frozen(means.output(x)))
    op = operator(layer)
    weight = kernels = bias = None
    if not isinstance(layer, Pool):
        weight = values.frozen(values.weights(layer))
        kernels = values.frozen(values.kernels(layer, weight))
        bias = values.bias(layer.bias)
    output = values.frozen(values.output(op, x, kernels, bias))
    return LayerTrace(number, first_step, layer, op, x, weight, kernels, bias, output)


def found_at(pool: LayerTrace) -> Array:
    """Where a max pool found each of its numbers, as PyTorch's ``return_indices``: flat places in a map of its input.

    (channels, *out_size); of equal numbers the first counts.
    """
    return values.largest_at(pool.operator, pool.input)
