"""``sparse_conv``: a convolution of the active cells alone, as spconv's ``SparseConv`` and ``SubMConv``.

A regular one makes an output wherever a window meets an active cell; a submanifold one only where the middle of its
window is one (Graham et al. 2018). Cells that are not active take no part: they are not zeros, but absent.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.padding import PADDING, padding_of
from conv_anim.ops.windows import Weighing, Windowed, direct_axes
from conv_anim.spec.entering import (
    BIAS,
    DILATION,
    KERNEL_SIZE,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    axis_values,
    biases,
    fits,
    kernel_size,
    op_type,
    weight_values,
)
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Products
from conv_anim.spec.records import switch
from conv_anim.spec.roles import Role
from conv_anim.spec.shown_as import Sites
from conv_anim.spec.sizes import conv_size, effective_kernel
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather

SUBMANIFOLD = switch(
    "submanifold", "Make outputs at the input's active cells only; without it, wherever a window meets an active cell."
)
WORDS = {
    "en": {
        "kind.sparse": "sparse convolution",
        "kind.submanifold": "submanifold sparse convolution",
        "point.sparse": "Outputs are made wherever the window meets an active cell: "
        "{before} active cells become {after}, with {count} products instead of {dense}.",
        "point.submanifold": "Outputs are made at the active cells only: {before} stay {after}, nothing spreads, "
        "and {count} products are enough instead of {dense}.",
        "term.submanifold": "submanifold: outputs are made at the active cells only",
        "sites": "active cells",
        "sites.said": "{before} of {cells} in the input, {after} of {made} in the output",
        "pairs": "{pairs} pairs of cells · {each} = {count} ({share} of {dense} in a dense convolution)",
        "absent": "not active: takes no part",
        "index": "small number: the cell's index, from 1 on, row by row",
        "rulebook": "rulebook",
        "rulebook.detail": "which weight joins which cells: input → output",
        "rulebook.pairs": "{count} pairs",
        "rulebook.pair": "1 pair",
        "rulebook.none": "–",
    },
    "zh-TW": {
        "kind.sparse": "稀疏卷積",
        "kind.submanifold": "子流形稀疏卷積",
        "point.sparse": "只要視窗碰到有效的格就產生輸出：{before} 個有效的格變成 {after} 個，"
        "只做 {count} 次乘法，不必 {dense} 次。",
        "point.submanifold": "只在有效的格產生輸出：{before} 個仍是 {after} 個，不會擴散；"
        "只做 {count} 次乘法，不必 {dense} 次。",
        "term.submanifold": "子流形：只在有效的格產生輸出",
        "sites": "有效的格",
        "sites.said": "輸入 {cells} 格中的 {before} 格，輸出 {made} 格中的 {after} 格",
        "pairs": "{pairs} 對格子 · {each} = {count}（稠密卷積 {dense} 的 {share}）",
        "absent": "無效：不參與",
        "index": "小數字：有效的格逐列的編號，從 1 開始",
        "rulebook": "規則表",
        "rulebook.detail": "每個權重連接哪些格：輸入 → 輸出",
        "rulebook.pairs": "{count} 對",
        "rulebook.pair": "1 對",
        "rulebook.none": "–",
    },
}


@dataclass(frozen=True, slots=True)
class SparseConv(Windowed, Weighing):
    """Weight (out_channels, in_channels, *kernel_size); ``read`` and ``made`` are the places of active cells."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    weight: Values
    bias: tuple[Number, ...] | None
    submanifold: bool
    read: frozenset[Size]
    made: frozenset[Size]

    WORDS = WORDS
    CODE = "conv_anim.ops.sparse_code"
    type = "sparse_conv"

    @property
    def window(self) -> None:  # type: ignore[override]  # one that meets every cell
        return None

    @property
    def sites(self) -> Sites:
        axes = direct_axes(self, self.ends.in_size, self.ends.out_size)
        return Sites(Operator(axes, self.ends.in_channels, self.ends.out_channels, 1, "sum"), self.read, self.made)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        axis = self.sites.window.axes[a]
        return axis.cell(first, 0) - axis.before, axis.cell(last, axis.kernel - 1) - axis.before

    # numbers and cost

    @property
    def weight_shape(self) -> Size:
        return (self.ends.out_channels, self.ends.in_channels, *self.kernel_size)

    @property
    def pairs(self) -> int:
        """How many times an active input cell meets a weight for an active output cell."""
        return sum(len(pairs) for pairs in self.sites.rulebook.values())

    @property
    def products(self) -> Products:
        return Products(self.pairs, self._each)

    @property
    def most_taps(self) -> int:
        return self.ends.in_channels * prod(self.kernel_size)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.sparse import sparse

        assert fed.weight is not None
        return sparse(self.sites, self.ends, fed.weight, fed.bias)

    # words

    def kind(self) -> str:
        return "submanifold" if self.submanifold else "sparse"

    def point(self, say: Language) -> str:
        counts = {"before": len(self.read), "after": len(self.made)}
        made, dense = f"{self.pairs * self._each:,}", f"{self._dense:,}"
        return say.of(self, f"point.{self.kind()}", count=made, dense=dense, **counts)

    def terms(self, say: Language) -> list[str]:
        return [say.of(self, "term.submanifold")] if self.submanifold else []

    @property
    def _each(self) -> int:
        """Products of a pair of cells."""
        return self.ends.in_channels * self.ends.out_channels

    @property
    def _dense(self) -> int:
        """Products of a window at every place, whatever it meets."""
        return prod(self.ends.out_size) * prod(self.kernel_size) * self._each

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        del fed
        return self.moves(say)

    def edges(self, say: Language) -> list[tuple[str, str]]:
        cells, made = prod(self.ends.in_size), prod(self.ends.out_size)
        counts = {"before": len(self.read), "cells": cells, "after": len(self.made), "made": made}
        return [*Windowed.edges(self, say), (say.of(self, "sites"), say.of(self, "sites.said", **counts))]

    def counted(self, say: Language) -> str:
        from conv_anim.scene.assembly.cost import percent

        each, dense = self._each, self._dense
        share = percent(self.pairs * each, dense).replace("\N{NO-BREAK SPACE}", " ")
        numbers = {"pairs": self.pairs, "each": each, "count": self.pairs * each, "dense": dense}
        return say.of(self, "pairs", share=share, **{key: f"{number:,}" for key, number in numbers.items()})

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), f"o = {self.direct(a)} = {self.ends.out_size[a]}"]

    def details(self) -> dict[str, object]:
        counts = {"active_inputs": len(self.read), "active_outputs": len(self.made), "pairs": self.pairs}
        return {**Windowed.details(self), "submanifold": self.submanifold, **counts}


# from its keys


def resolve(record: Record, entering: Entering) -> Maybe[tuple[SparseConv, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    if entering.active is None:
        what = "a sparse convolution needs to know which cells are active, and all that enter here are"
        kept = "put it where sparse_conv, or a function that makes 0 of 0, comes before"
        hint = kept if entering.before else "input: {size: [8, 8], active: {density: 0.3}}"
        return entering.report.add(Code.MISSING_KEY, what, record.node, hint)
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION))
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid):
        return INVALID
    stride, dilation = moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    padding = _padding(record, entering, kernel, windows, stride)
    if isinstance(padding, Invalid):
        return INVALID
    sides = zip(entering.size, windows, stride, padding, strict=True)
    out_size = tuple(conv_size(size, window, s, pad) for size, window, s, pad in sides)
    out_channels = record.get(OUT_CHANNELS) or 1
    weight = weight_values(record, entering, (out_channels, entering.channels, *kernel))
    bias = biases(record, entering, out_channels)
    fit = fits(out_size, windows, padding, record, entering)
    if not fit or isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    ends = Ends(entering.channels, entering.size, out_channels, out_size)
    moved, manifold = (stride, padding, dilation), record.of(SUBMANIFOLD)
    op = SparseConv(ends, kernel, *moved, weight, bias, manifold, entering.active, entering.active)
    made = entering.active if manifold else reached(op)
    if made:
        return (replace(op, made=made),)
    what = "no window meets an active cell, so there is no output"
    hint = f"{'a smaller stride' if max(stride) > 1 else 'more padding'}, or other cells"
    return entering.report.add(Code.DOES_NOT_FIT, what, record.node, hint)


def _padding(record: Record, entering: Entering, kernel: Size, windows: Size, stride: Size) -> Maybe[Padding]:
    """A submanifold one stands on its active cells: with a middle, a stride of 1, and as much padding as that takes."""
    if not record.of(SUBMANIFOLD):
        return padding_of(record, entering, windows, stride)
    report = entering.report
    if any(k % 2 == 0 for k in kernel):
        what = (
            f"a submanifold convolution is centred on its middle, and a window of {'x'.join(map(str, kernel))} has none"
        )
        return report.add(Code.SHAPE, what, record.at(KERNEL_SIZE), "an odd kernel_size along every axis")
    if max(stride) > 1:
        what = "a submanifold convolution makes an output at every active cell: its stride is 1"
        return report.add(Code.EXCLUSIVE_KEYS, what, record.at(STRIDE), "leave out 'stride' or 'submanifold'")
    middle = tuple(((window - 1) // 2,) * 2 for window in windows)
    if record.has(PADDING) and padding_of(record, entering, windows, stride) != middle:
        what = "a submanifold convolution has as much padding as keeps the size"
        return report.add(Code.PADDING, what, record.at(PADDING), "leave 'padding' out, or write same")
    return middle


def reached(op: SparseConv) -> frozenset[Size]:
    """The places of all outputs whose windows meet an active cell."""
    found: set[Size] = set()
    sides = list(zip(op.kernel_size, op.stride, op.dilation, op.padding, op.ends.out_size, strict=True))
    for cell in op.read:
        made = []
        for at, (k, s, d, (before, _), count) in zip(cell, sides, strict=True):
            outputs = (_output(at, t, s, d, before) for t in range(k))
            made.append([o for o in outputs if o is not None and 0 <= o < count])
        found.update(product(*made))
    return frozenset(found)


def _output(at: int, tap: int, stride: int, dilation: int, before: int) -> int | None:
    """The output whose window's tap-th cell is a cell, if there is one."""
    start, rest = divmod(at + before - tap * dilation, stride)
    return None if rest else start


TYPES = op_type(
    "sparse_conv",
    "A convolution of active cells alone, as spconv's SparseConv and SubMConv.",
    resolve,
    (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, SUBMANIFOLD, WEIGHT, BIAS),
    role=Role("window"),
)
