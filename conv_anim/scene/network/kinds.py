"""What the nodes of a network are to a reader of its picture: boxes, signs between them, badges on them, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.spec.network import NetNode
    from conv_anim.spec.roles import Family

FAMILIES: tuple[Family, ...] = ("input", "window", "pool", "resize", "dense", "join", "other")

BADGES = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leakyrelu": "LeakyReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "swish": "SiLU",
    "mish": "Mish",
    "hardswish": "HSwish",
    "hardsigmoid": "HSigmoid",
    "hardtanh": "HTanh",
    "sigmoid": "σ",
    "tanh": "tanh",
    "softmax": "softmax",
    "logsoftmax": "log softmax",
    "softplus": "softplus",
    "softsign": "softsign",
    "clip": "clip",
    "clamp": "clip",
    "batchnorm": "BN",
    "layernorm": "LN",
    "groupnorm": "GN",
    "instancenorm": "IN",
    "rmsnorm": "RMS",
    "localresponsenorm": "LRN",
    "lrn": "LRN",
}
"""Of activations and norms, by their kind in small letters: what the badge says."""
SIGNS = {"add": "+", "sum": "+", "sub": "−", "multiply": "×", "mul": "×", "div": "÷", "truediv": "÷"}
"""The signs of ops that join several maps cell by cell."""
SILENT = {"identity", "dropout", "alphadropout", "featuredropout", "stochasticdepth", "contiguous", "detach", "cast"}
"""What changes no number, or only while a network is trained."""
GATES = {"sigmoid": "SiLU", "hardsigmoid": "HSwish"}
"""The activation that x · gate(x) is."""


def word(node: NetNode) -> str:
    """Its kind in small letters alone: ``nn.BatchNorm2d`` and ``BatchNormalization`` are ``batchnorm``."""
    said = re.sub(r"[^a-z0-9]", "", node.kind.rsplit(".", 1)[-1].lower())
    return re.sub(r"(?<=norm)alization", "", re.sub(r"(?<=\D)[123]d$", "", said))


def badge(node: NetNode) -> str | None:
    """What a badge says, if it is an activation, a norm, or a sum or product with numbers of its own."""
    if sign(node) is not None and len(node.inputs) == 1:
        return f"{sign(node)} c"
    return BADGES.get((node.type or "").replace("_", "")) or BADGES.get(word(node))


def sign(node: NetNode) -> str | None:
    """The sign in a small circle, if it joins maps cell by cell."""
    return SIGNS.get(node.type or "") or SIGNS.get(word(node))


def is_silent(node: NetNode) -> bool:
    """Whether nothing is said of a node but its shape."""
    return node.sizing or word(node) in SILENT


def family(node: NetNode) -> Family:
    """Which colour it has."""
    if node.is_input:
        return "input"
    if node.type is None and node.window is not None:
        return "pool" if node.weight is None else "window"
    said = word(node)
    if node.role.family == "other" and said in {"linear", "dense", "gemm", "matmul"}:
        return "dense"
    joins = sign(node) is not None or said in {"concat", "cat", "concatenate"}
    return "join" if node.role.family == "other" and joins else node.role.family
