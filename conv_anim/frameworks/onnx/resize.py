"""ONNX's Resize and Upsample, which read between cells, as layers of a spec."""

from __future__ import annotations

from math import floor, inf
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.onnx.windows import place_of

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch


def resize(node: Node, sketch: Sketch) -> None:
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
    sketch.add("upsample", place_of(node), **keys, **_interpolation(node, sketch, mode))
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
    """The resulting size."""
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
    """The factors given for the axes of a map; empty where sizes are given."""
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
        raise node.problem("its 'scales' or 'sizes' are not a list of numbers", Code.WRONG_TYPE)
    return listed


def upsample(node: Node, sketch: Sketch) -> None:
    """Which reads from the first cell, as a Resize of opset 10."""
    mode, keys = str(node.setting("mode", "nearest")), _target(node, sketch)
    if mode == "bilinear":
        mode = "linear"
    reads = {} if mode == "nearest" else {"coordinates": "asymmetric"}
    sketch.add("upsample", place_of(node), **keys, **reads, **_interpolation(node, sketch, mode))
