"""Arrays: the numbers of a spec, and a layer's output computed from them at numpy's speed."""

from __future__ import annotations

from functools import lru_cache, reduce
from math import prod
from random import Random as Twister
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import numpy as np

from conv_anim.spec.model import Arange, Given, Random
from conv_anim.tracing import decimals
from conv_anim.tracing.geometry import Source
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.tracing.operators import Operator

Array: TypeAlias = "NDArray[Any]"
"""An array of int64, or of float64 as soon as one number is not whole."""


FEW = 10_000
WORDS, MULTIPLIER = 624, 1_812_433_253
"""Of MT19937: how many words its state has, and what one is made with from the one before (init_genrand)."""


def frozen(array: Array) -> Array:
    """The array itself, which can no longer be written to."""
    array.setflags(write=False)
    return array


def fill(values: Values, shape: Size) -> Array:
    """An array of the shape, with the numbers that the spec asks for."""
    match values:
        case Given():
            return _typed(np.broadcast_to(np.array(values.numbers).reshape(values.shape), shape))
        case Arange():
            return np.arange(prod(shape), dtype=np.int64).reshape(shape)
        case Random():
            return _drawn(values, shape)
        case _:
            assert_never(values)


def _typed(array: Array) -> Array:
    return np.array(array, dtype=np.int64 if array.dtype.kind == "i" else np.float64)


def _drawn(values: Random, shape: Size) -> Array:
    """Numpy's legacy generator: its stream is frozen for good, so that a seed means the same everywhere."""
    unit = _unit(values.seed, prod(shape)).reshape(shape)
    if isinstance(values.low, int) and isinstance(values.high, int):
        return values.low + np.floor(unit * (values.high - values.low + 1)).astype(np.int64)
    return values.low + unit * (values.high - values.low)


def _unit(seed: int, count: int) -> NDArray[np.float64]:
    """From 0 to 1, as numpy's legacy generator draws them; of a few without its import, which takes longer.

    Python's own generator is the same one (Mersenne Twister, MT19937); begun in the same way it gives the same numbers.
    """
    if count > FEW:
        return np.random.RandomState(seed).random_sample(count)
    generator = Twister()
    generator.setstate((3, (*_begun(seed), WORDS), None))
    return np.array([generator.random() for _ in range(count)])


@lru_cache(maxsize=16)
def _begun(seed: int) -> list[int]:
    """The words of a generator that has drawn nothing yet."""
    state = [seed]
    for k in range(1, WORDS):
        state.append((MULTIPLIER * (state[-1] ^ state[-1] >> 30) + k) & 0xFFFFFFFF)
    return state


def bias(numbers: tuple[Number, ...] | None) -> Array | None:
    """A bias as an array; None without."""
    return None if numbers is None else frozen(_typed(np.array(numbers)))


def output(op: Operator, x: Array, kernel: Array | None, added: Array | None) -> Array:
    """What the operator makes of ``x`` (in_channels, *size): an array (out_channels, *out_size)."""
    match op.reduce:
        case "sum":
            assert kernel is not None
            return _multiplied_and_added(op, x, kernel, added)
        case "max":
            return _largest(op, x)
        case "mean":
            return _mean(op, x)
        case "norm":
            return _norm(op, x)
        case _:
            assert_never(op.reduce)


def spread(op: Operator, x: Array, empty: Number) -> Array:
    """The input on its canvas (channels, *reach): stretched, padded, ``empty`` where there is no input cell."""
    for dim, axis in enumerate(op.axes, start=1):
        index, source = axis.sources
        x = np.take(x, index, axis=dim)
        x[(slice(None),) * dim + (source > Source.BORROWED,)] = empty
    return x


def channel_maps(op: Operator, x: Array, kernel: Array) -> Array:
    """What each input channel alone contributes, with its own kernel: ``x`` (n, *size), ``kernel`` (n, *kernel_size).

    Returns (n, *out_size); these maps add up, with the bias, to one channel of a convolution's output.
    """
    return output(replace(op, in_channels=len(x), out_channels=len(x), groups=len(x)), x, kernel[:, None], None)


def taken(op: Operator, canvas: Array, tap: tuple[int, ...]) -> Array:
    """The cells that one tap of all windows meets: (channels, *out_size)."""
    windows = [axis.taken(t) for axis, t in zip(op.axes, tap, strict=True)]
    return canvas[(slice(None), *windows)]


def met_weights(op: Operator, kernel: Array, tap: tuple[int, ...]) -> Array:
    """The weights that one tap of all windows meets: (out_channels, in_channels / groups)."""
    cell: list[slice | int] = [axis.weight(t) for axis, t in zip(op.axes, tap, strict=True)]
    return kernel[(slice(None), slice(None), *cell)]


def _multiplied_and_added(op: Operator, x: Array, kernel: Array, added: Array | None) -> Array:
    def compute(x: Array, kernel: Array, added: Array) -> Array:
        canvas = spread(op, x, 0)
        total = np.zeros((op.groups, op.out_channels // op.groups, prod(op.out_size)), dtype=canvas.dtype)
        for tap in np.ndindex(*op.kernel_size):
            weight = met_weights(op, kernel, tap).reshape(op.groups, -1, kernel.shape[1])
            total += _mixed(weight, taken(op, canvas, tap).reshape(op.groups, kernel.shape[1], -1))
        return total.reshape(op.out_channels, *op.out_size) + added.reshape(-1, *(1 for _ in op.axes))

    return decimals.products(compute, x, kernel, added, terms=kernel[0].size)


def _mixed(weight: Array, cells: Array) -> Array:
    """Channels mixed within each group; with one channel to a group, a product is much faster than a matrix's."""
    if weight.shape[2] == 1:
        return weight * cells
    return weight @ cells


def matrix_product(x: Array, weight: Array, added: Array | None) -> Array:
    """``weight`` (out, in) times the last axis of ``x``, with what is added to each output."""
    return decimals.products(lambda x, weight, added: x @ weight.T + added, x, weight, added, terms=weight.shape[1])


def summed(*arrays: Array) -> Array:
    """Arrays of one shape added up."""
    return decimals.sums(lambda *each: reduce(np.add, each[1:], each[0].copy()), *arrays, terms=len(arrays))


def product_of(x: Array, y: Array) -> Array:
    """Two arrays multiplied, one cell of the one with many of the other where it has only one."""
    return decimals.products(lambda x, y, _: x * y, x, y, None, terms=1)


def _largest(op: Operator, x: Array) -> Array:
    """The largest input cell of each window; padding never wins, a window without any input cell gives −∞."""
    if any((axis.counts(padding=False) == 0).any() for axis in op.axes):
        x = x.astype(np.float64)
    canvas = spread(op, x, np.iinfo(np.int64).min if x.dtype.kind == "i" else -np.inf)
    best = None
    for tap in np.ndindex(*op.kernel_size):
        cells = taken(op, canvas, tap)
        best = cells.copy() if best is None else np.maximum(best, cells, out=best)
    assert best is not None
    return best


def largest_at(op: Operator, x: Array) -> Array:
    """Where each window finds its largest cell: the flat position in a map of the input, the first of equal ones."""
    canvas = spread(op, x.astype(np.float64), -np.inf)
    size = tuple(axis.size for axis in op.axes)
    places = np.ravel_multi_index(np.meshgrid(*(axis.sources[0] for axis in op.axes), indexing="ij"), size)[None]
    best = np.full((op.out_channels, *op.out_size), -np.inf)
    found = np.zeros(best.shape, dtype=np.intp)
    for tap in np.ndindex(*op.kernel_size):
        cells, at = taken(op, canvas, tap), taken(op, places, tap)
        better = cells > best
        best, found = np.where(better, cells, best), np.where(better, at, found)
    return found


def _norm(op: Operator, x: Array) -> Array:
    """(Σ|x|ᵖ)^(1/p), as PyTorch's LPPool computes it; where a power is too large or too small for a float, in parts."""
    canvas = np.abs(spread(op, x.astype(np.float64), 0))
    with np.errstate(over="ignore"):
        total = sum(cells**op.norm_type for cells in _each(op, canvas))
        plain = np.isfinite(total) & (total > SMALLEST)
        found: Array = total ** (1 / op.norm_type)
    return found if plain.all() else np.where(plain, found, _scaled_norm(op, canvas))


SMALLEST = 1e-290
"""A sum of powers that is smaller has lost some of its digits."""


def _scaled_norm(op: Operator, canvas: Array) -> Array:
    """The largest size in each window, times the norm of the sizes as parts of it."""
    peak = np.maximum.reduce(list(_each(op, canvas)))
    unit = np.where(peak > 0, peak, 1)
    total: Array = sum((cells / unit) ** op.norm_type for cells in _each(op, canvas))  # type: ignore[assignment]  # not 0
    found: Array = peak * total ** (1 / op.norm_type)
    return found


def _each(op: Operator, canvas: Array) -> Iterator[Array]:
    """The cells that each tap of all windows meets."""
    return (taken(op, canvas, tap) for tap in np.ndindex(*op.kernel_size))


def _mean(op: Operator, x: Array) -> Array:
    def total(x: Array) -> Array:
        canvas = spread(op, x, 0)
        return reduce(np.add, (taken(op, canvas, tap) for tap in np.ndindex(*op.kernel_size)))

    return decimals.sums(total, x, terms=prod(op.kernel_size), divisor=divisors(op))


def divisors(op: Operator) -> Array:
    """By how many cells each window of a mean is divided: (*out_size), the product of the axes' counts.

    At least 1: a window that counts no cell has the mean 0.
    """
    result = np.ones((), dtype=np.intp)
    for axis in op.axes:
        result = np.multiply.outer(result, axis.counts(padding=op.mean_counts_padding))
    return np.maximum(result, 1)
