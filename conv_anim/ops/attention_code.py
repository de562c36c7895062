"""Attention in programs: PyTorch's own function with a mask, in other libraries the operations one by one.

A mask says for each query (a row) which keys it sees. It is computed, axis by axis, from where they stand.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.coding.literals import NUMPY
from conv_anim.values import dataclass

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


def _projected(op: Attention, words: Words) -> list[str]:
    """``query``, ``key`` and ``value`` (tokens, channels) from the tokens."""
    made = zip(NAMES, op.projections, op.matrices(), strict=True)
    return [f"{name} = tokens{_times(matrix, numbers, words)}" for name, matrix, numbers in made]


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
        *_projected(op, words),
        f"q, k, v = (each.unflatten(-1, ({heads}, -1)).transpose(1, 2) for each in (query, key, value))",
        f"y = nn.functional.scaled_dot_product_attention(q, k, v{mask})  # (batch, heads, tokens, channels)",
        f"y = y.transpose(2, 3).reshape{(1, op.ends.out_channels, *op.ends.out_size)}",
    ]


def _jax(op: Attention, context: CodeContext) -> list[str]:
    """(heads, tokens, channels); JAX's own function takes values as long as keys, and a softmax in single precision."""
    from conv_anim.coding.jax_code import JAX

    del context
    words = Words("jnp.arange({})", "jnp.clip({}, {}, {})", JAX)
    return [
        *_mask(op, words),
        f"tokens = x.reshape({op.ends.in_channels}, -1).T",
        *_projected(op, words),
        f"q, k, v = (each.reshape(len(each), {op.heads}, -1).swapaxes(0, 1) for each in (query, key, value))",
        "scores = q @ k.swapaxes(1, 2) / jnp.sqrt(q.shape[-1])",
        *([f"scores = jnp.where({_given(op)}, scores, -jnp.inf)"] if _given(op) else []),
        "shares = jax.nn.softmax(scores)",
        f"y = (shares @ v).swapaxes(1, 2).reshape{(op.ends.out_channels, *op.ends.out_size)}",
    ]


def _numpy(op: Attention, context: CodeContext) -> list[str]:
    del context
    words = Words("np.arange({})", "np.clip({}, {}, {})", NUMPY)
    mask = [f"scores = np.where({_given(op)}, scores, -np.inf)"] if _given(op) else []
    return [
        *_mask(op, words),
        f"tokens = x.reshape({op.ends.in_channels}, -1).T",
        *_projected(op, words),
        f"q, k, v = (each.reshape(len(each), {op.heads}, -1).swapaxes(0, 1) for each in (query, key, value))",
        "scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])",
        *mask,
        "shares = np.exp(scores - scores.max(axis=-1, keepdims=True))",
        "shares /= shares.sum(axis=-1, keepdims=True)",
        f"y = (shares @ v).swapaxes(1, 2).reshape{(op.ends.out_channels, *op.ends.out_size)}",
    ]


def _keras(op: Attention, context: CodeContext) -> list[str]:
    """(heads, tokens, channels) of a batch of one; Keras's own function takes values as long as keys."""
    del context
    words = Words("np.arange({})", "np.clip({}, {}, {})", NUMPY)
    count, heads, size = prod(op.ends.in_size), op.heads, (1, *op.ends.out_size, op.ends.out_channels)
    return [
        *_mask(op, words),
        f"tokens = keras.ops.reshape(x, ({count}, {op.ends.in_channels}))",
        *_projected(op, words),
        f"split = [keras.ops.reshape(each, ({count}, {heads}, -1)) for each in (query, key, value)]",
        "q, k, v = (keras.ops.swapaxes(each, 0, 1) for each in split)",
        f"scores = keras.ops.matmul(q, keras.ops.swapaxes(k, 1, 2)) / {op.depth // heads}**0.5",
        *([f"scores = keras.ops.where({_given(op)}, scores, -np.inf)"] if _given(op) else []),
        "shares = keras.ops.softmax(scores)",
        f"y = keras.ops.reshape(keras.ops.swapaxes(keras.ops.matmul(shares, v), 0, 1), {size})",
    ]


WRITERS = {"torch": _torch, "jax": _jax, "numpy": _numpy, "keras": _keras}
