"""What a spec will take, before anything of it is made: cells, multiply-adds and bytes, estimated from its sizes alone.

Estimates of memory are upper bounds, measured with Python 3.11 and numpy 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from conv_anim.limits import Asked, Place
from conv_anim.spec.model import Conv, ConvTranspose, Fold, MaxUnpool, Pool, Unfold, Upsample, Volume
from conv_anim.spec.model import Sequence as SequenceView
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Layer, Size, Spec, Windowed

NUMBER = 8
"""Bytes of a cell of an array."""
DRAWN_AT_RANDOM = 24
"""Bytes of a cell while its number is drawn: three arrays for a moment."""
AT_WORK = 3
"""Arrays of the size of a layer's output, and of its padded input, while it is computed."""
TURN = 5000
"""Multiply-adds in the time that it takes to turn to the next tap."""
PLAIN, NODE, DASHED, CROSSED = 160, 1600, 4500, 9000
"""Bytes of a cell as it is drawn: in a grid, as a node with its lines, empty, or crossed out as never read."""
LINE, SLICE = 1600, 1600
"""Bytes of a row or a column of a grid, and of a channel as a slice of a box or a map in a row."""
DONE, NEW = 2700, 5000
"""Bytes of an output in a frame that is held, and in the one that is made."""
HELD = 256
"""Frames that are held at once."""
GATHERED = 600
"""Bytes of a cell of a layer without a window: it has a list of what it is made of."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a layer takes: cells of its largest array, operations, and bytes of what stays and of what goes again."""

    cells: int
    work: int
    kept: int
    passing: int


def canvas(layer: Windowed) -> Size:
    """Cells along each axis of a layer's input, stretched and padded, as far as windows reach."""
    ends = layer.ends
    if isinstance(layer, ConvTranspose):
        return tuple(
            (size - 1) * layer.stride[a]
            + 1
            + 2 * layer.dilation[a] * (layer.kernel_size[a] - 1)
            - sum(layer.padding[a])
            + layer.output_padding[a]
            for a, size in enumerate(ends.in_size)
        )
    return tuple(
        max(
            size + sum(layer.padding[a]),
            (ends.out_size[a] - 1) * layer.stride[a] + effective_kernel(layer.kernel_size[a], layer.dilation[a]),
        )
        for a, size in enumerate(ends.in_size)
    )


def estimate(layer: Layer) -> Estimate:
    """What it takes to compute a layer; its input is there."""
    out = layer.ends.out_channels * prod(layer.ends.out_size)
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        shares = _shares(layer)
        return Estimate(out, out * shares, NUMBER * out, out * (GATHERED + 64 * shares))
    stretched = layer.ends.in_channels * prod(canvas(layer))
    taps, met, weights = prod(layer.kernel_size), 1, 0
    if not isinstance(layer, Pool):
        met = layer.ends.in_channels // layer.groups
        weights = layer.ends.out_channels * layer.ends.in_channels // layer.groups * taps
    passing = AT_WORK * NUMBER * (stretched + out) + DRAWN_AT_RANDOM * weights
    return Estimate(
        cells=max(stretched, weights, out),
        work=taps * (out * met + TURN),
        kept=NUMBER * (out + 2 * weights),
        passing=passing,
    )


def _shares(layer: Layer) -> int:
    """Input cells that a cell of a layer without a window is made of, at the most."""
    match layer:
        case Upsample(mode="linear"):
            return int(2 ** len(layer.ends.in_size))
        case Upsample(mode="cubic"):
            return int(4 ** len(layer.ends.in_size))
        case Fold():
            return prod(layer.kernel_size)
        case Unfold() | MaxUnpool() | _:
            return 1


def computable(spec: Spec, limits: Limits) -> None:
    """Raise SpecError if a spec of one figure takes more than the limits allow to be computed."""
    _check_arrays(spec, limits)
    _check_memory(computed(spec), limits, Place("input"))


def drawable(spec: Spec, limits: Limits) -> None:
    """Raise SpecError if a spec takes more than the limits allow to be computed and laid out, without its frames."""
    work = 0
    for k, one in enumerate(spec.figures):
        work = _check_arrays(one, limits, f"panels[{k}]." if spec.panels else "", work)
    needed = sum(computed(one) + laid_out(one) for one in spec.figures)
    _check_memory(needed, limits, Place("panels" if spec.panels else "input"))


def computed(spec: Spec) -> int:
    """Bytes that it takes to compute a spec: all arrays that stay, and those of one layer that do not."""
    cells = spec.input.channels * prod(spec.input.size)
    kept, most = NUMBER * cells, DRAWN_AT_RANDOM * cells
    for needed in map(estimate, spec.layers):
        kept += needed.kept
        most = max(most, kept + needed.passing)
    return most


def laid_out(spec: Spec) -> int:
    """Bytes that the drawing of a spec's maps takes, without the frames."""
    return sum(_laid_out(spec))


def _check_arrays(spec: Spec, limits: Limits, within: str = "", work: int = 0) -> int:
    """The operations that it takes, added to the ``work`` of others."""
    for k, layer in enumerate(spec.layers):
        at = Place(f"{within}layer" if len(spec.layers) == 1 else f"{within}layers[{k}]")
        needed = estimate(layer)
        what = f"an array of this layer, with its padding, has {needed.cells:,} cells"
        Asked("cells", needed.cells, what, "a smaller input, less padding, fewer channels").check(limits, at)
        work += needed.work
        what = f"up to this layer, it takes {work:,} operations"
        Asked("work", work, what, "a smaller input or kernel, fewer channels").check(limits, at)
    return work


def _check_memory(needed: int, limits: Limits, at: Place) -> None:
    what = f"this figure would take about {needed:,} bytes of memory"
    Asked("memory", needed, what, "a smaller input shows the same").check(limits, at)


def _laid_out(spec: Spec) -> Iterator[int]:
    """Bytes of the drawing of each map."""
    plain = NODE if isinstance(spec.view, SequenceView) else PLAIN
    yield prod(spec.input.size) * plain + sum(spec.input.size) * LINE + spec.input.channels * SLICE
    for layer in spec.layers:
        ends = layer.ends
        yield prod(ends.out_size) * plain + sum(ends.out_size) * LINE + ends.out_channels * SLICE
        if isinstance(layer, Conv | ConvTranspose | Pool) and not isinstance(spec.view, Volume):
            yield (prod(canvas(layer)) - prod(ends.in_size)) * DASHED + _unread(layer) * CROSSED
    if not isinstance(spec.view, Volume):
        outputs, every = prod(spec.layers[-1].ends.out_size), spec.animation.every
        yield min(outputs, HELD * every) * DONE + min(outputs, every) * NEW


def _unread(layer: Windowed) -> int:
    """Input cells that no window covers, at the most."""
    if isinstance(layer, ConvTranspose):
        return 0
    covered = (
        min(size, count * kernel)
        for size, count, kernel in zip(layer.ends.in_size, layer.ends.out_size, layer.kernel_size, strict=True)
    )
    return prod(layer.ends.in_size) - prod(covered)
