"""``softmax``: numbers as shares of a whole, as PyTorch's ``Softmax``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.spec.entering import op_type
from conv_anim.spec.kinds import OneOf
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.model import Number
    from conv_anim.spec.op import Writers
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.values import Array

Over: TypeAlias = Literal["channels", "last"]
OVERS: tuple[Over, ...] = ("channels", "last")
OVER: Field[Over] = Field(
    "over",
    OneOf(OVERS, docs=("All channels of a place, or a flat vector.", "The cells of the last axis.")),
    "What adds up to 1; by default the channels, or the last axis where there is one channel.",
    example="last",
)
MOST = 4
"""Powers that are written out."""
WORDS = {
    "en": {
        "point.softmax": "Scores become shares that add up to 1; the larger a score, the larger its share.",
        "does.softmax": "scores become shares that add up to 1",
        "kind.softmax": "softmax",
        "over.channels": "all channels of a cell add up to 1",
        "over.last": "each row adds up to 1",
    },
    "zh-TW": {
        "point.softmax": "分數變成總和為 1 的占比；分數越大，占比越大。",
        "does.softmax": "分數變成總和為 1 的占比",
        "kind.softmax": "softmax 函數",
        "over.channels": "每格各通道的和是 1",
        "over.last": "每一列的和是 1",
    },
}


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """``axis`` is that of the array (channels, *size) along which numbers add up to 1."""

    ends: Ends
    axis: int

    WORDS = WORDS
    CODE = __name__
    has_gradient = True
    type = "softmax"
    badge = "softmax"
    shares = True

    @property
    def most_taps(self) -> int:
        return (self.ends.in_channels, *self.ends.in_size)[self.axis]

    @property
    def stays(self) -> bool:
        return self.axis == 0

    def terms(self, say: Language) -> list[str]:
        return [say("term.softmax")]

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        """All of the axis along which numbers add up to 1."""
        del of
        return (0, self.ends.in_size[a] - 1) if a == self.axis - 1 else (first, last)

    def gather(self, fed: Fed) -> Gather:
        import numpy as np

        from conv_anim.tracing.gathers import Gather, Share

        x = fed.arrays[0].astype(np.float64)
        powers = np.exp(x - x.max(axis=self.axis, keepdims=True))
        made: Array = powers / powers.sum(axis=self.axis, keepdims=True)

        def shares(cell: Index) -> list[Share]:
            """The cell itself first, then the others that it is compared with."""
            line = [(*cell[: self.axis], k, *cell[self.axis + 1 :]) for k in range(x.shape[self.axis])]
            return [Share(each, made=made[each].item()) for each in sorted(line, key=lambda each: each != cell)]

        return Gather(self.ends, shares, lambda _: made)

    def slopes(self, step: Step) -> list[Number]:
        """∂yᵢ/∂xₖ = yᵢ·(δᵢₖ − yₖ), where δᵢₖ is 1 for the cell itself and 0 for others; each tap has made its yₖ."""
        return [step.value * (int(tap.input == step.output) - (tap.made or 0)) for tap in step.taps]

    def worked(self, numbers: list[str], result: str) -> str:
        powers = [f"exp({number})" for number in numbers]
        shown = powers if len(powers) <= MOST else [*powers[:MOST], "…"]
        return f"{powers[0]} / ({' + '.join(shown)}) {result}"

    def made_of(self, numbers: list[float]) -> float:
        from math import exp

        most = max(numbers)
        return exp(numbers[0] - most) / sum(exp(number - most) for number in numbers)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        over = "channels" if self.axis == 0 else "last"
        alone = sum(count > 1 for count in (self.ends.in_channels, *self.ends.in_size)) < 2
        return [Setting("over", "", usual=alone, text=say.of(self, f"over.{over}"))]


WRITERS: Writers = {
    "torch": lambda op, _: [f"y = nn.Softmax(dim={op.axis + 1})(x)"],
    "keras": lambda op, _: [f"y = keras.ops.softmax(x, axis={-1 if op.axis == 0 else -2})"],
    "jax": lambda op, _: [f"y = jax.nn.softmax(x, axis={op.axis})"],
    "numpy": lambda op, _: [
        f"powers = np.exp(x - x.max(axis={op.axis}, keepdims=True))",
        f"y = powers / powers.sum(axis={op.axis}, keepdims=True)",
    ],
}


def resolve(record: Record, entering: Entering) -> tuple[Softmax, ...]:
    """Over the channels, unless there is only one and axes to choose from."""
    over = record.get(OVER) or ("last" if entering.channels == 1 and entering.size else "channels")
    ends = Ends(entering.channels, entering.size, entering.channels, entering.size)
    return (Softmax(ends, len(entering.size) if over == "last" else 0),)


DOC = "Numbers as shares of a whole: eˣ over the sum of all eˣ."
TYPES = op_type("softmax", DOC, resolve, (OVER,), needs_axes=False, role=Role(stays=True))
