"""``pad`` and ``crop``: cells put around a map, and cut off, as layers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.padding import MODE_DOCS, MODES, Mode, borrows
from conv_anim.spec.entering import AMOUNT, Amount, op_type, pads
from conv_anim.spec.kinds import INVALID, Invalid, OneOf, Real
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.tracing.geometry import Axis
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Padding
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

PADDING: Field[Amount] = Field(
    "padding",
    AMOUNT,
    "Cells around the map: one number, or [before, after] for each axis.",
    required=True,
    example=1,
)
PADDING_MODE: Field[Mode] = Field(
    "padding_mode", OneOf(MODES, docs=MODE_DOCS), "What the padding holds.", default="zeros", example="reflect"
)
VALUE: Field[int | float] = Field("value", Real(), "What padding holds in place of zeros.", default=0, example=-1)
CROPPING: Field[Amount] = Field(
    "cropping", AMOUNT, "Cells cut off: one number, or [before, after] for each axis.", required=True, example=1
)
PAD_WORDS = {
    "en": {
        "point.pad": "Cells that hold {value} are added around the map; those within stay as they are.",
        "point.pad.reflect": "Beyond the edge the map goes on mirrored; the edge cell itself is not repeated.",
        "point.pad.replicate": "Beyond the edge each edge cell is repeated; the cells within stay as they are.",
        "point.pad.circular": "Beyond each edge the map begins again from the opposite one.",
        "kind.pad": "padding layer",
        "badge.pad": "pad",
        "with": "with {cells}",
    },
    "zh-TW": {
        "point.pad": "在周圍加上值為 {value} 的格；裡面的格不變。",
        "point.pad.reflect": "以邊緣的格為軸鏡射，邊緣的格不重複：邊緣之外依序是它旁邊的格。",
        "point.pad.replicate": "邊緣之外重複邊緣的格；裡面的格不變。",
        "point.pad.circular": "一端之外接著另一端的格。",
        "kind.pad": "填補層",
        "badge.pad": "填補",
        "with": "值 {cells}",
    },
}
CROP_WORDS = {
    "en": {
        "point.crop": "Cells at the edges are cut off; the others stay as they are.",
        "kind.crop": "cropping",
        "badge.crop": "crop",
        "cut": "{cells} cut off",
    },
    "zh-TW": {
        "point.crop": "切去邊緣的格；其他的格不變。",
        "kind.crop": "裁切",
        "badge.crop": "裁切",
        "cut": "切去 {cells}",
    },
}


@dataclass(frozen=True, slots=True)
class Pad(Op):
    """As PyTorch's ``functional.pad``."""

    ends: Ends
    padding: Padding
    padding_mode: Mode
    value: Number

    WORDS = PAD_WORDS
    CODE = "conv_anim.ops.borders_code"
    has_gradient = True
    type = "pad"
    badge = "pad"

    @property
    def over(self) -> Operator:
        """A window of one cell over the padded map."""
        sides = zip(self.ends.in_size, self.ends.out_size, self.padding, strict=True)
        axes = (
            Axis(size=i, kernel=1, count=o, before=before, after=after, mode=self.padding_mode)
            for i, o, (before, after) in sides
        )
        return Operator(tuple(axes), 1, 1, 1, "sum")

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        return first - self.padding[a][0], last - self.padding[a][0]

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share
        from conv_anim.tracing.geometry import Source
        from conv_anim.tracing.values import spread

        del fed
        over = self.over

        def shares(cell: Index) -> list[Share]:
            channel, *place = cell
            index, source = zip(*(axis.sources for axis in over.axes), strict=True)
            read = (channel, *(int(i[at]) for i, at in zip(index, place, strict=True)))
            empty = any(s[at] > Source.BORROWED for s, at in zip(source, place, strict=True))
            return [Share(None, number=self.value) if empty else Share(read)]

        def output(x: Array) -> Array:
            return spread(over, x if isinstance(self.value, int) else x.astype(float), self.value)

        return Gather(self.ends, shares, output)

    def point(self, say: Language) -> str:
        mode = "" if self.padding_mode == "zeros" else f".{self.padding_mode}"
        return say.of(self, f"point.pad{mode}", value=self._value)

    @property
    def _value(self) -> str:
        """The contents of padding, in words."""
        from conv_anim.scene.wording.words import MINUS

        return f"{self.value:g}".replace("-", MINUS)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting
        from conv_anim.scene.wording.words import padding

        del fed
        mode = say("padding.plain")
        if self.padding_mode != "zeros":
            mode = say("padding.kind", words=say(f"padding.{self.padding_mode}"))
        held = Setting("with", "", usual=self.value == 0, text=say.of(self, "with", cells=self._value))
        return [Setting("padding", padding(self.padding, say), usual=False, kind=mode), held]

    def formulas(self, a: int, say: Language) -> list[str]:
        del say
        before, after = self.padding[a]
        return [f"o = {self.ends.in_size[a]} + {before} + {after} = {self.ends.out_size[a]}"]


@dataclass(frozen=True, slots=True)
class Crop(Op):
    """As Keras's ``Cropping1D`` … ``Cropping3D``; ``cropping`` before and after, for each axis."""

    ends: Ends
    cropping: Padding

    WORDS = CROP_WORDS
    CODE = __name__
    has_gradient = True
    type = "crop"
    badge = "crop"

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        return first + self.cropping[a][0], last + self.cropping[a][0]

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share

        del fed
        befores = [before for before, _ in self.cropping]
        inside = tuple(slice(b, b + out) for b, out in zip(befores, self.ends.out_size, strict=True))

        def shares(cell: Index) -> list[Share]:
            return [Share((cell[0], *(at + b for at, b in zip(cell[1:], befores, strict=True))))]

        return Gather(self.ends, shares, lambda x: x[(slice(None), *inside)])

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting
        from conv_anim.scene.wording.words import padding

        del fed
        return [Setting("cut", "", text=say.of(self, "cut", cells=padding(self.cropping, say)))]

    def formulas(self, a: int, say: Language) -> list[str]:
        del say
        before, after = self.cropping[a]
        return [f"o = {self.ends.in_size[a]} − {before} − {after} = {self.ends.out_size[a]}"]


# code of a crop


def _kept(op: Crop) -> str:
    from conv_anim.coding.writing import within

    return within(op.cropping, op.ends.out_size)


def _keras(op: Crop, context: CodeContext) -> list[str]:
    del context
    around = op.cropping[0] if len(op.cropping) == 1 else op.cropping
    return [f"y = layers.Cropping{len(op.cropping)}D({around})(x)"]


def _array(op: Crop, context: CodeContext) -> list[str]:
    del context
    return [f"y = x[:, {_kept(op)}]"]


WRITERS = {
    "torch": lambda op, _: [f"y = x[:, :, {_kept(op)}]"],
    "keras": _keras,
    "jax": _array,
    "numpy": _array,
}


# from their keys


def pad(record: Record, entering: Entering) -> Maybe[tuple[Pad, ...]]:
    """The padding for a spec's record; INVALID once its problems are reported."""
    padding, mode, value = (
        pads(record.of(PADDING), record.at(PADDING), entering),
        record.of(PADDING_MODE),
        record.of(VALUE),
    )
    if isinstance(padding, Invalid) or not borrows(mode, padding, record.at(PADDING), entering):
        return INVALID
    if mode != "zeros" and record.has(VALUE):
        what = f"{mode} padding borrows its numbers from the map: 'value' is for zeros"
        return entering.report.add(Code.EXCLUSIVE_KEYS, what, record.at(VALUE), "leave one of the two out")
    out = tuple(size + sum(around) for size, around in zip(entering.size, padding, strict=True))
    return (Pad(Ends(entering.channels, entering.size, entering.channels, out), padding, mode, value),)


def crop(record: Record, entering: Entering) -> Maybe[tuple[Crop, ...]]:
    """The crop for a spec's record; INVALID once its problems are reported."""
    cut = pads(record.of(CROPPING), record.at(CROPPING), entering)
    if isinstance(cut, Invalid):
        return INVALID
    out = tuple(size - sum(off) for size, off in zip(entering.size, cut, strict=True))
    wrong = (
        f"of {size} cells nothing is left when {size - left} are cut off" if left < 1 else None
        for size, left in zip(entering.size, out, strict=True)
    )
    if not entering.complain(Code.DOES_NOT_FIT, wrong, record.at(CROPPING), "cut off less, or a larger input"):
        return INVALID
    return (Crop(Ends(entering.channels, entering.size, entering.channels, out), cut),)


TYPES = {
    **op_type("pad", "Cells put around a map.", pad, (PADDING, PADDING_MODE, VALUE), role=Role("resize")),
    **op_type("crop", "Cells cut off at the edges of a map.", crop, (CROPPING,), role=Role("resize")),
}
