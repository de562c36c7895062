"""A backward pass as a program: the forward one, which the framework differentiates itself."""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING

from conv_anim.coding.jax_code import JAX
from conv_anim.coding.torch_code import TORCH
from conv_anim.coding.writing import unwritten
from conv_anim.tracing.values import fill
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.coding.literals import Form
    from conv_anim.spec.model import Backward, Spec

Lines = list[str]
PARAMETER = re.compile(r"(\w+)\.weight\.data = (?!.*\.flip)")
FLIPPED = re.compile(r"\w+\.weight\.data = .*\.flip\(([\d, ]+)\)")
GIVEN = "weight = "


def forward_of(spec: Spec, backward: Backward) -> Spec:
    """The forward pass that a backward one belongs to."""
    return replace(spec, input=backward.input, nodes=backward.nodes, backward=None)


def _upstream(form: Form, backward: Backward) -> str:
    ends = backward.nodes[-1].op.ends
    numbers = fill(backward.upstream, (ends.out_channels, *ends.out_size))
    return form.of(backward.upstream, numbers)


def torch(backward: Backward, head: Lines, layers: Sequence[Lines]) -> Lines:
    """With ``backward`` of autograd."""
    body = [line for lines in layers for line in lines]
    asked = "first.grad[0]"
    lines = [*head, *(["first = x.requires_grad_()"] if backward.weighted is None else [])]
    if backward.weighted is not None:
        asked = _parameter(layers[backward.weighted])
    return [
        *lines,
        *body,
        "",
        f"y.backward({_upstream(TORCH, backward)}[None])",
        f"gradient = {asked}",
        "print(gradient)",
    ]


def _parameter(lines: Lines) -> str:
    """The gradient of a layer's weight, turned back where the kernel was turned round."""
    name = next((found[1] for line in lines if (found := PARAMETER.match(line))), None)
    if name is None:
        unwritten("the gradient of such a weight")
    flipped = next((found[1] for line in lines if (found := FLIPPED.match(line))), None)
    return f"{name}.weight.grad" + ("" if flipped is None else f".flip({flipped})")


def jax(backward: Backward, head: Lines, layers: Sequence[Lines]) -> Lines:
    """With ``vjp``."""
    above, body, given = [], [], ["x"]
    for number, lines in enumerate(layers):
        if number != backward.weighted:
            body += lines
            continue
        first = next((k for k, line in enumerate(lines) if line.startswith(GIVEN)), None)
        if first is None:
            unwritten("the gradient of such a weight")
        above.append("parameter = " + lines[first].removeprefix(GIVEN))
        body += [*lines[:first], "weight = parameter", *lines[first + 1 :]]
        given.append("parameter")
    names = ", ".join(given)
    return [
        *head,
        *above,
        "",
        "",
        f"def forward({names}):",
        *(indent(line, "    ") for line in [*_trimmed(body), "return y"]),
        "",
        "",
        f"y, back = jax.vjp(forward, {names})",
        f"gradient = back({_upstream(JAX, backward)})[{len(given) - 1}]",
        "print(gradient)",
    ]


def _trimmed(lines: Lines) -> Lines:
    """Without the empty lines at the start."""
    first = next(k for k, line in enumerate(lines) if line)
    return lines[first:]


DIFFERENTIATES: dict[str, Callable[[Backward, Lines, Sequence[Lines]], Lines]] = {"torch": torch, "jax": jax}
"""Frameworks that differentiate by themselves; for others the gradient is written out."""
