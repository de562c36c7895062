"""What the windows of ONNX's operators share: pads, auto_pad, strides and dilations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.frameworks.sketch import same
from conv_anim.ops.padding import named_padding
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.ops.padding import PaddingName
    from conv_anim.spec.model import Padding


Draw: TypeAlias = "Callable[[Node, Sketch], None]"


def place_of(node: Node) -> Scalar:
    """Where problems of a node's layer stand."""
    return Scalar(None, "", node.name)


def per_axis(node: Node, sketch: Sketch, name: str, *, default: int = 1) -> list[int]:
    """An attribute with one number for each axis."""
    return node.wholes(name, [default] * sketch.axes, least=1)


def pads_of(node: Node, sketch: Sketch) -> Padding:
    """All that come before, then all that come after."""
    pads = node.wholes("pads", [0] * 2 * sketch.axes)
    return tuple(zip(pads[: sketch.axes], pads[sketch.axes :], strict=True))


def padding_of(node: Node, sketch: Sketch, kernel: Sequence[int]) -> Padding:
    """The pads as they are written out, or those that ``auto_pad`` stands for."""
    name, written = auto_pad(node), pads_of(node, sketch)
    if name is None:
        return written
    windows = tuple(map(effective_kernel, kernel, per_axis(node, sketch, "dilations")))
    return named_padding(name, sketch.size, windows, tuple(per_axis(node, sketch, "strides")))


def auto_pad(node: Node) -> PaddingName | None:
    """A spec's name for ``auto_pad``; None where the pads are written out."""
    names: dict[str, PaddingName | None] = {
        "NOTSET": None,
        "": None,
        "VALID": "valid",
        "SAME_UPPER": "same",
        "SAME_LOWER": "same_lower",
    }
    name = str(node.setting("auto_pad", "NOTSET"))
    if name not in names:
        raise node.problem(f"auto_pad '{name}' is not known", Code.UNKNOWN_NAME, ", ".join(filter(None, names)))
    if names[name] is not None and any(as_list(node.setting("pads"))):
        what = f"auto_pad is {name}, and 'pads' says something else: {node.setting('pads')}"
        raise node.problem(what, Code.EXCLUSIVE_KEYS, "an operator has one of them")
    return names[name]


def as_list(value: Any) -> list[Any]:
    """A list as it is; nothing for all else."""
    return value if isinstance(value, list) else []


def moves_of(node: Node, sketch: Sketch) -> dict[str, Any]:
    """Stride and dilation, where they are not 1."""
    found = {"stride": per_axis(node, sketch, "strides"), "dilation": per_axis(node, sketch, "dilations")}
    return {name: same(numbers) for name, numbers in found.items() if set(numbers) != {1}}


def weighted(node: Node, sketch: Sketch) -> dict[str, Any]:
    """Kernel size, groups, stride and dilation of an operator with a weight."""
    groups = node.whole("group", 1)
    kernel = same(list(filters(sketch)[2:]))
    return {"kernel_size": kernel, "groups": groups if groups != 1 else None, **moves_of(node, sketch)}


def filters(sketch: Sketch) -> tuple[int, ...]:
    """The shape of the weight."""
    return sketch.files(sketch.weights["weight"]["file"]).shape
