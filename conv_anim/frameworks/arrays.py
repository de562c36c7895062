"""Numbers that are held in memory: tensors and arrays as a spec's values, exactly as they are."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.sketch import Sketch
from conv_anim.inputs import Folder
from conv_anim.spec.model import Given
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.spec.model import Size

MOST_NUMBERS = 16_000_000
NARROW = {"bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"}
"""Types that numpy itself does not know; a float32 holds their numbers."""
INPUT = "input"
"""What the input's numbers are held under."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """Reads arrays that are held in memory, and from the current folder what else a spec names."""

    held: Mapping[str, Given]

    def __call__(self, name: str) -> Given:
        return self.held[name] if name in self.held else Folder(Path())(name)


def array(values: Any, place: str) -> Given:
    """The numbers of a tensor or an array: every float32 is a float of Python. Raises SpecError."""
    import numpy as np

    plain = values.detach().cpu() if hasattr(values, "detach") else values
    if str(getattr(plain, "dtype", "")) == "torch.bfloat16":  # which numpy does not know
        plain = plain.float()
    numbers = np.asarray(plain)
    if numbers.dtype.name in NARROW:
        numbers = numbers.astype(np.float32)
    if numbers.dtype.kind not in "biuf" or numbers.size == 0 or numbers.size > MOST_NUMBERS:
        what = f"an array of {numbers.dtype} and the shape {numbers.shape} cannot be drawn"
        raise _wrong(Code.SHAPE, what, place, "real numbers, at most 16 million of them")
    if not np.isfinite(numbers).all() or np.abs(numbers.astype(float)).max() >= 2**53:
        what = "there are numbers that cannot be drawn: infinite, not a number, or beyond ±2⁵³"
        raise _wrong(Code.OUT_OF_RANGE, what, place)
    whole = numbers.astype(int) if numbers.dtype.kind == "b" else numbers
    if numbers.dtype.kind == "f" and numbers.dtype.itemsize > 8:
        whole = numbers.astype(float)
        if (whole != numbers).any():
            what = f"there are numbers of {numbers.dtype} that a float does not hold"
            raise _wrong(Code.OUT_OF_RANGE, what, place, "array.astype(float) rounds them")
    return Given(numbers.shape, tuple(whole.ravel().tolist()))


def fed(given: Any, held: dict[str, Given], *, axes: int | None, layer: str, channels: int | None) -> Sketch:
    """A sketch that is fed numbers, which are held with the others, or a size. Raises SpecError.

    ``channels`` are those that the layer takes, as far as it says so.
    """
    listed = [given] if isinstance(given, int) else given
    if isinstance(listed, tuple | list) and all(isinstance(n, int) for n in listed):
        return _of_size(tuple(listed), held, axes=axes, layer=layer, channels=channels)
    held[INPUT] = numbers = array(given, INPUT)
    shape = _unbatched(numbers.shape, axes)
    if len(shape) < 2 or (axes is not None and len(shape) != axes + 1):
        what = f"the input has the shape ({', '.join(map(str, numbers.shape))})"
        wanted = "(channels, *size)" if axes is None else f"(channels, {', '.join(SIZES[axes])})"
        raise _wrong(Code.AXES, what, INPUT, f"{layer} takes {wanted}, with or without a batch of 1 in front")
    held[INPUT] = Given(shape, numbers.numbers)
    return Sketch(shape[0], shape[1:], values={"file": INPUT}, files=Arrays(held), held=held)


SIZES = {1: ("length",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


def _unbatched(shape: Size, axes: int | None) -> Size:
    """Without a batch of 1; layers that work along any axes are always given one."""
    batched = len(shape) > 2 if axes is None else len(shape) == axes + 2
    return shape[1:] if batched and shape[0] == 1 else shape


def _of_size(shape: Size, held: dict[str, Given], *, axes: int | None, layer: str, channels: int | None) -> Sketch:
    shape = _unbatched(shape, axes)
    if not shape or min(shape) < 1 or prod(shape) > MOST_NUMBERS:
        raise _wrong(Code.OUT_OF_RANGE, f"{shape} is not the size of an input", INPUT, "as in (3, 32, 32) or (32, 32)")
    many, size = Feed(shape).sized(axes, layer, channels)
    assert size is not None
    return Sketch(many or 1, size, files=Arrays(held), held=held)


def _wrong(code: Code, message: str, place: str, hint: str | None = None) -> SpecError:
    return SpecError([Problem(code, message, place, hint=hint)])
