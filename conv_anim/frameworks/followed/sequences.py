"""Layers of sequences in a model that is followed: embeddings, recurrent layers, attention, each as one node.

Source: the signatures and shapes of torch.nn, https://pytorch.org/docs/stable/nn.html.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.followed.settings import said
from conv_anim.frameworks.followed.values import FitError, Held, Map, UnreadError
from conv_anim.frameworks.followed.weights import arrays
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.frameworks.followed.values import Module

LENGTH = 16
"""Of a sequence whose length nobody says."""
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
SEQUENCES = {"Embedding", *GATES, "MultiheadAttention", "TransformerEncoderLayer", "TransformerEncoder"}
"""Layers that are read here."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a layer makes: shapes, the first of them the node's, and its numbers."""

    shapes: tuple[Any, ...]
    """Each a shape, None for nothing, or several of them."""
    parameters: int
    products: int = 0
    wanted: tuple[int, ...] | None = None
    """The shape that enters, where it is another one."""


def made(module: Module, given: list[Any], named: dict[str, Any]) -> Made:
    """What one of these layers makes of maps. Raises UnreadError."""
    assert module.call is not None
    short, known = module.call.short, said(module.call)
    if any(isinstance(known.get(key), str) for key in ("embed_dim", "hidden_size", "d_model", "embedding_dim")):
        raise UnreadError(f"the sizes of {module.call.name} are not known")
    names = ("query", "key", "value") if short == "MultiheadAttention" else ("input", "src")
    values = (*given, *(named[name] for name in names if name in named))
    shapes = [each.shape for each in values if isinstance(each, Map | Held)]
    if short == "Embedding":
        return _embedded(known, shapes[0])
    if short in GATES:
        return _recurrent(short, known, shapes[0])
    if short == "MultiheadAttention":
        return _attending(known, shapes, named)
    return _encoded(module, known, shapes[0])


def _embedded(known: dict[str, Any], read: tuple[int, ...]) -> Made:
    count, width = known["num_embeddings"], known["embedding_dim"]
    wanted = (1, LENGTH) if len(read) > 2 else None
    return Made(((*read, width),), count * width, wanted=wanted)


def _recurrent(short: str, known: dict[str, Any], read: tuple[int, ...]) -> Made:
    into, hidden, layers = known["input_size"], known["hidden_size"], known.get("num_layers", 1)
    ways = 2 if known.get("bidirectional") is True else 1
    out = known.get("proj_size") or hidden
    if out != hidden and (short != "LSTM" or out > hidden):
        raise FitError(f"nn.{short} with {hidden} hidden numbers has no 'proj_size' of {out}")
    if len(read) != 3 or read[-1] != into:
        return Made((), 0, wanted=(1, LENGTH, into))
    per_gate = [hidden * ((into if k == 0 else ways * out) + out) for k in range(layers)]
    projected = layers * ways * out * hidden if out != hidden else 0
    weights = GATES[short] * ways * sum(per_gate) + projected
    biases = 2 * GATES[short] * ways * hidden * layers if known.get("bias", True) is not False else 0
    batch = read[0] if known.get("batch_first") is True else read[1]
    kept = (ways * layers, batch, out)
    state = (kept, (ways * layers, batch, hidden)) if short == "LSTM" else kept
    return Made(((*read[:-1], ways * out), state), weights + biases, read[0] * read[1] * weights)


def _attending(known: dict[str, Any], shapes: list[tuple[int, ...]], named: dict[str, Any]) -> Made:
    width, first = known["embed_dim"], known.get("batch_first") is True
    query, key, value = (*shapes, *shapes[-1:] * 2)[:3]
    if width % known.get("num_heads", 1):
        raise FitError(f"{width} numbers are not divided among {known['num_heads']} heads")
    if query[-1] != width or len(query) not in {2, 3}:
        return Made((), 0, wanted=(1, LENGTH, width))
    ends = (known.get("kdim") or width, known.get("vdim") or width)
    if (key[-1], value[-1]) != ends:
        said_ = f"{key[-1]} and values of {value[-1]}"
        raise FitError(f"keys of {said_} numbers enter attention of {ends[0]} and {ends[1]}")
    biases = 4 * width if known.get("bias", True) is not False else 0
    biases += 2 * width if known.get("add_bias_kv") is True else 0
    cells = [prod(each[:-1]) for each in (query, key, value)]
    products = width * (2 * cells[0] * width + cells[1] * ends[0] + cells[2] * ends[1])
    count = (0, 1) if first else (1, 0)
    shares = (query[count[0]], query[count[1]], key[count[1]]) if len(query) == 3 else (query[0], key[0])
    if named.get("average_attn_weights") is False:
        shares = (*shares[:-2], known["num_heads"], *shares[-2:])
    parameters = width * (2 * width + sum(ends)) + biases
    return Made((query, None if named.get("need_weights") is False else shares), parameters, products)


def _encoded(module: Module, known: dict[str, Any], read: tuple[int, ...]) -> Made:
    """A layer of a transformer: attention, two linear layers, two norms; or several of them."""
    if module.call is not None and module.call.short == "TransformerEncoder":
        one = module.parts.get("layer")
        count = known.get("num_layers")
        if one is None or one.call is None or not isinstance(count, int):
            raise UnreadError("the layers of TransformerEncoder are not known")
        made = _encoded(one, said(one.call), read)
        norm = module.parts.get("norm")
        more = sum(prod(each.shape) for each in arrays(norm).values()) if norm is not None else 0
        return Made(made.shapes, count * made.parameters + more, count * made.products, made.wanted)
    width, inner = known["d_model"], known.get("dim_feedforward", 2048)
    if width % known.get("nhead", 1):
        raise FitError(f"{width} numbers are not divided among {known['nhead']} heads")
    if read[-1] != width or len(read) not in {2, 3}:
        return Made((), 0, wanted=(1, LENGTH, width))
    biases = 9 * width + inner if known.get("bias", True) is not False else 2 * width
    weights = 4 * width * width + 2 * width * inner
    return Made((read,), weights + biases, prod(read[:-1]) * weights)
