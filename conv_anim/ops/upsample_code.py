"""Upsampling in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.writing import arguments, numbers, unwritten

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.upsample import Upsample
    from conv_anim.spec.op import Writers


def _torch(layer: Upsample, context: CodeContext) -> list[str]:
    del context
    exact = layer.mode == "nearest" and (layer.coordinates, layer.rounding) == ("half_pixel", "half_up")
    if not layer.as_torch and not exact:
        unwritten("an upsampling that reads elsewhere than PyTorch's")
    return [f"y = nn.Upsample({_upsampling(layer)})(x)"]


def _upsampling(layer: Upsample) -> str:
    """By the size, unless the outputs are read at distances that it does not say."""
    axes, ends = len(layer.ratio), layer.ends
    of_size = tuple(i / o for i, o in zip(ends.in_size, ends.out_size, strict=True))
    by_size = layer.align_corners or layer.ratio == of_size
    factors = tuple(round(1 / ratio, 12) for ratio in layer.ratio) if min(layer.ratio) > 0 else ()
    nearest = None if layer.rounding == "floor" else "nearest-exact"
    modes = {"nearest": nearest, "linear": ("linear", "bilinear", "trilinear")[axes - 1], "cubic": "bicubic"}
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
    if not layer.as_torch and not (layer.coordinates == "half_pixel" and layer.rounding.startswith("half")):
        unwritten("an upsampling that reads elsewhere than Keras's")
    factors = [out // size for size, out in zip(layer.ends.in_size, layer.ends.out_size, strict=True)]
    even = all(out == size * f for size, out, f in zip(layer.ends.in_size, layer.ends.out_size, factors, strict=True))
    if not even or layer.align_corners or layer.mode == "cubic" or (layer.mode == "linear" and axes != 2):
        unwritten("an upsampling that is not nearest or bilinear by whole factors")
    mode = ', interpolation="bilinear"' if layer.mode == "linear" else ""
    return [f"y = layers.UpSampling{axes}D({numbers(factors)}{mode})(x)"]


def _upsampled(layer: Upsample, xp: str) -> list[str]:
    sides = list(zip(layer.ends.in_size, layer.ends.out_size, layer.ratio, strict=True))
    if layer.mode == "nearest":
        lines = (line for a, side in enumerate(sides, start=1) for line in _nearest(layer, a, side, xp))
        return ["y = x", *lines]
    at = _read("size", "ratio", "x.shape[axis]", layer)
    between = _between(xp, at) if layer.mode == "linear" else _cubic(xp, at, layer)
    calls = [f"y = between(y, {a}, {out}, {ratio!r})" for a, (_, out, ratio) in enumerate(sides, start=1)]
    return [*between, "", "", "y = x", *calls]


def _read(size: str, ratio: str, cells: str, layer: Upsample) -> str:
    """Where all outputs of an axis are read."""
    if layer.align_corners or layer.coordinates == "asymmetric":
        return f"np.arange({size}) * {ratio}"
    at = f"(np.arange({size}) + 0.5) * {ratio} - 0.5"
    if layer.coordinates == "half_pixel":
        return at
    return f"{at} + {cells} / 2 * (1 - {size} * {ratio} / {cells})"


ROUNDED = {
    "floor": "np.floor({})",
    "ceil": "np.ceil({})",
    "half_down": "np.ceil({} - 0.5)",
    "half_up": "np.floor({} + 0.5)",
}


def _nearest(layer: Upsample, axis: int, side: tuple[int, int, float], xp: str) -> list[str]:
    size, out, ratio = side
    found = ROUNDED[layer.rounding].format(_read(str(out), repr(ratio), str(size), layer))
    return [
        f"cells = np.clip({found}, 0, {size - 1}).astype(int)",
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


def _cubic(xp: str, at: str, layer: Upsample) -> list[str]:
    if layer.exclude_outside:
        unwritten("an upsampling that leaves out what lies beyond the edge")
    return [
        f"def cubic(d, a={layer.cubic_coeff!r}):",
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


WRITERS: Writers = {
    "torch": _torch,
    "keras": _keras,
    "jax": lambda op, _: _upsampled(op, "jnp"),
    "numpy": lambda op, _: _upsampled(op, "np"),
}
