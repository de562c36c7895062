"""What a layer is fed where no spec says it: ``32x32``, ``3x32x32``, or a size that shows the layer well."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError
from conv_anim.spec.entering import axes_of, count_of_channels
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Size

SHAPE = re.compile(r"\s*\d{1,7}(\s*[x×*,]\s*\d{1,7}){0,3}\s*")
NAMES = ("LENGTH", "ROWSxCOLUMNS", "DEPTHxROWSxCOLUMNS")


def shape_of(text: str) -> Size | None:
    """``3x32x32`` as numbers; None if it is not a shape."""
    numbers = tuple(map(int, re.findall(r"\d+", text))) if SHAPE.fullmatch(text) else ()
    return numbers if numbers and min(numbers) > 0 else None


def held(text: str) -> Any:
    """A value of ``--let``: a literal of Python, a shape as in 8x3x3x3, else the text itself."""
    if re.fullmatch(r"\d+(x\d+)+", text):
        return tuple(map(int, text.split("x")))
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    return _as_tuple(value)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Feed:
    """What the user says of the input: a shape, with or without channels in front, and channels by themselves."""

    shape: Size | None = None
    channels: int | None = None
    span: Span | None = None
    channels_last: bool = False
    """As Keras writes a shape; the channels are always said then."""

    def sized(self, axes: int | None, layer: str, channels: int | None) -> tuple[int | None, Size | None]:
        """Channels and size for a layer that has ``axes`` and takes ``channels``, as far as they are known.

        None for axes stands for a layer that takes any number of them. Raises SpecError.
        """
        if self.shape is None:
            return self.channels or channels, None
        axes = axes or (len(self.shape) if len(self.shape) < 3 else len(self.shape) - 1)
        if len(self.shape) == axes:
            return self.channels or channels, self.shape
        if len(self.shape) != axes + 1:
            raise self._wrong(axes, layer)
        said, size = (self.shape[-1], self.shape[:-1]) if self.channels_last else (self.shape[0], self.shape[1:])
        self._agree(said, channels, layer)
        return said, size

    def _wrong(self, axes: int, layer: str) -> SpecError:
        counted = f"{len(self.shape or ())} number{'s' * (len(self.shape or ()) > 1)}"
        size = NAMES[axes - 1]
        message = f"{layer} works along {axes_of(axes)}, and the input's shape has {counted}"
        hint = f"{size}, or with the channels first CHANNELSx{size}"
        return SpecError([Problem(Code.AXES, message, "input", self.span, hint)])

    def _agree(self, said: int, channels: int | None, layer: str) -> None:
        if self.channels not in {None, said}:
            message = f"the input's shape says {count_of_channels(said)}, and --channels {self.channels}"
            raise SpecError([Problem(Code.SHAPE, message, "input", self.span, "leave one of them out")])
        if channels in {None, said}:
            return
        last = (self.shape or (0,))[-1]
        turned = "x".join(map(str, (last, *(self.shape or ())[:-1])))
        hint = f"channels come first: {turned}" if last == channels else "leave the channels out: the layer says them"
        message = f"{layer} takes {count_of_channels(channels)}, and the input's shape says {said}"
        raise SpecError([Problem(Code.SHAPE, message, "input", self.span, hint)])


ENOUGH = {1: 5, 2: 3, 3: 2}
"""Outputs along each axis, by the number of axes, that show how a window moves."""


def smallest(drawn: Callable[[Size], Sketch], axes: int, *, grows: bool) -> Sketch:
    """With the smallest input that shows how the window moves, else the smallest that fits at all.

    Sizes begin with one that can be followed cell by cell; for a layer that ``grows`` its input, with 3. Raises
    SpecError, that of the first one, if none fits.
    """
    fitting: Sketch | None = None
    problem: SpecError | None = None
    least = 3 if grows else {1: 8, 2: 5, 3: 4}[axes]
    for side in (*range(least, 65), 96, 128, 224, 256, 512):
        try:
            sketch = drawn((side,) * axes)
        except SpecError as error:
            problem = problem or error
            continue
        fitting = fitting or sketch
        if min(sketch.size, default=ENOUGH[axes]) >= ENOUGH[axes] and not _uneven(sketch):
            return sketch
    if fitting is None:
        assert problem is not None
        raise problem
    return fitting


def _uneven(sketch: Sketch) -> bool:
    """Whether a pool has windows of several sizes, which a larger input may not have."""
    return any(op.type.startswith("adaptive") for op in sketch.layers)


def said(shape: Size | None, channels: int | None) -> Feed:
    """What the command line says."""
    text = "" if shape is None else "x".join(map(str, shape))
    return Feed(shape, channels, None if shape is None else Span(Source("--input", text), 1, 1, len(text)))
