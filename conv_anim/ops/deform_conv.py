"""``deform_conv``: a convolution whose window bends: each of its cells is read where an offset moves it.

As torchvision's ``DeformConv2d``, with or without a mask (Dai et al. 2017, Zhu et al. 2019).
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops import deform_words
from conv_anim.ops.held import Held
from conv_anim.ops.padding import PADDING, PADDING_MODE, placed
from conv_anim.ops.windows import Weighing, Windowed, direct_axes
from conv_anim.spec.arrays import ValuesKind
from conv_anim.spec.entering import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    LARGEST,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    axes_of,
    axis_values,
    biases,
    channels_of,
    divisors,
    kernel_size,
    op_type,
    weight_values,
)
from conv_anim.spec.kinds import INVALID, Either, Invalid, Real, Whole
from conv_anim.spec.model import Ends, Values
from conv_anim.spec.nodes import is_number
from conv_anim.spec.op import Products, Shape
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Kind, Maybe
    from conv_anim.spec.model import Number, Padding, Size
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather
    from conv_anim.tracing.values import Array

NUMBERS: Kind[Number | Written] = Either(((is_number, Real()), (lambda node: not is_number(node), ValuesKind())))
OFFSET: Field[Number | Written] = Field(
    "offset",
    NUMBERS,
    "How far each cell of the window is moved: a pair [Δy, Δx] for each, as kernel rows and columns; a number for each "
    "of the 2·k·k channels (Δy before Δx, tap by tap); or each channel as a map of the output's size. A second input "
    "('from') can hold it instead.",
    example=[[[-1, 0], [0, 0.5], [1, 0]]],
)
MASK: Field[Number | Written] = Field(
    "mask",
    NUMBERS,
    "What each cell of the window is multiplied by besides its weight: a number for each, as kernel rows and columns; "
    "or each of the k·k channels as a map of the output's size. A third input ('from') can hold it instead.",
    example=[[1, 0.5, 1]],
)
OFFSET_GROUPS = Field(
    "offset_groups", Whole(1, LARGEST), "Groups of input channels that have offsets of their own.", default=1, example=2
)


@dataclass(frozen=True, slots=True)
class DeformConv(Windowed, Weighing):
    """As torchvision's ``DeformConv2d``. ``offset`` and ``mask`` are None where inputs hold them, or if absent."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    groups: int
    offset_groups: int
    weight: Values
    bias: tuple[Number, ...] | None
    offset: Values | None
    mask: Values | None
    joined: tuple[Shape, ...]

    WORDS = deform_words.WORDS
    CODE = "conv_anim.ops.deform_code"
    type = "deform_conv"

    @property
    def fed(self) -> tuple[Shape, ...]:
        return self.joined

    @property
    def window(self) -> None:  # type: ignore[override]  # it has none that stands still
        return None

    @property
    def sampled(self) -> Operator:
        axes = direct_axes(self, self.ends.in_size, self.ends.out_size)
        return Operator(axes, self.ends.in_channels, self.ends.out_channels, self.groups, "sum")

    @property
    def taps(self) -> int:
        """Cells of its window."""
        return prod(self.kernel_size)

    @property
    def masked(self) -> bool:
        """Whether there is a mask."""
        return self.mask is not None or len(self.joined) > 2

    def reads(self, a: int, first: int, last: int, of: int = 0) -> None:  # type: ignore[override]
        """Where it reads depends on its offsets."""
        del a, first, last, of

    # numbers and cost

    @property
    def weight_shape(self) -> Size:
        return (self.ends.out_channels, self.ends.in_channels // self.groups, *self.kernel_size)

    @property
    def offset_shape(self) -> Size:
        """(2·G·k·k, rows, columns): of each group and tap Δy, then Δx."""
        return (2 * self.offset_groups * self.taps, *self.ends.out_size)

    @property
    def mask_shape(self) -> Size:
        """(G·k·k, rows, columns)."""
        return (self.offset_groups * self.taps, *self.ends.out_size)

    @property
    def products(self) -> Products:
        each = self.ends.in_channels // self.groups * self.taps
        return Products(self.ends.out_channels * prod(self.ends.out_size), each)

    @property
    def most_taps(self) -> int:
        return 4 * self.ends.in_channels // self.groups * self.taps

    def offset_and_mask(self, fed: Fed) -> tuple[Array, Array | None]:
        """The numbers of both, given or of other inputs."""
        from conv_anim.tracing.values import fill

        offset = fed.arrays[1] if self.offset is None else fill(self.offset, self.offset_shape)
        if self.mask is not None:
            return offset, fill(self.mask, self.mask_shape)
        return offset, fed.arrays[2] if len(fed.arrays) > 2 else None

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.sampling import Sampling

        assert fed.weight is not None
        return Sampling(self.sampled, self.ends, fed.weight, fed.bias, *self.offset_and_mask(fed)).gather()

    # words

    def kind(self) -> str:
        return "modulated" if self.masked else "deformed"

    def point(self, say: Language) -> str:
        return deform_words.point(self, say)

    def computes(self, say: Language) -> str:
        return deform_words.computes(self, say)

    def terms(self, say: Language) -> list[str]:
        return deform_words.terms(self, say)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        return deform_words.settings(self, say, fed)

    def edges(self, say: Language) -> list[tuple[str, str]]:
        return [*Windowed.edges(self, say), *deform_words.channels(self, say)]

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), f"o = {self.direct(a)} = {self.ends.out_size[a]}"]

    def details(self) -> dict[str, object]:
        return {**Windowed.details(self), "groups": self.groups, "offset_groups": self.offset_groups}


# from its keys


def resolve(record: Record, entering: Entering) -> Maybe[tuple[DeformConv, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    if entering.axes != 2:
        what = f"a deformable convolution is for inputs with 2 axes; this one has {axes_of(entering.axes)}"
        return entering.report.add(Code.AXES, what, record.node, "input: {size: [rows, columns]}")
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION))
    channels = channels_of(record, entering)
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid) or isinstance(channels, Invalid):
        return INVALID
    found = placed(record.without(PADDING_MODE), entering, kernel, moves)
    if isinstance(found, Invalid) or not _grouped(record, entering):
        return INVALID
    (stride, dilation), (padding, out_size), (out_channels, groups) = moves, found, channels
    ends = Ends(entering.channels, entering.size, out_channels, out_size)
    weight = weight_values(record, entering, (out_channels, entering.channels // groups, *kernel))
    moved = _moved(record, entering, ends, kernel)
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid) or isinstance(moved, Invalid):
        return INVALID
    moves_ = (stride, padding, dilation)
    each = groups, record.of(OFFSET_GROUPS)
    return (DeformConv(ends, kernel, *moves_, *each, weight, bias, *moved, entering.fed),)


def _grouped(record: Record, entering: Entering) -> bool:
    """Whether groups of offsets divide the input channels."""
    groups = record.of(OFFSET_GROUPS)
    if entering.channels % groups == 0:
        return True
    channels = f"{entering.channels} input channel{'s' * (entering.channels > 1)}"
    what = f"{groups} groups of offsets do not divide the {channels} evenly"
    entering.report.add(Code.GROUPS, what, record.at(OFFSET_GROUPS), f"groups that do: {divisors(entering.channels)}")
    return False


def _moved(record: Record, entering: Entering, ends: Ends, kernel: Size) -> Maybe[tuple[Values | None, Values | None]]:
    """Offset and mask, where the spec gives them; INVALID after what is wrong was reported."""
    taps, groups = prod(kernel), record.of(OFFSET_GROUPS)
    shapes = (2 * groups * taps, *ends.out_size), (groups * taps, *ends.out_size)
    offset = Held(OFFSET, 1, shapes[0], _short(kernel, groups, 2)).values(record, entering)
    mask = Held(MASK, 2, shapes[1], _short(kernel, groups)).values(record, entering)
    if isinstance(offset, Invalid) or isinstance(mask, Invalid):
        return INVALID
    if offset is None and len(entering.fed) < 2:
        what = "a deformable convolution needs the key 'offset', or a second input that holds it"
        hint = "offset: {random: {low: -1.0, high: 1.0}}, or from: [input, NAME]"
        return entering.report.add(Code.MISSING_KEY, what, record.node, hint)
    return offset, mask


def _short(kernel: Size, groups: int, *pair: int) -> tuple[Size, ...]:
    """Shapes of what is the same for all outputs: by groups, rows and columns of the kernel, or in one list."""
    by_taps = (*kernel, *pair)
    listed = (groups * prod(by_taps),)
    return (by_taps, listed) if groups == 1 else ((groups, *by_taps), listed)


TYPES = op_type(
    "deform_conv",
    "A convolution whose window bends, as torchvision's DeformConv2d.",
    resolve,
    (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, OFFSET, MASK, OFFSET_GROUPS, WEIGHT, BIAS),
    inputs=(1, 3),
    role=Role("window"),
)
