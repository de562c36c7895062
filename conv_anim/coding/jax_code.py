"""A program of JAX's: what stands around its layers. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import Form
from conv_anim.coding.writing import Framework, arguments, called

if TYPE_CHECKING:
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.tracing.trace import LayerTrace

JAX = Form("jnp.array({}, dtype=float)", "jnp.asarray({})", "jnp.broadcast_to({}, {})")
IMPORTS = ("import jax", "import jax.numpy as jnp")
GIVEN = ("", 'jax.config.update("jax_enable_x64", True)', "", "x = {input}")
FRAMEWORK = Framework("JAX", (*IMPORTS, "from jax import lax", *GIVEN), JAX, "print(y)")
MODES = {"reflect": '"reflect"', "replicate": '"edge"', "circular": '"wrap"'}


def weight(traced: LayerTrace) -> list[str]:
    """The weight."""
    return [f"weight = {JAX.weight(traced)}"]


def turned_kernel(op: ConvTranspose) -> str:
    """The weight (in, out / groups, *kernel) as the kernel (out, in / groups, *kernel) of the direct convolution."""
    groups, seen = op.groups, op.ends.in_channels // op.groups
    turned = "weight.swapaxes(0, 1)"
    if groups > 1:
        split = (groups, seen, op.ends.out_channels // groups, *op.kernel_size)
        turned = f"weight.reshape{split}.swapaxes(1, 2).reshape{(op.ends.out_channels, seen, *op.kernel_size)}"
    return f"jnp.flip({turned}, axis={tuple(range(2, 2 + len(op.kernel_size)))})"


def biased(traced: LayerTrace) -> list[str]:
    """``y`` with its bias, if there is one."""
    if traced.bias is None:
        return []
    shape = ", ".join(["-1", *["1"] * (traced.output.ndim - 1)])
    return [f"y = y + {JAX.numbers(traced.bias)}.reshape({shape})"]


def call(weight: str, **keys: object) -> list[str]:
    """A convolution from ``x`` to ``y``."""
    inside = f"x[None], {weight}, {arguments(**keys)}"
    return called("y = lax.conv_general_dilated", inside, "[0]")
