"""A model of Ultralytics as a network: all layers of the modules that its rows name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, SpecError, nearest
from conv_anim.frameworks.yolo.blocks import BLOCKS, detect
from conv_anim.frameworks.yolo.files import REPEATING
from conv_anim.frameworks.yolo.parts import Graph, Part
from conv_anim.spec.network import INPUT, Network

if TYPE_CHECKING:
    from conv_anim.diagnostics import Problem
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.yolo.files import Row, YoloFile

SIDE = 640
"""Rows and columns of the input, as Ultralytics trains and runs its models."""
ALL = (*BLOCKS, "Concat", "Detect")


def network(name: str, file: YoloFile, feed: Feed) -> Network:
    """All layers in their order. Raises SpecError for modules that are not known, all at once."""
    unknown = _unknown(file)
    if unknown:
        raise SpecError(unknown)
    channels, size = feed.sized(2, name, file.channels)
    notes = file.notes
    if size is None:
        size = (SIDE, SIDE)
        notes = (*notes, f"the input is {SIDE}x{SIDE} here; --input says another size")
    graph = Graph(file)
    first = graph.add("input", INPUT, (), (1, channels or file.channels, *size))
    made: list[tuple[int, ...]] = []
    for row in file.rows:
        made.append(_made(graph, row, tuple(n for k in row.reads for n in (made[k] if k >= 0 else (first,)))))
    return Network(name, tuple(graph.nodes), made[-1], notes)


def _unknown(file: YoloFile) -> list[Problem]:
    """Each module that is not known, once."""
    rows = {row.module: row for row in reversed(file.rows) if row.module not in ALL}
    found: list[Problem] = []
    for module, row in sorted(rows.items(), key=lambda each: each[1].number):
        near = nearest(module, ALL)
        hint = f"read are {', '.join(ALL)}"
        said = f"'{module}' is not a known module"
        found += row.problem(
            said, hint if near is None else f"did you mean '{near}'? {hint}", Code.UNKNOWN_NAME
        ).problems
    return found


def _made(graph: Graph, row: Row, reads: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers of what a row makes. Raises SpecError."""
    at = Part(graph, row, f"model.{row.number}")
    if row.module == "Detect":
        return tuple(detect(at, reads))
    if row.module == "Concat":
        if row.args not in ((1,), ()):  # no set: what a file holds may be a list, which has no hash
            raise at.wrong(f"maps are put together along their channels, which is [1], not {list(row.args)}")
        return (at.concat(*reads),)
    if len(reads) != 1:
        raise at.wrong(f"it reads one row, and here are {len(reads)}", Code.SHAPE)
    last, times = reads[0], 1 if row.module in REPEATING else row.count
    try:
        for k in range(times):
            last = BLOCKS[row.module](at.inside(k) if times > 1 else at, last, *row.args)
    except (TypeError, IndexError):
        raise at.wrong(f"{list(row.args)} are not its arguments", Code.WRONG_TYPE) from None
    return (last,)
