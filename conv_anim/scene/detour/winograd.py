"""The winograd view: F(2×2, 3×3), one tile of the output a step."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix
from conv_anim.scene.detour.guide import tiles_of
from conv_anim.scene.detour.plan import NAMES, Detour
from conv_anim.scene.gliding import gliding, ring
from conv_anim.scene.hit_regions import HitRegion, corners
from conv_anim.scene.layout import Fit
from conv_anim.scene.marks import MarkStyle
from conv_anim.scene.numbers import MINUS, format_for
from conv_anim.scene.primitives import Boxes, Frame
from conv_anim.scene.slots import filled
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording.words import Label, labels
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.winograd import (
    INPUT_TRANSFORM,
    KERNEL_TRANSFORM,
    OUT,
    OUTPUT_TRANSFORM,
    READ,
    Winograd,
    direct,
    multiplications,
)
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.cells import Position
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.steps import Steps
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array
    from conv_anim.tracing.winograd import Fractions

WANTED = 30
"""Pixels of a cell, at scale 1."""
EXAMPLE = (1, 1)
"""The cell of both transforms that is worked out."""


@dataclass(frozen=True)
class WinogradDrawing(Detour):
    """The drawing of all tiles."""

    @cached_property
    def way(self) -> Winograd:
        """All numbers of it."""
        return Winograd(self.layer)

    @cached_property
    def steps(self) -> Steps:
        return tiles_of(self.trace)

    def tile(self, k: int) -> Position:
        """Row and column of the tile of a step."""
        _, row, column = self.steps.cell(k)
        return row, column

    # numbers

    @cached_property
    def _kernel(self) -> Array:
        return _floats(self.way.transformed_kernels[0, 0])

    @cached_property
    def _transformed(self) -> list[tuple[Array, Array]]:
        """Of every step V and M."""
        tiles = [self.tile(k) for k in range(len(self.steps))]
        return [(_floats(self.way.transformed(t)[0]), _floats(self.way.products(t)[0])) for t in tiles]

    @cached_property
    def _way_formats(self) -> tuple[Format, Format, Format]:
        """How V, U and M are written: quarters of whole numbers in full."""
        inputs, products = (np.array([each[k] for each in self._transformed]) for k in (0, 1))
        return format_for(inputs), format_for(self._kernel), format_for(products)

    @property
    def plain_texts(self) -> Iterable[str]:
        yield from (self.formats.x(n) for n in self.layer.input.ravel().tolist())
        yield from (self.formats.y(n) for n in self.layer.output.ravel().tolist())
        yield from (self.formats.w(n) for n in _floats(self.way.kernels[0, 0]).ravel().tolist())

    @property
    def texts(self) -> Iterable[str]:
        v, u, m = self._way_formats
        yield from self.plain_texts
        yield from (u(n) for n in self._kernel.ravel().tolist())
        for inputs, products in self._transformed:
            yield from (v(n) for n in inputs.ravel().tolist())
            yield from (m(n) for n in products.ravel().tolist())

    # the plan

    @property
    def wanted(self) -> int:
        return WANTED

    @property
    def shapes(self) -> dict[str, Position]:
        rows, columns = self.layer.output.shape[1:]
        canvas = self.way.canvas.shape
        square = (READ, READ)
        return {
            "input": (canvas[1], canvas[2]),
            "kernel": (3, 3),
            "output": (rows, columns),
            **dict.fromkeys(("input_way", "kernel_way", "output_way"), square),
        }

    @property
    def heads(self) -> dict[str, Label]:
        found = dict(zip(("input", "kernel", "output"), labels(self.trace), strict=True))
        ways = ("input", "kernel", "product")
        names = ("input_way", "kernel_way", "output_way")
        return found | {name: Label(self.say(f"winograd.{way}")) for name, way in zip(names, ways, strict=True)}

    @property
    def ways(self) -> tuple[str, str, str]:
        added, halved = self.say("winograd.added"), self.say("winograd.halved")
        return f"{added}: BᵀdB", f"{halved}: GgGᵀ", f"{added}: AᵀMA"

    def told(self, k: int) -> tuple[str, ...]:
        """One cell of each transform, their product, and one output of it."""
        k = min(k, len(self.steps) - 1)
        d, (v, m) = _floats(self.way.read(self.tile(k))[0]), self._transformed[k]
        g, (vs, us, ms) = _floats(self.way.kernels[0, 0]), self._way_formats
        at, corner = EXAMPLE, (0, 0)
        bias = [] if self.layer.bias is None else [self.layer.bias[0].item()]
        output = self.layer.output[0][self._cells(self.tile(k))[0]].item()
        return (
            self.say("winograd.told.input", sum=_sum(INPUT_TRANSFORM, at, d, self.formats.x), made=vs(v[at].item())),
            self.say(
                "winograd.told.kernel",
                sum=_sum(KERNEL_TRANSFORM, at, g, self.formats.w),
                made=us(self._kernel[at].item()),
            ),
            self.say(
                "winograd.told.product",
                v=vs.factor(v[at].item()),
                u=us.factor(self._kernel[at].item()),
                made=ms(m[at].item()),
            ),
            self.say(
                "winograd.told.output", sum=_sum(OUTPUT_TRANSFORM, corner, m, ms, bias), made=self.formats.y(output)
            ),
        )

    @property
    def remarks(self) -> list[str]:
        tiles = prod(self.way.tiles)
        ours, outputs = multiplications(self.way.op), prod(self.way.op.out_size)
        all_ = self.say("winograd.all", tiles=tiles, ours=ours, outputs=outputs, direct=direct(self.way.op))
        return [self.say("winograd.tile"), all_]

    # what stays

    def static(self) -> Items:
        _ = self.way.output  # which is the trace's, or nothing is drawn
        colors, tables = self.style.colors, self.tables
        u = self._way_formats[1]
        kernel = _floats(self.way.kernels[0, 0])
        items = [*tables["kernel"].cells(self._written(kernel, self.formats.w), colors.kernel)]
        items += tables["kernel_way"].cells(self._written(self._kernel, u), mix(colors.background, colors.kernel, 0.55))
        items += self._canvas(np.ndindex(*self.shapes["input"]), marked=False)
        for name in ("output", "input_way", "output_way"):
            items += tables[name].pending()
        return tuple(items)

    @staticmethod
    def _written(numbers: Array, fmt: Format) -> list[tuple[Position, str]]:
        return [((r, c), fmt(numbers[r, c].item())) for r, c in np.ndindex(*numbers.shape)]

    def _source(self, place: Position) -> Source:
        """What a cell of the canvas is."""
        found = [
            Source(int(axis.sources[1][at])) if at < axis.reach else Source.OUTSIDE
            for at, axis in zip(place, self.way.op.axes, strict=True)
        ]
        return max(found)

    def _canvas(self, places: Iterable[Position], *, marked: bool) -> list[Primitive]:
        """Cells of the padded input."""
        style, table = self.style, self.tables["input"]
        marks = MarkStyle(style, style.colors.input)
        fills = {Source.INPUT: style.colors.input, Source.BORROWED: marks.borrowed}
        groups: dict[Source, list[tuple[Position, str]]] = {}
        for r, c in places:
            number: Fraction = self.way.canvas[0][r][c]
            text = self.formats.x(int(number) if number.denominator == 1 else float(number))
            groups.setdefault(self._source((r, c)), []).append(((r, c), text))
        items: list[Primitive] = []
        for source, texts in groups.items():
            there = source <= Source.BORROWED
            fill = fills.get(source, style.colors.background)
            fill = style.under_window(fill, weak=not there) if marked else fill
            items += table.cells(texts, fill) if there else self._empty(texts, fill)
        return items

    def _empty(self, texts: list[tuple[Position, str]], fill: str) -> list[Primitive]:
        """Cells of the padding: their edges dashed, their zeros quiet."""
        style, table = self.style, self.tables["input"]
        ink = style.ink_on(fill, style.colors.muted)
        boxes = Boxes(tuple(table.box(place) for place, _ in texts), fill, style.empty_edge)
        return [boxes, *(replace(text, color=ink) for text in table.numbers(texts, fill))]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        return Frame(self._kept(k), (*self._reading(k), *self._products(k), *self._made(k, bold=True)))

    def _kept(self, k: int) -> Items:
        return tuple(item for _, row, column in self.steps.passed(k) for item in self._outputs((row, column)))

    def finished(self) -> Frame:
        """All outputs, and as an example the transforms of the last tile."""
        last = len(self.steps) - 1
        return Frame(
            self._kept(len(self.steps)),
            (*self._transform(last), *self._products(last), *self._example(last), *self.worked(last)),
        )

    def _outputs(self, tile: Position, *, bold: bool = False) -> list[Primitive]:
        """The outputs of a tile, as the trace has them."""
        output = self.layer.output[0]
        places = self._cells(tile)
        fill = self.style.at_work(self.style.colors.output) if bold else self.style.colors.output
        texts = [(at, self.formats.y(output[at].item())) for at in places]
        return self.tables["output"].cells(texts, fill, bold=bold)

    def _cells(self, tile: Position) -> list[Position]:
        rows, columns = self.layer.output.shape[1:]
        wanted = product(*(range(OUT * at, OUT * at + OUT) for at in tile))
        return [(r, c) for r, c in wanted if r < rows and c < columns]

    def _read(self, k: int) -> list[Position]:
        row, column = self.tile(k)
        return list(product(range(OUT * row, OUT * row + READ), range(OUT * column, OUT * column + READ)))

    def _reading(self, k: int) -> list[Primitive]:
        """The tile that is read, and its transform."""
        items = self._canvas(self._read(k), marked=True)
        outlined = self._outlined("input", self._read(k), self.style.colors.window)
        return [*items, *outlined, *self._transform(k), *self._example(k), *self.worked(k)]

    def _example(self, k: int) -> list[Primitive]:
        """Around the cells that are worked out below."""
        row, column = self.tile(k)
        used = [
            (OUT * row + r, OUT * column + c)
            for r, c in product(range(READ), repeat=2)
            if INPUT_TRANSFORM[EXAMPLE[0]][r] * INPUT_TRANSFORM[EXAMPLE[1]][c]
        ]
        read = self._outlined("input", used, self.style.colors.ink)
        return [*read, *(self._outlined(name, [EXAMPLE], self.style.colors.ink)[0] for name in NAMES[3:5])]

    def _transform(self, k: int) -> list[Primitive]:
        fill = mix(self.style.colors.background, self.style.colors.input, 0.55)
        return self.tables["input_way"].cells(self._written(self._transformed[k][0], self._way_formats[0]), fill)

    def _products(self, k: int) -> list[Primitive]:
        fill = mix(self.style.colors.background, self.style.colors.output, 0.55)
        table = self.tables["output_way"]
        cells = table.cells(self._written(self._transformed[k][1], self._way_formats[2]), fill)
        return [*cells, *self._outlined("output_way", [EXAMPLE], self.style.colors.ink)]

    def _made(self, k: int, *, bold: bool) -> list[Primitive]:
        tile = self.tile(k)
        return [
            *self._outputs(tile, bold=bold),
            *self._outlined("output", self._cells(tile), self.style.colors.current),
        ]

    def _outlined(self, name: str, places: list[Position], color: str) -> list[Primitive]:
        rows, columns = zip(*places, strict=True)
        return self.tables[name].outlined(rows, columns, strong(self.style, color))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "summed", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: the tile and its transform, the products, the outputs; or tiles on their way."""
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            left = (*self._products(step), *self._outputs(self.tile(step)))
            return (*left, *gliding(self._rings(step), self._rings(step + 1), share, stroke))
        return (*self._reading(step), *(self._products(step) if phase == "summed" else ()))

    def _rings(self, k: int) -> list[Ring]:
        tiles = ("input", self._read(k)), ("output", self._cells(self.tile(k)))
        return [ring(self.tables[name].around(*zip(*places, strict=True))) for name, places in tiles]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        tables, axes = self.tables, self.way.op.axes
        found = []
        for place in np.ndindex(*self.shapes["input"]):
            if self._source(place) == Source.INPUT:
                cell = tuple(int(axis.sources[0][at]) for at, axis in zip(place, axes, strict=True))
                found.append(HitRegion("input", (0, *cell), corners(tables["input"].box(place))))
        sides: tuple[Side, ...] = ("kernel", "output")
        for side in sides:
            table = tables[side]
            found += [HitRegion(side, (0, *at), corners(table.box(at))) for at in np.ndindex(*self.shapes[side])]
        return found


def _sum(transform: Fractions, at: Position, numbers: Array, fmt: Format, more: Iterable[float] = ()) -> str:
    """What a cell of a transform is made of: numbers added and subtracted, and what all of that is divided by."""
    shares = np.outer(transform[at[0]], transform[at[1]])
    whole = max(share.denominator if isinstance(share, Fraction) else 1 for share in shares.ravel())
    terms = [(shares[place] > 0, numbers[place].item()) for place in np.ndindex(*shares.shape) if shares[place] != 0]
    said = "".join(f" {'+' if plus else MINUS} {fmt.factor(number)}" for plus, number in terms)
    said = (said[1:] if said[1] == MINUS else said[3:]) + "".join(f" + {fmt.factor(number)}" for number in more)
    return said if whole == 1 else f"({said}) / {whole}"


def _floats(numbers: Fractions) -> Array:
    found: Array = numbers.astype(np.float64)
    return found


def winograd(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = WinogradDrawing(trace, style)
    side, size = view.cell
    return filled(view.page, view, fit=Fit(side, size or 0.0, grows=view.grows))
