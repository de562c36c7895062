"""Layers that libraries have and that are not drawn, for a reason of their own, and what can be drawn instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a layer is not drawn, as a clause ("it …"), and a hint."""

    why: str
    hint: str


AROUND: Final = "the layers before and after it are drawn, each by itself"
STATE: Final = Refusal("it keeps a state from step to step, and no window slides over its input", AROUND)
GATED: Final = Refusal(
    "it keeps a state from step to step, with gates between convolutions of its input and of that state",
    "such a convolution is drawn by itself, as in Conv2D(8, 3, padding='same')",
)
TABLE: Final = Refusal(
    "it looks up a vector for each index, and no window slides over its input",
    "draw what follows it, whose channels are those vectors: 'nn.Conv1d(64, 8, 3)' --input 64x20",
)
PARTS: Final = Refusal(
    "it is several layers with attention among them",
    "its attention is drawn by itself, as in nn.MultiheadAttention(4, 2)",
)
RANDOM: Final = Refusal("its windows are others each time", "a max pool with fixed windows: nn.MaxPool2d(2)")


def refused(reason: Refusal, *names: str) -> dict[str, Refusal]:
    """One reason for all of them."""
    return dict.fromkeys(names, reason)


RECURRENT: Final = ("LSTM", "GRU", "LSTMCell", "GRUCell")
"""As all libraries call them."""
TORCH: Final[Mapping[str, Refusal]] = {
    **refused(STATE, *RECURRENT, "RNN", "RNNCell", "RNNBase", "RNNCellBase"),
    **refused(TABLE, "Embedding", "EmbeddingBag"),
    **refused(
        PARTS, "Transformer", *(f"Transformer{part}{each}" for part in ("Encoder", "Decoder") for each in ("", "Layer"))
    ),
    **refused(RANDOM, "FractionalMaxPool2d", "FractionalMaxPool3d"),
}
KERAS: Final[Mapping[str, Refusal]] = {
    **refused(STATE, *RECURRENT, "RNN", "SimpleRNN", "SimpleRNNCell", "StackedRNNCells", "Bidirectional"),
    **refused(GATED, "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    **refused(TABLE, "Embedding", "ReversibleEmbedding"),
}
PADDLE: Final[Mapping[str, Refusal]] = {
    **refused(STATE, *RECURRENT, "RNN", "SimpleRNN", "SimpleRNNCell", "BiRNN"),
    **refused(TABLE, "Embedding"),
    **{name: reason for name, reason in TORCH.items() if name.startswith("Transformer")},
}
OTHERS: Final[Mapping[str, Refusal]] = {
    **refused(STATE, *RECURRENT, "RNN", "SimpleCell", "OptimizedLSTMCell", "VanillaRNN"),
    **refused(GATED, "Conv1DLSTM", "Conv2DLSTM", "Conv3DLSTM"),
    **refused(TABLE, "Embed", "Embedding"),
}
"""Of Flax NNX, Equinox, Haiku, MLX and tinygrad."""
OPS: Final[Mapping[str, Refusal]] = refused(
    Refusal(
        "its output_shape says which of several sizes comes out, and of what input",
        "layers.Conv2DTranspose(…) or keras.ops.conv_transpose(…), with the same strides and padding",
    ),
    *(f"conv{n}d_transpose" for n in (1, 2, 3)),
)
"""Functions of TensorFlow."""
