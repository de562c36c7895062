"""The computation of a spec: its layers with their arrays, and an indexable sequence of steps, made on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain, product
from typing import TYPE_CHECKING, overload

import numpy as np

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import estimates
from conv_anim.tracing import values
from conv_anim.tracing.gathers import Fed, Gather, Index
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.operators import Operator
from conv_anim.tracing.sparse import marked
from conv_anim.tracing.taps import Step, Tap
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Input, Node, Spec
    from conv_anim.spec.op import Op
    from conv_anim.tracing.gathers import Share
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.values import Array


@dataclass(frozen=True, eq=False)
class LayerTrace(Sequence[Step]):
    """A layer with its arrays: ``input`` (channels, *size), ``weight`` in PyTorch's shape, ``output``. All read-only.

    ``input`` is the first of its ``inputs``, which are the maps numbered ``fed``: 0 is the spec's input, k what the
    k-th layer makes. ``kernels`` is a window's weight as (out_channels, in_channels / groups, *kernel_size).
    """

    number: int
    first_step: int
    layer: Op
    means: Operator | Gather
    """How it is computed: by a sliding window, or as a list of input cells for each output cell."""
    input: Array
    weight: Array | None
    kernels: Array | None
    bias: Array | None
    output: Array
    inputs: tuple[Array, ...]
    fed: tuple[int, ...]

    @property
    def operator(self) -> Operator:
        """The sliding window, also where its cells are read elsewhere. Raises TypeError for a layer that has none."""
        if isinstance(self.means, Operator):
            return self.means
        if self.means.sampling is not None:
            return self.means.sampling.window
        if self.means.sites is not None:
            return self.means.sites.window
        raise TypeError(f"{self.layer.type} has no sliding window")

    @property
    def is_window(self) -> bool:
        """Whether it is a sliding window."""
        return isinstance(self.means, Operator)

    def __len__(self) -> int:
        return self.output.size

    def __iter__(self) -> Iterator[Step]:
        """Not as sequences do it, for which an IndexError within a step would be the end."""
        return map(self.__getitem__, range(len(self)))

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
        means = self.means
        if isinstance(means, Gather):
            taps = tuple(self._share(number, share) for number, share in enumerate(means.shares(cell)))
            bias = None if means.added is None else means.added(cell)
            divisor = None if means.divisor is None else means.divisor(cell)
        else:
            channel, *position = cell
            taps = tuple(self._taps(channel, tuple(position)))
            bias = None if self.bias is None else self.bias[channel].item()
            mean = means.reduce == "mean"
            divisor = int(values.divisors(means)[tuple(position)]) if mean else None
        index = self.first_step + int(np.ravel_multi_index(cell, self.output.shape))
        return Step(index, self.number, cell, taps, bias, divisor, self.output[cell].item())

    def _share(self, number: int, share: Share) -> Tap:
        read, canvas = share.cell, share.canvas
        return Tap(
            channel=0 if read is None else read[0],
            window=(number,) if share.window is None else share.window,
            canvas=canvas if canvas is not None else read[1:] if read is not None else (),
            source=Source.PADDING if read is None else Source.INPUT,
            input=read,
            x=share.number if read is None else self.inputs[share.of][read].item(),
            weight=share.met,
            w=share.weight,
            of=share.of,
            other=share.other,
            made=share.made,
        )

    def _taps(self, channel: int, position: Index) -> Iterator[Tap]:
        op = self.operator
        along = [[_place(axis, o, t) for t in range(axis.kernel)] for axis, o in zip(op.axes, position, strict=True)]
        for k, seen in enumerate(op.seen_by(channel)):
            for places in product(*along):
                yield self._tap(places, seen=seen, kernel=(channel, k))

    def _tap(self, places: tuple[_Place, ...], *, seen: int, kernel: Index) -> Tap:
        window, canvas, sources, cells, weights = zip(*places, strict=True)
        source, takes_part = max(sources), window not in self.operator.left_out
        read = (seen, *cells) if source <= Source.BORROWED and takes_part else None
        weight = (*kernel, *weights) if self.kernels is not None and takes_part else None
        return Tap(
            channel=seen,
            window=window,
            canvas=canvas,
            source=source,
            input=read,
            x=(self._empty(source) if takes_part else None) if read is None else self.input[read].item(),
            weight=weight,
            w=None if weight is None or self.kernels is None else self.kernels[weight].item(),
        )

    def _empty(self, source: Source) -> int | None:
        """The number of a cell that shows no input cell: 0, or none where the layer leaves it out."""
        op = self.operator
        left_out = op.reduce == "max" or (op.reduce == "mean" and not op.mean_counts_padding)
        return None if left_out or source is Source.OUTSIDE else 0


_Place = tuple[int, int, Source, int, int]
"""Along an axis: the cell of the window, that of the canvas, what it shows, the input cell, and the kernel's cell."""


def _place(axis: Axis, output: int, tap: int) -> _Place:
    canvas = axis.cell(output, tap)
    cells, sources = axis.sources
    return tap, canvas, Source(int(sources[canvas])), int(cells[canvas]), axis.weight(tap)


@dataclass(frozen=True, eq=False)
class Trace(Sequence[Step]):
    """All layers of a spec, in an order in which they can be computed; as a sequence, all their steps: one per cell."""

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
        """The last layer's output: (out_channels, *out_size), of int64 where every number is whole, else of float64.

        That of a backward pass is the gradient, in the shape of the input or of the weight.
        """
        return self.layers[-1].layer.unfolded(self.made)

    @property
    def made(self) -> Array:
        """The last layer's output as it is drawn: (channels, *size)."""
        return self.layers[-1].output

    def __len__(self) -> int:
        return sum(map(len, self.layers))

    def __iter__(self) -> Iterator[Step]:
        return chain.from_iterable(self.layers)

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

    Raises SpecError, before anything is computed, for what takes more than the ``limits`` allow; and for layers that
    multiply numbers beyond what a float can hold.
    """
    if spec.panels:
        what = f"this spec has {len(spec.panels)} panels, each with a trace of its own"
        raise SpecError([Problem(Code.EXCLUSIVE_KEYS, what, "panels", hint="take them one by one: spec.panels[0]")])
    estimates.computable(spec, limits or USUAL)
    x = values.frozen(_input(spec.input))
    layers: list[LayerTrace] = []
    first_step = 0
    for number, node in enumerate(spec.nodes):
        maps = [x, *(layer.output for layer in layers)]
        inputs = tuple(maps[k] for k in node.inputs)
        makers = tuple(None if k == 0 else layers[k - 1] for k in node.inputs)
        with np.errstate(over="ignore", invalid="ignore"):  # reported below, not as a warning
            layers.append(_layer(node, inputs, makers, number=number, first_step=first_step))
        _check_finite(layers[-1], alone=len(spec.nodes) == 1)
        first_step += layers[-1].output.size
    return Trace(spec, tuple(layers))


def _input(given: Input) -> Array:
    """The numbers of an input; 0 where a cell is not there."""
    x = values.fill(given.values, (given.channels, *given.size))
    return x if given.active is None else np.where(marked(given.active, given.size), x, 0)


def _check_finite(made: LayerTrace, *, alone: bool) -> None:
    """Raise SpecError for numbers beyond those of a float; a largest one of nothing is −∞, and meant."""
    window = made.layer.window
    if np.isfinite(made.output).all() or (window is not None and window.reduce == "max"):
        return
    path = "layer" if alone else f"layers[{made.number}]"
    what = f"the numbers that layer {made.number + 1} makes are too large for a float, which ends at about 10³⁰⁸"
    raise SpecError([Problem(Code.OUT_OF_RANGE, what, path, hint="smaller weights, or fewer layers")])


def _layer(
    node: Node, inputs: tuple[Array, ...], makers: tuple[LayerTrace | None, ...], *, number: int, first_step: int
) -> LayerTrace:
    op, weight = node.op, _weight(node.op)
    bias, window = values.bias(op.added), op.window
    if window is None:
        gather = op.gather(Fed(inputs, makers, weight, bias))
        output = values.frozen(gather.output(*inputs))
        kernels = None if gather.sampling is None and gather.sites is None else weight
        return LayerTrace(number, first_step, op, gather, inputs[0], weight, kernels, bias, output, inputs, node.inputs)
    kernels = None if weight is None else values.frozen(op.kernels(weight))
    output = values.frozen(values.output(window, inputs[0], kernels, bias))
    return LayerTrace(number, first_step, op, window, inputs[0], weight, kernels, bias, output, inputs, node.inputs)


def _weight(op: Op) -> Array | None:
    """In PyTorch's shape for the op."""
    if op.weight_values is None or op.weight_shape is None:
        return None
    return values.frozen(values.fill(op.weight_values, op.weight_shape))


def found_at(pool: LayerTrace) -> Array:
    """Where a max pool found each of its numbers, as PyTorch's ``return_indices``: flat places in a map of its input.

    (channels, *out_size); of equal numbers the first counts.
    """
    return values.largest_at(pool.operator, pool.input)
