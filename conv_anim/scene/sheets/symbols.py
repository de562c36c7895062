"""Names for the cells of maps and kernels, as formulas have them: x₁₁, w₁₁, y₁₁, row before column, counted from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.sums import BRACKETS, Sum, Term
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Primitive, Text
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.style import Style
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
EXAMPLE = 0.18
"""Em of a number in the corner of a cell, in cells."""
X, W, Y, B = "x", "w", "y", "b"
"""The input, the kernel, the output and the bias."""


def symbol(letter: str, position: Sequence[int]) -> str:
    """``x₁₁`` of a place that is counted from 0; with a comma where an index has two digits."""
    indices = [str(at + 1).translate(LOWERED) for at in position]
    return letter + ("," if any(at >= 9 for at in position) and len(position) > 1 else "").join(indices)


def term(tap: Tap, power: str | None = None) -> Term:
    """What a tap contributes: ``x₁₁·w₁₁``, in a norm ``|x₁₁|²``; 0 in place of a cell that holds nothing."""
    if tap.x is None:
        return Term("–", idle=True)
    x = "0" if tap.input is None else symbol(X, tap.input[1:])
    if power is not None:
        return Term(f"|{x}|{power}", idle=tap.input is None)
    if tap.weight is None:
        return Term(x, idle=tap.input is None)
    return Term(f"{x}·{symbol(W, tap.weight[2:])}", idle=tap.input is None)


def exampled(style: Style, grid: Grid, place: Position, text: str, on: str) -> Text:
    """The number of a cell, small in the corner, where its name stands in the cell."""
    x, y, side, _ = grid.box(*place)
    size, inset = max(style.least, EXAMPLE * side), 0.07 * side
    return style.text(x + inset, y + inset, text, size=size, color=style.ink_on(on))


@dataclass(frozen=True)
class TwoSums:
    """A sum in symbols, and below it in numbers."""

    symbols: Sum
    numbers: Sum

    @property
    def size(self) -> float:
        """Em of both, in pixels."""
        return self.numbers.size

    @property
    def width(self) -> float:
        """The width of the wider one, in pixels."""
        return max(self.symbols.width, self.numbers.width)

    @property
    def height(self) -> float:
        """The height of both, in pixels."""
        return self.below + self.numbers.height

    @property
    def below(self) -> float:
        """From the first line in symbols to the first one in numbers."""
        return self.symbols.lines * self.symbols.leading + 0.3 * self.size

    def symbolic(self, step: Step, *, x: float, y: float) -> list[Primitive]:
        """The first of the two, its first baseline at ``y``."""
        style, terms = self.symbols.style, [term(tap, self.symbols.power) for tap in step.taps]
        result = f"= {symbol(Y, step.output[1:])}"
        closing = f") / {step.divisor} " if step.divisor is not None else None
        return self.symbols.at(x, y, terms, result, style.result_ink, closing=closing)


def in_symbols(numbers: Sum, layer: LayerTrace, style: Style, room: float) -> TwoSums:
    """Room for the sums of a layer in symbols, above those in numbers."""
    last = [size - 1 for size in layer.input.shape[1:]]
    texts = [
        symbol(X, last) + ("" if layer.kernels is None else f"·{symbol(W, [k - 1 for k in layer.kernels.shape[2:]])}")
    ]
    texts = [f"|{text}|{numbers.power}" for text in texts] if numbers.power is not None else texts
    slot = max(style.width(text, size=style.label_size) for text in texts)
    result = style.width(f"= {symbol(Y, [n - 1 for n in layer.output.shape[1:]])}", size=style.label_size, bold=True)
    _, joint = BRACKETS[layer.operator.reduce]
    closing = numbers.closing if layer.bias is None else f" + {B} "
    return TwoSums(replace(numbers, slot=slot, joint=joint, closing=closing, result=result, room=room), numbers)
