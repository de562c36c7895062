"""Words for gradients that are made from forward taps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.ops.pulls import Pull
    from conv_anim.scene.wording.language import Language

WORDS = {
    "en": {
        "kind.upstream": "gradient w.r.t. the output",
        "badge.upstream": "loss",
        "point.upstream": "The gradient that arrives at the output.",
        "kind.grad_input": "gradient through {what}",
        "kind.grad_weight": "gradient w.r.t. the weights of {what}",
        "point.max": "A maximum hands its whole gradient back to the cell where it was found (the first of equal "
        "ones); "
        "all other cells get 0.",
        "overlap": "{point}; where windows overlap, gradients add up",
        "point.mean": "A mean shares its gradient out evenly: each cell of its window gets an equal part.",
        "point.norm": "A norm hands back more of its gradient to the larger cells of its window.",
        "point.relu": "Where the input was above 0, the gradient passes unchanged; everywhere else it becomes 0.",
        "point.leaky_relu": "Where the input was above 0, the gradient passes unchanged; elsewhere it is multiplied by "
        "{slope}.",
        "point.activation": "Each gradient is multiplied by the slope of the function at the input's number.",
        "point.softmax": "Shares add up to 1: what one gains the others lose, so each gradient reaches all of them.",
        "point.multiply": "Each factor gets the gradient times the other factor.",
        "point.concat": "Each input gets back the gradient of its own channels, unchanged.",
        "point.linear": "Each input gets back the gradient of every output, times the weight between the two: "
        "the transposed matrix.",
        "point.batch_norm": "Each channel's gradient is multiplied by its scale; the shift plays no part.",
        "point.upsample": "Each gradient goes back to the cells that its output was made of, in the same shares.",
        "point.unfold": "A cell that several windows read adds up the gradients of all places where it was laid: "
        "unfold backward "
        "is fold.",
        "point.fold": "Each column gets back the gradient of the cells where it was laid: fold backward is unfold.",
        "point.pad": "Gradients on the padding go back to the cells that it repeated, or nowhere if it was constant.",
        "point.crop": "What was kept gets its gradient back; what was cut off gets 0.",
        "point.moved": "No number changed, only places: each gradient goes back to where its number was.",
        "point.borrowed": "A transposed convolution, and what falls on the padding is added to the cells it repeats.",
        "point.window": "Each input cell adds up what comes back from the outputs it went into, times their weights.",
        "point.weight": "Each weight adds up, over all outputs, the input it met times the gradient of that output.",
    },
    "zh-TW": {
        "kind.upstream": "對輸出的梯度",
        "badge.upstream": "損失",
        "point.upstream": "到達輸出的梯度。",
        "kind.grad_input": "{what}的反向梯度",
        "kind.grad_weight": "對{what}權重的梯度",
        "point.max": "最大值把整個梯度交回它所取的那一格（相等時是第一格）；其他的格得到 0。",
        "overlap": "{point}；視窗重疊的地方，梯度相加",
        "point.mean": "平均把梯度平分：視窗裡每一格得到一樣的一份。",
        "point.norm": "範數把較多的梯度交回視窗裡較大的格。",
        "point.relu": "輸入大於 0 的地方，梯度原樣通過；其他地方變成 0。",
        "point.leaky_relu": "輸入大於 0 的地方，梯度原樣通過；其他地方乘上 {slope}。",
        "point.activation": "每個梯度乘上函數在該輸入的斜率。",
        "point.softmax": "占比總和是 1：一個增加，其他就減少，所以每個梯度到達所有的數。",
        "point.multiply": "每個因數得到梯度乘上另一個因數。",
        "point.concat": "每個輸入拿回自己通道的梯度，數值不變。",
        "point.linear": "每個輸入拿回每個輸出的梯度，乘上兩者之間的權重：也就是轉置矩陣。",
        "point.batch_norm": "每個通道的梯度乘上自己的倍率；位移沒有影響。",
        "point.upsample": "每個梯度按同樣的比例回到組成該輸出的格。",
        "point.unfold": "被多個視窗讀到的格把各份的梯度加起來：展開的反向就是摺回。",
        "point.fold": "每一行拿回它所放位置的梯度：摺回的反向就是展開。",
        "point.pad": "填補上的梯度回到它所重複的格；填補是常數時就沒有去處。",
        "point.crop": "留下的格拿回自己的梯度；被裁掉的格得到 0。",
        "point.moved": "數值沒有變，只是位置變了：每個梯度回到它的數原來的位置。",
        "point.borrowed": "轉置卷積，再把落在填補上的加到它所重複的格。",
        "point.window": "每個輸入格把它參與過的輸出傳回的梯度乘上權重，再加起來。",
        "point.weight": "每個權重把所有輸出加起來：它遇到的輸入乘上該輸出的梯度。",
    },
}
POINTS = {
    "adaptive_max_pool": "max",
    "max_pool": "max",
    "adaptive_avg_pool": "mean",
    "avg_pool": "mean",
    "lp_pool": "norm",
}
"""A type's words under another name."""


def point(pull: Pull, say: Language) -> str:
    """What one is to learn from a figure of a gradient."""
    forward = pull.forward
    if pull.type == "grad_weight":
        return say.of(pull, "point.weight")
    name = POINTS.get(forward.type, forward.type)
    slope = f"{getattr(forward, 'slope', 0):.15g}".replace("-", "−")
    if f"point.{name}" in WORDS["en"]:
        return say.of(pull, f"point.{name}", slope=slope)
    if forward.window is not None:
        return say.of(
            pull, "point.borrowed" if getattr(forward, "padding_mode", "zeros") != "zeros" else "point.window"
        )
    return say.of(pull, "point.activation" if forward.stays else "point.moved")


def term(pull: Pull, say: Language) -> list[str]:
    """What the mark of a derivative means at the badge of the op that a gradient leads back through: its point."""
    forward = pull.forward
    badge = forward.badge_in(say) or ("" if forward.window is None else say(f"volume.{forward.window.reduce}", size=""))
    name, said = badge.split(" ")[0], point(pull, say)
    told = said[:1].lower() + said[1:].rstrip(".。")
    if forward.window is not None and any(axis.stride < axis.effective_kernel for axis in forward.window.axes):
        told = say.of(pull, "overlap", point=told)
    return [say("term.back", name=name, point=told)] if name and said else []
