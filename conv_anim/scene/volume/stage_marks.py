"""Which layer of a chain leads from one map of the volume view to the next: an arrow with the number of its step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Polygons, Stroke

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language


def numbered(
    style: Style, say: Language, k: int, ends: tuple[float, float], y: float, *, bold: bool
) -> list[Primitive]:
    """An arrow to the right at a height, with the number of a step, counted from 0, in the middle; all in pixels."""
    size, text = style.small_size, say("step", number=k + 1)
    left, right = ends[0] + 0.5 * style.gap, ends[1] - 0.5 * style.gap
    middle, room = (left + right) / 2, style.width(text, size=size, bold=True) / 2 + 0.4 * style.gap
    ink = style.text_ink if bold else style.label_ink
    color = ink if bold else mix(style.colors.background, style.colors.muted, 0.5)
    stroke = Stroke(color, max(1.0, (1.5 if bold else 1.0) * style.scale))
    tip = 0.4 * style.gap
    head = ((right, y), (right - tip, y - 0.6 * tip), (right - tip, y + 0.6 * tip))
    lines = (((left, y), (middle - room, y)), ((middle + room, y), (right - tip, y)))
    words = style.centered(middle, y, text, size=size, color=ink, bold=bold)
    return [Lines(lines, stroke), Polygons((head,), color), words]
