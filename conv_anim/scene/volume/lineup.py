"""Parts of a figure in a line from left to right, centred on their middle, with labels and signs that join them."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.layout import EMPTY, anchored, column, pad, row, space
from conv_anim.scene.sheets.slots import slot
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Callout
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style


@dataclass(frozen=True)
class Lineup:
    """``sizes`` are the parts' widths and heights; ``labels`` one for each, or none; ``signs`` what joins them.

    ``margin`` is room around the parts, for what is written beside them.
    """

    style: Style
    sizes: tuple[tuple[float, float], ...]
    labels: tuple[Callout, ...]
    signs: tuple[str, ...]
    margin: float

    def gap(self, k: int) -> float:
        """The room between a part's column and the next, with a sign in it."""
        sign = self.style.width(self.signs[k], size=self.sign_size) if k < len(self.signs) else 0
        return max(self.style.apart, sign + self.style.far)

    @property
    def sign_size(self) -> float:
        """Em of the signs between the parts, in pixels."""
        return 1.3 * self.style.number_size

    @cached_property
    def page(self) -> Panel:
        """Room for all of it below the labels, with anchors for each part and for its column, by their numbers."""
        columns = [self._column(k) for k in range(len(self.sizes))]
        apart = (*(self.gap(k) for k in range(len(columns) - 1)), 0.0)
        line = row(*(pad(one, right=gap) for one, gap in zip(columns, apart, strict=True)), align="middle")
        labels = self.label_top + max(label.height for label in self.labels) if self.labels else 0.0
        line = replace(line, baseline=line.height / 2)
        return pad(line, left=self.margin, top=labels + self.margin, bottom=self.margin)

    def _column(self, k: int) -> Panel:
        """As wide as a part or as its label, the part in the middle."""
        label = space(self.labels[k].width) if self.labels else EMPTY
        return anchored(column(slot(f"part {k}", *self.sizes[k]), label, align="middle"), **{f"column {k}": (0.0, 0.0)})

    @cached_property
    def lefts(self) -> list[int]:
        """Where the parts begin: in the middle of their columns."""
        return [round(self.page.anchors[f"part {k}"][0]) for k in range(len(self.sizes))]

    @property
    def width(self) -> int:
        """In pixels."""
        return ceil(max(self.page.width, self.lefts[-1] + self.sizes[-1][0] + self.margin))

    @property
    def label_top(self) -> float:
        """Below the top of the signs, which are larger."""
        return (self.sign_size - self.style.label_size) / 2 * self.style.font.cap_height

    @cached_property
    def middle(self) -> int:
        """The line on which parts are centred, each of them on a whole pixel nearby."""
        return ceil(self.page.baseline + 0.5)

    @property
    def height(self) -> int:
        """In pixels."""
        return ceil(self.middle + self.page.height - self.page.baseline + 0.5)

    def items(self) -> list[Primitive]:
        """Labels, with the signs between them, or without labels the signs between the parts."""
        items: list[Primitive] = []
        ends = [left + width for left, (width, _) in zip(self.lefts, self.sizes, strict=True)]
        starts: list[float] = [*self.lefts]
        y: float = self.middle
        for k, label in enumerate(self.labels):
            x = self.page.anchors[f"column {k}"][0]
            items += label.at(x, self.label_top)
            starts[k], ends[k] = x, x + self.style.width(label.label.name, size=self.style.label_size, bold=True)
            y = self.sign_size * self.style.font.cap_height / 2
        ink = self.style.label_ink
        for k, text in enumerate(self.signs):
            x = (ends[k] + starts[k + 1]) / 2
            items.append(self.style.centered(x, y, text, size=self.sign_size, color=ink))
        return items
