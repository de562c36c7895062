"""What marks, letters and shades of a figure mean, where no key says so: a line each, made from the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.steps import Steps
from conv_anim.scene.wording import interpolating
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import per_axis, size
from conv_anim.spec.model import Given
from conv_anim.spec.view_values import Channels, Flat, Isometric, NetworkView
from conv_anim.tracing.blind_spot import blind_spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.spec.model import Spec
    from conv_anim.spec.op import Op

MINUS = "\N{MINUS SIGN}"
MOST_WEIGHTS = 9
"""The most weights of a kernel that are listed."""
EVEN = 1e-6
"""How far from 1 the weights of a mean may add up to."""


def of_marks(spec: Spec, say: Language) -> Iterator[str]:
    """The marks that are seen in a view."""
    yield from _of_split(spec, say)
    shown_without = isinstance(spec.view, Flat) and len(spec.nodes) > 1 and not spec.layers[-1].puts_back
    if shown_without and any(map(_meets_zeros, spec.layers)):
        yield say("term.undrawn")
    yield from _of_stamps(spec, say)
    if _may_exceed(spec):
        yield say("term.beyond")
    if (
        isinstance(spec.view, Channels)
        and spec.view.show != "sum"
        and any(node.op.added is not None for node in spec.nodes)
    ):
        yield say("term.bias")
    if isinstance(spec.view, Channels) and len(spec.nodes) == 1:
        yield from _of_shares(spec, say)
    if isinstance(spec.view, Isometric) and any(node.op.sampled is not None for node in spec.nodes):
        yield say("term.points")
        yield say("term.zeros")
    if isinstance(spec.view, Isometric) and spec.view.cells == "shades":
        yield from _of_weights(spec, say)
    if isinstance(spec.view, Flat) and spec.view.cells == "symbols" and spec.view.sum:
        yield say("term.symbols.pool" if spec.layers[-1].weight_shape is None else "term.symbols")


def at_first(spec: Spec) -> list[str]:
    """What is said as long as some outputs are still to come: why others are made when a figure begins."""
    told = [one for one in spec.figures if one.takeaway is True and not isinstance(one.view, NetworkView)]
    keys = [(one, "term.beginning") for one in told if begins_late(one)]
    keys += [(one, "term.beginning.blind") for one in told if _begins_blind(one)]
    return list(dict.fromkeys(Language(one.lang)(key) for one, key in keys))


def _of_split(spec: Spec, say: Language) -> Iterator[str]:
    """Which kernels a column and a row of weights can replace."""
    apart = [op for op in spec.layers if op.part_of in {"spatially_separable", "flattened"}]
    kernels = [op.window.kernel_size for op in apart if op.window is not None and max(op.window.kernel_size) > 1]
    if len(spec.input.size) == 2 and len(kernels) == 2:
        key = "term.split.channels" if len(apart) > 2 else "term.split"
        yield say(key, column=size(kernels[0]), row=size(kernels[1]))


def _of_stamps(spec: Spec, say: Language) -> Iterator[str]:
    """How far a stamp moves, where stamps are seen."""
    window = spec.layers[-1].window
    if window is None or not window.transposed or not isinstance(spec.view, Flat) or len(spec.nodes) > 1:
        return
    strides = tuple(axis.stretch for axis in window.axes)
    if (spec.view.overlap or spec.view.mode == "scatter") and max(strides) > 1:
        yield say("term.stride", stride=per_axis(strides))


def _of_shares(spec: Spec, say: Language) -> Iterator[str]:
    """Where the outputs of an interpolation lie, and how it weighs the cells around each."""
    interpolation, rows = spec.nodes[0].op.interpolation, spec.input.size[-2] if len(spec.input.size) > 1 else 1
    if interpolation is not None and interpolation.mode != "nearest":
        yield interpolating.places(interpolation, say)
        yield interpolating.rule(interpolation, rows, say)


def _meets_zeros(op: Op) -> bool:
    """Whether an op's window meets zeros around a map; where a network is drawn as maps, they are not."""
    window = op.window
    if window is None or op.weight_shape is None:
        return False
    return any(max(axis.before, axis.after) > 0 and axis.mode == "zeros" for axis in window.axes)


def _may_exceed(spec: Spec) -> bool:
    """Whether a layer makes a picture of a picture that may leave its range: some weights are negative."""
    values = spec.input.values
    if len(spec.nodes) != 1 or not (isinstance(values, Given) and values.is_picture):
        return False
    weights = spec.layers[-1].weight_values
    if not isinstance(weights, Given) or spec.layers[-1].ends.out_channels > 1:
        return False
    return min(weights.numbers) < 0 and abs(sum(weights.numbers) - 1) < EVEN


def begins_late(spec: Spec) -> bool:
    """Whether some outputs of a figure are made when it begins, for the first ones would tell little."""
    if len(spec.nodes) != 1 or not isinstance(spec.view, Flat | Channels | Isometric):
        return False
    op = spec.nodes[0].op
    window = op.window if op.columns is None and op.sites is None else None
    if window is None or window.transposed:
        return False
    apart = not isinstance(spec.view, Channels) or window.in_channels == window.groups
    return Steps((1 if apart else window.out_channels, *window.out_size), spec.animation, ahead=True).begins_late


def _begins_blind(spec: Spec) -> bool:
    """Whether only outputs with a blind spot on the input are shown, which the first rows have not."""
    window = spec.layers[-1].window
    if window is None or not isinstance(spec.view, Isometric) or len(spec.input.size) != 2:
        return False
    steps, spot = Steps((1, *window.out_size), spec.animation), blind_spot(spec.layers)
    return len(steps) < steps.total and spot is not None and spot.hidden > 0 and max(r for r, _ in spot.cells) < 0


def _of_weights(spec: Spec, say: Language) -> Iterator[str]:
    """The weights of a small kernel, which stand nowhere else."""
    op = spec.layers[-1]
    weights = op.weight_values
    if len(spec.nodes) > 1 or not isinstance(weights, Given) or len(weights.numbers) > MOST_WEIGHTS:
        return
    shape = op.weight_shape
    if shape is None or len(shape) != 4 or shape[:2] != (1, 1):
        return
    each = shape[-1]
    rows = [weights.numbers[k : k + each] for k in range(0, len(weights.numbers), each)]
    yield say("term.weights", rows=" / ".join(" ".join(f"{w:g}".replace("-", MINUS) for w in row) for row in rows))
