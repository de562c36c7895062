"""``mask`` of a convolution: weights that are left out, so that an output sees only what is read before it.

Rows are read from top to bottom and each from left to right. Mask A leaves out the middle of the window and all that
comes after it, mask B only what comes after it (van den Oord et al., Pixel Recurrent Neural Networks, 2016).
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import OneOf
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.ops.conv import Conv
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record

Mask: TypeAlias = Literal["A", "B"]
MASK: Field[Mask] = Field(
    "mask",
    OneOf(
        ("A", "B"),
        docs=(
            "The middle of the window is left out, and what comes after it in reading order.",
            "Only what comes after the middle of the window is left out.",
        ),
    ),
    "Leave out weights, as PixelCNN does, so that an output sees only cells before its own in reading order.",
    example="A",
)
WORDS = {
    "en": {
        "kind.masked": "masked convolution",
        "mask.A": "mask A",
        "mask.B": "mask B",
        "point.mask.A": "Mask A: of the {all} weights only the {kept} before the middle count, so an output can "
        "predict its own cell, which it does not see, from earlier ones.",
        "point.mask.B": "Mask B: the {kept} of {all} weights up to the middle count, so after a mask A an output still "
        "sees earlier cells only.",
        "mask.edges": "mask",
        "mask.sees": "{kept} of {all} weights: those before the middle of the window in reading order",
        "mask.sees.itself": "{kept} of {all} weights: those before the middle of the window in reading order, and it",
        "mask.key": "hidden by the mask",
        "mask.own": "the output's own cell",
        "mask.blind": "blind spot: before it, and never seen",
    },
    "zh-TW": {
        "kind.masked": "遮罩卷積",
        "mask.A": "遮罩 A",
        "mask.B": "遮罩 B",
        "point.mask.A": "遮罩 A：{all} 個權重中只用中央之前的 {kept} 個，所以輸出看不見自己的格，可由前面的格預測它。",
        "point.mask.B": "遮罩 B：{all} 個權重中用到中央為止的 {kept} 個，所以接在遮罩 A 之後，輸出仍只看見前面的格。",
        "mask.edges": "遮罩",
        "mask.sees": "{all} 個權重中的 {kept} 個：依讀取順序在視窗中央之前",
        "mask.sees.itself": "{all} 個權重中的 {kept} 個：依讀取順序到視窗中央為止",
        "mask.key": "被遮罩遮住",
        "mask.own": "輸出自己的格",
        "mask.blind": "盲點：在前面，卻永遠看不見",
    },
}


def left_out(mask: Mask | None, kernel_size: Size) -> frozenset[Size]:
    """The cells of a window that a mask leaves out."""
    if mask is None:
        return frozenset()
    middle = tuple(k // 2 for k in kernel_size)
    cells = product(*map(range, kernel_size))
    return frozenset(cell for cell in cells if cell > middle or (mask == "A" and cell == middle))


def fits(record: Record, entering: Entering, kernel_size: Size, *, flips: bool) -> bool:
    """Whether a window has a middle, and is met as it is given; reports if not."""
    if record.get(MASK) is None:
        return True
    even = [a for a, k in enumerate(kernel_size) if k % 2 == 0]
    if even:
        what = f"a mask goes by the middle of the window, and one of {'x'.join(map(str, kernel_size))} has none"
        entering.report.add(Code.SHAPE, what, record.at(MASK), "an odd kernel_size along every axis")
    elif flips:
        what = "a mask is for a kernel that is not flipped"
        entering.report.add(Code.EXCLUSIVE_KEYS, what, record.at(MASK), "leave out 'flip' or 'mask'")
    elif record.of(MASK) == "A" and prod(kernel_size) == 1:
        what = "mask A leaves out the middle of the window, and this window has no other cell"
        entering.report.add(Code.SHAPE, what, record.at(MASK), "mask: B, or a larger kernel_size")
    else:
        return True
    return False


# words


def counts(op: Conv) -> dict[str, int]:
    """How many weights of a kernel there are, and how many count."""
    every = prod(op.kernel_size)
    return {"all": every, "kept": every - len(op.masked)}


def point(op: Conv, say: Language) -> str:
    """What a mask does; empty without one."""
    return "" if op.mask is None else say.of(op, f"point.mask.{op.mask}", **counts(op))


def setting(op: Conv, say: Language) -> Setting:
    """The mask in words."""
    from conv_anim.scene.wording.parameters import Setting

    return Setting("mask", "", op.mask is None, text="" if op.mask is None else say.of(op, f"mask.{op.mask}"))


def edges(op: Conv, say: Language) -> list[tuple[str, str]]:
    """What an output may see, for ``explain``."""
    if op.mask is None:
        return []
    key = "mask.sees" if op.mask == "A" else "mask.sees.itself"
    return [(say.of(op, "mask.edges"), say.of(op, key, **counts(op)))]
