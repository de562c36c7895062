"""What a spec will take, before anything of it is made: cells, multiply-adds and bytes, estimated from its sizes alone.

Estimates of memory are upper bounds, measured with Python 3.11 and numpy 2.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.limits import Asked, Location, check_all
from conv_anim.spec.model import MOST_STEPS
from conv_anim.spec.view_values import NetworkView, Volume
from conv_anim.spec.view_values import Sequence as SequenceView
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Spec
    from conv_anim.spec.op import Op
    from conv_anim.tracing.operators import Operator

ITEM = 40_000
"""Bytes of a layer in a network, as a box with its words and lines, in the still and in its frame."""
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


def canvas(window: Operator) -> int:
    """Cells of one channel of an op's input, stretched and padded, as far as windows reach."""
    return prod(axis.reach for axis in window.axes)


def estimate(op: Op) -> Estimate:
    """What it takes to compute an op; its inputs are there."""
    out, window = op.ends.out_channels * prod(op.ends.out_size), op.window
    weights = 0 if op.weight_shape is None else prod(op.weight_shape)
    if window is None:
        shares = op.most_taps
        kept, passing = NUMBER * (out + 2 * weights), out * (GATHERED + 64 * shares) + DRAWN_AT_RANDOM * weights
        return Estimate(max(out, weights), out * shares, kept, passing)
    stretched = op.ends.in_channels * canvas(window)
    taps, met = prod(window.kernel_size), window.in_channels // window.groups if window.weighs else 1
    return Estimate(
        cells=max(stretched, weights, out),
        work=taps * (out * met + TURN),
        kept=NUMBER * (out + 2 * weights),
        passing=AT_WORK * NUMBER * (stretched + out) + DRAWN_AT_RANDOM * weights,
    )


def computable(spec: Spec, limits: Limits) -> None:
    """Raise SpecError if a spec of one figure takes more than the limits allow to be computed: with all of them."""
    check_all([*_arrays(spec), _memory(computed(spec), Location("input"))], limits)


def drawable(spec: Spec, limits: Limits) -> None:
    """Raise SpecError if a spec takes more than the limits allow to be computed and laid out, without its frames."""
    check_all(asked(spec), limits)


def asked(spec: Spec) -> Iterator[tuple[Asked, Location]]:
    """What a spec takes to be computed and laid out, without its frames."""
    work = 0
    for k, one in enumerate(spec.figures):
        if isinstance(one.view, NetworkView):  # which draws sizes only
            continue
        yield from _arrays(one, f"panels[{k}]." if spec.panels else "", work)
        work += sum(estimate(op).work for op in one.layers)
    needed = sum(_drawn(one) for one in spec.figures)
    yield _memory(needed, Location("panels" if spec.panels else "input"))


def _drawn(spec: Spec) -> int:
    if isinstance(spec.view, NetworkView):
        return ITEM * (len(spec.layers) if spec.view.of is None else len(spec.view.of.nodes))
    return computed(spec) + laid_out(spec)


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


def _arrays(spec: Spec, within: str = "", work: int = 0) -> Iterator[tuple[Asked, Location]]:
    """Cells and operations of every layer, and of all up to it; ``work`` is what others take."""
    for k, layer in enumerate(spec.layers):
        at = Location(f"{within}layer" if len(spec.layers) == 1 else f"{within}layers[{k}]")
        needed = estimate(layer)
        what = f"an array of this layer, with its padding, has {needed.cells:,} cells"
        yield Asked("cells", needed.cells, what, "a smaller input, less padding, fewer channels"), at
        work += needed.work
        what = f"up to this layer, it takes {work:,} operations"
        yield Asked("work", work, what, "a smaller input or kernel, fewer channels"), at


def _memory(needed: int, at: Location) -> tuple[Asked, Location]:
    what = f"this figure would take about {needed:,} bytes of memory"
    return Asked("memory", needed, what, "a smaller input shows the same"), at


def _laid_out(spec: Spec) -> Iterator[int]:
    """Bytes of the drawing of each map."""
    plain = NODE if isinstance(spec.view, SequenceView) else PLAIN
    yield prod(spec.input.size) * plain + sum(spec.input.size) * LINE + spec.input.channels * SLICE
    for layer in spec.layers:
        ends = layer.ends
        yield prod(ends.out_size) * plain + sum(ends.out_size) * LINE + ends.out_channels * SLICE
        if layer.window is not None and not isinstance(spec.view, Volume):
            yield (canvas(layer.window) - prod(ends.in_size)) * DASHED + _unread(layer.window) * CROSSED
    if not isinstance(spec.view, Volume):
        outputs, every = prod(spec.layers[-1].ends.out_size), spec.animation.every
        if spec.animation.pace == "auto" and outputs > MOST_STEPS:
            every = max(every, outputs // 4)
        yield min(outputs, HELD * every) * DONE + min(outputs, every) * NEW


def _unread(window: Operator) -> int:
    """Input cells that no window covers, at the most."""
    if window.transposed:
        return 0
    covered = (min(axis.size, axis.count * axis.kernel) for axis in window.axes)
    return prod(axis.size for axis in window.axes) - prod(covered)
