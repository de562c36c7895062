"""The sum of a step, written out under a figure: every term in a place of its own, so that only what changes moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conv_anim.scene.numbers import Format, Formats
from conv_anim.scene.primitives import Primitive, Text
from conv_anim.tracing.values import divisors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import LayerTrace, Step, Tap
    from conv_anim.tracing.values import Array

MOST_LINES = 3
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Term:
    """One summand as text; ``idle`` terms add nothing."""

    text: str
    idle: bool = False


@dataclass(frozen=True)
class Sum:
    """Where the terms of every step of a figure go.

    ``opening`` stands before the terms ("max("), ``joint`` between them (" + "), and after them (") / 9 ") at most
    ``closing``. ``slot`` is the width of the widest term. A sum too long for ``MOST_LINES`` leaves out its middle.
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
    def per_line(self) -> int:
        """How many terms stand on a line."""
        free = self.room - self._wide(self.opening) - self._wide(self.closing) - self.result
        fit = max(1, int(free // self.pitch))
        if fit >= self.count:
            return self.count
        return fit - fit % self.row if fit >= self.row else fit

    @property
    def places(self) -> list[int | None]:
        """The terms that are written, in order; None for those left out."""
        most = self.per_line * MOST_LINES
        if self.count <= most:
            return list(range(self.count))
        return [*range(most - 2), None, self.count - 1]

    @property
    def lines(self) -> int:
        """How many."""
        return -(-len(self.places) // self.per_line)

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
        """The sum with its first baseline at ``y``; ``closing`` if it differs from the one that there is room for."""
        closing = self.closing if closing is None else closing
        ink, quiet = self.style.text_ink, self.style.label_ink
        items: list[Primitive] = [self._text(x, y, self.opening, quiet)] if self.opening else []
        start = x + self._wide(self.opening)
        written = self.places
        for k, place in enumerate(written):
            line, column = divmod(k, self.per_line)
            left, base = start + column * self.pitch, y + line * self.leading
            term = Term("…", idle=True) if place is None else terms[place]
            middle = left + self.slot / 2
            items.append(Text(middle, base, term.text, self.size, quiet if term.idle else ink, "middle"))
            if k < len(written) - 1:
                items.append(self._text(left + self.slot, base, self.joint, quiet))
        line, column = divmod(len(written) - 1, self.per_line)
        end, base = start + column * self.pitch + self.slot, y + line * self.leading
        if closing.strip():
            items.append(self._text(end, base, closing, quiet))
        items.append(Text(end + self._wide(closing), base, result, self.size, color, "start", bold=True))
        return items

    def _text(self, x: float, y: float, text: str, color: str) -> Text:
        return Text(x, y, text, self.size, color)


BRACKETS = {"sum": ("", " + "), "max": ("max(", ", "), "mean": ("(", " + "), "norm": ("(", " + ")}
"""What stands before the terms of a layer, and between them."""


def sum_for(layer: LayerTrace, formats: Formats, style: Style, room: float) -> Sum:
    """Room for the sums of all steps of a layer: the widest number and the widest weight make the widest term."""

    def widest(fmt: Format, values: Array) -> float:
        return max(style.width(fmt.factor(v), size=style.label_size) for v in (values.min(), values.max(), 0))

    power = _power(layer)
    slot = widest(formats.x, layer.input) + style.width(power or "", size=style.label_size)
    if layer.kernels is not None:
        slot += style.width("·", size=style.label_size) + widest(formats.w, layer.kernels)
    opening, joint = BRACKETS[layer.operator.reduce]
    closing = max(_closings(layer, formats), key=lambda text: style.width(text, size=style.label_size))
    result = max(
        style.width(f"{formats.equals} {formats.y(v)}", size=style.label_size, bold=True)
        for v in (layer.output.min(), layer.output.max())
    )
    taps = len(layer[0].taps)
    return Sum(style, taps, layer.operator.kernel_size[-1], slot, joint, opening, closing, result, room, power)


def _closings(layer: LayerTrace, formats: Formats) -> set[str]:
    """All that the sums of a layer end with."""
    if layer.operator.reduce == "mean":
        return {f") / {divisor} " for divisor in divisors(layer.operator).ravel().tolist()}
    if layer.bias is not None:
        return {_plus(bias, formats) for bias in layer.bias.tolist()}
    return {{"max": ") ", "norm": f"){_root(layer)} "}.get(layer.operator.reduce, " ")}


def _plus(bias: Number, formats: Formats) -> str:
    """A bias as part of a sum."""
    assert formats.b is not None
    return f" + {formats.b.factor(bias)} "


def _power(layer: LayerTrace) -> str | None:
    """The exponent of a norm's terms, None where there is no norm."""
    op = layer.operator
    if op.reduce != "norm":
        return None
    if op.norm_type == 1:
        return ""
    return f"{op.norm_type:.15g}".translate(RAISED) if float(op.norm_type).is_integer() else f"^{op.norm_type:.15g}"


def _root(layer: LayerTrace) -> str:
    """What a norm does with its sum."""
    return "" if layer.operator.norm_type == 1 else f"^(1/{layer.operator.norm_type:.15g})"


def written_sum(room: Sum, step: Step, formats: Formats, *, x: float, y: float) -> list[Primitive]:
    """The sum of a step, its first baseline at ``y``."""
    closing = _closing(step, formats, room.closing)
    terms = [term(tap, formats, room.power) for tap in step.taps]
    result = f"{formats.equals} {formats.y(step.value)}"
    return room.at(x, y, terms, result, room.style.result_ink, closing=closing)


def _closing(step: Step, formats: Formats, usual: str) -> str:
    """What a step's sum ends with."""
    if step.divisor is not None:
        return f") / {step.divisor} "
    return usual if step.bias is None else _plus(step.bias, formats)


def in_a_line(layer: LayerTrace, step: Step) -> str:
    """The whole sum of a sliding window's step as text: ``3·0 + 3·1 = 12``."""
    formats, power = Formats.of(layer), _power(layer)
    opening, joint = BRACKETS[layer.operator.reduce]
    closing = _closing(step, formats, min(_closings(layer, formats)))
    terms = joint.join(term(tap, formats, power).text for tap in step.taps)
    return f"{opening}{terms}{closing}{formats.equals} {formats.y(step.value)}"


def term(tap: Tap, formats: Formats, power: str | None = None) -> Term:
    """What a tap adds; in a norm its size with an exponent."""
    if tap.x is None:
        return Term("–", idle=True)
    if power is not None:
        size = formats.x(tap.x)
        return Term(f"{f'|{size}|' if tap.x < 0 else size}{power}", idle=tap.x == 0)
    if tap.w is None:
        return Term(formats.x.factor(tap.x))
    return Term(f"{formats.x.factor(tap.x)}·{formats.w.factor(tap.w)}", idle=tap.product == 0)
