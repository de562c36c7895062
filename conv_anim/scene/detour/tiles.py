"""The numbers of Winograd's tiles: how they are written, what they are called, and how one cell of each comes about."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import MINUS, format_for
from conv_anim.scene.detour.guide import outputs_of, tiles_of
from conv_anim.scene.detour.plan import NAMES, Detour
from conv_anim.scene.layout import row, static
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.slots import sign
from conv_anim.scene.wording.words import Label, labels
from conv_anim.tracing.winograd import (
    INPUT_TRANSFORM,
    KERNEL,
    KERNEL_TRANSFORM,
    OUT,
    OUTPUT_TRANSFORM,
    READ,
    Winograd,
)
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Steps
    from conv_anim.tracing.values import Array
    from conv_anim.tracing.winograd import Fractions

SQUARE = 10
"""Pixels, at scale 1, of a square that stands for a multiplication."""
WANTED = 30
"""Pixels of a cell, at scale 1."""
EXAMPLES = ((1, 2), (0, 0), (2, 3), (3, 1))
"""The cells of both transforms that are worked out, one after the other in the steps."""
PLUS_MARK, MINUS_MARK = "⊕", "⊖"
"""What marked cells are called that are added, and those that are subtracted."""


@dataclass(frozen=True)
class Tiles(Detour):
    """A figure of the tiles, one a step, with all that is written in it."""

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
    def transformed_kernel(self) -> Array:
        """GgGᵀ of the kernel that is drawn, (4, 4)."""
        return floats(self.way.transformed_kernels[0, 0])

    @cached_property
    def transformed(self) -> list[tuple[Array, Array]]:
        """V and M of every step."""
        tiles = [self.tile(k) for k in range(len(self.steps))]
        return [(floats(self.way.transformed(t)[0]), floats(self.way.products(t)[0])) for t in tiles]

    @cached_property
    def way_formats(self) -> tuple[Format, Format, Format]:
        """How V, U and M are written: quarters of whole numbers in full."""
        inputs, products = (np.array([each[k] for each in self.transformed]) for k in (0, 1))
        return format_for(inputs), format_for(self.transformed_kernel), format_for(products)

    @property
    def plain_texts(self) -> frozenset[str]:
        x, w, y = self.formats.x, self.formats.w, self.formats.y
        return x.texts(self.layer.input) | w.texts(floats(self.way.kernels[0, 0])) | y.texts(self.layer.output)

    @property
    def texts(self) -> frozenset[str]:
        inputs, products = zip(*self.transformed, strict=True)
        v, u, m = self.way_formats
        return self.plain_texts | v.texts(*inputs) | u.texts(self.transformed_kernel) | m.texts(*products)

    # the plan

    @property
    def wanted(self) -> int:
        return WANTED

    @property
    def shapes(self) -> dict[str, Position]:
        _, high, wide = self.way.canvas.shape
        _, rows, columns = self.layer.output.shape
        above = ((high, wide), (KERNEL, KERNEL), (rows, columns))
        return dict(zip(NAMES, (*above, *[(READ, READ)] * 3), strict=True))

    @property
    def heads(self) -> dict[str, Label]:
        ways = (f"winograd.{way}" for way in ("input", "kernel", "product"))
        below = (Label(self.say(way), self.say(f"{way}.detail")) for way in ways)
        return dict(zip(NAMES, (*labels(self.trace), *below), strict=True))

    @property
    def ways(self) -> tuple[str, str, str]:
        added, halved = self.say("winograd.added"), self.say("winograd.halved")
        return added, halved, added

    def example(self, k: int) -> Position:
        """The cell of both transforms that a step works out."""
        return EXAMPLES[k % len(EXAMPLES)]

    def made_of(self, k: int) -> tuple[Position, Position]:
        """The output that a step works out: where it is in its tile, and in the map."""
        places = self.outputs_of(self.tile(k))
        (row, column), (r, c) = self.tile(k), places[k % len(places)]
        return (r - OUT * row, c - OUT * column), (r, c)

    def signs_of(self, k: int) -> dict[str, dict[Position, bool]]:
        """Where cells are added (True) or subtracted for what is worked out of a step, by the maps that they are in."""
        (row, column), at = self.tile(k), self.example(k)
        read = {(OUT * row + r, OUT * column + c): plus for (r, c), plus in _signs(INPUT_TRANSFORM, at).items()}
        kernel, made = _signs(KERNEL_TRANSFORM, at), _signs(OUTPUT_TRANSFORM, self.made_of(k)[0])
        return {"input": read, "kernel": kernel, "output_way": made}

    def told(self, k: int) -> tuple[str, ...]:
        """One cell of each transform, their product, and one output of it."""
        k = min(k, len(self.steps) - 1)
        d, (v, m) = floats(self.way.read(self.tile(k))[0]), self.transformed[k]
        vs, us, ms = self.way_formats
        at, (place, cell) = self.example(k), self.made_of(k)
        given = self.layer.bias
        bias = [] if given is None else [self.say("bias.named", value=ms.factor(given[0].item()))]
        output, marks = self.layer.output[0][cell].item(), {"plus": PLUS_MARK, "minus": MINUS_MARK}
        return (
            self.say(
                "winograd.told.input",
                sum=_sum(INPUT_TRANSFORM, at, d, self.formats.x),
                made=vs(v[at].item()),
                **marks,
            ),
            self._of_kernel(at),
            self.say(
                "winograd.told.product",
                v=vs.factor(v[at].item()),
                u=us.factor(self.transformed_kernel[at].item()),
                made=ms(m[at].item()),
            ),
            self.say(
                "winograd.told.output",
                sum=_sum(OUTPUT_TRANSFORM, place, m, ms, bias),
                made=self.formats.y(output),
                **marks,
            ),
        )

    def _of_kernel(self, at: Position) -> str:
        """How a cell of its transform comes about; some are weights as they are."""
        made = self.way_formats[1](self.transformed_kernel[at].item())
        said = _sum(KERNEL_TRANSFORM, at, floats(self.way.kernels[0, 0]), self.formats.w)
        if len(_signs(KERNEL_TRANSFORM, at)) == 1:
            return self.say("winograd.told.kernel.same", made=made)
        return self.say("winograd.told.kernel", sum=said, made=made)

    @property
    def counted(self) -> Panel:
        """The multiplications of a tile, a small square for each: window by window, and this way."""
        direct, ours = ((KERNEL, KERNEL),) * OUT**2, ((READ, READ),)
        uses = np.array([np.outer(*pair) != 0 for pair in product(OUTPUT_TRANSFORM, repeat=2)])
        told = {"outputs": OUT**2, "weights": KERNEL**2, "shared": int((uses.sum(axis=0) > 1).sum())}
        made = []
        for name, blocks in (("direct", direct), ("ours", ours)):
            count = sum(rows * columns for rows, columns in blocks)
            label = Label(self.say(f"winograd.{name}", count=count), self.say(f"winograd.{name}.detail", **told))
            squares = row(*(self._squares(*block) for block in blocks), gap=self.style.half, align="middle")
            made.append(row(squares, sign(self.style, label, None, room=inf), gap=self.style.gap, align="middle"))
        return row(*made, gap=self.style.apart, align="middle")

    def _squares(self, rows: int, columns: int) -> Panel:
        side = round(SQUARE * self.style.scale)
        fill = self.style.at_work(self.style.colors.output)
        boxes = tuple((side * c, side * r, side, side) for r, c in np.ndindex(rows, columns))
        return static((Boxes(boxes, fill, self.style.edge),), side * columns, side * rows)

    def outputs_of(self, tile: Position) -> list[Position]:
        """The places of the outputs of a tile."""
        return outputs_of(self.trace, tile)


def _signs(transform: Fractions, at: Position) -> dict[Position, bool]:
    """The cells that a cell of a transform is made of: whether each of them is added, or subtracted."""
    shares = np.outer(transform[at[0]], transform[at[1]])
    return {(r, c): bool(shares[r, c] > 0) for r, c in np.ndindex(*shares.shape) if shares[r, c] != 0}


def _sum(transform: Fractions, at: Position, numbers: Array, fmt: Format, more: Iterable[str] = ()) -> str:
    """What a cell of a transform is made of: numbers added and subtracted, and what all of that is divided by."""
    shares = np.outer(transform[at[0]], transform[at[1]])
    whole = max(share.denominator if isinstance(share, Fraction) else 1 for share in shares.ravel())
    terms = [(plus, numbers[place].item()) for place, plus in _signs(transform, at).items()]
    said = "".join(f" {'+' if plus else MINUS} {fmt.factor(number)}" for plus, number in terms)
    leads = said[1] == MINUS and terms[0][1] != 0
    said = (MINUS if leads else "") + said[3:] + "".join(f" + {term}" for term in more)
    return said if whole == 1 else f"({said}) / {whole}"


def floats(numbers: Fractions) -> Array:
    """The same numbers, as near as floats come."""
    found: Array = numbers.astype(np.float64)
    return found
