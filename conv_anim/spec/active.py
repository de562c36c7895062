"""Which cells of a sparse input there are: listed, marked by 1 in an array, or drawn at random with a density."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.spec.arrays import FILE, SEED, FromFile, given, read
from conv_anim.spec.kinds import INVALID, Either, Invalid, Made, Real
from conv_anim.spec.model import Given
from conv_anim.spec.nodes import is_list, is_mapping
from conv_anim.spec.records import Field, Object
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.kinds import Kind, Maybe, Report, Schema
    from conv_anim.spec.model import Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

MOST = 20_000
"""Cells of an input whose active ones are told apart."""
DENSITY: Field[int | float] = Field("density", Real(0, 1), "The share of cells that are active.", example=0.3)
DRAWN = Object("a mapping of active cells", (DENSITY, SEED, FILE))


@dataclass(frozen=True, slots=True)
class CellsKind:
    """A nested list: cells by their places, or 1 and 0 for every cell."""

    expected: str = "a list of cells [[row, column], …], a list with 0 and 1 for every cell"

    def decode(self, node: Node, report: Report) -> Maybe[Given]:
        return given(node, report)

    def schema(self) -> Schema:
        nested: Schema = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}]}
        return {"type": "array", "items": nested, "minItems": 1}


Written: TypeAlias = "Given | Record"
KIND: Kind[Written] = Either(((is_list, CellsKind()), (is_mapping, Made(DRAWN, lambda record: record))))
ACTIVE: Field[Written] = Field(
    "active",
    KIND,
    "The cells that there are, for sparse_conv: a list of them, 0 and 1 for every cell, a density with a seed, or a "
    "file. All others hold 0, and other layers read them as 0.",
    example={"density": 0.3, "seed": 7},
)


def active(record: Record, size: Size, files: Files, report: Report) -> Maybe[frozenset[Size] | None]:
    """The places of the active cells, None if all are; INVALID after what is wrong was reported."""
    written, node = record.get(ACTIVE), record.at(ACTIVE)
    if written is None:
        return None
    if prod(size) > MOST:
        what = f"active cells are told apart in inputs of up to {MOST:,} cells; this one has {prod(size):,}"
        return report.add(Code.OUT_OF_RANGE, what, node, "a smaller input shows the same")
    found = _listed(written, size, node, report) if isinstance(written, Given) else _made(written, size, files, report)
    if isinstance(found, Invalid) or found:
        return found
    return report.add(
        Code.OUT_OF_RANGE, "no cell of this input is active", node, "at least one, so that there is an output"
    )


def _listed(written: Given, size: Size, node: Node, report: Report) -> Maybe[frozenset[Size]]:
    """A list of the input's size with 0 and 1 alone marks cells; any other has their places."""
    marked, placed = _marked(written, size), len(written.shape) == 2 and written.shape[1] == len(size)
    if not placed and marked is not None:
        return marked
    if not placed:
        return _neither(written, size, node, report)
    count, cells = len(size), set(product(*map(range, size)))
    places = [tuple(written.numbers[k * count : (k + 1) * count]) for k in range(written.shape[0])]
    beyond = [place for place in places if place not in cells]
    if marked is not None and (beyond or len(set(places)) == 1 < len(places)):
        return marked
    if marked and marked != set(places):
        what = "'active' can be read as places and as 0 and 1 for every cell, and these are different cells"
        hint = "list the places of the active cells, one of them twice: then there is no other way to read it"
        return report.add(Code.SHAPE, what, node, hint)
    if beyond:
        what = f"{list(beyond[0])} is not a cell of an input of {'x'.join(map(str, size))}"
        return report.add(Code.OUT_OF_RANGE, what, node, f"from 0 to {[n - 1 for n in size]}")
    return frozenset(tuple(int(i) for i in place) for place in places)


def _marked(written: Given, size: Size) -> frozenset[Size] | None:
    """The cells with 1 in a list of 0 and 1; None for any other list."""
    if written.shape != size or not set(written.numbers) <= {0, 1}:
        return None
    cells = product(*map(range, size))
    return frozenset(cell for cell, number in zip(cells, written.numbers, strict=True) if number)


def _neither(written: Given, size: Size, node: Node, report: Report) -> Invalid:
    if written.shape == size:
        what = "'active' has an entry for every cell, but not all of them are 0 or 1"
        return report.add(Code.SHAPE, what, node, "1 for the cells that are active, 0 for all others")
    shape, wanted = ("x".join(map(str, each)) for each in (written.shape, size))
    what = f"'active' has the shape {shape}: neither 0 and 1 for {wanted} cells nor a list of places"
    place = ", ".join(("depth", "row", "column")[3 - len(size) :])
    return report.add(Code.SHAPE, what, node, f"[[{place}], …] lists cells, counted from 0")


def _made(record: Record, size: Size, files: Files, report: Report) -> Maybe[frozenset[Size]]:
    """The cells of a file, or drawn at random."""
    density, file = record.get(DENSITY), record.get(FILE)
    if (density is None) == (file is None):
        what = "'active' takes one of the keys 'density' and 'file'"
        return report.add(Code.EXCLUSIVE_KEYS, what, record.node, "density: 0.3, or file: cells.npy")
    if file is not None:
        numbers = read(FromFile(file), record.node, files, report)
        return INVALID if isinstance(numbers, Invalid) else _listed(numbers, size, record.node, report)
    assert density is not None
    from random import Random

    draw = Random(record.of(SEED))  # its stream of reals is the same in all versions of Python
    return frozenset(cell for cell in product(*map(range, size)) if draw.random() < density)
