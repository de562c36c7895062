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
    """How a window moves: one number of each kind along each axis; ``stretch`` is the input's dilation."""

    kernel: Size
    stride: Size
    dilation: Size
    stretch: Size

    @property
    def windows(self) -> Size:
        """The cells that the kernel reaches over."""
        return tuple(map(effective_kernel, self.kernel, self.dilation))

    def named(self, name: str, size: Size, node: Node) -> Padding:
        """What ``SAME`` and the like mean. Raises SpecError for a stretched input, where JAX takes no names."""
        if set(self.stretch) != {1}:
            what = f"JAX takes the padding '{name}' only where nothing is put between the input's cells"
            fail(Code.PADDING, what, node, "give the padding as pairs of numbers")
        return named_padding(NAMES[name.upper()], size, self.windows, self.stride)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text says what may not be drawn."""

    whole: Node
    stretch: Node
    padding: Node


@dataclass(frozen=True, slots=True)
class Words:
    """A library's names for a window's settings, for messages."""

    stride: str
    stretch: str


def convolution(
    sketch: Sketch, moves: Moves, padding: Padding, at: Places, *, words: Words, mode: Mode = "zeros", **keys: Any
) -> None:
    """XLA's convolution: a direct one, or with a stretched input a transposed one.

    ``keys`` are a spec's for both: out_channels, groups, bias. Raises SpecError for what is neither.
    """
    keys |= {"kernel_size": same(list(moves.kernel)), "dilation": _unless_one(moves.dilation)}
    if set(moves.stretch) == {1}:
        _direct(sketch, moves, padding, at, mode=mode, **keys)
        return
    if set(moves.stride) != {1}:
        unsupported(f"a convolution with both {words.stride} and {words.stretch} is not drawn", at.stretch)
    transposed(sketch, moves, padding, at, turned=True, **keys)


def _unless_one(numbers: Size) -> Any:
    return same(list(numbers)) if set(numbers) != {1} else None


def _direct(sketch: Sketch, moves: Moves, padding: Padding, at: Places, *, mode: Mode, **keys: Any) -> None:
    own, filled = sketch.bordered(sketch.cropped(padding, at.whole), mode)
    sketch.add("conv", at.whole, padding=own, padding_mode=filled, stride=_unless_one(moves.stride), **keys)


def transposed(
    sketch: Sketch, moves: Moves, padding: Padding, at: Places, *, turned: bool = False, **keys: Any
) -> None:
    """A stride of 1 over a stretched input with this border; ``turned`` if its kernel is not flipped by itself."""
    sides = zip(moves.windows, padding, moves.stretch, moves.dilation, strict=True)
    taken, extra = [], []
    for window, (before, after), stretch, dilation in sides:
        taken.append((window - 1 - before, max(0, window - 1 - after)))
        extra.append(max(0, after - window + 1))
        if before > window - 1:
            what = f"padding of {before} before a stretched input is more than the window less 1, {window - 1}"
            unsupported(f"{what}: its outputs there are made of padding alone, and are not drawn", at.padding)
        if extra[-1] and extra[-1] >= max(stretch, dilation):
            what = f"padding of {after} behind a stretched input makes more than one output of padding alone"
            unsupported(f"{what} between two cells: this is not drawn", at.padding)
    if turned and max(moves.kernel) > 1:
        sketch.note(TURNED)
    keys = {"kernel_size": same(list(moves.kernel)), "dilation": _unless_one(moves.dilation), **keys}
    more = {"padding": tidy(tuple(taken)), "output_padding": same(extra) if any(extra) else None}
    sketch.add("conv_transpose", at.whole, **keys, stride=_unless_one(moves.stretch), **more)
