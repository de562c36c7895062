"""The flat view: the numbers. Input, kernel and output side by side, and under them the sum of the step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene import words
from conv_anim.scene.color import mix, readable
from conv_anim.scene.grid import Grid, Numbers, SheetGrid
from conv_anim.scene.numbers import Formats, format_for, plane
from conv_anim.scene.panel import Panel, Sign
from conv_anim.scene.primitives import Frame, Lazy
from conv_anim.scene.sheet import Sheet, row_and_column, two
from conv_anim.scene.steps import Steps
from conv_anim.scene.sums import Sum, sum_for, written_sum
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Step, Trace

CONVOLVED = "∗"


@dataclass(frozen=True)
class FlatView:
    """The drawing of a trace of one layer with one channel."""

    trace: Trace
    style: Style

    @property
    def layer(self) -> LayerTrace:
        return self.trace.layers[0]

    @cached_property
    def formats(self) -> Formats:
        return Formats.of(self.layer)

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.layer.output.shape, self.trace.spec.animation)

    @cached_property
    def sheet(self) -> Sheet:
        return Sheet.read_by(self.layer.operator)

    @cached_property
    def numbers(self) -> Numbers:
        fmt, layer = self.formats, self.layer
        texts = {fmt.x(v) for v in layer.input.ravel().tolist()} | {fmt.y(v) for v in layer.output.ravel().tolist()}
        return Numbers.fitting(self.style, self.style.cell, texts, self.style.number_size)

    # the parts, from left to right

    @cached_property
    def signs(self) -> list[Sign]:
        """The labels of input, kernel (if there is one) and output."""
        labels, colors = words.labels(self.trace), self.style.colors
        planes = [colors.input, colors.kernel, colors.output] if self.has_kernel else [colors.input, colors.output]
        return [Sign(self.style, label, color) for label, color in zip(labels, planes, strict=True)]

    @property
    def has_kernel(self) -> bool:
        return self.layer.kernels is not None

    @cached_property
    def shapes(self) -> list[tuple[int, int]]:
        """Rows and columns of each grid."""
        rows, columns = row_and_column(self.layer.operator)
        kernel = [(rows.kernel, columns.kernel)] if self.has_kernel else []
        return [self.sheet.shape, *kernel, (rows.count, columns.count)]

    @cached_property
    def signs_between(self) -> list[str]:
        """The sign after each grid but the last."""
        if not self.has_kernel:
            return ["→"]
        bias = self.layer.bias
        added = "" if bias is None else f"+ {format_for(bias).factor(bias[0].item())} "
        return [CONVOLVED, f"{added}="]

    @property
    def sign_size(self) -> float:
        return 1.4 * self.style.number_size

    @cached_property
    def top(self) -> float:
        """Where the highest grid begins: below the labels."""
        if self.trace.spec.labels is None:
            return 0
        return round(max(sign.height for sign in self.signs) + self.style.gap * 0.7)

    @cached_property
    def middle(self) -> int:
        """The line that all grids are centred on."""
        return round(self.top + max(rows for rows, _ in self.shapes) * self.numbers.cell / 2)

    @cached_property
    def grids(self) -> list[Grid]:
        grids: list[Grid] = []
        x = 0.0
        for k, (rows, columns) in enumerate(self.shapes):
            y = self.middle - rows * self.numbers.cell // 2
            grids.append(Grid(self.style, self.numbers, rows, columns, round(x), y))
            x += grids[-1].width
            if k < len(self.signs_between):
                x += self._between(k)
        return grids

    def _between(self, k: int) -> float:
        """The room after a grid: for the sign, and for a label that is wider than its grid."""
        sign = self.style.width(self.signs_between[k], size=self.sign_size) + 2 * self.style.gap
        if self.trace.spec.labels is None:
            return sign
        return max(sign, self.signs[k].width + self.style.gap - self.shapes[k][1] * self.numbers.cell)

    @cached_property
    def input(self) -> SheetGrid:
        values = plane(self.layer.input[0])
        fmt = self.formats
        return SheetGrid(self.grids[0], self.sheet, values, fmt.x, fmt.empty, self.style.colors.input)

    # what stays

    def still(self) -> Items:
        items: list[Primitive] = self.input.still()
        if self.layer.kernels is not None:
            items += self.grids[1].filled(plane(self.layer.kernels[0, 0]), self.formats.w, self.style.colors.kernel)
        items += self.grids[-1].pending()
        ink = readable(self.style.colors.background, self.style.colors.muted, self.style.colors.ink)
        for k, text in enumerate(self.signs_between):
            left, right = self.grids[k], self.grids[k + 1]
            x = (left.x + left.width + right.x) / 2
            items.append(self.style.centered(x, self.middle, text, size=self.sign_size, color=ink))
        if self.trace.spec.labels is not None:
            for grid, sign in zip(self.grids, self.signs, strict=True):
                items += sign.at(grid.x, grid.y - self.style.gap * 0.7 - sign.height)
        return tuple(items)

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        step = self.layer.step(self.steps.cell(k))
        kept = [item for cell in self.steps.passed(k) for item in self._result(cell, self.style.colors.output)]
        return Frame(tuple(kept), (*self._window(step), *self._current(step), *self._sum(step)))

    def _result(self, cell: tuple[int, ...], fill: str, *, bold: bool = False) -> list[Primitive]:
        grid, place = self.grids[-1], two(cell[1:])
        value = self.formats.y(self.layer.output[cell].item())
        return [grid.boxes([place], fill, self.style.edge), grid.number(place, value, fill, bold=bold)]

    def _current(self, step: Step) -> list[Primitive]:
        colors = self.style.colors
        fill = mix(colors.output, colors.current, self.style.theme.overlay)
        return self._result(step.output, fill, bold=True)

    def _window(self, step: Step) -> list[Primitive]:
        places = {self.sheet.place(two(tap.canvas)): tap for tap in step.taps}
        items, fills = self.input.covered(places)
        grid = self.grids[0]
        for place, tap in places.items():
            if tap.w is not None and tap.source is not Source.OUTSIDE:
                items.append(grid.weight(place, f"{words.TIMES}{self.formats.w(tap.w)}", fills[place]))
        return items + self._largest(step)

    def _largest(self, step: Step) -> list[Primitive]:
        """The tap that a maximum takes, in the colour of the output."""
        if self.layer.operator.reduce != "max":
            return []
        taken = next((tap for tap in step.taps if tap.x == step.value), None)
        if taken is None:
            return []
        colors, grid = self.style.colors, self.grids[0]
        fill = mix(colors.output, colors.current, self.style.theme.overlay)
        place = self.sheet.place(two(taken.canvas))
        text = grid.number(place, self.formats.x(step.value), fill, bold=True)
        return [grid.boxes([place], fill, self.style.edge), text]

    # the sum

    @cached_property
    def sum(self) -> Sum | None:
        view = self.trace.spec.view
        if not getattr(view, "sum", False):
            return None
        return sum_for(self.layer, self.formats, self.style, max(self.width, 420 * self.style.scale))

    @cached_property
    def width(self) -> float:
        last = self.grids[-1]
        labelled = 0.0 if self.trace.spec.labels is None else self.signs[-1].width
        return last.x + max(last.width, labelled)

    @cached_property
    def sum_top(self) -> float:
        return max(grid.y + grid.height for grid in self.grids) + 1.5 * self.style.gap

    def _sum(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        x = (self.width - self.sum.width) / 2
        return written_sum(self.sum, step, self.formats, x=x, y=self.sum_top + self.sum.size)


def flat(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = FlatView(trace, style)
    height = max(grid.y + grid.height for grid in view.grids)
    panel = Panel(view.width, height, view.still(), Lazy(len(view.steps), view.frame))
    if view.sum is None:
        return panel
    return panel.wider(view.sum.width, height=view.sum_top + view.sum.height)
