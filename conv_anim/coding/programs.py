"""A spec as a program: the same input, weights and biases, in a framework's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.coding import (
    backward,
    equinox_code,
    flax_code,
    haiku_code,
    jax_code,
    keras_code,
    mlx_code,
    numpy_code,
    paddle_code,
    tinygrad_code,
    torch_code,
)
from conv_anim.coding.writing import CodeContext, too_much
from conv_anim.diagnostics import listed
from conv_anim.scene.wording import captions
from conv_anim.spec.op import UnwrittenError
from conv_anim.tracing.trace import trace

if TYPE_CHECKING:
    from conv_anim.coding.writing import Framework
    from conv_anim.spec.model import Spec
    from conv_anim.spec.op import Op
    from conv_anim.tracing.trace import LayerTrace, Trace

FRAMEWORKS: dict[str, Framework] = {
    "torch": torch_code.FRAMEWORK,
    "keras": keras_code.FRAMEWORK,
    "jax": jax_code.FRAMEWORK,
    "numpy": numpy_code.FRAMEWORK,
    "flax": flax_code.FRAMEWORK,
    "equinox": equinox_code.FRAMEWORK,
    "haiku": haiku_code.FRAMEWORK,
    "tinygrad": tinygrad_code.FRAMEWORK,
    "paddle": paddle_code.FRAMEWORK,
    "mlx": mlx_code.FRAMEWORK,
}
IMPORT_MATH = "import math"
"""What a layer's lines may begin with."""


def program(spec: Spec, framework: str) -> str:
    """The text of a program that computes a spec and prints its output, which it calls ``y``.

    What a framework differentiates itself it calls ``gradient``. Of several panels one after the other. Raises
    SpecError for a layer that the framework does not have, naming those that do.
    """
    if spec.panels:
        return "\n".join((f"# {one.title}\n" if one.title else "") + program(one, framework) for one in spec.panels)
    traced = trace(spec)
    try:
        lines = _lines(traced, framework)
    except UnwrittenError as error:
        able = [name for name in FRAMEWORKS if _can(traced, name)]
        hint = f"--framework {listed(able)} can" if able else "conv-anim trace prints the numbers"
        what = f"{FRAMEWORKS[framework].name} has no layer like this: {error}"
        if spec.backward is not None:
            what = f"conv-anim writes no such backward pass for {FRAMEWORKS[framework].name}"
        raise too_much(what, hint) from None
    said = captions.caption(spec).replace(captions.SPACE, " ")
    return "\n".join([*(f"# {line}" for line in said.splitlines()), *lines, ""])


def _can(traced: Trace, framework: str) -> bool:
    try:
        _lines(traced, framework)
    except UnwrittenError:
        return False
    return True


def _lines(traced: Trace, framework: str) -> list[str]:
    back = traced.spec.backward
    differentiates = backward.DIFFERENTIATES.get(framework)
    if back is not None and differentiates is not None:
        if back.weighted is not None and _is_masked(back.nodes[back.weighted].op):
            raise UnwrittenError("a masked weight, whose gradient a framework has for all of its cells")
        forward = trace(backward.forward_of(traced.spec, back))
        layers = _layers(forward, framework)
        return _headed(differentiates(back, [""], layers), FRAMEWORKS[framework].head(forward))
    body = [line for lines in _layers(traced, framework) for line in lines]
    writer = FRAMEWORKS[framework]
    return _headed([*body, "", writer.after], writer.head(traced))


def _is_masked(op: Op) -> bool:
    """Whether a mask leaves out some of an op's weights."""
    return op.window is not None and bool(op.window.left_out)


def _layers(traced: Trace, framework: str) -> list[list[str]]:
    """The lines of each layer; before the first one, what the input is called later."""
    names, found = _kept(traced), []
    for layer in traced.layers:
        place = _place(traced, layer, names)
        heading = [] if place.alone else [f"# {layer.number + 1}. {layer.layer.type}"]
        lines = [*_taken(layer, names), *_written(framework, layer.layer, place)]
        body = [f"{names[0]} = x"] if 0 in names and layer.number == 0 else []
        body += ["", *([""] if lines[0].startswith("def ") else []), *heading, *lines]
        if layer.number + 1 in names:
            body.append(f"{names[layer.number + 1]} = y")
        if layer.number + 1 < len(traced.layers) and _goes_on(traced.layers[layer.number + 1]):
            body.append("x = y")
        found.append(body)
    return found


def _headed(body: list[str], head: list[str]) -> list[str]:
    """A program with its imports above it."""
    body, imports = [line for line in body if line.strip() != IMPORT_MATH], [IMPORT_MATH] * _uses_math(body)
    if any("np." in line.split("#")[0].replace("jnp.", "") for line in (*head, *body)):
        imports.append("import numpy as np")
    if "from jax import lax" not in head and any("lax." in line for line in body):
        imports.append("from jax import lax")
    return [*_ordered([*imports, *head]), *body]


def _uses_math(body: list[str]) -> bool:
    return any(line.strip() == IMPORT_MATH for line in body)


def _written(framework: str, op: Op, place: CodeContext) -> list[str]:
    """A layer's lines, by a writer that knows all types, or else by the op itself."""
    layer = FRAMEWORKS[framework].layer
    return op.code(framework, place) if layer is None else layer(op, place)


def _goes_on(layer: LayerTrace) -> bool:
    """Whether a layer reads what the one before it made, and that alone, as ``x``."""
    return layer.fed[0] == layer.number and not _joins(layer)


def _joins(layer: LayerTrace) -> bool:
    """Whether a layer has several inputs, which its program calls by their names."""
    return len(layer.fed) > 1 and not layer.layer.puts_back


def _kept(traced: Trace) -> dict[int, str]:
    """Names for the maps that are read by another layer than the next one, or by one with several inputs."""
    far = {number for layer in traced.layers if _joins(layer) for number in layer.fed}
    far |= {layer.fed[0] for layer in traced.layers if layer.fed[0] != layer.number}
    nodes = traced.spec.nodes
    called = {number: "first" if number == 0 else _variable(nodes[number - 1].name, number) for number in sorted(far)}
    taken = list(called.values())
    return {number: name if taken.count(name) == 1 else f"{name}_{number}" for number, name in called.items()}


def _variable(name: str, number: int) -> str:
    """A name that a program can use for what a node makes."""
    plain = re.sub(r"\W", "_", name)
    return f"made_{number}" if name == str(number) else f"{plain}_made" if plain in RESERVED else plain


RESERVED = {
    *("x", "y", "first", "np", "jnp", "jax", "lax", "nn", "torch", "keras", "layers", "weight", "bias", "kernel"),
    *("total", "count", "between", "cubic", "cells", "window", "indices", "in", "is", "if", "for", "def", "not", "or"),
    *("at", "i", "j", "row", "column", "depth", "seen", "tokens", "query", "key", "value", "q", "k", "v", "split"),
    *("scores", "shares"),
    *("and", "as", "from", "import", "pass", "return", "while", "with", "class", "del", "else", "lambda", "try"),
}
"""What a variable cannot be called, because programs call something else so."""


def _place(traced: Trace, layer: LayerTrace, names: dict[int, str]) -> CodeContext:
    unpooled = {each.fed[1] for each in traced.layers if each.layer.puts_back}
    inputs = tuple(names.get(number, "x") for number in layer.fed)
    return CodeContext(layer, len(traced.layers) == 1, layer.number + 1 in unpooled, inputs)


def _taken(layer: LayerTrace, names: dict[int, str]) -> list[str]:
    """Its input as ``x``, if that is not what the layer before it made."""
    return [] if layer.fed[0] == layer.number or _joins(layer) else [f"x = {names[layer.fed[0]]}"]


def _ordered(head: list[str]) -> list[str]:
    """Imports first, in the order of the alphabet."""
    imports = sorted((line for line in head if line.startswith("import ")), key=str.casefold)
    imports += [line for line in head if line.startswith("from ")]
    rest = [line for line in head if not line.startswith(("import ", "from "))]
    return [*imports, *rest]
