"""The cells of a window, and of those below it, that masks hide from an output."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.sheet import two
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.isometric.floors import Floor, Reach
    from conv_anim.tracing.operators import Operator

    Place = tuple[int, int]


def unseen(
    floors: Sequence[Floor], operators: Sequence[Operator], reaches: Sequence[Reach], made: Place
) -> list[list[Place]]:
    """Floor by floor, the cells of a reach that an output is not made of, by no way through the windows above."""
    found: list[list[Place]] = []
    outputs = {made}
    for floor, op, reach in zip(reversed(floors[:-1]), reversed(operators), reversed(reaches[:-1]), strict=True):
        met = {place for output in outputs for place in _met(floor, op, output)}
        found.insert(0, [place for place in reach.cells() if place not in met])
        outputs = {shown for place in met if (shown := _shown(floor, place)) is not None}
    return found


def blind(
    floor: Floor, operators: Sequence[Operator], offsets: Iterable[tuple[int, ...]], made: Place, reach: Reach
) -> set[Place]:
    """The cells of the input under a window that lie so far from an output's own cell."""
    own = _own(operators, made)
    places = {_placed(floor, tuple(map(sum, zip(own, offset, strict=True)))) for offset in offsets}
    return places & set(reach.within(floor.inputs).cells())


def own_place(floor: Floor, operators: Sequence[Operator], made: Place) -> Place | None:
    """Where the input has an output's own cell, if it has it."""
    place = _placed(floor, _own(operators, made))
    return place if place in floor.inputs.cells() else None


def _own(operators: Sequence[Operator], made: Place) -> tuple[int, ...]:
    """The cell of the input that lies under the middle of all windows."""
    own: tuple[int, ...] = made
    for op in reversed(operators):
        axes = zip(op.axes, own[-len(op.axes) :], strict=True)
        own = tuple(axis.cell(o, axis.kernel // 2) - axis.before for axis, o in axes)
    return own


def _placed(floor: Floor, cell: tuple[int, ...]) -> Place:
    row, column = two(cell)
    return floor.sheet.rows.place(row), floor.sheet.columns.place(column)


def _met(floor: Floor, op: Operator, output: Place) -> list[Place]:
    """The cells of a floor that an output's window multiplies."""
    windows = (cell for cell in product(*map(range, op.kernel_size)) if cell not in op.left_out)
    places = output[-len(op.axes) :]
    canvas = (tuple(a.cell(o, t) for a, o, t in zip(op.axes, places, cell, strict=True)) for cell in windows)
    return [floor.sheet.place(two(at)) for at in canvas]


def _shown(floor: Floor, place: Place) -> Place | None:
    """The cell of the map that a cell of a floor shows; None where it shows none."""
    (row_source, row), (column_source, column) = (
        side.sources[at] for side, at in zip((floor.sheet.rows, floor.sheet.columns), place, strict=True)
    )
    return (row, column) if max(row_source, column_source) <= Source.BORROWED else None
