"""``batch_norm``: every channel scaled and shifted, as a batch norm does once it is trained ("folded")."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.spec.entering import op_type
from conv_anim.spec.kinds import INVALID, Either, Invalid, ListOf, Real
from conv_anim.spec.model import Ends, Given
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.op import Op, Products
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Kind, Maybe
    from conv_anim.spec.model import Number, Size
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

EACH: Kind[int | float | tuple[int | float, ...]] = Either(
    ((is_list, ListOf(Real(), "a list with one number per channel")), (is_scalar, Real()))
)
SCALE = Field(
    "scale", EACH, "What every number is multiplied by: one number, or one per channel.", default=1, example=0.5
)
SHIFT = Field("shift", EACH, "What is added then: one number, or one per channel.", default=0, example=-1)
WORDS = {
    "en": {
        "point.batch_norm": "Each channel is multiplied by one number and shifted by another, the same in all its "
        "cells: they come from the mean and the spread that it had over batches in training.",
        "kind.batch_norm": "batch norm",
        "badge.batch_norm": "norm",
        "does.batch_norm": "each channel is scaled and shifted",
        "term.batch_norm": "norm: each number times the scale of its channel, plus its shift, both fixed after "
        "training: scale = γ / spread, shift = β − mean · scale; γ and β are learned",
        "scale": "scale {cells}",
        "shift": "shift {cells}",
        "added": "{value} (shift)",
    },
    "zh-TW": {
        "point.batch_norm": "每個通道乘上一個數，再加上一個數，同一通道的每一格都一樣："
        "它們來自訓練時該通道在各批次中的平均與離散程度。",
        "kind.batch_norm": "批次正規化",
        "badge.batch_norm": "正規化",
        "does.batch_norm": "每個通道縮放並位移",
        "term.batch_norm": "正規化：每個數乘上所在通道的倍率，再加上位移，訓練後兩者固定：倍率 = γ / 離散程度，"
        "位移 = β − 平均 · 倍率；γ、β 由學習得出",
        "scale": "乘以 {cells}",
        "shift": "加上 {cells}",
        "added": "{value}（位移）",
    },
}
MOST_SAID = 4


@dataclass(frozen=True, slots=True)
class BatchNorm(Op):
    """γ·(x − μ)/√(σ² + ε) + β as one product and one sum: ``scale`` γ/√(σ² + ε), ``shift`` β − μ·scale."""

    ends: Ends
    scale: tuple[Number, ...]
    shift: tuple[Number, ...]

    WORDS = WORDS
    CODE = __name__
    has_gradient = True
    type = "batch_norm"
    badge = "norm"
    stays = True

    @property
    def weight_shape(self) -> Size:
        return (self.ends.in_channels,)

    @property
    def weight_values(self) -> Given:
        return Given((len(self.scale),), self.scale)

    @property
    def added(self) -> tuple[Number, ...]:
        return self.shift

    @property
    def products(self) -> Products:
        return Products(self.ends.out_channels * prod(self.ends.out_size), 1)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.decimals import products
        from conv_anim.tracing.gathers import Gather, Share

        scale, shift = fed.weight, fed.bias
        assert scale is not None
        assert shift is not None
        affine = [each.reshape(-1, *(1 for _ in self.ends.in_size)) for each in (scale, shift)]

        def shares(cell: Index) -> list[Share]:
            return [Share(cell, scale[cell[0]].item(), met=(cell[0],))]

        def output(x: Array) -> Array:
            return products(lambda x, scale, shift: x * scale + shift, x, *affine, terms=1)

        return Gather(self.ends, shares, output, added=lambda cell: shift[cell[0]].item())

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        pairs = (("scale", self.scale, 1), ("shift", self.shift, 0))
        return [
            Setting(key, "", usual=set(found) == {as_usual}, text=say.of(self, key, cells=_said(found, say)))
            for key, found, as_usual in pairs
        ]


def _said(numbers: tuple[Number, ...], say: Language) -> str:
    """One number where all are equal; of many, from the smallest to the largest."""
    from conv_anim.scene.wording.words import MINUS

    written = [f"{number:g}".replace("-", MINUS) for number in dict.fromkeys(numbers)]
    if len(written) > MOST_SAID:
        return " … ".join(f"{number:g}".replace("-", MINUS) for number in (min(numbers), max(numbers)))
    return written[0] if len(written) == 1 else say.listed(f"{n:g}".replace("-", MINUS) for n in numbers)


def _torch(op: BatchNorm, context: CodeContext) -> list[str]:
    name, axes = context.named("norm"), max(1, len(op.ends.in_size))
    return [
        f"{name} = nn.BatchNorm{axes}d({op.ends.in_channels}, eps=0.0).eval()  # its means are 0, its variances 1",
        f"{name}.weight.data = torch.tensor({list(op.scale)}, dtype=torch.float64)",
        f"{name}.bias.data = torch.tensor({list(op.shift)}, dtype=torch.float64)",
        f"y = {name}(x)",
    ]


def _keras(op: BatchNorm, context: CodeContext) -> list[str]:
    name, zeros, ones = context.named("norm"), f"np.zeros({op.ends.in_channels})", f"np.ones({op.ends.in_channels})"
    return [
        f"{name} = layers.BatchNormalization(epsilon=0.0)",
        f"{name}.build(x.shape)",
        f"{name}.set_weights([np.array({list(op.scale)}), np.array({list(op.shift)}), {zeros}, {ones}])",
        f"y = {name}(x)",
    ]


def _arrays(op: BatchNorm, xp: str) -> list[str]:
    across = (-1, *(1 for _ in op.ends.in_size))
    scale, shift = (f"{xp}.array({list(map(float, found))}).reshape{across}" for found in (op.scale, op.shift))
    return [f"y = x * {scale} + {shift}".replace("(-1,)", "(-1)")]


WRITERS = {
    "torch": _torch,
    "keras": _keras,
    "jax": lambda op, _: _arrays(op, "jnp"),
    "numpy": lambda op, _: _arrays(op, "np"),
}


def resolve(record: Record, entering: Entering) -> Maybe[tuple[BatchNorm, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    found = [_each(record, field, entering) for field in (SCALE, SHIFT)]
    good = tuple(numbers for numbers in found if not isinstance(numbers, Invalid))
    if len(good) < len(found):
        return INVALID
    return (BatchNorm(Ends(entering.channels, entering.size, entering.channels, entering.size), *good),)


def _each(
    record: Record, field: Field[int | float | tuple[int | float, ...]], entering: Entering
) -> Maybe[tuple[Number, ...]]:
    """One number for each channel."""
    given = record.of(field)
    if not isinstance(given, tuple):
        return (given,) * entering.channels
    if len(given) == entering.channels:
        return given
    what = (
        f"'{field.name}' has {len(given)} numbers, but {entering.channels} channel{'s' * (entering.channels > 1)} enter"
    )
    return entering.report.add(Code.SHAPE, what, record.at(field), "one number stands for all of them")


DOC = "Every channel scaled and shifted: a trained batch norm."
TYPES = op_type("batch_norm", DOC, resolve, (SCALE, SHIFT), needs_axes=False, role=Role(stays=True, norm=True))
