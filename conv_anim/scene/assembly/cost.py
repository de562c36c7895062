"""What the layers of a figure cost: parameters and multiply-adds in columns, with a bar for every row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.arithmetic.rounding import rounded, short
from conv_anim.scene.color import mix
from conv_anim.scene.layout import EMPTY, as_one, column, moved, over, row, space, static
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.text_panels import line
from conv_anim.scene.wording.words import size
from conv_anim.tracing.analysis import Cost, cost, entries, standard, total, undone
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Node
    from conv_anim.spec.op import Op

BAR = 110
"""Pixels, at scale 1, that the longest bar takes."""
HEADS = ("cost.parameters", "cost.multiply_adds")
ANCHORS: tuple[Literal["start", "end"], ...] = ("start", "end", "end")


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, all of them together, or what they replace."""

    name: str
    cost: Cost
    kind: Literal["layer", "total", "replaced"] = "layer"

    @property
    def texts(self) -> tuple[str, str, str]:
        """What stands in its columns."""
        return self.name, f"{self.cost.parameters:,}", f"{self.cost.multiply_adds:,}"


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

    def panel(self) -> Panel:
        """From the capitals of the heads to the last baseline."""
        below = self._leading - self._size * self.style.font.cap_height
        return as_one(column(self._heads(), *(self._row(row, below) for row in self.rows), gap=below))

    # lengths, in pixels

    @property
    def _size(self) -> float:
        """Em of the text."""
        return self.style.em(13)

    @property
    def _leading(self) -> float:
        """From one line of text to the next."""
        return 1.7 * self._size

    @property
    def _gap(self) -> float:
        """Between columns."""
        return self.style.loose

    @cached_property
    def _columns(self) -> tuple[float, float, float]:
        """How wide the names and the columns of numbers are."""
        heads = [0.0, *(self.style.width(self.say(key), size=self.style.small_size) for key in HEADS)]
        wide = [[self._width(text, bold=row.kind == "total") for text in row.texts] for row in self.rows]
        names, parameters, products = map(max, zip(heads, *wide, strict=True))
        return names, parameters, products

    def _width(self, text: str, *, bold: bool) -> float:
        return self.style.width(text, size=self._size, bold=bold)

    @cached_property
    def _replaced(self) -> int:
        """The multiply-adds of what the layers replace; 0 if they replace nothing."""
        return next((row.cost.multiply_adds for row in self.rows if row.kind == "replaced"), 0)

    # what is drawn

    def _heads(self) -> Panel:
        """What stands above the numbers."""
        (names, *numbers), style = self._columns, self.style
        heads = [
            line(self.say(key), style, size=style.small_size, color=style.label_ink, width=wide, anchor="end")
            for key, wide in zip(HEADS, numbers, strict=True)
        ]
        return row(space(names), *heads, gap=self._gap, align="start")

    def _row(self, one: Row, below: float) -> Panel:
        """``below`` is the room between lines; a sum has a rule in the middle of it."""
        style, bold = self.style, one.kind == "total"
        color = style.label_ink if one.kind == "replaced" else style.text_ink
        texts = [
            line(text, style, size=self._size, color=color, bold=bold, width=wide, anchor=anchor)
            for text, wide, anchor in zip(one.texts, self._columns, ANCHORS, strict=True)
        ]
        told = row(*texts, gap=self._gap, align="start")
        ruled = over(moved(self._rule(told.width), 0.0, -below / 2), told) if bold else told
        # bars say something where there are several rows
        return row(ruled, self._bar(one), gap=self._gap, align="start") if len(self.rows) > 1 else ruled

    def _rule(self, width: float) -> Panel:
        """Above a sum."""
        pale = mix(self.style.colors.background, self.style.colors.muted, 0.5)
        return static((Lines((((0.0, 0.0), (width, 0.0)),), Stroke(pale, max(1.0, self.style.scale))),), width, 0.0)

    def _bar(self, one: Row) -> Panel:
        """Multiply-adds; for all layers together, also their share of what they replace."""
        style, colors = self.style, self.style.colors
        most = max(each.cost.multiply_adds for each in self.rows)
        share = one.cost.multiply_adds / most if most else 0.0
        wide = max(1, round(share * BAR * style.scale)) if share else 0
        high = round(self._size * style.font.cap_height)
        fill = mix(colors.background, colors.muted, 0.45) if one.kind == "replaced" else colors.window
        found = static((Boxes(((0, 0, wide, high),), fill),), wide, 0.0) if wide else EMPTY
        told = percent(one.cost.multiply_adds, self._replaced) if one.kind == "total" and self._replaced else ""
        beside = line(told, style, size=self._size, color=style.text_ink, bold=True) if told else EMPTY
        room = self._width(percent(1, 1), bold=True) + style.thin if self._replaced else 0.0
        return over(space(BAR * style.scale + room), row(found, beside, gap=style.thin, align="start"))


def percent(part: int, whole: int) -> str:
    """As a whole number, or one of a digit if it is less than that."""
    share = 100 * part / whole
    return f"{rounded(share, 0) if share >= 1 else short(share, 1)}\N{NO-BREAK SPACE}%"
