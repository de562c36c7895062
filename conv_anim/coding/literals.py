"""A spec's numbers in a program: written out if they are few, else as they came to be."""

from __future__ import annotations

from itertools import product
from math import prod
from textwrap import wrap
from typing import TYPE_CHECKING, assert_never

from conv_anim.diagnostics import SpecError
from conv_anim.limits import fixed
from conv_anim.spec.model import Arange, Given, Random
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace, Trace
    from conv_anim.tracing.values import Array

FEW = 200
"""Numbers that are written out even where a formula would do."""
MOST = 50_000
"""Numbers that are written out at all."""
REPEATED = 8
"""Equal numbers that are written out one by one."""
ONE_LINE, WIDEST = 64, 100
"""Characters of a list of lists that stays on its line, and of any line."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a framework writes an array: from nested lists, from an array of numpy's, and repeated to a shape."""

    written: str
    formula: str
    spread: str

    def of(self, values: Values, numbers: Array) -> str:
        """An expression for an array whose numbers are these. Raises SpecError for too many to write."""
        shape = numbers.shape
        match values:
            case Given() if len(values.numbers) < numbers.size:
                return self.spread.format(self._literal(list(values.numbers), values.shape), shape)
            case Arange() if numbers.size > FEW:
                return self.formula.format(f"np.arange({numbers.size}.0).reshape{shape}")
            case Random() if numbers.size > FEW:
                drawn = _drawn(values, shape)
                return f"({drawn})" if self.formula == "{}" else self.formula.format(drawn)  # a factor of what follows
            case Given() | Arange() | Random():
                return self._literal(numbers.ravel().tolist(), shape)
            case _:
                assert_never(values)

    def input(self, trace: Trace) -> str:
        """An expression for the input of a trace; where cells are not there, for their zeros too."""
        given = trace.spec.input
        if given.active is None:
            return self.of(given.values, trace.input)
        return self._literal(trace.input.ravel().tolist(), trace.input.shape)

    def weight(self, traced: LayerTrace) -> str:
        """An expression for a layer's weights."""
        values = traced.layer.weight_values
        assert values is not None
        assert traced.weight is not None
        written = self.of(values, traced.weight)
        window = traced.layer.window
        return written if window is None else self.masked(written, window)

    def masked(self, written: str, window: Operator) -> str:
        """An expression for a window's weights, 0 where it leaves them out."""
        return f"({written} * {self._kept(window)})" if window.left_out else written

    def _kept(self, window: Operator) -> str:
        """A mask: 1 for the weights that count, 0 for those that a window leaves out."""
        cells = [int(cell not in window.left_out) for cell in product(*map(range, window.kernel_size))]
        return self._literal(list(cells), window.kernel_size)

    def numbers(self, numbers: Array) -> str:
        """An expression for a list that is written out."""
        listed = numbers.ravel().tolist()
        if len(listed) > REPEATED and set(listed) == {listed[0]}:
            return self.written.format(f"[{listed[0]!r}] * {len(listed)}")
        return self._literal(listed, numbers.shape)

    def _literal(self, numbers: list[Number], shape: Size) -> str:
        if len(numbers) > MOST:
            what = f"{len(numbers)} numbers are too many to write into a program (at most {MOST})"
            raise SpecError([fixed(what, "conv-anim trace prints them as JSON")])
        return self.written.format(nested(numbers, shape))


NUMPY = Form("np.array({}, dtype=float)", "{}", "np.broadcast_to({}, {})")


def _drawn(values: Random, shape: Size) -> str:
    """As `conv_anim.tracing.values` draws them."""
    unit = f"np.random.RandomState({values.seed}).random_sample({shape})"
    low, high = values.low, values.high
    whole = isinstance(low, int) and isinstance(high, int)
    drawn = f"np.floor({unit} * {high - low + 1})" if whole else f"{unit} * {high - low!r}"
    return drawn if low == 0 else f"{low!r} + {drawn}"


def nested(numbers: list[Number], shape: Size) -> str:
    """Nested lists: on one line if there is room, else the innermost lists on a line each."""
    flat = _flat(numbers, shape)
    return flat if len(flat) <= ONE_LINE else "\n".join(_lines(numbers, shape, 0)).rstrip(",")


def _flat(numbers: list[Number], shape: Size) -> str:
    inside = map(repr, numbers) if len(shape) == 1 else (_flat(part, shape[1:]) for part in _parts(numbers, shape))
    return f"[{', '.join(inside)}]"


def _lines(numbers: list[Number], shape: Size, depth: int) -> list[str]:
    indent = "    " * depth
    flat = f"{indent}{_flat(numbers, shape)},"
    if (len(shape) == 1 and len(flat) <= WIDEST) or (depth and len(flat) <= ONE_LINE):
        return [flat]
    if len(shape) == 1:
        inside = wrap(", ".join(map(repr, numbers)), WIDEST - 4 * depth - 4)
        return [f"{indent}[", *(f"{indent}    {line}" for line in inside), f"{indent}],"]
    inside = [line for part in _parts(numbers, shape) for line in _lines(part, shape[1:], depth + 1)]
    return [f"{indent}[", *inside, f"{indent}],"]


def _parts(numbers: list[Number], shape: Size) -> list[list[Number]]:
    each = prod(shape[1:])
    return [numbers[k * each : (k + 1) * each] for k in range(shape[0])]
