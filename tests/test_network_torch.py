"""The templates of whole networks, layer by layer as modules of PyTorch: shapes by forward hooks, and parameters."""

import pytest
import yaml

import conv_anim
from conv_anim.catalog import templates
from conv_anim.tracing import networks
from tests.frameworks import needed

torch = needed("torch")
nn = torch.nn
KNOWN = {template.name: template for template in templates() if template.topic == "architectures"}
PLAIN = {
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "hard_swish": nn.Hardswish,
    "hard_sigmoid": nn.Hardsigmoid,
    "flatten": nn.Flatten,
}


class Join(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, *maps):
        return self.how(maps)


def product(maps):
    return maps[0] * maps[1]


def module(layer, channels, axes):
    """The module that PyTorch has for a layer of a spec that is fed maps with some channels."""
    kind, bias = layer["type"], "bias" in layer
    if kind in PLAIN:
        return PLAIN[kind]()
    if kind in {"add", "multiply", "concat"}:
        return Join({"add": sum, "multiply": product, "concat": lambda maps: torch.cat(maps, 1)}[kind])
    if kind == "softmax":
        return nn.Softmax(1)
    if kind == "batch_norm":
        return getattr(nn, f"BatchNorm{axes}d")(channels)
    if kind == "linear":
        return nn.Linear(channels, layer["out_features"], bias=bias)
    if kind == "global_avg_pool":
        return getattr(nn, f"AdaptiveAvgPool{axes}d")(1)
    moves = {"stride": layer.get("stride", 1), "dilation": layer.get("dilation", 1)}
    kernel, padding = layer["kernel_size"], layer.get("padding", 0)
    if kind == "max_pool":
        return getattr(nn, f"MaxPool{axes}d")(kernel, layer.get("stride", kernel), padding)
    if kind == "conv_transpose":
        return getattr(nn, f"ConvTranspose{axes}d")(channels, layer["out_channels"], kernel, **moves, bias=bias)
    groups = channels if kind == "depthwise" else 1
    out = layer.get("out_channels", channels)
    if padding == "causal":
        front = nn.ConstantPad1d(((kernel - 1) * moves["dilation"], 0), 0.0)
        return nn.Sequential(front, nn.Conv1d(channels, out, kernel, **moves, bias=bias))
    return getattr(nn, f"Conv{axes}d")(channels, out, kernel, padding=padding, groups=groups, **moves, bias=bias)


def run(spec):
    """By the number of a layer the shape that a hook saw, and its parameters."""
    size = spec["input"]["size"]
    maps = [torch.zeros(1, spec["input"].get("channels", 1), *size)]
    names, found = {"input": 0}, []
    for number, layer in enumerate(spec["layers"], start=1):
        wired = layer.get("from", -1)
        wired = wired if isinstance(wired, list) else [wired]
        fed = [maps[number + each] if isinstance(each, int) else maps[names[each]] for each in wired]
        made = module(layer, fed[0].shape[1], len(size)).eval()
        seen = []
        made.register_forward_hook(lambda _, __, output, seen=seen: seen.append(tuple(output.shape)))
        with torch.no_grad():
            maps.append(made(*fed))
        names |= {layer["name"]: number} if "name" in layer else {}
        found.append((seen[0], sum(each.numel() for each in made.parameters())))
    return found


@pytest.mark.parametrize("name", KNOWN)
def test_shapes_are_those_of_forward_hooks_and_parameters_those_of_torch(name):
    network = networks.of_spec(conv_anim.load(KNOWN[name].path))
    found = run(yaml.safe_load(KNOWN[name].text))
    assert [node.shape for node in network.nodes[1:]] == [shape for shape, _ in found]
    assert [node.parameters for node in network.nodes[1:]] == [count for _, count in found]
