"""Parameters that Keras's layers share, and what they are in a spec's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.coding import rules
from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import OrNone, count, flag, ignored, moves, moves_or_none, sizes, whole
from conv_anim.frameworks.foreign import biased
from conv_anim.frameworks.sketch import fail, given
from conv_anim.spec.kinds import OneOf
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.records import Field
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record


@dataclass(frozen=True, slots=True)
class Lowered:
    """A name in any case, as Keras takes it."""

    names: tuple[str, ...]

    @property
    def kind(self) -> OneOf[str]:
        """One of the words, in any case."""
        return OneOf(self.names)

    @property
    def expected(self) -> str:
        return self.kind.expected

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            node = replace(node, value=node.value.lower())
        return self.kind.decode(node, report)

    def schema(self) -> Schema:
        return self.kind.schema()


FILTERS, KERNEL_SIZE, GROUPS = whole("filters"), sizes("kernel_size"), count("groups", 1)
STRIDES, DILATION = moves("strides", 1), moves("dilation_rate", 1)
USE_BIAS, MULTIPLIER = flag("use_bias", default=True), count("depth_multiplier", 1)
PADDING: Field[str] = Field("padding", Lowered(("valid", "same")), "padding", default="valid")
CAUSAL: Field[str] = Field("padding", Lowered(("valid", "same", "causal")), "padding", default="valid")
OUTPUT_PADDING = moves_or_none("output_padding", least=0)
DATA_FORMAT: Field[Any] = Field("data_format", OrNone(OneOf(("channels_last", "channels_first"))), "data_format")
(ACTIVATION,) = ignored("activation")
PARTS = ("kernel", "bias", "depthwise", "pointwise", "activity")
REST = ignored(
    *(f"{part}_{what}" for what in ("initializer", "regularizer", "constraint") for part in PARTS),
    *("input_shape", "name", "trainable", "dtype", "autocast", "batch_input_shape", "input_dim"),
)
"""What says how a layer is trained or called."""
BIAS_INITIALIZER = next(field for field in REST if field.name == "bias_initializer")


def moves_of(record: Record, sketch: Sketch) -> dict[str, Any]:
    """What a convolution's window is, in a spec's words."""
    if record.has(ACTIVATION) and getattr(record.at(ACTIVATION), "value", "") not in {None, "linear"}:
        sketch.note("the activation is not drawn: it moves nothing")
    return {
        "kernel_size": record.at(KERNEL_SIZE),
        "stride": given(record, STRIDES),
        "dilation": given(record, DILATION),
        "bias": biased(record, sketch, USE_BIAS, first=_first_bias(record)),
    }


def _first_bias(record: Record) -> int:
    """What biases start as: 0, unless they are initialised to ones."""
    said = getattr(record.at(BIAS_INITIALIZER), "value", None) if record.has(BIAS_INITIALIZER) else None
    return 1 if isinstance(said, str) and said.lower() == "ones" else 0


def check_moves(record: Record, sketch: Sketch) -> None:
    """Raise SpecError for a stride together with a dilation, which Keras does not take."""
    stride, dilation = sketch.sizes(record, STRIDES, DILATION)
    wrong = rules.keras_conv(stride, dilation)
    if wrong is not None:
        fail(Code.UNSUPPORTED, wrong, record.at(DILATION), "one of the two, or nn.Conv2d(…) of PyTorch, which has both")
