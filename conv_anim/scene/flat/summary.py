"""What stands in the place of a sum at the end: how many outputs were made, and of how many products."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.presence import present
from conv_anim.scene.wording.language import Language

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Text
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace


def summary(
    trace: Trace, style: Style, x: float, y: float, room: float, *, count: int | None = None
) -> tuple[Text, ...]:
    """Of the last layer of a trace, with its middle at a point; nothing where there is no room for it, in pixels.

    ``count`` is how many numbers a drawing makes if they are not the outputs of that layer alone, or if it shows no
    products that these are the sums of.
    """
    size = style.label_size
    fitting = (text for text in _said(trace, count) if style.width(text, size=size) <= room)
    return tuple(style.centered(x, y, text, size=size, color=style.label_ink) for text in list(fitting)[:1])


def _said(trace: Trace, count: int | None) -> list[str]:
    """From the longest to the shortest: with products where a window meets as many weights in every position."""
    layer, say = trace.layers[-1], Language(trace.spec.lang)
    terms = _products(layer) if count is None else None
    if count is None:
        there = present(trace, len(trace.layers))
        count = layer.output.size if there is None else len(layer.output) * len(there)
    if count == 1:
        return [say("flat.made.one")]
    made = say("flat.made", count=f"{count:,}")
    if terms is None:
        return [made]
    each = "flat.made.products" if layer.bias is None else "flat.made.biased"
    return [say(each, count=f"{count:,}", terms=f"{terms:,}"), made]


def _products(layer: LayerTrace) -> int | None:
    op = layer.operator if layer.is_window else None
    if op is None or not op.weighs or op.transposed or layer.layer.sites is not None:
        return None
    return (prod(op.kernel_size) - len(op.left_out)) * (op.in_channels // op.groups)
