"""PaddlePaddle's pools as layers of a spec, and how their last windows hang over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import flag, moves_or_none, only
from conv_anim.frameworks.dilated import Moves
from conv_anim.frameworks.paddle.keys import PADDING, padding_of
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.frameworks.torch.keys import CEIL_MODE, KERNEL_SIZE
from conv_anim.ops.padding import named_padding

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.records import Record


# pools

POOL_STRIDE = moves_or_none("stride")
EXCLUSIVE = flag("exclusive", default=True)
DIVISOR = only("divisor_override", None)


def pool(record: Record, sketch: Sketch, *, name: str) -> None:
    """``MaxPool1D`` to ``AvgPool3D``."""
    (kernel,) = sketch.sizes(record, KERNEL_SIZE)
    given = record.get(POOL_STRIDE)
    stride = kernel if given is None else sketch.each(given, record.at(POOL_STRIDE))
    value, node, ceil = record.of(PADDING), record.at(PADDING), record.of(CEIL_MODE)
    if value == "same":
        padding = named_padding("same", sketch.size, kernel, stride)
    else:
        if value == "valid" and ceil:
            fail(Code.PADDING, "Paddle takes padding VALID only without ceil_mode", record.at(CEIL_MODE))
        padding = ((0, 0),) * len(kernel) if value == "valid" else padding_of(value, len(kernel), node)
    hung = hung_over(sketch.size, kernel, stride, padding, ceil=ceil)
    over = hung != padding
    counted = name == "avg_pool" and not record.of(EXCLUSIVE)
    if counted:
        _check_counts(record, sketch.size, hung, padding, Moves(kernel, stride, (1,) * len(kernel)))
    padding = padding if counted else hung
    uncounted = name == "avg_pool" and any(map(any, padding)) and not counted
    keys = {"ceil_mode": True if counted and over else None, "count_include_pad": False if uncounted else None}
    sketch.pool(name, record.node, kernel, stride, padding, **keys)


def _check_counts(record: Record, size: Size, hung: Padding, padding: Padding, moves_: Moves) -> None:
    """With ``exclusive=False``, Paddle counts the cells up to as many behind the map as are before it."""
    node, over = record.at(EXCLUSIVE), hung != padding
    for n, k, s, (before, behind), (_, after) in zip(size, moves_.kernel, moves_.stride, hung, padding, strict=True):
        room = n + before + after - k
        if max(behind, after) > before and (after != before or behind - after >= k):
            what = f"with exclusive=False, Paddle counts at most {before} cells behind the map, and here are {behind}"
            unsupported(f"{what}: such a mean is not drawn", node, "leave exclusive=False out")
        last = -(-room // s) * s
        if over and ((room % s and behind == after) or last >= n + before):
            what = "Paddle's mean with exclusive=False and windows beyond the padding along some axes is not drawn"
            unsupported(what, node, "leave exclusive=False out")


def hung_over(size: Size, kernel: Size, stride: Size, padding: Padding, *, ceil: bool) -> Padding:
    """With as much behind as the last window needs.

    Also where a window is larger than the map by less than the stride: Paddle rounds towards 0, and finds one place.
    """
    found = []
    for n, k, s, (before, after) in zip(size, kernel, stride, padding, strict=True):
        room = n + before + after - k
        steps = -(-room // s) if ceil else 0
        hangs = ceil or -s < room < 0
        found.append((before, max(after, steps * s + k - n - before) if hangs else after))
    return tuple(found)
