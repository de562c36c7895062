"""``max_pool``, ``avg_pool``, ``global_avg_pool`` and ``lp_pool``: as PyTorch's, padding as free as a convolution's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.ops import computing, points, pool_points
from conv_anim.ops.windows import Windowed, direct_axes
from conv_anim.spec.entering import (
    AMOUNT,
    CEIL_MODE,
    DILATION,
    Amount,
    axis_values,
    fits,
    op_type,
    pads,
    per_axis,
)
from conv_anim.spec.kinds import INVALID, Invalid, Real
from conv_anim.spec.model import Ends
from conv_anim.spec.records import Field, switch
from conv_anim.spec.roles import Role
from conv_anim.spec.sizes import ceil_size, conv_size, effective_kernel
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering, PerAxis
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Padding, Size
    from conv_anim.spec.records import Record

Reduce: TypeAlias = Literal["max", "mean", "norm"]

KERNEL_SIZE: Field[PerAxis] = Field("kernel_size", per_axis(1), "Cells of the window.", required=True, example=3)
STRIDE: Field[PerAxis] = Field("stride", per_axis(1), "How far the window moves; by default its own size.", example=1)
PADDING: Field[Amount] = Field(
    "padding", AMOUNT, "Cells around the input, fewer than the window has.", default=0, example=1
)
COUNT_INCLUDE_PAD = switch("count_include_pad", "Whether a mean counts the padding's zeros.", default=True)

NORM_TYPE: Field[int | float] = Field(
    "norm_type", Real(1, 100), "The p of the norm (Σ|x|ᵖ)^(1/p).", default=2, example=3
)


WORDS = {
    "en": {
        "kind.max": "max pooling",
        "kind.mean": "average pooling",
        "kind.norm": "{p}-norm pooling",
        "kind.global": "global average pooling",
        "does.max": "of each window the largest number is kept",
        "does.mean": "each window becomes its mean",
        "does.global": "each map becomes its mean",
    },
    "zh-TW": {
        "kind.max": "最大池化",
        "kind.mean": "平均池化",
        "kind.norm": "{p}-範數池化",
        "kind.global": "全域平均池化",
        "does.max": "每個視窗只留最大的數",
        "does.mean": "每個視窗變成它的平均",
        "does.global": "每張圖變成它的平均",
    },
}


@dataclass(frozen=True, slots=True)
class Pool(Windowed):
    """As PyTorch's ``MaxPool1d`` …, ``AvgPool1d`` … and ``LPPool1d`` … ; all of them may be padded and dilated."""

    ends: Ends
    reduce: Reduce
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    ceil_mode: bool
    count_include_pad: bool
    norm_type: Number = 2
    """The p of a pool by p-norm, (Σ|x|ᵖ)^(1/p)."""

    WORDS = points.merged(WORDS, points.WINDOW_POINTS, pool_points.POOL_POINTS)
    CODE = "conv_anim.ops.pool_code"
    GRADIENTS = "conv_anim.ops.pool_gradients"
    has_gradient = True

    @property
    def type(self) -> str:
        return {"max": "max_pool", "mean": "avg_pool", "norm": "lp_pool"}[self.reduce]

    @property
    def window(self) -> Operator:
        axes = direct_axes(self, self.ends.in_size, self.ends.out_size)
        channels = self.ends.in_channels
        return Operator(axes, channels, channels, channels, self.reduce, self.count_include_pad, self.norm_type)

    @property
    def whole(self) -> bool:
        """Whether it is the mean of each whole map."""
        padded = any(map(any, self.padding))  # then the window stands beside the map, however large it is
        return self.reduce == "mean" and self.kernel_size == self.ends.in_size and not padded

    # words

    @property
    def type_in_network(self) -> str:
        return "global_avg_pool" if self.whole else self.type

    def kind(self) -> str:
        return "global" if self.whole else self.reduce

    def name(self, say: Language) -> str:
        return say.of(self, f"kind.{self.kind()}", p=f"{self.norm_type:.15g}")

    def point(self, say: Language) -> str:
        return pool_points.pool(self, say)

    def computes(self, say: Language) -> str:
        return computing.pooled(self, say)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        if self.whole:
            return []
        uncounted = self.reduce == "mean" and self.padded and not self.count_include_pad
        ceil, counted = Setting("ceil", "", not self.ceil_mode), Setting("uncounted", "", not uncounted)
        window, stride, *others = self.moves(say, "window")
        # by default it is the window's, so 1 has to be said, too
        stride = replace(stride, usual=set(self.kernel_size) == set(self.stride) == {1})
        return [window, stride, *others, ceil, counted]

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), self._sized(a, say)]

    def formula_in_words(self, say: Language) -> str:
        from conv_anim.ops.size_words import direct_in_words

        return say("formula.words", formula=direct_in_words(self, say, up=self.ceil_mode))

    def _sized(self, a: int, say: Language) -> str:
        from conv_anim.scene.wording.words import MINUS

        i, o = self.ends.in_size[a], self.ends.out_size[a]
        made = f"o = {self.direct(a, up=self.ceil_mode)}"
        room = i + sum(self.padding[a]) - effective_kernel(self.kernel_size[a], self.dilation[a])
        fit = (-(-room // self.stride[a]) if self.ceil_mode else room // self.stride[a]) + 1
        return f"{made} = {o}" if fit == o else say("formula.dropped", formula=f"{made} {MINUS} 1 = {o}")


# from its keys


def resolve(record: Record, entering: Entering, *, reduce: Reduce) -> Maybe[tuple[Pool, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    sizes = axis_values(record, entering, (KERNEL_SIZE, DILATION))
    moves = axis_values(record, entering, (STRIDE if record.has(STRIDE) else KERNEL_SIZE,))
    padding = pads(record.of(PADDING), record.at(PADDING), entering)
    if isinstance(sizes, Invalid) or isinstance(moves, Invalid) or isinstance(padding, Invalid):
        return INVALID
    (kernel, dilation), (stride,) = sizes, moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    if not _less_than_window(padding, windows, record, entering):
        return INVALID
    count = ceil_size if record.of(CEIL_MODE) else conv_size
    out_size = tuple(
        count(size, window, s, pad)
        for size, window, s, pad in zip(entering.size, windows, stride, padding, strict=True)
    )
    if not fits(out_size, windows, padding, record, entering):
        return INVALID
    if not _all_read(zip(entering.size, kernel, stride, dilation, padding, out_size, strict=True), record, entering):
        return INVALID
    layer = Pool(
        ends=Ends(entering.channels, entering.size, entering.channels, out_size),
        reduce=reduce,
        kernel_size=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=record.of(CEIL_MODE),
        count_include_pad=reduce == "mean" and record.of(COUNT_INCLUDE_PAD),
        norm_type=record.of(NORM_TYPE),
    )
    return (layer,)


def resolve_global(record: Record, entering: Entering) -> tuple[Pool, ...]:
    """The mean of each whole map."""
    del record
    size, ones = entering.size, (1,) * entering.axes
    ends = Ends(entering.channels, size, entering.channels, ones)
    return (Pool(ends, "mean", size, size, ((0, 0),) * entering.axes, ones, ceil_mode=False, count_include_pad=True),)


def _less_than_window(padding: Padding, windows: Size, record: Record, entering: Entering) -> bool:
    """No window may lie in the padding alone."""
    wrong = (
        f"with padding {max(pad)}, the window of {window} would begin in the padding alone"
        if max(pad) >= window
        else None
        for pad, window in zip(padding, windows, strict=True)
    )
    hint = "less padding: a window must not lie in the padding alone"
    return entering.complain(Code.PADDING, wrong, record.at(PADDING), hint)


def _all_read(
    axes: Iterable[tuple[int, int, int, int, tuple[int, int], int]], record: Record, entering: Entering
) -> bool:
    """Whether every window finds an input cell; a dilated one can step over a small input."""

    def wrong(axis: tuple[int, int, int, int, tuple[int, int], int]) -> str | None:
        size, kernel, stride, dilation, (before, _), out = axis
        missed = (o for o in range(out) if not _reads(o * stride - before, kernel, dilation, size))
        first = None if dilation == 1 else next(missed, None)
        return None if first is None else f"window {first + 1} of {out} would read no input at all"

    return entering.complain(Code.PADDING, map(wrong, axes), record.at(DILATION), "less dilation or padding")


def _reads(start: int, kernel: int, dilation: int, size: int) -> bool:
    return any(0 <= start + t * dilation < size for t in range(kernel))


SHARED = (KERNEL_SIZE, STRIDE, PADDING, DILATION, CEIL_MODE)
TYPES = {
    **op_type(
        "max_pool", "The largest number under the window.", partial(resolve, reduce="max"), SHARED, role=Role("pool")
    ),
    **op_type(
        "avg_pool",
        "The mean of what lies under the window.",
        partial(resolve, reduce="mean"),
        (*SHARED, COUNT_INCLUDE_PAD),
        role=Role("pool"),
    ),
    **op_type("global_avg_pool", "The mean of each whole map.", resolve_global, role=Role("pool", whole=True)),
    **op_type(
        "lp_pool",
        "The norm of what lies under the window.",
        partial(resolve, reduce="norm"),
        (NORM_TYPE, KERNEL_SIZE, STRIDE, CEIL_MODE),
        role=Role("pool"),
    ),
}
