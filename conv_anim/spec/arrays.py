"""Arrays in a spec: nested lists, files, named kernels, and numbers that are counted up or drawn."""

from __future__ import annotations

from math import comb, prod
from typing import TYPE_CHECKING, Protocol, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.limits import Asked
from conv_anim.spec.kinds import INVALID, LARGEST, Invalid, Real, Text, Whole, subject
from conv_anim.spec.model import Arange, Given, Random
from conv_anim.spec.nodes import Entries, Items, Scalar, finite, is_list, is_mapping, shown
from conv_anim.spec.records import Field, Object
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.model import Number, Size, Values
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record


@dataclass(frozen=True, slots=True)
class FromFile:
    """A file of numbers, named relative to the spec."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A kernel known by its name."""

    name: str


Written: TypeAlias = Given | Arange | Random | FromFile | Named


class DataFileError(Exception):
    """A file of numbers cannot be had; ``hint`` is the way out, ``asked`` what it has too much of."""

    def __init__(self, message: str, hint: str | None = None, *, asked: Asked | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.asked = asked


class Files(Protocol):
    """Reads the files that a spec names."""

    def __call__(self, name: str) -> Given:
        """The numbers of a file named relative to the spec. Raises DataFileError."""
        ...


SEED = Field("seed", Whole(0, 2**32 - 1), "The same seed gives the same numbers, everywhere.", default=0, example=7)
LOW: Field[int | float] = Field("low", Real(), "The smallest number that can be drawn.", default=0, example=-3)
HIGH: Field[int | float] = Field(
    "high", Real(), "The largest; with two whole bounds only whole numbers are drawn.", default=3, example=9
)
RANDOM = Object("random", (SEED, LOW, HIGH))

DRAWN = Field("random", RANDOM, "Numbers drawn at random, the same ones every time.", example={"low": 0, "high": 9})
FILE = Field(
    "file", Text("a file name"), "A .npy, .csv, .png or .jpg file, relative to the spec.", example="numbers.npy"
)
SOURCES = Object("a mapping of values", (DRAWN, FILE))


FORMS = {
    "random": "numbers drawn at random: random: {low: 0, high: 9}",
    "file": "numbers of a file: file: NAME.npy, .csv, .png or .jpg",
    "zeros": "a list of zeros, or random: {low: 0, high: 0}",
}
"""Names to use for words that are not names."""


@dataclass(frozen=True, slots=True)
class ValuesKind:
    """``arange``, a nested list, ``random: {…}``, ``file: …``, and for a weight the name of a kernel."""

    kernels: bool = False

    @property
    def table(self) -> Object:
        """The keys of a mapping of values."""
        return SOURCES

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are allowed here."""
        return ("arange", *KERNELS) if self.kernels else ("arange",)

    @property
    def expected(self) -> str:
        named = "the name of a kernel, " if self.kernels else ""
        return f"a nested list of numbers, arange, {named}random: {{seed, low, high}} or file: NAME"

    def decode(self, node: Node, report: Report) -> Maybe[Written]:
        if is_list(node):
            return given(node, report)
        if is_mapping(node):
            return self._mapping(node, report)
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return report.wrong(node, self.expected)
        if node.value not in self.names:
            from conv_anim.spec import hints, near_misses

            hint = FORMS.get(node.value) or hints.rows(node.value) or near_misses.unknown_name(node.value, self.names)
            return report.add(Code.UNKNOWN_NAME, f"{subject(node)} does not know the name {shown(node)}", node, hint)
        return Arange() if node.value == "arange" else Named(node.value)

    def _mapping(self, node: Node, report: Report) -> Maybe[Written]:
        record = SOURCES.decode(node, report)
        return INVALID if isinstance(record, Invalid) else report.attempt(lambda: _source(record, report))

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{'weight' if self.kernels else 'values'}"}

    def definition(self) -> Schema:
        """The definition behind the schema's reference."""
        nested: Schema = {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "array"}]}, "minItems": 1}
        return {"anyOf": [{"enum": list(self.names)}, nested, SOURCES.schema()]}


def _source(record: Record, report: Report) -> Maybe[Written]:
    """Where the numbers of a mapping come from. Raises SkippedError."""
    drawn, file = record.get(DRAWN), record.get(FILE)
    if (drawn is None) == (file is None):
        what = f"{subject(record.node)} takes one of the keys 'random' and 'file'"
        hint = "random: {low: 0, high: 9}, or file: numbers.npy"
        return report.add(Code.EXCLUSIVE_KEYS, what, record.node, hint)
    if file is not None:
        return FromFile(file)
    assert drawn is not None
    low, high = drawn.of(LOW), drawn.of(HIGH)
    if low > high:
        what = f"'low' is {low}, which is more than 'high', {high}"
        return report.add(Code.OUT_OF_RANGE, what, drawn.at(LOW), "the smaller one is 'low'")
    return Random(drawn.of(SEED), low, high)


def given(node: Node, report: Report) -> Maybe[Given]:
    """A nested list: every list at one depth has the same length, and numbers stand at the bottom only."""
    shape: list[int] = []
    level: Node = node
    while isinstance(level, Items):
        if not level.items:
            return report.wrong(level, "a list of numbers or of lists")
        shape.append(len(level.items))
        level = level.items[0]
    numbers: list[Number] = []
    ok = _gather(node, tuple(shape), numbers, report)
    return Given(tuple(shape), tuple(numbers)) if ok else INVALID


def _gather(node: Node, shape: Size, numbers: list[Number], report: Report) -> bool:
    if not shape:
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            if finite(node.value) and abs(node.value) < LARGEST:
                numbers.append(node.value)
                return True
            report.add(Code.OUT_OF_RANGE, f"{shown(node)} cannot be drawn: it must lie within ±2⁵³", node)
            return False
        if isinstance(node, Scalar):
            report.wrong(node, "a number")
        else:
            report.add(Code.RAGGED, f"{shown(node)} is where its neighbours are numbers", node)
        return False
    if not isinstance(node, Items) or len(node.items) != shape[0]:
        what = f"{shown(node)} is where its neighbours are lists of {shape[0]}"
        report.add(Code.RAGGED, what, node, "every row has the same number of entries")
        return False
    good = [_gather(item, shape[1:], numbers, report) for item in node.items]
    return all(good)


# named kernels


def _box(size: Size) -> list[Number]:
    return [1 / prod(size)] * prod(size)


def _ones(size: Size) -> list[Number]:
    return [1] * prod(size)


def _outer(rows: list[int], columns: list[int]) -> list[Number]:
    return [r * c for r in rows for c in columns]


def _gaussian(size: Size) -> list[Number]:
    """Binomial coefficients along each axis, divided by their sum."""
    weights: list[Number] = [1]
    for k in size:
        weights = [w * comb(k - 1, i) for w in weights for i in range(k)]
    return [w / 2 ** sum(k - 1 for k in size) for w in weights]


def _identity(size: Size) -> list[Number]:
    """1 in the middle: a convolution with it changes nothing."""
    numbers: list[Number] = [0] * prod(size)
    middle = 0
    for k in size:
        middle = middle * k + (k - 1) // 2
    numbers[middle] = 1
    return numbers


THREE: tuple[int, ...] = (3, 3)
KERNELS: dict[str, tuple[Size | None, Callable[[Size], list[Number]]]] = {
    "box": (None, _box),
    "ones": (None, _ones),
    "gaussian": (None, _gaussian),
    "identity": (None, _identity),
    "sobel_x": (THREE, lambda _: _outer([1, 2, 1], [-1, 0, 1])),
    "sobel_y": (THREE, lambda _: _outer([-1, 0, 1], [1, 2, 1])),
    "prewitt_x": (THREE, lambda _: _outer([1, 1, 1], [-1, 0, 1])),
    "prewitt_y": (THREE, lambda _: _outer([-1, 0, 1], [1, 1, 1])),
    "laplacian": (THREE, lambda _: [0, 1, 0, 1, -4, 1, 0, 1, 0]),
    "sharpen": (THREE, lambda _: [0, -1, 0, -1, 5, -1, 0, -1, 0]),
    "emboss": (THREE, lambda _: [-2, -1, 0, -1, 1, 1, 0, 1, 2]),
}
"""By name: the only size that it has (None: any), and its numbers in row-major order. They are weights as a layer
applies them, without a flip (cross-correlation)."""


def named(kernel: Named, size: Size, node: Node, report: Report) -> Maybe[Given]:
    """A named kernel as numbers of a size, or INVALID after it was reported that it has none."""
    only, numbers = KERNELS[kernel.name]
    if only is not None and only != size:
        sizes = ["x".join(map(str, one)) for one in (only, size)]
        what = f"the kernel '{kernel.name}' is {sizes[0]}, but the kernel size is {sizes[1]}"
        return report.add(Code.SHAPE, what, node, "leave 'kernel_size' out, or give the weights as a list")
    asked = Asked("cells", prod(size), f"this kernel has {prod(size):,} cells", "a smaller kernel shows the same")
    if report.too_large(asked, node):
        return INVALID
    return Given(size, tuple(numbers(size)))


def resolved(written: Written, shape: Size, axes: int, *, node: Node, files: Files, report: Report) -> Maybe[Values]:
    """The values of an array of a shape whose last ``axes`` dimensions are spatial.

    What is given has the whole shape or that of the spatial axes; then every channel gets the same.
    """
    spatial = shape[len(shape) - axes :]
    match written:
        case Named():
            return named(written, spatial, node, report)
        case FromFile():
            values = read(written, node, files, report)
            return values if isinstance(values, Invalid) else _fitting(values, shape, axes, node, report)
        case Given():
            return _fitting(written, shape, axes, node, report)
        case _:
            return written


def _fitting(values: Given, shape: Size, axes: int, node: Node, report: Report) -> Maybe[Given]:
    spatial = shape[len(shape) - axes :]
    if values.shape in {shape, spatial}:
        return values
    wanted = " or ".join(dict.fromkeys("x".join(map(str, size)) for size in (spatial, shape)))
    what = f"{subject(node)} has the shape {'x'.join(map(str, values.shape))}, but {wanted} is needed"
    hint = f"lists of the shape {'x'.join(map(str, spatial))} stand for every channel; or leave out what says the size"
    return report.add(Code.SHAPE, what, node, hint)


def read(written: FromFile, node: Node, files: Files, report: Report) -> Maybe[Given]:
    """The numbers of a file; the problem stands where its name does."""
    where = node.get("file") if isinstance(node, Entries) else None
    try:
        return files(written.name)
    except DataFileError as error:
        if error.asked is not None and report.too_large(error.asked, where or node):
            return INVALID
        return report.add(Code.DATA_FILE, str(error), where or node, error.hint)
