"""The point of a transposed convolution, in a sentence: which of its settings matters, and what it does here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops import points
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size

WORDS = {
    "en": {
        "point.output_padding": "Output padding {extra}: the output is {after}, not {bare}, larger at its end only, "
        "where its cells are made like all others.",
        "point.output_padding.back": "Stride {stride}, padding {padding}: a convolution makes {before} from {bare} "
        "and from {after} alike; on the way back, output padding {extra} chooses {after}.",
        "rings": "{count} rings of zeros",
        "rings.one": "{count} ring of zeros",
        "rings.sides": "{count} zeros on each side",
        "taken": "{count}",
        "taken.sides": "{count}",
        "point.cut.leaves": "Of the {rings} (kernel − 1), padding {padding} takes away {taken}, "
        "so {before} becomes {after}.",
        "point.cut.stays": "Of the {rings} (kernel − 1), padding {padding} takes away {taken}, "
        "so the size stays {after}.",
        "point.cut.none": "Of the {rings} around the input (kernel − 1), padding {padding} takes away all, which "
        "leaves a convolution without padding: {before} becomes {after}.",
        "point.spread.cut.leaves": "Stride {stride} sets the input cells apart; of the {rings} (kernel − 1), "
        "padding {padding} takes away {taken}: {before} becomes {after}.",
        "point.cut": "With padding {padding}, fewer zeros surround the input, so the output loses its edges: it is "
        "{after}, not {bare}.",
        "point.cut.scatter": "Each input stamps the kernel, times its own number; padding {padding} then cuts off "
        "the edges: "
        "{after} is left of {bare}.",
        "point.spread.cut": "Stride {stride} sets the input cells apart; with padding {padding}, fewer zeros surround "
        "them: {before} becomes {after}, not {bare}.",
        "point.spread": "Stride {stride} sets the input cells apart and the output grows: {before} becomes {after}.",
        "point.dilated": "Dilation {dilation} spreads the {weights} weights of the kernel over {reach} cells.",
        "point.dilated.scatter": "Each input stamps the kernel, times its own number, and dilation {dilation} "
        "spreads it: its "
        "{weights} weights fall on {reach} cells, with gaps between.",
        "point.grows.all": "With padding 0 the input gets {rings} (kernel − 1), so {before} becomes {after}.",
        "point.grows": "Zeros around the input give the window more positions, so {before} becomes {after}.",
        "point.alone": "A 1×1 kernel sees one cell at a time, so the size stays {after}.",
    },
    "zh-TW": {
        "point.output_padding": "輸出填充 {extra}：輸出是 {after}，而不是 {bare}，只在末端變大，"
        "那裡的格和其他格一樣算出。",
        "point.output_padding.back": "步幅 {stride}、填充 {padding} 的卷積把 {bare} 和 {after} 都變成 {before}；"
        "反過來，輸出填充 {extra} 選擇 {after}。",
        "rings": "周圍的 {count} 圈零",
        "rings.one": "周圍的 {count} 圈零",
        "rings.sides": "每側的 {count} 個零",
        "taken": "{count} 圈",
        "taken.sides": "{count} 個",
        "point.cut.leaves": "輸入{rings}（卷積核 − 1），填充 {padding} 減去其中 {taken}，所以 {before} 變成 {after}。",
        "point.cut.stays": "輸入{rings}（卷積核 − 1），填充 {padding} 減去其中 {taken}，所以尺寸不變，仍是 {after}。",
        "point.cut.none": "輸入{rings}（卷積核 − 1），填充 {padding} 把它們全部減去，成為沒有填充的卷積："
        "{before} 變成 {after}。",
        "point.spread.cut.leaves": "步幅 {stride} 把輸入的格分開；{rings}（卷積核 − 1），"
        "填充 {padding} 減去其中 {taken}：{before} 變成 {after}。",
        "point.cut": "填充 {padding} 時輸入周圍的零較少，輸出沒有邊緣：是 {after}，而不是 {bare}。",
        "point.cut.scatter": "每個輸入把卷積核乘上自己的數，蓋印在輸出上；填充 {padding} 再截去邊緣：{bare} 只剩 "
        "{after}。",
        "point.spread.cut": "步幅 {stride} 把輸入的格分開；填充 {padding} 時周圍的零較少："
        "{before} 變成 {after}，而不是 {bare}。",
        "point.spread": "步幅 {stride} 把輸入的格分開，輸出變大：{before} 變成 {after}。",
        "point.dilated": "空洞率 {dilation} 把卷積核的 {weights} 個權重分到 {reach} 格的範圍。",
        "point.dilated.scatter": "每個輸入把卷積核乘上自己的數，蓋印在輸出上，空洞率 {dilation} 把它分開："
        "{weights} 個權重落在 {reach} 格的範圍，中間有空隙。",
        "point.grows.all": "填充 0 不減去輸入{rings}（卷積核 − 1），所以 {before} 變成 {after}。",
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
            key = f"point.output_padding{'.back' if _ways_back(op, bare) else ''}"
            told = {"extra": per_axis(extra), "bare": size(bare), "stride": per_axis(op.stride)}
            return say.of(op, key, **told, padding=points.padding_of(op, say), **points.sizes(op))
    spread = {s for s, i in zip(op.stride, op.ends.in_size, strict=True) if i > 1}
    apart = bool(spread) and min(spread) > 1
    if any(cut):
        key = "point.spread.cut" if apart and out != op.ends.in_size else "point.cut"
        return _leaves(op, say, key) or _cut(op, say, key)
    if apart:
        return say.of(op, "point.spread", stride=per_axis(op.stride), **points.sizes(op))
    grows = "point.grows" if op.ends.out_size != op.ends.in_size else "point.alone"
    dilated = points.dilated(op, say, "point.dilated")
    return dilated or _grows(op, say) or say.of(op, grows, **points.sizes(op))


def stamped(op: ConvTranspose, say: Language) -> str:
    """The same where each input cell stamps the kernel; empty where nothing but the stamping is to be said."""
    if any(op.output_padding):
        return transposed(op, say)
    if any(map(any, op.padding)):
        return _cut(op, say, "point.cut.scatter")
    return points.dilated(op, say, "point.dilated.scatter")


def _ways_back(op: ConvTranspose, bare: Size) -> bool:
    """Whether a convolution makes the input's size of the output's, and of the one without its output padding."""
    moves = zip(op.kernel_size, op.dilation, op.stride, op.padding, strict=True)
    back = [(effective_kernel(k, d), s, pad) for k, d, s, pad in moves]
    return all(
        tuple(conv_size(o, *each) for o, each in zip(out, back, strict=True)) == op.ends.in_size
        for out in (bare, op.ends.out_size)
    )


def _leaves(op: ConvTranspose, say: Language, key: str) -> str:
    """How many of the zeros around the input its padding takes away, where that is the same on every side."""
    full, pads = {k - 1 for k in op.kernel_size}, {cells for pad in op.padding for cells in pad}
    if {*op.dilation} != {1} or len(full) > 1 or len(pads) > 1 or max(pads) > max(full):
        return ""
    none, stays = pads == full and {*op.stride} == {1}, op.ends.out_size == op.ends.in_size
    how = "none" if none else "stays" if stays and key == "point.cut" else "leaves"
    from conv_anim.scene.wording.words import per_axis

    told = {"stride": per_axis(op.stride), "full": max(full), "padding": max(pads), **points.sizes(op)}
    taken = say.of(op, "taken" if len(op.kernel_size) == 2 else "taken.sides", count=max(pads))
    return say.of(op, f"{key}.{how}", rings=_rings(op, max(full), say), taken=taken, **told)


def _grows(op: ConvTranspose, say: Language) -> str:
    """How many zeros around the input give the window more positions, where that is the same on every side."""
    full = {k - 1 for k in op.kernel_size}
    if {*op.dilation} != {1} or len(full) > 1 or max(full) == 0 or op.padded or any(op.output_padding):
        return ""
    return say.of(op, "point.grows.all", rings=_rings(op, max(full), say), **points.sizes(op))


def _rings(op: ConvTranspose, count: int, say: Language) -> str:
    key = "rings.sides" if len(op.kernel_size) != 2 else "rings.one" if count == 1 else "rings"
    return say.of(op, key, count=count)


def _cut(op: ConvTranspose, say: Language, key: str) -> str:
    """What its padding takes away."""
    from conv_anim.scene.wording.words import per_axis, size

    bare = tuple(o + sum(pad) for o, pad in zip(op.ends.out_size, op.padding, strict=True))
    told = {"stride": per_axis(op.stride), "bare": size(bare), **points.sizes(op)}
    return points.tight(say.of(op, key, padding=points.padding_of(op, say), **told))
