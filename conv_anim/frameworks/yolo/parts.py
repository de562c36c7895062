"""Modules of Ultralytics in the making: layers of PyTorch as nodes of a network, with their sizes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, SpecError
from conv_anim.limits import Location, fixed
from conv_anim.spec.network import NetNode, NetWindow
from conv_anim.spec.sizes import conv_size, effective_kernel, transposed_size
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.frameworks.yolo.files import Row, YoloFile
    from conv_anim.spec.model import Size
    from conv_anim.spec.network import Sizes


ACTIVATIONS = {
    "SiLU": "silu", "ReLU": "relu", "LeakyReLU": "leaky_relu", "GELU": "gelu", "Sigmoid": "sigmoid", "Tanh": "tanh",
}  # fmt: skip
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
        """Maps concatenated."""
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
            raise self.wrong(f"{given!r} is not the size of a window", Code.WRONG_TYPE)
        return listed

    def whole(self, given: Any) -> int:
        """A whole number from 1. Raises SpecError."""
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= WIDEST:
            raise self.wrong(f"{given!r} is not a whole number of at least 1", Code.WRONG_TYPE)
        return given

    def share(self, out: int, given: Any) -> int:
        """How many channels a part of them is (``e``). Raises SpecError."""
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < out * given <= WIDEST:
            raise self.wrong(f"{given!r} is not a fraction of {out} channels", Code.WRONG_TYPE)
        return self.whole(int(out * given))

    def wrong(self, message: str, code: Code = Code.UNSUPPORTED, hint: str | None = None) -> SpecError:
        """What is wrong with the row."""
        return self.row.problem(f"{self.row.module}: {message}", hint, code)
