"""The point of a convolution, in a sentence: which of its settings matters, and what it does here."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.ops import masking
from conv_anim.ops.kernel_points import effect
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.windows import Windowed
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size

WINDOW_POINTS = {
    "en": {
        "same.end": "at the end",
        "same.start": "at the start",
        "point.stride": "Stride {stride}: the window skips every other position, so {before} becomes {after}.",
        "point.strides": "Stride {stride}: the window moves that many cells at a time, so {before} becomes {after}.",
        "point.padded.stride": "Stride {stride} skips every other position, and padding {padding} adds positions at "
        "the edges, so {before} becomes {after}, not {bare}.",
        "point.padded.strides": "Stride {stride} moves the window that many cells at a time, and padding {padding} "
        "adds positions at the edges, so {before} becomes {after}, not {bare}.",
        "point.padded.needs": "Stride {stride} moves the window that many cells at a time, and only with padding "
        "{padding} does it fit: {before} becomes {after}.",
        "point.unread": "Stride {stride} does not come out even here, so some cells play no part: {unread}.",
        "point.dilation": "Dilation {dilation}: the kernel has {weights} weights and reaches over {reach} cells.",
        "point.keeps": "Padding {padding}: the window may stand on the edge, so {before} stays {after}.",
        "point.same": "Same padding: {before} stays {after}; the zeros cannot be split evenly here, so there is one "
        "more {side}: {padding}.",
        "point.pads": "Padding {padding}: the window may hang over the edge; {before} becomes {after}, not {bare}.",
        "point.full": "Full padding (kernel − 1 = {padding}): wherever the window touches the input, it counts; "
        "{before} becomes {after}, not {bare}.",
        "point.needs": "Padding {padding}: without it, the window would not fit; with it, {before} becomes {after}.",
        "point.reflect": "Reflect padding: beyond the edge the input is mirrored, so no zeros are put around it.",
        "point.replicate": "Replicate padding: beyond the edge the edge cell is repeated, "
        "so no zeros are put around it.",
        "point.circular": "Circular padding: beyond one edge the input goes on from the opposite one.",
        "point.causal": "Causal padding: all of it comes before the input, so no output sees a later cell.",
        "point.unread.padding": "Stride {stride}: windows begin at the first zeros of the padding, but the last window "
        "stops short of its end: {unread}.",
        "point.stride.after": "Stride {stride}, zeros only after the input ({padding}): windows begin at its first "
        "cell, and {before} becomes {after}.",
    },
    "zh-TW": {
        "same.end": "末端",
        "same.start": "開頭",
        "point.stride": "步幅 {stride}：視窗每次跳過一個位置，所以 {before} 變成 {after}。",
        "point.strides": "步幅 {stride}：視窗每次移動這麼多格，所以 {before} 變成 {after}。",
        "point.padded.stride": "步幅 {stride} 每次跳過一個位置，填充 {padding} 在邊緣加上位置，"
        "所以 {before} 變成 {after}，而不是 {bare}。",
        "point.padded.strides": "步幅 {stride} 讓視窗每次移動這麼多格，填充 {padding} 在邊緣加上位置，"
        "所以 {before} 變成 {after}，而不是 {bare}。",
        "point.padded.needs": "步幅 {stride} 讓視窗每次移動這麼多格，有了填充 {padding} 才放得下："
        "{before} 變成 {after}。",
        "point.unread": "步幅 {stride} 在這裡分不完，所以有些格沒有用到：{unread}。",
        "point.dilation": "空洞率 {dilation}：卷積核有 {weights} 個權重，範圍是 {reach} 格。",
        "point.keeps": "填充 {padding}：視窗可以在邊緣上，所以 {before} 的尺寸不變，仍是 {after}。",
        "point.same": "同尺寸填充：{before} 的尺寸不變，仍是 {after}；零在這裡不能平分，所以{side}多一個：{padding}。",
        "point.pads": "填充 {padding}：視窗可以超出邊緣，所以 {before} 變成 {after}，而不是 {bare}。",
        "point.full": "全填充（卷積核 − 1 = {padding}）：視窗只要碰到輸入就算；{before} 變成 {after}，而不是 {bare}。",
        "point.needs": "填充 {padding}：沒有它就放不下視窗；有了它，{before} 變成 {after}。",
        "point.reflect": "鏡射填充：邊緣之外是輸入的鏡射，不加入零。",
        "point.replicate": "複製填充：邊緣之外重複邊緣的格，不加入零。",
        "point.circular": "循環填充：一端之外接著另一端。",
        "point.causal": "因果填充：全部在輸入之前，所以沒有輸出看見後面的格。",
        "point.unread.padding": "步幅 {stride}：視窗從填充最前面的零開始，但最後一個視窗到不了填充的末端：{unread}。",
        "point.stride.after": "步幅 {stride}，只有輸入之後有零（{padding}）：視窗從第一格開始，{before} 變成 {after}。",
    },
}
COUNTED = {1: ".one", 2: ".two"}
"""Suffixes of phrases for small numbers of channels."""
CONV_POINTS = {
    "en": {
        "point.depthwise": "Each of the {seen} channels has a filter of its own and never meets the others.",
        "point.depthwise.many": "Each of the {seen} channels has {each} filters of its own and never meets the others.",
        "point.grouped": "{groups} groups: each output sees {each} of the {seen} channels, "
        "so it takes 1/{groups} of the weights.",
        "point.pointwise": "A 1×1 kernel mixes the {seen} channels of one cell and sees no neighbour.",
        "point.filters": "Each of the {made} filters makes a map of its own from all {seen} channels.",
        "point.filters.one": "Each of the {made} filters makes a map of its own from the one channel.",
        "point.filters.two": "Each of the {made} filters makes a map of its own from both channels.",
        "point.channels": "One filter has a kernel for each of the {seen} channels; what they make is added up.",
        "point.true": "The kernel is flipped first: that is what mathematics calls a convolution.",
        "point.correlation": "The kernel stays as it is: a cross-correlation, which networks call a convolution.",
        "point.slides": "The window fits at {positions} positions, so {before} becomes {after}.",
        "point.slides.one": "The window fits at one position only, so there is one output.",
    },
    "zh-TW": {
        "point.depthwise": "{seen} 個通道各有自己的濾波器，彼此不相加。",
        "point.depthwise.many": "{seen} 個通道各有 {each} 個自己的濾波器，彼此不相加。",
        "point.grouped": "{groups} 組：每個輸出只看 {seen} 個通道中的 {each} 個，權重少到 {groups} 分之一。",
        "point.pointwise": "1×1 的卷積核混合同一格的 {seen} 個通道，不看旁邊的格。",
        "point.filters": "{made} 個濾波器各由全部 {seen} 個通道得出一張特徵圖。",
        "point.filters.one": "{made} 個濾波器各由一個通道得出一張特徵圖。",
        "point.filters.two": "{made} 個濾波器各由全部 2 個通道得出一張特徵圖。",
        "point.channels": "一個濾波器對 {seen} 個通道各有一個卷積核，結果相加。",
        "point.true": "卷積核先翻轉：這是數學定義的卷積。",
        "point.correlation": "卷積核不翻轉：這是互相關，網路中稱為卷積。",
        "point.slides": "視窗有 {positions} 個位置，所以 {before} 變成 {after}。",
        "point.slides.one": "視窗只有一個位置，所以只有一個輸出。",
    },
}


def sizes(op: Windowed) -> dict[str, str]:
    """From which size to which."""
    from conv_anim.scene.wording.words import size

    return {"before": size(op.ends.in_size), "after": size(op.ends.out_size)}


def conv(op: Conv, say: Language) -> str:
    """Of its settings the first one that does something; else that a window slides."""
    positions = prod(op.ends.out_size)
    return (
        masking.point(op, say)
        or _weighed(op, say)
        or _edges(op, say)
        or dilated(op, say, "point.dilation")
        or _channels(op, say)
        or _sided(op, say)
        or _strided(op, say)
        or _turned(op, say)
        or _padded(op, say)
        or say.of(op, f"point.slides{'.one' if positions == 1 else ''}", positions=positions, **sizes(op))
    )


def _weighed(op: Conv, say: Language) -> str:
    """What its weights do to a picture, if it is known and its window only slides."""
    key = effect(op) if {*op.stride, *op.dilation} == {1} and op.kind() == "conv" else ""
    return say.of(op, f"point.{key}", share=f"1/{prod(op.kernel_size)}") if key else ""


def _edges(op: Conv, say: Language) -> str:
    """What lies beyond the edge, if that is not zeros on both sides."""
    if op.causal and op.padded:
        return say.of(op, "point.causal")
    return say.of(op, f"point.{op.padding_mode}") if op.padded and op.padding_mode != "zeros" else ""


def dilated(op: Windowed, say: Language, key: str) -> str:
    """How far the kernel reaches, if that is farther than its weights take."""
    from conv_anim.scene.wording.words import per_axis, size

    reach = tuple(map(effective_kernel, op.kernel_size, op.dilation))
    if reach == op.kernel_size:
        return ""
    weights = prod(op.kernel_size)
    return say.of(op, key, dilation=per_axis(op.dilation), weights=weights, reach=size(reach))


def _channels(op: Conv, say: Language) -> str:
    """How channels meet, if there are several."""
    seen, made = op.ends.in_channels, op.ends.out_channels
    if 1 < op.groups == seen:
        many = ".many" if made > seen else ""
        return say.of(op, f"point.depthwise{many}", seen=seen, each=made // seen)
    if op.groups > 1:
        return say.of(op, "point.grouped", groups=op.groups, each=seen // op.groups, seen=seen)
    if seen > 1 and max(op.kernel_size) == 1:
        return say.of(op, "point.pointwise", seen=seen)
    if made > 1:
        return say.of(op, f"point.filters{COUNTED.get(seen, '')}", made=made, seen=seen)
    return say.of(op, "point.channels", seen=seen) if seen > 1 else ""


def _strided(op: Windowed, say: Language) -> str:
    """If the window moves on farther than a cell on every axis on which it moves."""
    from conv_anim.scene.wording.words import never_read, per_axis, size

    moving = {s for s, out in zip(op.stride, op.ends.out_size, strict=True) if out > 1}
    if not moving or min(moving) == 1:
        return ""
    strides: Size = (min(moving),) if len(moving) == 1 else op.stride
    unread = never_read(op.window, say)
    if unread:
        return say.of(op, "point.unread", stride=per_axis(strides), unread=say.joined(unread))
    key = "" if moving == {2} else "s"
    bare = _bare(op)
    if bare == op.ends.out_size:
        return say.of(op, f"point.stride{key}", stride=per_axis(strides), **sizes(op))
    key = f".stride{key}" if min(bare) > 0 else ".needs"
    told = {"padding": padding_of(op, say), "bare": size(bare), **sizes(op)}
    return tight(say.of(op, f"point.padded{key}", stride=per_axis(strides), **told))


def padding_of(op: Windowed, say: Language) -> str:
    """How much padding there is, in the middle of a sentence: in brackets if each side has its own."""
    cells = op.padding_cells(say)
    return cells if _even(op) else say("padding.aside", cells=cells)


def tight(text: str) -> str:
    """Without spaces beside wide brackets, which have room of their own."""
    return text.replace(" （", "（").replace("） ", "）")


def _even(op: Windowed) -> bool:
    """Whether there is as much padding before as after."""
    return all(before == after for before, after in op.padding)


def _bare(op: Windowed) -> Size:
    """The size that its output would have without padding."""
    moves = zip(op.ends.in_size, op.kernel_size, op.dilation, op.stride, strict=True)
    return tuple(conv_size(i, effective_kernel(k, d), s, (0, 0)) for i, k, d, s in moves)


def _turned(op: Conv, say: Language) -> str:
    return say.of(op, f"point.{op.kind()}") if op.kind() in {"true", "correlation"} and max(op.kernel_size) > 1 else ""


def _padded(op: Windowed, say: Language) -> str:
    """What zeros around the input do to the size."""
    from conv_anim.scene.wording.words import size

    if not op.padded:
        return ""
    bare = _bare(op)
    if bare == op.ends.out_size:
        return ""
    named = getattr(op, "padding_name", None)
    if named in {"same", "same_lower"} and not _even(op):
        side = say.of(op, "same.start" if named == "same_lower" else "same.end")
        return say.of(op, "point.same", padding=op.padding_cells(say), side=side, **sizes(op))
    grown = "full" if _full(op) else "pads"
    key = "keeps" if op.ends.out_size == op.ends.in_size else grown if min(bare) > 0 else "needs"
    return say.of(op, f"point.{key}", padding=op.padding_cells(say), bare=size(bare), **sizes(op))


def _full(op: Windowed) -> bool:
    """Whether there are positions wherever a window touches the input, and as many zeros on every side."""
    pads = {cells for pad in op.padding for cells in pad}
    return {*op.stride, *op.dilation} == {1} and pads == {kernel - 1 for kernel in op.kernel_size}


def _sided(op: Windowed, say: Language) -> str:
    """With a stride, on which sides zeros count: after the input only, or before it, where those after it do not."""
    from conv_anim.scene.wording.words import never_read, per_axis
    from conv_anim.tracing.analysis import unread

    axes = [axis for axis in op.window.axes if axis.count > 1]
    if not axes or min(axis.stride for axis in axes) == 1 or any(axis.mode != "zeros" for axis in axes):
        return ""
    strides = {axis.stride for axis in axes}
    stride = per_axis(tuple(strides) if len(strides) == 1 else op.stride)
    missed = [cells for cells in unread(op.window) if cells.first or cells.last or cells.between]
    if not missed:
        after_only = op.padded and not any(axis.before for axis in op.window.axes)
        told = {"stride": stride, "padding": op.padding_cells(say), **sizes(op)}
        return say.of(op, "point.stride.after", **told) if after_only else ""
    ends = all(cells.padding and not cells.first and not cells.between for cells in missed)
    if not ends or not all(axis.before > 0 for axis in op.window.axes):
        return ""
    return say.of(op, "point.unread.padding", stride=stride, unread=say.joined(never_read(op.window, say)))


def merged(*tables: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Several tables of phrases as one."""
    return {lang: {key: text for table in tables for key, text in table[lang].items()} for lang in tables[0]}
