"""``attention`` from its keys."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.ops.attention import Attention, Matrix
from conv_anim.spec.arrays import FromFile, ValuesKind, read, resolved
from conv_anim.spec.entering import DILATION, LARGEST, divisors, op_type, per_axis, spread
from conv_anim.spec.kinds import INVALID, Invalid, OneOf, Whole
from conv_anim.spec.model import Ends, Given
from conv_anim.spec.records import Field, switch

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from conv_anim.ops.attention import Pattern
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.entering import Entering, PerAxis
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record

WINDOW = Field(
    "window",
    per_axis(1),
    "Cells that each cell looks at: one number, or one per axis. By default all.",
    example=3,
)
Asked: TypeAlias = Literal["sliding", "neighborhood", "partitioned"]
PATTERNS: Final[tuple[Asked, ...]] = ("sliding", "neighborhood", "partitioned")
PATTERN: Field[Asked] = Field(
    "pattern",
    OneOf(
        PATTERNS,
        docs=(
            "A window around each cell, cut off at the border: there, cells see fewer.",
            "A window around each cell that moves inward at the border: every cell sees as many (NATTEN).",
            "The map is cut into windows; cells see those of their own (Swin). 'shift' shifts them.",
        ),
    ),
    "Where the window lies. By default sliding, with 'shift' partitioned.",
    example="neighborhood",
)
SHIFT = Field(
    "shift",
    per_axis(0),
    "How far partitioned windows are shifted, in a circle; a mask keeps apart what only the circle brings together.",
    default=0,
    example=2,
)
CAUSAL = switch("causal", "Whether no cell looks at those after it; for inputs with 1 axis.")
HEADS = Field("heads", Whole(1, LARGEST), "Groups of channels, each with shares of its own.", default=1, example=2)


MADE = {"query": "queries", "key": "keys", "value": "values"}


def _matrix_field(name: str, made: str) -> Field[Written]:
    doc = f"The matrix that makes {made} of channels, a row for each number that it makes; by default the identity."
    return Field(name, ValuesKind(), doc, example=[[1, 0], [0, 1]])


QUERY, KEY, VALUE = (_matrix_field(one, many) for one, many in MADE.items())


def attention(record: Record, entering: Entering) -> Maybe[tuple[Attention, ...]]:
    """The attention for a spec's record; INVALID once its problems are reported."""
    placed = _placed(record, entering)
    matrices = _matrices(record, entering)
    if isinstance(placed, Invalid) or isinstance(matrices, Invalid):
        return INVALID
    query, key, value = matrices
    made = entering.channels if value is None else value.shape[0]
    depth = entering.channels if query is None else query.shape[0]
    if not _heads_fit(record, entering, depth, made):
        return INVALID
    pattern, window, dilation, shift = placed
    ends = Ends(entering.channels, entering.size, made, entering.size)
    causal, heads = record.of(CAUSAL), record.of(HEADS)
    return (Attention(ends, pattern, window, dilation, shift, causal, heads, query, key, value),)


Placed: TypeAlias = "tuple[Pattern, Size, Size, Size]"


def _placed(record: Record, entering: Entering) -> Maybe[Placed]:
    """The window: its pattern, size, dilation and shift."""
    if not _causal_fits(record, entering):
        return INVALID
    asked = record.get(WINDOW)
    if asked is None:
        return _without_window(record, entering)
    sizes = [_spread(record, each, entering) for each in (WINDOW, DILATION, SHIFT)]
    good = [size for size in sizes if not isinstance(size, Invalid)]
    if len(good) < len(sizes):
        return INVALID
    window, dilation, shift = good
    pattern = record.get(PATTERN) or ("partitioned" if record.has(SHIFT) else "sliding")
    checks: dict[Asked, Callable[[Record, Entering, Size, Size, Size], bool]]
    checks = {"sliding": _sliding_fits, "neighborhood": _neighborhood_fits, "partitioned": _partitioned_fits}
    if not _belongs(pattern, record, entering) or not checks[pattern](record, entering, window, dilation, shift):
        return INVALID
    return pattern, window, dilation, shift


def _spread(record: Record, field: Field[PerAxis], entering: Entering) -> Maybe[Size]:
    return spread(record.of(field), record.at(field), entering)


def _causal_fits(record: Record, entering: Entering) -> bool:
    if not record.of(CAUSAL) or entering.axes == 1:
        return True
    what = f"'causal' is for an input with 1 axis, along which time runs; this one has {entering.axes}"
    entering.report.add(Code.AXES, what, record.at(CAUSAL), "leave it out, or take an input like size: [8]")
    return False


def _without_window(record: Record, entering: Entering) -> Maybe[Placed]:
    """Full attention, which takes no window."""
    said: list[tuple[Field[Any], int | None]] = [(PATTERN, None), (DILATION, 1), (SHIFT, 0)]
    for field, idle in said:
        if record.has(field) and record.get(field) != idle:
            what = f"'{field.name}' is about a window, and without 'window' every cell sees all"
            return entering.report.add(Code.MISSING_KEY, what, record.at(field), "add window: 3, or leave it out")
    return "full", (), (), ()


def _belongs(pattern: Asked, record: Record, entering: Entering) -> bool:
    """Whether keys are given only for the pattern that they are of."""
    report = entering.report
    if record.has(SHIFT) and pattern != "partitioned":
        what = f"'shift' is for partitioned windows; {pattern} windows lie around each cell"
        report.add(Code.EXCLUSIVE_KEYS, what, record.at(SHIFT), "pattern: partitioned, or leave 'shift' out")
        return False
    if pattern == "partitioned" and record.has(DILATION) and record.of(DILATION) != 1:
        what = "'dilation' is for windows around each cell; those of a partition have no gaps"
        report.add(Code.EXCLUSIVE_KEYS, what, record.at(DILATION), "pattern: sliding, or leave 'dilation' out")
        return False
    if pattern == "neighborhood" and record.of(CAUSAL):
        what = "a causal window cannot move inward at the start: there, it would see cells that come later"
        report.add(Code.EXCLUSIVE_KEYS, what, record.at(CAUSAL), "pattern: sliding, whose window is cut off there")
        return False
    return True


def _sliding_fits(*_: object) -> bool:
    """What lies beyond the border is cut off."""
    return True


def _neighborhood_fits(record: Record, entering: Entering, window: Size, dilation: Size, _shift: Size) -> bool:
    def wrong(size: int, cells: int, d: int) -> str | None:
        apart = "" if d == 1 else f" that stand {d} apart"
        what = f"a neighborhood of {cells} cells{apart} takes at least {cells * d}; the input has {size}"
        return what if cells * d > size else None

    hint = "a smaller window or dilation, or a larger input; pattern: sliding cuts it off"
    found = map(wrong, entering.size, window, dilation)
    return entering.complain(Code.DOES_NOT_FIT, found, record.at(WINDOW), hint)


def _partitioned_fits(record: Record, entering: Entering, window: Size, _dilation: Size, shift: Size) -> bool:
    uneven = (
        f"windows of {cells} cells do not divide the input's {size} evenly" if size % cells else None
        for size, cells in zip(entering.size, window, strict=True)
    )
    hint = f"windows that do: {divisors(gcd(*entering.size))}; or a 'pad' layer before"
    if not entering.complain(Code.DOES_NOT_FIT, uneven, record.at(WINDOW), hint):
        return False
    wide = (
        f"a shift of {far} is not less than the window's {cells} cells" if far >= cells else None
        for far, cells in zip(shift, window, strict=True)
    )
    return entering.complain(Code.OUT_OF_RANGE, wide, record.at(SHIFT), "half a window is usual; 0 is none")


# matrices

Matrices: TypeAlias = "tuple[Matrix | None, Matrix | None, Matrix | None]"


def _matrices(record: Record, entering: Entering) -> Maybe[Matrices]:
    """Those of queries, keys and values; queries and keys have as many numbers."""
    found = [_matrix(record, field, entering) for field in (QUERY, KEY, VALUE)]
    good = [matrix for matrix in found if not isinstance(matrix, Invalid)]
    if len(good) < len(found):
        return INVALID
    query, key, value = good
    made = [entering.channels if each is None else each.shape[0] for each in (query, key)]
    if made[0] != made[1]:
        what = f"a query has {made[0]} number{'s' * (made[0] > 1)} and a key {made[1]}: their product needs as many"
        at = record.at(KEY if query is None else QUERY)
        return entering.report.add(Code.SHAPE, what, at, "give 'query' and 'key' the same number of rows")
    return query, key, value


def _matrix(record: Record, field: Field[Written], entering: Entering) -> Maybe[Matrix | None]:
    written, node = record.get(field), record.at(field)
    if written is None:
        return None
    values = read(written, node, entering.files, entering.report) if isinstance(written, FromFile) else written
    if isinstance(values, Invalid):
        return INVALID
    count = entering.channels
    if not isinstance(values, Given):
        drawn = resolved(values, (count, count), 0, node=node, files=entering.files, report=entering.report)
        return INVALID if isinstance(drawn, Invalid) else Matrix((count, count), drawn)
    if len(values.shape) == 2 and values.shape[1] == count:
        return Matrix((values.shape[0], count), values)
    shape = "x".join(map(str, values.shape))
    what = f"'{field.name}' has the shape {shape}, but rows of {count} are needed, one number for each channel"
    return entering.report.add(Code.SHAPE, what, node, "a list of rows, one for each number that is made")


def _heads_fit(record: Record, entering: Entering, depth: int, made: int) -> bool:
    heads = record.of(HEADS)
    for count, what in ((depth, "numbers of a query"), (made, "numbers of a value")):
        if count % heads:
            said = f"{heads} heads do not divide the {count} {what} evenly"
            entering.report.add(Code.GROUPS, said, record.at(HEADS), f"heads that do: {divisors(count)}")
            return False
    return True


TYPES = op_type(
    "attention",
    "A mean of the cells that each cell sees, with shares that depend on the numbers: softmax(q·k / √d).",
    attention,
    (WINDOW, PATTERN, DILATION, SHIFT, CAUSAL, HEADS, QUERY, KEY, VALUE),
)
