"""Where everything in the sequence view stands: rows of nodes that are as large as their numbers need, and labels."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.color import mix
from conv_anim.scene.fit import Fit
from conv_anim.scene.sequence.nodes import ARC, Nodes
from conv_anim.scene.sequence.posts import labels_of
from conv_anim.scene.sequence.rows import LEAST, is_causal, rows_of, side_of
from conv_anim.scene.sequence.weights import weights_of
from conv_anim.scene.sheets.marks import Marks
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.stacks import around
from conv_anim.scene.sheets.symbols import X, Y, symbol
from conv_anim.scene.sheets.tones import with_numbers
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.wording import words
from conv_anim.tracing.attending import Attending
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.callouts import Callout
    from conv_anim.scene.sequence.rows import Row
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.sheet import Side
    from conv_anim.spec.view_values import Cells
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.trace import LayerTrace

WIDEST = 740
"""Pixels, at scale 1, that a row may take before its nodes become smaller."""
WEIGHTS = 54
"""Pixels, at scale 1, between rows with numbers: weights stand there on their lines."""
NODE = 0.64
"""The diameter of a node, compared with the distance from one to the next."""
LEADING = 1.6
"""From a line that says how an output comes about to the next, in ems."""


@dataclass(frozen=True)
class Lattice(Traced):
    """The rows of a trace of layers with one axis, from the input up to the output."""

    @cached_property
    def axes(self) -> list[Axis]:
        """The axis of each layer."""
        return [side.axis for side in self.sides]

    @cached_property
    def sides(self) -> list[Side]:
        """What each layer reads."""
        return [side_of(layer) for layer in self.layers]

    @cached_property
    def mode(self) -> Cells:
        """What stands in the nodes: numbers if they are asked for."""
        return with_numbers(self.trace.spec.view, "plain")

    @property
    def has_numbers(self) -> bool:
        """Whether numbers are written into the nodes."""
        return self.mode in {"numbers", "both", "symbols"}

    @cached_property
    def shades(self) -> list[tuple[str, ...]]:
        """The colours of each map's cells, if they have shades of their own."""
        if self.mode not in {"shades", "both"}:
            return [()] * (len(self.layers) + 1)
        maps = zip(self.tones.of_maps, self.tones.maps, strict=True)
        return [tuple(map(shades.fill, values[0].tolist())) if len(values) == 1 else () for shades, values in maps]

    def scales(self) -> list[Scale]:
        """The shades of the rows that have them."""
        ends, labels = words.ends_of(self.trace), words.floor_labels(self.trace)
        names = [ends[0], *(label.name for label in labels[1:-1]), ends[1]]
        found = zip(names, self.tones.of_maps, self.tones.maps, self.shades, strict=True)
        return [scale(name, shades, values) for name, shades, values, own in found if own]

    # sizes

    @cached_property
    def formats(self) -> list[Format]:
        """One for each map."""
        return [format_for(layer.input) for layer in self.layers] + [format_for(self.trace.made)]

    @cached_property
    def maps(self) -> list[list[str]]:
        """The numbers of each map as text."""
        arrays = [*(layer.input for layer in self.layers), self.trace.made]
        if self.mode == "symbols":
            letters = zip((X, Y), arrays, strict=True)
            return [[symbol(letter, (k,)) for k in range(array.shape[1])] for letter, array in letters]
        return [[fmt(n) for n in array[0].tolist()] for fmt, array in zip(self.formats, arrays, strict=True)]

    @property
    def number_size(self) -> float:
        """Em of the numbers, in pixels."""
        return self.style.em(14)

    @cached_property
    def radius(self) -> int:
        """The radius of a node, in pixels."""
        if not self.has_numbers:
            return max(3, round(NODE * self.pitch / 2))
        widest = max(self.style.width(text, size=self.number_size, bold=True) for texts in self.maps for text in texts)
        return round(max(16 * self.style.scale, 0.6 * widest + 3 * self.style.scale))

    @property
    def reach(self) -> int:
        """How far a node reaches from its middle, with the ground that it may have, in pixels."""
        return self.radius

    @cached_property
    def pitch(self) -> float:
        """The least distance from one node to the next; in figures that belong together it is the same."""
        fit = self.style.fit
        return self._pitch if fit is None else (max if self.has_numbers else min)(self._pitch, fit.cell)

    @cached_property
    def _pitch(self) -> float:
        if self.has_numbers:
            return max(2 * self.radius / NODE * 0.9, 2.2 * self.widest_weight)
        narrow = rows_of(self.sides, pitch=1.0, scale=1.0, floor=1.0)
        wide = max(row.at(row.cells()[-1])[0] for row in narrow)
        return 2 * round(max(12.0, min(36.0, WIDEST / max(1.0, wide))) * self.style.scale / 2)

    @cached_property
    def widest_weight(self) -> float:
        """Width of the widest weight, in pixels; 0 where none stand at lines."""
        texts = weights_of(self)
        return max((self.style.width(text, size=self.style.small_size) for text in texts), default=0.0)

    @cached_property
    def colors(self) -> list[str]:
        """The colour of each row."""
        count = len(self.axes)
        return [mix(self.style.colors.input, self.style.colors.output, k / count) for k in range(count + 1)]

    @cached_property
    def marks(self) -> list[Marks]:
        """The marks of each row that a layer reads."""
        return [Marks.along((side,), layer.layer)[0] for side, layer in zip(self.sides, self.layers, strict=True)]

    @cached_property
    def rows(self) -> list[Row]:
        """The maps as rows of nodes, the input lowest."""
        floor = self._floor if self.style.fit is None else max(self._floor, self.style.fit.rise)
        rows = rows_of(self.sides, pitch=self.pitch, scale=self.style.scale, floor=floor)
        left = self.reach + (0.0 if self.style.fit is None else self.style.fit.lead * rows[0].step - self._before)
        masks = [*map(_left_out, self.layers), frozenset[tuple[int, ...]]()]
        return [replace(row.moved(left, self.top), left_out=mask) for row, mask in zip(rows, masks, strict=True)]

    @property
    def _floor(self) -> float:
        """Pixels between two rows at least."""
        floor = LEAST * self.style.scale
        if self.has_numbers:
            floor = max(floor, 2 * self.radius + WEIGHTS * self.style.scale)
        if self.labelled:
            floor = max(floor, *(post.height + self.style.wide for post in self.posts))
        return floor

    @property
    def _rise(self) -> float:
        """Pixels between the rows of one layer, as they lie."""
        return self.rows[0].y - self.rows[1].y if len(self.rows) == 2 else 0.0

    @cached_property
    def _lowest(self) -> Row:
        """The input's row before it is put where it goes."""
        return rows_of(self.sides, pitch=self.pitch, scale=1.0, floor=1.0)[0]

    @property
    def _before(self) -> float:
        """How far in the middle of the input's first cell stands, in pixels."""
        return self.reach + self._lowest.made(0)[0]

    @property
    def fit(self) -> Fit:
        """How far its nodes stand apart, and its rows, and where the first of the nodes stands."""
        size = self.number_size if self.has_numbers else 0.0
        lead = self._before / self._lowest.step
        return Fit(self.pitch, size, self.has_numbers, not self.has_numbers, lead, self._rise)

    @property
    def top(self) -> float:
        """How far below the upper edge the highest row lies."""
        label = 0.0 if not self.labelled else self.posts[-1].height / 2
        return max(self.reach, round(label))

    @cached_property
    def nodes(self) -> list[Nodes]:
        """All rows as they are drawn."""
        marks = [*self.marks, Marks(self.rows[-1].side)]
        explained = self.labelled
        return [
            Nodes(self.style, row, mark, color, self.radius, texts, self.number_size, explained, shades)
            for row, mark, color, texts, shades in zip(
                self.rows, marks, self.colors, self._texts(), self.shades, strict=True
            )
        ]

    def _texts(self) -> list[dict[int, str]]:
        """What stands in the nodes of each row."""
        if not self.has_numbers:
            return [{} for _ in self.rows]
        empties = [*(Formats.of(layer).empty if layer.is_window else "" for layer in self.layers), ""]
        return [_in_nodes(*parts) for parts in zip(self.rows, self.maps, empties, strict=True)]

    @cached_property
    def posts(self) -> list[Callout]:
        """The labels beside the rows, from the input up."""
        return labels_of(self)

    def put_in(self, k: int) -> list[str]:
        """What is put between the cells of a map, and around them, by the layer that reads it."""
        return [around(self.layers[k], self.say)] if self.axes[k].stretch > 1 else []

    @cached_property
    def right(self) -> float:
        """Where the widest row ends."""
        return max(row.at(row.cells()[-1])[0] for row in self.rows) + self.reach

    @property
    def timed(self) -> bool:
        """Whether it is said which way time runs: where no output sees an input after it."""
        chosen = (layer.layer.attends for layer in self.layers)
        return any(map(is_causal, self.axes)) or any(attends is not None and attends.causal for attends in chosen)

    @property
    def width(self) -> float:
        """In pixels."""
        labels = 0.0
        if self.labelled:
            labels = self.style.wide + max(post.width for post in self.posts)
        return self.right + labels

    @property
    def arcs_end(self) -> float:
        """Where the lowest row ends, with the arcs below it."""
        arcs = ARC * self.radius if self.marks[0].borrowed else self.reach
        return self.rows[0].y + arcs

    @property
    def drawn_height(self) -> float:
        """Down to the arrow of time, or to where the input's label ends."""
        drawn = self.arcs_end + (self.style.wide if self.timed else 0)
        label = 0.0 if not self.labelled else self.posts[0].height / 2
        return max(drawn, self.rows[0].y + label)

    @property
    def height(self) -> float:
        """With room for what is said of each step."""
        lines = LEADING * self.style.label_size * self.lines_told
        return self.drawn_height + (self.style.wide + lines if lines else 0.0)

    @property
    def asks(self) -> bool:
        """Whether the node whose query it is is marked, and shares stand at lines."""
        return self.is_scored

    @property
    def lines_told(self) -> int:
        """Lines that say how a cell of the last layer comes about: with numbers, of attention with its shares."""
        if self.is_scored:
            return 2
        return int(self.mode in {"numbers", "both"} and self.layers[-1].layer.attends is None)

    @property
    def is_scored(self) -> bool:
        """Whether it is written how scores become shares, and what these make: of the last layer, with numbers."""
        means = self.layers[-1].means
        return self.has_numbers and isinstance(means, Attending) and means.heads == 1


def _in_nodes(row: Row, numbers: list[str], empty: str) -> dict[int, str]:
    """What stands in each node of a row."""
    sources = row.side.sources
    return {cell: numbers[sources[cell][1]] if sources[cell][0] <= Source.BORROWED else empty for cell in row.cells()}


def _left_out(layer: LayerTrace) -> frozenset[tuple[int, ...]]:
    """The places of a layer's window that a mask hides."""
    return layer.operator.left_out if layer.layer.attends is None else frozenset()
