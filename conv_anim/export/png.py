"""PNG: one frame in full colour, with the figure's title and description as text."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

from conv_anim.painting.agg import frames, seen_through

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Scene

OPAQUE = 255
DPI = (96, 96)
"""Pixels to the inch, as on a web page: documents show a PNG as large as the PDF."""


def picture(drawn: Scene) -> bytes:
    """The last frame of a scene as a PNG."""
    (pixels,) = frames(drawn, [drawn.poster])
    return encode(seen_through(pixels, drawn), title=drawn.title, description=drawn.description)


def encode(pixels: NDArray[np.uint8], *, title: str, description: str) -> bytes:
    """A PNG of RGBA (height, width, 4), without its fourth channel if all of it is opaque."""
    out = BytesIO()
    mode = "RGB" if pixels[..., 3].min() == OPAQUE else "RGBA"
    Image.fromarray(pixels).convert(mode).save(out, "PNG", optimize=True, dpi=DPI, pnginfo=words(title, description))
    return out.getvalue()


def words(title: str, description: str) -> PngImagePlugin.PngInfo:
    """What a picture says about itself, as PNG's text."""
    text = PngImagePlugin.PngInfo()
    for name, value in (("Title", title), ("Description", description)):
        if value:
            text.add_itxt(name, value)
    return text
