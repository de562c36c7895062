"""The input of a spec: its size, its channels, its numbers, and which of its cells there are."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.limits import Asked
from conv_anim.spec.active import ACTIVE, active
from conv_anim.spec.arrays import FromFile, ValuesKind, read, resolved
from conv_anim.spec.entering import LARGEST, MOST_AXES, axes_of, count_of_channels
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Report, Whole
from conv_anim.spec.model import Given, Input, Random
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Files, Written
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record

INPUT_SIZE = Field(
    "size",
    ListOf(Whole(1, LARGEST), "a list with the size of each axis, 1 to 3 of them: [rows, columns]", 1, MOST_AXES),
    "Cells along each axis: [length], [rows, columns] or [depth, rows, columns].",
    example=[5, 5],
)
CHANNELS = Field("channels", Whole(1, LARGEST), "How many maps the input has; by default 1.", example=3)
VALUES: Field[Written] = Field(
    "values",
    ValuesKind(),
    "The numbers; by default small whole ones drawn at random. A list says the size too.",
    example="arange",
)
INPUT: Field[Record] = Field(
    "input",
    Object("the input", (INPUT_SIZE, CHANNELS, VALUES, ACTIVE)),
    "The input of the first layer.",
    required=True,
    example={"size": [5, 5]},
)


def input_of(record: Record, files: Files, report: Report) -> Maybe[Input]:
    """The input that a spec asks for; INVALID after what is wrong was reported."""
    written = record.get(VALUES)
    node = record.at(VALUES)
    if isinstance(written, FromFile):
        values = read(written, node, files, report)
        if isinstance(values, Invalid):
            return INVALID
        written = values
    shape = _shape(record, written, report)
    if isinstance(shape, Invalid):
        return INVALID
    channels, *size = shape
    what = f"the input has {prod(shape):,} cells"
    report.counted(Asked("cells", prod(shape), what, "a smaller input shows the same"), record.at(INPUT_SIZE))
    there = report.attempt(lambda: active(record, tuple(size), files, report))
    if isinstance(there, Invalid):
        return INVALID
    if written is None:
        low = 0 if there is None else 1  # what is active is not to look like nothing
        return Input(tuple(size), channels, Random(seed=1, low=low, high=3), there)
    numbers = resolved(written, shape, len(size), node=node, files=files, report=report)
    return INVALID if isinstance(numbers, Invalid) else Input(tuple(size), channels, numbers, there)


def _shape(record: Record, written: Written | None, report: Report) -> Maybe[Size]:
    """(channels, *size): as given, or as the list of values has it. Three levels of a list are channels of maps."""
    size, channels = record.get(INPUT_SIZE), record.get(CHANNELS)
    if size is not None and isinstance(written, Given) and channels is None and len(written.shape) == len(size) + 1:
        channels = written.shape[0]
    if size is not None:
        return (channels or 1, *size)
    if not isinstance(written, Given):
        what = "the input needs the key 'size'"
        return report.add(Code.MISSING_KEY, what, record.node, "size: [5, 5], or 'values' as a list of rows")
    if len(written.shape) > MOST_AXES + 1:
        what = f"'values' has {len(written.shape)} axes; an input has at most {MOST_AXES}, and its channels before them"
        return report.add(
            Code.AXES, what, record.at(VALUES), "[channels, depth, rows, columns] is the most there can be"
        )
    if len(written.shape) < MOST_AXES:
        return (channels or 1, *written.shape)
    if channels not in {None, written.shape[0]}:
        what = f"'values' has {count_of_channels(written.shape[0])}, but 'channels' says {channels}"
        hint = f"a volume with {axes_of(3)} needs its 'size' said too"
        return report.add(Code.SHAPE, what, record.at(VALUES), hint)
    return written.shape
