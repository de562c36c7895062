"""``channel_shuffle``, ``pixel_shuffle`` and ``pixel_unshuffle``: cells that move, as in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.shuffle_words import PIXEL_WORDS, SHUFFLE_WORDS, UNSHUFFLE_WORDS
from conv_anim.spec.entering import LARGEST, axes_of, divisors, op_type
from conv_anim.spec.kinds import INVALID, Whole
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.spec.shown_as import Woven
from conv_anim.values import dataclass

MOST_LISTED = 8
"""The most channels of a shuffle that are listed."""

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather

SHUFFLED_GROUPS = Field(
    "groups", Whole(1, LARGEST), "Groups of channels that are dealt out anew.", required=True, example=3
)
UPSCALE = Field(
    "upscale_factor", Whole(1, 1000), "How many times as wide and high the output is.", required=True, example=2
)
DOWNSCALE = Field(
    "downscale_factor", Whole(1, 1000), "How many times less wide and high the output is.", required=True, example=2
)


class Moved(Op):
    """Every output cell is one input cell; ``source`` works on numbers and on arrays of them."""

    __slots__ = ()
    has_gradient = True

    def source(self, channel: int, *place: int) -> tuple[int, ...]:
        """The input cell of an output cell."""
        raise NotImplementedError

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import copied

        del fed
        return copied(self.ends, self.source)

    # code: PyTorch's module, and how the axes are split and turned with the channels first, and with them last

    @property
    def module(self) -> str:
        """It as PyTorch constructs it."""
        raise NotImplementedError

    @property
    def first(self) -> tuple[Size, str]:
        """With channels first: a shape to reshape to, and how its axes are moved."""
        raise NotImplementedError

    @property
    def last(self) -> tuple[Size, Size]:
        """With channels last: a shape to reshape to, and the order of its axes."""
        raise NotImplementedError

    def code(self, framework: str, context: CodeContext) -> list[str]:
        del context
        if framework == "torch":
            return [f"y = nn.{self.module}(x)"]
        if framework == "keras":
            split, order = self.last
            out = (1, *self.ends.out_size, self.ends.out_channels)
            return [f"y = keras.ops.reshape(keras.ops.transpose(keras.ops.reshape(x, {split}), {order}), {out})"]
        split, turned = self.first
        return [f"y = x.reshape{split}.{turned}.reshape{(self.ends.out_channels, *self.ends.out_size)}"]


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Moved):
    """As PyTorch's ``ChannelShuffle``: the first channels of all groups come first, then the second ones, and so on."""

    ends: Ends
    groups: int

    WORDS = SHUFFLE_WORDS
    type = "channel_shuffle"
    stays = True

    @property
    def dealt(self) -> int:
        return self.groups

    def source(self, channel: int, *place: int) -> tuple[int, ...]:
        each = self.ends.in_channels // self.groups
        return channel % self.groups * each + channel // self.groups, *place

    @property
    def module(self) -> str:
        return f"ChannelShuffle({self.groups})"

    @property
    def first(self) -> tuple[Size, str]:
        return (self.groups, self.ends.in_channels // self.groups, *self.ends.in_size), "swapaxes(0, 1)"

    @property
    def last(self) -> tuple[Size, Size]:
        split = (1, *self.ends.in_size, self.groups, self.ends.in_channels // self.groups)
        end = len(split) - 1
        return split, (*range(end - 1), end, end - 1)

    def computes(self, say: Language) -> str:
        order = [str(1 + self.source(channel)[0]) for channel in range(self.ends.out_channels)]
        if len(order) > MOST_LISTED:
            return say.of(self, "computes")
        return say.of(self, "computes.order", order=say.joined(order))

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del say, fed
        return [Setting("groups", str(self.groups))]


@dataclass(frozen=True, slots=True)
class Pixels(Moved):
    """Between ``factor`` squared channels and one that is ``factor`` times as wide and high."""

    ends: Ends
    factor: int

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del say, fed
        return [Setting("factor", str(self.factor))]


@dataclass(frozen=True, slots=True)
class PixelShuffle(Pixels):
    """As PyTorch's ``PixelShuffle``: many channels become one."""

    WORDS = PIXEL_WORDS
    type = "pixel_shuffle"

    @property
    def woven(self) -> Woven:
        return Woven(self.factor, out=True)

    def source(self, channel: int, *place: int) -> tuple[int, ...]:
        row, column = place
        part = row % self.factor * self.factor + column % self.factor
        return channel * self.factor * self.factor + part, row // self.factor, column // self.factor

    @property
    def module(self) -> str:
        return f"PixelShuffle({self.factor})"

    @property
    def first(self) -> tuple[Size, str]:
        split = (self.ends.out_channels, self.factor, self.factor, *self.ends.in_size)
        return split, "transpose(0, 3, 1, 4, 2)"

    @property
    def last(self) -> tuple[Size, Size]:
        split = (1, *self.ends.in_size, self.ends.out_channels, self.factor, self.factor)
        return split, (0, 1, 4, 2, 5, 3)

    def period(self, a: int) -> int:
        del a
        return self.factor

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del a, of
        return first // self.factor, last // self.factor

    def formulas(self, a: int, say: Language) -> list[str]:
        del say
        return [f"o = {self.ends.in_size[a]}·{self.factor} = {self.ends.out_size[a]}"]


@dataclass(frozen=True, slots=True)
class PixelUnshuffle(Pixels):
    """As PyTorch's ``PixelUnshuffle``, which takes a ``PixelShuffle`` back."""

    WORDS = UNSHUFFLE_WORDS
    type = "pixel_unshuffle"

    @property
    def woven(self) -> Woven:
        return Woven(self.factor, out=False)

    def source(self, channel: int, *place: int) -> tuple[int, ...]:
        row, column = place
        part = channel % (self.factor * self.factor)
        there = row * self.factor + part // self.factor, column * self.factor + part % self.factor
        return channel // (self.factor * self.factor), *there

    @property
    def module(self) -> str:
        return f"PixelUnshuffle({self.factor})"

    @property
    def first(self) -> tuple[Size, str]:
        rows, columns = self.ends.out_size
        return (self.ends.in_channels, rows, self.factor, columns, self.factor), "transpose(0, 2, 4, 1, 3)"

    @property
    def last(self) -> tuple[Size, Size]:
        rows, columns = self.ends.out_size
        split = (1, rows, self.factor, columns, self.factor, self.ends.in_channels)
        return split, (0, 1, 3, 5, 2, 4)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del a, of
        return first * self.factor, (last + 1) * self.factor - 1

    def formulas(self, a: int, say: Language) -> list[str]:
        del say
        return [f"o = {self.ends.in_size[a]} / {self.factor} = {self.ends.out_size[a]}"]


# from their keys


def shuffle(record: Record, entering: Entering) -> Maybe[tuple[Op, ...]]:
    """The channel shuffle for a spec's record; INVALID once its problems are reported."""
    groups = record.of(SHUFFLED_GROUPS)
    if entering.channels % groups:
        what = f"{groups} groups do not divide the {entering.channels} channels evenly"
        hint = f"groups that do: {divisors(entering.channels)}"
        return entering.report.add(Code.GROUPS, what, record.at(SHUFFLED_GROUPS), hint)
    return (ChannelShuffle(Ends(entering.channels, entering.size, entering.channels, entering.size), groups),)


def pixel_shuffle(record: Record, entering: Entering) -> Maybe[tuple[Op, ...]]:
    """The pixel shuffle for a spec's record; INVALID once its problems are reported."""
    factor = record.of(UPSCALE)
    if not _has_two_axes(record, entering):
        return INVALID
    if entering.channels % factor**2:
        needed = f"a multiple of {factor**2} channels"
        what = f"a pixel shuffle by {factor} needs {needed}, and the input has {entering.channels}"
        hint = f"input: {{channels: {factor**2}}}, or a layer before it with as many out_channels"
        return entering.report.add(Code.GROUPS, what, record.at(UPSCALE), hint)
    out = tuple(size * factor for size in entering.size)
    return (PixelShuffle(Ends(entering.channels, entering.size, entering.channels // factor**2, out), factor),)


def pixel_unshuffle(record: Record, entering: Entering) -> Maybe[tuple[Op, ...]]:
    """The pixel unshuffle for a spec's record; INVALID once its problems are reported."""
    factor = record.of(DOWNSCALE)
    if not _has_two_axes(record, entering):
        return INVALID
    if any(size % factor for size in entering.size):
        sizes = "x".join(map(str, entering.size))
        what = f"a pixel unshuffle by {factor} needs sizes that are multiples of {factor}, and the input is {sizes}"
        larger = [-(-size // factor) * factor for size in entering.size]
        return entering.report.add(Code.DOES_NOT_FIT, what, record.at(DOWNSCALE), f"as input: {{size: {larger}}}")
    out = tuple(size // factor for size in entering.size)
    return (PixelUnshuffle(Ends(entering.channels, entering.size, entering.channels * factor**2, out), factor),)


def _has_two_axes(record: Record, entering: Entering) -> bool:
    if entering.axes == 2:
        return True
    what = f"this layer is for inputs with 2 axes; this one has {axes_of(entering.axes)}"
    entering.report.add(Code.AXES, what, record.node, "input: {size: [rows, columns]}")
    return False


APART = "The pixels of a map dealt out to channels of a smaller one."
TYPES = {
    **op_type(
        "channel_shuffle",
        "Channels dealt out anew, one of each group in turn.",
        shuffle,
        (SHUFFLED_GROUPS,),
        role=Role("resize"),
    ),
    **op_type(
        "pixel_shuffle",
        "Channels laid out as the pixels of a larger map.",
        pixel_shuffle,
        (UPSCALE,),
        role=Role("resize", enlarges=True),
    ),
    **op_type("pixel_unshuffle", APART, pixel_unshuffle, (DOWNSCALE,), role=Role("resize")),
}
