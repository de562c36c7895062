"""``explain --latex``: a layer as formulas of a paper: its matrices, and every sum in symbols and then in numbers.

It needs the package amsmath and nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.scene.arithmetic.equality import NEAR
from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import format_for, plane
from conv_anim.scene.arithmetic.sums import BRACKETS, exponent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace, Trace
    from conv_anim.tracing.values import Array

MOST = 16
"""Outputs whose sums are written; of more the first ones and the last."""
TERMS = 9
"""Terms of a line; of more, each row of the kernel has a line of its own."""
WIDEST = 16
"""Columns of a matrix that is written; one with more is left out."""
FRACTION = re.compile(r"(\d+)/(\d+)")
DOTS = r"&\;\;\vdots"


def latex(trace: Trace) -> str:
    """The formulas of a trace of one layer with a sliding window. Raises SpecError for another one."""
    layers = trace.layers
    if len(layers) > 1 or not layers[0].is_window:
        what = "formulas are written for one layer with a sliding window"
        raise SpecError([Problem(Code.VIEW, what, hint="conv-anim explain says in words what other layers do")])
    return "\n".join([*_matrices(layers[0]), *_sums(layers[0])]) + "\n"


# matrices


def _matrices(layer: LayerTrace) -> list[str]:
    """Input, kernel and output of one channel each, as far as they fit on a page."""
    formats = Formats.of(layer)
    found = [("X", layer.input, formats.x), ("Y", layer.output, formats.y)]
    if layer.kernels is not None:
        found.insert(1, ("W", layer.kernels[:, 0] if layer.kernels.shape[1] == 1 else layer.kernels[0], formats.w))
    lines = [
        rf"{letter} &= {_matrix(plane(values[0]), fmt)}"
        for letter, values, fmt in found
        if len(values) == 1 and max(plane(values[0]).shape) <= WIDEST
    ]
    if not lines:
        return []
    return [r"\begin{align*}", *_broken(lines), r"\end{align*}"]


def _matrix(values: Array, fmt: Format) -> str:
    rows = (" & ".join(_number(fmt(value)) for value in row) for row in values.tolist())
    body = r" \\ ".join(rows)
    wide = values.shape[1] > 10  # more than amsmath's matrices have columns
    return (
        rf"\left(\begin{{array}}{{{'r' * values.shape[1]}}} {body} \end{{array}}\right)"
        if wide
        else (rf"\begin{{pmatrix}} {body} \end{{pmatrix}}")
    )


def _broken(lines: Sequence[str]) -> list[str]:
    return [*(rf"{line} \\" for line in lines[:-1]), lines[-1]]


# sums


def _sums(layer: LayerTrace) -> list[str]:
    count = len(layer)
    shown = list(range(count)) if count <= MOST else [*range(MOST - 2), None, count - 1]
    lines: list[str] = []
    for k in shown:
        lines += [DOTS] if k is None else _sum(layer, layer[k])
    return [r"\begin{align*}", *_broken(lines), r"\end{align*}"]


def _sum(layer: LayerTrace, step: Step) -> list[str]:
    """One output, in symbols and in numbers; a row of the kernel to a line."""
    formats, several = Formats.of(layer), len(layer.input) > 1 or len(layer.output) > 1
    symbols = [_symbolic(tap, layer, several=several) for tap in step.taps]
    numbers = [_numeric(tap, layer, formats) for tap in step.taps]
    each = layer.operator.kernel_size[-1] if len(step.taps) > TERMS else len(step.taps)
    made = _indexed("y", step.output if several else step.output[1:])
    written = format_for(layer.bias)(step.bias) if layer.bias is not None and step.bias is not None else ""
    bias = f"b_{{{step.output[0] + 1}}}" if several else "b"
    first = _lines(layer, step, symbols, each, bias if written else "")
    second = _lines(layer, step, numbers, each, _factor(written) if written else "")
    equals = r"\approx" if formats.equals(step) == NEAR else "="
    second[-1] += f" {equals} {_number(formats.y(step.value))}"
    return [f"{made} &= {first[0]}", *first[1:], f"&= {second[0]}", *second[1:]]


def _lines(layer: LayerTrace, step: Step, terms: list[str], each: int, bias: str) -> list[str]:
    """The terms with what is around them."""
    opening, joint = BRACKETS[layer.operator.reduce]
    joint = joint.strip()
    rows = [f" {joint} ".join(terms[k : k + each]) for k in range(0, len(terms), each)]
    if layer.operator.reduce == "sum":
        rows[-1] += f" + {bias}" if bias else ""
        return [rows[0], *(rf"&\quad + {row}" for row in rows[1:])]
    mean = step.divisor is not None
    opening = rf"\frac{{1}}{{{step.divisor}}} \bigl(" if mean else {"max(": r"\max\bigl("}.get(opening, r"\bigl(")
    rows = [f"{row}{',' if joint == ',' and k < len(rows) - 1 else ''}" for k, row in enumerate(rows)]
    plus = "" if joint == "," else f"{joint} "
    rows = [rows[0], *(rf"&\quad {plus}{row}" for row in rows[1:])]
    rows[0] = opening + rows[0]
    rows[-1] += rf"\bigr){_root(layer)}"
    return rows


def _root(layer: LayerTrace) -> str:
    op = layer.operator
    return f"^{{1/{op.norm_type:g}}}" if op.reduce == "norm" and op.norm_type != 1 else ""


def _symbolic(tap: Tap, layer: LayerTrace, *, several: bool) -> str:
    if tap.x is None:
        return r"\cdot"
    x = "0" if tap.input is None else _indexed("x", tap.input if several else tap.input[1:])
    raised = exponent(layer)
    if raised is not None:
        return f"|{x}|" + (f"^{{{layer.operator.norm_type:g}}}" if raised else "")
    return x if tap.weight is None else rf"{x}\,{_indexed('w', tap.weight if several else tap.weight[2:])}"


def _numeric(tap: Tap, layer: LayerTrace, formats: Formats) -> str:
    if tap.x is None:
        return r"\cdot"
    raised = exponent(layer)
    if raised is not None:
        return f"|{_number(formats.x(tap.x))}|" + (f"^{{{layer.operator.norm_type:g}}}" if raised else "")
    x = _factor(formats.x(tap.x))
    return x if tap.w is None else rf"{x} \cdot {_factor(formats.w(tap.w))}"


def _indexed(letter: str, position: Sequence[int]) -> str:
    indices = [str(at + 1) for at in position]
    return f"{letter}_{{{(',' if any(at >= 9 for at in position) else '').join(indices)}}}"


def _factor(text: str) -> str:
    """A number as part of a sum or product: a negative one in brackets."""
    made = _number(text)
    return f"({made})" if made.startswith("-") else made


def _number(text: str) -> str:
    """As figures write it, in the words of LaTeX."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace("∞", r"\infty")
    return FRACTION.sub(r"\\tfrac{\1}{\2}", plain)
