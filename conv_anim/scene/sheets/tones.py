"""The shades of a trace: of each map and of each layer's kernels, those of a picture kept where an op keeps them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.color import mix
from conv_anim.scene.sheets.shades import shades_for
from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import Given
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.shades import Rgb, Shades
    from conv_anim.scene.style import Style
    from conv_anim.spec.view_values import Cells
    from conv_anim.tracing.trace import LayerTrace, Trace
    from conv_anim.tracing.values import Array

RGB = 3
"""Channels of a picture in colours."""
WHITE = 255
"""The largest grey."""
SMALLEST_EDGED = 8
"""Pixels from which a cell has edges."""
SHADED_EDGED = 12
"""The same of a slanted cell in a shade, whose edges are not crisp."""


@dataclass(frozen=True)
class Tones:
    """The shades of a trace. Maps are counted from 0, the input."""

    trace: Trace
    style: Style

    @property
    def fixed(self) -> tuple[float, float] | None:
        """The ends of the scale that a spec asks for."""
        return getattr(self.trace.spec.view, "scale", None)

    @property
    def others(self) -> str:
        """What is said of maps whose scales are not shown; nothing if a spec gives them all the same."""
        return "" if self.fixed else Language(self.trace.spec.lang)("scales.others")

    @cached_property
    def maps(self) -> list[Array]:
        """The numbers of each map."""
        return [self.trace.input, *(layer.output for layer in self.trace.layers)]

    @cached_property
    def greys(self) -> list[bool]:
        """Which maps are pictures still: their numbers are greys from 0 to 255."""
        found = [is_picture(self.trace)]
        for layer in self.trace.layers:
            kept = all(found[k] for k in layer.fed) and keeps_greys(layer)
            found.append(kept or dims_a_picture(layer, [found[k] for k in layer.fed]))
        return found

    @cached_property
    def of_maps(self) -> list[Shades]:
        """The shades of each map."""
        colors, count = self.style.colors, len(self.maps) - 1
        return [
            shades_for(values, mix(colors.input, colors.output, k / count), colors, picture=grey, fixed=self.fixed)
            for k, (values, grey) in enumerate(zip(self.maps, self.greys, strict=True))
        ]

    @cached_property
    def of_kernels(self) -> list[Shades | None]:
        """None for a layer without kernels."""
        colors = self.style.colors
        return [
            None if layer.kernels is None else shades_for(layer.kernels, colors.kernel, colors)
            for layer in self.trace.layers
        ]

    def picture(self, k: int) -> Rgb | None:
        """The colours of a map with rows and columns, (rows, columns, 3): of one channel, or red, green and blue.

        None for a map with other channels, or none that has places.
        """
        values = self.maps[k]
        if values.ndim not in {2, 3}:
            return None
        if len(values) == 1:
            return self.of_maps[k].colors(plane(values[0]))
        if len(values) == RGB and self.greys[k]:
            low, high = self.fixed or (0, WHITE)
            stretched = (np.stack([plane(each) for each in values], axis=-1) - low) / (high - low) * WHITE
            return np.clip(np.floor(stretched + 0.5), 0, WHITE).astype(np.uint8)
        return None


def asked(view: object) -> Cells:
    """What a view's option says of its cells; ``auto`` for a view without one."""
    found: Cells = getattr(view, "cells", "auto")
    return found


def with_numbers(view: object, otherwise: Cells) -> Cells:
    """What stands in the cells of a view that writes numbers only where they are asked for, by either option."""
    cells, numbers = asked(view), getattr(view, "numbers", False)
    if cells == "auto":
        return "numbers" if numbers else otherwise
    if not numbers:
        return cells
    return "both" if cells == "shades" else "numbers" if cells == "plain" else cells


def is_picture(trace: Trace) -> bool:
    """Whether the input was read from a picture of greys or colours from 0 to 255."""
    values = trace.spec.input.values
    if not isinstance(values, Given) or not values.is_picture:
        return False
    return bool(trace.input.min() >= 0 and trace.input.max() <= WHITE)


def dims_a_picture(layer: LayerTrace, greys: list[bool]) -> bool:
    """Whether it multiplies a picture by shares from 0 to 1: what comes out is a darker picture."""
    if layer.layer.badge != "×" or sum(greys) != 1:
        return False
    shares = [array for array, grey in zip(layer.inputs, greys, strict=True) if not grey]
    return all(bool(array.min() >= 0 and array.max() <= 1) for array in shares)


def keeps_greys(layer: LayerTrace) -> bool:
    """Whether an output is a mean of what it is made of, or one of its cells: a grey among greys."""
    if layer.kernels is not None:
        sums = layer.kernels.reshape(len(layer.kernels), -1).sum(axis=1)
        return layer.bias is None and not layer.operator.transposed and bool(np.allclose(sums, 1.0, atol=1e-6))
    return layer.weight is None and bool(layer.output.min() >= 0 and layer.output.max() <= WHITE)
