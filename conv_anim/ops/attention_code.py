"""Attention in programs: PyTorch's and JAX's own functions with a mask, Keras's and NumPy's operations one by one.

A mask says for each query (a row) which keys it sees. It is computed, axis by axis, from where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from conv_anim.coding.literals import NUMPY

if TYPE_CHECKING:
    from conv_anim.coding.literals import Form
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.attention import Attention, Matrix
    from conv_anim.tracing.values import Array

NAMES = ("query", "key", "value")
AXES = ("depth", "row", "column")


@dataclass(frozen=True)
class Words:
    """How a library counts, and makes an array that holds numbers between two others."""

    arange: str
    clip: str
    form: Form
    """How it writes a matrix."""


def _mask(op: Attention, words: Words) -> list[str]:
    """``seen``: rows are queries, columns keys; nothing where all see all."""
    if op.pattern == "full" and not op.is_causal:
        return []
    size, axes = op.ends.in_size, len(op.ends.in_size)
    if axes == 1:
        return [
            f"at = {words.arange.format(size[0])}",
            "i, j = at[:, None], at[None]",
            f"seen = {_along(op, 0, words)}",
        ]
    lines = [f"at = {words.arange.format(prod(size))}"]
    for a in range(axes):
        behind = prod(size[a + 1 :])
        place = f"at // {behind} % {size[a]}" if behind > 1 else f"at % {size[a]}"
        name = AXES[3 - axes + a]
        lines += [f"{name} = {place}", f"i, j = {name}[:, None], {name}[None]"]
        lines.append(f"seen = {'' if a == 0 else 'seen & '}({_along(op, a, words)})")
    return lines


def _along(op: Attention, a: int, words: Words) -> str:
    """Whether a query at i sees a key at j."""
    if op.pattern == "full":
        return "j <= i"
    n, w, d, s = op.ends.in_size[a], op.window_size[a], op.dilation[a], op.shift[a]
    if op.pattern == "sliding":
        before = (w - 1 if op.is_causal else w // 2) * d
        after = 0 if op.is_causal else (w - 1 - w // 2) * d
        apart = "" if d == 1 else f" & ((j - i) % {d} == 0)"
        return f"(j >= i - {before}) & (j <= i + {after}){apart}" if after else f"(j >= i - {before}) & (j <= i){apart}"
    if op.pattern == "neighborhood":
        if d == 1:
            start = words.clip.format(f"i - {w // 2}", 0, n - w)
            return f"(j >= {start}) & (j < {start} + {w})"
        start = words.clip.format(f"i // {d} - {w // 2}", 0, f"({n - 1} - i % {d}) // {d} + 1 - {w}")
        return f"(j % {d} == i % {d}) & (j // {d} >= {start}) & (j // {d} < {start} + {w})"
    block = f"i // {w} == j // {w}" if s == 0 else f"(i - {s}) % {n} // {w} == (j - {s}) % {n} // {w}"
    wrapped = "" if s == 0 else f" & ((i < {s}) == (j < {s}))"
    causal = " & (j <= i)" if op.is_causal else ""
    return f"({block}){wrapped}{causal}" if wrapped or causal else block


def _projected(op: Attention, words: Words, tokens: str) -> list[str]:
    """``query``, ``key`` and ``value`` (tokens, channels) from the tokens."""
    made = zip(NAMES, op.projections, op.matrices(), strict=True)
    return [f"{name} = {tokens}{_times(matrix, numbers, words)}" for name, matrix, numbers in made]


def _times(matrix: Matrix | None, numbers: Array | None, words: Words) -> str:
    if matrix is None or numbers is None:
        return ""
    return f" @ {words.form.of(matrix.values, numbers)}.T"


def _given(op: Attention) -> str:
    return "" if op.pattern == "full" and not op.is_causal else "seen"


def _torch(op: Attention, context: CodeContext) -> list[str]:
    """(batch, heads, tokens, channels)."""
    from conv_anim.coding.torch_code import TORCH

    del context
    words = Words("torch.arange({})", "torch.clamp({}, {}, {})", TORCH)
    if op.pattern == "neighborhood" and max(op.dilation) > 1:  # the upper end is a tensor
        words = Words("torch.arange({})", "torch.minimum(torch.clamp({}, min={}), {})", TORCH)
    heads, mask = op.heads, f", attn_mask={_given(op)}" if _given(op) else ""
    return [
        *_mask(op, words),
        "tokens = x.flatten(2).transpose(1, 2)  # (batch, tokens, channels)",
        *_projected(op, words, "tokens"),
        f"q, k, v = (each.unflatten(-1, ({heads}, -1)).transpose(1, 2) for each in (query, key, value))",
        f"y = nn.functional.scaled_dot_product_attention(q, k, v{mask})  # (batch, heads, tokens, channels)",
        f"y = y.transpose(2, 3).reshape{(1, op.ends.out_channels, *op.ends.out_size)}",
    ]


def _jax(op: Attention, context: CodeContext) -> list[str]:
    """(tokens, heads, channels)."""
    from conv_anim.coding.jax_code import JAX

    del context
    words = Words("jnp.arange({})", "jnp.clip({}, {}, {})", JAX)
    mask = f", mask={_given(op)}[None]" if _given(op) else ""
    return [
        *_mask(op, words),
        f"tokens = x.reshape({op.ends.in_channels}, -1).T",
        *_projected(op, words, "tokens"),
        f"q, k, v = (each.reshape(len(each), {op.heads}, -1) for each in (query, key, value))",
        f"y = jax.nn.dot_product_attention(q, k, v{mask})  # (tokens, heads, channels)",
        f"y = y.reshape({prod(op.ends.in_size)}, -1).T.reshape{(op.ends.out_channels, *op.ends.out_size)}",
    ]


def _numpy(op: Attention, context: CodeContext) -> list[str]:
    del context
    words = Words("np.arange({})", "np.clip({}, {}, {})", NUMPY)
    mask = [f"scores = np.where({_given(op)}, scores, -np.inf)"] if _given(op) else []
    return [
        *_mask(op, words),
        f"tokens = x.reshape({op.ends.in_channels}, -1).T",
        *_projected(op, words, "tokens"),
        f"q, k, v = (each.reshape(len(each), {op.heads}, -1).swapaxes(0, 1) for each in (query, key, value))",
        "scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])  # (heads, queries, keys)",
        *mask,
        "shares = np.exp(scores - scores.max(axis=-1, keepdims=True))",
        "shares /= shares.sum(axis=-1, keepdims=True)",
        f"y = (shares @ v).swapaxes(1, 2).reshape{(op.ends.out_channels, *op.ends.out_size)}",
    ]


def _keras(op: Attention, context: CodeContext) -> list[str]:
    """(batch, tokens, heads, channels)."""
    del context
    words = Words("np.arange({})", "np.clip({}, {}, {})", NUMPY)
    mask = f", mask={_given(op)}[None, None]" if _given(op) else ""
    size = (1, *op.ends.out_size, op.ends.out_channels)
    return [
        *_mask(op, words),
        f"tokens = keras.ops.reshape(x, (1, -1, {op.ends.in_channels}))",
        *_projected(op, words, "tokens"),
        f"split = (1, {prod(op.ends.in_size)}, {op.heads}, -1)",
        "q, k, v = (keras.ops.reshape(each, split) for each in (query, key, value))",
        f"y = keras.ops.dot_product_attention(q, k, v{mask})  # (batch, tokens, heads, channels)",
        f"y = keras.ops.reshape(y, {size})",
    ]


WRITERS = {"torch": _torch, "jax": _jax, "numpy": _numpy, "keras": _keras}
