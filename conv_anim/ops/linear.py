"""``linear`` and ``flatten``: a dense layer, and what comes before it, as PyTorch's ``Linear`` and ``Flatten``."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.windows import Weighing
from conv_anim.spec.arrays import FromFile, ValuesKind, read, resolved
from conv_anim.spec.entering import BIAS, LARGEST, op_type
from conv_anim.spec.kinds import INVALID, Invalid, Whole
from conv_anim.spec.model import Ends, Given, Random
from conv_anim.spec.op import Op, Products
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.values import Array

OUT_FEATURES = Field(
    "out_features",
    Whole(1, LARGEST),
    "How many numbers it makes. Follows from 'weight' if that is a list.",
    example=2,
)
WEIGHT: Field[Written] = Field(
    "weight",
    ValuesKind(),
    "The weights: a list with a row for each output; by default drawn at random.",
    example="arange",
)
WORDS = {
    "en": {
        "point.linear": "Every output is a weighted sum of all the numbers.",
        "point.linear.axis": "Along the last axis every output is a weighted sum of all the numbers.",
        "kind.linear": "linear layer",
        "does.linear": "each output weighs all numbers",
        "term": "W·x: each output is its row of the weights W times the numbers x, added up",
        "term.bias": "W·x + b: each output is its row of the weights W times the numbers x, added up, plus its bias b",
        "made": "{cells} outputs",
        "made.one": "1 output",
    },
    "zh-TW": {
        "point.linear": "每個輸出都是所有數的加權和。",
        "point.linear.axis": "沿最後一軸，每個輸出都是所有數的加權和。",
        "kind.linear": "線性層",
        "does.linear": "每個輸出把所有的數加權相加",
        "term": "W·x：每個輸出是權重 W 中它那一列乘上各數 x 的總和",
        "term.bias": "W·x + b：每個輸出是權重 W 中它那一列乘上各數 x 的總和，再加上它的偏置 b",
        "made": "{cells} 個輸出",
        "made.one": "1 個輸出",
    },
}
FLATTEN_WORDS = {
    "en": {
        "point.flatten": "The same numbers in one row: channel by channel, row by row.",
        "does.flatten": "the map becomes one row of numbers",
        "kind.flatten": "flattening",
        "badge.flatten": "flatten",
    },
    "zh-TW": {
        "point.flatten": "同樣的數排成一列：逐通道、逐列。",
        "does.flatten": "特徵圖排成一列數",
        "kind.flatten": "展平",
        "badge.flatten": "展平",
    },
}


@dataclass(frozen=True, slots=True)
class Linear(Weighing):
    """Along the last axis, or of a flat vector: y = W·x + b; weight (out_features, in_features)."""

    ends: Ends
    weight: Values
    bias: tuple[Number, ...] | None

    WORDS = WORDS
    CODE = __name__
    has_gradient = True
    type = "linear"

    @property
    def features(self) -> tuple[int, int]:
        """How many numbers come in, and go out."""
        ends = self.ends
        return (ends.in_channels, *ends.in_size)[-1], (ends.out_channels, *ends.out_size)[-1]

    @property
    def badge(self) -> str:
        return "W·x" if self.bias is None else "W·x + b"

    # numbers and cost

    @property
    def weight_shape(self) -> Size:
        return self.features[1], self.features[0]

    @property
    def most_taps(self) -> int:
        return self.features[0]

    @property
    def products(self) -> Products:
        return Products(self.ends.out_channels * prod(self.ends.out_size), self.features[0])

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int] | None:
        """All of the last axis; a flat vector has no neighbours."""
        del of
        axes = len(self.ends.in_size)
        return None if not axes else (0, self.features[0] - 1) if a == axes - 1 else (first, last)

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share
        from conv_anim.tracing.values import matrix_product

        weight, bias = fed.weight, fed.bias
        assert weight is not None

        def shares(cell: Index) -> list[Share]:
            *before, out = cell
            return [Share((*before, k), weight[out, k].item(), met=(out, k)) for k in range(self.features[0])]

        def output(x: Array) -> Array:
            return matrix_product(x, weight, bias)

        added = None if bias is None else lambda cell: bias[cell[-1]].item()
        return Gather(self.ends, shares, output, added=added)

    def point(self, say: Language) -> str:
        return say.of(self, "point.linear.axis" if self.ends.in_size else "point.linear")

    def terms(self, say: Language) -> list[str]:
        return [say.of(self, "term" if self.bias is None else "term.bias")]

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        count = self.features[1]
        said = say.of(self, "made.one" if count == 1 else "made", cells=count)
        return [Setting("made", "", text=said, sizes=True)]


@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """All numbers in a row, channel by channel, row by row: a flat vector has no axes."""

    ends: Ends

    WORDS = FLATTEN_WORDS
    CODE = "conv_anim.ops.flatten_code"
    has_gradient = True
    type = "flatten"
    badge = "flatten"

    def gather(self, fed: Fed) -> Gather:
        from conv_anim.tracing.gathers import Gather, Share, unravelled

        del fed
        shape = (self.ends.in_channels, *self.ends.in_size)
        return Gather(self.ends, lambda cell: [Share(unravelled(cell[0], shape))], lambda x: x.reshape(-1))


# code


def _torch(op: Linear, context: CodeContext) -> list[str]:
    from conv_anim.coding.torch_code import filled

    name = context.named("linear")
    bias = "" if op.bias is not None else ", bias=False"
    made = f"{name} = nn.Linear({op.features[0]}, {op.features[1]}{bias})"
    return [made, *filled(name, context.traced), f"y = {name}(x)"]


def _keras(op: Linear, context: CodeContext) -> list[str]:
    """A dense layer mixes the last axis, which holds the channels."""
    from conv_anim.coding.literals import NUMPY

    name, traced, maps = context.named("dense"), context.traced, bool(op.ends.in_size)
    bias = "" if traced.bias is None else f", {NUMPY.numbers(traced.bias)}"
    no_bias = "" if op.bias is not None else ", use_bias=False"
    return [
        *(["x = keras.ops.swapaxes(x, -1, -2)  # the last axis where a dense layer has its numbers"] if maps else []),
        f"{name} = layers.Dense({op.features[1]}{no_bias})",
        f"{name}.build(x.shape)",
        f"{name}.set_weights([{NUMPY.weight(traced)}.T{bias}])",
        f"y = keras.ops.swapaxes({name}(x), -1, -2)" if maps else f"y = {name}(x)",
    ]


def _jax(op: Linear, context: CodeContext) -> list[str]:
    from conv_anim.coding.jax_code import JAX
    from conv_anim.coding.writing import dense

    del op
    return dense(context, JAX)


def _numpy(op: Linear, context: CodeContext) -> list[str]:
    from conv_anim.coding.literals import NUMPY
    from conv_anim.coding.writing import dense

    del op
    return dense(context, NUMPY)


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}


# from their keys


def linear(record: Record, entering: Entering) -> Maybe[tuple[Linear, ...]]:
    """The linear layer for a spec's record; INVALID once its problems are reported."""
    entered = (entering.channels, *entering.size)[-1]
    weight = _weight(record, entering)
    if isinstance(weight, Invalid):
        return INVALID
    features = _out_features(record, weight, entering)
    if isinstance(features, Invalid):
        return INVALID
    values = _values(record, weight, (features, entered), entering)
    bias = _bias(record, features, entering)
    if isinstance(values, Invalid) or isinstance(bias, Invalid):
        return INVALID
    channels, *size = (*(entering.channels, *entering.size)[:-1], features)
    return (Linear(Ends(entering.channels, entering.size, channels, tuple(size)), values, bias),)


def _weight(record: Record, entering: Entering) -> Maybe[Written | None]:
    """As it is written; a file is read."""
    written = record.get(WEIGHT)
    if isinstance(written, FromFile):
        return read(written, record.at(WEIGHT), entering.files, entering.report)
    return written


def _out_features(record: Record, weight: Written | None, entering: Entering) -> Maybe[int]:
    """As given, or as the list of weights has it."""
    asked = record.get(OUT_FEATURES)
    if asked is not None:
        return asked
    if isinstance(weight, Given) and len(weight.shape) == 2:
        return weight.shape[0]
    what, hint = "a linear layer needs the key 'out_features'", "or give 'weight' as a list with a row for each output"
    return entering.report.add(Code.MISSING_KEY, what, record.node, hint)


def _values(record: Record, weight: Written | None, shape: tuple[int, int], entering: Entering) -> Maybe[Values]:
    if weight is None:
        return Random(seed=entering.number + 2, low=0, high=2)
    if isinstance(weight, Given) and weight.shape != shape:
        sizes = ["x".join(map(str, size)) for size in (weight.shape, shape)]
        what = f"'weight' has the shape {sizes[0]}, but {sizes[1]} is needed"
        hint = "a row for each output, with a number for each cell that enters"
        return entering.report.add(Code.SHAPE, what, record.at(WEIGHT), hint)
    return resolved(weight, shape, 0, node=record.at(WEIGHT), files=entering.files, report=entering.report)


def _bias(record: Record, features: int, entering: Entering) -> Maybe[tuple[Number, ...] | None]:
    bias = record.get(BIAS)
    if isinstance(bias, tuple) and len(bias) != features:
        what = f"'bias' has {len(bias)} numbers, but the layer makes {features}"
        return entering.report.add(Code.SHAPE, what, record.at(BIAS), "one number stands for all of them")
    return bias if bias is None or isinstance(bias, tuple) else (bias,) * features


def flatten(record: Record, entering: Entering) -> tuple[Flatten, ...]:
    """The flattening of what enters."""
    del record
    count = entering.channels * prod(entering.size)
    return (Flatten(Ends(entering.channels, entering.size, count, ())),)


DOC = "A dense layer: every output is a weighted sum of all numbers of a flat vector, or of the last axis."
TYPES = {
    **op_type("linear", DOC, linear, (OUT_FEATURES, WEIGHT, BIAS), needs_axes=False, role=Role("dense")),
    **op_type("flatten", "All numbers in a row: what a linear layer takes.", flatten, needs_axes=False),
}
