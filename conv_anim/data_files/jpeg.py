"""Photographs as numbers: grey values or colours from 0 to 255, as Pillow's decoder finds them.

Decoders may differ by a level, and what was compressed is not what it was: where numbers matter, PNG keeps them.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from conv_anim.data_files.numbers import from_array, library, limited, whole
from conv_anim.spec.arrays import DataFileError

if TYPE_CHECKING:
    from conv_anim.limits import Limits
    from conv_anim.spec.model import Given

START, END = b"\xff\xd8\xff", b"\xff\xd9"
MODES = {"L": 1, "RGB": 3}
"""Grey and colours, with their numbers for each pixel."""
ORIENTATION = 0x0112
ANEW = "save the picture as PNG or JPEG anew"


def read(file: BinaryIO, name: str, limits: Limits) -> Given:
    """Grey values as (rows, columns), colours as (3, rows, columns). Raises DataFileError."""
    import numpy as np
    from PIL import Image

    data = whole(file, name, limits, each=2)
    if not data.startswith(START):
        raise DataFileError(f"'{name}' cannot be read as a JPEG", ANEW)
    if END not in data[-64:]:
        raise DataFileError(f"'{name}' is a damaged JPEG: it is cut off", ANEW)
    with (
        library(f"'{name}' is a damaged JPEG: its pixels cannot be read", ANEW),
        Image.open(BytesIO(data), formats=["JPEG"]) as image,
    ):
        size, mode, turned = image.size, image.mode, image.getexif().get(ORIENTATION, 1)
    _shown_as_stored(mode, turned, name)
    limited(size[0] * size[1] * MODES[mode], name, limits)
    with (
        library(f"'{name}' is a damaged JPEG: its pixels cannot be read", ANEW),
        Image.open(BytesIO(data), formats=["JPEG"]) as image,
    ):
        pixels = np.asarray(image)
    return from_array(np.moveaxis(pixels, -1, 0) if pixels.ndim == 3 else pixels, name)


def _shown_as_stored(mode: str, turned: int, name: str) -> None:
    """Raise DataFileError for a picture whose pixels are not those that are shown."""
    if mode not in MODES:
        what = f"'{name}' has colours for print ({mode}), not red, green and blue"
        raise DataFileError(what, "save it in RGB, or in grey")
    if turned in range(2, 9):
        what = f"'{name}' is turned or mirrored when it is shown: its EXIF orientation is {turned}"
        raise DataFileError(what, "save it the way it is shown")
