"""A spec in the making: an input, and layers in the spec's own words, each fitted to what enters it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.inputs import Folder
from conv_anim.spec.entering import spread
from conv_anim.spec.graph import Graph
from conv_anim.spec.kinds import Invalid, Report
from conv_anim.spec.nodes import Entries, Items, Scalar, from_python
from conv_anim.spec.op import Shape
from conv_anim.spec.op_types import LAYER
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from conv_anim.diagnostics import Span
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.model import Given, Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.op import Op
    from conv_anim.spec.records import Field, Record

Mode: TypeAlias = str
"""What padding holds, as a spec's ``padding_mode`` has it."""
ORDER = (
    *("name", "from", "out_channels", "out_features", "multiplier", "groups", "norm_type", "upscale_factor"),
    *("downscale_factor", "output_size", "size", "scale_factor", "mode", "align_corners", "coordinates", "rounding"),
    *("cubic_coeff", "exclude_outside", "negative_slope", "over", "kernel_size", "stride", "padding"),
    *("output_padding", "dilation", "padding_mode", "value", "cropping", "ceil_mode", "count_include_pad", "heads"),
    *("window", "causal", "query", "key", "offset_groups", "offset", "mask", "weight"),
    *("pointwise_weight", "bias", "scale", "shift"),
)
"""The keys of a layer, as they are written."""


@dataclass(frozen=True, slots=True)
class Border:
    """Padding that is a layer of its own; the convolution after it takes it on."""

    amounts: Padding
    mode: Mode
    node: Node
    value: int | float = 0
    """What zeros are instead."""


@dataclass
class Sketch:
    """A spec in the making.

    ``values`` are the input's numbers and ``weights`` those of the layer that comes next, where they are known:
    the keys of a spec's layer.
    """

    channels: int
    size: Size
    span: Span | None = None
    values: Any = None
    files: Files = field(default_factory=lambda: Folder(Path()))
    weights: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    read: list[Path] = field(default_factory=list)
    """The files that it comes from."""
    nodes: list[Entries] = field(default_factory=list)
    border: Border | None = None
    current: int = 0
    """The number of the entry that feeds the next one; 0 is the input."""
    names: dict[int, str] = field(default_factory=dict)
    """The names of entries that have one."""
    unsigned: Problem | None = None
    """What is wrong if a norm of odd order is fed negative numbers."""
    held: dict[str, Given] | None = None
    """Numbers in memory that ``files`` reads."""

    def __post_init__(self) -> None:
        self.fed = (self.channels, self.size)
        self.graph = Graph(Shape(*self.fed), self.files, Report())

    @property
    def layers(self) -> list[Op]:
        """The ops so far."""
        return [node.op for node in self.graph.made]

    @property
    def axes(self) -> int:
        """Spatial axes of what enters the next layer."""
        return len(self.size)

    @property
    def entering(self) -> Entering:
        """What enters the next layer."""
        return self.graph.entering((self.graph.outputs[self.current],))

    def note(self, text: str) -> None:
        """Note something for the user once, however many layers it is about."""
        if text not in self.notes:
            self.notes.append(text)

    def hold(self, name: str, numbers: Given) -> None:
        """Keep numbers that a layer names as a file."""
        if self.held is None:
            raise ValueError("this sketch holds no numbers")
        self.held[name] = numbers

    def after(self, entry: int) -> None:
        """Let an entry feed the next one; 0 is the input."""
        self.current = entry
        self.channels, self.size = self.graph.shape(self.graph.outputs[entry])

    def add(self, type_: str, at: Node, /, **keys: Node | Any) -> None:
        """A layer at a place of its text, less the keys that are None. Raises SpecError if it does not fit."""
        self.settle()
        self.join(type_, at, (self.current,), **keys)

    def join(self, type_: str, at: Node, link: tuple[int, ...], /, **keys: Node | Any) -> None:
        """A layer that the entries ``link`` feed, 0 for the input. Raises SpecError if it does not fit."""
        path, number = at.path, len(self.nodes) + 1
        entries = [(Scalar("type", "type", path, at.span), _placed(type_, "type", at.span))]
        found = {**keys, **self.weights, "from": self._from(link, number), "name": self.names.get(number)}
        said = ((key, found[key]) for key in sorted(found, key=ORDER.index) if found[key] is not None)
        entries += [(Scalar(key, key, f"{path}.{key}", at.span), _placed(value, key, at.span)) for key, value in said]
        self._resolve(Entries(tuple(entries), path, at.span), link)
        self.weights = {}

    def _from(self, link: tuple[int, ...], number: int) -> Any:
        """What feeds an entry, as a spec says it; None if it is the one before."""
        if link == (number - 1,):
            return None
        said = [self.names.get(entry, "input" if entry == 0 else entry - number) for entry in link]
        return said if len(said) > 1 else said[0]

    def settle(self) -> None:
        """What is still to be padded becomes a layer of its own."""
        if self.border is None:
            return
        border, self.border = self.border, None
        if any(map(any, border.amounts)):
            mode = None if border.mode == "zeros" else border.mode
            waiting, self.weights = self.weights, {}
            self.add("pad", border.node, padding=tidy(border.amounts), padding_mode=mode, value=border.value or None)
            self.weights = waiting

    def _resolve(self, node: Entries, link: tuple[int, ...]) -> None:
        report, number = self.graph.report, len(self.nodes)
        chosen = LAYER.decode(node, report)
        if not isinstance(chosen, Invalid):
            self.graph.add(number + 1, chosen, link)
        if report.problems:
            raise SpecError(report.problems)
        self.nodes.append(node)
        self.after(number + 1)

    # what layers ask

    def takes(self, record: Record, in_channels: Field[int]) -> None:
        """Whether a layer takes as many channels as enter it. Raises SpecError."""
        wanted = record.of(in_channels)
        if wanted == self.channels:
            return
        enters = "the input has" if not self.layers else "the layer before it makes"
        message = f"'{in_channels.name}' is {wanted}, but {enters} {self.channels}"
        hint = "an input's channels come first, or are left out where a layer says them"
        fail(Code.SHAPE, message, record.at(in_channels), None if self.layers else hint)

    def amounts(self, value: int | tuple[int, ...], node: Node) -> Padding:
        """The same padding before and after, for each axis."""
        return tuple((pad, pad) for pad in self.each(value, node))

    def each(self, value: int | tuple[int, ...], node: Node) -> Size:
        """One number for each axis. Raises SpecError."""
        entering = self.entering
        found = spread(value, node, entering)
        if isinstance(found, Invalid):
            raise SpecError(entering.report.problems)
        return found

    def sizes(self, record: Record, *fields: Field[Any]) -> list[Size]:
        """What a layer says in each of some fields, one number for each axis. Raises SpecError."""
        return [self.each(record.of(field_), record.at(field_)) for field_ in fields]

    def cropped(self, sides: Padding, node: Node) -> Padding:
        """Cut off where padding is negative. What is left of the padding."""
        cut = tuple((max(0, -before), max(0, -after)) for before, after in sides)
        if any(map(any, cut)):
            self.add("crop", node, cropping=tidy(cut))
        return tuple((max(0, before), max(0, after)) for before, after in sides)

    def pool(self, name: str, node: Node, kernel: Size, stride: Size, padding: Padding, **keys: Any) -> None:
        """A pool, with its stride where that is not its kernel. Raises SpecError if it does not fit."""
        step = None if stride == kernel else same(list(stride))
        self.add(name, node, kernel_size=same(list(kernel)), stride=step, padding=tidy(padding), **keys)

    def bordered(self, own: Padding, mode: Mode) -> tuple[Any, Mode | None]:
        """A convolution's padding with that of the layer before it, where its spec can have both; else its own."""
        border = self.border
        if border is not None and (border.value or (any(map(any, own)) and (border.mode, mode) != ("zeros", "zeros"))):
            self.settle()
        elif border is not None:
            self.border, mode = None, border.mode
            own = tuple((a + c, b + d) for (a, b), (c, d) in zip(border.amounts, own, strict=True))
        return tidy(own), None if mode == "zeros" or not any(map(any, own)) else mode

    @property
    def told(self) -> str:
        """What it is fed, in words."""
        channels, size = self.fed
        return "x".join(map(str, size)) + (f" with {channels} channels" if channels > 1 else "")

    @property
    def tree(self) -> Entries:
        """The spec as a tree: what it must say, and no more."""
        channels, size = self.fed
        given = {"size": list(size), **({"channels": channels} if channels > 1 else {})}
        given |= {} if self.values is None else {"values": self.values}
        layers: Node = self.nodes[0] if len(self.nodes) == 1 else Items(tuple(self.nodes), "layers", self.nodes[0].span)
        name = "layer" if len(self.nodes) == 1 else "layers"
        parts = {"input": _placed(given, "input", self.span), name: layers, "caption": from_python(True, "caption")}  # noqa: FBT003  # a value
        return Entries(tuple((Scalar(key, key, key), node) for key, node in parts.items()))


def given(record: Record, parameter: Field[Any]) -> Node | None:
    """What is given for a parameter, None if that is what it is anyway."""
    return record.at(parameter) if record.has(parameter) and record.get(parameter) != parameter.default else None


def tidy(padding: Padding) -> Any:
    """Padding as short as a spec can say it; None if there is none."""
    if not any(map(any, padding)):
        return None
    if any(before != after for before, after in padding):
        return [list(pair) for pair in padding]
    return same([before for before, _ in padding])


def same(numbers: list[int]) -> int | list[int]:
    """One number where all are equal."""
    return numbers[0] if len(set(numbers)) == 1 else numbers


def fail(code: Code, message: str, node: Node, hint: str | None = None) -> NoReturn:
    """Raise a SpecError about a node of the text."""
    raise SpecError([Problem(code, message, node.path, node.span, hint)])


NOTHING = "there is no sliding window here, and nothing that moves cells: nothing to draw"
DRAWN = "drawn are convolutions, pools, upsampling, shuffles, unfold and fold"


def unsupported(message: str, node: Node, hint: str | None = None) -> NoReturn:
    """What is right there, and cannot be shown here."""
    fail(Code.UNSUPPORTED, message, node, hint)


def _placed(value: Any, path: str, span: Span | None) -> Node:
    """A value as a node; what has no place yet gets this one."""
    node = value if isinstance(value, Scalar | Items | Entries) else from_python(value, path)
    return _with_span(node, span)


def _with_span(node: Node, span: Span | None) -> Node:
    if node.span is not None or span is None:
        return node
    match node:
        case Scalar():
            return replace(node, span=span)
        case Items():
            return replace(node, items=tuple(_with_span(item, span) for item in node.items), span=span)
        case Entries():
            return replace(node, entries=tuple((key, _with_span(each, span)) for key, each in node.entries), span=span)
