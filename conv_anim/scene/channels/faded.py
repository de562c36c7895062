"""What takes no part in a step, fainter than what does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.channels.channel_rows import FAINT
from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Lines, Text
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive, Stroke
    from conv_anim.scene.style import Style


def faded(item: Primitive, style: Style, on: str) -> Primitive:
    """Boxes and lines keep a little of their colour, and text is as quiet as can be read on the strongest of them."""
    ground = style.colors.background

    def stroke(one: Stroke | None) -> Stroke | None:
        return None if one is None else replace(one, color=mix(ground, one.color, 0.5))

    if isinstance(item, Text):
        if item.color == style.label_ink:  # of signs and names, which are as quiet on the page
            return item
        return replace(item, color=style.ink_on(mix(ground, on, FAINT), style.colors.muted))
    if isinstance(item, Boxes):
        fill = None if item.fill is None else mix(ground, item.fill, FAINT)
        return replace(item, fill=fill, stroke=stroke(item.stroke))
    return (
        replace(item, stroke=replace(item.stroke, color=mix(ground, item.stroke.color, 0.5)))
        if isinstance(item, Lines)
        else item
    )
