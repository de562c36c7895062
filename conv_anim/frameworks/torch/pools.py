"""PyTorch's pools and their reverse as layers of a spec."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from conv_anim.coding import rules
from conv_anim.diagnostics import Code, Problem
from conv_anim.frameworks.arguments import OrNone, flag, moves_or_none
from conv_anim.frameworks.sketch import fail, given, same, unsupported
from conv_anim.frameworks.torch.keys import CEIL_MODE, DILATION, KERNEL_SIZE, PADDING
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, Real, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record


# pooling

POOL_STRIDE = moves_or_none("stride")
COUNT_INCLUDE_PAD = flag("count_include_pad", default=True)
DIVISOR: Field[Any] = Field("divisor_override", OrNone(Whole(1, LARGEST)), "divisor_override")
NORM_TYPE: Field[int | float] = Field("norm_type", Real(1, 100), "norm_type", required=True)
TARGET: Field[Any] = Field(
    "output_size",
    Either(
        (
            (is_list, ListOf(OrNone(Whole(1, LARGEST)), "a tuple with one number per axis", 1, 3)),
            (is_scalar, OrNone(Whole(1, LARGEST, ", or a tuple with one per axis"))),
        )
    ),
    "output_size",
)


def pool(record: Record, sketch: Sketch, *, name: str, library: str = "PyTorch") -> None:
    """``nn.MaxPool1d`` to ``nn.LPPool3d``."""
    if record.get(DIVISOR) is not None:
        unsupported("'divisor_override' is not drawn: a mean is divided by its cells", record.at(DIVISOR))
    if name == "lp_pool" and record.of(CEIL_MODE) and library == "PyTorch":
        what = "PyTorch's LPPool with ceil_mode is not a norm where the last window hangs over"
        unsupported(what, record.at(CEIL_MODE), "leave ceil_mode out")
    if name == "lp_pool" and record.of(NORM_TYPE) % 2:
        what = f"{library}'s LPPool is not a norm of negative numbers unless norm_type is even, and there are some here"
        at = record.at(NORM_TYPE)
        problem = Problem(Code.UNSUPPORTED, what, at.path, at.span, "an even norm_type, or numbers from 0")
        sketch.unsigned = sketch.unsigned or problem
    if record.has(PADDING):
        _check_half(record, sketch, name)
    sketch.add(
        name,
        record.node,
        norm_type=record.at(NORM_TYPE) if record.has(NORM_TYPE) and record.of(NORM_TYPE) != 2 else None,
        kernel_size=record.at(KERNEL_SIZE),
        stride=given(record, POOL_STRIDE),
        padding=given(record, PADDING),
        dilation=given(record, DILATION),
        ceil_mode=given(record, CEIL_MODE),
        count_include_pad=given(record, COUNT_INCLUDE_PAD),
    )


def _check_half(record: Record, sketch: Sketch, name: str) -> None:
    (kernel,) = sketch.sizes(record, KERNEL_SIZE)
    wrong = rules.torch_pool(kernel, sketch.amounts(record.of(PADDING), record.at(PADDING)))
    if wrong is not None:
        fail(Code.PADDING, wrong, record.at(PADDING), "less padding, or a padding layer before it")
    wrong = rules.torch_avg_pool(kernel, sketch.size) if name == "avg_pool" else None
    if wrong is not None:
        fail(Code.DOES_NOT_FIT, wrong, record.at(KERNEL_SIZE), "a smaller kernel, or a larger input")


def adaptive(record: Record, sketch: Sketch, *, name: str) -> None:
    """A pool with equal windows where it is one, else an adaptive one."""
    target = record.get(TARGET)
    wanted = target if isinstance(target, tuple) else (target,) * sketch.axes
    if len(wanted) != sketch.axes:
        what = f"'output_size' has {len(wanted)} numbers, but the input has {sketch.axes} axes"
        fail(Code.AXES, what, record.at(TARGET))
    out = [size if want is None else want for size, want in zip(sketch.size, wanted, strict=True)]
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", record.node)
        return
    window = _even_window(sketch.size, tuple(out))
    if window is None:
        sketch.add(f"adaptive_{name}", record.node, size=same(out))
    else:
        kernel, stride = window
        sketch.add(name, record.node, kernel_size=same(kernel), stride=None if kernel == stride else same(stride))


def _even_window(size: Size, out: Size) -> tuple[list[int], list[int]] | None:
    """Kernel and stride of the pool that it is: output i of o reads ⌊i·n/o⌋ to ⌈(i+1)·n/o⌉. None if it is none."""
    kernels, strides = [], []
    for n, o in zip(size, out, strict=True):
        spans = [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        lengths = {last - first for first, last in spans}
        steps = {after[0] - before[0] for before, after in pairwise(spans)}
        if len(lengths) > 1 or len(steps) > 1 or 0 in steps:
            return None
        (length,) = lengths
        kernels.append(length)
        strides.append(steps.pop() if steps else length)
    return kernels, strides


def unpool(record: Record, sketch: Sketch) -> None:
    """Back to what the pool had, if its windows are these."""
    before = next((op for op in reversed(sketch.layers) if op.window is not None and not op.window.weighs), None)
    (kernel,) = sketch.sizes(record, KERNEL_SIZE)
    stride = record.get(POOL_STRIDE)
    step = kernel if stride is None else sketch.each(stride, record.at(POOL_STRIDE))
    (pads,) = sketch.sizes(record, PADDING)
    made = tuple((i - 1) * s - 2 * p + k for i, s, p, k in zip(sketch.size, step, pads, kernel, strict=True))
    if before is not None and made != before.ends.in_size:
        sizes_ = ["x".join(map(str, size)) for size in (made, before.ends.in_size)]
        what = f"this would unpool to {sizes_[0]}, but the pool was fed {sizes_[1]}"
        unsupported(what, record.node, "the pool's kernel_size, stride and padding, and an input they fit in evenly")
    sketch.add("max_unpool", record.node)
