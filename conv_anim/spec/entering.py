"""What ops share in a spec: keys that mean the same in all of them, and how they fit what enters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code, listed
from conv_anim.spec.arrays import Named, ValuesKind, resolved
from conv_anim.spec.grouping import grouped
from conv_anim.spec.kinds import INVALID, Either, Invalid, ListOf, Real, Whole, subject
from conv_anim.spec.model import Given, Random
from conv_anim.spec.nodes import is_list, is_number, is_scalar
from conv_anim.spec.op import OpType
from conv_anim.spec.records import Field, Object, switch
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conv_anim.spec.arrays import Files, Written
    from conv_anim.spec.kinds import Kind, Maybe, Report
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.op import Op, Shape
    from conv_anim.spec.records import Record

MOST_AXES = 3
LARGEST = 1_000_000
"""The largest number of cells along an axis."""

PerAxis: TypeAlias = int | tuple[int, ...]


def per_axis(least: int) -> Kind[PerAxis]:
    """A whole number for all axes, or a list with one for each."""
    single = Whole(least, LARGEST, ", or a list with one per axis")
    return Either(((is_list, ListOf(Whole(least, LARGEST), single.expected, 1, MOST_AXES)), (is_scalar, single)))


WEIGHT_VALUES = ValuesKind(kernels=True)
KERNEL_SIZE = Field(
    "kernel_size",
    per_axis(1),
    "Cells of the kernel: one number, or one per axis. Follows from 'weight' if that is a list.",
    example=3,
)
STRIDE = Field("stride", per_axis(1), "How far the window moves from one output to the next.", default=1, example=2)
DILATION = Field(
    "dilation",
    per_axis(1),
    "Distance between the cells that the kernel reads: 1 for neighbours, 2 skips one.",
    default=1,
    example=2,
)
GROUPS = Field("groups", Whole(1, LARGEST), "Groups of channels that do not see each other.", default=1)
OUT_CHANNELS = Field("out_channels", Whole(1, LARGEST), "Number of filters; by default one for each group.", example=2)
WEIGHT: Field[Written] = Field(
    "weight",
    WEIGHT_VALUES,
    "The weights, in PyTorch's shape, or one kernel for all channels; by default drawn at random.",
    example="gaussian",
)
BIAS: Field[int | float | tuple[int | float, ...]] = Field(
    "bias",
    Either(((is_list, ListOf(Real(), "a list with one number per output channel")), (is_scalar, Real()))),
    "Added to every output: one number, or one per output channel. By default nothing is.",
    example=1,
)
CEIL_MODE = switch("ceil_mode", "Round the output size up: the last window may hang over the edge.")


@dataclass(frozen=True, slots=True)
class Entering:
    """What an op is fed, and what it takes to read the rest of its spec; ``before`` are the ops so far.

    ``channels`` and ``size`` are those of its first input, ``inputs`` the numbers of the maps that it reads (0 is the
    spec's input, k what the k-th op makes) and ``fed`` their shapes.
    """

    channels: int
    size: Size
    before: tuple[Op, ...]
    files: Files
    report: Report
    inputs: tuple[int, ...] = ()
    fed: tuple[Shape, ...] = ()
    taken: frozenset[int] = frozenset()
    """Numbers of the pools that an unpooling takes back already."""
    active: frozenset[Size] | None = None
    """The places of the cells that there are in its first input; None if all are."""

    @property
    def number(self) -> int:
        """The number of the op, counted from 0."""
        return len(self.before)

    @property
    def axes(self) -> int:
        """Spatial axes of its first input."""
        return len(self.size)

    def along(self, axes: Sequence[int]) -> str:
        """What some axes are called; nothing where all are meant."""
        if len(axes) == self.axes:
            return ""
        return f" ({listed([('depth', 'rows', 'columns')[MOST_AXES - self.axes + a] for a in axes], last='and')})"

    def complain(self, code: Code, wrong: Iterable[str | None], node: Node, hint: str) -> bool:
        """Report what is wrong along each axis, each thing once with its axes; whether nothing is."""
        found = grouped((what, axis) for axis, what in enumerate(wrong) if what is not None)
        for what, axes in found.items():
            self.report.add(code, what + self.along(axes), node, hint)
        return not found


def op_type(
    name: str,
    doc: str,
    resolve: Callable[[Record, Entering], Maybe[tuple[Op, ...]]],
    fields: tuple[Field[Any], ...] = (),
    **more: Any,
) -> dict[str, OpType]:
    """A type of layer by its name, for a module's ``TYPES``; ``more`` as `OpType` has it."""
    article = "an" if name.startswith(("a", "e", "i", "o", "u", "lp")) else "a"
    return {name: OpType(Object(f"{article} {name} layer", fields, "type", doc), resolve, **more)}


def spread(value: PerAxis, node: Node, entering: Entering) -> Maybe[Size]:
    """One number for each axis of the input."""
    if isinstance(value, int):
        return (value,) * entering.axes
    if len(value) == entering.axes:
        return value
    what = (
        f"{subject(node)} has {len(value)} number{'s' * (len(value) > 1)}, but the input has {axes_of(entering.axes)}"
    )
    apart = "; channels are no axis: input: {size: …, channels: …}" if entering.axes == len(value) + 1 else ""
    return entering.report.add(Code.AXES, what, node, f"one number stands for all axes{apart}")


def axes_of(count: int) -> str:
    """A number of axes, in words."""
    return "1 axis" if count == 1 else f"{count} axes"


def count_of_channels(count: int) -> str:
    """A number of channels, in words."""
    return "1 channel" if count == 1 else f"{count} channels"


def axis_values(record: Record, entering: Entering, fields: Sequence[Field[PerAxis]]) -> Maybe[tuple[Size, ...]]:
    """The values of some fields, one number per axis each."""
    found = [spread(record.of(f), record.at(f), entering) for f in fields]
    good = tuple(value for value in found if not isinstance(value, Invalid))
    return good if len(good) == len(found) else INVALID


def kernel_size(record: Record, entering: Entering) -> Maybe[Size]:
    """As given, or from the shape of the weights; a named kernel is 3 by 3 by default."""
    size, weight = record.get(KERNEL_SIZE), record.get(WEIGHT)
    if size is not None:
        return spread(size, record.at(KERNEL_SIZE), entering)
    if isinstance(weight, Given) and len(weight.shape) >= entering.axes:
        return weight.shape[-entering.axes :]
    if isinstance(weight, Named):
        return (3,) * entering.axes
    what = "a convolution needs the key 'kernel_size'"
    return entering.report.add(
        Code.MISSING_KEY, what, record.node, "or give 'weight' as a list: its shape says the size"
    )


def weight_values(record: Record, entering: Entering, shape: Size) -> Maybe[Values]:
    """The weights as given; otherwise small whole numbers, others for each layer."""
    written = record.get(WEIGHT)
    if written is None:
        return Random(seed=entering.number + 2, low=0, high=2)
    node = record.at(WEIGHT)
    return resolved(written, shape, entering.axes, node=node, files=entering.files, report=entering.report)


def biases(record: Record, entering: Entering, channels: int) -> Maybe[tuple[Number, ...] | None]:
    """The bias of each output channel, None without; INVALID after what is wrong was reported."""
    bias = record.get(BIAS)
    if bias is None or isinstance(bias, tuple):
        if bias is not None and len(bias) != channels:
            what = f"'bias' has {len(bias)} numbers, but the layer has {channels} output channel{'s' * (channels > 1)}"
            return entering.report.add(Code.SHAPE, what, record.at(BIAS), "one number stands for all of them")
        return bias
    return (bias,) * channels


def channels_of(record: Record, entering: Entering) -> Maybe[tuple[int, int]]:
    """Output channels and groups, which divide both the input's and the output's channels."""
    groups = record.of(GROUPS)
    out = record.get(OUT_CHANNELS) or groups
    report, found = entering.report, True
    if entering.channels % groups:
        what = (
            f"{groups} groups do not divide the {entering.channels} input channel{'s' * (entering.channels > 1)} evenly"
        )
        report.add(Code.GROUPS, what, record.at(GROUPS), f"groups that do: {divisors(entering.channels)}")
        found = False
    if out % groups:
        what = f"{groups} groups do not divide the {out} output channel{'s' * (out > 1)} evenly"
        report.add(Code.GROUPS, what, record.at(OUT_CHANNELS), f"'out_channels' must be a multiple of {groups}")
        found = False
    return (out, groups) if found else INVALID


def divisors(number: int) -> str:
    """The numbers up to 1000 that divide another, for a hint."""
    return ", ".join(str(d) for d in range(1, min(number, 1000) + 1) if number % d == 0)


def fits(sizes: Size, windows: Size, padding: Padding, record: Record, entering: Entering) -> bool:
    """Whether every axis has room for one window; reports those that do not."""

    def wrong(out: int, window: int, size: int, pad: tuple[int, int]) -> str | None:
        room = f"{size + sum(pad)}{' with its padding' if any(pad) else ''}"
        return f"the window does not fit: it takes {window} cells, the input has {room}" if out < 1 else None

    hint = "a smaller kernel or dilation, more padding, or a larger input"
    found = map(wrong, sizes, windows, entering.size, padding)
    return entering.complain(Code.DOES_NOT_FIT, found, record.at(KERNEL_SIZE), hint)


# padding as numbers

Amount: TypeAlias = int | tuple[int | tuple[int, ...], ...]


PAIR = ListOf(Whole(0, LARGEST), "a pair of whole numbers: before and after", 2, 2)
EACH: Kind[int | tuple[int, ...]] = Either(((is_list, PAIR), (is_number, Whole(0, LARGEST))))
AMOUNT: Kind[Amount] = Either(
    (
        (is_number, Whole(0, LARGEST)),
        (is_list, ListOf(EACH, "a list with one number or one pair [before, after] per axis", 1, MOST_AXES)),
    )
)


def pads(amount: Amount, node: Node, entering: Entering) -> Maybe[Padding]:
    """Before and after, for each axis."""
    if isinstance(amount, int):
        return ((amount, amount),) * entering.axes
    if len(amount) != entering.axes:
        count = "1 entry" if len(amount) == 1 else f"{len(amount)} entries"
        what = f"'padding' has {count}, but the input has {axes_of(entering.axes)}"
        hint = "one entry per axis, each a number or a pair: [[before, after], …]"
        return entering.report.add(Code.AXES, what, node, hint)
    return tuple((entry, entry) if isinstance(entry, int) else (entry[0], entry[1]) for entry in amount)
