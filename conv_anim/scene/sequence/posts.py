"""The labels beside the rows of the sequence view: how each map is made, with which weights, and what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import weights_format
from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.sheets.marks import MarkStyle, keys
from conv_anim.scene.sheets.stacks import broken, made_by, of_map, sees
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words

if TYPE_CHECKING:
    from conv_anim.scene.sequence.lattice import Lattice


def labels_of(lattice: Lattice) -> list[Callout]:
    """One for each row, from the input up."""
    layers, say, style = [traced.layer for traced in lattice.layers], lattice.say, lattice.style
    found = []
    for k, (label, color) in enumerate(zip(words.floor_labels(lattice.trace), lattice.colors, strict=True)):
        said = [] if k == 0 else [*_made(lattice, k), sees(layers[:k], say)]
        said += [*of_map(lattice.layers, k, say, numbers=lattice.has_numbers), *_weights(lattice, k)]
        last = k == len(layers)
        query = (
            (Key(say("attention.query"), None, strong(style, style.colors.current)),)
            if lattice.asks and k == len(layers) - 1
            else ()
        )
        said += [] if last else lattice.put_in(k)
        marked = () if last else keys((lattice.marks[k],), layers[k], MarkStyle(style, color), say)
        keyed = (*query, *marked)
        lines = broken(said, style, say)
        found.append(Callout.of(style, label.name, lines, lattice.swatch(color), keyed, disc=True))
    return found


def _made(lattice: Lattice, k: int) -> list[str]:
    """How a map is made, unless a caption says so of the only layer."""
    told = len(lattice.layers) == 1 and lattice.trace.spec.caption is True
    return [] if told else made_by(lattice.layers[k - 1].layer, lattice.say, borders=True)


def _weights(lattice: Lattice, k: int) -> list[str]:
    """The kernel that a map is made with, as the window meets it: at lines weights are not always."""
    layer = lattice.layers[k - 1] if k else None
    if layer is None or not lattice.has_numbers or layer.kernels is None or lattice.mode == "symbols":
        return []
    axis, kernel = layer.operator.axes[0], layer.kernels[0, 0]
    met = [kernel[axis.weight(tap)].item() for tap in range(axis.kernel)]
    weights = lattice.say("enumeration").join(map(weights_format(layer.kernels), met))
    flipped = axis.flipped and axis.kernel > 1
    return [lattice.say("stack.weights.flipped" if flipped else "stack.weights", weights=weights)]
