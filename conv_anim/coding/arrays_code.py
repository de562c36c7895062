"""What NumPy and JAX say alike: layers that copy, weigh or add cells. ``x`` is (channels, *size), without a batch."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from conv_anim.coding.writing import cut, letters, slices, unwritten
from conv_anim.spec.model import ChannelShuffle, Fold, MaxUnpool, PixelShuffle, PixelUnshuffle, Unfold, Upsample

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding, Rearranged


def rearranged(layer: Rearranged, xp: str) -> list[str]:  # noqa: PLR0911  # one for each type
    """A layer from x to y; ``xp`` is what the library is called: np or jnp."""
    match layer:
        case ChannelShuffle():
            channels, size = layer.ends.in_channels, layer.ends.in_size
            split = (layer.groups, channels // layer.groups, *size)
            return [f"y = x.reshape{split}.swapaxes(0, 1).reshape{(channels, *size)}"]
        case PixelShuffle():
            r, (rows, columns) = layer.factor, layer.ends.in_size
            split, out = (layer.ends.out_channels, r, r, rows, columns), (layer.ends.out_channels, *layer.ends.out_size)
            return [f"y = x.reshape{split}.transpose(0, 3, 1, 4, 2).reshape{out}"]
        case PixelUnshuffle():
            r, (rows, columns) = layer.factor, layer.ends.out_size
            split, out = (layer.ends.in_channels, rows, r, columns, r), (layer.ends.out_channels, rows, columns)
            return [f"y = x.reshape{split}.transpose(0, 2, 4, 1, 3).reshape{out}"]
        case Upsample():
            return _upsampled(layer, xp)
        case Unfold():
            return _unfolded(layer, xp)
        case Fold():
            return _folded(layer, xp)
        case MaxUnpool():
            return _unpooled(layer, xp)
        case _:
            assert_never(layer)


def padded(padding: Padding, xp: str, **more: str) -> list[str]:
    """``x`` with its padding; nothing where there is none."""
    if not any(map(any, padding)):
        return []
    keys = "".join(f", {name}={value}" for name, value in more.items())
    return [f"x = {xp}.pad(x, {[(0, 0), *padding]}{keys})"]


# upsampling


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


# windows as columns


def _unfolded(layer: Unfold, xp: str) -> list[str]:
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    each = f"for {letters(len(layer.windows))} in np.ndindex{layer.windows}"
    return [*padded(layer.padding, xp), f"y = {xp}.stack([x[:, {window}].ravel() {each}], axis=1)"]


def _folded(layer: Fold, xp: str) -> list[str]:
    channels, size = layer.ends.out_channels, layer.ends.out_size
    canvas = tuple(n + sum(pad) for n, pad in zip(size, layer.padding, strict=True))
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    part = f"x[:, column].reshape{(channels, *layer.kernel_size)}"
    adding = f"y[:, {window}] += {part}" if xp == "np" else f"y = y.at[:, {window}].add({part})"
    lines = [
        f"y = {xp}.zeros({(channels, *canvas)})",
        f"for column, ({letters(len(size))}) in enumerate(np.ndindex{layer.windows}):",
        f"    {adding}",
    ]
    if any(map(any, layer.padding)):
        kept = cut([(before, before + n) for n, (before, _) in zip(size, layer.padding, strict=True)])
        lines.append(f"y = y[:, {kept}]")
    return lines


def _unpooled(layer: MaxUnpool, xp: str) -> list[str]:
    if xp != "np":
        unwritten("max_unpool")
    channels, size = layer.ends.out_channels, layer.ends.out_size
    return [
        f"y = np.zeros(({channels}, {prod(size)}))",
        f"np.put_along_axis(y, places_{layer.pool + 1}.reshape({channels}, -1), x.reshape({channels}, -1), axis=1)",
        f"y = y.reshape{(channels, *size)}",
    ]
