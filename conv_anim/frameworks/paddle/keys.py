"""Parameters that PaddlePaddle's layers share, and the forms that it takes padding in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import ignored
from conv_anim.frameworks.keras.keys import Lowered
from conv_anim.frameworks.sketch import fail
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, Whole
from conv_anim.spec.nodes import is_list, is_text
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Fields
    from conv_anim.spec.model import Padding
    from conv_anim.spec.nodes import Node


EXPECTED = ", or a list with one per axis, with two per axis, or with a pair for batch, channels and each axis"
SIDE = Whole(0, LARGEST, EXPECTED)
ENTRY = Either(((is_list, ListOf(Whole(0, LARGEST), "a pair", 2, 2)), (lambda _: True, Whole(0, LARGEST))))
PADDING: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_text, Lowered(("same", "valid"))),
            (is_list, ListOf(ENTRY, SIDE.expected, 1, 6)),
            (lambda _: True, SIDE),
        )
    ),
    "padding",
    default=0,
)
LAYOUT: Fields = ignored("data_format")
NAME: Fields = ignored("name")


def padding_of(value: Any, axes: int, node: Node) -> Padding:
    """Before and after, for each axis; not of a name."""
    found = value if isinstance(value, tuple) else (value,) * axes
    pairs = [each for each in found if isinstance(each, tuple)]
    if len(pairs) == len(found) == axes + 2:
        outer = (pairs[0], pairs[1]) == ((0, 0), (0, 0))
        inner, last = tuple(pairs[2:]), (pairs[0], pairs[-1]) == ((0, 0), (0, 0))
        if outer or last:
            return inner if outer else tuple(pairs[1:-1])
        fail(Code.PADDING, "Paddle pads neither batches nor channels", node)
    if not pairs and len(found) == 2 * axes:
        return tuple(zip(found[::2], found[1::2], strict=True))
    if pairs or len(found) != axes:
        what = f"Paddle takes padding as one number, as {axes}, as {2 * axes}, or as {axes + 2} pairs"
        fail(Code.AXES, f"{what}, here {len(found)} are given", node)
    return tuple((side, side) for side in found)
