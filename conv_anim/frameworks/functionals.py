"""Functions of PyTorch, JAX and others as layers: ``F.conv2d(x, w, padding=1)``, ``lax.conv_general_dilated(…)``.

A function's weight has the shape that its text says (``torch.ones(8, 3, 3, 3)``), or ``--let w=8x3x3x3``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.frameworks import libraries
from conv_anim.frameworks.calls import Call, Group
from conv_anim.frameworks.function_calls import bound, named, scalar, weight, weight_last
from conv_anim.frameworks.function_tables import IN_TORCH, TORCH, WITH_LAYERS, Function
from conv_anim.frameworks.jax import lax_functions
from conv_anim.frameworks.jax.lax_functions import LAX, REDUCE
from conv_anim.frameworks.keras import functions as keras_functions

if TYPE_CHECKING:
    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Value

OF_TENSORS = {
    "max_pool2d": "self kernel_size stride dilation padding ceil_mode return_indices",
    "avg_pool2d": "self kernel_size stride dilation padding ceil_mode count_include_pad",
    "interpolate": "self size mode align_corners",
}
POOLS = {
    "flax.nnx": {
        **dict.fromkeys(("max_pool", "min_pool"), "inputs window_shape strides padding"),
        "avg_pool": "inputs window_shape strides padding count_include_pad",
    },
    "haiku": dict.fromkeys(("max_pool", "avg_pool"), "value window_shape strides padding channel_axis"),
    "tinygrad.Tensor": OF_TENSORS,
    "tinygrad.tensor.Tensor": OF_TENSORS,
}
"""Pools and the like that are functions, by their modules: their parameters, the first of them what they are fed."""


def is_function(name: str) -> bool:
    """Whether a whole name is one of these."""
    return name.rpartition(".")[2] in _known(libraries.module(name))


def _known(module: str) -> tuple[str, ...]:
    known = {"torch.nn.functional": (*TORCH, "pad"), "torch": tuple(IN_TORCH), "jax.lax": (*LAX, REDUCE)}
    others = {**POOLS, **keras_functions.BY_MODULE, **WITH_LAYERS}
    return known.get(module, tuple(others.get(module, ())))


def near(name: str) -> str | None:
    """A function of the same module with a name that is near."""
    return nearest(name.rpartition(".")[2], list(_known(libraries.module(name))))


def as_layer(call: Call, name: str) -> tuple[Value | None, Call, str | None]:
    """A function's input, the layer that computes the same, and a note. Raises SpecError."""
    short = name.rpartition(".")[2]
    if libraries.module(name) == "jax.lax":
        return lax_functions.pool(call) if short == REDUCE else lax_functions.convolution(call, short)
    if libraries.module(name) in keras_functions.BY_MODULE:
        function_ = keras_functions.BY_MODULE[libraries.module(name)][short]
        return keras_functions.as_layer(name, bound(call, function_.parameters), call, weight_last)
    if libraries.module(name) in POOLS:
        return _pooled(call, tuple(POOLS[libraries.module(name)][short].split()))
    if short == "pad":
        return _padded(call)
    function = WITH_LAYERS.get(libraries.module(name), TORCH)[short]
    given = bound(call, function.parameters)
    fed, note = given.pop(function.parameters[0], None), None
    if short == "interpolate":
        _no_antialias(call, given.pop("antialias", None))
    arguments = [(key, value) for key, value in given.items() if key not in {"weight", "bias", "offset"}]
    if function.weighs and "Conv" in function.layer:
        shape, note = _weight_of(given.get("weight"), call, function)
        groups = getattr(given.get("groups"), "value", 1)
        bias = given.get("bias")
        biased = bias is not None and getattr(bias, "value", 0) is not None
        arguments = [*_channels(shape, function, groups, call.span), *arguments]
        if function.bias == "bias" or not biased:
            arguments.append((function.bias, scalar(biased, call.span)))
    return fed, named(function.layer, arguments, call.span), note


def _weight_of(value: Value | None, call: Call, function: Function) -> tuple[tuple[int, ...], str | None]:
    """The shape of a weight as PyTorch has it: with its outputs first, and of a transposed convolution its inputs."""
    axes = next(int(letter) for letter in function.layer if letter.isdecimal())
    if function.order == "OIK":
        return weight(value, call, axes)
    (outputs, *kernel, inputs), note = weight(value, call, axes, order=function.order)
    first = (inputs, outputs) if function.transposed else (outputs, inputs)
    return (*first, *kernel), note


def _no_antialias(call: Call, value: Value | None) -> None:
    if value is not None and getattr(value, "value", None) is not False:
        what = f"{call.name} with antialias is not drawn"
        raise SpecError([Problem(Code.UNSUPPORTED, what, "antialias", value.span)])


def _padded(call: Call) -> tuple[Value | None, Call, str | None]:
    """``F.pad`` as a padding layer, with an axis for each pair."""
    given = bound(call, ("input", "pad", "mode", "value"))
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
        arguments.append(("value", scalar(0, span) if held is None or nothing else held))
    return given.get("input"), named(f"nn.{kinds[mode]}Pad{count // 2}d", arguments, span), None


def _pooled(call: Call, parameters: tuple[str, ...]) -> tuple[Value | None, Call, str | None]:
    """A pool that is a function, with all its arguments by name."""
    given = bound(call, parameters)
    fed = given.pop(parameters[0], None)
    return fed, named(call.name, list(given.items()), call.span), None


def _channels(shape: tuple[int, ...], function: Function, groups: object, span: Span) -> list[tuple[str, Value]]:
    many = groups if isinstance(groups, int) and groups > 0 else 1
    outputs, inputs = (shape[1] * many, shape[0]) if function.transposed else (shape[0], shape[1] * many)
    sizes = tuple(scalar(n, span) for n in shape[2:])
    kernel = sizes[0] if len(sizes) == 1 else Group(sizes, span)
    return [("in_channels", scalar(inputs, span)), ("out_channels", scalar(outputs, span)), ("kernel_size", kernel)]
