"""Models of Ultralytics in their YAML: rows ``[from, number, module, args]`` below ``backbone`` and ``head``.

As ``parse_model`` of YOLOv5 and of ultralytics reads them, by the file's contents; nothing of it is run.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.spec.document import parsed
from conv_anim.spec.nodes import Entries, Items, shown
from conv_anim.spec.yaml_text import value
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.spec.nodes import Node

LARGEST = 1_000_000
"""Bytes of a file."""
LARGEST_MULTIPLE = 100
"""The largest multiple of depth and of width."""
SECTIONS = ("backbone", "head")
WORDS = {"None": None, "True": True, "False": False}
SIZED = {"Conv", "DWConv", "Bottleneck", "C2f", "C3", "SPP", "SPPF", "Classify", "nn.ConvTranspose2d"}
"""Modules whose first argument is how many channels they make, before the width multiple."""
REPEATING = {"C2f", "C3"}
"""Modules that repeat what is inside of them, and are there once."""
WRITTEN = "a row is [from, number, module, args], as in [-1, 3, C2f, [128, True]]"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file with its multiples taken in: what it reads are numbers of rows, −1 is the input."""

    number: int
    reads: tuple[int, ...]
    count: int
    module: str
    args: tuple[Any, ...]
    node: Node

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """What is wrong with it, at its place."""
        return SpecError([Problem(code, f"row {self.number}: {message}", self.node.path, self.node.span, hint)])


@dataclass(frozen=True, slots=True)
class YoloFile:
    """A model: its rows, the channels of its input, its classes; ``anchors`` of each scale are those of YOLOv5."""

    rows: tuple[Row, ...]
    channels: int
    classes: int
    anchors: int | None
    activation: str
    notes: tuple[str, ...]


def is_yolo(path: Path) -> bool:
    """Whether a file is YAML with a backbone and a head, and no spec."""
    try:
        data = opening.content(path, LARGEST)
        root = None if data is None else parsed(Source(str(path), data.decode("utf-8-sig")))
    except (OSError, opening.NoFileError, UnicodeDecodeError, SpecError):
        return False
    return isinstance(root, Entries) and set(SECTIONS) <= set(root.keys)


def read(path: Path, names: Names) -> YoloFile:
    """The model in a file; ``names`` may say which of its scales is meant, and other values. Raises SpecError."""
    data = opening.content(path, LARGEST)
    assert data is not None
    return of_text(Source(str(path), data.decode("utf-8-sig")), names)


def of_text(source: Source, names: Names) -> YoloFile:
    """The model that a text is. Raises SpecError."""
    root = parsed(source)
    assert isinstance(root, Entries)
    said = {**{key: value(node) for key, node in zip(root.keys, _nodes(root), strict=True)}, **names}
    depth, width, most, notes = _multiples(said, root)
    classes, channels = _whole(root, said, "nc", 80), _whole(root, said, "ch", _whole(root, said, "channels", 3))
    anchors = _anchors(said.get("anchors"))
    made = _Rows(depth, width, most, anchors * (classes + 5) if anchors else classes, said)
    sections = [root.get(key) for key in SECTIONS]
    for section in sections:
        if not isinstance(section, Items):
            raise SpecError([Problem(Code.WRONG_TYPE, "this is not a list of rows", "", root.span, WRITTEN)])
    listed = [node for section in sections if isinstance(section, Items) for node in section.items]
    rows = tuple(made.row(k, node) for k, node in enumerate(listed))
    if not rows:
        raise SpecError([Problem(Code.EMPTY, "the backbone and the head have no rows", "", root.span, WRITTEN)])
    return YoloFile(rows, channels, classes, anchors, _activation(said.get("activation")), notes)


def _nodes(root: Entries) -> list[Node]:
    return [node for _, node in root.entries]


def _multiples(said: dict[str, Any], root: Entries) -> tuple[float, float, float, tuple[str, ...]]:
    """Of depth and width, the most channels before that of width, and which scale was taken. Raises SpecError."""
    scales = said.get("scales")
    if not isinstance(scales, dict) or not scales:
        depth, width = (said.get(f"{key}_multiple", 1.0) for key in ("depth", "width"))
        return *_numbers((depth, width, float("inf")), root, "depth_multiple and width_multiple"), ()
    wanted = said.get("scale")
    name = str(wanted) if wanted else next(iter(scales))
    if name not in scales:
        known = ", ".join(scales)
        raise SpecError([Problem(Code.UNKNOWN_NAME, f"there is no scale '{name}'", "scales", hint=f"known: {known}")])
    note = f"the model has scale {name}; --let scale={list(scales)[-1]} asks for another"
    numbers = scales[name] if isinstance(scales[name], list) else ()
    return *_numbers((*numbers, float("inf"))[:3], root, f"scales.{name}"), () if wanted else (note,)


def _numbers(given: tuple[Any, ...], root: Entries, name: str) -> tuple[float, float, float]:
    if len(given) != 3 or not all(isinstance(n, int | float) and not isinstance(n, bool) and n > 0 for n in given):
        what = f"{name} must be positive numbers: of depth, of width, and the most channels"
        raise SpecError([Problem(Code.WRONG_TYPE, what, name, root.span)])
    if max(given[:2]) > LARGEST_MULTIPLE:
        what = f"multiples of depth and width are at most {LARGEST_MULTIPLE}"
        raise SpecError([Problem(Code.OUT_OF_RANGE, what, name, root.span)])
    return given[0], given[1], given[2]


def _whole(root: Entries, said: dict[str, Any], key: str, default: int) -> int:
    found = said.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= 100_000:
        span = next((node.span for name, node in root.entries if name.value == key), None)
        raise SpecError([Problem(Code.WRONG_TYPE, f"'{key}' must be a whole number from 1", key, span)])
    return found


def _anchors(given: Any) -> int | None:
    """How many anchors each scale has."""
    if isinstance(given, list) and given and isinstance(given[0], list):
        return len(given[0]) // 2
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else None


def _activation(given: Any) -> str:
    """The class of all activations: ``nn.LeakyReLU(0.1)`` is LeakyReLU."""
    return "SiLU" if not isinstance(given, str) else given.partition("(")[0].rpartition(".")[2] or "SiLU"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes rows of what the file says."""

    depth: float
    width: float
    most: float
    kept: int
    """A number of channels that the width multiple leaves alone."""
    said: dict[str, Any]

    def row(self, number: int, node: Node) -> Row:
        given = value(node)
        whole = isinstance(given, list) and len(given) == 4 and isinstance(given[3], list)
        if not whole or not isinstance(given[2], str) or not _counts(given[1]):
            what = f"row {number} is {shown(node)}"
            raise SpecError([Problem(Code.WRONG_TYPE, what, node.path, node.span, WRITTEN)])
        reads, count, module, args = given
        row = Row(number, (), 1, module.removeprefix("torch."), tuple(map(self._value, args)), node)
        count = max(round(count * self.depth), 1) if count > 1 else count
        return Row(number, self._reads(row, reads), count, row.module, self._args(row), node)

    def _value(self, given: Any) -> Any:
        """A name as what the file says of it."""
        if isinstance(given, str):
            return WORDS[given] if given in WORDS else self.said.get(given, given)
        return given

    def _reads(self, row: Row, given: Any) -> tuple[int, ...]:
        listed = given if isinstance(given, list) else [given]
        if not listed or not all(isinstance(k, int) and not isinstance(k, bool) for k in listed):
            raise row.problem("what it reads must be numbers of rows", "-1 is the row before it", Code.WRONG_TYPE)
        found = tuple(k if k >= 0 else row.number + k for k in listed)
        for k in found:
            if not -1 <= k < row.number or (k == -1 and row.number > 0):
                raise row.problem(f"it reads row {k}, which is not before it", code=Code.OUT_OF_RANGE)
        return found

    def _args(self, row: Row) -> tuple[Any, ...]:
        if row.module not in SIZED:
            return row.args
        if not row.args or not _counts(row.args[0]):
            raise row.problem("its first argument must be its channels", WRITTEN, Code.WRONG_TYPE)
        channels = row.args[0]
        if channels != self.kept:
            channels = ceil(min(channels, self.most) * self.width / 8) * 8
        return (channels, *row.args[1:])


def _counts(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 100_000
