"""A small PNG of a scene's end, in the few colours of a GIF: what stands in for an animation."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from conv_anim.export.palette import key, keys, palette
from conv_anim.export.png import DPI, words
from conv_anim.painting.agg import flat_colors, frames, has_pictures

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Scene


def picture(drawn: Scene) -> bytes:
    """The last step, a fraction as large as in full colour."""
    (pixels,) = frames(drawn, [drawn.poster])
    shown = drawn.frames[drawn.poster].shown
    seen = (*drawn.static, *(item for frame in drawn.frames for item in frame.kept), *shown)
    flat = {drawn.background} | flat_colors(seen)
    colors = palette([pixels], flat, pictures=has_pictures(seen))
    found = keys(pixels)
    indices = colors.indices(found)
    if drawn.transparent:
        indices = np.where(found == key(drawn.background), np.uint8(0), indices)
    image = Image.fromarray(indices, "P")
    image.putpalette(colors.data)
    through = {"transparency": 0} if drawn.transparent else {}
    out = BytesIO()
    image.save(out, "PNG", optimize=True, dpi=DPI, **through, pnginfo=words(drawn.title, drawn.description))
    return out.getvalue()
