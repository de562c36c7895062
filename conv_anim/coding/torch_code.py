"""A program of PyTorch's: what stands around its layers. ``x`` and ``y`` are (batch, channels, *size)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import Form
from conv_anim.coding.writing import Framework, unless

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding
    from conv_anim.tracing.trace import LayerTrace

TORCH = Form("torch.tensor({}, dtype=torch.float64)", "torch.from_numpy({})", "{}.expand{}")
FRAMEWORK = Framework(
    "PyTorch",
    (
        "import torch",
        "from torch import nn",
        "",
        "torch.set_default_dtype(torch.float64)",
        "",
        "x = {input}[None]",
    ),
    TORCH,
    "print(y[0].detach())",
)


def padded(padding: Padding, **more: str) -> str:
    """``x`` with padding; PyTorch names the last axis first."""
    around = tuple(side for pair in reversed(padding) for side in pair)
    keys = "".join(f", {name}={value}" for name, value in more.items())
    return f"nn.functional.pad(x, {around}{keys})"


def before(padding: Padding) -> str | None:
    """The cells before, None where there are none."""
    return unless([before for before, _ in padding], 0)


def filled(name: str, traced: LayerTrace) -> list[str]:
    """A layer with its weights and biases."""
    lines = [f"{name}.weight.data = {TORCH.weight(traced)}"]
    return lines if traced.bias is None else [*lines, f"{name}.bias.data = {TORCH.numbers(traced.bias)}"]
