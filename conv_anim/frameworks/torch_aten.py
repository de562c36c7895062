"""PyTorch's operators (ATen), and what each is as a layer of a spec; one that is not in the table is not drawn."""

from __future__ import annotations

from functools import partial
from math import floor, prod
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arrays import array
from conv_anim.frameworks.sketch import same, tidy
from conv_anim.spec.nodes import Scalar
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.diagnostics import SpecError
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch_export import Step, Traced
    from conv_anim.spec.model import Given, Padding, Size

Draw: TypeAlias = "Callable[[Call, Sketch], None]"


@dataclass(frozen=True, slots=True)
class Call:
    """A step that is about to be drawn: what is known, and which entry of the sketch made what."""

    step: Step
    traced: Traced
    held: dict[str, Given]
    entries: dict[str, int] = field(repr=False)
    """By the names of nodes."""

    @property
    def at(self) -> Scalar:
        """The place of the call, for what is said of it as a whole."""
        return Scalar(None, "", self.step.place)

    def get(self, name: str) -> Any:
        """An argument, or None."""
        return self.step.values.get(name)

    def each(self, name: str, count: int, default: int = 1) -> list[int]:
        """One number for each axis."""
        given = self.get(name)
        listed = [given] if isinstance(given, int) else list(given or [])
        return listed * count if len(listed) == 1 else listed or [default] * count

    def tensor(self, name: str) -> Any:
        """One that is known; None if it is left out. Raises SpecError for one that is computed from the input."""
        node = self.get(name)
        if node is None:
            return None
        if node.name not in self.traced.tensors:
            raise self.step.problem(f"the {name} of this {self.step.name} is computed from the input")
        return self.traced.tensors[node.name]

    def weight(self, weight: Any, suffix: str = "weight") -> dict[str, str]:
        """A weight, held under its place."""
        name = f"{self.step.node.name}.{suffix}"
        self.held[name] = array(weight, f"{self.step.place}.{suffix}")
        return {"file": name}

    def numbers(self, tensor: Any, name: str) -> list[Any] | None:
        """The numbers of a tensor, called by a name in what is said of it; None of none."""
        return None if tensor is None else list(array(tensor, f"{self.step.place}.{name}").numbers)

    def fed(self, node: Any) -> int:
        """The entry that makes what is fed. Raises SpecError for what is none."""
        if getattr(node, "name", None) not in self.entries:
            raise self.step.problem(f"{self.step.name} reads what is not drawn")
        return self.entries[node.name]

    def problem(self, message: str, hint: str | None = None) -> SpecError:
        """What is wrong with the call, at its place."""
        return self.step.problem(message, hint)


# convolutions


def _conv(call: Call, sketch: Sketch) -> None:
    weight = call.tensor("weight")
    axes, padding = weight.ndim - 2, call.get("padding")
    if isinstance(padding, str):
        amounts = None if padding == "valid" else padding
    else:
        amounts = tidy(tuple((p, p) for p in call.each("padding", axes, 0)))
    sketch.add(
        "conv",
        call.at,
        out_channels=weight.shape[0],
        kernel_size=same(list(weight.shape[2:])),
        padding=amounts,
        weight=call.weight(weight),
        bias=call.numbers(call.tensor("bias"), "bias"),
        **_moves(call, axes),
    )


def _moves(call: Call, axes: int) -> dict[str, Any]:
    found = {name: call.each(name, axes) for name in ("stride", "dilation")}
    groups = call.get("groups") or 1
    return {name: same(numbers) for name, numbers in found.items() if set(numbers) != {1}} | {
        "groups": groups if groups > 1 else None
    }


def _conv_transpose(call: Call, sketch: Sketch) -> None:
    weight = call.tensor("weight")
    axes, extra = weight.ndim - 2, call.each("output_padding", weight.ndim - 2, 0)
    sketch.add(
        "conv_transpose",
        call.at,
        out_channels=weight.shape[1] * (call.get("groups") or 1),
        kernel_size=same(list(weight.shape[2:])),
        padding=tidy(tuple((p, p) for p in call.each("padding", axes, 0))),
        output_padding=same(extra) if any(extra) else None,
        weight=call.weight(weight),
        bias=call.numbers(call.tensor("bias"), "bias"),
        **_moves(call, axes),
    )


def _convolution(call: Call, sketch: Sketch) -> None:
    (_conv_transpose if call.get("transposed") else _conv)(call, sketch)


def _linear(call: Call, sketch: Sketch) -> None:
    _dense(call, sketch, call.tensor("weight"), call.tensor("bias"))


def _addmm(call: Call, sketch: Sketch) -> None:
    if call.get("beta") not in {None, 1} or call.get("alpha") not in {None, 1}:
        raise call.problem("addmm with alpha or beta is not drawn")
    _dense(call, sketch, call.tensor("mat2").T, call.tensor("self"))


def _matmul(call: Call, sketch: Sketch, *, other: str) -> None:
    _dense(call, sketch, call.tensor(other).T, None)


def _dense(call: Call, sketch: Sketch, weight: Any, bias: Any) -> None:
    if weight.ndim != 2:
        raise call.problem("a product with more than a matrix is not drawn")
    numbers = None if bias is None else call.numbers(bias.expand(weight.shape[0]), "bias")
    sketch.add("linear", call.at, out_features=weight.shape[0], weight=call.weight(weight), bias=numbers)


# pools


def _pool(call: Call, sketch: Sketch, *, name: str) -> None:
    if call.get("divisor_override") is not None:
        raise call.problem("'divisor_override' is not drawn: a mean is divided by its cells")
    kernel = call.each("kernel_size", sketch.axes)
    stride = call.each("stride", sketch.axes) if call.get("stride") else kernel
    dilation = call.each("dilation", sketch.axes)
    sketch.add(
        name,
        call.at,
        kernel_size=same(kernel),
        stride=same(stride) if stride != kernel else None,
        padding=tidy(tuple((p, p) for p in call.each("padding", sketch.axes, 0))),
        dilation=same(dilation) if set(dilation) != {1} else None,
        ceil_mode=call.get("ceil_mode") or None,
        count_include_pad=False if call.get("count_include_pad") is False else None,
    )


def _adaptive(call: Call, sketch: Sketch, *, name: str) -> None:
    out = call.each("output_size", sketch.axes)
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", call.at)
    else:
        sketch.add(f"adaptive_{name}", call.at, size=same(out))


def _mean(call: Call, sketch: Sketch) -> None:
    axes = sketch.axes + 2
    over = {k % axes for k in call.get("dim") or range(axes)}
    if over != set(range(2, axes)):
        raise call.problem("a mean is drawn over whole maps only")
    sketch.add("global_avg_pool", call.at)
    if not call.get("keepdim"):
        sketch.add("flatten", call.at)


# cell by cell


def _simple(call: Call, sketch: Sketch, *, name: str, **keys: str) -> None:
    sketch.add(name, call.at, **{key: call.get(parameter) for key, parameter in keys.items()})


def _gelu(call: Call, sketch: Sketch) -> None:
    if call.get("approximate") not in {None, "none"}:
        raise call.problem("GELU is drawn as it is defined, not with approximate='tanh'")
    sketch.add("gelu", call.at)


def _softmax(call: Call, sketch: Sketch) -> None:
    axes = sketch.axes + 2
    dim = call.get("dim") % axes
    if dim not in {1, axes - 1}:
        raise call.problem("a softmax is drawn over the channels or over the last axis")
    sketch.add("softmax", call.at, over="channels" if dim == 1 else "last")


def _batch_norm(call: Call, sketch: Sketch) -> None:
    """γ·(x − μ)/√(σ² + ε) + β, in double precision."""
    if call.get("training"):
        raise call.problem("in training, this normalises by the batch's own mean", "model.eval()")
    mean, var = (call.tensor(name) for name in ("running_mean", "running_var"))
    if mean is None or var is None:
        raise call.problem("this normalises by its input's own mean, which is not drawn")
    weight, bias = (call.tensor(name) for name in ("weight", "bias"))
    scale = (1 if weight is None else weight.double()) / (var.double() + call.get("eps")).sqrt()
    shift = (0 if bias is None else bias.double()) - mean.double() * scale
    sketch.add("batch_norm", call.at, scale=call.numbers(scale, "scale"), shift=call.numbers(shift, "shift"))


def _scaled(call: Call, sketch: Sketch, *, scale: Any = None, shift: Any = None) -> None:
    """Every channel times a number, and one added: a pointwise convolution of each channel by itself."""
    channels = sketch.channels
    if not sketch.size:
        raise call.problem("a flat vector is not multiplied by a number, or added to one, in a figure")
    sketch.add(
        "depthwise",
        call.at,
        kernel_size=1,
        weight=call.weight(
            _per_channel(call, 1 if scale is None else scale, channels).reshape(channels, 1, *_ones(sketch))
        ),
        bias=None if shift is None else call.numbers(_per_channel(call, shift, channels), "bias"),
    )


def _ones(sketch: Sketch) -> Size:
    return (1,) * sketch.axes


def _per_channel(call: Call, number: Any, channels: int) -> Any:
    """A number, or a tensor with one for each channel, as an array of them. Raises SpecError for others."""
    import numpy as np

    if isinstance(number, int | float):
        return np.full(channels, float(number))
    if number.numel() == 1:
        return np.full(channels, number.item())
    axes = len(call.step.shape or ())
    shape = (1,) * (axes - number.ndim) + tuple(number.shape)
    if shape != (1, channels, *(1,) * (axes - 2)):
        what = f"{call.step.name} with a tensor {tuple(number.shape)} is not drawn: one number per channel is"
        raise call.problem(what)
    return number.reshape(channels).detach().cpu().double().numpy()


def _two(call: Call) -> tuple[Any, Any]:
    return call.get("self"), call.get("other")


def _known(call: Call, value: Any) -> Any:
    """A number, or a tensor that is known; None for what is computed from the input."""
    return value if isinstance(value, int | float) else call.traced.tensors.get(getattr(value, "name", ""))


def _add(call: Call, sketch: Sketch, *, sign: int = 1) -> None:
    alpha = sign * (1 if call.get("alpha") is None else call.get("alpha"))
    one, other = _two(call)
    known = _known(call, other)
    if known is not None and _known(call, one) is None:
        sketch.after(call.fed(one))
        _scaled(call, sketch, shift=known * alpha)
        return
    known = _known(call, one)
    if known is not None:
        sketch.after(call.fed(other))
        _scaled(call, sketch, scale=alpha, shift=known)
        return
    if alpha != 1:
        sketch.after(call.fed(other))
        _scaled(call, sketch, scale=alpha)
        sketch.join("add", call.at, (call.fed(one), sketch.current))
        return
    sketch.join("add", call.at, (call.fed(one), call.fed(other)))


def _subtracted(call: Call, sketch: Sketch) -> None:
    """``other`` less ``alpha`` times what is fed."""
    known = _known(call, call.get("other"))
    if known is None:
        raise call.problem("a difference of two maps is drawn where it is a sub")
    _scaled(call, sketch, scale=-(1 if call.get("alpha") is None else call.get("alpha")), shift=known)


def _negative(call: Call, sketch: Sketch) -> None:
    _scaled(call, sketch, scale=-1)


def _multiply(call: Call, sketch: Sketch) -> None:
    one, other = _two(call)
    for value, rest in ((other, one), (one, other)):
        known = _known(call, value)
        if known is not None:
            sketch.after(call.fed(rest))
            _scaled(call, sketch, scale=known)
            return
    sketch.join("multiply", call.at, (call.fed(one), call.fed(other)))


def _divide(call: Call, sketch: Sketch) -> None:
    known = _known(call, call.get("other"))
    if known is None or call.get("rounding_mode") is not None:
        raise call.problem("a quotient of two maps is not drawn")
    _scaled(call, sketch, scale=1 / known)


def _concat(call: Call, sketch: Sketch) -> None:
    axes = len(call.step.shape or ())
    if (call.get("dim") or 0) % max(1, axes) != 1:
        raise call.problem("maps are put behind each other along their channels only")
    sketch.join("concat", call.at, tuple(map(call.fed, call.get("tensors"))))


# what moves cells


def _reshaped(call: Call, sketch: Sketch) -> None:
    """A flat vector, or the same shape under another name."""
    shape = call.step.shape
    if shape == (1, sketch.channels, *sketch.size):
        return
    if shape != (1, sketch.channels * prod(sketch.size)):
        raise call.problem(f"{call.step.name} to the shape {shape} is not drawn: a flat vector of all numbers is")
    sketch.add("flatten", call.at)


def _same(call: Call, sketch: Sketch) -> None:
    """It changes nothing."""
    if (
        call.step.name in {"to", "_to_copy"}
        and call.get("dtype") is not None
        and not call.get("dtype").is_floating_point
    ):
        raise call.problem("numbers that are rounded to whole ones are not drawn")
    del sketch


def _dropout(call: Call, sketch: Sketch) -> None:
    del sketch
    if call.get("train") and call.get("p") != 0:
        raise call.problem("in training, a dropout drops other numbers each time", "model.eval()")


def _pad(call: Call, sketch: Sketch) -> None:
    from conv_anim.frameworks.torch_layers import bordered

    modes = {None: "zeros", "constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    mode = modes[call.get("mode")] if "mode" in call.step.values else _MODES[call.step.name]
    pads = list(call.get("pad") or call.get("padding") or [])
    axes = sketch.axes
    if len(pads) > 2 * axes and any(pads[2 * axes :]):
        raise call.problem("padding of channels is not drawn")
    sides = list(zip(pads[::2], pads[1::2], strict=True))[:axes]
    sides += [(0, 0)] * (axes - len(sides))
    value = call.get("value") or 0
    bordered(sketch, tuple(reversed(sides)), call.at, mode=mode, value=value if mode == "zeros" else 0)
    sketch.settle()


_MODES = {
    "constant_pad_nd": "zeros",
    **{
        f"{name}_pad{n}d": mode
        for n in (1, 2, 3)
        for name, mode in (("reflection", "reflect"), ("replication", "replicate"))
    },
}


def _slice(call: Call, sketch: Sketch) -> None:
    axes, dim = sketch.axes + 2, call.get("dim") or 0
    dim %= axes
    sizes = (1, sketch.channels, *sketch.size)
    first, last, step = slice(call.get("start"), call.get("end"), call.get("step")).indices(sizes[dim])
    if (first, last, step) == (0, sizes[dim], 1):
        return
    if dim < 2 or step != 1 or last <= first:
        raise call.problem("a slice is drawn where it cuts off cells at the edges of a map")
    cut: Padding = tuple((first, sizes[dim] - last) if a + 2 == dim else (0, 0) for a in range(sketch.axes))
    sketch.add("crop", call.at, cropping=tidy(cut))


def _upsample(call: Call, sketch: Sketch, *, mode: str | None, exact: bool = False) -> None:
    size = call.get("output_size") or call.get("input")
    size = size if isinstance(size, list | tuple) else None
    factors = call.get("scale_factors")
    if factors is None:
        scales = [
            call.get(name) for name in ("scales", "scales_d", "scales_h", "scales_w") if call.get(name) is not None
        ]
        factors = scales if len(scales) == sketch.axes else None
    made = (call.step.shape or ())[2:]
    if factors is not None and [floor(n * f) for n, f in zip(sketch.size, factors, strict=True)] != list(made):
        factors = None
    sketch.add(
        "upsample",
        call.at,
        size=list(made) if factors is None else None,
        scale_factor=None if factors is None else same(list(factors)),
        mode=mode,
        align_corners=call.get("align_corners") or None,
        coordinates="half_pixel" if exact else None,
        rounding="half_up" if exact else None,
    )


def _columns(call: Call, sketch: Sketch, *, name: str) -> None:
    keys = {key: call.each(key, 2, default) for key, default in (("stride", 1), ("padding", 0), ("dilation", 1))}
    given = {key: same(n) for key, n in keys.items() if set(n) != {0 if key == "padding" else 1}}
    out = list(call.get("output_size")) if name == "fold" else None
    sketch.add(name, call.at, output_size=out, kernel_size=same(call.each("kernel_size", 2)), **given)


JOINS = {"add", "add_", "mul", "mul_", "sub", "sub_", "cat", "concat", "concatenate"}
"""Operators that may read several maps."""
CONVS = {f"conv{n}d": _conv for n in (1, 2, 3)} | {f"conv_transpose{n}d": _conv_transpose for n in (1, 2, 3)}
POOLS: dict[str, Draw] = {
    **{f"max_pool{n}d{more}": partial(_pool, name="max_pool") for n in (1, 2, 3) for more in ("", "_with_indices")},
    **{f"avg_pool{n}d": partial(_pool, name="avg_pool") for n in (1, 2, 3)},
    **{f"{_}adaptive_avg_pool{n}d": partial(_adaptive, name="avg_pool") for n in (1, 2, 3) for _ in ("", "_")},
    **{f"adaptive_max_pool{n}d": partial(_adaptive, name="max_pool") for n in (1, 2, 3)},
}
ATEN: dict[str, Draw] = {
    **CONVS,
    **POOLS,
    "convolution": _convolution,
    "linear": _linear,
    "addmm": _addmm,
    "mm": partial(_matmul, other="mat2"),
    "matmul": partial(_matmul, other="other"),
    "mean": _mean,
    **{name: partial(_simple, name=name) for name in ("relu", "silu", "sigmoid", "tanh")},
    "leaky_relu": partial(_simple, name="leaky_relu", negative_slope="negative_slope"),
    "gelu": _gelu,
    "softmax": _softmax,
    "_softmax": _softmax,
    "batch_norm": _batch_norm,
    "_native_batch_norm_legit_no_training": _batch_norm,
    **dict.fromkeys(
        ("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_functional"), _batch_norm
    ),
    "add": _add,
    "sub": partial(_add, sign=-1),
    "rsub": _subtracted,
    "neg": _negative,
    "mul": _multiply,
    "div": _divide,
    "cat": _concat,
    **dict.fromkeys(("flatten", "view", "_unsafe_view", "reshape", "squeeze", "unsqueeze", "unflatten"), _reshaped),
    **dict.fromkeys(("clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to", "_to_copy"), _same),
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout", "native_dropout"), _dropout),
    "pad": _pad,
    **dict.fromkeys(_MODES, _pad),
    "slice": _slice,
    **{f"upsample_nearest{n}d": partial(_upsample, mode=None) for n in (1, 2, 3)},
    **{f"_upsample_nearest_exact{n}d": partial(_upsample, mode=None, exact=True) for n in (1, 2, 3)},
    **{
        f"upsample_{mode}{n}d": partial(_upsample, mode=mode)
        for mode, n in (("linear", 1), ("bilinear", 2), ("trilinear", 3))
    },
    "upsample_bicubic2d": partial(_upsample, mode="bicubic"),
    "pixel_shuffle": partial(_simple, name="pixel_shuffle", upscale_factor="upscale_factor"),
    "pixel_unshuffle": partial(_simple, name="pixel_unshuffle", downscale_factor="downscale_factor"),
    "channel_shuffle": partial(_simple, name="channel_shuffle", groups="groups"),
    "im2col": partial(_columns, name="unfold"),
    "col2im": partial(_columns, name="fold"),
}
"""By name, without its overload."""


def drawn(traced: Traced, sketch: Sketch, held: dict[str, Given]) -> None:
    """All steps of a module's graph as layers, each fed by those that feed it. Raises SpecError."""
    if len(traced.inputs) != 1:
        raise _problem(traced, f"it takes {len(traced.inputs)} inputs, and a figure has one")
    if len(traced.outputs) != 1:
        raise _problem(traced, f"it returns {len(traced.outputs)} tensors, and a figure ends in one")
    entries = {traced.inputs[0].name: 0}
    for step in _needed(traced):
        call = Call(step, traced, held, entries)
        source = _main(step, entries)
        if source is not None:
            sketch.after(source)
        if step.name == "getitem":
            _getitem(call)
        elif step.name in ATEN:
            ATEN[step.name](call, sketch)
        else:
            raise call.problem(_undrawn(step), "draw a part of it, as in from_torch(model[0], …)")
        entries[step.node.name] = sketch.current
    sketch.after(entries[traced.outputs[0].name])


def _problem(traced: Traced, message: str) -> SpecError:
    from conv_anim.diagnostics import Problem, SpecError

    return SpecError([Problem(Code.UNSUPPORTED, message, traced.name)])


def _undrawn(step: Step) -> str:
    name = step.layer.rpartition(".")[2] if step.layer.startswith("torch.nn.modules") else ""
    said = f"{name} ({step.name})" if name else step.name
    return f"{said} changes numbers in a way that is not drawn, so those after it would be wrong"


def _needed(traced: Traced) -> list[Step]:
    """The steps that the output is made of."""
    wanted = {node.name for node in traced.outputs}
    found = []
    for step in reversed(traced.steps):
        if step.node.name in wanted:
            found.append(step)
            wanted |= {node.name for node in step.node.all_input_nodes}
    return found[::-1]


def _main(step: Step, entries: dict[str, int]) -> int | None:
    """The entry that feeds a step first; None if nothing of what it reads is drawn."""
    return next((entries[node.name] for node in step.node.all_input_nodes if node.name in entries), None)


def _getitem(call: Call) -> None:
    if call.step.node.args[1] != 0:
        raise call.problem("only the first of what an operator makes is drawn", "indices and the like are left out")
