"""``unfold`` and ``fold``: windows as the columns of a matrix (im2col), and back (col2im), as in PyTorch."""

from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.windows import direct_axes
from conv_anim.spec.entering import (
    AMOUNT,
    DILATION,
    LARGEST,
    MOST_AXES,
    Amount,
    axes_of,
    axis_values,
    fits,
    op_type,
    pads,
    per_axis,
)
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Whole
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.spec.shown_as import Columns
from conv_anim.spec.sizes import conv_size, effective_kernel
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering, PerAxis
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather
    from conv_anim.tracing.geometry import Axis

KERNEL_SIZE: Field[PerAxis] = Field("kernel_size", per_axis(1), "Cells of the window.", required=True, example=2)
STRIDE: Field[PerAxis] = Field("stride", per_axis(1), "How far the window moves.", default=1, example=2)
PADDING: Field[Amount] = Field("padding", AMOUNT, "Cells of zeros around the map.", default=0, example=1)
OUTPUT_SIZE: Field[tuple[int, ...]] = Field(
    "output_size",
    ListOf(Whole(1, LARGEST), "a list with the size of each axis: [rows, columns]", 1, MOST_AXES),
    "The map that the columns are laid back into.",
    required=True,
    example=[4, 4],
)
UNFOLD_WORDS = {
    "en": {
        "point.unfold": "Each window becomes a column.",
        "point.unfold.more": "Each window becomes a column{zeros}; what several windows cover is written several "
        "times, so {before} numbers become {after}.",
        "zeros": ", with the zeros around the map",
        "term.unfold": "im2col: image to columns; the kernel as a row, times this matrix, is a convolution",
        "kind.unfold": "unfolding (im2col)",
    },
    "zh-TW": {
        "point.unfold": "每個視窗變成一行。",
        "point.unfold.more": "每個視窗變成一行{zeros}；被幾個視窗覆蓋的數就寫幾次，所以 {before} 個數變成 {after} 個。",
        "zeros": "（含周圍的零）",
        "term.unfold": "im2col：圖變成行；卷積核寫成一列，乘上這個矩陣，就是卷積",
        "kind.unfold": "展開（im2col）",
    },
}
FOLD_WORDS = {
    "en": {
        "point.fold": "Each column is laid back where its window was; where windows overlap, numbers add up.",
        "term.fold": "col2im: columns to image, the way back from im2col",
        "kind.fold": "folding (col2im)",
    },
    "zh-TW": {
        "point.fold": "每一行放回其視窗的位置；視窗重疊處數值相加。",
        "term.fold": "col2im：行變回圖，是 im2col 的反向",
        "kind.fold": "摺回（col2im）",
    },
}


@dataclass(frozen=True, slots=True)
class Columned(Op):
    """Windows over a map, each as a column; ``windows`` is how many there are along each axis."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    windows: Size

    CODE = "conv_anim.ops.columns_code"
    has_gradient = True

    @property
    def of(self) -> Size:
        """The size of the map that the windows are of."""
        raise NotImplementedError

    @property
    def over(self) -> Operator:
        """The sliding window whose positions are the columns."""
        axes = direct_axes(self, self.of, self.windows)
        return Operator(axes, 1, 1, 1, "sum")

    # words

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting, moves
        from conv_anim.scene.wording.words import padding

        del fed
        cells, none = padding(self.padding, say), not any(map(any, self.padding))
        around = Setting("padding", cells, none, say("padding.plain"))
        return [*moves(self.kernel_size, self.stride, self.dilation, say), around]

    @property
    def formula_axes(self) -> int:
        return len(self.windows)

    def formulas(self, a: int, say: Language) -> list[str]:
        from conv_anim.scene.wording.formulas import direct, reach

        window = self.kernel_size[a], self.stride[a], self.dilation[a], self.padding[a]
        made = f"{direct(self.of[a], *window)} = {self.windows[a]}"
        return [*reach(self.kernel_size[a], self.dilation[a], say), made]

    def more_formulas(self, say: Language) -> list[str]:
        counts = "·".join(map(str, self.windows))
        count = f"{counts} = {prod(self.windows)}" if len(self.windows) > 1 else counts
        return [say("formula.columns", count=count)]


@dataclass(frozen=True, slots=True)
class Unfold(Columned):
    """As PyTorch's ``Unfold`` (im2col): every window as a column, of in_channels times the kernel's cells."""

    WORDS = UNFOLD_WORDS
    type = "unfold"

    @property
    def of(self) -> Size:
        return self.ends.in_size

    @property
    def columns(self) -> Columns:
        return Columns(self.over, made=True)

    def point(self, say: Language) -> str:
        """With how many numbers it writes, where windows that overlap make these more."""
        before, after = self.ends.in_channels * prod(self.of), self.ends.out_channels * prod(self.windows)
        if after <= before or not any(map(_overlaps, self.over.axes)):
            return say.of(self, "point.unfold")
        zeros = say.of(self, "zeros") if any(map(any, self.padding)) else ""
        return say.of(self, "point.unfold.more", zeros=zeros, before=before, after=after)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.ops.columns_numbers import unfolded

        del fed
        return unfolded(self)


@dataclass(frozen=True, slots=True)
class Fold(Columned):
    """As PyTorch's ``Fold`` (col2im): every column laid back where its window was; what overlaps adds up."""

    WORDS = FOLD_WORDS
    type = "fold"

    @property
    def of(self) -> Size:
        return self.ends.out_size

    @property
    def columns(self) -> Columns:
        return Columns(self.over, made=False)

    @property
    def most_taps(self) -> int:
        return prod(self.kernel_size)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.ops.columns_numbers import folded

        del fed
        return folded(self)


def _overlaps(axis: Axis) -> bool:
    """Whether two windows cover a cell of the input."""
    common = gcd(axis.stride, axis.dilation)
    if axis.dilation // common >= axis.count or axis.stride // common >= axis.kernel:
        return False
    covered = set[int]()
    for cell in (axis.cell(o, t) for o in range(axis.count) for t in range(axis.kernel)):
        if cell in covered:
            return True
        covered |= {cell} if axis.before <= cell < axis.before + axis.size else set()
    return False


# from their keys


def unfold(record: Record, entering: Entering) -> Maybe[tuple[Columned, ...]]:
    """The unfold for a spec's record; INVALID once its problems are reported."""
    found = _windows(record, entering, entering.size)
    if isinstance(found, Invalid):
        return INVALID
    made, count, kernel = found
    ends = Ends(entering.channels, entering.size, entering.channels * prod(kernel), (prod(count),))
    return (made(Unfold, ends),)


def fold(record: Record, entering: Entering) -> Maybe[tuple[Columned, ...]]:
    """The fold for a spec's record; INVALID once its problems are reported."""
    size = record.of(OUTPUT_SIZE)
    if entering.axes != 1:
        what = f"fold lays columns back, so its input has 1 axis; this one has {axes_of(entering.axes)}"
        return entering.report.add(Code.AXES, what, record.node, "feed it from an unfold layer")
    found = _windows(record, replace(entering, size=size), size)
    if isinstance(found, Invalid):
        return INVALID
    made, count, kernel = found
    if entering.channels % prod(kernel) or entering.size[0] != prod(count):
        wanted = f"a multiple of {prod(kernel)} channels and {prod(count)} columns"
        what = f"such a fold takes {wanted}; what enters has {entering.channels} and {entering.size[0]}"
        fed = f"input: {{size: [{prod(count)}], channels: {prod(kernel)}}}"
        hint = f"{fed}, or an unfold layer with the same window before it"
        return entering.report.add(Code.DOES_NOT_FIT, what, record.at(OUTPUT_SIZE), hint)
    ends = Ends(entering.channels, entering.size, entering.channels // prod(kernel), size)
    return (made(Fold, ends),)


Windows = tuple["Callable[[type[Unfold] | type[Fold], Ends], Columned]", "Size", "Size"]


def _windows(record: Record, entering: Entering, size: Size) -> Maybe[Windows]:
    """How to make the layer, how many windows there are along each axis, and the kernel's size."""
    moves = axis_values(record, entering, (KERNEL_SIZE, STRIDE, DILATION))
    padding = pads(record.of(PADDING), record.at(PADDING), entering)
    if isinstance(moves, Invalid) or isinstance(padding, Invalid):
        return INVALID
    kernel, stride, dilation = moves
    reach = tuple(map(effective_kernel, kernel, dilation))
    count = tuple(conv_size(i, window, s, pad) for i, window, s, pad in zip(size, reach, stride, padding, strict=True))
    if not fits(count, reach, padding, record, entering):
        return INVALID

    def made(kind: type[Unfold] | type[Fold], ends: Ends) -> Columned:
        return kind(ends, kernel, stride, padding, dilation, count)

    return made, count, kernel


MOVES = (KERNEL_SIZE, STRIDE, PADDING, DILATION)
BACK = "Columns laid back into a map, and added where they overlap (col2im)."
TYPES = {
    **op_type("unfold", "Every window as a column of a matrix (im2col).", unfold, MOVES, role=Role("resize")),
    **op_type("fold", BACK, fold, (OUTPUT_SIZE, *MOVES), role=Role("resize")),
}
