"""What NumPy and JAX say alike. ``x`` is (channels, *size), without a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding


def padded(padding: Padding, xp: str, **more: str) -> list[str]:
    """A line that pads ``x``, if there is padding."""
    if not any(map(any, padding)):
        return []
    keys = "".join(f", {name}={value}" for name, value in more.items())
    return [f"x = {xp}.pad(x, {[(0, 0), *padding]}{keys})"]
