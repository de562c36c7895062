"""The size of a figure, in a spec: a width in pixels or another unit, or a scale."""

from __future__ import annotations

import re
from math import floor
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.limits import Asked
from conv_anim.spec.kinds import INVALID, Real, Whole
from conv_anim.spec.model import FigureSize
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

FLATTEST = 50
"""Pixels that any figure is high, at the least."""
UNITS = {"px": 1.0, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
"""Pixels of each unit: 96 are an inch, as on a page."""
LENGTH = re.compile(rf"\s*([0-9]+(?:\.[0-9]+)?)\s*({'|'.join(UNITS)})\s*")
NARROW = Whole(120, 1_000_000, ", or a length like 8.5cm (cm, mm, in, pt, px)")


class LengthKind:
    """Whole pixels, or a length with its unit."""

    expected = NARROW.expected

    def decode(self, node: Node, report: Report) -> Maybe[int]:
        text = node.value if isinstance(node, Scalar) else None
        found = LENGTH.fullmatch(text) if isinstance(text, str) else None
        if found is None or not isinstance(node, Scalar):
            return NARROW.decode(node, report)
        pixels = floor(float(found[1]) * UNITS[found[2]] + 1e-6)
        if not NARROW.least <= pixels <= (NARROW.most or 0):
            what = f"'width' is {pixels:,} pixels with '{node.text}', and must be {NARROW.least} to {NARROW.most:,}"
            return report.add(Code.OUT_OF_RANGE, what, node, "96 pixels are an inch, 38 a centimetre")
        return pixels

    def schema(self) -> Schema:
        return {"anyOf": [NARROW.schema(), {"type": "string", "pattern": f"^{LENGTH.pattern}$"}]}


WIDTH = Field(
    "width",
    LengthKind(),
    "Width of the whole figure, also of a strip or a storyboard: pixels, or a length in cm, mm, in, pt or px.",
    example="8.5cm",
)
SCALE = Field("scale", Real(0.25, 8), "Its size compared with the natural one.", example=2)
SIZE: Field[Record] = Field("size", Object("a size", (WIDTH, SCALE)), "The figure's size: a width or a scale.")


def figure_size(record: Record, report: Report) -> Maybe[FigureSize]:
    """The size that a spec asks for; INVALID after what is wrong was reported."""
    size = record.get(SIZE)
    if size is None:
        return FigureSize()
    if size.has(WIDTH) and size.has(SCALE):
        what = "'size' takes a width or a scale, not both"
        return report.add(Code.EXCLUSIVE_KEYS, what, size.at(SCALE), "leave one of them out")
    scale, width = size.get(SCALE), size.get(WIDTH) or 0
    what = f"a figure {width:,} pixels wide has {width * FLATTEST:,} pixels or more"
    asked = Asked("pixels", width * FLATTEST, what, "a width that a screen or a page can show", whole=False)
    if report.too_large(asked, size.at(WIDTH)):
        return INVALID
    return FigureSize(size.get(WIDTH), None if scale is None else float(scale))
