"""A convolution by the Fourier transform: both maps are transformed, multiplied cell by cell, and transformed back.

The transform knows no border: a window that leaves the map on one side goes on at the other one. Zeros beside the input
keep that away from the outputs. What networks call a convolution is a correlation, so the kernel's transform is
conjugated (Oppenheim and Schafer, *Discrete-Time Signal Processing*, 8.6 and 8.7).
"""

from __future__ import annotations

from functools import cached_property
from math import log2, prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from conv_anim.tracing.agreement import agreed, rounding
from conv_anim.tracing.values import spread
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

Spectrum: TypeAlias = "NDArray[np.complex128]"
Frequency: TypeAlias = tuple[int, ...]
REAL = 4
"""Real multiplications of a complex one."""
REST = 4e-15
"""What floats may be off in a transform, in parts of the sum of its cells."""


@dataclass(frozen=True)
class Fourier:
    """A convolution of one channel with stride 1; with ``wrap`` the input is transformed without zeros beside it."""

    layer: LayerTrace
    wrap: bool = False

    @property
    def op(self) -> Operator:
        """The window."""
        return self.layer.operator

    @property
    def size(self) -> tuple[int, ...]:
        """The size of everything that is transformed."""
        return transformed(self.op, wrap=self.wrap)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where the first window begins on the map that is transformed."""
        return tuple(-axis.before if self.wrap else 0 for axis in self.op.axes)

    @cached_property
    def input(self) -> Array:
        """The map that is transformed."""
        if self.wrap:
            found: Array = self.layer.input[0].astype(np.float64)
            return found
        canvas = spread(self.op, self.layer.input, 0)[0].astype(np.float64)
        return np.pad(canvas, [(0, size - have) for size, have in zip(self.size, canvas.shape, strict=True)])

    @cached_property
    def kernel(self) -> Array:
        """The kernel as the window meets it, stretched by the dilation, zeros beside it."""
        assert self.layer.kernels is not None
        met = self.layer.kernels[0, 0].astype(np.float64)
        found = np.zeros(self.size)
        for tap in np.ndindex(*self.op.kernel_size):
            there = tuple(t * axis.dilation % n for t, axis, n in zip(tap, self.op.axes, self.size, strict=True))
            found[there] += met[tuple(axis.weight(t) for t, axis in zip(tap, self.op.axes, strict=True))]
        return found

    # the transforms

    @cached_property
    def input_spectrum(self) -> Spectrum:
        """X."""
        return _waves(self.input)

    @cached_property
    def kernel_spectrum(self) -> Spectrum:
        """The conjugate of K."""
        return _waves(self.kernel).conj()

    @cached_property
    def spectrum(self) -> Spectrum:
        """Y, their product."""
        found: Spectrum = self.input_spectrum * self.kernel_spectrum
        return found

    @cached_property
    def frequencies(self) -> list[tuple[Frequency, ...]]:
        """All frequencies, the slowest waves first, each with its opposite: together they make a real wave."""
        found: dict[Frequency, tuple[Frequency, ...]] = {}
        for frequency in np.ndindex(*self.size):
            opposite = tuple(-f % n for f, n in zip(frequency, self.size, strict=True))
            pair = (frequency,) if frequency == opposite else tuple(sorted((frequency, opposite)))
            found[pair[0]] = pair
        return sorted(found.values(), key=lambda pair: (self._pace(pair[0]), pair))

    def _pace(self, frequency: Frequency) -> float:
        return sum((min(f, n - f) / n) ** 2 for f, n in zip(frequency, self.size, strict=True))

    def summed(self, count: int) -> Array:
        """The first so many waves added up, with the bias, from the first output on."""
        kept = np.zeros(self.size, dtype=np.complex128)
        for pair in self.frequencies[:count]:
            for frequency in pair:
                kept[frequency] = self.spectrum[frequency]
        made = np.fft.ifftn(kept).real
        bias = 0.0 if self.layer.bias is None else float(self.layer.bias[0])
        return np.roll(made, [-start for start in self.starts], axis=tuple(range(made.ndim))) + bias

    # what it comes to

    @cached_property
    def wrapped(self) -> NDArray[np.bool_]:
        """Of every place of the window, in the size of the transform: whether it leaves the map and comes in again."""
        found = np.zeros(self.size, dtype=np.bool_)
        for a, (axis, n, start) in enumerate(zip(self.op.axes, self.size, self.starts, strict=True)):
            places = np.arange(n) + start
            out = (places < 0) | (places + axis.effective_kernel > n)
            found |= out.reshape([-1 if b == a else 1 for b in range(len(self.size))])
        return found

    @property
    def kept(self) -> tuple[slice, ...]:
        """The places of the window that are outputs."""
        return tuple(slice(min(n, axis.count)) for axis, n in zip(self.op.axes, self.size, strict=True))

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """Which places that are outputs came out wrong, because their window was wrapped around."""
        found = np.zeros(self.size, dtype=np.bool_)
        off = np.abs(self.result[self.kept] - self.layer.output[0])
        found[self.kept] = off > rounding(self.layer)
        return found

    @cached_property
    def result(self) -> Array:
        """What the transform back makes; the outputs are `kept` of it. Raises ArithmeticError if they are others.

        Those whose windows are wrapped around may be: then the outputs are wrong.
        """
        found = self.summed(len(self.frequencies))
        spoiled = self.wrapped[self.kept]
        agreed(np.where(spoiled, self.layer.output[0], found[self.kept])[None], self.layer)
        return found


@dataclass(frozen=True, slots=True)
class Count:
    """Complex multiplications: of one transform, by radix 2 (Cooley and Tukey 1965), and of the products."""

    transform: int
    products: int

    @classmethod
    def of(cls, size: tuple[int, ...]) -> Count:
        """N/2 · log₂ N for the transform of N cells, and one product for each frequency."""
        cells = prod(size)
        return cls(round(cells * log2(cells)) // 2, cells)

    @property
    def complex(self) -> int:
        """Those of two transforms, the products, and one transform back."""
        return 3 * self.transform + self.products

    @property
    def real(self) -> int:
        """Real multiplications: four for a complex one."""
        return REAL * self.complex


def _waves(cells: Array) -> Spectrum:
    """The transform; a part of a number that is but a rest of floats is 0, and no wave is drawn or told of."""
    found = np.fft.fftn(cells)
    for parts in (found.real, found.imag):
        parts[np.abs(parts) <= REST * np.abs(cells).sum()] = 0
    return found


def transformed(op: Operator, *, wrap: bool) -> tuple[int, ...]:
    """The size of everything that is transformed."""
    return tuple(axis.size if wrap else axis.transform for axis in op.axes)
