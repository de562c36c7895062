"""The modules that files of Ultralytics name, as the layers of PyTorch that they are (ultralytics 8, YOLOv5 7)."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.yolo.parts import Part


DISTANCES = 16
"""The places of the distribution that a side of a box is (``reg_max``)."""


# what rows name


def bottleneck(at: Part, read: int, out: int, shortcut: Any = True, g: Any = 1, k: Any = (3, 3), e: Any = 0.5) -> int:  # noqa: FBT002, PLR0917  # as theirs
    """Two convolutions, and what enters them added if it has as many channels."""
    made = at.inside("cv1").conv(read, at.share(out, e), k[0], 1)
    made = at.inside("cv2").conv(made, out, k[1], 1, None, g)
    if not shortcut or at.graph.channels(read) != out:
        return made
    return at.graph.add(f"{at.path}.add", "add", (read, made), at.graph.nodes[made].shape or (), type="add")


def c2f(at: Part, read: int, out: int, shortcut: Any = False, g: Any = 1, e: Any = 0.5) -> int:  # noqa: FBT002, PLR0917  # as theirs
    """Half of the channels goes through bottlenecks, one after the other; all that they make meets at the end."""
    c = at.share(out, e)
    both = at.inside("cv1").conv(read, 2 * c, 1, 1)
    last = at.graph.add(f"{at.path}.chunk", "chunk", (both,), (1, c, *at.graph.size(both)))
    made = [both]
    for k in range(at.row.count):
        last = bottleneck(at.inside("m").inside(k), last, c, shortcut, g, (3, 3), 1.0)
        made.append(last)
    return at.inside("cv2").conv(at.inside("cat").concat(*made), out, 1)


def c3(at: Part, read: int, out: int, shortcut: Any = True, g: Any = 1, e: Any = 0.5) -> int:  # noqa: FBT002, PLR0917  # as theirs
    """A branch of bottlenecks beside one of a single convolution."""
    c = at.share(out, e)
    last = at.inside("cv1").conv(read, c, 1, 1)
    for k in range(at.row.count):
        last = bottleneck(at.inside("m").inside(k), last, c, shortcut, g, (1, 3), 1.0)
    beside = at.inside("cv2").conv(read, c, 1, 1)
    return at.inside("cv3").conv(at.inside("cat").concat(last, beside), out, 1)


def sppf(at: Part, read: int, out: int, k: Any = 5) -> int:
    """Three max pools one after the other."""
    made = [at.inside("cv1").conv(read, at.graph.channels(read) // 2, 1, 1)]
    for n in range(3):
        made.append(at.inside("m").inside(n).max_pool(made[-1], k, 1, at.whole(k) // 2))
    return at.inside("cv2").conv(at.inside("cat").concat(*made), out, 1, 1)


def spp(at: Part, read: int, out: int, k: Any = (5, 9, 13)) -> int:
    """Max pools beside each other."""
    first = at.inside("cv1").conv(read, at.graph.channels(read) // 2, 1, 1)
    pools = [at.inside("m").inside(n).max_pool(first, each, 1, at.whole(each) // 2) for n, each in enumerate(k)]
    return at.inside("cv2").conv(at.inside("cat").concat(first, *pools), out, 1, 1)


def depthwise(at: Part, read: int, out: int, k: Any = 1, s: Any = 1, d: Any = 1, act: Any = True) -> int:  # noqa: FBT002, PLR0917  # as theirs
    """``Conv`` with as many groups as divide both numbers of channels."""
    return at.conv(read, out, k, s, None, gcd(at.graph.channels(read), out), d, act)


def plain_bottleneck(at: Part, read: int, out: int, *more: Any) -> int:
    """By itself: YOLOv5's first convolution is 1x1."""
    defaults = (True, 1, (1, 3) if at.graph.file.anchors else (3, 3), 0.5)
    return bottleneck(at, read, out, *more, *defaults[len(more) :])


def upsample(at: Part, read: int, size: Any = None, scale: Any = None, mode: Any = "nearest") -> int:
    """``nn.Upsample`` by a whole number."""
    if size is not None or isinstance(mode, bool) or mode not in {"nearest", "bilinear", "bicubic"}:
        raise at.wrong(f"read are [None, scale, mode], and this is {[size, scale, mode]}")
    factor = at.whole(scale)
    shape = (1, at.graph.channels(read), *(n * factor for n in at.graph.size(read)))
    return at.graph.add(at.path, "nn.Upsample", (read,), shape, type="upsample", settings=(("mode", mode),))


def zero_pad(at: Part, read: int, sides: Any) -> int:
    """``nn.ZeroPad2d``, whose sides are left, right, top, bottom."""
    listed = [sides] * 4 if isinstance(sides, int) else sides
    if not isinstance(listed, list) or len(listed) != 4 or not all(isinstance(n, int) and n >= 0 for n in listed):
        raise at.wrong(f"{sides!r} are no sides", Code.WRONG_TYPE)
    rows, columns = at.graph.size(read)
    shape = (1, at.graph.channels(read), rows + listed[2] + listed[3], columns + listed[0] + listed[1])
    return at.graph.add(at.path, "nn.ZeroPad2d", (read,), shape, type="pad", settings=(("padding", tuple(listed)),))


def classify(at: Part, read: int, out: int, k: Any = 1, s: Any = 1, p: Any = None, g: Any = 1) -> int:  # noqa: PLR0917  # as theirs
    """A convolution, the mean of each map, and a linear layer."""
    made = at.inside("conv").conv(read, 1280, k, s, p, g)
    made = at.graph.add(f"{at.path}.pool", "nn.AdaptiveAvgPool2d", (made,), (1, 1280, 1, 1), type="global_avg_pool")
    made = at.graph.add(f"{at.path}.flatten", "flatten", (made,), (1, 1280), type="flatten")
    more = {"weight": (out, 1280), "products": out * 1280, "parameters": out * 1281}
    return at.graph.add(f"{at.path}.linear", "nn.Linear", (made,), (1, out), type="linear", **more)


BLOCKS: dict[str, Callable[..., int]] = {
    "Conv": lambda at, read, out, *more: at.conv(read, out, *more),
    "DWConv": depthwise,
    "Bottleneck": plain_bottleneck,
    "C2f": c2f,
    "C3": c3,
    "SPP": spp,
    "SPPF": sppf,
    "Classify": classify,
    "nn.ConvTranspose2d": lambda at, read, out, *more: at.transposed(read, out, *more),
    "nn.MaxPool2d": lambda at, read, *more: at.max_pool(read, *more),
    "nn.Upsample": upsample,
    "nn.ZeroPad2d": zero_pad,
    "nn.Identity": lambda _, read: read,
}
"""Modules that read one row."""


def detect(at: Part, reads: tuple[int, ...]) -> list[int]:
    """A head: for each scale, boxes and classes; those of YOLOv5 are one convolution for all anchors."""
    file, graph = at.graph.file, at.graph
    if file.anchors:
        out = file.anchors * (file.classes + 5)
        return [at.inside("m").inside(k).conv2d(read, out) for k, read in enumerate(reads)]
    first = graph.channels(reads[0])
    boxes, classes = max(16, first // 4, DISTANCES * 4), max(first, min(file.classes, 100))
    made = []
    for k, read in enumerate(reads):
        ends = [
            _branch(at.inside("cv2").inside(k), read, boxes, 4 * DISTANCES),
            _branch(at.inside("cv3").inside(k), read, classes, file.classes),
        ]
        made.append(at.inside("cat").inside(k).concat(*ends))
    return made


def _branch(at: Part, read: int, channels: int, out: int) -> int:
    made = at.inside(0).conv(read, channels, 3)
    made = at.inside(1).conv(made, channels, 3)
    return at.inside(2).conv2d(made, out)
