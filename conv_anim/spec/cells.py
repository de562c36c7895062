"""The contents of maps' cells: a view's options ``cells`` and ``scale``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID, Invalid, OneOf, Real
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.view_values import Cells, Scale

MEANT: dict[Cells, str] = {
    "auto": "Numbers where they can be read, else shades.",
    "numbers": "Their numbers.",
    "shades": "A shade for each number, with a scale bar.",
    "both": "Shades with their numbers.",
    "symbols": "Names like x₁₁ and w₁₁; sums in symbols, then in numbers.",
    "plain": "Nothing.",
}
"""What each way to fill cells means."""
UNWRITTEN: tuple[Cells, ...] = ("auto", "shades", "plain")
"""The options of a view that has no room for texts."""


def cells(*names: Cells) -> Field[Cells]:
    """The option of a view that knows some of them, or all."""
    known = names or tuple(MEANT)
    kind = OneOf(known, docs=[MEANT[name] for name in known])
    return Field("cells", kind, "What stands in the cells of maps.", default="auto", example="shades")


CELLS, FACES = cells(), cells(*UNWRITTEN)
MAPS = cells("auto", "numbers", "shades", "both", "plain")
"""The options of a view with several channels, whose cells have no names."""
LOW: Field[int | float] = Field("low", Real(), "The number at the dark end.", required=True, example=-255)
HIGH: Field[int | float] = Field("high", Real(), "The number at the bright end.", required=True, example=255)
ENDS = Object("a scale", (LOW, HIGH))


class ScaleKind:
    """``{low: …, high: …}``, the lower number first."""

    expected = ENDS.expected

    def decode(self, node: Node, report: Report) -> Maybe[Scale]:
        record = ENDS.decode(node, report)
        if isinstance(record, Invalid):
            return INVALID
        ends = report.attempt(lambda: (record.of(LOW), record.of(HIGH)))
        if isinstance(ends, Invalid):
            return INVALID
        low, high = ends
        if low >= high:
            what = f"'low' is {low}, which is not less than 'high', {high}"
            return report.add(Code.OUT_OF_RANGE, what, record.at(LOW), "shades go from the lower number to the higher")
        return float(low), float(high)

    def schema(self) -> Schema:
        return ENDS.schema()


SCALE: Field[Scale] = Field(
    "scale",
    ScaleKind(),
    "The numbers at both ends of the shades; by default the least and the largest of each map.",
    example={"low": -255, "high": 255},
)
