"""Gradients in the words of NumPy; PyTorch and JAX find them by themselves."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.coding.arrays_code import padded
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.numpy_code import MODES
from conv_anim.coding.writing import LETTERS, slices, unwritten, within
from conv_anim.tracing.values import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.pulls import InputPull, Pull, Upstream, WeightPull
    from conv_anim.spec.op import Op

Lines = list[str]
SLOPES = {
    "relu": "({x} > 0)",
    "leaky_relu": "np.where({x} > 0, 1, {s})",
    "gelu": "((1 + np.vectorize(math.erf)({x} / np.sqrt(2))) / 2 + {x} * np.exp(-({x}**2) / 2) / np.sqrt(2 * np.pi))",
    "silu": "(1 / (1 + np.exp(-{x})) * (1 + {x} - {y}))",
    "hard_swish": "np.where({x} <= -3, 0, np.where({x} >= 3, 1, {x} / 3 + 0.5))",
    "hard_sigmoid": "np.where(np.abs({x}) < 3, 1 / 6, 0)",
    "sigmoid": "({y} * (1 - {y}))",
    "tanh": "(1 - {y}**2)",
}
"""The slope of each function, given its number x and its result y."""


def upstream(op: Upstream, context: CodeContext) -> Lines:
    """The gradient that arrives, in place of the output."""
    return [f"y = {NUMPY.of(op.values, context.traced.output)}"]


def weight_of(op: Op) -> str:
    """An expression for a forward op's weight."""
    assert op.weight_values is not None
    assert op.weight_shape is not None
    written = NUMPY.of(op.weight_values, fill(op.weight_values, op.weight_shape))
    return written if op.window is None else NUMPY.masked(written, op.window)


def _at(op: Any) -> str:
    return ", ".join(LETTERS[: len(op.kernel_size)])


def _canvas(op: Any, x: str) -> Lines:
    """The forward input as its windows met it."""
    empty = {"max": "-np.inf"}.get(op.window.reduce)
    mode = {} if empty is None else {"constant_values": empty}
    return [f"x = {x}", *padded(op.padding, "np", **mode, **MODES[getattr(op, "padding_mode", "zeros")])]


def _kept(op: Any) -> Lines:
    """What lies on the canvas, back on the input: padding is cut off, or added to the cells that it repeats."""
    channels, size, mode = op.ends.in_channels, op.ends.in_size, getattr(op, "padding_mode", "zeros")
    if not any(map(any, op.padding)):
        return ["y = canvas"]
    if mode == "zeros":
        return [f"y = canvas[:, {within(op.padding, size)}]"]
    how = "".join(f", {key}={value}" for key, value in MODES[mode].items())
    return [
        f"places = np.pad(np.arange({prod(size)}).reshape{size}, {list(op.padding)}{how}).ravel()",
        f"y = np.zeros({(channels, prod(size))})",
        f"np.add.at(y, (slice(None), places), canvas.reshape({channels}, -1))",
        f"y = y.reshape{(channels, *size)}",
    ]


def _window(op: Any) -> str:
    return slices(op.stride, op.kernel_size, op.dilation)


def _conv_input(op: InputPull, context: CodeContext) -> Lines:
    conv: Any = op.forward
    gradient, _, x = context.inputs
    seen, filters = conv.ends.in_channels // conv.groups, conv.ends.out_channels // conv.groups
    axes = tuple(range(2, 2 + len(conv.kernel_size)))
    grouped = [f"    group = m // {filters} * {seen}"] if conv.groups > 1 else []
    channels = f"group : group + {seen}" if grouped else ":"
    return [
        f"weight = {weight_of(conv)}",
        *([f"weight = np.flip(weight, axis={axes})"] if conv.flip else []),
        *_canvas(conv, x),
        "canvas = np.zeros(x.shape)",
        f"for m, {_at(conv)} in np.ndindex({gradient}.shape):",
        *grouped,
        f"    canvas[{channels}, {_window(conv)}] += {gradient}[m, {_at(conv)}] * weight[m]",
        *_kept(conv),
    ]


def _pool_input(op: InputPull, context: CodeContext) -> Lines:
    pool: Any = op.forward
    gradient, made, x = context.inputs
    at, window = _at(pool), _window(pool)
    g, y = f"{gradient}[c, {at}]", f"{made}[c, {at}]"
    whole = pool.reduce == "mean" and (pool.count_include_pad or not any(map(any, pool.padding)))
    share = {
        "max": [
            "    at = np.unravel_index(window.argmax(), window.shape)  # the first of equal ones",
            f"    canvas[c, {window}][at] += {g}",
        ],
        "norm": [
            f"    share = np.sign(window) * (np.abs(window) / max({y}, 1e-300)) ** ({pool.norm_type} - 1)",
            f"    canvas[c, {window}] += {g} * share",
        ],
        "mean": [
            f"    canvas[c, {window}] += {g} / " + ("window.size" if whole else f"max(inside[{window}].sum(), 1)")
        ],
    }[pool.reduce]
    inside = f"inside = np.pad(np.ones({pool.ends.in_size}), {list(pool.padding)})"
    return [
        *_canvas(pool, x),
        *([inside] if pool.reduce == "mean" and not whole else []),
        "canvas = np.zeros(x.shape)",
        f"for c, {at} in np.ndindex({gradient}.shape):",
        f"    window = x[c, {window}]",
        *share,
        *_kept(pool),
    ]


def _conv_weight(op: WeightPull, context: CodeContext) -> Lines:
    conv: Any = op.forward
    gradient, _, x = context.inputs
    seen, filters = conv.ends.in_channels // conv.groups, conv.ends.out_channels // conv.groups
    grouped = [f"    group = m // {filters} * {seen}"] if conv.groups > 1 else []
    channels = f"group : group + {seen}" if grouped else ":"
    axes = tuple(range(2, 2 + len(conv.kernel_size)))
    return [
        *_canvas(conv, x),
        f"y = np.zeros({op.shape})",
        f"for m, {_at(conv)} in np.ndindex({gradient}.shape):",
        *grouped,
        f"    y[m] += {gradient}[m, {_at(conv)}] * x[{channels}, {_window(conv)}]",
        *([f"y = np.flip(y, axis={axes})"] if conv.flip else []),
        *([f"y = {NUMPY.masked('y', conv.window)}  # no gradient where the mask is"] if conv.mask is not None else []),
    ]


def _transposed_weight(op: WeightPull, context: CodeContext) -> Lines:
    conv: Any = op.forward
    gradient, _, x = context.inputs
    seen, filters = conv.ends.in_channels // conv.groups, conv.ends.out_channels // conv.groups
    grouped = [f"    group = c // {seen} * {filters}"] if conv.groups > 1 else []
    channels = f"group : group + {filters}" if grouped else ":"
    return [
        f"canvas = np.pad({gradient}, {[(0, 0), *conv.padding]})",
        f"y = np.zeros({op.shape})",
        f"for c, {_at(conv)} in np.ndindex({x}.shape):",
        *grouped,
        f"    y[c] += {x}[c, {_at(conv)}] * canvas[{channels}, {_window(conv)}]",
    ]


def _linear_weight(op: WeightPull, context: CodeContext) -> Lines:
    gradient, _, x = context.inputs
    made, read = op.shape
    return [f"y = {gradient}.reshape(-1, {made}).T @ {x}.reshape(-1, {read})"]


def _norm_weight(op: WeightPull, context: CodeContext) -> Lines:
    gradient, _, x = context.inputs
    return [f"y = ({gradient} * {x}).reshape({op.forward.ends.in_channels}, -1).sum(axis=1)"]


def _concat(op: InputPull, context: CodeContext) -> Lines:
    channels = [shape.channels for shape in op.forward.fed]
    first = sum(channels[: op.of])
    return [f"y = {context.inputs[0]}[{first} : {first + channels[op.of]}]"]


def _multiply(op: InputPull, context: CodeContext) -> Lines:
    """What one number met many times adds up."""
    gradient, _, *factors = context.inputs
    one, other = (op.forward.fed[k] for k in (op.of, 1 - op.of))
    axes = max(len(one.size), len(other.size))
    shapes = [(each.channels, *each.size, *(1,) * (axes - len(each.size))) for each in (one, other)]
    summed = tuple(a for a, (mine, theirs) in enumerate(zip(*shapes, strict=True)) if mine == 1 < theirs)
    met = f"{factors[1 - op.of]}.reshape{shapes[1]}"
    adds = f".sum(axis={summed}, keepdims=True)" if summed else ""
    return [f"y = ({gradient} * {met}){adds}.reshape{(one.channels, *one.size)}".replace(",).", ").")]


def _activation(op: InputPull, context: CodeContext) -> Lines:
    gradient, made, x = context.inputs
    function: Any = op.forward
    said = SLOPES[function.type].format(x=x, y=made, s=repr(function.slope))
    return [*(["import math"] if "math." in said else []), f"y = {gradient} * {said}"]


def _shaped(op: InputPull, context: CodeContext) -> Lines:
    shape = op.forward.fed[0]
    return [f"y = {context.inputs[0]}.reshape{(shape.channels, *shape.size)}"]


def _softmax(op: InputPull, context: CodeContext) -> Lines:
    gradient, made, _ = context.inputs
    axis = getattr(op.forward, "axis", 0)
    return [f"y = {made} * ({gradient} - ({gradient} * {made}).sum(axis={axis}, keepdims=True))"]


INPUTS: dict[str, Callable[[InputPull, CodeContext], Lines]] = {
    "conv": _conv_input,
    "max_pool": _pool_input,
    "avg_pool": _pool_input,
    "lp_pool": _pool_input,
    "multiply": _multiply,
    "concat": _concat,
    "linear": lambda op, context: [f"y = {context.inputs[0]} @ {weight_of(op.forward)}"],
    "batch_norm": lambda op, context: [
        f"scale = {weight_of(op.forward)}",
        f"y = {context.inputs[0]} * scale.reshape{(-1, *(1 for _ in op.forward.ends.in_size))}".replace(",)", ")"),
    ],
    "flatten": _shaped,
    "softmax": _softmax,
    **dict.fromkeys(SLOPES, _activation),
}
WEIGHTS: dict[str, Callable[[WeightPull, CodeContext], Lines]] = {
    "conv": _conv_weight,
    "conv_transpose": _transposed_weight,
    "linear": _linear_weight,
    "batch_norm": _norm_weight,
}


def _numpy(op: Pull, context: CodeContext) -> Lines:
    table: dict[str, Callable[[Any, CodeContext], Lines]] = INPUTS if op.type == "grad_input" else WEIGHTS
    if op.forward.type not in table:
        unwritten(f"the gradient of {op.forward.type}")
    return table[op.forward.type](op, context)


WRITERS = {"numpy": _numpy}
