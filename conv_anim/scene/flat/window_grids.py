"""The grids of a sliding window in the flat view: input, kernel and output, and the window enlarged beside shades."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor, prod
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.borrowing import Borrowing
from conv_anim.scene.flat.drawing import FlatDrawing
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents, smaller
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.sheets.cells import Contents, Numbers
from conv_anim.scene.sheets.sheet import Sheet, row_and_column
from conv_anim.scene.sheets.symbols import W, X, Y, symbol
from conv_anim.scene.sheets.tones import asked
from conv_anim.scene.wording import words
from conv_anim.spec.view_support import MOST_NUMBERS
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.sheets.grid import Grid

CONVOLVED = "∗"
LARGEST_KERNEL = 150
"""Pixels, at scale 1, that a kernel may take beside maps in shades."""
LARGEST_OF_SMALL = 215
"""The same of one with numbers that are wide for their size."""
SYMBOLS = 16
"""Pixels, at scale 1, of a name in a cell: its index is little more than half as large."""
CLEAR = 3.5
"""The side of a cell with a name in its middle and one in its corner, in ems."""
MOST_ENLARGED = 100
"""Cells of a window that is shown enlarged."""


@dataclass(frozen=True)
class WindowGrids(FittedStrip, FlatDrawing):
    """The grids of one channel, their labels and cells.

    For the sake of another drawing, ``start``, where the output begins, may be farther to the right.
    """

    start: float = 0.0

    @cached_property
    def sheet(self) -> Sheet:
        """The input with its border, as the window meets it."""
        return Sheet.read_by(self.layer.operator)

    @property
    def symbols(self) -> bool:
        """Whether cells have names instead of numbers."""
        return self.mode == "symbols"

    # how large cells are

    @cached_property
    def formats(self) -> Formats:
        """Where the denominator of all weights is long, it stands beside the kernel, and below their products."""
        return Formats.of(self.layer).shortened

    @property
    def tallest(self) -> int:
        return max(self.sheet.shape[0], self._shape[0])

    @cached_property
    def for_numbers(self) -> Numbers:
        fitting = self.fitting(self._read_texts, self.formats.y.texts(self.layer.output))
        if asked(self.trace.spec.view) == "symbols":
            size = self.style.em(SYMBOLS)
            fitting = Numbers(max(fitting.cell, ceil(CLEAR * size)), size)
        return replace(fitting, cell=max(fitting.cell, self._for_weights))

    @cached_property
    def _read_texts(self) -> frozenset[str]:
        fmt, layer = self.formats, self.layer
        if asked(self.trace.spec.view) == "symbols":
            return frozenset({symbol(X, [n - 1 for n in layer.input.shape[1:]]), f"{W}{symbol(W, (0, 0))}"})
        read = fmt.x.texts(layer.input)
        return read if layer.kernels is None else read | fmt.w.texts(layer.kernels)

    @cached_property
    def _readable(self) -> Numbers | None:
        if self.layer.input.size + self.layer.output.size > MOST_NUMBERS:
            return None
        made = self.formats.y.texts(self.layer.output)
        written = self._read_texts | made
        return smaller(self.style, self.for_numbers, written, lambda cells: self.width_with(cells, "numbers"))

    @property
    def _shape(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        rows, columns = row_and_column(self.layer.operator)
        return rows.count, columns.count

    @property
    def _for_weights(self) -> int:
        """A cell in whose corner every weight can be read."""
        if self.layer.kernels is None:
            return 0
        if asked(self.trace.spec.view) == "symbols":
            last = symbol(W, [n - 1 for n in self.layer.kernels.shape[2:]])
            return ceil(self.style.width(f"{words.TIMES}{last}", size=self.style.em(SYMBOLS)) / 0.82)
        weights = (f"{words.TIMES}{text}" for text in self.formats.w.texts(self.layer.kernels))
        widest = max(self.style.width(weight, size=self.style.em(12)) for weight in weights)
        return ceil(widest / 0.82)

    # the parts, from left to right

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels of input, kernel (if there is one) and output."""
        colors = self.style.colors
        kernel = [] if self.layer.kernels is None else [colors.kernel]
        return self.signs_of(self._labels(), colors.input, *kernel, colors.output)

    def _labels(self) -> list[words.Label]:
        """What is drawn or said below the grids is not said above them too."""
        labels = words.labels(self.trace)
        if self.layer.kernels is not None:
            turned = labels[1].detail if self.turned is None else ""
            labels[1] = words.Label(labels[1].name, self.say.joined([self.divided, turned]))
        if self.layer.operator.transposed:
            size = self.layer.layer.ends.in_size
            whole = self.sheet.shape[-len(size) :]
            zeros = "" if whole == size else self.say("flat.with_zeros", size=words.size(whole))
            labels[0] = words.Label(labels[0].name, zeros)
        return labels

    @property
    def divided(self) -> str:
        """What all weights are over, if they are written without it."""
        return self.say("flat.divided", number=self.formats.w.denominator) if self.formats.w.bare else ""

    @property
    def flips(self) -> bool:
        """Whether the kernel is drawn flipped."""
        return self.layer.operator.flips

    @property
    def turned(self) -> str | None:
        """How the kernel that is given becomes the one that the window meets, where that is said."""
        if self.layer.kernels is None:
            return None
        if self.flips:
            return self.say("flat.flipped")
        return self.say("flat.unflipped") if self.layer.layer.unflipped else None

    @cached_property
    def strip(self) -> Strip:
        hints, labels = self.borrowing, self.signs
        first, last = labels[0], labels[-1]
        sign = CONVOLVED if self.layer.kernels is not None else "→"
        parts = [
            Part(
                self.sheet.shape,
                first,
                "" if self.enlarged else sign,
                left=hints.room(self.sheet.rows),
                above=hints.room(self.sheet.columns),
                contents=contents(self.mode, self.tones.of_maps[0], X),
            )
        ]
        if self.enlarged:
            close = self._small(words.Label(self.say("flat.window")))
            held = Contents(self._reads_closer, self.tones.of_maps[0])
            parts.append(replace(close, after=sign, contents=held, beside=True, passing=True))
        if self.layer.kernels is not None:
            kernel = replace(self._small(labels[1].label), after=self._equals, made_from=self.turned)
            parts.append(replace(kernel, sign=labels[1], contents=self._weights))
        made = contents(self.mode, self.tones.of_maps[-1], Y)
        parts.append(Part(self._shape, last, start=self.start, contents=made))
        return Strip(self.style, self.numbers, tuple(parts), labelled=self.titled)

    def _small(self, label: words.Label) -> Part:
        """A grid as large as the kernel, with cells for numbers where others are in shades."""
        rows, columns = row_and_column(self.layer.operator)
        shape = (rows.kernel, columns.kernel)
        return Part(shape, Callout(self.style, label, None), numbers=self._closer if self.is_shaded else None)

    @property
    def _weights(self) -> Contents:
        """How the kernel is shown beside shades: with its numbers where these can be read."""
        shades = self.tones.of_kernels[0]
        if not self.is_shaded:
            return contents(self.mode, shades, W)
        return Contents(self._reads_closer, shades if self.mode == "shades" else None)

    @property
    def _equals(self) -> str:
        bias = self.layer.bias
        if bias is None or self.formats.b is None:
            return "="
        return f"+ {self.say('bias.named', value=self.formats.b.factor(bias[0].item()))} ="

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The grids in their places."""
        return self.strip.grids

    @property
    def given(self) -> Grid:
        """Where the kernel stands as it is given."""
        return self.strip.given(1) if self.flips else self.grids[1]

    @property
    def kernel_at(self) -> int:
        """Where the kernel stands among the grids."""
        return len(self.grids) - 2

    @property
    def borrowing(self) -> Borrowing:
        """Where border cells have their numbers from."""
        return Borrowing(self.sheet, self.style)

    # beside maps in shades

    @cached_property
    def _closer(self) -> Numbers:
        """Cells for the numbers of a kernel or of a window, beside maps in shades; None if they are too many."""
        rows, columns = row_and_column(self.layer.operator)
        most = max(rows.kernel, columns.kernel)
        for em, whole in ((12, LARGEST_KERNEL), (10, LARGEST_OF_SMALL), (9, LARGEST_OF_SMALL)):
            size, room = self.style.em(em), whole * self.style.scale / most
            widest = max(self.style.width(text, size=size, bold=True) for text in self._read_texts | {"0"})
            side = max(round(1.6 * size), round(widest / 0.84))
            if side <= room:
                return Numbers(side, size)
        return Numbers(max(1.0, floor(LARGEST_KERNEL * self.style.scale / most)), self.style.em(12))

    @property
    def _reads_closer(self) -> bool:
        widest = max(self.style.width(text, size=self._closer.size) for text in self._read_texts)
        return widest <= self._closer.cell

    @property
    def enlarged(self) -> bool:
        """Whether what is under the window is shown once more, larger: where its cells are too small for numbers."""
        few = prod(self.layer.operator.kernel_size[-2:]) <= MOST_ENLARGED
        return self.mode == "shades" and few and (self.cells or self.numbers).cell < self._closer.cell
