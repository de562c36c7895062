"""ONNX's operators: their attributes, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.frameworks.sketch import same, tidy
from conv_anim.ops.padding import named_padding
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.sizes import effective_kernel, transposed_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.models import Node
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


def _filters(sketch: Sketch) -> tuple[int, ...]:
    """The shape of the weight."""
    return sketch.files(sketch.weights["weight"]["file"]).shape


def _conv(node: Node, sketch: Sketch) -> None:
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
    extra = node.wholes("output_padding", [0] * sketch.axes)
    sketch.add(
        "conv_transpose",
        _at(node),
        out_channels=shape[1] * groups,
        kernel_size=same(list(shape[2:])),
        padding=tidy(_taken_off(node, sketch, shape[2:], extra)),
        output_padding=same(extra) if any(extra) else None,
        groups=groups if groups != 1 else None,
        **_moves(node, sketch),
    )


def _taken_off(node: Node, sketch: Sketch, kernel: tuple[int, ...], extra: list[int]) -> Padding:
    """The padding: as written, or so that the output has the shape that is asked for."""
    name, strides = _named(node), _per_axis(node, sketch, "strides")
    shape = node.setting("output_shape")
    if shape is None and name in {None, "valid"}:
        return _pads(node, sketch) if name is None else ((0, 0),) * sketch.axes
    wanted = [i * s for i, s in zip(sketch.size, strides, strict=True)]
    if shape is not None:
        wanted = node.wholes("output_shape", [1] * sketch.axes, least=1)
    windows = map(effective_kernel, kernel, _per_axis(node, sketch, "dilations"))
    sizes = zip(sketch.size, windows, strides, extra, strict=True)
    whole = [transposed_size(i, window, s, (0, 0), more) for i, window, s, more in sizes]
    totals = [made - want for made, want in zip(whole, wanted, strict=True)]
    if min(totals) < 0:
        sizes_ = ["x".join(map(str, size)) for size in (wanted, whole)]
        raise node.problem(f"the output is to be {sizes_[0]}, and the layer makes at most {sizes_[1]}")
    return tuple((t // 2, t - t // 2) if name == "same" else (t - t // 2, t // 2) for t in totals)


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
    if name == "lp_pool" and (any(map(any, padding)) or "dilation" in moves):
        raise node.problem("an LpPool with padding or dilation is not drawn")
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


def _global_mean(node: Node, sketch: Sketch) -> None:
    sketch.add("global_avg_pool", _at(node))


def _global_max(node: Node, sketch: Sketch) -> None:
    sketch.add("max_pool", _at(node), kernel_size=same(list(sketch.size)))


# what rearranges


def _depth_to_space(node: Node, sketch: Sketch) -> None:
    block, mode = node.whole("blocksize", None), str(node.setting("mode", "DCR"))
    if mode not in {"DCR", "CRD"}:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, "DCR, CRD")
    if mode != "CRD" and sketch.channels != block * block:
        hint = "mode CRD, which is a pixel shuffle, is"
        raise node.problem("DepthToSpace in the mode DCR, its default, is not drawn", hint=hint)
    sketch.add("pixel_shuffle", _at(node), upscale_factor=block)


def _space_to_depth(node: Node, sketch: Sketch) -> None:
    if sketch.channels > 1:
        raise node.problem("SpaceToDepth of more than one channel orders them in a way that is not drawn")
    sketch.add("pixel_unshuffle", _at(node), downscale_factor=node.whole("blocksize", None))


def _resize(node: Node, sketch: Sketch) -> None:
    mode = str(node.setting("mode", "nearest"))
    reading = str(node.setting("coordinate_transformation_mode", "half_pixel"))
    for name, plain in {"antialias": 0, "exclude_outside": 0, "keep_aspect_ratio_policy": "stretch"}.items():
        if node.setting(name, plain) != plain:
            raise node.problem(f"a Resize with {name} is not drawn")
    if node.setting("axes") is not None:
        raise node.problem("a Resize with 'axes' is not drawn", hint="scales or sizes for all axes")
    keys = _target(node, sketch)
    _readable(node, mode, reading, keys)
    uneven = any((n * f) % 1 for n, f in zip(sketch.size, keys.get("scale_factor", []), strict=False))
    if reading == "align_corners" and uneven:
        raise node.problem("a Resize that aligns corners is drawn only to a whole number of cells")
    corners = True if reading == "align_corners" else None
    sketch.add("upsample", _at(node), **keys, mode=_interpolation(node, sketch, mode), align_corners=corners)


def _interpolation(node: Node, sketch: Sketch, mode: str) -> str | None:
    if mode == "cubic" and node.setting("cubic_coeff_a", -0.75) != -0.75:
        raise node.problem("a cubic Resize is drawn with cubic_coeff_a -0.75 only")
    modes = {"nearest": None, "linear": ("linear", "bilinear", "trilinear")[sketch.axes - 1], "cubic": "bicubic"}
    if mode not in modes:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, ", ".join(modes))
    return modes[mode]


def _readable(node: Node, mode: str, reading: str, keys: dict[str, Any]) -> None:
    """Whether numbers are read where a spec's upsampling reads them."""
    if mode == "nearest":
        rounding = str(node.setting("nearest_mode", "round_prefer_floor"))
        scales = keys.get("scale_factor") or []
        evenly = bool(scales) and all(float(scale).is_integer() for scale in scales)
        good = (reading == "asymmetric" and rounding == "floor") or (
            evenly and reading in {"half_pixel", "pytorch_half_pixel"} and rounding.startswith("round")
        )
    else:
        good = reading in {"half_pixel", "pytorch_half_pixel", "align_corners"}
    if not good:
        raise node.problem(f"a {mode} Resize with coordinate_transformation_mode {reading} is not drawn")


def _target(node: Node, sketch: Sketch) -> dict[str, Any]:
    """The factors or the sizes of the spatial axes."""
    factors, sizes = _asked(node)
    name, many = ("sizes", sizes) if sizes else ("scales", factors)
    if factors and sizes:
        raise node.problem("it has both 'scales' and 'sizes'", Code.EXCLUSIVE_KEYS, "an operator has one of them")
    if not many or len(many) != sketch.axes + 2:
        raise node.problem("only the rows, columns and depth are resized here, by 'scales' or 'sizes' for all axes")
    if not all(0 < n < inf for n in many):
        raise node.problem(f"'{name}' are {many}, and must be more than 0", Code.OUT_OF_RANGE)
    shape = node.model.shapes.get(node.proto.input[0]) or ()
    batch = (shape[0] if shape else None) or many[0]
    if many[:2] != ([batch, sketch.channels] if sizes else [1, 1]):
        raise node.problem(f"its channels, or its batch, would be resized too: '{name}' are {many}")
    return {"size": sizes[2:]} if sizes else {"scale_factor": factors[2:]}


def _asked(node: Node) -> tuple[list[float], list[int]]:
    """Factors and sizes of all axes, as far as they are given."""
    inputs = len(node.proto.input)
    if node.kind == "Resize" and inputs == 2:
        raise node.problem("a Resize of opset 10 is not drawn", hint="onnx.version_converter makes a newer one of it")
    if node.kind == "Resize":
        factors, sizes = node.array(2), node.array(3)
    else:
        factors, sizes = node.array(1) if inputs > 1 else node.setting("scales"), None
    return [float(n) for n in _numbers(node, factors)], [int(n) for n in _numbers(node, sizes)]


def _numbers(node: Node, given: Any) -> list[Any]:
    """A list of numbers, empty where there is none."""
    listed = [] if given is None else given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(listed, list) or not all(isinstance(n, int | float) for n in listed):
        raise node.problem("its 'scales' or 'sizes' are no list of numbers", Code.WRONG_TYPE)
    return listed


def _upsample(node: Node, sketch: Sketch) -> None:
    if node.setting("mode", "nearest") != "nearest":
        raise node.problem("the old operator Upsample is drawn in the mode nearest only", hint="Resize replaces it")
    sketch.add("upsample", _at(node), **_target(node, sketch))


ONNX: dict[str, Draw] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": partial(_pool, name="max_pool"),
    "AveragePool": partial(_pool, name="avg_pool"),
    "LpPool": partial(_pool, name="lp_pool"),
    "GlobalAveragePool": _global_mean,
    "GlobalMaxPool": _global_max,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    "Resize": _resize,
    "Upsample": _upsample,
}
"""By operator."""
