"""Layout as an algebra: panels that know their size, the line they stand on and their anchors, and how they compose.

A panel is drawings at places. Composing adds places up and touches no drawing: `drawn` moves each once, however deep it
lies, and has all of them run in step. Places are exact until then; a drawing comes to stand on whole pixels, unless it
is only of letters, which need none. So composing is associative, and what stood on pixels stays on them.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from math import floor
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from conv_anim.scene.drawing import Drawing, together
from conv_anim.scene.fit import joined
from conv_anim.scene.primitives import Lazy
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Sized

    from conv_anim.scene.fit import Fit
    from conv_anim.scene.hit_regions import HitRegion, Turn
    from conv_anim.scene.primitives import Frame, Items, Point
    from conv_anim.scene.timeline import Phase

Along: TypeAlias = Literal["start", "middle", "end"]
Across: TypeAlias = Literal["start", "middle", "end", "baseline"]


@dataclass(frozen=True, slots=True)
class Part:
    """A drawing with its origin at a place."""

    drawing: Drawing
    x: float
    y: float

    def moved(self, dx: float, dy: float) -> Part:
        """The same, so many pixels to the right and down."""
        return Part(self.drawing, self.x + dx, self.y + dy)

    def placed(self) -> Drawing:
        """The drawing at its place, on whole pixels unless it is lettering."""
        if self.drawing.lettering:
            return self.drawing.moved(self.x, self.y)
        # halves all go one way: else figures side by side are a pixel apart
        return self.drawing.moved(floor(self.x + 0.5), floor(self.y + 0.5))


@dataclass(frozen=True)
class Panel:
    """Drawings in a box of ``width`` by ``height`` pixels; it stands on a line ``baseline`` below its top."""

    width: float
    height: float
    parts: tuple[Part, ...] = ()
    baseline: float = 0.0
    anchors: Mapping[str, Point] = field(default_factory=dict)
    """Places to hold on to, by their names."""
    fit: Fit | None = None
    """The size of its cells, if others may have to be as large."""

    @cached_property
    def drawn(self) -> Drawing:
        """All of it as one drawing, in step."""
        return together([part.placed() for part in self.parts])

    @property
    def static(self) -> Items:
        """What does not change."""
        return self.drawn.static

    @property
    def frames(self) -> Sequence[Frame]:
        """What its steps change."""
        return self.drawn.frames


EMPTY = Panel(0.0, 0.0)


class Animated(Protocol):
    """What a view draws of a trace: what stays, what each step changes, and what its regions and steps are about."""

    @property
    def steps(self) -> Sized:
        """One for each frame."""
        ...

    def static(self) -> Items:
        """What does not change."""
        ...

    def frame(self, k: int, /) -> Frame:
        """What step ``k``, counted from 0, adds and shows."""
        ...

    def hit_regions(self) -> Iterable[HitRegion]:
        """Where a pointer meets which cell."""
        ...

    def turn(self, k: int, /) -> Turn | None:
        """The cell that step ``k`` computes; None if it computes none."""
        ...


@runtime_checkable
class Finishing(Protocol):
    """A view that knows how its result looks when the last step is over."""

    def finished(self) -> Frame:
        """What the last step leaves, and what is shown with it."""
        ...


@runtime_checkable
class Phased(Protocol):
    """A view that can show a step in parts: what it shows of each, and how far along that is."""

    @property
    def phases(self) -> frozenset[Phase]:
        """The phases that it can show."""
        ...

    def during(self, step: int, phase: Phase, share: float, /) -> Items:
        """What is shown in a phase of a step, as far as it is along."""
        ...


def animated(
    view: Animated, width: float, height: float, *, baseline: float | None = None, fit: Fit | None = None
) -> Panel:
    """The panel of something that goes through its steps; it stands on its middle if nothing else is said."""
    return replace(panel(drawing(view), width, height, baseline=baseline), fit=fit)


def drawing(view: Animated) -> Drawing:
    """What a view draws, with the parts of its steps and its end, if it knows them."""
    count = len(view.steps)
    return Drawing(
        view.static(),
        Lazy(count, view.frame),
        view.during if isinstance(view, Phased) else None,
        view.phases if isinstance(view, Phased) else frozenset(),
        view.finished if isinstance(view, Finishing) else None,
        view.hit_regions,
        (Lazy(count, view.turn),),
        outputs=getattr(view.steps, "total", count),
        stages=getattr(view.steps, "stages", (0,)),
    )


def panel(drawing: Drawing, width: float, height: float, *, baseline: float | None = None) -> Panel:
    """A drawing from its own origin."""
    return Panel(width, height, (Part(drawing, 0.0, 0.0),), height / 2 if baseline is None else baseline)


def static(items: Items, width: float, height: float, *, baseline: float | None = None) -> Panel:
    """What does not move."""
    return panel(Drawing(items), width, height, baseline=baseline)


def space(width: float = 0.0, height: float = 0.0) -> Panel:
    """Room without anything in it."""
    return Panel(width, height)


# one panel


def moved(one: Panel, dx: float, dy: float) -> Panel:
    """The same size with all that is in it elsewhere."""
    anchors = {name: (x + dx, y + dy) for name, (x, y) in one.anchors.items()}
    parts = tuple(part.moved(dx, dy) for part in one.parts)
    return replace(one, parts=parts, baseline=one.baseline + dy, anchors=anchors)


def pad(one: Panel, *, left: float = 0.0, top: float = 0.0, right: float = 0.0, bottom: float = 0.0) -> Panel:
    """With room around it."""
    width, height = left + one.width + right, top + one.height + bottom
    return replace(moved(one, left, top), width=width, height=height)


def align(one: Panel, width: float, height: float, *, across: Along = "middle", down: Along = "start") -> Panel:
    """In a box that is no smaller than so large, on whole pixels."""
    full = max(one.width, width), max(one.height, height)
    there = moved(one, round(_spare(full[0] - one.width, across)), round(_spare(full[1] - one.height, down)))
    return replace(there, width=full[0], height=full[1])


def anchored(one: Panel, **anchors: Point) -> Panel:
    """With more places to hold on to."""
    return replace(one, anchors={**one.anchors, **anchors})


def of_figure(one: Panel, number: int) -> Panel:
    """With hit regions and turns that are about the trace of a number."""
    parts = tuple(replace(part, drawing=part.drawing.of_figure(number)) for part in one.parts)
    return replace(one, parts=parts)


def as_one(panel: Panel) -> Panel:
    """The same as one drawing, which comes to stand on whole pixels as a whole."""
    return replace(panel, parts=(Part(replace(panel.drawn, lettering=False), 0.0, 0.0),))


def _spare(room: float, where: Across) -> float:
    """What of some room lies before a panel."""
    return {"start": 0.0, "middle": room / 2, "end": room, "baseline": 0.0}[where]


# several panels


def over(*panels: Panel) -> Panel:
    """One on the other with their left upper corners together, the last on top; it stands as the first does."""
    there = _present(panels)
    if not there:
        return EMPTY
    anchors = {name: at for one in reversed(there) for name, at in one.anchors.items()}
    width, height = max(one.width for one in there), max(one.height for one in there)
    parts = tuple(part for one in there for part in one.parts)
    return Panel(width, height, parts, there[0].baseline, anchors, joined(one.fit for one in there))


def row(*panels: Panel, gap: float = 0.0, align: Across = "baseline") -> Panel:
    """From left to right, all standing on one line, or with tops, middles or bottoms at one height."""
    there = _present(panels)
    lefts = accumulate((one.width + gap for one in there[:-1]), initial=0.0)
    line = max((one.baseline for one in there), default=0.0)
    highest = max((one.height for one in there), default=0.0)
    tops = [line - one.baseline if align == "baseline" else _spare(highest - one.height, align) for one in there]
    return over(*(pad(one, left=x, top=y) for one, x, y in zip(there, lefts, tops, strict=False)))


def column(*panels: Panel, gap: float = 0.0, align: Along = "start") -> Panel:
    """From top to bottom, with left edges, middles or right edges below each other; it stands as the first does."""
    there = _present(panels)
    tops = accumulate((one.height + gap for one in there[:-1]), initial=0.0)
    widest = max((one.width for one in there), default=0.0)
    lefts = [_spare(widest - one.width, align) for one in there]
    return over(*(pad(one, left=x, top=y) for one, x, y in zip(there, lefts, tops, strict=False)))


def table(rows: Sequence[Sequence[Panel]], *, across: float, down: float, align: Along = "start") -> Panel:
    """Rows whose columns are as wide as the widest panel in them; in each row all stand on one line."""
    widths = [max(one.width for one in each) for each in zip(*rows, strict=True)]
    lines = [[_wide(one, width, align) for one, width in zip(each, widths, strict=True)] for each in rows]
    return column(*(row(*line, gap=across) for line in lines), gap=down)


def flow(panels: Iterable[Panel], width: float, *, across: float, down: float) -> Panel:
    """Rows from left to right, a new one begun where one would be wider than ``width``."""
    rows: list[list[Panel]] = []
    x = 0.0
    for one in panels:
        if not rows or x + one.width > width:
            rows.append([])
            x = 0.0
        rows[-1].append(one)
        x += one.width + across
    return column(*(row(*line, gap=across, align="start") for line in rows), gap=down)


def _wide(one: Panel, width: float, where: Along) -> Panel:
    return align(one, width, 0.0, across=where)


def _present(panels: Sequence[Panel]) -> list[Panel]:
    """Without those that are nothing."""
    return [one for one in panels if one != EMPTY]
