"""What a layer that is made already says of itself, and what may be changed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.calls import Argument
from conv_anim.frameworks.followed.arguments import as_value
from conv_anim.frameworks.followed.values import UnreadError
from conv_anim.frameworks.text_network import settings
from conv_anim.spec.nodes import Scalar
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.followed.values import Module

RECURRENT = ("batch_first", "dropout", "bidirectional", "proj_size")
POOL = ("kernel_size", "stride", "padding")
PLACES = {
    "ConvTranspose": (
        *("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias"),
        "dilation",
    ),
    "Conv": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"),
    "MaxPool": (*POOL, "dilation"),
    "AvgPool": POOL,
    "Embedding": ("num_embeddings", "embedding_dim"),
    **dict.fromkeys(("LSTM", "GRU"), ("input_size", "hidden_size", "num_layers", "bias", *RECURRENT)),
    "RNN": ("input_size", "hidden_size", "num_layers", "nonlinearity", "bias", *RECURRENT),
    "MultiheadAttention": (
        *("embed_dim", "num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "kdim", "vdim"),
        "batch_first",
    ),
    "TransformerEncoderLayer": (
        *("d_model", "nhead", "dim_feedforward", "dropout", "activation", "layer_norm_eps", "batch_first"),
        *("norm_first", "bias"),
    ),
    "TransformerEncoder": ("layer", "num_layers", "norm"),
    "Linear": ("in_features", "out_features", "bias"),
    "BatchNorm": ("num_features", "eps", "momentum"),
    "InstanceNorm": ("num_features", "eps", "momentum"),
    "GroupNorm": ("num_groups", "num_channels", "eps"),
    "LayerNorm": ("normalized_shape", "eps"),
    "Dropout": ("p",),
}
"""Arguments by their places, by the beginnings of the names of layers."""
USUAL: dict[str, Any] = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}
OF_WINDOWS = {"kernel_size", "stride", "padding", "output_padding", "dilation"}
MOVING = {"stride", "padding", "dilation"}
"""What may be given to a layer with a window after it was made, without another weight."""
HARMLESS = {"momentum", "eps", "inplace", "p", "track_running_stats", "requires_grad", "name"}
WHOLE = {"Conv", "ConvTranspose", "Linear", "BatchNorm", "GroupNorm"}
"""Layers which PyTorch makes of whole numbers only."""
NUMBERS = {"eps", "momentum", "p"}


def _places(short: str) -> tuple[str, ...]:
    return next((names for start, names in PLACES.items() if short.startswith(start)), ())


def takes(short: str) -> str | None:
    """The first thing that a layer has to be told."""
    return next(iter(_places(short)), None) if not short.startswith("Dropout") else None


def said(call: Call) -> dict[str, Any]:
    """The arguments of a layer by their names."""
    names = _places(call.short)
    found: dict[str, Any] = {
        (names[int(key)] if key.isdigit() and int(key) < len(names) else key): value for key, value in settings(call)
    }
    if call.short.startswith("Conv"):
        axes = int(call.short[-2]) if call.short[-2:-1].isdigit() else 2
        found = {**USUAL, **found}
        for name in OF_WINDOWS & set(found):
            if isinstance(found[name], int):
                found[name] = (found[name],) * axes
    return found


def with_setting(module: Module, name: str, value: Any) -> None:
    """Give a layer something after it was made. Raises UnreadError where that changes it in a way not followed."""
    call = module.call
    assert call is not None
    names = _places(call.short)
    if name in HARMLESS or name not in {"weight", "bias", "padding_mode", *OF_WINDOWS, *names}:
        return
    if name == "bias" and value is None and name in names:
        value = False
    elif name not in MOVING or name not in names:
        raise UnreadError(f"'{name}' of a layer that is made already is not followed")
    arguments = list(call.arguments)
    place = next(
        (k for k, each in enumerate(arguments) if (each.keyword.text if each.keyword else names[k]) == name), None
    )
    made = as_value(value, call.span)
    if place is None:
        arguments.append(Argument(Scalar(name, name, "", call.span), made))
    else:
        arguments[place] = replace(arguments[place], value=made)
    module.call = replace(call, arguments=tuple(arguments))


def check_whole(call: Call) -> None:
    """Raise UnreadError where a layer is given a number with a point which PyTorch refuses."""
    if not any(call.short.startswith(each) for each in WHOLE):
        return
    names = _places(call.short)
    for k, each in enumerate(call.arguments):
        name = each.keyword.text if each.keyword is not None else names[k] if k < len(names) else ""
        value = getattr(each.value, "value", None)
        if isinstance(value, float) and name in names and name not in NUMBERS:
            raise UnreadError(f"'{name}' is {value}, and PyTorch takes whole numbers only: int({value})", call.span)
