"""What a picture's file holds, as readers of others than us find it: its size, its pictures and their time."""

from __future__ import annotations

import json
import re
import subprocess
import zlib
from base64 import b64decode
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from shutil import which
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

SVG = "{http://www.w3.org/2000/svg}"
PIXEL = 0.75
"""Points."""


@dataclass(frozen=True)
class Held:
    """Width and height in pixels; how many pictures or pages; all their time in milliseconds, None where none is said.

    ``last`` is the last one as RGB (height, width, 3), where every pixel is kept.
    """

    size: tuple[int, int]
    count: int
    time: int | None = None
    last: NDArray[np.uint8] | None = None


def raster(data: bytes) -> Held:
    image = Image.open(BytesIO(data))
    count = getattr(image, "n_frames", 1)
    times = []
    others = int(getattr(image, "default_image", False))  # which is not one of those that move
    for k in range(others, count):
        image.seek(k)
        image.load()
        times.append(image.info.get("duration"))
    time = None if count == 1 else round(sum(times))
    return Held(image.size, count - others, time, np.asarray(image.convert("RGB")))


def vectors(data: bytes) -> Held:
    root = ET.fromstring(data)
    assert root.tag == f"{SVG}svg"
    size = int(root.attrib["width"]), int(root.attrib["height"])
    assert root.attrib["viewBox"] == f"0 0 {size[0]} {size[1]}"
    assert root.find(f"{SVG}title") is not None or root.find(f"{SVG}desc") is not None
    return Held(size, 1)


def pages(data: bytes) -> Held:
    document = pypdfium2.PdfDocument(data)
    try:
        sizes = {document.get_page_size(k) for k in range(len(document))}
        assert len(sizes) == 1
        ((width, height),) = sizes
        return Held((round(width / PIXEL), round(height / PIXEL)), len(document))
    finally:
        document.close()


def video(data: bytes) -> Held:
    """As ffmpeg decodes it."""
    command = ["ffmpeg", "-xerror", "-i", "-", "-f", "framemd5", "-"]
    decoded = subprocess.run(command, input=data, capture_output=True, check=True)
    sums = decoded.stdout.decode()
    ((width, height),) = re.findall(r"#dimensions 0: (\d+)x(\d+)", sums)
    hours, minutes, seconds = re.findall(rb"Duration: (\d+):(\d+):([\d.]+)", decoded.stderr)[0]
    time = round(1000 * (3600 * int(hours) + 60 * int(minutes) + float(seconds)))
    return Held((int(width), int(height)), len(re.findall("^0,", sums, re.MULTILINE)), time)


def page(data: bytes) -> Held:
    """The figure in an HTML page, which is well formed as far as its picture and its data go."""
    text = data.decode()
    (packed,) = re.findall(r'<script type="application/zlib" id="data">([^<]*)</script>', text)
    whole = json.loads(zlib.decompress(b64decode(packed)))
    made = whole["figures"][whole["states"][whole["first"]]]
    pictures = re.findall(r'src="data:image/webp;base64,([^"]*)"', unescape(text))
    assert {Image.open(BytesIO(b64decode(each))).size for each in pictures} == {tuple(made["size"])}
    elements = range(len(whole["elements"]))
    assert all(k in elements for frame in (made["still"], made["kept"], *made["frames"]) for k in frame)
    assert made["keeps"][-1:] == [len(made["kept"])]
    return Held(tuple(made["size"]), len(made["frames"]))


READERS: Mapping[str, Callable[[bytes], Held]] = {
    **dict.fromkeys(("gif", "png", "still.png", "apng", "webp", "storyboard.png", "strip.png", "frames"), raster),
    **dict.fromkeys(("svg", "storyboard.svg", "strip.svg"), vectors),
    **dict.fromkeys(("pdf", "pages.pdf", "storyboard.pdf", "strip.pdf"), pages),
    "mp4": video,
    "html": page,
}
"""By format."""


def can_read(format_: str) -> bool:
    return format_ != "mp4" or which("ffmpeg") is not None
