"""What the writers of whole libraries share: families of ops that one function writes, and common lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.coding.writing import unwritten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conv_anim.coding.literals import Form
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.batch_norm import BatchNorm
    from conv_anim.spec.op import Op, Writers

FAMILIES = {
    "pool": ("max_pool", "avg_pool", "lp_pool"),
    "shuffle": ("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
    "join": ("add", "multiply", "concat"),
    "adaptive": ("adaptive_avg_pool", "adaptive_max_pool"),
    "columns": ("unfold", "fold"),
}
"""Types that one function writes, by its name."""


def by_type(**writers: Callable[[Any, CodeContext], list[str]]) -> Writers:
    """Writers by the types of ops; one by the name of a family writes all its types."""
    return {type_: writer for name, writer in writers.items() for type_ in FAMILIES.get(name, (name,))}


def layer(op: Op, context: CodeContext, functions: Mapping[str, str], writers: Writers) -> list[str]:
    """Lines from ``x`` to ``y``, by the function of every number or by the writer. Raises UnwrittenError."""
    if op.type in functions:
        return [f"y = {functions[op.type].format(s=repr(getattr(op, 'slope', 0)))}"]
    if op.type not in writers:
        unwritten(op.type)
    return writers[op.type](op, context)


def scaled(op: BatchNorm, form: Form, shaped: str = "") -> list[str]:
    """Every number times its channel's factor, and its shift added; ``shaped`` lays channels along an axis."""
    scale, shift = (f"{form.written.format(list(map(float, each)))}{shaped}" for each in (op.scale, op.shift))
    return [f"y = x * {scale} + {shift}"]
