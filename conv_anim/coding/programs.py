"""A spec as a program: the same input, weights and biases, in a framework's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.jax_code import Jax
from conv_anim.coding.keras_code import Keras
from conv_anim.coding.numpy_code import Numpy
from conv_anim.coding.torch_code import Torch
from conv_anim.coding.writing import Place, UnwrittenError, too_much
from conv_anim.diagnostics import listed
from conv_anim.scene.wording import captions
from conv_anim.spec.model import MaxUnpool
from conv_anim.spec.showing import name_of
from conv_anim.tracing.trace import trace

if TYPE_CHECKING:
    from conv_anim.coding.writing import Writer
    from conv_anim.spec.model import Spec
    from conv_anim.tracing.trace import Trace

FRAMEWORKS: dict[str, Writer] = {"torch": Torch(), "keras": Keras(), "jax": Jax(), "numpy": Numpy()}
NAMES = {"torch": "PyTorch", "keras": "Keras", "jax": "JAX", "numpy": "NumPy"}


def program(spec: Spec, framework: str) -> str:
    """The text of a program that computes a spec and prints its output, which it calls ``y``.

    Of several panels one after the other. Raises SpecError for a layer that the framework has no words for, and says
    which of them have.
    """
    if spec.panels:
        return "\n".join((f"# {one.title}\n" if one.title else "") + program(one, framework) for one in spec.panels)
    traced = trace(spec)
    try:
        lines = _lines(traced, FRAMEWORKS[framework])
    except UnwrittenError as error:
        able = [name for name, writer in FRAMEWORKS.items() if _can(traced, writer)]
        hint = f"--framework {listed(able)} can" if able else "conv-anim trace prints the numbers"
        raise too_much(f"{NAMES[framework]} has no layer like this: {error}", hint) from None
    said = captions.caption(spec).replace(captions.SPACE, " ")
    return "\n".join([*(f"# {line}" for line in said.splitlines()), *lines, ""])


def _can(traced: Trace, writer: Writer) -> bool:
    try:
        _lines(traced, writer)
    except UnwrittenError:
        return False
    return True


def _lines(traced: Trace, writer: Writer) -> list[str]:
    unpooled = {layer.pool for layer in traced.spec.layers if isinstance(layer, MaxUnpool)}
    body: list[str] = []
    for layer in traced.layers:
        place = Place(layer, len(traced.layers) == 1, layer.number in unpooled)
        heading = [] if place.alone else [f"# {layer.number + 1}. {name_of(layer.layer)}"]
        lines = writer.layer(place)
        body += ["", *([""] if lines[0].startswith("def ") else []), *heading, *lines]
        if layer.number + 1 < len(traced.layers):
            body.append("x = y")
    head = writer.head(traced)
    if any("np." in line.split("#")[0].replace("jnp.", "") for line in (*head, *body)):
        head = ["import numpy as np", *head]
    return [*_ordered(head), *body, "", *writer.tail()]


def _ordered(head: list[str]) -> list[str]:
    """Imports first, in the order of the alphabet."""
    imports = sorted((line for line in head if line.startswith("import ")), key=str.casefold)
    imports += [line for line in head if line.startswith("from ")]
    rest = [line for line in head if not line.startswith(("import ", "from "))]
    return [*imports, *rest]
