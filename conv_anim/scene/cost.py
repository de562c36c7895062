"""What the layers of a figure cost: parameters and multiply-adds in columns, with a bar for every row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.color import mix, readable
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.rounding import rounded, short
from conv_anim.scene.wording.words import size
from conv_anim.tracing.analysis import Cost, cost, entries, standard, total, undone
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Node
    from conv_anim.spec.op import Op

BAR = 110
"""Pixels, at scale 1, that the longest bar takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, all of them together, or what they replace."""

    name: str
    cost: Cost
    kind: Literal["layer", "total", "replaced"] = "layer"


def rows(nodes: Sequence[Node], say: Language) -> list[Row]:
    """What is replaced, if there is a composition; every layer; and if there are several, all together."""
    layers = [node.op for node in nodes]
    found = [Row(_named(layer, say), cost(layer)) for layer in layers]
    if len(layers) > 1:
        found.append(Row(say("cost.total"), total(layers), "total"))
    compositions = [entry for entry in entries(layers) if isinstance(entry, tuple)]
    if not compositions:
        return found
    one = len(entries(layers)) == 1
    name = _standard(standard(compositions[0]), say) if one else say("cost.undone")
    return [Row(name, total(undone(layers)), "replaced"), *found]


def _named(layer: Op, say: Language) -> str:
    name = say.sentence(layer.name(say))
    return name if layer.window is None else f"{name} {size(layer.window.kernel_size)}"


def _standard(layer: Op, say: Language) -> str:
    """A convolution that is as usual is called so here."""
    window = layer.window
    usual = window is not None and window.groups == 1
    return say("cost.standard", size=size(window.kernel_size)) if usual and window else _named(layer, say)


@dataclass(frozen=True)
class CostTable:
    """Rows with their names, numbers and bars."""

    style: Style
    say: Language
    rows: tuple[Row, ...]

    # lengths

    @property
    def size(self) -> float:
        """Em of the text, in pixels."""
        return self.style.em(13)

    @property
    def leading(self) -> float:
        """From one line of text to the next, in pixels."""
        return 1.7 * self.size

    @property
    def gap(self) -> float:
        """Between neighbours, in pixels."""
        return 1.25 * self.style.gap

    @cached_property
    def heads(self) -> tuple[str, str]:
        """What stands above the columns."""
        return self.say("cost.parameters"), self.say("cost.multiply_adds")

    def _texts(self, row: Row) -> tuple[str, str, str]:
        return row.name, f"{row.cost.parameters:,}", f"{row.cost.multiply_adds:,}"

    def _width(self, text: str, *, bold: bool) -> float:
        return self.style.width(text, size=self.size, bold=bold)

    @cached_property
    def rights(self) -> tuple[float, float, float]:
        """Where names end at the latest, and where the numbers of both columns do."""
        wide = [[self._width(text, bold=row.kind == "total") for text in self._texts(row)] for row in self.rows]
        heads = [0.0, *(self.style.width(head, size=self.style.small_size) for head in self.heads)]
        names, *numbers = (max(column) for column in zip(heads, *wide, strict=True))
        return names, names + self.gap + numbers[0], names + 2 * self.gap + sum(numbers)

    @property
    def compares(self) -> bool:
        """Whether there are several rows, for which bars say something."""
        return len(self.rows) > 1

    @property
    def bars(self) -> float:
        """Where the bars begin."""
        return self.rights[2] + self.gap

    @property
    def width(self) -> float:
        """With the bars, and beside the longest one room for its share."""
        if not self.compares:
            return self.rights[2]
        share = self._width(percent(1, 1), bold=True) + 0.4 * self.style.gap if self.replaced else 0
        return self.bars + BAR * self.style.scale + share

    @cached_property
    def replaced(self) -> int:
        """The multiply-adds of what the layers replace; 0 if they replace nothing."""
        return next((row.cost.multiply_adds for row in self.rows if row.kind == "replaced"), 0)

    @property
    def height(self) -> float:
        """From the capitals of the heads to the last baseline."""
        return len(self.rows) * self.leading + self.style.small_size * self.style.font.cap_height

    # what is drawn

    @property
    def ink(self) -> str:
        """The colour of the text."""
        return readable(self.style.colors.background, self.style.colors.ink)

    @property
    def quiet(self) -> str:
        """The colour of text that matters less."""
        return readable(self.style.colors.background, self.style.colors.muted, self.style.colors.ink)

    def at(self, left: float, top: float) -> Items:
        """The table with its left upper corner at a point."""
        style = self.style
        items: list[Primitive] = []
        for head, right in zip(self.heads, self.rights[1:], strict=True):
            x, size_ = left + right, style.small_size
            items.append(style.text(x, top, head, size=size_, color=self.quiet, anchor="end"))
        baseline = top + style.small_size * style.font.cap_height
        for row in self.rows:
            baseline += self.leading
            items += self._row(row, left, baseline - self.size * style.font.cap_height)
        return tuple(items)

    def _row(self, row: Row, left: float, top: float) -> list[Primitive]:
        """``top`` is that of its capitals."""
        style, bold = self.style, row.kind == "total"
        color = self.quiet if row.kind == "replaced" else self.ink
        name, *numbers = self._texts(row)
        items: list[Primitive] = [self._line(left, top)] if bold else []
        items.append(style.text(left, top, name, size=self.size, color=color, bold=bold))
        for text, right in zip(numbers, self.rights[1:], strict=True):
            x = left + right
            items.append(style.text(x, top, text, size=self.size, color=color, bold=bold, anchor="end"))
        return [*items, *(self._bar(row, left + self.bars, top) if self.compares else [])]

    def _line(self, left: float, top: float) -> Lines:
        """Above a sum."""
        y = round(top - (self.leading - self.size * self.style.font.cap_height) / 2)
        pale = mix(self.style.colors.background, self.style.colors.muted, 0.5)
        return Lines((((left, y), (left + self.rights[2], y)),), Stroke(pale, max(1.0, self.style.scale)))

    def _bar(self, row: Row, left: float, top: float) -> list[Primitive]:
        """Multiply-adds; for all layers together, also their share of what they replace."""
        style, colors = self.style, self.style.colors
        most = max(each.cost.multiply_adds for each in self.rows)
        share = row.cost.multiply_adds / most if most else 0.0
        wide = max(1, round(share * BAR * style.scale)) if share else 0
        high = round(self.size * style.font.cap_height)
        fill = mix(colors.background, colors.muted, 0.45) if row.kind == "replaced" else colors.window
        items: list[Primitive] = [Boxes(((round(left), round(top), wide, high),), fill)] if wide else []
        if row.kind == "total" and self.replaced:
            text = percent(row.cost.multiply_adds, self.replaced)
            x = left + wide + 0.4 * style.gap
            items.append(style.text(x, top, text, size=self.size, color=self.ink, bold=True))
        return items


def percent(part: int, whole: int) -> str:
    """As a whole number, or one of a digit if it is less than that."""
    share = 100 * part / whole
    return f"{rounded(share, 0) if share >= 1 else short(share, 1)}\N{NO-BREAK SPACE}%"
