"""Attention of PyTorch and Keras, of a sequence to itself: its heads, its masks, its matrices where they are known.

Queries, keys and values are products of one input (channels, length) with three matrices. A bias of keys adds the same
to all scores of a query, and softmax does not see it. One of values is added to every output as it is: shares sum to
1. One of queries changes shares, and an attention of a spec has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import OrNone, flag, ignored, only, whole
from conv_anim.frameworks.foreign import ForeignLayer
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.spec.entering import LARGEST, divisors
from conv_anim.spec.kinds import ListOf, Whole
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record

UNMASKED: Final = "no mask is drawn: one is given when the layer is called"
MADE_UP: Final = "queries, keys and values are the input's own numbers: the projections of {name} are left out"
ONE_INPUT: Final = "queries, keys and values are drawn as one input's: attention of a sequence to itself"

EMBED_DIM, NUM_HEADS = whole("embed_dim"), whole("num_heads")


def _or_none(name: str) -> Field[Any]:
    return Field(name, OrNone(Whole(1, LARGEST)), name)


KDIM, VDIM = (_or_none(name) for name in ("kdim", "vdim"))
CAUSAL: Field[bool] = flag("is_causal", default=False)
MASK, PADDED = (ignored(name)[0] for name in ("attn_mask", "key_padding_mask"))


def _is_given(record: Record, field: Field[Any]) -> bool:
    """Whether it is anything but None."""
    return record.has(field) and getattr(record.at(field), "text", "") != "None"


def _no_mask(record: Record, *fields: Field[Any]) -> None:
    for field in fields:
        if _is_given(record, field):
            what = f"'{field.name}' is a custom mask, whose cells the text does not give"
            hint = "causal masks are drawn; a spec has windows: layer: {type: attention, window: 3}"
            unsupported(what, record.at(field), hint)


def _multihead(record: Record, sketch: Sketch) -> None:
    """With its own projections and its output projection, where they are known."""
    embed, heads = record.of(EMBED_DIM), record.of(NUM_HEADS)
    sketch.takes(record, EMBED_DIM)
    if embed % heads:
        fail(
            Code.GROUPS,
            f"'embed_dim' is {embed}, and {heads} heads do not divide it evenly",
            record.at(NUM_HEADS),
            f"heads that do: {divisors(embed)}",
        )
    for field in (KDIM, VDIM):
        if record.get(field) not in {None, embed}:
            what = f"'{field.name}' is not 'embed_dim': keys and values come from another input, and a figure has one"
            unsupported(what, record.at(field), "leave it out: attention of a sequence to itself is drawn")
    causal = record.of(CAUSAL)
    _no_mask(record, PADDED, *(() if causal else (MASK,)))
    if not causal and not _is_given(record, MASK):
        sketch.note(UNMASKED)
    if not sketch.weights:
        sketch.note(MADE_UP.format(name="nn.MultiheadAttention"))
    weights, sketch.weights = sketch.weights, {}
    out = {key: weights.pop(key) for key in ("weight", "bias") if key in weights}
    sketch.add("attention", record.node, heads=heads if heads > 1 else None, causal=causal or None, **weights)
    if out:
        sketch.add("pointwise", record.node, out_channels=embed, **out)


MULTIHEAD: Fields = (
    *(EMBED_DIM, NUM_HEADS, *ignored("dropout"), *ignored("bias"), only("add_bias_kv", usual=False)),
    *(only("add_zero_attn", usual=False), KDIM, VDIM, *ignored("batch_first", "device", "dtype"), CAUSAL, MASK, PADDED),
)

QUERY, KEY, VALUE = (ignored(name)[0] for name in ("query", "key", "value"))
SCALE = only("scale", None)


def _scaled(record: Record, sketch: Sketch) -> None:
    """The function: softmax(q·k / √d)·v, with one head."""
    causal = record.of(CAUSAL)
    _no_mask(record, *(() if causal and not _is_given(record, MASK) else (MASK,)))
    texts = {getattr(record.at(field), "text", "") for field in (QUERY, KEY, VALUE) if record.has(field)}
    if len(texts) > 1:
        sketch.note(ONE_INPUT)
    sketch.add("attention", record.node, causal=causal or None)


KERAS_HEADS, KEY_DIM = whole("num_heads"), whole("key_dim")
VALUE_DIM, WINDOW = (_or_none(name) for name in ("value_dim", "sliding_window"))
AXES: Field[Any] = Field(
    "attention_axes", OrNone(ListOf(Whole(1, LARGEST), "a tuple with one number per axis", 1, 3)), "attention_axes"
)
KERAS_CAUSAL, KERAS_MASK = flag("use_causal_mask", default=False), ignored("attention_mask")[0]


def _keras(record: Record, sketch: Sketch) -> None:
    """``sliding_window`` n lets each cell see n - 1 others to each side: 2n - 1 cells, with a causal mask n."""
    heads, depth = record.of(KERAS_HEADS), record.of(KEY_DIM)
    made, channels = heads * (record.get(VALUE_DIM) or depth), sketch.channels
    causal, window = record.of(KERAS_CAUSAL), record.get(WINDOW)
    _no_mask(record, KERAS_MASK)
    if record.get(AXES) not in {None, tuple(range(1, sketch.axes + 1))}:
        unsupported("attention along some axes is not drawn: it is along all", record.at(AXES), "leave it out")
    if sketch.axes > 1 and (causal or window is not None):
        unsupported("a mask over several axes is not drawn", record.node, "an input with 1 axis, as in 8x20")
    sketch.note(MADE_UP.format(name="MultiHeadAttention"))
    if not causal:
        sketch.note(UNMASKED)
    query = None if heads * depth == channels else _picked(heads * depth, channels)
    seen = None if window is None or window >= sketch.size[0] else window if causal else 2 * window - 1
    sketch.add(
        "attention",
        record.node,
        heads=heads if heads > 1 else None,
        window=seen,
        causal=causal or None,
        query=query,
        key=query,
        value=None if made == channels else _picked(made, channels),
    )
    if made != channels:
        sketch.add("pointwise", record.node, out_channels=channels)


def _picked(rows: int, columns: int) -> list[list[int]]:
    """A matrix whose rows take the channels in turn, one each."""
    return [[int(r % columns == c) for c in range(columns)] for r in range(rows)]


KERAS_KEYS: Fields = (
    *(KERAS_HEADS, KEY_DIM, VALUE_DIM, *ignored("dropout", "use_bias"), only("output_shape", None)),
    *(AXES, WINDOW, *ignored("flash_attention", "seed", "name", "dtype", "trainable")),
    *ignored(
        *(f"{part}_{what}" for part in ("kernel", "bias") for what in ("initializer", "regularizer", "constraint"))
    ),
    *(*ignored("activity_regularizer"), only("use_gate", usual=False), KERAS_CAUSAL, KERAS_MASK),
)


SCALED: Fields = (QUERY, KEY, VALUE, MASK, *ignored("dropout_p"), CAUSAL, SCALE, only("enable_gqa", usual=False))
TORCH: Final = {
    "MultiheadAttention": ForeignLayer(
        Object("nn.MultiheadAttention", MULTIHEAD), 1, _multihead, positional=11, takes=EMBED_DIM
    ),
    "scaled_dot_product_attention": ForeignLayer(
        Object("F.scaled_dot_product_attention", SCALED), 1, _scaled, positional=6
    ),
}
KERAS: Final = {"MultiHeadAttention": ForeignLayer(Object("MultiHeadAttention", KERAS_KEYS), 1, _keras, positional=7)}
