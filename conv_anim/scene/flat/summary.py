"""What stands in the place of a sum at the end: how many outputs were made, and of how many products."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.wording.language import Language

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Text
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace


def summary(
    trace: Trace, style: Style, x: float, y: float, room: float, *, count: int | None = None
) -> tuple[Text, ...]:
    """Of the last layer of a trace, with its middle at a point; nothing where there is no room for it, in pixels.

    ``count`` is how many numbers there are if they are not those of its output, and no sums of products.
    """
    size = style.label_size
    said = _said(trace) if count is None else [Language(trace.spec.lang)("flat.made", count=count)]
    fitting = (text for text in said if style.width(text, size=size) <= room)
    return tuple(style.centered(x, y, text, size=size, color=style.label_ink) for text in list(fitting)[:1])


def _said(trace: Trace) -> list[str]:
    """From the longest to the shortest: with products where a window meets as many weights in every position."""
    layer, say = trace.layers[-1], Language(trace.spec.lang)
    count, terms = layer.output.size, _products(layer)
    if count == 1:
        return [say("flat.made.one")]
    made = say("flat.made", count=count)
    return [made] if terms is None else [say("flat.made.products", count=count, terms=terms), made]


def _products(layer: LayerTrace) -> int | None:
    op = layer.operator if layer.is_window else None
    if op is None or not op.weighs or op.transposed or layer.layer.sites is not None:
        return None
    return (prod(op.kernel_size) - len(op.left_out)) * (op.in_channels // op.groups)
