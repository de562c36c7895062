"""Shares of an interpolation as text: fractions over one denominator where they are simple ones, else decimals."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import SHARE_NOISE, Format, denominator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conv_anim.scene.sheets.cells import Position
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

LARGEST = 144
"""Denominators that are larger than this are no simple fractions."""
MOST = 5000
"""The most outputs of a map whose shares are looked at."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How the weights of one output cell are written; ``denominator`` None for decimals."""

    weights: tuple[float, ...]
    denominator: int | None
    decimals: int = 2

    @property
    def fmt(self) -> Format:
        """How each of them is written, but for a denominator that all have."""
        if self.denominator is None:
            return Format(self.decimals, exact=False)
        return Format(0, exact=True, denominator=self.denominator)

    def texts(self) -> list[str]:
        """As they stand in cells: ``9/16``."""
        if self.denominator is None:
            return [self.fmt(weight) for weight in self.weights]
        counts = (round(weight * self.denominator) for weight in self.weights)
        return [f"{count}/{self.denominator}" if self.denominator > 1 else str(count) for count in counts]

    def factors(self) -> list[str]:
        """As they stand in a sum, in front of the denominator."""
        fmt = replace(self.fmt, bare=True)
        return [fmt.factor(weight) for weight in self.weights]

    def shown(self) -> Array:
        """What the texts say."""
        return self.fmt.shown(np.array(self.weights))


@lru_cache(maxsize=16)
def simple(layer: LayerTrace) -> bool:
    """Whether all shares of a map's cells are simple fractions; not asked of very many."""
    if layer.output[0].size > MOST:
        return False
    steps = (layer.step((0, *map(int, place))) for place in np.ndindex(layer.output[0].shape))
    return all(denominator([tap.w or 0 for tap in step.taps], LARGEST, noise=SHARE_NOISE) for step in steps)


def shares(weights: Mapping[Position, Sequence[float]], decimals: int = 2) -> dict[Position, Shares]:
    """The shares of all output cells: as fractions if all of them are simple ones, else with so many decimals."""
    common = {place: denominator(of_cell, LARGEST, noise=SHARE_NOISE) for place, of_cell in weights.items()}
    simple = None not in common.values()
    return {place: Shares(tuple(w), common[place] if simple else None, decimals) for place, w in weights.items()}
