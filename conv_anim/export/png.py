"""PNG: one frame in full colour, with the figure's title and description as text.

The container is written here (PNG, third edition, section 11), because Pillow's writer filters rows of full colour:
so they take a quarter more room and several times as long. The compression is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo, putchunk

from conv_anim.painting.agg import frames, seen_through

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Scene

    Pixels = NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OPAQUE = 255
COLOR_TYPES = {3: 2, 4: 6}
"""RGB and RGBA, by their channels."""
DPI = (96, 96)
"""Pixels to the inch, as on a web page: documents show a PNG as large as the PDF."""
DENSITY = pack(">IIB", *(round(dots / 0.0254) for dots in DPI), 1)
"""The resolution per metre, as PNG has it."""
EFFORT = 6
"""Of the compression. Measured: 9 takes four times as long, for a twentieth less."""


def picture(drawn: Scene) -> bytes:
    """The last frame of a scene as a PNG."""
    (pixels,) = frames(drawn, [drawn.poster])
    return encode(seen_through(pixels, drawn), title=drawn.title, description=drawn.description)


def encode(pixels: Pixels, *, title: str, description: str) -> bytes:
    """A PNG of RGBA (height, width, 4), without its fourth channel if all of it is opaque."""
    pixels = pixels[..., :3] if pixels[..., 3].min() == OPAQUE else pixels
    out = BytesIO()
    begin(out, pixels.shape, title=title, description=description)
    putchunk(out, b"IDAT", compressed(pixels))
    putchunk(out, b"IEND")
    return out.getvalue()


def begin(out: BytesIO, shape: tuple[int, ...], *, title: str, description: str) -> None:
    """What stands before the pixels of a picture (height, width, channels)."""
    height, width, channels = shape
    out.write(SIGNATURE)
    putchunk(out, b"IHDR", pack(">IIBBBBB", width, height, 8, COLOR_TYPES[channels], 0, 0, 0))
    putchunk(out, b"pHYs", DENSITY)
    for name, data, *_ in words(title, description).chunks:
        putchunk(out, name, data)


def compressed(pixels: Pixels) -> bytes:
    """Rows of pixels as they are, without a filter: most of them are flat, or clear.

    Their bytes pass as palette indices, which Pillow does not filter; its zlib is the same on every machine.
    """
    height, width, channels = pixels.shape
    rows = Image.frombytes("P", (channels * width, height), pixels.tobytes())
    return rows.tobytes("zip", "P", 0, EFFORT, -1, b"")


def words(title: str, description: str) -> PngInfo:
    """What a picture says about itself, as PNG's text."""
    text = PngInfo()
    for name, value in (("Title", title), ("Description", description)):
        if value:
            text.add_itxt(name, value)
    return text
