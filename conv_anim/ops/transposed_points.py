"""The point of a transposed convolution, in a sentence: which of its settings matters, and what it does here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops import points

if TYPE_CHECKING:
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.scene.wording.language import Language

WORDS = {
    "en": {
        "point.output_padding": "Output padding {extra}: the output is {after}, not {bare}, larger at its end only, "
        "where its cells are made like all others.",
        "point.cut": "With padding {padding}, fewer zeros surround the input, so the output loses its edges: it is "
        "{after}, not {bare}.",
        "point.cut.scatter": "Each input adds a scaled copy of the kernel; padding {padding} then cuts off the edges: "
        "{after} is left of {bare}.",
        "point.spread.cut": "Stride {stride} sets the input cells apart; with padding {padding}, fewer zeros surround "
        "them: {before} becomes {after}, not {bare}.",
        "point.spread": "Stride {stride} sets the input cells apart and the output grows: {before} becomes {after}.",
        "point.dilated": "Dilation {dilation} spreads the {weights} weights of the kernel over {reach} cells.",
        "point.dilated.scatter": "Each input adds a scaled copy of the kernel, and dilation {dilation} spreads it: its "
        "{weights} weights fall on {reach} cells, with gaps between.",
        "point.grows": "Zeros around the input give the window more positions, so {before} becomes {after}.",
        "point.alone": "A 1×1 kernel sees one cell at a time, so the size stays {after}.",
    },
    "zh-TW": {
        "point.output_padding": "輸出填充 {extra}：輸出是 {after}，而不是 {bare}，只在末端變大，"
        "那裡的格和其他格一樣算出。",
        "point.cut": "填充 {padding} 時輸入周圍的零較少，輸出沒有邊緣：是 {after}，而不是 {bare}。",
        "point.cut.scatter": "每個輸入在輸出加上一份按比例的卷積核；填充 {padding} 再截去邊緣：{bare} 只剩 {after}。",
        "point.spread.cut": "步幅 {stride} 把輸入的格分開；填充 {padding} 時周圍的零較少："
        "{before} 變成 {after}，而不是 {bare}。",
        "point.spread": "步幅 {stride} 把輸入的格分開，輸出變大：{before} 變成 {after}。",
        "point.dilated": "空洞率 {dilation} 把卷積核的 {weights} 個權重分到 {reach} 格的範圍。",
        "point.dilated.scatter": "每個輸入在輸出加上一份按比例的卷積核，空洞率 {dilation} 把它分開："
        "{weights} 個權重落在 {reach} 格的範圍，中間有空隙。",
        "point.grows": "輸入周圍的零讓視窗有更多位置，所以 {before} 變成 {after}。",
        "point.alone": "1×1 的卷積核每次只看一格，所以尺寸不變，仍是 {after}。",
    },
}


def transposed(op: ConvTranspose, say: Language) -> str:
    """Of its settings the first one that does something; else how it grows."""
    from conv_anim.scene.wording.words import per_axis, size

    out, extra, cut = op.ends.out_size, op.output_padding, tuple(map(any, op.padding))
    if any(extra):
        bare = tuple(o - more for o, more in zip(out, extra, strict=True))
        if min(bare) > 0:
            return say.of(op, "point.output_padding", extra=per_axis(extra), bare=size(bare), **points.sizes(op))
    spread = {s for s, i in zip(op.stride, op.ends.in_size, strict=True) if i > 1}
    apart = bool(spread) and min(spread) > 1
    if any(cut):
        return _cut(op, say, "point.spread.cut" if apart and out != op.ends.in_size else "point.cut")
    if apart:
        return say.of(op, "point.spread", stride=per_axis(op.stride), **points.sizes(op))
    grows = "point.grows" if op.ends.out_size != op.ends.in_size else "point.alone"
    return points.dilated(op, say, "point.dilated") or say.of(op, grows, **points.sizes(op))


def stamped(op: ConvTranspose, say: Language) -> str:
    """The same where each input cell stamps the kernel; empty where nothing but the stamping is to be said."""
    if any(op.output_padding):
        return transposed(op, say)
    if any(map(any, op.padding)):
        return _cut(op, say, "point.cut.scatter")
    return points.dilated(op, say, "point.dilated.scatter")


def _cut(op: ConvTranspose, say: Language, key: str) -> str:
    """What its padding takes away."""
    from conv_anim.scene.wording.words import per_axis, size

    bare = tuple(o + sum(pad) for o, pad in zip(op.ends.out_size, op.padding, strict=True))
    told = {"stride": per_axis(op.stride), "bare": size(bare), **points.sizes(op)}
    return points.tight(say.of(op, key, padding=points.padding_of(op, say), **told))
