"""The maps of a max pool and its unpooling, with at most one more window between them: side by side, as they stand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.sheets.sheet import Sheet
from conv_anim.scene.sheets.sheet_grid import SheetGrid
from conv_anim.scene.sheets.traced import TracedMaps
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.tracing.trace import found_at
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.sheets.cells import Numbers, Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class PooledMaps(FittedStrip, TracedMaps):
    """The maps of one channel, counted from 0, the input."""

    # maps

    @cached_property
    def maps(self) -> list[Array]:
        """Rows and columns."""
        return [plane(layer.input[0]) for layer in self.layers] + [plane(self.trace.made[0])]

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Each map as the next layer reads it."""
        read = [Sheet.read_by(layer.operator) for layer in self.layers[:-1]]
        return [*read, *(Sheet.bare(*values.shape) for values in self.maps[-2:])]

    @cached_property
    def found(self) -> list[Position]:
        """Where the pool found each of its numbers, in row-major order."""
        columns = self.maps[0].shape[1]
        return [divmod(int(at), columns) for at in found_at(self.trace.layer)[0].ravel()]

    # shades

    @cached_property
    def for_numbers(self) -> Numbers:
        return self.usual

    @property
    def tallest(self) -> int:
        return max(sheet.shape[0] for sheet in self.sheets)

    # the parts

    @cached_property
    def strip(self) -> Strip:
        """The grids from left to right, with the signs between them."""
        parts = tuple(part for k in range(len(self.maps)) for part in self._parts(k))
        return Strip(self.style, self.numbers, parts, labelled=self.titled)

    def _parts(self, k: int) -> list[Part]:
        """A map, and the kernel of the layer that reads it if there is one."""
        layer = self.layers[k] if k < len(self.layers) else None
        held = contents(self.mode, self.tones.of_maps[k])
        map_ = Part(
            self.sheets[k].shape, Callout(self.style, self._label(k), self.swatch(self.color(k))), "→", contents=held
        )
        if layer is None or layer.kernels is None:
            return [map_]
        name, color = words.kernel_label(layer, self.say).name, self.swatch(self.style.colors.kernel)
        sign = Callout(self.style, words.Label(name), color)
        weights = contents(self.mode, self.tones.of_kernels[k])
        return [replace(map_, after="∗"), Part(plane(layer.kernels[0, 0]).shape, sign, "=", contents=weights)]

    def _label(self, k: int) -> words.Label:
        given = self.trace.spec.labels or Labels()
        last = k == len(self.maps) - 1
        size = words.size(self.layers[-1].layer.ends.out_size if last else self.layers[k].layer.ends.in_size)
        if k == 0:
            return words.Label(given.input or self.say("label.input", size=size))
        if last:
            return words.Label(given.output or self.say("label.output", size=size), self.say("flat.put_back"))
        if k == 1:
            return words.Label(self.say("flat.pooled", size=size))
        return words.Label(self.say("label.layer", number=k, size=size), self.layers[k - 1].layer.name(self.say))

    def grid(self, k: int) -> Grid:
        """The grid of a map."""
        kernels = sum(layer.kernels is not None for layer in self.layers[:k])
        return self.strip.grids[k + kernels]

    @cached_property
    def sheet_grids(self) -> list[SheetGrid]:
        """The input of each layer with its border, in its grid."""
        found = []
        for k, (sheet, values, fmt) in enumerate(zip(self.sheets, self.maps, self.formats, strict=True)):
            windowed = k < len(self.layers) - 1
            empty = Formats.of(self.layers[k]).empty if windowed else ""
            found.append(SheetGrid(self.grid(k), sheet, values, fmt, empty, self.color(k)))
        return found

    def place(self, k: int, cell: Position) -> Position:
        """Where a cell of a map is drawn."""
        return self.sheets[k].rows.place(cell[0]), self.sheets[k].columns.place(cell[1])
