"""The sum of a step, written out under a figure: every term in a place of its own, so that only what changes moves.

The terms of a window stand as its cells do, row by row. What takes no part is not written, and of a sum that is too
long only the first terms are.
"""

from __future__ import annotations

from itertools import groupby
from math import ceil, prod
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.equality import NEAR
from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import MINUS, RAISED, Format
from conv_anim.scene.primitives import Primitive, Text
from conv_anim.tracing.values import divisors
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

MOST_LINES = 3
"""Lines of a sum whose terms do not stand as the cells of a window."""
MOST_ROWS = 11
"""Rows of a window whose terms stand as its cells do."""
RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand as text; ``idle`` terms add nothing. ``size`` is how much it adds, ``row`` that of its window."""

    text: str
    idle: bool = False
    size: float = 0.0
    row: tuple[int, ...] = ()


REST = Term("…", idle=True)
"""What stands for the terms that are left out."""


@dataclass(frozen=True)
class Sum:
    """Where the terms of every step of a figure go.

    ``opening`` stands before the terms ("max("), ``joint`` between them (" + "), and after them (") / 9 ") at most
    ``closing``. ``slot`` is the width of the widest term.
    """

    style: Style
    count: int
    row: int
    """Terms that belong together: a line holds a multiple of them if it can."""
    slot: float
    joint: str
    opening: str
    closing: str
    result: float
    """Width of the widest result, with its sign."""
    room: float
    power: str | None = None
    """The exponent of each term, in a norm."""
    bias: str = "{value}"
    """How a bias is named."""

    @property
    def size(self) -> float:
        """Em of the text, in pixels."""
        return self.style.label_size

    def _wide(self, text: str, *, bold: bool = False) -> float:
        return self.style.width(text, size=self.size, bold=bold)

    @property
    def pitch(self) -> float:
        """From one term to the next, in pixels."""
        return self.slot + self._wide(self.joint)

    @property
    def _fitting(self) -> int:
        """How many terms a line has room for."""
        free = self.room - self._wide(self.opening) - self._wide(self.closing) - self.result
        return max(1, int(free // self.pitch))

    @property
    def is_block(self) -> bool:
        """Whether the rows of the window are the lines of the sum."""
        rows = ceil(self.count / self.row)
        return 1 < rows <= MOST_ROWS and 1 < self.row <= self._fitting

    @property
    def per_line(self) -> int:
        """How many terms stand on a line."""
        if self.is_block:
            return self.row
        fit = self._fitting
        if fit >= self.count:
            return self.count
        return fit - fit % self.row if fit >= self.row else fit

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        lines = ceil(self.count / self.per_line)
        return lines if self.is_block else min(lines, MOST_LINES)

    def arranged(self, terms: Sequence[Term]) -> list[list[Term]]:
        """The terms line by line; if there are too many, the first ones, and "…" for the others."""
        rows = [list(same) for _, same in groupby(terms, key=lambda term: term.row)]
        if self.is_block and len(rows) <= self.lines and max(map(len, rows)) <= self.per_line:
            return rows
        most = self.per_line * self.lines
        if len(terms) > most:
            terms = abridged(terms, most, biggest=self.joint == BRACKETS["max"][1])
        return [list(terms[k : k + self.per_line]) for k in range(0, len(terms), self.per_line)]

    @property
    def leading(self) -> float:
        """From one line of text to the next, in pixels."""
        return self.size * 1.6

    @property
    def width(self) -> float:
        """In pixels."""
        return self._wide(self.opening) + self.per_line * self.pitch + self._wide(self.closing) + self.result

    @property
    def height(self) -> float:
        """In pixels."""
        return (self.lines - 1) * self.leading + self.size

    def of(self, count: int) -> Sum:
        """For a sum of fewer terms in the same place: its lines are no longer than those that there is room for."""
        return replace(self, count=count, room=self.width + 0.5)

    def at(
        self, x: float, y: float, terms: Sequence[Term], result: str, color: str, *, closing: str | None = None
    ) -> list[Primitive]:
        """The sum with its first baseline at ``y``; ``closing`` if it differs from the one that there is room for.

        The result is the last item.
        """
        closing = self.closing if closing is None else closing
        ink, quiet = self.style.text_ink, self.style.label_ink
        items: list[Primitive] = [self._text(x, y, self.opening, quiet)] if self.opening else []
        start, lines = x + self._wide(self.opening), self.arranged(terms)
        for line, of_line in enumerate(lines):
            base = y + line * self.leading
            for column, term in enumerate(of_line):
                left = start + column * self.pitch
                color_ = quiet if term.idle else ink
                items.append(Text(left + self.slot / 2, base, term.text, self.size, color_, "middle"))
                if column < len(of_line) - 1 or line < len(lines) - 1:
                    items.append(self._text(left + self.slot, base, self.joint, quiet))
        end, base = start + (len(lines[-1]) - 1) * self.pitch + self.slot, y + (len(lines) - 1) * self.leading
        if closing.strip():
            items.append(self._text(end, base, closing, quiet))
        items.append(Text(end + self._wide(closing), base, result, self.size, color, "start", bold=True))
        return items

    def _text(self, x: float, y: float, text: str, color: str) -> Text:
        return Text(x, y, text, self.size, color)


def abridged(terms: Sequence[Term], most: int, *, biggest: bool = False) -> list[Term]:
    """The first of many terms, and "…" for the others; so many at most.

    With ``biggest`` also the one that a maximum is, in its place.
    """
    top = max(range(len(terms)), key=lambda k: terms[k].size) if biggest else 0
    if top < most - 1:
        return [*terms[: most - 1], REST]
    return [*terms[: max(0, most - 3)], REST, terms[top], *([REST] if top < len(terms) - 1 else [])]


BRACKETS = {"sum": ("", " + "), "max": ("max(", ", "), "mean": ("(", " + "), "norm": ("(", " + ")}
"""What stands before the terms of a layer, and between them."""


def sum_for(layer: LayerTrace, formats: Formats, style: Style, room: float, *, bias: str = "{value}") -> Sum:
    """Room for the sums of all steps of a layer: the widest number and the widest weight make the widest term.

    ``bias`` is how a bias is labelled among the terms: "{value} (bias)".
    """

    def widest(fmt: Format, values: Array) -> float:
        texts = fmt.texts(values) | {fmt(0)}
        return max(
            style.width(f"({text})" if text.startswith(MINUS) else text, size=style.label_size) for text in texts
        )

    power = exponent(layer)
    slot = widest(formats.x, layer.input) + style.width(power or "", size=style.label_size)
    if layer.kernels is not None:
        slot += style.width("·", size=style.label_size) + widest(formats.w, layer.kernels)
    opening, joint = _brackets(layer, formats)
    closing = max(_closings(layer, formats, bias), key=lambda text: style.width(text, size=style.label_size))
    result = max(
        style.width(f"{NEAR} {text}", size=style.label_size, bold=True) for text in formats.y.texts(layer.output)
    )
    seen = len(layer.operator.seen_by(0))
    taps = seen * prod(layer.operator.kernel_size)
    row = layer.operator.kernel_size[-1]
    return Sum(style, taps, row, slot, joint, opening, closing, result, room, power, bias)


def _closings(layer: LayerTrace, formats: Formats, named: str) -> set[str]:
    """All that the sums of a layer end with."""
    if layer.operator.reduce == "mean":
        return {f") / {divisor} " for divisor in divisors(layer.operator).ravel().tolist()}
    if layer.bias is not None:
        return {_plus(bias, formats, named) for bias in layer.bias.tolist()}
    return {{"max": ") ", "norm": f"){_root(layer)} "}.get(layer.operator.reduce, f"{formats.divided} ")}


def _plus(bias: Number, formats: Formats, named: str) -> str:
    """A bias as part of a sum."""
    assert formats.b is not None
    return f"{formats.divided} + {named.format(value=formats.b.factor(bias))} "


def exponent(layer: LayerTrace) -> str | None:
    """The exponent of a norm's terms, None where there is no norm."""
    op = layer.operator
    if op.reduce != "norm":
        return None
    if op.norm_type == 1:
        return ""
    return f"{op.norm_type:.15g}".translate(RAISED) if float(op.norm_type).is_integer() else f"^{op.norm_type:.15g}"


def _brackets(layer: LayerTrace, formats: Formats) -> tuple[str, str]:
    """What stands before a layer's terms and between them: of a norm of squares, the sign of a root."""
    opening, joint = BRACKETS["mean" if formats.divided else layer.operator.reduce]
    return f"√{opening}" if layer.operator.reduce == "norm" and layer.operator.norm_type == 2 else opening, joint


def _root(layer: LayerTrace) -> str:
    """What a norm does with its sum, if no sign before it says so."""
    return "" if layer.operator.norm_type in {1, 2} else f"^(1/{layer.operator.norm_type:.15g})"


def written_sum(room: Sum, step: Step, formats: Formats, *, x: float, y: float) -> list[Primitive]:
    """The sum of a step, its first baseline at ``y``."""
    closing = _closing(step, formats, room.closing, room.bias)
    result = f"{formats.equals(step)} {formats.y(step.value)}"
    return room.at(x, y, terms_of(step, formats, room.power), result, room.style.result_ink, closing=closing)


def _closing(step: Step, formats: Formats, usual: str, named: str) -> str:
    """What a step's sum ends with."""
    if step.divisor is not None:
        return f") / {step.divisor} "
    return usual if step.bias is None else _plus(step.bias, formats, named)


def in_a_line(
    layer: LayerTrace, step: Step, most: int | None = None, *, bias: str = "{value}", y: Format | None = None
) -> str:
    """The whole sum of a sliding window's step as text: ``3·0 + 3·1 = 12``; of more terms the first ``most``.

    ``y`` is how the result is written, if not as usual.
    """
    formats, power = Formats.of(layer, y), exponent(layer)
    opening, joint = _brackets(layer, formats)
    closing = _closing(step, formats, min(_closings(layer, formats, bias)), bias)
    terms = terms_of(step, formats, power)
    if most is not None and len(terms) > most:
        terms = abridged(terms, most, biggest=layer.operator.reduce == "max")
        if step.bias is not None and formats.b is not None:  # which is not added to no more than what is seen
            fmt, before = max(formats.y, formats.b, key=lambda fmt: fmt.decimals), formats.y.written(step.value)
            opening, closing = f"({opening}", f" {NEAR} {fmt(float(before - formats.b.written(step.bias)))}){closing}"
    return f"{opening}{joint.join(term.text for term in terms)}{closing}{formats.equals(step)} {formats.y(step.value)}"


def terms_of(step: Step, formats: Formats, power: str | None = None) -> list[Term]:
    """What the cells of a window add, without those that take no part; a window without any adds nothing."""
    return [term(tap, formats, power) for tap in step.taps if tap.x is not None] or [Term("–", idle=True)]


def term(tap: Tap, formats: Formats, power: str | None = None) -> Term:
    """What a tap adds; in a norm its size with an exponent."""
    x, row = tap.x or 0, (tap.channel, *tap.window[:-1])
    if power is not None:
        text = formats.x(x)
        base = f"|{text}|" if x < 0 else f"({text})" if text[-1] in RAISED_DIGITS else text
        return Term(f"{base}{power}", x == 0, abs(x), row)
    if tap.w is None:
        return Term(formats.x.factor(x), size=x, row=row)
    product = tap.product or 0
    return Term(f"{formats.x.factor(x)}·{formats.w.factor(tap.w)}", product == 0, abs(product), row)
