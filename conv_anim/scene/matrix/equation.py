"""Where the parts of ``C · x = y`` go: all in a line, small maps and the kernel above the matrix or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Callout
    from conv_anim.scene.primitives import Items, Primitive
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
    def label_right(self) -> float:
        """Right edge of its label, in pixels."""
        return self.table.x + (0 if self.sign is None else self.sign.width)

    @property
    def top(self) -> float:
        """Top of the label, in pixels."""
        return self.table.y - self.label_height

    @property
    def right(self) -> float:
        """Right edge of the wider one of table and label, in pixels."""
        return max(self.table.right, self.label_right)

    @property
    def height(self) -> float:
        """In pixels."""
        return self.label_height + self.table.height

    def at(self, x: float, top: float) -> Part:
        """The same part with its label's upper left corner elsewhere."""
        return replace(self, table=self.table.at(x, top + self.label_height))

    def centered(self, x: float, middle: float) -> Part:
        """The same part with the middle of its table at a height."""
        return replace(self, table=self.table.at(x, middle - self.table.height / 2))

    def label(self) -> Items:
        """Its label, in its place."""
        return () if self.sign is None else self.sign.at(self.table.x, self.top)

    def meets_label(self, other: Part) -> bool:
        """Whether the other's label is as high as this part, so that it would meet it if it were long enough."""
        return self.top < other.table.y and other.top < self.table.bottom


@dataclass(frozen=True)
class Joint:
    """A sign between two parts, its middle at ``x``, ``y``, so much of it below."""

    text: str
    x: float
    y: float
    half: float


@dataclass(frozen=True)
class Layout:
    """Where everything is: parts by their names, and signs."""

    parts: dict[str, Part]
    joints: list[Joint]

    @property
    def width(self) -> float:
        """In pixels."""
        return max(part.right for part in self.parts.values())

    def signs(self, style: Style) -> list[Primitive]:
        """The signs; a product's point is drawn, so that it is as strong as the others."""
        ink, side = style.label_ink, 2 * round(3 * style.scale)
        points = [joint for joint in self.joints if joint.text == POINT]
        boxes = tuple((round(joint.x) - side / 2, round(joint.y) - side / 2, side, side) for joint in points)
        texts = (joint for joint in self.joints if joint.text != POINT)
        return [
            Boxes(boxes, ink, radius=side / 2),
            *(style.centered(joint.x, joint.y, joint.text, size=sign_size(style), color=ink) for joint in texts),
        ]

    @property
    def height(self) -> float:
        """In pixels."""
        ends = (joint.y + joint.half for joint in self.joints)
        return max(*ends, *(part.table.bottom for part in self.parts.values()), 0.0)


@dataclass(frozen=True)
class Line:
    """Parts from left to right, their tables on a common middle, and the signs between them; "" is only a gap."""

    style: Style
    parts: dict[str, Part]
    signs: list[str]

    @property
    def above(self) -> float:
        """How far the highest label stands above the middle."""
        return max(part.label_height + part.table.height / 2 for part in self.parts.values())

    @property
    def below(self) -> float:
        """How far tables reach below the middle, in pixels."""
        return max(part.table.height / 2 for part in self.parts.values())

    def placed(self, x: float, middle: float) -> Layout:
        """The parts side by side from ``x``, as close as signs and labels let them be."""
        placed: dict[str, Part] = {}
        joints: list[Joint] = []
        for (name, part), sign in zip(self.parts.items(), ["", *self.signs], strict=True):
            before = list(placed.values())
            there = part.centered(0, middle)
            left = before[-1].table.right + self._room(sign) if before else x
            labels = (other.label_right + self.style.gap for other in before if there.meets_label(other))
            placed[name] = part.centered(max(left, *labels, x), middle)
            if sign:
                between = (before[-1].table.right + placed[name].table.x) / 2
                joints.append(Joint(sign, between, middle, sign_half(self.style)))
        return Layout(placed, joints)

    def _room(self, sign: str) -> float:
        return self.style.width(sign, size=sign_size(self.style)) + (2 if sign else 1.5) * self.style.gap


def sign_size(style: Style) -> float:
    """Em of the signs between the parts, in pixels."""
    return 1.4 * style.number_size


def sign_half(style: Style) -> float:
    """How far they reach above the middle and below it, in pixels."""
    return style.font.cap_height * sign_size(style) / 2


def above(product: Line, maps: Line, style: Style) -> Layout | None:
    """The maps over a wide matrix, beside the long vector that it is multiplied by; None where they do not fit."""
    matrix, vector = product.parts["matrix"], product.parts["x"]
    row = maps.placed(0, maps.above)
    middle = max(product.above, row.height + style.wide + matrix.label_height + matrix.table.height / 2)
    if row.width > matrix.table.width or middle + matrix.table.height / 2 > vector.height:
        return None
    line = product.placed(0, middle)
    parts = {**line.parts, "x": line.parts["x"].at(line.parts["x"].table.x, 0)}
    return Layout({**parts, **row.parts}, row.joints + line.joints)


def column_height(maps: dict[str, Part], style: Style) -> float:
    """The height of maps one below the other."""
    return sum(part.height + _between(style) for part in maps.values()) - _between(style)


def _between(style: Style) -> float:
    return style.far


def beside(product: Line, maps: dict[str, Part], result: Part | None, style: Style) -> Layout:
    """The maps in a column on the left of the product, the map that it makes on its right."""
    column: dict[str, Part] = {}
    y = 0.0
    for name, part in maps.items():
        column[name] = part.at(0, y)
        y = column[name].table.bottom + _between(style)
    x = max((part.right + style.far for part in column.values()), default=0)
    parts, signs = dict(product.parts), list(product.signs)
    if result is not None:
        parts["output"], signs = result, [*signs, ""]
    line = Line(style, parts, signs)
    placed = line.placed(x, line.above)
    return Layout({**column, **placed.parts}, placed.joints)
