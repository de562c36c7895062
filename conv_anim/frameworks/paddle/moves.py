"""PaddlePaddle's Unfold and Fold, whose parameters have names and an order of their own.

Checked against paddlepaddle 3.3.1: dilations come before paddings and strides, and four paddings are top, left, bottom,
right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import ignored, moves, rows_and_columns, sizes
from conv_anim.frameworks.foreign import ForeignLayer
from conv_anim.frameworks.sketch import fail, given, same, tidy, unsupported
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, Whole
from conv_anim.spec.nodes import is_list
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding
    from conv_anim.spec.records import Record

KERNEL, OUTPUT = sizes("kernel_sizes"), rows_and_columns("output_sizes")
DILATION, STRIDE = moves("dilations", 1), moves("strides", 1)
SIDE = Whole(0, LARGEST, ", or a list of 2 or 4 of them")
PADDING: Field[Any] = Field(
    "paddings",
    Either(((is_list, ListOf(Whole(0, LARGEST), "a list of 2 or 4 whole numbers", 2, 4)), (lambda _: True, SIDE))),
    "paddings",
    default=0,
)


def _padding(record: Record) -> Padding:
    said = record.of(PADDING)
    if isinstance(said, int):
        return ((said, said), (said, said))
    if len(said) == 3:
        fail(Code.AXES, "'paddings' are 2 or 4 numbers, and here are 3", record.at(PADDING))
    (top, left), (bottom, right) = said[:2], said[-2:]
    return ((top, bottom), (left, right))


def _unfold(record: Record, sketch: Sketch) -> None:
    padding = _padding(record)
    if any(before != after for before, after in padding):
        sketch.add("pad", record.node, padding=tidy(padding))
        padding = ((0, 0), (0, 0))
    _columns(record, sketch, "unfold", padding)


def _fold(record: Record, sketch: Sketch) -> None:
    padding, size = _padding(record), record.of(OUTPUT)
    if any(before != after for before, after in padding):
        what = "a fold with other padding before than after is not drawn"
        unsupported(what, record.at(PADDING), "a larger output_sizes, and a crop after it")
    _columns(record, sketch, "fold", padding, output_size=[size, size] if isinstance(size, int) else list(size))


def _columns(record: Record, sketch: Sketch, name: str, padding: Padding, **keys: Any) -> None:
    sketch.add(
        name,
        record.node,
        kernel_size=record.at(KERNEL),
        stride=given(record, STRIDE),
        dilation=given(record, DILATION),
        padding=same([before for before, _ in padding]) if any(map(any, padding)) else None,
        **keys,
    )


MOVES = (KERNEL, DILATION, PADDING, STRIDE)
COLUMNS: Final = {
    "Unfold": ForeignLayer(Object("paddle.nn.Unfold", (*MOVES, *ignored("name"))), 2, _unfold),
    "Fold": ForeignLayer(Object("paddle.nn.Fold", (OUTPUT, *MOVES, *ignored("name"))), 1, _fold),
}
"""By name."""
