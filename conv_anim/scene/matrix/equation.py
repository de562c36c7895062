"""Where the parts of ``C · x = y`` go: all in a line, small maps and the kernel above the matrix or beside it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.layout import EMPTY, anchored, column, over, pad, row
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.slots import slot
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Callout
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Point, Primitive
    from conv_anim.scene.sheets.table import Table
    from conv_anim.scene.style import Style

POINT = "·"
"""The sign of the product."""


@dataclass(frozen=True)
class Part:
    """A table with its label, if it has one, ``headroom`` above it."""

    table: Table
    sign: Callout | None
    headroom: float = 0

    @property
    def label_height(self) -> float:
        """The height of its label and the room above it, in pixels."""
        return self.headroom + (0 if self.sign is None else self.sign.height)

    @property
    def width(self) -> float:
        """Of the wider one of table and label, in pixels."""
        return max(self.table.width, 0.0 if self.sign is None else self.sign.width)

    @property
    def above(self) -> float:
        """How far its label stands above the middle of its table, in pixels."""
        return self.label_height + self.table.height / 2

    @property
    def height(self) -> float:
        """In pixels."""
        return self.label_height + self.table.height

    def room(self, name: str) -> Panel:
        """Its room, with the table's corner as an anchor; it stands on the table's middle, its label may stick out."""
        there = pad(slot(name, self.table.width, self.table.height), top=self.label_height)
        return anchored(replace(there, baseline=self.above), **{f"{name} middle": (0.0, self.above)})

    def at(self, corner: Point) -> Part:
        """The same part with the corner of its table elsewhere."""
        return replace(self, table=self.table.at(*corner))

    def label(self) -> Items:
        """Its label, in its place."""
        return () if self.sign is None else self.sign.at(self.table.x, self.table.y - self.label_height)


@dataclass(frozen=True)
class Layout:
    """Where everything is: a page with anchors for the corners of tables, by the names of their parts."""

    style: Style
    page: Panel
    named: dict[str, Part]
    """The parts, not yet in their places."""
    joints: tuple[tuple[str, str, str], ...] = ()
    """Signs with the names of the parts before and after each."""

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Each in its place."""
        return {name: part.at(self.page.anchors[name]) for name, part in self.named.items()}

    @property
    def width(self) -> float:
        """In pixels."""
        return max(part.table.x + part.width for part in self.parts.values())

    @property
    def height(self) -> float:
        """In pixels."""
        ends = (y + sign_half(self.style) for _, (_, y) in self._signs())
        return max(*ends, *(part.table.bottom for part in self.parts.values()), 0.0)

    def _signs(self) -> list[tuple[str, Point]]:
        """Each with its middle: halfway between two tables."""
        tables = {name: part.table for name, part in self.parts.items()}
        return [
            (sign, ((tables[one].right + tables[other].x) / 2, self.page.anchors[f"{other} middle"][1]))
            for sign, one, other in self.joints
        ]

    def signs(self) -> list[Primitive]:
        """The signs; a product's point is drawn, so that it is as strong as the others."""
        style, ink, side = self.style, self.style.label_ink, 2 * round(3 * self.style.scale)
        points = [at for sign, at in self._signs() if sign == POINT]
        boxes = tuple((round(x) - side / 2, round(y) - side / 2, side, side) for x, y in points)
        texts = [(sign, at) for sign, at in self._signs() if sign != POINT]
        return [
            Boxes(boxes, ink, radius=side / 2),
            *(style.centered(*at, sign, size=sign_size(style), color=ink) for sign, at in texts),
        ]


@dataclass(frozen=True)
class Line:
    """Parts from left to right, their tables on a common middle, and the signs between them; "" is only a gap."""

    style: Style
    parts: dict[str, Part]
    signs: list[str]

    @cached_property
    def layout(self) -> Layout:
        """The parts side by side, on whole pixels, as close as signs and the labels beside them let them be."""
        made, before = EMPTY, list[str]()
        for (name, part), sign in zip(self.parts.items(), ["", *self.signs], strict=True):
            labels = [
                made.anchors[other][0] + self.parts[other].width + self.style.gap
                for other in before
                if part.above > self.parts[other].table.height / 2
            ]
            left = max([made.width + self._room(sign), *labels]) if before else 0.0
            made = row(made, pad(part.room(name), left=round(left) - made.width))
            before.append(name)
        joints = zip(self.signs, before, before[1:], strict=False)
        return Layout(self.style, made, self.parts, tuple(joint for joint in joints if joint[0]))

    def _room(self, sign: str) -> float:
        return self.style.width(sign, size=sign_size(self.style)) + (self.style.far if sign else self.style.wide)


def sign_size(style: Style) -> float:
    """Em of the signs between the parts, in pixels."""
    return 1.4 * style.number_size


def sign_half(style: Style) -> float:
    """How far they reach above the middle and below it, in pixels."""
    return style.font.cap_height * sign_size(style) / 2


def above(product: Line, maps: Line, style: Style) -> Layout | None:
    """The maps over a wide matrix, beside the long vector that it is multiplied by; None where they do not fit."""
    matrix, vector, line, over_it = product.parts["matrix"], product.parts["x"], product.layout, maps.layout
    middle = max(line.page.baseline, over_it.height + style.wide + matrix.above)
    if over_it.width > matrix.table.width or middle + matrix.table.height / 2 > vector.height:
        return None
    page = over(over_it.page, pad(line.page, top=middle - line.page.baseline))
    page = anchored(page, x=(page.anchors["x"][0], vector.label_height))
    return Layout(style, page, {**line.named, **over_it.named}, over_it.joints + line.joints)


def stacked(maps: dict[str, Part], style: Style) -> Panel:
    """Maps one below the other, with room for their labels."""
    rooms = (
        pad(
            slot(name, part.table.width, part.table.height),
            top=round(part.label_height),
            right=part.width - part.table.width,
        )
        for name, part in maps.items()
    )
    return column(*rooms, gap=style.far)


def beside(product: Line, maps: dict[str, Part], result: Part | None, style: Style) -> Layout:
    """The maps in a column on the left of the product, the map that it makes on its right."""
    parts, signs = dict(product.parts), list(product.signs)
    if result is not None:
        parts["output"], signs = result, [*signs, ""]
    line = Line(style, parts, signs).layout
    page = row(stacked(maps, style), line.page, gap=style.far, align="start")
    return Layout(style, page, {**maps, **parts}, line.joints)
