"""PNG: one frame in full colour, with the figure's title and description as text."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def encode(pixels: NDArray[np.uint8], *, title: str, description: str) -> bytes:
    """A PNG of opaque RGBA (height, width, 4)."""
    text = PngImagePlugin.PngInfo()
    for name, value in (("Title", title), ("Description", description)):
        if value:
            text.add_itxt(name, value)
    out = BytesIO()
    Image.fromarray(pixels).convert("RGB").save(out, "PNG", optimize=True, pnginfo=text)
    return out.getvalue()
