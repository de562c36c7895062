"""A program of JAX's: what stands around its layers. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import WIDEST, Form
from conv_anim.coding.writing import arguments

if TYPE_CHECKING:
    from conv_anim.tracing.trace import LayerTrace, Trace

JAX = Form("jnp.array({}, dtype=float)", "jnp.asarray({})", "jnp.broadcast_to({}, {})")
MODES = {"reflect": '"reflect"', "replicate": '"edge"', "circular": '"wrap"'}


class Jax:
    """JAX's words."""

    def head(self, trace: Trace) -> list[str]:
        return [
            "import jax",
            "import jax.numpy as jnp",
            "from jax import lax",
            "",
            'jax.config.update("jax_enable_x64", True)',
            "",
            f"x = {JAX.of(trace.spec.input.values, trace.input)}",
        ]

    def tail(self) -> list[str]:
        return ["print(y)"]


def weight(traced: LayerTrace) -> list[str]:
    """The weight."""
    return [f"weight = {JAX.weight(traced)}"]


def biased(traced: LayerTrace) -> list[str]:
    """``y`` with its bias, if there is one."""
    if traced.bias is None:
        return []
    shape = ", ".join(["-1", *["1"] * (traced.output.ndim - 1)])
    return [f"y = y + {JAX.numbers(traced.bias)}.reshape({shape})"]


def call(weight: str, **keys: object) -> list[str]:
    """A convolution from ``x`` to ``y``."""
    inside = f"x[None], {weight}, {arguments(**keys)}"
    line = f"y = lax.conv_general_dilated({inside})[0]"
    return [line] if len(line) <= WIDEST else ["y = lax.conv_general_dilated(", f"    {inside}", ")[0]"]
