"""How a window makes an output cell, in a phrase with its numbers: for figures in which no numbers stand."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.ops.pool import Pool
    from conv_anim.ops.windows import Weighing
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.operators import Operator


def weighed(op: Weighing, say: Language) -> str:
    """The products that are added up; empty of an op whose outputs are not all made of as many cells."""
    window = op.window
    if window is None or op.sampled is not None or op.sites is not None:
        return ""
    deep = window.in_channels // window.groups
    count = deep * (prod(window.kernel_size) - len(window.left_out))
    if count == 1:
        said = say("computes.one")
    elif window.left_out:
        said = say("computes.masked", count=count)
    else:
        flipped = any(axis.flipped and axis.kernel > 1 for axis in window.axes)
        said = say("computes.flipped" if flipped else "computes.sum", cells=_covered(window, say))
    return say("computes.biased", said=said) if op.added is not None else said


def _covered(window: Operator, say: Language) -> str:
    """How many cells are under it, and of which channels if it does not see them all."""
    deep = window.in_channels // window.groups
    factors = [side for side in (*window.kernel_size, deep) if side > 1]
    several = len(factors) > 2 or (deep > 1 and len(factors) > 1)
    count = f"{'·'.join(map(str, factors))} = {prod(factors)}" if several else str(prod(factors))
    where = "" if window.groups == 1 else ".channel" if deep == 1 else ".group"
    return say(f"computes.cells{where}", count=count)


def pooled(op: Pool, say: Language) -> str:
    """What is kept of a window: of how many cells, at the most where windows hang over."""
    counted = op.reduce == "mean" and op.count_include_pad
    fewer = op.ceil_mode or (op.padded and not counted)
    key = "computes.cells.up_to" if fewer else "computes.cells"
    cells = say(key, count=prod(op.kernel_size))
    return say(f"computes.{op.reduce}", cells=cells, p=f"{op.norm_type:.15g}")
