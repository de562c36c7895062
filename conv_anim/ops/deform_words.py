"""What is said of a deformable convolution."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from conv_anim.ops.deform_conv import DeformConv
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
MOST_LISTED = 9
"""The most cells of a window whose offsets are listed."""
FEW = 4
"""Channels of offsets that are named one by one."""
WORDS = {
    "en": {
        "kind.deformed": "deformable convolution",
        "kind.modulated": "deformable convolution with a mask",
        "point.deformed": "The window bends: each of its {taps} cells reads where its own offset moves it, "
        "also between cells.",
        "point.modulated": "The window bends: each of its {taps} cells reads where its own offset moves it, "
        "and a mask says how much that counts.",
        "point.deformed.one": "The window is one cell, and reads where its offset moves it, also between cells.",
        "point.modulated.one": "The window is one cell: an offset says where it reads, a mask how much that counts.",
        "term.deform_conv": "offset: how far a cell of the window moves, learned or made by another layer; a point "
        "between cells reads a share of each cell around it, (1 − distance in rows) · (1 − distance in columns); "
        "whatever lies beyond the map is 0",
        "computes": "what the window reads at its {taps} points, each times its weight, added up",
        "computes.masked": "what the window reads at its {taps} points, each times its mask and its weight, added up",
        "term.offsets": "offsets: (rows down, columns to the right) of each window cell, row by row, in all places: "
        "{pairs}",
        "term.offsets.many": "offsets: {count} numbers for each output, rows down and columns to the right for each of "
        "the {taps} window cells",
        "outside": "{sum} + 0·{share} (outside)",
        "groups": "{count} groups of offsets",
        "offset.of": "offsets: {map}",
        "mask.of": "mask: {map}",
        "input": "the input",
        "layer": "layer {number}",
        "channels": "offset channels",
        "channel": "{sign} of tap ({row},{column})",
        "channels.said": "{count}: {listed}",
        "channels.groups": "{each} for each of {groups} groups = {count}: {listed}",
        "mask": "mask channels",
        "mask.said": "{count}, one for each tap",
        "mask.groups": "{each} for each of {groups} groups = {count}, one for each tap",
        "reads": "reads",
        "reads.one": "1 point for each output and channel, from up to 4 cells; beyond the map there is 0",
        "reads.said": "{count} points for each output and channel, each from up to 4 cells; beyond the map there is 0",
        "read": "read at the points",
        "read.masked": "read, times its mask",
        "key.regular": "where the window stands without offsets",
        "key.point": "where each cell of the window reads",
        "key.shares": "one of these, and the share of each cell around it",
        "example": "window cell ({row},{column}) reads at row {y}, column {x}: {sum}",
    },
    "zh-TW": {
        "kind.deformed": "可變形卷積",
        "kind.modulated": "帶遮罩的可變形卷積",
        "point.deformed": "視窗會彎曲：{taps} 格各自在偏移量移到的地方讀取，也可以在格與格之間。",
        "point.modulated": "視窗會彎曲：{taps} 格各自在偏移量移到的地方讀取，遮罩決定讀到的數算多少。",
        "point.deformed.one": "視窗只有一格，在偏移量移到的地方讀取，也可以在格與格之間。",
        "point.modulated.one": "視窗只有一格：偏移量決定在哪裡讀，遮罩決定讀到的數算多少。",
        "term.deform_conv": "偏移量：視窗的一格移動多遠，由學習或另一層得出；格與格之間的點讀取周圍各格的一份，"
        "是 1 減列的距離，乘 1 減行的距離；特徵圖之外都是 0",
        "computes": "視窗在 {taps} 點讀到的數各乘上自己的權重，再相加",
        "computes.masked": "視窗在 {taps} 點讀到的數各乘上自己的遮罩和權重，再相加",
        "term.offsets": "偏移量：視窗各格（向下幾列，向右幾行），逐列，各處相同：{pairs}",
        "term.offsets.many": "偏移量：每個輸出有 {count} 個數，視窗的 {taps} 格各向下幾列、向右幾行",
        "outside": "{sum} + 0·{share}（在外）",
        "groups": "{count} 組偏移量",
        "offset.of": "偏移量：{map}",
        "mask.of": "遮罩：{map}",
        "input": "輸入",
        "layer": "第 {number} 層",
        "channels": "偏移量通道",
        "channel": "位置 ({row},{column}) 的 {sign}",
        "channels.said": "{count} 個：{listed}",
        "channels.groups": "{groups} 組各 {each} 個 = {count} 個：{listed}",
        "mask": "遮罩通道",
        "mask.said": "{count} 個，每個位置一個",
        "mask.groups": "{groups} 組各 {each} 個 = {count} 個，每個位置一個",
        "reads": "讀取",
        "reads.one": "每個輸出在每個通道讀 1 點，由至多 4 格得出；特徵圖之外是 0",
        "reads.said": "每個輸出在每個通道讀 {count} 點，每點最多由 4 格得出；特徵圖之外是 0",
        "read": "在各點讀到的數",
        "read.masked": "讀到的數乘以遮罩",
        "key.regular": "沒有偏移量時視窗的位置",
        "key.point": "視窗各格讀取的地方",
        "key.shares": "其中一點，和周圍各格的占比",
        "example": "位置 ({row},{column}) 讀取第 {y} 列、第 {x} 行：{sum}",
    },
}


def point(op: DeformConv, say: Language) -> str:
    """What is to be learned from a figure of it."""
    return say.of(op, f"point.{op.kind()}{'.one' if op.taps == 1 else ''}", taps=op.taps)


def computes(op: DeformConv, say: Language) -> str:
    """How an output cell is made of what is read at the points."""
    said = say.of(op, "computes.masked" if op.masked else "computes", taps=op.taps)
    return said if op.bias is None else say("computes.biased", said=said)


def terms(op: DeformConv, say: Language) -> list[str]:
    """What an offset is, and the offsets of a small window, where they are the same for all outputs."""
    told, given = [say.of(op, "term.deform_conv")], op.offset
    if op.taps > MOST_LISTED or op.offset_groups > 1 or not isinstance(given, Given):
        return told
    each = given.numbers * (2 * op.taps) if len(given.numbers) == 1 else given.numbers  # one number is for all
    if len(each) > 2 * op.taps:
        return [*told, say.of(op, "term.offsets.many", count=2 * op.taps, taps=op.taps)]
    numbers = [f"{number:g}".replace("-", MINUS) for number in each]
    pairs = [f"({down},{SPACE}{right})" for down, right in zip(numbers[::2], numbers[1::2], strict=True)]
    wide = op.kernel_size[1]
    rows = (" ".join(pairs[k : k + wide]) for k in range(0, len(pairs), wide))
    return [*told, say.of(op, "term.offsets", pairs=" / ".join(rows))]


def settings(op: DeformConv, say: Language, fed: tuple[int, ...]) -> list[Setting]:
    """All its parameters; offsets and masks only where other layers make them."""
    from conv_anim.scene.wording.parameters import Setting

    groups, each = op.offset_groups, [Setting("groups", str(op.groups), usual=op.groups == 1)]
    each.append(Setting("offset_groups", "", groups == 1, text=say.of(op, "groups", count=groups)))
    for key, number in zip(("offset.of", "mask.of"), fed[1:], strict=False):
        called = say.of(op, "layer", number=number) if number else say.of(op, "input")
        each.append(Setting(key, "", text=say.of(op, key, map=called)))
    return [*op.moves(say), *each]


def names(op: DeformConv, say: Language) -> list[str]:
    """Of the channels of offsets of one group, in their order: Δy before Δx, tap by tap, counted from 1."""
    taps = product(*(range(1, k + 1) for k in op.kernel_size))
    return [say.of(op, "channel", sign=sign, row=i, column=j) for i, j in taps for sign in ("Δy", "Δx")]


def channels(op: DeformConv, say: Language) -> list[tuple[str, str]]:
    """The channels of offsets and of the mask, and what is read, for ``explain``."""
    groups = op.offset_groups
    kind = "groups" if groups > 1 else "said"
    called = names(op, say)
    listed = called if len(called) <= FEW else [*called[: FEW - 1], "…", called[-1]]
    counts = {"each": len(called), "groups": groups, "count": len(called) * groups}
    lines = [(say.of(op, "channels"), say.of(op, f"channels.{kind}", listed=say.joined(listed), **counts))]
    if op.masked:
        counts = {"each": op.taps, "groups": groups, "count": op.taps * groups}
        lines.append((say.of(op, "mask"), say.of(op, f"mask.{kind}", **counts)))
    return [*lines, (say.of(op, "reads"), say.of(op, "reads.one" if op.taps == 1 else "reads.said", count=op.taps))]
