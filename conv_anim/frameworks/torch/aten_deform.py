"""torchvision's operator ``deform_conv2d`` in a graph of PyTorch as a layer of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.sketch import same, tidy

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.aten_calls import Call


def deform_conv(call: Call, sketch: Sketch) -> None:
    """With offsets and mask as the graph makes them: of other layers, or of tensors that are known."""
    weight = call.tensor("weight")
    link, keys = [call.fed(call.get("input"))], dict[str, Any]()
    for name in ("offset", "mask") if call.get("use_mask") else ("offset",):
        node = call.get(name)
        if node.name in call.traced.tensors:
            keys[name] = call.weight(call.tensor(name)[0], name)
        else:
            link.append(call.fed(node))
    if len(link) > 1 and "offset" in keys:
        raise call.problem("a deform_conv2d whose mask is computed and whose offsets are not is not drawn")
    pair = {name: [call.get(f"{short}_h"), call.get(f"{short}_w")] for name, short in SHORT.items()}
    groups = {name: call.get(name) for name in ("groups", "offset_groups") if call.get(name) > 1}
    sketch.join(
        "deform_conv",
        call.at,
        tuple(link),
        out_channels=weight.shape[0],
        kernel_size=same(list(weight.shape[2:])),
        padding=tidy(tuple((p, p) for p in pair["padding"])),
        weight=call.weight(weight),
        bias=call.numbers(call.tensor("bias"), "bias"),
        **{name: same(pair[name]) for name in ("stride", "dilation") if set(pair[name]) != {1}},
        **groups,
        **keys,
    )


SHORT = {"stride": "stride", "padding": "pad", "dilation": "dilation"}
"""What the operator calls them."""
