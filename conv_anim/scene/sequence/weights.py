"""The weights that stand at the lines of the sequence view, in gaps of these: of a kernel, or shares of attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import weights_format
from conv_anim.scene.arithmetic.scoring import share_format
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.symbols import W, symbol
from conv_anim.scene.style import text_box
from conv_anim.scene.wording import words
from conv_anim.tracing.attending import Attending

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Box, Point, Primitive
    from conv_anim.scene.sequence.lattice import Lattice
    from conv_anim.tracing.taps import Tap

WEIGHT = 0.42
"""Where a weight stands along its line, as a share of the way up."""


def weights_of(lattice: Lattice) -> set[str]:
    """All weights of the last layer that may stand at lines."""
    layer = lattice.layers[-1]
    if isinstance(layer.means, Attending):
        steps = (layer.step((0, output)) for output in range(lattice.axes[-1].count) if lattice.asks)
        taps = [tap for step in steps for tap in step.taps]
        return {_text(lattice, tap, share_format(layer.means)) for tap in taps if tap.w is not None}
    if layer.kernels is None:
        return set()
    fmt = weights_format(layer.kernels)
    names = [symbol(W, (k,)) for k in range(layer.kernels.shape[-1])] if lattice.mode == "symbols" else []
    return {f"{words.TIMES}{text}" for text in names or [fmt(w) for w in layer.kernels.ravel().tolist()]}


def at_lines(lattice: Lattice, output: int) -> list[Primitive]:
    """The weights that an output of the last layer is made with; none without numbers."""
    layer, style = lattice.layers[-1], lattice.style
    met = layer.means if isinstance(layer.means, Attending) else layer.kernels
    if not lattice.has_numbers or met is None:
        return []
    ink, fmt = style.text_ink, share_format(met) if isinstance(met, Attending) else weights_format(met)
    lower, upper = lattice.rows[-2:]
    texts = []
    for tap in layer.step((0, output)).taps:
        if tap.w is not None:
            x, y = _between(lower.at(lower.side.lead + tap.canvas[0]), upper.made(output))
            texts.append(style.centered(x, y, _text(lattice, tap, fmt), size=style.small_size, color=ink))
    gaps = tuple(_around(text_box(style, text), 0.2 * style.small_size) for text in texts)
    return [Boxes(gaps, style.colors.background), *texts]


def _text(lattice: Lattice, tap: Tap, fmt: Format) -> str:
    named = lattice.mode == "symbols" and tap.weight is not None
    return f"{words.TIMES}{symbol(W, (tap.weight or (0,))[2:]) if named else fmt(tap.w or 0)}"


def _between(lower: Point, upper: Point) -> Point:
    """Where a weight stands on its line."""
    return lower[0] + WEIGHT * (upper[0] - lower[0]), lower[1] + WEIGHT * (upper[1] - lower[1])


def _around(box: Box, room: float) -> Box:
    left, top, width, height = box
    return left - room, top - room, width + 2 * room, height + 2 * room
