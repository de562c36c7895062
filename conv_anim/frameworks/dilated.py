"""Windows as XLA has them, which JAX's libraries share: strides, padding in pairs, dilations of input and of kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.sketch import fail, same, tidy, unsupported
from conv_anim.ops.padding import named_padding
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_text
from conv_anim.spec.records import Field
from conv_anim.spec.sizes import effective_kernel
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Mode, Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

TURNED = "the kernel is drawn turned round, as a transposed convolution has it"
NAMES: dict[str, Any] = {"SAME": "same", "VALID": "valid", "SAME_LOWER": "same_lower"}
"""XLA's names for padding, as a spec has them."""


def paddings(*names: str, least: int = -LARGEST, default: Any = None) -> Field[Any]:
    """A field for padding: one of some names, a number, or for each axis a number or a pair."""
    number = Whole(least, LARGEST)
    entry = Either(((is_list, ListOf(number, "a pair: before and after", 2, 2)), (lambda _: True, number)))
    single = Whole(least, LARGEST, ", or a list with a number or a pair per axis")
    forms: list[Any] = [(is_text, OneOf(names))] if names else []
    forms += [(is_list, ListOf(entry, single.expected, 1, 3)), (lambda _: True, single)]
    return Field("padding", Either(tuple(forms)), "padding", default=default)


def in_pairs(given: Any, axes: int, node: Node) -> Padding:
    """Numbers and pairs, as the field ``paddings`` has them, before and after for each axis. Raises SpecError."""
    entries = given if isinstance(given, tuple) else (given,) * axes
    if len(entries) != axes:
        fail(Code.AXES, f"'padding' needs {axes} entries, one per axis, and has {len(entries)}", node)
    return tuple(entry if isinstance(entry, tuple) else (entry, entry) for entry in entries)


@dataclass(frozen=True, slots=True)
class Moves:
    """How a window moves: one number of each kind along each axis.

    ``stretch`` is the input's dilation, empty where there is none.
    """

    kernel: Size
    stride: Size
    dilation: Size
    stretch: Size = ()

    @property
    def windows(self) -> Size:
        """The cells that the kernel reaches over."""
        return tuple(map(effective_kernel, self.kernel, self.dilation))

    @property
    def stretches(self) -> bool:
        """Whether something is put between the input's cells."""
        return max(self.stretch, default=1) > 1

    def named(self, name: str, size: Size, node: Node) -> Padding:
        """What ``SAME`` and the like mean. Raises SpecError for a stretched input, where JAX takes no names."""
        if self.stretches:
            what = f"JAX takes the padding '{name}' only where nothing is put between the input's cells"
            fail(Code.PADDING, what, node, "give the padding as pairs of numbers")
        return named_padding(NAMES[name.upper()], size, self.windows, self.stride)


def convolution(
    record: Record,
    sketch: Sketch,
    moves: Moves,
    padding: Padding,
    said: tuple[Field[Any], Field[Any], Field[Any]],
    *,
    mode: Mode = "zeros",
    **keys: Any,
) -> None:
    """XLA's convolution: a direct one, or with a stretched input a transposed one.

    ``said`` are the parameters for stride, stretch and padding; ``keys`` are a spec's for both: out_channels, groups,
    bias. Raises SpecError for what is neither.
    """
    stride, stretch, around = said
    if not moves.stretches:
        direct(sketch, moves, padding, record.node, mode=mode, **keys)
        return
    if set(moves.stride) != {1}:
        what = f"a convolution with both {stride.name} and {stretch.name} is not drawn"
        unsupported(what, record.at(stretch))
    transposed(sketch, moves, padding, record.node, record.at(around), turned=True, **keys)


def _unless_one(numbers: Size) -> Any:
    return same(list(numbers)) if set(numbers) != {1} else None


def _window(moves: Moves) -> dict[str, Any]:
    return {"kernel_size": same(list(moves.kernel)), "dilation": _unless_one(moves.dilation)}


def direct(sketch: Sketch, moves: Moves, padding: Padding, at: Node, *, mode: Mode = "zeros", **keys: Any) -> None:
    """A convolution of an input that is not stretched."""
    own, filled = sketch.bordered(sketch.cropped(padding, at), mode)
    sketch.add("conv", at, padding=own, padding_mode=filled, stride=_unless_one(moves.stride), **_window(moves), **keys)


def transposed(
    sketch: Sketch, moves: Moves, border: Padding, at: Node, said: Node, *, turned: bool = False, **keys: Any
) -> None:
    """A stride of 1 over a stretched input with a border; ``turned`` if its kernel is not flipped by itself.

    ``at`` is where the layer stands, ``said`` what says its border.
    """
    sides = zip(moves.windows, border, moves.stretch, moves.dilation, strict=True)
    taken, extra = [], []
    for window, (before, after), stretch, dilation in sides:
        taken.append((window - 1 - before, max(0, window - 1 - after)))
        extra.append(max(0, after - window + 1))
        if before > window - 1:
            what = f"padding of {before} before a stretched input is more than the window less 1, {window - 1}"
            unsupported(f"{what}: its outputs there are made of padding alone, and are not drawn", said)
        if extra[-1] and extra[-1] >= max(stretch, dilation):
            what = f"padding of {after} behind a stretched input makes more than one output of padding alone"
            unsupported(f"{what} between two cells: this is not drawn", said)
    if turned and max(moves.kernel) > 1:
        sketch.note(TURNED)
    more = {"padding": tidy(tuple(taken)), "output_padding": same(extra) if any(extra) else None}
    sketch.add("conv_transpose", at, **_window(moves), **keys, stride=_unless_one(moves.stretch), **more)
