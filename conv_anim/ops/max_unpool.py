"""``max_unpool``: numbers put back to where a max pool found them, as PyTorch's ``MaxUnpool1d`` … ``MaxUnpool3d``."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.spec.entering import op_type
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Op, Shape
from conv_anim.spec.roles import Role
from conv_anim.spec.wiring import FROM
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.records import Record
    from conv_anim.tracing.gathers import Fed, Gather, Index, Share
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.values import Array

WORDS = {
    "en": {
        "point.max_unpool": "Each number goes to where the pool found its maximum; all other cells are 0.",
        "kind.max_unpool": "max unpooling",
    },
    "zh-TW": {"point.max_unpool": "每個數放到池化找到最大值的位置；其他的格是 0。", "kind.max_unpool": "最大反池化"},
}


@dataclass(frozen=True, slots=True)
class MaxUnpool(Op):
    """Every number of its first input goes to where the pool, its second, found its maximum; the rest is 0."""

    ends: Ends

    WORDS = WORDS
    CODE = __name__
    has_gradient = True
    type = "max_unpool"
    puts_back = True

    @property
    def fed(self) -> tuple[Shape, ...]:
        """The pool is as large as the numbers."""
        return (Shape(self.ends.in_channels, self.ends.in_size),) * 2

    def gather(self, fed: Fed) -> Gather:
        pool = fed.makers[1]
        assert pool is not None
        from conv_anim.tracing.trace import found_at

        return _unpooled(self.ends, found_at(pool))

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del say
        return [Setting("back", str(number)) for number in fed[1:]]


def _unpooled(ends: Ends, indices: Array) -> Gather:
    """``indices`` (channels, *in_size): the flat position in a map of the output that each number goes to.

    Where windows overlap and several numbers go to one cell, the last one stays.
    """
    import numpy as np

    from conv_anim.tracing.gathers import Gather, Share, unravelled

    flat = indices.reshape(ends.in_channels, -1)
    where = [{int(at): k for k, at in enumerate(row)} for row in flat]

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        k = where[channel].get(int(np.ravel_multi_index(place, ends.out_size)))
        return [] if k is None else [Share((channel, *unravelled(k, ends.in_size)))]

    def output(x: Array, _: Array) -> Array:
        result = np.zeros((ends.out_channels, prod(ends.out_size)), dtype=x.dtype)
        for channel, found in enumerate(where):
            result[channel, list(found)] = x[channel].reshape(-1)[list(found.values())]
        return result.reshape(ends.out_channels, *ends.out_size)

    return Gather(ends, shares, output)


# code


def _torch(op: MaxUnpool, context: CodeContext) -> list[str]:
    """The numbers laid where their indices say, in a map of zeros."""
    ends, pool = op.ends, context.traced.fed[1]
    return [
        f"indices = indices_{pool}.flatten(2)",
        f"y = torch.zeros{(1, ends.out_channels, prod(ends.out_size))}.scatter_(2, indices, x.flatten(2))",
        f"y = y.view{(1, ends.out_channels, *ends.out_size)}",
    ]


def _numpy(op: MaxUnpool, context: CodeContext) -> list[str]:
    channels, size, pool = op.ends.out_channels, op.ends.out_size, context.traced.fed[1]
    return [
        f"y = np.zeros(({channels}, {prod(size)}))",
        f"np.put_along_axis(y, places_{pool}.reshape({channels}, -1), x.reshape({channels}, -1), axis=1)",
        f"y = y.reshape{(channels, *size)}",
    ]


WRITERS = {"torch": _torch, "numpy": _numpy}


# from its keys


def resolve(record: Record, entering: Entering) -> Maybe[tuple[MaxUnpool, ...]]:
    """Back to the size of what the pool was fed."""
    pool = _max_pool(entering, entering.inputs[1])
    if pool is None:
        what = "the second input of max_unpool must be a max_pool"
        return entering.report.add(Code.INPUTS, what, record.at(FROM), "from: [-1, NAME], with the max_pool's name")
    made = Shape(pool.out_channels, pool.out_size)
    if made != entering.fed[0]:
        what = "max_unpool takes as many numbers as its max_pool made: "
        sizes = [
            f"{'x'.join(map(str, size))} in {channels} channel{'s' * (channels > 1)}"
            for channels, size in (made, entering.fed[0])
        ]
        hint = "what lies between the two must keep the size, as a conv with padding: same"
        return entering.report.add(Code.DOES_NOT_FIT, f"{what}{sizes[0]}, not {sizes[1]}", record.node, hint)
    size = tuple(axis.size for axis in pool.axes)
    return (MaxUnpool(Ends(entering.channels, entering.size, entering.channels, size)),)


def _max_pool(entering: Entering, number: int) -> Operator | None:
    """The window of a map's op, if that takes maxima."""
    window = entering.before[number - 1].window if number else None
    return window if window is not None and window.reduce == "max" else None


def complete(record: Record, entering: Entering) -> Maybe[Entering]:
    """With the last max pool that is not taken back yet, if a spec names none."""
    if len(entering.inputs) > 1:
        return entering
    pools = [k for k in range(1, entering.number + 1) if _max_pool(entering, k) is not None and k not in entering.taken]
    if not pools:
        what = "max_unpool takes a max_pool before it back, and there is none"
        return entering.report.add(Code.MISSING_KEY, what, record.node, "put a max_pool layer before it in 'layers'")
    op = entering.before[pools[-1] - 1]
    shape = Shape(op.ends.out_channels, op.ends.out_size)
    return replace(entering, inputs=(*entering.inputs, pools[-1]), fed=(*entering.fed, shape))


DOC = "Numbers put back to where the max_pool before found them."
TYPES = op_type("max_unpool", DOC, resolve, inputs=(2, 2), complete=complete, role=Role("pool"))
