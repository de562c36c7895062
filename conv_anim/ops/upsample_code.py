"""Upsampling in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.writing import arguments, numbers, unwritten

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.upsample import Upsample


def _torch(layer: Upsample, context: CodeContext) -> list[str]:
    del context
    return [f"y = nn.Upsample({_upsampling(layer)})(x)"]


def _upsampling(layer: Upsample) -> str:
    """By the size, unless the outputs are read at distances that it does not say."""
    axes, ends = len(layer.ratio), layer.ends
    of_size = tuple(i / o for i, o in zip(ends.in_size, ends.out_size, strict=True))
    by_size = layer.align_corners or layer.ratio == of_size
    factors = tuple(round(1 / ratio, 12) for ratio in layer.ratio) if min(layer.ratio) > 0 else ()
    modes = {"nearest": None, "linear": ("linear", "bilinear", "trilinear")[axes - 1], "cubic": "bicubic"}
    mode = modes[layer.mode]
    return arguments(
        size=ends.out_size if by_size else None,
        scale_factor=None if by_size else factors,
        mode=None if mode is None else f'"{mode}"',
        align_corners=True if layer.align_corners else None,
    )


def _keras(layer: Upsample, context: CodeContext) -> list[str]:
    del context
    axes = len(layer.ratio)
    factors = [out // size for size, out in zip(layer.ends.in_size, layer.ends.out_size, strict=True)]
    even = all(out == size * f for size, out, f in zip(layer.ends.in_size, layer.ends.out_size, factors, strict=True))
    if not even or layer.align_corners or layer.mode == "cubic" or (layer.mode == "linear" and axes != 2):
        unwritten("an upsampling that is not nearest or bilinear by whole factors")
    mode = ', interpolation="bilinear"' if layer.mode == "linear" else ""
    return [f"y = layers.UpSampling{axes}D({numbers(factors)}{mode})(x)"]


def _upsampled(layer: Upsample, xp: str) -> list[str]:
    sides = list(zip(layer.ends.in_size, layer.ends.out_size, layer.ratio, strict=True))
    if layer.mode == "nearest":
        return ["y = x", *(line for a, side in enumerate(sides, start=1) for line in _nearest(a, *side, xp))]
    at = "np.arange(size) * ratio" if layer.align_corners else "(np.arange(size) + 0.5) * ratio - 0.5"
    between = _between(xp, at) if layer.mode == "linear" else _cubic(xp, at)
    calls = [f"y = between(y, {a}, {out}, {ratio!r})" for a, (_, out, ratio) in enumerate(sides, start=1)]
    return [*between, "", "", "y = x", *calls]


def _nearest(axis: int, size: int, out: int, ratio: float, xp: str) -> list[str]:
    return [
        f"cells = np.minimum(np.floor(np.arange({out}) * {ratio!r}).astype(int), {size - 1})",
        f"y = {xp}.take(y, cells, axis={axis})",
    ]


def _between(xp: str, at: str) -> list[str]:
    return [
        "def between(x, axis, size, ratio):",
        '    """x along an axis, read between two cells for each output."""',
        f"    at = np.clip({at}, 0, x.shape[axis] - 1)",
        "    first = np.floor(at).astype(int)",
        "    after = np.minimum(first + 1, x.shape[axis] - 1)",
        "    t = (at - first).reshape([-1 if a == axis else 1 for a in range(x.ndim)])",
        f"    return {xp}.take(x, first, axis=axis) * (1 - t) + {xp}.take(x, after, axis=axis) * t",
    ]


def _cubic(xp: str, at: str) -> list[str]:
    return [
        "def cubic(d, a=-0.75):",
        '    """The share of a cell at a distance (Keys 1981)."""',
        "    d = np.abs(d)",
        "    near = ((a + 2) * d - (a + 3)) * d * d + 1",
        "    return np.where(d <= 1, near, ((a * d - 5 * a) * d + 8 * a) * d - 4 * a)",
        "",
        "",
        "def between(x, axis, size, ratio):",
        '    """x along an axis, read between four cells for each output."""',
        f"    at = {at}",
        "    first = np.floor(at).astype(int)",
        "    total = 0",
        "    for cell in (first - 1, first, first + 1, first + 2):",
        "        share = cubic(at - cell).reshape([-1 if a == axis else 1 for a in range(x.ndim)])",
        f"        total = total + {xp}.take(x, np.clip(cell, 0, x.shape[axis] - 1), axis=axis) * share",
        "    return total",
    ]


def _jax(layer: Upsample, context: CodeContext) -> list[str]:
    del context
    return _upsampled(layer, "jnp")


def _numpy(layer: Upsample, context: CodeContext) -> list[str]:
    del context
    return _upsampled(layer, "np")


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}
