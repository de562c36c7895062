"""ONNX's operators: their attributes, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from math import floor, inf, isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arrays import array
from conv_anim.frameworks.sketch import same, tidy
from conv_anim.ops.padding import named_padding
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.sizes import effective_kernel, transposed_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.onnx_nodes import Node
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding

Draw: TypeAlias = "Callable[[Node, Sketch], None]"


def _at(node: Node) -> Scalar:
    """Where problems of a node's layer stand."""
    return Scalar(None, "", node.name)


def _per_axis(node: Node, sketch: Sketch, name: str, *, default: int = 1) -> list[int]:
    return node.wholes(name, [default] * sketch.axes, least=1)


def _pads(node: Node, sketch: Sketch) -> Padding:
    """All that come before, then all that come after."""
    pads = node.wholes("pads", [0] * 2 * sketch.axes)
    return tuple(zip(pads[: sketch.axes], pads[sketch.axes :], strict=True))


def _named(node: Node) -> str | None:
    """A spec's name for ``auto_pad``; None where the pads are written out."""
    names = {"NOTSET": None, "": None, "VALID": "valid", "SAME_UPPER": "same", "SAME_LOWER": "same_lower"}
    name = str(node.setting("auto_pad", "NOTSET"))
    if name not in names:
        raise node.problem(f"auto_pad '{name}' is not known", Code.UNKNOWN_NAME, ", ".join(filter(None, names)))
    if names[name] is not None and any(_list(node.setting("pads"))):
        what = f"auto_pad is {name}, and 'pads' says something else: {node.setting('pads')}"
        raise node.problem(what, Code.EXCLUSIVE_KEYS, "an operator has one of them")
    return names[name]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _moves(node: Node, sketch: Sketch) -> dict[str, Any]:
    """Stride and dilation, where they are not 1."""
    found = {"stride": _per_axis(node, sketch, "strides"), "dilation": _per_axis(node, sketch, "dilations")}
    return {name: same(numbers) for name, numbers in found.items() if set(numbers) != {1}}


def _integer(node: Node, sketch: Sketch) -> None:
    """A ConvInteger: what is fed is less its zero point, padding too, so it is padded with that first."""
    import numpy as np

    zero = node.array(2)
    point = 0 if zero is None else int(np.asarray(zero).ravel()[0])
    if zero is not None and np.asarray(zero).size != 1:
        raise node.problem("a zero point for each channel of the input is not drawn")
    if not point:
        _direct(node, sketch)
        return
    shape, waiting = _filters(sketch), sketch.weights
    name, padding = _named(node), _pads(node, sketch)
    if name not in {None, "valid"}:
        windows = tuple(map(effective_kernel, shape[2:], _per_axis(node, sketch, "dilations")))
        padding = named_padding(_SAME[name], sketch.size, windows, tuple(_per_axis(node, sketch, "strides")))
    if any(map(any, padding)):
        sketch.weights = {}
        sketch.add("pad", _at(node), padding=tidy(padding), value=point)
        sketch.weights = waiting
    numbers = np.asarray(sketch.files(waiting["weight"]["file"]).numbers).reshape(shape)
    bias = (-point * numbers.reshape(shape[0], -1).sum(axis=1)).tolist()
    sketch.weights, groups = {**waiting, "bias": bias}, node.whole("group", 1)
    sketch.add(
        "conv",
        _at(node),
        out_channels=shape[0],
        kernel_size=same(list(shape[2:])),
        groups=groups if groups != 1 else None,
        **_moves(node, sketch),
    )


def _filters(sketch: Sketch) -> tuple[int, ...]:
    """The shape of the weight."""
    return sketch.files(sketch.weights["weight"]["file"]).shape


def _conv(node: Node, sketch: Sketch) -> None:
    _direct(node, sketch)
    if node.kind == "com.microsoft.FusedConv":
        _activated(node, sketch)


def _activated(node: Node, sketch: Sketch) -> None:
    """The activation that a fused operator ends in."""
    if node.given(3) is not None:
        raise node.problem("it adds a second input to its sums, and a figure of one node has one input")
    name, numbers = str(node.setting("activation", "")), _list(node.setting("activation_params"))
    if name in {"Relu", "Sigmoid", "Tanh"}:
        sketch.add(name.lower(), _at(node))
    elif name == "LeakyRelu" and len(numbers) == 1:
        sketch.add("leaky_relu", _at(node), negative_slope=float(numbers[0]))
    elif name:
        raise node.problem(f"its activation {name} is not drawn")


def _direct(node: Node, sketch: Sketch) -> None:
    name, shape, groups = _named(node), _filters(sketch), node.whole("group", 1)
    padding = tidy(_pads(node, sketch)) if name is None else None if name == "valid" else name
    sketch.add(
        "conv",
        _at(node),
        out_channels=shape[0],
        kernel_size=same(list(shape[2:])),
        padding=padding,
        groups=groups if groups != 1 else None,
        **_moves(node, sketch),
    )


def _conv_transpose(node: Node, sketch: Sketch) -> None:
    shape, groups = _filters(sketch), node.whole("group", 1)
    padding, extra = _taken_off(node, sketch, shape[2:], node.wholes("output_padding", [0] * sketch.axes))
    sketch.add(
        "conv_transpose",
        _at(node),
        out_channels=shape[1] * groups,
        kernel_size=same(list(shape[2:])),
        padding=tidy(padding),
        output_padding=same(extra) if any(extra) else None,
        groups=groups if groups != 1 else None,
        **_moves(node, sketch),
    )


def _taken_off(node: Node, sketch: Sketch, kernel: tuple[int, ...], extra: list[int]) -> tuple[Padding, list[int]]:
    """Padding and output padding: as written, or so that the output has the shape that is asked for.

    As onnxruntime has it where the layer makes less than is asked for: what is missing is output padding.
    """
    name, strides = _named(node), _per_axis(node, sketch, "strides")
    shape = node.setting("output_shape")
    if shape is None and name in {None, "valid"}:
        return (_pads(node, sketch) if name is None else ((0, 0),) * sketch.axes), extra
    wanted = [i * s for i, s in zip(sketch.size, strides, strict=True)]
    if shape is not None:
        wanted = _wanted(node, sketch)
    windows = map(effective_kernel, kernel, _per_axis(node, sketch, "dilations"))
    sizes = zip(sketch.size, windows, strides, extra, strict=True)
    whole = [transposed_size(i, window, s, (0, 0), more) for i, window, s, more in sizes]
    totals = [made - want for made, want in zip(whole, wanted, strict=True)]
    if shape is None and min(totals) < 0:
        what = f"auto_pad {node.setting('auto_pad')} of a window that is smaller than its stride is not drawn"
        raise node.problem(what, hint="onnxruntime and ONNX's reference make outputs of different sizes of it")
    extra = [more + max(0, -total) for more, total in zip(extra, totals, strict=True)]
    most = [max(s, d) - 1 for s, d in zip(strides, _per_axis(node, sketch, "dilations"), strict=True)]
    if any(more > limit for more, limit in zip(extra, most, strict=True)):
        largest = [made + limit for made, limit in zip(whole, most, strict=True)]
        sizes_ = ["x".join(map(str, size)) for size in (wanted, largest)]
        raise node.problem(f"the output is to be {sizes_[0]}, and the layer makes at most {sizes_[1]}")
    totals = [max(0, total) for total in totals]
    return tuple((t // 2, t - t // 2) if name == "same" else (t - t // 2, t // 2) for t in totals), extra


def _wanted(node: Node, sketch: Sketch) -> list[int]:
    """The size of ``output_shape``, which may have the batch and the channels in front of it."""
    shape = node.setting("output_shape")
    if isinstance(shape, list) and len(shape) == sketch.axes + 2:
        return node.wholes("output_shape", [1] * len(shape), least=1)[2:]
    return node.wholes("output_shape", [1] * sketch.axes, least=1)


# pooling


def _pool(node: Node, sketch: Sketch, *, name: str) -> None:
    if node.setting("kernel_shape") is None:
        raise node.problem("it has no 'kernel_shape'", Code.MISSING_KEY)
    kernel = node.wholes("kernel_shape", [1] * sketch.axes, least=1)
    moves, auto = _moves(node, sketch), _named(node)
    padding = _pads(node, sketch)
    if auto is not None:
        windows = tuple(map(effective_kernel, kernel, _per_axis(node, sketch, "dilations")))
        padding = named_padding(_SAME[auto], sketch.size, windows, tuple(_per_axis(node, sketch, "strides")))
    if name == "lp_pool" and any(map(any, padding)):
        sketch.add("pad", _at(node), padding=tidy(padding))
        padding = ((0, 0),) * sketch.axes
    if name == "lp_pool" and "dilation" in moves:
        raise node.problem("an LpPool with a dilation is not drawn")
    if name == "avg_pool" and node.flag("count_include_pad") and _deep(padding, kernel, node, sketch):
        sketch.add("pad", _at(node), padding=tidy(padding))
        padding = ((0, 0),) * sketch.axes
    counted = node.flag("count_include_pad") or not any(map(any, padding))
    p = node.setting("p", 2)
    sketch.add(
        name,
        _at(node),
        kernel_size=same(kernel),
        **({"stride": 1} if set(kernel) != {1} else {}) | moves,
        padding=tidy(padding),
        ceil_mode=node.flag("ceil_mode") or None,
        count_include_pad=None if counted or name != "avg_pool" else False,
        norm_type=p if name == "lp_pool" and p != 2 else None,
    )


_SAME: dict[str, Any] = {"valid": "valid", "same": "same", "same_lower": "same_lower"}


def _deep(padding: Padding, kernel: list[int], node: Node, sketch: Sketch) -> bool:
    """Whether a window may lie in the padding alone, whose zeros it then averages."""
    windows = map(effective_kernel, kernel, _per_axis(node, sketch, "dilations"))
    ceil = node.flag("ceil_mode")
    return not ceil and any(max(pads) >= window for pads, window in zip(padding, windows, strict=True))


def _global_mean(node: Node, sketch: Sketch) -> None:
    sketch.add("global_avg_pool", _at(node))


def _global_max(node: Node, sketch: Sketch) -> None:
    sketch.add("max_pool", _at(node), kernel_size=same(list(sketch.size)))


def _global_norm(node: Node, sketch: Sketch) -> None:
    p = node.setting("p", 2)
    sketch.add("lp_pool", _at(node), kernel_size=same(list(sketch.size)), norm_type=p if p != 2 else None)


# what rearranges


def _depth_to_space(node: Node, sketch: Sketch) -> None:
    """DCR takes the block's place before the channel: what a pixel shuffle of channels dealt out anew does."""
    block, mode = node.whole("blocksize", None), str(node.setting("mode", "DCR"))
    if mode not in {"DCR", "CRD"}:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, "DCR, CRD")
    if mode == "DCR" and sketch.channels > block * block and sketch.channels % (block * block) == 0:
        sketch.add("channel_shuffle", _at(node), groups=block * block)
    sketch.add("pixel_shuffle", _at(node), upscale_factor=block)


def _space_to_depth(node: Node, sketch: Sketch) -> None:
    """The block's place comes before the channel: a pixel unshuffle, whose channels are dealt out anew."""
    channels = sketch.channels
    sketch.add("pixel_unshuffle", _at(node), downscale_factor=node.whole("blocksize", None))
    if channels > 1 and sketch.channels > channels:
        sketch.add("channel_shuffle", _at(node), groups=channels)


def _resize(node: Node, sketch: Sketch) -> None:
    """By the standard of the node's own opset: 10 reads from the first cell, 11 and later as their attributes say."""
    old = node.opset < 11
    mode = str(node.setting("mode", "nearest"))
    reading = "asymmetric" if old else str(node.setting("coordinate_transformation_mode", "half_pixel"))
    if node.setting("antialias", 0):
        what = "a Resize with antialias is not drawn: onnxruntime and ONNX's reference weigh the cells differently"
        raise node.problem(what)
    keys = _target(node, sketch)
    made = _made(sketch, keys)
    keys |= _read_at(node, sketch, mode=mode, reading=reading, made=made)
    if mode == "nearest":
        keys |= _rounded("floor" if old else str(node.setting("nearest_mode", "round_prefer_floor")), reading, node)
    sketch.add("upsample", _at(node), **keys, **_interpolation(node, sketch, mode))
    if mode == "nearest" and _between_cells(sketch):
        what = "some outputs are read right between two cells: onnxruntime and ONNX's reference may take different ones"
        sketch.note(what)


def _between_cells(sketch: Sketch) -> bool:
    """Whether the last layer reads where rounding errors of single precision decide which cell is nearest."""
    found = sketch.layers[-1].interpolation
    if found is None:
        return False
    step = 1.0 if found.rounding in {"floor", "ceil"} else 0.5
    for a, ratio in enumerate(found.ratio):
        if (1 / ratio if ratio else 1.0).is_integer() or ratio.is_integer():
            continue
        places = (found.at(a, o) + (0.5 if step == 0.5 else 0.0) for o in range(1, found.out_size[a]))
        if any(abs(at - round(at)) < 1e-5 for at in places):
            return True
    return False


def _made(sketch: Sketch, keys: dict[str, Any]) -> list[int]:
    """The size that comes of it."""
    if "size" in keys:
        return list(keys["size"])
    return [floor(n * f) for n, f in zip(sketch.size, keys["scale_factor"], strict=True)]


def _interpolation(node: Node, sketch: Sketch, mode: str) -> dict[str, Any]:
    modes = {"nearest": None, "linear": ("linear", "bilinear", "trilinear")[sketch.axes - 1], "cubic": "bicubic"}
    if mode not in modes:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, ", ".join(modes))
    if mode != "cubic":
        return {"mode": modes[mode]}
    if sketch.axes != 2:
        raise node.problem("a cubic Resize is drawn along two axes only")
    coeff = node.setting("cubic_coeff_a", -0.75)
    more = {"cubic_coeff": float(coeff) if coeff != -0.75 else None}
    return {"mode": modes[mode], **more, "exclude_outside": True if node.setting("exclude_outside", 0) else None}


def _read_at(node: Node, sketch: Sketch, *, mode: str, reading: str, made: list[int]) -> dict[str, Any]:
    """Where outputs are read, as a spec says it."""
    usual = "asymmetric" if mode == "nearest" else "half_pixel"
    factors = _factors(node, sketch)
    uneven = any((n * f) % 1 for n, f in zip(sketch.size, factors, strict=False))
    if reading == "pytorch_half_pixel":
        if 1 in made and any(n > 1 for n in made):
            raise node.problem(
                "a Resize that reads as pytorch_half_pixel is not drawn where it makes one cell of some axes"
            )
        reading = "asymmetric" if set(made) == {1} else "half_pixel"
    if reading == "tf_half_pixel_for_nn" and mode == "nearest":
        return {"coordinates": "half_pixel"}
    if reading == "tf_half_pixel_for_nn":
        what = f"a {mode} Resize with {reading} is not drawn: onnxruntime and ONNX's reference read it elsewhere"
        raise node.problem(what)
    if reading == "tf_crop_and_resize":
        reading = _whole_region(node, sketch, made)
    if reading == "align_corners":
        if uneven:
            what = "a Resize that aligns corners is drawn only to a whole number of cells: others are not agreed on"
            raise node.problem(what)
        return {"coordinates": "align_corners"} if mode == "nearest" else {"align_corners": True}
    if reading not in {"half_pixel", "asymmetric", "half_pixel_symmetric"}:
        raise node.problem(f"a Resize with coordinate_transformation_mode {reading} is not drawn")
    return {"coordinates": None if reading == usual else reading}


def _whole_region(node: Node, sketch: Sketch, made: list[int]) -> str:
    """A tf_crop_and_resize of the whole map, which aligns corners. Raises SpecError for parts of it."""
    region, count = node.array(1), sketch.axes + 2
    axes = node.setting("axes")
    places = [a % count for a in axes] if axes is not None else list(range(count))
    whole = [0.0] * len(places) + [1.0] * len(places)
    if region is None or region.ravel().tolist() != whole or 1 in made:
        raise node.problem("a Resize with tf_crop_and_resize is drawn of the whole map only, to more than one cell")
    return "align_corners"


ROUNDING = {"floor": "floor", "ceil": "ceil", "round_prefer_floor": "half_down", "round_prefer_ceil": "half_up"}


def _rounded(name: str, reading: str, node: Node) -> dict[str, Any]:
    if reading == "tf_half_pixel_for_nn":  # (o + ½)/factor, which is half a cell more than half_pixel reads
        if name != "floor":
            raise node.problem(f"nearest_mode {name} is not drawn with tf_half_pixel_for_nn")
        return {"rounding": "half_up"}
    if name not in ROUNDING:
        raise node.problem(f"nearest_mode '{name}' is not known", Code.UNKNOWN_NAME, ", ".join(ROUNDING))
    return {"rounding": None if name == "floor" else ROUNDING[name]}


def _factors(node: Node, sketch: Sketch) -> list[float]:
    """The factors that are said, of the axes of a map; empty where sizes are said."""
    factors, _ = _asked(node, sketch)
    return factors[2:]


def _target(node: Node, sketch: Sketch) -> dict[str, Any]:
    """The factors or the sizes of the spatial axes."""
    factors, sizes = _asked(node, sketch)
    name, many = ("sizes", sizes) if sizes else ("scales", factors)
    if factors and sizes:
        raise node.problem("it has both 'scales' and 'sizes'", Code.EXCLUSIVE_KEYS, "an operator has one of them")
    if not many or len(many) != sketch.axes + 2:
        raise node.problem("'scales' or 'sizes' must have a number for each axis", Code.AXES)
    if not all(0 < n < inf for n in many):
        raise node.problem(f"'{name}' are {many}, and must be more than 0", Code.OUT_OF_RANGE)
    shape = node.shape() or ()
    batch = (shape[0] if shape else None) or many[0]
    if many[:2] != ([batch, sketch.channels] if sizes else [1, 1]):
        raise node.problem(f"its channels, or its batch, would be resized too: '{name}' are {many}")
    if node.setting("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.problem("a Resize with keep_aspect_ratio_policy is not drawn")
    return {"size": sizes[2:]} if sizes else {"scale_factor": factors[2:]}


def _asked(node: Node, sketch: Sketch) -> tuple[list[float], list[int]]:
    """Factors and sizes of all axes, as far as they are given."""
    inputs = len(node.inputs)
    old = node.kind == "Resize" and node.opset < 11
    if node.kind == "Resize" and not old:
        factors, sizes = node.array(2), node.array(3)
    else:
        factors, sizes = node.array(1) if inputs > 1 else node.setting("scales"), None
    said: tuple[list[Any], list[Any]] = _numbers(node, factors), _numbers(node, sizes)
    axes = node.setting("axes")
    if axes is not None:
        count = sketch.axes + 2
        if not all(isinstance(a, int) and -count <= a < count for a in axes):
            raise node.problem(f"'axes' are {axes}, and the input has {count}", Code.AXES)
        places = [a % count for a in axes]
        shape = [1, sketch.channels, *sketch.size]
        said = _at_axes(said[0], places, [1.0] * count, node), _at_axes(said[1], places, shape, node)
    return [float(n) for n in said[0]], [int(n) for n in said[1]]


def _at_axes(numbers: list[Any], places: list[int], others: list[Any], node: Node) -> list[Any]:
    """Numbers of some axes with those of the others."""
    if not numbers:
        return []
    if len(numbers) != len(places):
        raise node.problem(f"'axes' are {len(places)}, and its 'scales' or 'sizes' {len(numbers)}", Code.AXES)
    made = list(others)
    for place, number in zip(places, numbers, strict=True):
        made[place] = number
    return made


def _numbers(node: Node, given: Any) -> list[Any]:
    """A list of numbers, empty where there is none."""
    listed = [] if given is None else given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(listed, list) or not all(isinstance(n, int | float) for n in listed):
        raise node.problem("its 'scales' or 'sizes' are no list of numbers", Code.WRONG_TYPE)
    return listed


def _upsample(node: Node, sketch: Sketch) -> None:
    """Which reads from the first cell, as a Resize of opset 10."""
    mode, keys = str(node.setting("mode", "nearest")), _target(node, sketch)
    if mode == "bilinear":
        mode = "linear"
    reads = {} if mode == "nearest" else {"coordinates": "asymmetric"}
    sketch.add("upsample", _at(node), **keys, **reads, **_interpolation(node, sketch, mode))


# products with a matrix


def _gemm(node: Node, sketch: Sketch) -> None:
    if node.setting("transA", 0):
        raise node.problem("a Gemm whose first input is transposed is not drawn")
    weight, bias = _matrix(node), node.array(2)
    weight = weight if node.setting("transB", 0) else weight.T
    alpha, beta = node.setting("alpha", 1.0), node.setting("beta", 1.0)
    if bias is not None and beta != 1:
        bias = bias * beta
    _dense(node, sketch, weight if alpha == 1 else weight * alpha, bias)


def _matmul(node: Node, sketch: Sketch) -> None:
    _dense(node, sketch, _matrix(node).T, None)


def _matrix(node: Node) -> Any:
    """The second input, which the model has to bring along."""
    weight = node.array(1)
    if weight is None or weight.ndim != 2:
        raise node.problem("its second input is no matrix", Code.SHAPE)
    return weight


def _dense(node: Node, sketch: Sketch, weight: Any, bias: Any) -> None:
    """The weight is (outputs, inputs); the product runs along the last axis."""
    import numpy as np

    outputs, numbers = weight.shape[0], None
    if bias is not None and bias.size not in {1, outputs}:
        raise node.problem(f"its bias has the shape {bias.shape}, and it makes {outputs} numbers", Code.SHAPE)
    if bias is not None:
        numbers = list(array(np.broadcast_to(bias.ravel(), (outputs,)), f"{node.name}.bias").numbers)
    sketch.hold(node.name, array(np.ascontiguousarray(weight), node.name))
    sketch.add("linear", _at(node), out_features=outputs, weight={"file": node.name}, bias=numbers)


# what has no window


def _pad(node: Node, sketch: Sketch) -> None:
    from conv_anim.frameworks.torch_layers import bordered

    modes = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    mode = str(node.setting("mode", "constant"))
    if mode not in modes:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, ", ".join(modes))
    pads, value = node.setting("pads", node.setting("paddings")), node.setting("value", 0.0)
    if node.opset >= 11:
        found, held = node.array(1), node.array(2)
        pads, value = None if found is None else found.tolist(), 0.0 if held is None else held.item()
    count = sketch.axes + 2
    places = list(range(count))
    axes = node.array(3) if node.opset >= 18 else None
    if axes is not None:
        places = [a % count for a in axes.tolist()]
    if not isinstance(pads, list) or len(pads) != 2 * len(places):
        raise node.problem(f"'pads' must be a list of {2 * len(places)} whole numbers", Code.WRONG_TYPE)
    sides = [(0, 0)] * count
    for k, place in enumerate(places):
        sides[place] = (pads[k], pads[len(places) + k])
    if any(map(any, sides[:2])):
        raise node.problem("its channels, or its batch, would be padded too")
    if not isfinite(value):
        raise node.problem(f"padding with {value} is not drawn", Code.OUT_OF_RANGE)
    number = int(value) if float(value).is_integer() else value
    bordered(sketch, tuple(sides[2:]), _at(node), mode=modes[mode], value=number if mode == "constant" else 0)
    sketch.settle()


def _simple(node: Node, sketch: Sketch, *, name: str) -> None:
    sketch.add(name, _at(node))


def _leaky(node: Node, sketch: Sketch) -> None:
    sketch.add("leaky_relu", _at(node), negative_slope=node.setting("alpha", 0.01))


def _gelu(node: Node, sketch: Sketch) -> None:
    if node.setting("approximate", "none") != "none":
        raise node.problem("GELU is drawn as it is defined, not as approximated by tanh")
    sketch.add("gelu", _at(node))


def _softmax(node: Node, sketch: Sketch) -> None:
    """Of opset 13 and later, along one axis; before that, over all that follow."""
    count = sketch.axes + 2
    axis = node.setting("axis", -1 if node.opset >= 13 else 1)
    axis = axis % count if isinstance(axis, int) else -1
    if axis not in {1, count - 1} or (node.opset < 13 and axis != count - 1 and sketch.size):
        raise node.problem("a Softmax is drawn over the channels, or over the last axis")
    sketch.add("softmax", _at(node), over="channels" if axis == 1 else "last")


def _batch_norm(node: Node, sketch: Sketch) -> None:
    """γ·(x − μ)/√(σ² + ε) + β, in double precision."""
    import numpy as np

    if node.setting("training_mode", 0) or node.setting("is_test", 1) == 0:
        raise node.problem("in training, this normalises by the batch's own mean")
    arrays = [node.array(position) for position in (1, 2, 3, 4)]
    if any(each is None or each.shape != (sketch.channels,) for each in arrays):
        raise node.problem(f"it needs {sketch.channels} numbers of each kind", Code.SHAPE)
    gamma, beta, mean, var = (np.asarray(each, np.float64) for each in arrays)
    scale = gamma / np.sqrt(var + node.setting("epsilon", 1e-5))
    shift = beta - mean * scale
    names = {"scale": scale, "shift": shift}
    numbers = {name: list(array(each, f"{node.name}.{name}").numbers) for name, each in names.items()}
    sketch.add("batch_norm", _at(node), **numbers)


ONNX: dict[str, Draw] = {
    "Conv": _conv,
    "ConvInteger": _integer,
    "ConvTranspose": _conv_transpose,
    "MaxPool": partial(_pool, name="max_pool"),
    "AveragePool": partial(_pool, name="avg_pool"),
    "LpPool": partial(_pool, name="lp_pool"),
    "GlobalAveragePool": _global_mean,
    "GlobalMaxPool": _global_max,
    "GlobalLpPool": _global_norm,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    "Resize": _resize,
    "Upsample": _upsample,
    "Pad": _pad,
    "Gemm": _gemm,
    "MatMul": _matmul,
    **{kind: partial(_simple, name=kind.lower()) for kind in ("Relu", "Sigmoid", "Tanh")},
    "LeakyRelu": _leaky,
    "Gelu": _gelu,
    "Softmax": _softmax,
    "BatchNormalization": _batch_norm,
}
"""By operator."""
POINTWISE = {"Gemm", "MatMul", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Gelu", "Softmax", "BatchNormalization"}
"""Those without a window, which are drawn where they are asked for by name or number."""
