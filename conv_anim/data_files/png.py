"""Pictures as numbers: exactly those that a PNG holds, or none.

The frame of the file is read here, with all that Pillow passes over in silence: checksums, rows that are missing,
colours that the palette lacks. What is sound goes to Pillow, which unpacks the pixels, stripped of all but them.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from struct import Struct, unpack
from typing import TYPE_CHECKING, Any, BinaryIO

from conv_anim.data_files.numbers import from_array, library, limited, whole
from conv_anim.spec.arrays import DataFileError
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Given

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KNOWN = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
"""The critical chunks of the standard."""
HEADER = Struct(">IIBBBBB")
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
"""Numbers of a pixel, by its colour type."""
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of an interlaced picture: the first column and row, and how far apart they are."""
ORIENTATION = 0x0112
ANEW = "convert the picture to PNG anew"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a PNG says of its pixels, and the pixels as they are packed."""

    width: int
    height: int
    depth: int
    color: int
    interlaced: bool
    palette: bytes
    transparent: bytes
    """What its chunk tRNS holds."""
    exif: bytes
    packed: bytes

    @property
    def channels(self) -> int:
        """1 for greys, 3 for colours; transparency does not count."""
        return 1 if self.color in {GREY, GREY_ALPHA} else 3

    @property
    def unpacked(self) -> int:
        """Bytes of all rows, each with the number of its filter."""
        passes = PASSES if self.interlaced else ((0, 0, 1, 1),)
        sizes = ((-((x - self.width) // dx), -((y - self.height) // dy)) for x, y, dx, dy in passes)
        bits = SAMPLES[self.color] * self.depth
        return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0)

    def bare(self) -> bytes:
        """A file of the pixels alone."""
        header = HEADER.pack(self.width, self.height, self.depth, self.color, 0, 0, self.interlaced)
        chunks = [(b"IHDR", header), (b"PLTE", self.palette), (b"IDAT", self.packed), (b"IEND", b"")]
        return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks if data or kind == b"IEND")


def read(file: BinaryIO, name: str, limits: Limits) -> Given:
    """Grey values as (rows, columns), colours as (3, rows, columns).

    They go from 0 to 255, whatever the depth, but for grey values of 16 bits, which go to 65535. Raises DataFileError.
    """
    picture = _picture(whole(file, name, limits, each=2), name)
    limited(picture.width * picture.height * picture.channels, name, limits)
    _upright(picture, name)
    _complete(picture, name)
    return from_array(_opaque(picture, _pixels(picture, name), name), name)


# the frame of the file


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def _damaged(name: str, why: str) -> DataFileError:
    return DataFileError(f"'{name}' is a damaged PNG: {why}", ANEW)


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and contents, up to the end that is marked; what follows it is not part of the picture."""
    at = len(SIGNATURE)
    while True:
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise _damaged(name, "it is cut off")
        content = data[at + 8 : end - 4]
        if zlib.crc32(kind + content) != int.from_bytes(data[end - 4 : end]):
            raise _damaged(name, f"the checksum of its part {_shown(kind)} is wrong")
        if kind == b"IEND":
            return
        yield kind, content
        at = end


def _shown(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else kind.hex()


def _picture(data: bytes, name: str) -> Picture:
    if not data.startswith(SIGNATURE):
        raise DataFileError(f"'{name}' cannot be read as a PNG", ANEW)
    found: dict[bytes, list[bytes]] = {}
    for kind, content in _chunks(data, name):
        if not found and kind != b"IHDR":
            raise _damaged(name, "it does not begin with its size")
        if kind[:1].isupper() and kind not in KNOWN:
            raise DataFileError(f"'{name}' is not a plain PNG: it has a chunk {_shown(kind)}", ANEW)
        found.setdefault(kind, []).append(content)
    if b"fdAT" in found:
        raise DataFileError(f"'{name}' moves: it holds several pictures", "save the one that is meant")
    width, height, depth, color, interlaced = _header(found.get(b"IHDR", []), name)
    (palette, transparent, exif) = (found.get(kind, [b""])[0] for kind in (b"PLTE", b"tRNS", b"eXIf"))
    if color == PALETTE and (not palette or len(palette) % 3 or len(palette) > 768):
        raise _damaged(name, "its palette is missing or no list of colours")
    packed = b"".join(found.get(b"IDAT", []))
    kept = palette if color == PALETTE else b""  # in others, it is a suggestion
    return Picture(width, height, depth, color, interlaced, kept, transparent, exif, packed)


def _header(headers: list[bytes], name: str) -> tuple[int, int, int, int, bool]:
    """Width, height, depth, colour type, and whether it is interlaced."""
    if len(headers) != 1 or len(headers[0]) != HEADER.size:
        raise _damaged(name, "it does not say its size once")
    width, height, depth, color, packing, filtering, interlaced = HEADER.unpack(headers[0])
    if not 0 < width < 2**31 or not 0 < height < 2**31:
        raise _damaged(name, f"it says that it has {width} columns and {height} rows")
    if depth not in DEPTHS.get(color, ()) or packing or filtering or interlaced > 1:
        raise _damaged(name, "its kind is unknown")
    if depth == 16 and color != GREY:
        what = f"'{name}' has 16 bits for each channel, and only grey pictures are read with so many"
        raise DataFileError(what, "save it with 8 bits for each, or the array with numpy.save")
    return width, height, depth, color, bool(interlaced)


def _upright(picture: Picture, name: str) -> None:
    """Whether it is seen as it is stored."""
    from PIL import Image

    exif, turned = Image.Exif(), 1
    try:
        with library("", ""):
            exif.load(picture.exif)
            turned = exif.get(ORIENTATION, 1)
    except DataFileError:  # of what says nothing, nothing is asked
        return
    if turned in range(2, 9):
        what = f"'{name}' is turned or mirrored when it is shown: its EXIF orientation is {turned}"
        raise DataFileError(what, "save it the way it is shown")


# the pixels


def _complete(picture: Picture, name: str) -> None:
    """Whether the number of rows is the one in the header."""
    unpacking, needed = zlib.decompressobj(), picture.unpacked
    try:
        rows = unpacking.decompress(picture.packed, needed + 1)
    except zlib.error:
        raise _damaged(name, "its pixels cannot be unpacked") from None
    if len(rows) < needed:
        raise _damaged(name, "it has fewer rows than it says")
    if len(rows) > needed or unpacking.unused_data:
        raise _damaged(name, "it has more rows than it says")
    if not unpacking.eof:
        raise _damaged(name, "its pixels are cut off")


def _pixels(picture: Picture, name: str) -> Any:
    """As they are stored, channels last; but grey ones of two and four bits are stretched to 0 … 255."""
    import numpy as np
    from PIL import Image

    try:
        with (
            library(f"'{name}' is a damaged PNG: its pixels cannot be read", ANEW),
            Image.open(BytesIO(picture.bare()), formats=["PNG"]) as image,
        ):
            return np.asarray(image)
    except DataFileError:
        if picture.width * picture.height > 2 * (Image.MAX_IMAGE_PIXELS or 0):
            raise DataFileError(f"'{name}' is too large a picture", "a smaller input shows the same") from None
        raise


def _opaque(picture: Picture, pixels: Any, name: str) -> Any:
    """The numbers as a spec has them, channels first. Raises DataFileError if there is something to be seen through."""
    import numpy as np

    match picture.color:
        case 4 | 6:  # grey or colours, and how opaque they are
            numbers, through = pixels[..., :-1], pixels[..., -1] < 255
        case 3:
            numbers, through = _colors(picture, pixels, name)
        case _:
            numbers = pixels * np.uint8(255) if picture.depth == 1 else pixels
            through = _keyed_out(picture, numbers)
    if through.any():
        what = f"'{name}' has pixels to be seen through, whose colour is not the one that is shown"
        raise DataFileError(what, "put it on a background, and save it without transparency")
    first = np.moveaxis(numbers, -1, 0) if numbers.ndim == 3 else numbers
    return first[0] if first.ndim == 3 and picture.channels == 1 else first


def _colors(picture: Picture, pixels: Any, name: str) -> tuple[Any, Any]:
    """The colour of each pixel of a palette picture, and whether it is transparent."""
    import numpy as np

    colors = np.frombuffer(picture.palette, np.uint8).reshape(-1, 3)
    if pixels.max() >= len(colors):
        raise _damaged(name, f"it asks for colour {pixels.max()}, counted from 0, of a palette of {len(colors)}")
    opacity, said = np.full(256, 255, np.uint8), np.frombuffer(picture.transparent[:256], np.uint8)
    opacity[: len(said)] = said
    return colors[pixels], opacity[pixels] < 255


def _keyed_out(picture: Picture, numbers: Any) -> Any:
    """Where a picture has the one colour that it says is not to be seen."""
    import numpy as np

    samples = picture.channels
    if len(picture.transparent) != 2 * samples:
        return np.zeros((), bool)
    key = np.array(unpack(f">{samples}H", picture.transparent))
    stretched = key * (255 // (2**picture.depth - 1)) if picture.depth < 8 else key
    return (numbers.reshape(*numbers.shape[:2], samples) == stretched).all(axis=-1)
