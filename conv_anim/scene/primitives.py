"""The picture as a value: what a painter paints, and nothing it would have to look up or decide.

Absolute pixels, x to the right and y down, from the upper left corner. Colours are ``#rrggbb``, and all of them cover
what lies below: a colour seen through another is mixed beforehand, so that it comes out exactly. What comes later in a
tuple lies above what comes earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from conv_anim.scene.timeline import Timeline

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line ``width`` pixels wide; ``dash`` is how long it is on and off."""

    color: str
    width: float
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Polygons:
    """Closed shapes, painted as one."""

    rings: tuple[tuple[Point, ...], ...]
    fill: str | None = None
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Boxes:
    """Upright rectangles, aligned to whole pixels; ``radius`` rounds their corners."""

    boxes: tuple[Box, ...]
    fill: str | None = None
    stroke: Stroke | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Open lines through their points; dashes restart with each."""

    lines: tuple[tuple[Point, ...], ...]
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: ``x`` is its start, middle or end, ``y`` its baseline, ``size`` its em in pixels."""

    x: float
    y: float
    text: str
    size: float
    color: str
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    font: str = ""
    """A file that is looked in first; empty for our own font."""


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Cells of many colours, without edges: a picture.

    ``colors`` has three bytes for each cell, row by row. The first cell begins at ``corner``; from a cell to the next
    one it is ``across``, from a row to the next one ``down``. What lies along both axes is aligned to whole pixels.
    """

    rows: int
    columns: int
    colors: bytes
    corner: Point
    across: Point
    down: Point

    @property
    def upright(self) -> bool:
        """Whether its sides are level and upright."""
        return self.across[1] == 0 and self.down[0] == 0

    def at(self, row: float, column: float) -> Point:
        """Where a row and a column begin."""
        x = self.corner[0] + column * self.across[0] + row * self.down[0]
        return x, self.corner[1] + column * self.across[1] + row * self.down[1]

    @property
    def ring(self) -> tuple[Point, ...]:
        """Its outline."""
        rows, columns = self.rows, self.columns
        return self.at(0, 0), self.at(0, columns), self.at(rows, columns), self.at(rows, 0)


Primitive: TypeAlias = Polygons | Boxes | Lines | Text | Mosaic
Items: TypeAlias = tuple[Primitive, ...]


class Frame:
    """What a frame changes: ``kept`` stays in all later frames too, ``shown`` goes with the frame.

    What is shown may be made on demand: a still needs only what earlier frames leave behind.
    """

    def __init__(self, kept: Items = (), shown: Items | Callable[[], Iterable[Primitive]] = ()) -> None:
        self.kept, self._shown = kept, shown

    @cached_property
    def shown(self) -> Items:
        """What goes with the frame."""
        return tuple(self._shown()) if callable(self._shown) else self._shown

    def mapped(self, change: Callable[[Items], Items]) -> Frame:
        """The same with all its items changed."""
        return Frame(change(self.kept), lambda: change(self.shown))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and (self.kept, self.shown) == (other.kept, other.shown)

    def __hash__(self) -> int:
        return hash((self.kept, self.shown))

    def __repr__(self) -> str:
        return f"Frame(kept={self.kept!r}, shown={self.shown!r})"


T = TypeVar("T")


@dataclass(frozen=True)
class Lazy(Sequence[T], Generic[T]):
    """A sequence whose items are made on demand."""

    length: int
    make: Callable[[int], T]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, key: int) -> T:  # type: ignore[override]  # slices are not needed
        return self.make(range(self.length)[key])

    def __iter__(self) -> Iterator[T]:
        return map(self.make, range(self.length))


Side: TypeAlias = Literal["input", "kernel", "output"]


@dataclass(frozen=True, slots=True)
class Spot:
    """An area of the picture that stands for a cell of the input, of the kernel or of the output.

    ``steps`` are those about it; what is ``told`` of it if there is none. ``linked`` are the numbers of the spots that
    it is made of, or that are made of it, and ``names`` their cells; ``same`` are all spots of its own cell. One that
    ``drifts`` lies elsewhere in some steps: by which of the guide's drifts, counted from 1. It ``opens`` one of the
    scene's figures inside, counted from 1.
    """

    side: Side
    name: str
    ring: tuple[Point, ...]
    cell: tuple[int | None, ...] = ()
    """Channel, row, column, …; None for all of them."""
    steps: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    told: str = ""
    drifts: int = 0
    opens: int = 0


@dataclass(frozen=True, slots=True)
class Guide:
    """A picture in words and areas, for those who point at it or listen: what a page needs beside it."""

    lang: str
    phrases: Mapping[str, str]
    told: tuple[str, ...]
    """The narration of each step."""
    spots: tuple[Spot, ...]
    drifts: tuple[tuple[float, ...], ...] = ()
    """How far to the right and down spots that drift lie in each step: two numbers for each way to drift."""


@dataclass(frozen=True)
class Scene:
    """A figure. ``static`` is painted once; times are in milliseconds, ``loop`` 0 means forever."""

    width: int
    height: int
    background: str
    static: Items
    frames: Sequence[Frame]
    step: int
    hold: int
    loop: int
    title: str
    description: str
    """What the figure shows, for those who do not see it."""
    colors: tuple[str, ...] = ()
    """The flat colours that must come out exactly."""
    timeline: Timeline | None = None
    """Which frame is about what; without it every frame is a step."""
    names: Sequence[str] = ()
    """What each step is called."""
    guide: Callable[[], Guide] | None = None
    """Made on demand."""
    insides: Callable[[], tuple[Scene | None, ...]] | None = None
    """Figures of parts, which a page opens; made on demand. None for one that cannot be made."""

    heading: Items = ()
    """Those of what is static that stand above the drawing, once however often it is drawn."""
    head: int = 0
    """The height that they take, in pixels."""
    left_out: tuple[int, int] | None = None
    """How many outputs are shown, and of how many, where some are left out."""
    late: bool = False
    """Whether the first step is one that tells more than the last, and the finished result shows it again."""
    transparent: bool = False
    """Whether the page shows through where nothing is painted but the background."""
    legible: int | None = None
    """Pixels that it would have to be wide for all its texts to be read; None if they can be."""
    resized: Callable[[int], Scene] | None = None
    """The same at another width, where one was requested; else None."""

    @property
    def rests(self) -> Sequence[int]:
        """The frame of each step, in which all of it is shown."""
        return range(len(self.frames)) if self.timeline is None else self.timeline.rests

    @property
    def steps(self) -> list[int]:
        """For every frame the step that it shows or leaves; the finished result belongs to the last one."""
        if self.timeline is None:
            return list(self.rests)
        return [min(moment.step, len(self.rests) - 1) for moment in self.timeline.moments]

    @property
    def poster(self) -> int:
        """The frame that stands for all of them: the last step, with what it reads and makes; or the result."""
        return len(self.frames) - 1 if self.late else self.rests[-1]

    @property
    def between(self) -> bool:
        """Whether there are frames besides those of the steps."""
        return len(self.frames) > len(self.rests)

    def time(self, frame: int) -> int:
        """How long a frame is shown."""
        if self.timeline is not None:
            return self.timeline.moments[frame].time
        return self.hold if frame == len(self.frames) - 1 else self.step


def moved(item: Primitive, dx: float, dy: float) -> Primitive:
    """The same thing elsewhere."""
    match item:
        case Polygons(rings=rings):
            return Polygons(tuple(_moved(ring, dx, dy) for ring in rings), item.fill, item.stroke)
        case Boxes(boxes=boxes):
            there = tuple((x + dx, y + dy, w, h) for x, y, w, h in boxes)
            return Boxes(there, item.fill, item.stroke, item.radius)
        case Lines(lines=lines):
            return Lines(tuple(_moved(line, dx, dy) for line in lines), item.stroke)
        case Text():
            x, y = item.x + dx, item.y + dy
            return Text(x, y, item.text, item.size, item.color, item.anchor, item.bold, item.font)
        case Mosaic():
            return replace(item, corner=(item.corner[0] + dx, item.corner[1] + dy))


def _moved(points: tuple[Point, ...], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


def corners(box: Box) -> tuple[Point, ...]:
    """The corners of a box, in the order of its outline."""
    x, y, width, height = box
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def closed(ring: Sequence[Point]) -> tuple[Point, ...]:
    """A ring as a line that ends where it began."""
    return (*ring, ring[0])


def shrunk(box: Box, by: float) -> Box:
    """A box inside another one, so far from all of its edges."""
    x, y, width, height = box
    return x + by, y + by, width - 2 * by, height - 2 * by


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them."""
    boxes = list(boxes)
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top
