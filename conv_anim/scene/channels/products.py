"""What the cells of one channel's window make with its kernel, written out as the window stands."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.equality import NEAR, sum_sign
from conv_anim.scene.arithmetic.numbers import agrees, enough
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.layer_formats import Formats
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import LayerTrace

LEADING = 1.5
"""The distance of lines, in ems."""


@dataclass(frozen=True)
class Products:
    """The products of the channel called ``name``, in so many lines and columns; ``added`` is the widest bias."""

    style: Style
    name: str
    formats: Formats
    made: Format
    bias: Format | None
    layer: LayerTrace
    lines: int
    columns: int
    added: str
    share: float = 1.0
    """Em of the text, by that of labels."""

    @property
    def size(self) -> float:
        """Em of the text, in pixels."""
        return self.share * self.style.label_size

    def within(self, width: float) -> Products | None:
        """In smaller letters if it takes these to be no wider; None if they could not be read."""
        found = replace(self, share=min(1.0, width / self.widest))
        return found if found.size >= self.style.least else None

    @property
    def height(self) -> float:
        """In pixels."""
        return self.size * (1 + LEADING * (self.lines - 1))

    @cached_property
    def widest(self) -> float:
        """Pixels that a line may take."""
        layer, size, width = self.layer, self.size, self.style.width
        assert layer.kernels is not None
        read = max(width(self.formats.x.factor(x), size=size) for x in np.unique(layer.input).tolist())
        met = max(width(self.formats.w.factor(w), size=size) for w in np.unique(layer.kernels).tolist())
        made = max(width(f" {NEAR} {text}", size=size, bold=True) for text in self.made.texts(layer.output))
        around = width(f"{self.name}:  {self.added} ", size=size) + made
        return around + self.columns * (read + met + width("· + ", size=size))

    def at(
        self,
        width: float,
        top: float,
        terms: list[tuple[Number, Number]],
        bias: tuple[str, Number] | None,
        value: Number,
        *,
        left: float | None = None,
    ) -> list[Primitive]:
        """The products from a place or in the middle of a width; then what they add up to."""
        formats = self.formats.finer(enough(lambda more: self._adds_up(self.formats.finer(more), terms, bias, value)))
        texts = [f"{formats.x.factor(x)}·{formats.w.factor(w)}" for x, w in terms]
        lines = [" + ".join(texts[k : k + self.columns]) for k in range(0, len(texts), self.columns)]
        lines = [*(f"{line} +" for line in lines[:-1]), f"{lines[-1]}{'' if bias is None else bias[0]} "]
        added = [[(formats.x, x), (formats.w, w)] for x, w in terms]
        added += [] if bias is None or self.bias is None else [[(self.bias, bias[1])]]
        result, name = f"{sum_sign(added, (self.made, value))} {self.made(value)}", f"{self.name}:  "
        style, size = self.style, self.size
        before = style.width(name, size=size)
        wide = max(style.width(line, size=size) for line in lines) + style.width(result, size=size, bold=True)
        x = (width - before - wide) / 2 if left is None else left
        found: list[Primitive] = [style.text(x, top, name, size=size, color=style.label_ink)]
        for k, line in enumerate(lines):
            found.append(style.text(x + before, top + k * LEADING * size, line, size=size, color=style.text_ink))
        end = x + before + style.width(lines[-1], size=size)
        last = top + (len(lines) - 1) * LEADING * size
        return [*found, style.text(end, last, result, size=size, color=style.result_ink, bold=True)]

    def _adds_up(
        self, formats: Formats, terms: list[tuple[Number, Number]], bias: tuple[str, Number] | None, value: Number
    ) -> bool:
        """Whether the products, as they are written, add up to the result as it is written."""
        read, met = (np.array(each, float) for each in zip(*terms, strict=True))
        total = formats.x.shown(read) @ formats.w.shown(met) + (0 if bias is None else bias[1])
        return agrees(self.made, np.array([value], float), np.array([total]))
