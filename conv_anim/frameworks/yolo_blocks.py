"""The modules that files of Ultralytics name, as the layers of PyTorch that they are (ultralytics 8, YOLOv5 7)."""

from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, SpecError
from conv_anim.limits import Location, fixed
from conv_anim.spec.network import NetNode, NetWindow
from conv_anim.spec.sizes import conv_size, effective_kernel, transposed_size
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.yolo_files import Row, YoloFile
    from conv_anim.spec.model import Size
    from conv_anim.spec.network import Sizes

ACTIVATIONS = {
    "SiLU": "silu", "ReLU": "relu", "LeakyReLU": "leaky_relu", "GELU": "gelu", "Sigmoid": "sigmoid", "Tanh": "tanh",
}  # fmt: skip
DISTANCES = 16
"""Of which a side of a box is a distribution (``reg_max``)."""
WIDEST = 1_000_000
MOST_NODES = 20_000


@dataclass
class Graph:
    """Nodes in the making."""

    file: YoloFile
    nodes: list[NetNode] = field(default_factory=list)

    def add(self, path: str, kind: str, inputs: tuple[int, ...], shape: Sizes, **more: Any) -> int:
        """A node, by its path in the model; its number."""
        number = len(self.nodes)
        if number >= MOST_NODES:
            what = f"the model has more than {MOST_NODES:,} layers"
            raise SpecError([fixed(what, "a smaller multiple of the depth", Location(path))])
        scope = tuple(path.split(".")[:-1])
        self.nodes.append(NetNode(number, str(number), path, kind, inputs, (path,), shape, scope=scope, **more))
        return number

    def channels(self, number: int) -> int:
        """How many channels a node makes."""
        return self.nodes[number].channels or 1

    def size(self, number: int) -> Size:
        """Along its axes."""
        return tuple(n or 1 for n in self.nodes[number].size)


@dataclass(frozen=True, slots=True)
class Part:
    """A module of a row: where it is in the model. Its methods add layers and return the last one's number."""

    graph: Graph
    row: Row
    path: str

    def inside(self, name: str | int) -> Part:
        """A module in it."""
        return Part(self.graph, self.row, f"{self.path}.{name}")

    def conv2d(  # noqa: PLR0917  # as PyTorch's
        self, read: int, out: int, k: Any = 1, s: Any = 1, p: Any = 0, g: int = 1, d: Any = 1, *, bias: bool = True
    ) -> int:
        """``nn.Conv2d``."""
        kernel, stride, pad, dilation = (self.pair(each, n) for each, n in ((k, 1), (s, 1), (p, 0), (d, 1)))
        into = self.graph.channels(read)
        if into % g or out % g:
            raise self.wrong(f"{g} groups do not divide {into} and {out} channels evenly", Code.GROUPS)
        reach = tuple(map(effective_kernel, kernel, dilation))
        size = tuple(map(conv_size, self.graph.size(read), reach, stride, ((n, n) for n in pad)))
        weight = (out, into // g, *kernel)
        window = NetWindow(kernel, stride, tuple((n, n) for n in pad), dilation, g)
        return self._windowed("nn.Conv2d", read, (1, out, *size), "conv", window, weight, bias=bias)

    def transposed(self, read: int, out: int, k: Any = 2, s: Any = 1, p: Any = 0, extra: Any = 0) -> int:  # noqa: PLR0917  # as PyTorch's
        """``nn.ConvTranspose2d``."""
        kernel, stride, pad, more = (self.pair(each, n) for each, n in ((k, 1), (s, 1), (p, 0), (extra, 0)))
        pads = tuple((n, n) for n in pad)
        size = tuple(map(transposed_size, self.graph.size(read), kernel, stride, pads, more))
        weight = (self.graph.channels(read), out, *kernel)
        window = NetWindow(kernel, stride, pads, (1, 1), 1, transposed=True)
        return self._windowed("nn.ConvTranspose2d", read, (1, out, *size), "conv_transpose", window, weight)

    def _windowed(  # noqa: PLR0917  # what a node has
        self, kind: str, read: int, shape: Size, type_: str, window: NetWindow, weight: Size, *, bias: bool = True
    ) -> int:
        self._fits(shape)
        cells = self.graph.nodes[read].cells if window.transposed else prod(shape)
        products = (cells or 0) * prod(weight[1:])
        parameters = prod(weight) + (shape[1] if bias else 0)
        return self.graph.add(
            self.path, kind, (read,), shape,
            type=type_, window=window, weight=weight, products=products, parameters=parameters,
        )  # fmt: skip

    def max_pool(self, read: int, k: Any, s: Any = None, p: Any = 0) -> int:
        """``nn.MaxPool2d``."""
        kernel, pad = self.pair(k, 1), self.pair(p, 0)
        stride = kernel if s is None else self.pair(s, 1)
        pads = tuple((n, n) for n in pad)
        size = tuple(map(conv_size, self.graph.size(read), kernel, stride, pads))
        shape = (1, self.graph.channels(read), *size)
        self._fits(shape)
        window = NetWindow(kernel, stride, pads, (1, 1))
        return self.graph.add(self.path, "nn.MaxPool2d", (read,), shape, type="max_pool", window=window)

    def conv(  # noqa: PLR0917  # as theirs
        self,
        read: int,
        out: int,
        k: Any = 1,
        s: Any = 1,
        p: Any = None,
        g: Any = 1,
        d: Any = 1,
        act: Any = True,  # noqa: FBT002  # as theirs
    ) -> int:
        """``Conv``: a convolution without a bias, a batch norm, an activation; padded to keep the size at stride 1."""
        kernel, dilation = self.pair(k, 1), self.pair(d, 1)
        pad = tuple(effective_kernel(n, m) // 2 for n, m in zip(kernel, dilation, strict=True)) if p is None else p
        made = self.inside("conv").conv2d(read, out, kernel, s, pad, self.whole(g), dilation, bias=False)
        made = self.inside("bn").like(made, "nn.BatchNorm2d", "batch_norm", 2 * out)
        named = act if isinstance(act, str) else None
        if act is False or named == "nn.Identity()":
            return made
        kind = self.graph.file.activation if named is None else named.partition("(")[0].rpartition(".")[2]
        return self.inside("act").like(made, f"nn.{kind}", ACTIVATIONS.get(kind))

    def like(self, read: int, kind: str, type_: str | None, parameters: int = 0) -> int:
        """A layer that keeps the shape."""
        return self.graph.add(self.path, kind, (read,), self._shape(read), type=type_, parameters=parameters)

    def concat(self, *reads: int) -> int:
        """Maps one behind the other."""
        sizes = {self.graph.size(each) for each in reads}
        if len(sizes) > 1:
            listed = ", ".join("x".join(map(str, self.graph.size(each))) for each in reads)
            raise self.wrong(f"it puts maps of several sizes one behind the other: {listed}", Code.SHAPE)
        channels = sum(map(self.graph.channels, reads))
        return self.graph.add(self.path, "torch.cat", reads, (1, channels, *self.graph.size(reads[0])), type="concat")

    def _shape(self, read: int) -> Sizes:
        return (1, self.graph.channels(read), *self.graph.size(read))

    def _fits(self, shape: Size) -> None:
        if min(shape) < 1 or max(shape) > WIDEST:
            what = f"it would make {'x'.join(map(str, shape[1:]))}"
            raise self.wrong(what, Code.SHAPE, "another size of the input (--input)")

    def pair(self, given: Any, least: int) -> Size:
        """A number, or one for each axis. Raises SpecError."""
        listed = tuple(given) if isinstance(given, list | tuple) else (given, given)
        if len(listed) != 2 or not all(isinstance(n, int) and least <= n <= WIDEST for n in listed):
            raise self.wrong(f"{given!r} is no size of a window", Code.WRONG_TYPE)
        return listed

    def whole(self, given: Any) -> int:
        """A whole number from 1. Raises SpecError."""
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= WIDEST:
            raise self.wrong(f"{given!r} is no whole number from 1", Code.WRONG_TYPE)
        return given

    def share(self, out: int, given: Any) -> int:
        """How many channels a part of them is (``e``). Raises SpecError."""
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < out * given <= WIDEST:
            raise self.wrong(f"{given!r} is no share of {out} channels", Code.WRONG_TYPE)
        return self.whole(int(out * given))

    def wrong(self, message: str, code: Code = Code.UNSUPPORTED, hint: str | None = None) -> SpecError:
        """What is wrong with the row."""
        return self.row.problem(f"{self.row.module}: {message}", hint, code)


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
