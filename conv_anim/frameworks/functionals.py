"""Functions of PyTorch and JAX as layers: ``F.conv2d(x, w, padding=1)``, ``lax.conv_general_dilated(…)``.

A function's weight has the shape that its text says (``torch.ones(8, 3, 3, 3)``), or ``--let w=8x3x3x3``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.frameworks import libraries
from conv_anim.frameworks.calls import Argument, Call, Group, Unread
from conv_anim.frameworks.pool_functions import POOLS
from conv_anim.spec.nodes import Scalar
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Value

AXES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Function:
    """Its parameters in their order, the first of them what it is fed, and the layer that computes the same."""

    parameters: tuple[str, ...]
    layer: str
    renamed: Mapping[str, str]
    transposed: bool = False

    @property
    def weighs(self) -> bool:
        """Whether it is called with a weight."""
        return "weight" in self.parameters


def _function(layer: str, parameters: str, *, transposed: bool = False, **renamed: str) -> Function:
    return Function(tuple(parameters.split()), layer, renamed, transposed)


POOLED = "input kernel_size stride padding"
TORCH: dict[str, Function] = {
    **{f"conv{n}d": _function(f"nn.Conv{n}d", "input weight bias stride padding dilation groups") for n in AXES},
    **{
        f"conv_transpose{n}d": _function(
            f"nn.ConvTranspose{n}d",
            "input weight bias stride padding output_padding groups dilation",
            transposed=True,
        )
        for n in AXES
    },
    **{f"max_pool{n}d": _function(f"nn.MaxPool{n}d", f"{POOLED} dilation ceil_mode return_indices") for n in AXES},
    "avg_pool1d": _function("nn.AvgPool1d", f"{POOLED} ceil_mode count_include_pad"),
    **{
        f"avg_pool{n}d": _function(f"nn.AvgPool{n}d", f"{POOLED} ceil_mode count_include_pad divisor_override")
        for n in (2, 3)
    },
    **{f"lp_pool{n}d": _function(f"nn.LPPool{n}d", "input norm_type kernel_size stride ceil_mode") for n in AXES},
    **{f"adaptive_avg_pool{n}d": _function(f"nn.AdaptiveAvgPool{n}d", "input output_size") for n in AXES},
    **{
        f"adaptive_max_pool{n}d": _function(f"nn.AdaptiveMaxPool{n}d", "input output_size return_indices") for n in AXES
    },
    "interpolate": _function(
        "nn.Upsample", "input size scale_factor mode align_corners recompute_scale_factor antialias"
    ),
    "pixel_shuffle": _function("nn.PixelShuffle", "input upscale_factor"),
    "pixel_unshuffle": _function("nn.PixelUnshuffle", "input downscale_factor"),
    "channel_shuffle": _function("nn.ChannelShuffle", "input groups"),
    "unfold": _function("nn.Unfold", "input kernel_size dilation padding stride"),
    "fold": _function("nn.Fold", "input output_size kernel_size dilation padding stride"),
    **{name: _function(f"nn.{layer}", "input inplace") for name, layer in {"relu": "ReLU", "silu": "SiLU"}.items()},
    **{name: _function(f"nn.{layer}", "input") for name, layer in {"sigmoid": "Sigmoid", "tanh": "Tanh"}.items()},
    "gelu": _function("nn.GELU", "input approximate"),
    "leaky_relu": _function("nn.LeakyReLU", "input negative_slope inplace"),
    "softmax": _function("nn.Softmax", "input dim"),
    "dropout": _function("nn.Dropout", "input p training inplace"),
    "batch_norm": _function("nn.BatchNorm2d", "input running_mean running_var weight bias training momentum eps"),
    "linear": _function("nn.Linear", "input weight bias"),
    "scaled_dot_product_attention": _function(
        "nn.scaled_dot_product_attention", "query key value attn_mask dropout_p is_causal scale enable_gqa"
    ),
}
"""Of torch.nn.functional."""
OF_TORCHVISION: dict[str, Function] = {
    "deform_conv2d": _function("torchvision.ops.DeformConv2d", "input offset weight bias stride padding dilation mask")
}
"""Of torchvision.ops."""
IN_TORCH = {
    *(f"conv{n}d" for n in AXES),
    *(f"conv_transpose{n}d" for n in AXES),
    *(f"max_pool{n}d" for n in AXES),
    *("avg_pool1d", "adaptive_avg_pool1d", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "relu", "sigmoid"),
    *("tanh", "softmax", "dropout", "batch_norm"),
}
"""Those which torch itself has too."""
MAKERS = {"ones", "zeros", "randn", "rand", "empty", "full", "normal", "uniform"}
"""Functions of a library that make an array of a shape."""


LAX = {
    "conv_transpose": "lhs rhs strides padding rhs_dilation dimension_numbers transpose_kernel precision "
    "preferred_element_type use_consistent_padding",
    "conv": "lhs rhs window_strides padding precision preferred_element_type",
    "conv_with_general_padding": "lhs rhs window_strides padding lhs_dilation rhs_dilation precision "
    "preferred_element_type",
    "conv_general_dilated": "lhs rhs window_strides padding lhs_dilation rhs_dilation dimension_numbers "
    "feature_group_count batch_group_count precision preferred_element_type out_sharding",
}
"""Of jax.lax."""


def is_function(name: str) -> bool:
    """Whether a whole name is one of these."""
    return name.rpartition(".")[2] in _known(libraries.module(name))


def _known(module: str) -> tuple[str, ...]:
    known = {"torch.nn.functional": (*TORCH, "pad"), "torch": tuple(IN_TORCH), "jax.lax": tuple(LAX)}
    known["torchvision.ops"] = tuple(OF_TORCHVISION)
    return known.get(module, tuple(POOLS.get(module, ())))


def near(name: str) -> str | None:
    """A function of the same module with a name that is near."""
    return nearest(name.rpartition(".")[2], list(_known(libraries.module(name))))


def as_layer(call: Call, name: str) -> tuple[Value | None, Call, str | None]:
    """What a function is fed, the layer that computes the same, and what is to be said. Raises SpecError."""
    short = name.rpartition(".")[2]
    if libraries.module(name) == "jax.lax":
        return _of_lax(call, short)
    if libraries.module(name) in POOLS:
        return _pooled(call, tuple(POOLS[libraries.module(name)][short].split()))
    if short == "pad":
        return _padded(call)
    function = {**TORCH, **OF_TORCHVISION}[short]
    given = _bound(call, function.parameters)
    fed, note = given.pop("input", None), None
    if short == "interpolate":
        _no_antialias(call, given.pop("antialias", None))
    arguments = [(key, value) for key, value in given.items() if key not in {"weight", "bias", "offset"}]
    if function.weighs and "Conv" in function.layer:
        shape, note = _weight(given.get("weight"), call, int(function.layer[-2]))
        groups = getattr(given.get("groups"), "value", 1)
        bias = given.get("bias")
        biased = bias is not None and getattr(bias, "value", 0) is not None
        arguments = [*_channels(shape, function, groups, call.span), *arguments, ("bias", _scalar(biased, call.span))]
    return fed, _named(function.layer, arguments, call.span), note


def _named(layer: str, arguments: list[tuple[str, Value]], span: Span) -> Call:
    return Call(layer, tuple(Argument(_scalar(key, span), value) for key, value in arguments), span)


def _no_antialias(call: Call, value: Value | None) -> None:
    if value is not None and getattr(value, "value", None) is not False:
        what = f"{call.name} with antialias is not drawn"
        raise SpecError([Problem(Code.UNSUPPORTED, what, "antialias", value.span)])


def _padded(call: Call) -> tuple[Value | None, Call, str | None]:
    """``F.pad`` as the padding layer of so many axes as it has pairs."""
    given = _bound(call, ("input", "pad", "mode", "value"))
    pads, span = given.get("pad"), call.span
    count = len(pads.items) if isinstance(pads, Group) else 0
    if pads is None or count not in {2, 4, 6}:
        what = f"{call.name} is drawn with two numbers for each axis: (left, right, top, bottom)"
        raise SpecError([Problem(Code.AXES, what, "pad", span if pads is None else pads.span)])
    mode = str(getattr(given.get("mode"), "value", "constant"))
    kinds = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
    if mode not in kinds:
        what = f"{call.name} has no mode '{mode}'"
        raise SpecError([Problem(Code.UNKNOWN_NAME, what, "mode", span, ", ".join(kinds))])
    arguments: list[tuple[str, Value]] = [("padding", pads)]
    if mode == "constant":
        held = given.get("value")
        nothing = held is None or getattr(held, "value", 0) is None
        arguments.append(("value", _scalar(0, span) if held is None or nothing else held))
    return given.get("input"), _named(f"nn.{kinds[mode]}Pad{count // 2}d", arguments, span), None


def _pooled(call: Call, parameters: tuple[str, ...]) -> tuple[Value | None, Call, str | None]:
    """A pool that is a function, with all its arguments by name."""
    given = _bound(call, parameters)
    fed = given.pop(parameters[0], None)
    return fed, _named(call.name, list(given.items()), call.span), None


def _of_lax(call: Call, short: str) -> tuple[Value | None, Call, str | None]:
    """With the kernel's shape in the place of the kernel: (outputs, inputs, *kernel)."""
    given = _bound(call, tuple(LAX[short].split()))
    fed, order = given.pop("lhs", None), given.get("dimension_numbers")
    strides = given.get("window_strides", given.get("strides"))
    axes = len(strides.items) if isinstance(strides, Group) else 2
    shape, note = _weight(given.get("rhs"), call, axes, "rhs")
    written = order.items[1] if isinstance(order, Group) and len(order.items) == 3 else None
    if short == "conv_transpose" and written is None:
        written = _scalar(f"{'HWD'[:axes]}IO", call.span)  # as TensorFlow has it
        note = None if note is None else note.replace("=8x3x" + "x".join("3" * axes), "=" + "3x" * axes + "3x8")
    if note is None and isinstance(written, Scalar) and isinstance(written.value, str):
        letters = written.value
        if len(letters) != len(shape) or not {"O", "I"} <= set(letters):
            what = f"'{letters}' is not a layout of a kernel with {len(shape)} axes"
            raise SpecError([Problem(Code.AXES, what, "dimension_numbers", written.span)])
        kernel = tuple(n for n, letter in zip(shape, letters, strict=True) if letter not in "OI")
        shape = (shape[letters.index("O")], shape[letters.index("I")], *kernel)
    given["rhs"] = Group(tuple(_scalar(n, call.span) for n in shape), call.span)
    return fed, _named(f"lax.{short}", list(given.items()), call.span), note


def _bound(call: Call, parameters: tuple[str, ...]) -> dict[str, Value]:
    """Arguments by the function's own parameters, which are not always a layer's. Raises SpecError."""
    given: dict[str, Value] = {}
    for k, argument in enumerate(call.arguments):
        if argument.keyword is None and k >= len(parameters):
            what = f"{call.name} takes at most {len(parameters)} arguments; this is number {k + 1}"
            raise SpecError([Problem(Code.UNKNOWN_KEY, what, "", argument.value.span)])
        name = parameters[k] if argument.keyword is None else argument.keyword.text
        if name not in parameters:
            known = ", ".join(parameters)
            what = f"{call.name} has no parameter '{name}'"
            span = argument.keyword.span if argument.keyword is not None else None
            raise SpecError([Problem(Code.UNKNOWN_KEY, what, name, span, f"in their order: {known}")])
        if name in given:
            what = f"{call.name} is given '{name}' twice"
            raise SpecError([Problem(Code.DUPLICATE_KEY, what, name, argument.value.span)])
        given[name] = argument.value
    return given


def _weight(value: Value | None, call: Call, axes: int, name: str = "weight") -> tuple[tuple[int, ...], str | None]:
    """The shape of a weight, as far as the text says it; a small one else, and a note."""
    found = _shape(value)
    if found is not None and len(found) == axes + 2:
        return found, None
    if found is not None:
        what = f"the {name} of {call.name} has {axes + 2} axes, two of them channels, and this one has {len(found)}"
        raise SpecError([Problem(Code.SHAPE, what, name, call.span)])
    small = (1, 1, *(3,) * axes)
    known = value.name if isinstance(value, Unread) and value.name else "w"
    taken, other = ("x".join(map(str, shape)) for shape in (small, (8, 3, *small[2:])))
    return small, f"the {name} is taken for one of {taken}; --let {known}={other} says another"


def _shape(value: Value | None) -> tuple[int, ...] | None:
    """Of ``torch.ones(8, 3, 3, 3)``, ``np.zeros((8, 3, 3, 3))``, a nested list, or a shape of ``--let``."""
    match value:
        case Call(short=short) if short in MAKERS:
            sized = {"size", "shape"}
            sizes = [each.value for each in value.arguments if each.keyword is None or each.keyword.text in sized]
            first = sizes[0] if sizes and isinstance(sizes[0], Group) else None
            return _whole(first.items if first is not None else tuple(sizes))
        case Call(short="tensor" | "array" | "asarray") if value.arguments:
            return _nested(value.arguments[0].value)
        case Group():
            return _whole(value.items)
        case _:
            return None


def _whole(values: tuple[Value, ...]) -> tuple[int, ...] | None:
    numbers = tuple(each.value for each in values if isinstance(each, Scalar) and isinstance(each.value, int))
    return numbers if len(numbers) == len(values) and numbers and min(numbers) > 0 else None


def _nested(value: Value) -> tuple[int, ...] | None:
    if not isinstance(value, Group) or not value.items:
        return () if isinstance(value, Scalar) else None
    inside = _nested(value.items[0])
    return None if inside is None else (len(value.items), *inside)


def _channels(shape: tuple[int, ...], function: Function, groups: object, span: Span) -> list[tuple[str, Value]]:
    many = groups if isinstance(groups, int) and groups > 0 else 1
    outputs, inputs = (shape[1] * many, shape[0]) if function.transposed else (shape[0], shape[1] * many)
    kernel = Group(tuple(_scalar(n, span) for n in shape[2:]), span)
    return [("in_channels", _scalar(inputs, span)), ("out_channels", _scalar(outputs, span)), ("kernel_size", kernel)]


def _scalar(value: bool | int | str, span: Span | None) -> Scalar:  # noqa: FBT001  # a value
    return Scalar(value, str(value), "", span)
