"""The gradient of any op from its own forward taps: where a tap made an output of an input, it hands its gradient back.

An output's gradient goes to each cell that the output was made of, times what the cell met there: the forward tap
(output o, input i, weight w) is the backward tap (output i, input o, weight w), and for the weight (output w, input o,
times i). A maximum hands all of it to the cell that it is, a mean an equal share to each, a function its
slope there.
"""

from __future__ import annotations

from functools import cached_property
from math import ceil, prod
from typing import TYPE_CHECKING, NamedTuple

from conv_anim.ops.pull_words import WORDS, point, term
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, Products, Shape
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

UPSTREAM = "upstream"
"""The role of a gradient that arrives."""


@dataclass(frozen=True, slots=True)
class Upstream(Op):
    """The gradient that arrives at an output: given, as from a loss that is that output weighed and added up."""

    ends: Ends
    values: Values

    WORDS = WORDS
    CODE = "conv_anim.ops.upstream_code"
    type = UPSTREAM
    badge = "loss"
    roles = ("output", "kernel", UPSTREAM)
    given = True

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing import values
        from conv_anim.tracing.gathers import Gather, Share

        del fed
        numbers = values.fill(self.values, (self.ends.out_channels, *self.ends.out_size))
        return Gather(self.ends, lambda cell: [Share(cell, made=numbers[cell].item())], lambda _: numbers)


class Part(NamedTuple):
    """A cell that gets a gradient, and what the gradient is multiplied by."""

    cell: Index
    factor: Number
    other: tuple[int, Index] | None = None
    """Where that number is, if it is a cell of a map: the input of the backward node, and the cell."""


INPUTS = 2
"""Which input of a backward node is the first one of the forward node."""


class Pull(Op):
    """A gradient made from that of an op's output; a subclass has the op as ``forward``.

    Its inputs are the gradient, and for the sake of how that was made the op's output, and its inputs.
    """

    __slots__ = ()
    forward: Op

    WORDS = WORDS
    CODE = "conv_anim.ops.pulls_code"
    drawn_inputs = 1

    @property
    def fed(self) -> tuple[Shape, ...]:
        ends = self.forward.ends
        return *((Shape(ends.out_channels, ends.out_size),) * 2), *self.forward.fed

    @property
    def most_taps(self) -> int:
        """On the average."""
        made = Shape(self.forward.ends.out_channels, self.forward.ends.out_size).cells
        return ceil(made * _taps(self.forward) / max(1, Shape(self.ends.out_channels, self.ends.out_size).cells))

    @property
    def products(self) -> Products:
        """As many as forward: each of them hands one back."""
        cells, each, of_input = self.forward.products
        return Products(cells, each, not of_input)

    def back(self, layer: LayerTrace, step: Step) -> Iterator[Part]:
        """What a forward step hands its gradient to."""
        raise NotImplementedError

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share

        layer = fed.makers[1]
        assert layer is not None
        table = Table(self, layer)

        def shares(cell: Index) -> list[Share]:
            return [_share(output, part) for output, part in table.found.get(cell, [])]

        def _share(output: Index, part: Part) -> Share:
            copied = part.factor == 1 and part.other is None
            return Share(output, None if copied else part.factor, other=part.other)

        return Gather(self.ends, shares, lambda gradient, *_: table.added(gradient))

    def kind(self) -> str:
        return f"pull.{self.forward.kind()}"

    def name(self, say: Language) -> str:
        return say.of(self, f"kind.{self.type}", what=self.forward.name(say))

    def edges(self, say: Language) -> list[tuple[str, str]]:
        """What its taps are, for ``explain``."""
        return [(say("explain.back"), self.point(say))]

    def details(self) -> dict[str, object]:
        return {"gradient_of": self.type.removeprefix("grad_"), "through": self.forward.type}

    def point(self, say: Language) -> str:
        return point(self, say)

    def terms(self, say: Language) -> list[str]:
        return term(self, say)


def _taps(op: Op) -> int:
    """The taps of an output cell of an op."""
    window = op.window
    if window is None:
        return op.most_taps
    return prod(window.kernel_size) * (window.in_channels // window.groups)


@dataclass(frozen=True)
class Table:
    """What each cell of a gradient is made of, found by going through the forward taps once."""

    pull: Pull
    layer: LayerTrace

    @cached_property
    def found(self) -> dict[Index, list[tuple[Index, Part]]]:
        """For each cell the outputs whose gradients it gets, and what each of them is multiplied by."""
        found: dict[Index, list[tuple[Index, Part]]] = {}
        for step in self.layer:
            for part in self.pull.back(self.layer, step):
                found.setdefault(part.cell, []).append((step.output, part))
        return found

    def added(self, gradient: Array) -> Array:
        """All cells at once: (out_channels, *out_size); whole numbers stay whole."""
        import numpy as np

        from conv_anim.tracing.decimals import products

        ends = self.pull.ends
        ways = [(cell, *each) for cell, all_ in self.found.items() for each in all_]
        if not ways:
            return np.zeros((ends.out_channels, *ends.out_size), np.int64)
        factors = np.array([part.factor for _, _, part in ways])
        where, read = (tuple(np.array([way[k] for way in ways]).T) for k in (0, 1))

        def laid(gradient: Array, factors: Array, _: Array) -> Array:
            made = np.zeros((ends.out_channels, *ends.out_size), gradient.dtype)
            np.add.at(made, where, gradient[read] * factors)
            return made

        return products(laid, gradient, factors, None, terms=max(map(len, self.found.values())))


@dataclass(frozen=True, slots=True)
class InputPull(Pull):
    """The gradient of one of an op's inputs."""

    ends: Ends
    forward: Op
    of: int

    type = "grad_input"
    roles = (UPSTREAM, "kernel", "grad_input")

    @classmethod
    def through(cls, op: Op, of: int) -> InputPull:
        """The gradient of one of an op's inputs."""
        made, read = op.ends, op.fed[of]
        return cls(Ends(made.out_channels, made.out_size, read.channels, read.size), op, of)

    @property
    def undoes(self) -> Op:
        return self.forward

    @property
    def stays(self) -> bool:
        return self.forward.stays

    def back(self, layer: LayerTrace, step: Step) -> Iterator[Part]:
        yield from _partials(layer, step, self.of)


def _partials(layer: LayerTrace, step: Step, of: int) -> Iterator[Part]:
    """The cells of an input that a step's value changes with, and how much."""
    op, window = layer.layer, layer.layer.window
    read = [tap for tap in step.taps if tap.input is not None and tap.of == of and tap.x is not None]
    reduce = window.reduce if window is not None else op.badge
    found: list[tuple[Index | None, Number]]
    if reduce == "max":
        largest = next((tap for tap in read if tap.x == step.value), None)
        found = [] if largest is None else [(largest.input, 1)]
    elif window is not None and window.reduce == "norm":
        found = [(tap.input, _of_norm(tap, step.value, window.norm_type)) for tap in read]
    elif any(tap.made is not None for tap in read):
        found = [(tap.input, slope) for tap, slope in zip(step.taps, op.slopes(step), strict=True)]
    else:
        found = [(tap.input, _factor(tap, step)) for tap in read]
    for (cell, factor), tap in zip(found, read, strict=False):
        if cell is not None:
            yield Part(cell, factor, None if tap.other is None else (INPUTS + tap.other[0], tap.other[1]))
    for tap in step.taps:
        if tap.other is not None and tap.other[0] == of and tap.input is not None:
            yield Part(tap.other[1], tap.x or 0, (INPUTS + tap.of, tap.input))


def _factor(tap: Tap, step: Step) -> Number:
    """What a tap's cell is multiplied by on its way to the sum."""
    w = 1 if tap.w is None else tap.w
    return w if step.divisor is None or step.divisor == 1 else w / step.divisor


def _of_norm(tap: Tap, norm: Number, p: Number) -> Number:
    """∂(Σ|x|ᵖ)^(1/p)/∂x = sign(x)·(|x|/norm)^(p − 1); where all is 0 there is no slope, and 0 is taken."""
    x = tap.x or 0
    return 0 if x == 0 or norm == 0 else (abs(x) / norm) ** (p - 1) * (1 if x > 0 else -1)


@dataclass(frozen=True, slots=True)
class WeightPull(Pull):
    """The gradient of an op's weight: a map for each pair of channels, one of rows and columns, or a vector."""

    ends: Ends
    forward: Op

    type = "grad_weight"
    badge = "Σ x·g"

    @property
    def roles(self) -> tuple[str, str, str]:
        return UPSTREAM, "kernel", "grad_weight" if self.forward.window is None else "grad_kernel"

    @classmethod
    def through(cls, op: Op) -> WeightPull:
        """The gradient of the weight of an op that has one."""
        made, shape = op.ends, op.weight_shape
        assert shape is not None
        if op.window is not None:
            channels, size = prod(shape[:2]), shape[2:]
        else:
            channels, size = (1, shape) if len(shape) == 2 else (shape[0], ())
        return cls(Ends(made.out_channels, made.out_size, channels, size), op)

    @property
    def shape(self) -> Size:
        """The shape of the weight."""
        assert self.forward.weight_shape is not None
        return self.forward.weight_shape

    def unfolded(self, made: Array) -> Array:
        return made.reshape(self.shape)

    def back(self, layer: LayerTrace, step: Step) -> Iterator[Part]:
        import numpy as np

        shape = (self.ends.out_channels, *self.ends.out_size)
        places = np.arange(prod(self.shape)).reshape(self.shape)
        places = places if layer.kernels is None else self.forward.kernels(places)
        for tap in step.taps:
            if tap.weight is not None and tap.input is not None and tap.x is not None:
                flat = int(places[tap.weight])
                cell = tuple(int(i) for i in np.unravel_index(flat, shape))
                yield Part(cell, tap.x, (INPUTS + tap.of, tap.input))
