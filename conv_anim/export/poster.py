"""A small PNG of a scene's end, in the few colours of a GIF: what stands in for an animation."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from conv_anim.export.palette import keys, palette
from conv_anim.export.png import words
from conv_anim.painting.agg import flat_colors, frames

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Scene


def picture(drawn: Scene) -> bytes:
    """The last step, a fraction as large as in full colour."""
    (pixels,) = frames(drawn, [drawn.poster])
    flat = {drawn.background} | flat_colors(drawn.static)
    for frame in drawn.frames:
        flat |= flat_colors(frame.kept)
    colors = palette([pixels], flat | flat_colors(drawn.frames[drawn.poster].shown))
    image = Image.fromarray(colors.indices(keys(pixels)), "P")
    image.putpalette(colors.data)
    out = BytesIO()
    image.save(out, "PNG", optimize=True, pnginfo=words(drawn.title, drawn.description))
    return out.getvalue()
