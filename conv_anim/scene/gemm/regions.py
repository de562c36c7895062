"""What can be pointed at in the gemm view: cells of the maps, and all places where they are found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.hit_regions import HitRegion
from conv_anim.scene.primitives import corners

if TYPE_CHECKING:
    from conv_anim.scene.gemm.plan import Plan

MOST_ECHOES = 3000
"""Entries of the matrices that can be pointed at; with more, they are a few pixels wide."""


def regions(plan: Plan) -> list[HitRegion]:
    """The cells of the maps; entries of the windows' matrix and of the memory are those of the input again."""
    found, cells, out = inputs(plan), _cells(plan), plan.tables["out"]
    for r, c in np.ndindex(*plan.gemm.shape):
        found.append(HitRegion("output", plan.gemm.cell(r, c), corners(out.box((r, c)))))
    entries = [(side, entry) for side in ("left", "top") for entry in _all_entries(plan, side)]
    if len(entries) <= MOST_ECHOES:
        found += [_echo(plan, side, place, index, cells) for side, (place, _, index) in entries if _named(plan, side)]
    return found


def _cells(plan: Plan) -> list[tuple[int, ...]]:
    shape = plan.layer.input.shape
    return [tuple(int(i) for i in np.unravel_index(k, shape)) for k in range(plan.layer.input.size)]


def inputs(plan: Plan) -> list[HitRegion]:
    """The cells of the input, and again those of the memory."""
    tables, cells = plan.tables, _cells(plan)
    found = [HitRegion("input", cell, corners(tables["map"].box(plan.plates.place(k)))) for k, cell in enumerate(cells)]
    if plan.counted:
        places = [plan.in_memory(address) for address in plan.addresses]
        boxes = (corners(tables["memory"].box(place)) for place in places)
        found += [HitRegion("input", cell, box, echo=True) for cell, box in zip(cells, boxes, strict=True)]
    return found


def _named(plan: Plan, side: str) -> bool:
    """Whether the entries of a matrix stand for cells; weights do if there is one kernel, to which pages point."""
    return plan.held(side) == "windows" or plan.layer.output.shape[0] == 1


def _all_entries(plan: Plan, side: str) -> list[tuple[tuple[int, int], str, int]]:
    table = plan.tables[side]
    return plan.texts(side, range(table.rows.count), range(table.columns.count))


def _echo(plan: Plan, side: str, place: tuple[int, int], index: int, cells: list[tuple[int, ...]]) -> HitRegion:
    """An entry of a matrix, as the cell that it repeats."""
    box = corners(plan.tables[side].box(place))
    if plan.held(side) == "windows":
        return HitRegion("input", cells[index], box, echo=True)
    assert plan.layer.kernels is not None
    return HitRegion("kernel", tuple(int(i) for i in np.unravel_index(index, plan.layer.kernels.shape))[1:], box)
