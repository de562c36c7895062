"""Room between things: every figure takes it from this scale."""

from __future__ import annotations


class Spacing:
    """Lengths in pixels, from the scale of a figure."""

    __slots__ = ()

    scale: float

    @property
    def gap(self) -> int:
        """Between parts, in pixels."""
        return round(16 * self.scale)

    @property
    def hair(self) -> float:
        """A fifth of a gap, in pixels."""
        return 0.2 * self.gap

    @property
    def thin(self) -> float:
        """From a grid to the small words above it."""
        return 0.4 * self.gap

    @property
    def half(self) -> float:
        """Between lines that belong together."""
        return 0.5 * self.gap

    @property
    def close(self) -> float:
        """From a grid to its label."""
        return 0.7 * self.gap

    @property
    def loose(self) -> float:
        """From a drawing to what stands beside it."""
        return 1.25 * self.gap

    @property
    def wide(self) -> float:
        """From a drawing to what is written below it."""
        return 1.5 * self.gap

    @property
    def far(self) -> float:
        """Around a sign between two grids."""
        return 2 * self.gap

    @property
    def apart(self) -> float:
        """From one figure to the next."""
        return 3 * self.gap
