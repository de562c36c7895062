"""The weights of the layers of a network in the flat view, each below its badge, where there are few enough."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import weights_format
from conv_anim.scene.arithmetic.scoring import share_format
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.traced import TracedMaps
from conv_anim.tracing.attending import Attending
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

MOST_WEIGHTS = 25
"""Weights that are written below a badge."""
SMALL = 11
"""Pixels, at scale 1, of the em of such a weight."""
ROOMY = 1.9
"""The least side of its cell, in ems."""
PLUS = 0.8
"""Room for the sign between weights and biases, in cells."""


@dataclass(frozen=True)
class Weights(TracedMaps):
    """Of a trace, by the numbers of its maps: k is what the k-th node makes."""

    @cached_property
    def weights(self) -> list[Format]:
        """How the weights of each layer are written."""
        return [_format(layer) for layer in self.layers]

    @cached_property
    def matrices(self) -> dict[int, Array]:
        """The weights that are written, in rows and columns, by the map that they make."""
        found = ((k, _matrix(layer)) for k, layer in enumerate(self.layers, start=1))
        return {k: matrix for k, matrix in found if matrix is not None}

    @cached_property
    def biases(self) -> dict[int, Array]:
        """The biases that stand in a column beside written weights: one for each row, or one for all of them."""
        found = ((k, self.layers[k - 1].bias) for k in self.matrices if self.layers[k - 1].layer.added is not None)
        columns = {k: bias.reshape(-1, 1) for k, bias in found if bias is not None}
        return {k: column for k, column in columns.items() if len(column) in {1, len(self.matrices[k])}}

    @cached_property
    def weights_numbers(self) -> Numbers:
        """How large their cells and numbers are."""
        size = self.style.em(SMALL)
        arrays = [(k, array) for of in (self.matrices, self.biases) for k, array in of.items()]
        written = {self.weights[k - 1](w) for k, array in arrays for w in np.unique(array).tolist()}
        wide = max((self.style.width(text, size=size) for text in written), default=0.0)
        return Numbers(ceil(max(ROOMY * size, wide / 0.84)), size)

    def weights_size(self, k: int) -> tuple[float, float]:
        """Width and height of what is written below the badge of a map."""
        if k not in self.matrices:
            return 0.0, 0.0
        rows, columns = self.matrices[k].shape
        beside, cell = 1 + PLUS if k in self.biases else 0.0, self.weights_numbers.cell
        return (columns + beside) * cell, rows * cell


def _matrix(layer: LayerTrace) -> Array | None:
    """The weights of a layer that fit in rows and columns, be it one; None for none, several kernels, or many.

    Those of a window that leads back stand as it meets them.
    """
    back = layer.layer.roles[2] != "output"
    if layer.layer.undoes is not None or (layer.kernels is not None and layer.operator.transposed and not back):
        return None
    if layer.kernels is None:
        found = layer.weight
    else:
        found = layer.kernels[0, 0] if layer.kernels.shape[:2] == (1, 1) else None
        turned = [axis.flipped for axis in layer.operator.axes]
        found = (
            found
            if found is None or not back
            else found[tuple(slice(None, None, -1 if each else 1) for each in turned)]
        )
    if found is None or not 0 < found.size <= MOST_WEIGHTS or (found.ndim != 2 and layer.kernels is None):
        return None
    return found.reshape(1, -1) if found.ndim == 1 else found if found.ndim == 2 else None


def _format(layer: LayerTrace) -> Format:
    if isinstance(layer.means, Attending):
        return share_format(layer.means)
    array = layer.weight if layer.kernels is None else layer.kernels
    return weights_format(np.zeros(1) if array is None else array)
