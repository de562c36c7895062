"""Functions of ``jax.lax`` as layers: its convolutions, and ``reduce_window`` with a maximum as a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.calls import Call, Group, Unread
from conv_anim.frameworks.function_calls import bound, named, scalar, weight
from conv_anim.spec.nodes import Scalar
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Value

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
REDUCE = "reduce_window"
REDUCED = "operand init_value computation window_dimensions window_strides padding base_dilation window_dilation"


def convolution(call: Call, short: str) -> tuple[Value | None, Call, str | None]:
    """With the kernel's shape in the place of the kernel: (outputs, inputs, *kernel)."""
    given = bound(call, tuple(LAX[short].split()))
    fed, order = given.pop("lhs", None), given.get("dimension_numbers")
    strides = given.get("window_strides", given.get("strides"))
    axes = len(strides.items) if isinstance(strides, Group) else 2
    shape, note = weight(given.get("rhs"), call, axes, "rhs")
    written = order.items[1] if isinstance(order, Group) and len(order.items) == 3 else None
    if short == "conv_transpose" and written is None:
        written = scalar(f"{'HWD'[:axes]}IO", call.span)  # as TensorFlow has it
        note = None if note is None else note.replace("=8x3x" + "x".join("3" * axes), "=" + "3x" * axes + "3x8")
    if note is None and isinstance(written, Scalar) and isinstance(written.value, str):
        letters = written.value
        if len(letters) != len(shape) or not {"O", "I"} <= set(letters):
            what = f"'{letters}' is not a layout of a kernel with {len(shape)} axes"
            raise SpecError([Problem(Code.AXES, what, "dimension_numbers", written.span)])
        kernel = tuple(n for n, letter in zip(shape, letters, strict=True) if letter not in "OI")
        shape = (shape[letters.index("O")], shape[letters.index("I")], *kernel)
    given["rhs"] = Group(tuple(scalar(n, call.span) for n in shape), call.span)
    return fed, named(f"lax.{short}", list(given.items()), call.span), note


def pool(call: Call) -> tuple[Value | None, Call, str | None]:
    """``lax.reduce_window`` with ``lax.max`` as the pool that it is. Raises SpecError."""
    given = bound(call, tuple(REDUCED.split()))
    by = given.get("computation")
    if not isinstance(by, Unread) or by.text.rpartition(".")[2] not in {"max", "maximum"}:
        what = f"{call.name} is drawn with lax.max"
        hint = "a mean is nnx.avg_pool(…)"
        raise SpecError([Problem(Code.UNSUPPORTED, what, "computation", call.span if by is None else by.span, hint)])
    for key in ("base_dilation", "window_dilation"):
        dilation = given.get(key)
        if isinstance(dilation, Group) and any(getattr(each, "value", 1) != 1 for each in dilation.items):
            what = f"{call.name} with a {key} is not drawn"
            raise SpecError([Problem(Code.UNSUPPORTED, what, key, dilation.span, "nn.MaxPool2d(…, dilation=2) is")])
    window, moves = given.get("window_dimensions"), given.get("window_strides")
    ones = [getattr(each, "value", None) == 1 for each in window.items] if isinstance(window, Group) else []
    inner = slice(None)
    if len(ones) > 2 and ones[0]:
        inner = slice(1, -1) if ones[-1] else slice(2, None) if ones[1] else inner
    arguments = [
        (key, replace(value, items=value.items[inner]) if isinstance(value, Group) else value)
        for key, value in (("window_shape", window), ("strides", moves))
        if value is not None
    ]
    padding = given.get("padding")
    if isinstance(padding, Group):
        padding = replace(padding, items=padding.items[inner])
    if padding is not None:
        arguments.append(("padding", padding))
    return given.get("operand"), named("nnx.max_pool", arguments, call.span), None
