"""PyTorch's operators (ATen) that change numbers cell by cell as layers of a spec, and those that join maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.aten_calls import Call
    from conv_anim.spec.model import Size


# cell by cell


def simple(call: Call, sketch: Sketch, *, name: str, **keys: str) -> None:
    """An op of a spec, with its keys by the operator's parameters."""
    sketch.add(name, call.at, **{key: call.get(parameter) for key, parameter in keys.items()})


def gelu(call: Call, sketch: Sketch) -> None:
    """GELU as it is defined."""
    if call.get("approximate") not in {None, "none"}:
        raise call.problem("GELU is drawn as it is defined, not with approximate='tanh'")
    sketch.add("gelu", call.at)


def softmax(call: Call, sketch: Sketch) -> None:
    """Over the channels, or over the last axis."""
    axes = sketch.axes + 2
    dim = call.get("dim") % axes
    if dim not in {1, axes - 1}:
        raise call.problem("a softmax is drawn over the channels or over the last axis")
    sketch.add("softmax", call.at, over="channels" if dim == 1 else "last")


def batch_norm(call: Call, sketch: Sketch) -> None:
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


def add(call: Call, sketch: Sketch, *, sign: int = 1) -> None:
    """A sum of two maps, or of a map and what is known; ``sign`` is -1 for a difference."""
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


def subtracted(call: Call, sketch: Sketch) -> None:
    """``other`` less ``alpha`` times what is fed."""
    known = _known(call, call.get("other"))
    if known is None:
        raise call.problem("a difference of two maps is drawn where it is a sub")
    _scaled(call, sketch, scale=-(1 if call.get("alpha") is None else call.get("alpha")), shift=known)


def negative(call: Call, sketch: Sketch) -> None:
    """Every number times -1."""
    _scaled(call, sketch, scale=-1)


def multiply(call: Call, sketch: Sketch) -> None:
    """A product of two maps, or of a map and what is known."""
    one, other = _two(call)
    for value, rest in ((other, one), (one, other)):
        known = _known(call, value)
        if known is not None:
            sketch.after(call.fed(rest))
            _scaled(call, sketch, scale=known)
            return
    sketch.join("multiply", call.at, (call.fed(one), call.fed(other)))


def divide(call: Call, sketch: Sketch) -> None:
    """A map divided by what is known."""
    known = _known(call, call.get("other"))
    if known is None or call.get("rounding_mode") is not None:
        raise call.problem("a quotient of two maps is not drawn")
    _scaled(call, sketch, scale=1 / known)


def concat(call: Call, sketch: Sketch) -> None:
    """Maps concatenated along their channels."""
    axes = len(call.step.shape or ())
    if (call.get("dim") or 0) % max(1, axes) != 1:
        raise call.problem("maps are put behind each other along their channels only")
    sketch.join("concat", call.at, tuple(map(call.fed, call.get("tensors"))))
