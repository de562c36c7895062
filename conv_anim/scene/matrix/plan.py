"""The parts of the matrix view with their labels, and where they go."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.matrix.equation import POINT, Layout, Line, Part, above, beside, sign_half, stacked
from conv_anim.scene.matrix.factors import READABLE, Factors
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.wording import names, words
from conv_anim.tracing.matrix import SEVERAL
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.table import Table
    from conv_anim.scene.wording.words import Label

WIDEST = 400
"""Pixels, at scale 1, that a small map may take across."""
COLUMN = 320
"""Pixels, at scale 1, that small maps may take one below the other even if the product is lower."""


@dataclass(frozen=True)
class Plan(Traced):
    """Parts by their names: ``matrix``, ``x``, ``bias``, ``y``, and small ones as far as there is room for them.

    These are the maps ``input`` and ``output``, the ``kernel``, and ``turned``: the matrix before it was transposed.
    """

    @cached_property
    def factors(self) -> Factors:
        """The layer as a product of a matrix and a vector."""
        return Factors(self.layer, self.style)

    # labels

    @cached_property
    def labels(self) -> dict[str, Label]:
        """What the parts are called, by name."""
        (input_, *kernel, output), say = words.labels(self.trace), self.say
        if self.factors.transposed:
            input_, kernel = words.Label(input_.name), [words.Label(label.name) for label in kernel]
        if SEVERAL in self.factors.groups:
            kernel = [names.with_sums(label, say) for label in kernel]
        labels = {
            "matrix": self._matrix_label,
            "x": names.vector_label(input_, self.layer.input.size, say),
            "bias": words.Label(say("matrix.bias")),
            "y": names.vector_label(output, self.layer.output.size, say),
            "input": input_,
            "output": output,
            "turned": names.turned_label(self.layer, say),
        }
        return labels if not kernel else {**labels, "kernel": kernel[0]}

    @property
    def _matrix_label(self) -> Label:
        """As long as there is room for it."""
        room = max(self.factors.tables["matrix"].width, 180 * self.style.scale)
        found = names.matrix_names(self.layer, self.say, beside_c=self.factors.turned is not None)
        return next((name for name in found if Callout(self.style, name, None).width <= room), found[-1])

    def swatch(self, name: str) -> str | None:
        """The colour beside a part's label; None without."""
        colors = self.style.colors
        return {"x": colors.input, "input": colors.input, "y": colors.output, "output": colors.output}.get(name)

    def part(self, name: str, table: Table, headroom: float = 0) -> Part:
        """A table with its label, if there are labels: above the signs beside it too, where those are higher."""
        if not self.labelled:
            return Part(table, None, headroom)
        headroom = max(headroom, sign_half(self.style) - table.height / 2)
        return Part(table, Callout(self.style, self.labels[name], self.swatch(name)), headroom + self.style.close)

    # where they go

    @cached_property
    def layout(self) -> Layout:
        """Where everything is."""
        product = self._product()
        high = product.layout.page.height
        maps = self._maps(high)
        if maps:
            layout = above(product, Line(self.style, maps, self._signs(list(maps))), self.style)
            if layout is not None:
                return layout
        result = maps.pop("output", None)
        room = max(high, COLUMN * self.style.scale)
        for name in ("input", "turned", "kernel"):
            if name in maps and stacked(maps, self.style).height > room:
                del maps[name]
        return beside(product, maps, result, self.style)

    def _signs(self, maps: list[str]) -> list[str]:
        """The signs between the maps in a line: those of the operation, if all that takes part is there."""
        if maps == ["input", "output"]:
            return ["→"]
        plain = not self.layer.operator.transposed and self.layer.layer.sampled is None
        if not plain or maps != ["input", "kernel", "output"]:
            return [""] * (len(maps) - 1)
        bias = sorted(set(self.factors.bias or ()))
        named = (self.say("bias.named", value=text) for text in bias)
        added = f"+ {self.say('matrix.bias')} " if len(bias) > 1 else "".join(f"+ {text} " for text in named)
        return ["∗", f"{added}="]

    def _product(self) -> Line:
        tables = self.factors.tables
        signs = {"x": POINT, "bias": "+", "y": "="}
        names: list[str] = [name for name in ("matrix", "x", "bias", "y") if name in tables]
        heads = self.head_size * 1.7 if self.heads else 0
        rows = tables["matrix"].rows
        parts = {name: self.part(name, tables[name], heads if tables[name].rows == rows else 0) for name in names}
        return Line(self.style, parts, [signs[name] for name in names[1:]])

    def _maps(self, room: float) -> dict[str, Part]:
        """The small maps that are no higher than the product, not too wide, and more than their vector."""
        tables = dict(self.factors.maps)
        if self.factors.turned is not None:
            tables["turned"] = self.factors.turned
        for name in ("input", "output"):
            plates = self.factors.plates[name]
            if plates.down == plates.across == plates.rows == 1:
                del tables[name]
        names = [name for name in ("input", "kernel", "turned", "output") if name in tables]
        parts = {name: self.part(name, tables[name]) for name in names}
        widest = WIDEST * self.style.scale
        return {name: part for name, part in parts.items() if part.height <= room and part.table.width <= widest}

    # the names of the blocks of columns

    @property
    def head_size(self) -> float:
        """Em of the names above the blocks of columns, in pixels."""
        return self.style.em(10.2)

    @cached_property
    def heads(self) -> list[tuple[float, str]]:
        """The middle and the name of each block, if the blocks are wide enough for readable ones."""
        if not self.labelled or self.head_size < READABLE:
            return []
        ends, columns = self.layer.layer.ends, self.factors.tables["matrix"].columns
        told = names.block_names(ends.in_channels, ends.in_size, self.say)
        for blocks in told[:1] if self.factors.transposed else told:  # there are rows of C beside those of the input
            each = columns.count // len(blocks)
            block = columns.starts[each - 1] + columns.cell
            if max(self.style.width(name, size=self.head_size) for name in blocks) < block - 0.4 * self.head_size:
                return [(columns.starts[k * each] + block / 2, name) for k, name in enumerate(blocks)]
        return []
