"""What is said of the items of a network: what they are, their kernels, their sizes, and what they cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic import rounding
from conv_anim.scene.network import kinds
from conv_anim.scene.wording.words import per_axis, size
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from conv_anim.scene.network.plan import Item
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.network import NetNode, Network
    from conv_anim.spec.view_values import Column
    from conv_anim.tracing.reach import Reach

UNKNOWN = "?"
NONE = "–"
THOUSANDS = ("", "K", "M", "G", "T")
KNOWN = {
    *("conv", "conv_transpose", "pointwise", "depthwise", "max_pool", "avg_pool", "lp_pool", "global_avg_pool"),
    *("adaptive_avg_pool", "adaptive_max_pool", "max_unpool", "upsample", "linear", "flatten", "concat", "pad", "crop"),
    *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "unfold", "fold", "add", "multiply", "input"),
}
"""Types that have a word in every language."""


def kind(node: NetNode, say: Language) -> str:
    """What it is, in a word or two: of a convolution with as many groups as channels that it is depthwise."""
    if node.is_input:
        return say("network.input")
    if node.type in {"conv", "conv_transpose"} and node.is_depthwise:
        return say("network.depthwise")
    if node.type in KNOWN:
        return say(f"network.{node.type}")
    badge = None if kinds.sign(node) else kinds.badge(node)
    return badge or node.kind.rsplit(".", 1)[-1].replace("_", " ")


def name(node: NetNode) -> str | None:
    """What the model calls it, if it does."""
    if node.is_input:
        return None if node.name == "input" else node.name
    return None if node.name in {node.label, ""} else node.name


def own_name(node: NetNode) -> str | None:
    """Its name, if that says more than which operation it is, as ``cat_1`` and ``AdaptiveAvgPool2d`` do not."""
    found = name(node)
    kinds_ = {_letters(each) for each in (node.kind.rsplit(".", 1)[-1], node.type or "")}
    plain = found is not None and not node.is_input and _letters(re.sub(r"_\d+$", "", found)) in kinds_
    return None if plain else found


def _letters(said: str) -> str:
    return said.replace("_", "").lower()


def names(nodes: Sequence[NetNode]) -> tuple[str, ...]:
    """What the model calls each of them; where it calls less than half of them anything, of inputs alone.

    A few names in a spec are there for what reads them, and tell nothing of what stands beside them.
    """
    found = [own_name(node) for node in nodes]
    inner = [said for said, node in zip(found, nodes, strict=True) if not node.is_input]
    all_told = 2 * sum(said is not None for said in inner) >= len(inner)
    return tuple((said or "") if all_told or node.is_input else "" for said, node in zip(found, nodes, strict=True))


def kernel(node: NetNode, say: Language, *, short: bool = False) -> str:
    """``3×3, stride 2``; in short ``3×3 /2``. Empty for what has no window, or one over all of its input."""
    window = node.window
    if window is None or node.role.whole:
        return ""
    cells = size(window.kernel_size) if len(window.kernel_size) > 1 else str(window.kernel_size[0])
    stride = set(window.stride) != {1}
    dilation = set(window.dilation) != {1}
    groups = window.groups > 1 and not node.is_depthwise
    if short:
        found = [cells, *([f"/{per_axis(window.stride)}"] if stride else [])]
        found += [f"d{per_axis(window.dilation)}"] if dilation else []
        return " ".join(found + ([f"g{window.groups}"] if groups else []))
    found = [cells]
    found += [say("network.stride", cells=per_axis(window.stride))] if stride else []
    found += [say("network.dilation", cells=per_axis(window.dilation))] if dilation else []
    found += [say("network.groups", count=window.groups)] if groups else []
    return say.joined(found)


def made(node: NetNode) -> str:
    """The size of what it makes: ``56×56×64``, of one channel ``56×56×1``."""
    if node.shape is None:
        return UNKNOWN
    axes = [*node.size, *([] if node.channels is None and len(node.shape) < 2 else [node.channels])]
    if all(n is not None for n in axes):
        return "×".join(map(str, filter(None, axes))) or "1"
    return "×".join(UNKNOWN if n is None else str(n) for n in axes)


def counted(number: int | None, *, short: bool) -> str:
    """``9,408``; in short ``9.41K``."""
    if number is None:
        return UNKNOWN
    if not short or number < 1000:
        return f"{number:,}"
    value, step = float(number), 0
    while value >= 999.5 and step < len(THOUSANDS) - 1:
        value, step = value / 1000, step + 1
    return f"{rounding.short(value, max(3, len(str(int(value)))))}{THOUSANDS[step]}"


# columns


@dataclass(frozen=True)
class Costs:
    """What the columns say of items: sums over the nodes that an item shows, and how far it sees."""

    network: Network
    reaches: Sequence[Reach | None]

    def parameters(self, item: Item) -> int:
        """The parameters of an item: those of all nodes that it stands for."""
        return sum(self.network.nodes[k].parameters for k in item.members)

    def products(self, item: Item) -> int | None:
        """None where a size is left open."""
        return _summed(self.network.nodes[k].products for k in item.members)

    def said(self, column: Column, item: Item, *, short: bool) -> str:
        """In a column; of a block that repeats, how often."""
        if column in {"parameters", "multiply_adds"}:
            number = self.parameters(item) if column == "parameters" else self.products(item)
            times = f" ×{item.times}" if item.times > 1 and number else ""
            return counted(number, short=short) + times if number != 0 else NONE
        first = self._reach(column, item.members[-1])
        last = self._reach(column, item.repeats[-1]) if item.repeats else first
        return first if first == last else f"{first} … {last}"

    def _reach(self, column: Column, number: int) -> str:
        reach = self.reaches[number] if self.reaches else None
        if reach is None:
            return NONE
        if column == "receptive_field":
            return size(reach.field)
        return fractions(reach.jump if column == "jump" else reach.center)

    def total(self, column: Column) -> str:
        """A column's sum over the whole network, as text; of products only if all are known."""
        if column == "parameters":
            return counted(self.network.parameters, short=False)
        return counted(_summed(node.products for node in self.network.nodes), short=False)

    def around(self) -> bool:
        """Whether a cell sees more than the input has: zeros around it too."""
        ends = [node.size for node in self.network.nodes if node.is_input]
        fields = [reach.field for reach in self.reaches if reach is not None]
        pairs = (pair for field in fields for end in ends for pair in zip(field, end, strict=False))
        return any(n is not None and cells > n for cells, n in pairs)


def _summed(numbers: Iterable[int | None]) -> int | None:
    """None where one of them is not known."""
    found = list(numbers)
    known = [number for number in found if number is not None]
    return sum(known) if len(known) == len(found) else None


def fractions(values: Sequence[Fraction]) -> str:
    """One number where the axes agree."""
    said = [rounding.short(float(value), 6).replace("-", "−") for value in values]
    return said[0] if len(set(said)) == 1 else ", ".join(said)
