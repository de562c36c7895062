"""Lengths and text in a figure: the theme at a scale, with a font to measure by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from conv_anim.scene.breaks import headed, phrases, places
from conv_anim.scene.color import contrast, mix, readable
from conv_anim.scene.primitives import Stroke, Text
from conv_anim.scene.spacing import Spacing
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.fit import Fit
    from conv_anim.scene.primitives import Box
    from conv_anim.spec.themes import Colors, Theme


SMALLEST = 9.0
"""Pixels of the em of the smallest text that can be read."""
DEEPER = 1.25
"""The contrast from which a deeper colour is told from its own."""


class Font(Protocol):
    """Measures text without drawing it; lengths in the unit of ``size``."""

    @property
    def cap_height(self) -> float:
        """The height of a capital and of a digit, for an em of 1."""
        ...

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        """How far the text advances."""
        ...


@dataclass(frozen=True, slots=True)
class Style(Spacing):
    """All lengths in pixels."""

    theme: Theme
    scale: float
    font: Font
    fit: Fit | None = None
    """How large cells have to be for the sake of other figures."""
    smallest: float = SMALLEST
    """Pixels of the em of the smallest text: less than can be read where a figure has to be very narrow."""
    room: float | None = None
    """Pixels that a line of maps may take in a figure that has to be narrow: they go on below each other."""

    @property
    def colors(self) -> Colors:
        """The theme's."""
        return self.theme.colors

    def playing(self, roles: tuple[str, str, str]) -> Style:
        """With the colours of input, kernel and output for what plays these roles: a gradient has its map's colour."""
        colors = self.theme.colors
        of = {"input": colors.input, "kernel": colors.kernel, "output": colors.output}
        of |= {"grad_input": colors.input, "grad_kernel": colors.kernel, "upstream": colors.output}
        input_, kernel, output = (of[role] for role in roles)
        found = replace(colors, input=input_, kernel=kernel, output=output)
        return self if found == colors else replace(self, theme=replace(self.theme, colors=found))

    @property
    def cell(self) -> int:
        """A cell with a number."""
        return round(40 * self.scale)

    @property
    def small_cell(self) -> int:
        """A cell in a figure with many of them."""
        return round(32 * self.scale)

    @property
    def iso_cell(self) -> float:
        """Edge of a cell in the isometric view, in pixels."""
        return self.theme.iso_cell * self.scale

    @property
    def margin(self) -> int:
        """Around the figure, in pixels."""
        return round(20.8 * self.scale)

    # letters and lines

    @property
    def least(self) -> float:
        """The smallest em of a text, in pixels."""
        return max(self.smallest, SMALLEST * min(1.0, self.scale)) if self.smallest < SMALLEST else SMALLEST

    def em(self, size: float) -> float:
        """A text's em, given what it is at scale 1: no smaller than can be read, if that is possible."""
        return max(self.least, size * self.scale)

    @property
    def number_size(self) -> float:
        """Em of numbers in cells, in pixels."""
        return self.em(16)

    @property
    def label_size(self) -> float:
        """Em of labels, in pixels."""
        return self.em(15)

    @property
    def small_size(self) -> float:
        """Em of what matters less, in pixels."""
        return self.em(12)

    @property
    def line(self) -> float:
        """Width of edges, in pixels."""
        return self.theme.line_width * self.scale

    @property
    def dash(self) -> tuple[float, float]:
        """Lengths of dashes and gaps, in pixels."""
        on, off = self.theme.dash
        return on * self.scale, off * self.scale

    @property
    def edge(self) -> Stroke:
        """Around a cell with a number or a colour."""
        return Stroke(self.colors.line, self.line)

    @property
    def empty_edge(self) -> Stroke:
        """Around padding and inserted zeros."""
        return Stroke(self.colors.faint, self.line, self.dash)

    @property
    def pending_edge(self) -> Stroke:
        """Around an output that is still to come."""
        return Stroke(self.colors.faint, self.line)

    # the parts that colours play

    @property
    def text_ink(self) -> str:
        """The colour of text on the background."""
        return readable(self.colors.background, self.colors.ink)

    @property
    def label_ink(self) -> str:
        """The colour of explanatory text on the background."""
        return readable(self.colors.background, self.colors.muted, self.colors.ink)

    @property
    def result_ink(self) -> str:
        """The colour of a result in progress, on the background."""
        return readable(self.colors.background, self.colors.current, self.colors.ink)

    def ink_on(self, fill: str, *wanted: str) -> str:
        """The colour of text on a fill: the first wanted one that reads there."""
        return readable(fill, *wanted, self.colors.ink)

    def under_window(self, color: str, *, weak: bool = False) -> str:
        """A cell of a colour that the window covers; ``weak`` if it holds nothing to read."""
        return mix(color, self.colors.window, self.theme.empty_overlay if weak else self.theme.overlay)

    def between_under_window(self, color: str) -> str:
        """A cell that the window reads and that is none of the map's: between the two."""
        return mix(color, self.colors.window, (self.theme.overlay + self.theme.empty_overlay) / 2)

    def deeper(self, color: str, by: float = 1.0) -> str:
        """A cell of a colour that counts for more: at most twice as far from the ground, in its own hue.

        A colour that is hardly any goes towards the ink.
        """
        twice = mix(self.colors.background, color, 2)
        return mix(color, twice if contrast(twice, color) >= DEEPER else mix(color, self.colors.ink, 0.3), by)

    def at_work(self, color: str) -> str:
        """A cell of a colour that is being computed."""
        return mix(color, self.colors.current, self.theme.current_overlay)

    @property
    def frame(self) -> Stroke | None:
        """The outline of the window, at least two pixels wide; None in a theme that tints its cells instead."""
        width = self.theme.window_width
        return Stroke(self.colors.window, max(2.0, width * self.scale)) if width else None

    @property
    def marking(self) -> Style:
        """For an outline around what is computed, in its colour."""
        colors = replace(self.colors, window=self.colors.current)
        return replace(self, theme=replace(self.theme, colors=colors, window_width=self.theme.window_width or 2.5))

    @property
    def beam(self) -> Stroke:
        """A line from what is read to what is made of it."""
        return Stroke(self.colors.ink, self.theme.corner_width * self.scale)

    # text

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        """How far a text advances, in pixels."""
        return self.font.width(text, size=size, bold=bold)

    def centered(self, x: float, y: float, text: str, *, size: float, color: str, bold: bool = False) -> Text:
        """Text with its middle at a point: half the height of a capital above and below."""
        baseline = y + self.font.cap_height * size / 2
        return Text(x, baseline, text, size, color, "middle", bold)

    def text(
        self,
        x: float,
        top: float,
        text: str,
        *,
        size: float,
        color: str,
        bold: bool = False,
        anchor: Literal["start", "middle", "end"] = "start",
    ) -> Text:
        """Text whose capitals begin at ``top``."""
        return Text(x, top + self.font.cap_height * size, text, size, color, anchor, bold)

    def wrapped(self, text: str, *, size: float, width: float, head: int = 0) -> list[str]:
        """The text in as few lines as fit, of about the same length, broken after commas if that takes no more lines.

        Formulas that fit are not broken. What cannot be broken stands alone, even if it is wider; the first ``head``
        characters never do.
        """

        def filled(cut: list[str], room: float) -> list[str]:
            lines: list[str] = []
            for piece in cut:
                if lines and self.width((lines[-1] + piece).rstrip(" "), size=size) <= room:
                    lines[-1] += piece
                else:
                    lines.append(piece)
            return [line.rstrip(" ") for line in lines]

        words = headed(places(text, lambda piece: self.width(piece.rstrip(" "), size=size) <= width), head)
        parts = headed(phrases(text), head)
        fewest = filled(words, width)
        by_parts = filled(parts, width)
        fits = len(by_parts) == len(fewest) and all(self.width(line, size=size) <= width for line in by_parts)
        return self._evened(parts if fits else words, len(fewest), width, filled)

    def _evened(
        self, cut: list[str], count: int, width: float, filled: Callable[[list[str], float], list[str]]
    ) -> list[str]:
        """As many lines, as narrow as they can be: their room is halved again and again."""
        least, most = 0.0, width
        while count > 1 and most - least > 1:
            middle = (least + most) / 2
            least, most = (least, middle) if len(filled(cut, middle)) <= count else (middle, most)
        return filled(cut, most)


def text_box(style: Style, item: Text) -> Box:
    """What a line of text covers, from its capitals' tops to its baseline."""
    width = style.width(item.text, size=item.size, bold=item.bold)
    left = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
    height = style.font.cap_height * item.size
    return left, item.y - height, width, height
