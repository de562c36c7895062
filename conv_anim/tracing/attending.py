"""Attention by its definition: scores of queries and keys, their softmax over what a query sees, and a mean of values.

Every token (a cell, with a number in each channel) has a query, a key and a value, each a product of a matrix with its
numbers. Its output is the mean of the values that it sees, weighted by ``softmax(q·k / √d)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.tracing.gathers import Gather, Share
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from conv_anim.spec.model import Ends, Size
    from conv_anim.spec.shown_as import Attends
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.values import Array

ENTRIES = 4_000_000
"""Numbers that are held at once while tokens are gone through."""


@dataclass(frozen=True, eq=False)
class Attending(Gather):
    """``seen`` (tokens, cells that they see) are tokens in row-major order, −1 where a token sees fewer.

    ``scores`` and ``weights`` (heads, tokens, cells that they see) are the scaled scores, −∞ where there is none, and
    their softmax. ``keys``, ``queries`` and ``values`` are (channels, tokens).
    """

    seen: NDArray[np.intp] = field(default_factory=lambda: np.zeros((0, 0), np.intp))
    queries: Array = field(default_factory=lambda: np.zeros((0, 0)))
    keys: Array = field(default_factory=lambda: np.zeros((0, 0)))
    values: Array = field(default_factory=lambda: np.zeros((0, 0)))
    scores: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))
    weights: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))

    @property
    def heads(self) -> int:
        """How many heads there are."""
        return len(self.weights)

    def head_of(self, channel: int) -> int:
        """The head that makes an output channel."""
        return channel // (len(self.values) // self.heads)

    def matrix(self, head: int) -> Array:
        """The shares of a head (tokens, tokens), NaN where a token is not seen."""
        count = len(self.seen)
        whole = np.full((count, count), np.nan)
        rows, cells = np.nonzero(self.seen >= 0)
        whole[rows, self.seen[rows, cells]] = self.weights[head][rows, cells]
        return whole

    def made(self, weights: Array) -> Array:
        """The output (channels, tokens) that some weights, shaped as its own, make of the values."""
        each = zip(_by_heads(self.values, self.heads), weights, strict=True)
        return np.concatenate([_means(values, shares, self.seen) for values, shares in each])


def attending(
    ends: Ends, attends: Attends, x: Array, projections: tuple[Array | None, Array | None, Array | None]
) -> Attending:
    """Attention of a map (channels, *size); a projection (made, channels) that is None is the identity."""
    tokens = x.reshape(len(x), -1).astype(np.float64)
    queries, keys, values = (tokens if matrix is None else matrix @ tokens for matrix in projections)
    seen = _seen(attends, ends.in_size)
    scores = np.stack(
        [_scores(q, k, seen) for q, k in zip(*(_by_heads(m, attends.heads) for m in (queries, keys)), strict=True)]
    )
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    made = np.concatenate([_means(v, w, seen) for v, w in zip(_by_heads(values, attends.heads), weights, strict=True)])
    output = made.reshape(ends.out_channels, *ends.out_size)

    shares = _shares(ends, attends.heads, weights, seen, projections[2])
    return Attending(
        ends,
        shares,
        lambda _: output,
        seen=seen,
        queries=queries,
        keys=keys,
        values=values,
        scores=scores,
        weights=weights,
    )


def _shares(
    ends: Ends, heads: int, weights: Array, seen: NDArray[np.intp], matrix: Array | None
) -> Callable[[Index], list[Share]]:
    """The shares of each output cell; ``matrix`` makes the values, if there is one."""

    def shares(cell: Index) -> list[Share]:
        """In the order of the window; through a matrix of values each number of a token takes part by itself."""
        channel, *place = cell
        token = int(np.ravel_multi_index(tuple(place), ends.in_size))
        of_head = weights[channel // (ends.out_channels // heads)][token]
        found = []
        for share, other in zip(of_head.tolist(), seen[token].tolist(), strict=True):
            if other < 0:
                continue
            there = tuple(int(i) for i in np.unravel_index(other, ends.in_size))
            if matrix is None:
                found.append(Share((channel, *there), share))
            else:
                met = enumerate(matrix[channel].tolist())
                found += [Share((c, *there), share * weight) for c, weight in met]
        return found

    return shares


def _seen(attends: Attends, size: Size) -> NDArray[np.intp]:
    """For each token those that it sees, filled up with −1."""
    found = [
        [int(np.ravel_multi_index(place, size)) for place in attends.places(tuple(cell))] for cell in np.ndindex(*size)
    ]
    seen = np.full((len(found), attends.most), -1, np.intp)
    for row, cells in zip(seen, found, strict=True):
        row[: len(cells)] = cells
    return seen


def _by_heads(rows: Array, heads: int) -> list[Array]:
    return np.split(rows, heads)


def _in_parts(seen: NDArray[np.intp], channels: int) -> list[slice]:
    """The tokens in batches, to hold little at once."""
    each = max(1, ENTRIES // max(1, seen.shape[1] * channels))
    return [slice(start, start + each) for start in range(0, len(seen), each)]


def _scores(queries: Array, keys: Array, seen: NDArray[np.intp]) -> Array:
    """q·k / √d of each token with those that it sees (tokens, cells)."""
    d = len(queries)
    parts = [np.einsum("dt,dtm->tm", queries[:, part], keys[:, seen[part]]) for part in _in_parts(seen, d)]
    return np.where(seen >= 0, np.concatenate(parts) / np.sqrt(d), -np.inf)


def _means(values: Array, weights: Array, seen: NDArray[np.intp]) -> Array:
    """The values that each token sees, weighted (channels, tokens)."""
    parts = [np.einsum("ctm,tm->ct", values[:, seen[part]], weights[part]) for part in _in_parts(seen, len(values))]
    return np.concatenate(parts, axis=1)
