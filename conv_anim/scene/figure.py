"""A whole figure: the view's panel, with what is written below it, in a frame of the size that the spec asks for."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.assembly.marked_terms import begins_late
from conv_anim.scene.assembly.page import page_of
from conv_anim.scene.primitives import Lazy, Scene, Text
from conv_anim.scene.style import SMALLEST, Style
from conv_anim.scene.timeline import timeline
from conv_anim.scene.wording.captions import description
from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import FigureSize
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.drawing import Drawing
    from conv_anim.scene.primitives import Frame, Guide, Items
    from conv_anim.scene.style import Font
    from conv_anim.spec.model import Spec
    from conv_anim.tracing.trace import Trace


TOLERANCE = 0.02
"""By how much a scale may be off, because lengths round."""
MOST_TRIED = 20
"""Widths that are tried to find one from which a figure can be read."""
LEAST = 0.05
"""The smallest scale that is tried to make a figure narrow."""
USEFUL = 0.4
"""The scale from which maps can be seen: rather than be smaller, a figure has smaller texts, and a note says so."""
SMALLER = (8.0, 7.0, 6.0, 5.0, 0.0)
"""Pixels of the smallest text of such a figure, tried one after the other."""
LEGIBLE = 0.75
"""The scale from which all texts can be read: figures side by side that are smaller stand below each other."""


class TooNarrowError(Exception):
    """A figure cannot be as narrow as its spec wants it; ``narrowest`` is how narrow it can be, in pixels."""

    def __init__(self, narrowest: int) -> None:
        super().__init__(f"this figure cannot be narrower than {narrowest} pixels")
        self.narrowest = narrowest


def scene(trace: Trace, font: Font) -> Scene:
    """The picture of a trace, in its spec's view, theme and size. Raises TooNarrowError."""
    return scene_of(trace.spec, [trace], font)


def scene_of(spec: Spec, traces: Sequence[Trace], font: Font) -> Scene:
    """The picture of a spec, given the traces of its figures. Raises TooNarrowError."""
    figure = Figure(spec, traces, font)
    if spec.size.width is None:
        return figure.scene(spec.size.scale or 1.0, None)
    drawn = figure.fitted(spec.size.width)

    def resized(width: int) -> Scene:
        return replace(figure, spec=replace(spec, size=FigureSize(width))).fitted(width)

    return replace(drawn, resized=resized)


@dataclass(frozen=True)
class Figure:
    """A spec with the traces of its figures, to be drawn at a scale, with a number of them side by side."""

    spec: Spec
    traces: Sequence[Trace]
    font: Font

    smallest: float = SMALLEST
    """Pixels of the em of the smallest text."""

    room: int | None = None
    """Pixels that it may take, where its maps go on below each other for that."""

    def fitted(self, width: int) -> Scene:
        """All of it, within a width in pixels, with readable texts and visible maps if possible.

        Raises TooNarrowError.
        """
        found = self.fitting(width)
        if found is None or found[0] < LEGIBLE:
            stacked = self._stacking(width, found)
            if stacked is not None:
                return stacked
        if found is not None and found[0] >= USEFUL - TOLERANCE:
            return self.scene(*found)
        return self._too_small(width, found)

    def _stacking(self, width: int, beside: tuple[float, int] | None) -> Scene | None:
        """With its maps below each other, if these can be seen better so than beside each other."""
        stacked = replace(self, room=width)
        found = stacked.fitting(width)
        if found is None or found[0] < USEFUL or (beside is not None and found[0] <= beside[0] + TOLERANCE):
            return None
        return stacked.scene(min(1.0, found[0]), found[1])

    def _too_small(self, width: int, found: tuple[float, int] | None) -> Scene:
        """With texts as small as it takes, and a note that says so. Raises TooNarrowError."""
        small, least = self._smaller(width)
        if least is None:
            raise TooNarrowError(small.taken(LEAST, 1))
        if found is not None and least[0] <= found[0] + TOLERANCE:
            return self.scene(*found)
        return replace(small.scene(*least), legible=self._legible(width))

    def _legible(self, width: int) -> int:
        """From which width on, more than this one, all can be read and seen: layouts jump as they grow."""
        wide = max(width + 1, self.taken(USEFUL, 1))
        for _ in range(MOST_TRIED):
            if self.reaches(USEFUL - TOLERANCE, wide):
                break
            wide = ceil(1.05 * wide)
        return wide

    def _smaller(self, width: int) -> tuple[Figure, tuple[float, int] | None]:
        """With texts so small that its maps can be seen; else with the smallest, if it can be as narrow at all."""
        for smallest in SMALLER:
            small = replace(self, smallest=smallest)
            if small.reaches(USEFUL, width):
                break
        return small, small.fitting(width)

    def reaches(self, scale: float, width: int) -> bool:
        """Whether it fits at a scale at which texts cannot be read yet, or at a larger one; sooner than `fitting`."""
        count = len(self.traces)
        found = (self._scaled(width, ceil(count / lines), scale) for lines in range(1, count + 1))
        return any(each is not None and each[0] >= scale for each in found)

    def fitting(self, width: int) -> tuple[float, int] | None:
        """The scale and the number of figures side by side at which all of it is no wider; None if there is none.

        Figures stand below each other where they could not be read side by side.
        """
        count, best = len(self.traces), None
        for lines in range(1, count + 1):
            found = self._scaled(width, ceil(count / lines))
            if found is not None and found[0] >= LEGIBLE:
                return found
            best = max(filter(None, (best, found)), default=None)
        return best

    def _scaled(self, width: int, each: int, enough: float | None = None) -> tuple[float, int] | None:
        """The largest scale at which it is no wider, searched for, because lengths round; None if there is none.

        It is searched for until it is known whether it is ``enough``.
        """
        if self.taken(LEAST, each) > width:
            return None
        low, high = LEAST, 2.0 * width / self.taken(1.0, each)
        while high - low > 0.004 and (enough is None or low < enough < high):
            middle = (low + high) / 2
            low, high = (middle, high) if self.taken(middle, each) <= width else (low, middle)
        return low, each

    def taken(self, scale: float, each: int) -> int:
        """The width that it takes."""
        return ceil(page_of(self.spec, self.traces, self._style(scale), None, each)[1].width)

    def _style(self, scale: float) -> Style:
        style = Style(self.spec.theme, scale, self.font, smallest=self.smallest)
        return style if self.room is None else replace(style, room=self.room - 2 * style.margin)

    def scene(self, scale: float, each: int | None) -> Scene:
        """The figure at a scale, with ``each`` panels in a row, or all if None."""
        spec, style = self.spec, self._style(scale)
        files = spec.theme.font_files
        head, page = page_of(spec, self.traces, style, spec.size.width, each)
        say, drawn = Language(spec.lang), page.drawn
        when = timeline(spec.animation, drawn.steps, drawn.shows, drawn.stages)
        return Scene(
            width=ceil(page.width),
            height=ceil(page.height),
            background=style.colors.background,
            static=_set(drawn.static, files),
            frames=_all_set(drawn.timed(when), files),
            step=spec.animation.step,
            hold=spec.animation.hold,
            loop=spec.animation.loop,
            title=spec.title or "",
            description=description(spec),
            timeline=when,
            left_out=_left_out(spec, drawn),
            late=any(map(begins_late, spec.figures)),
            transparent=spec.theme.transparent,
            heading=_set(head.static, files),
            head=round(head.height),
            names=Lazy(drawn.steps, lambda k: say("step", number=k)),
            guide=lambda: _guide(self.traces, drawn),
        )


def _set(items: Items, files: tuple[str, ...]) -> Items:
    """With all texts in a font of the user's own, by its files: usual and bold."""
    if not files:
        return items
    return tuple(replace(item, font=files[item.bold]) if isinstance(item, Text) else item for item in items)


def _all_set(frames: Sequence[Frame], files: tuple[str, ...]) -> Sequence[Frame]:
    if not files:
        return frames
    return Lazy(len(frames), lambda k: frames[k].mapped(lambda items: _set(items, files)))


def _left_out(spec: Spec, drawn: Drawing) -> tuple[int, int] | None:
    """How many outputs are shown, and of how many, where some are left out without being asked to."""
    asked = spec.animation.pace == "even" or spec.animation.every > 1
    return None if asked or drawn.outputs <= drawn.steps else (drawn.steps, drawn.outputs)


def _guide(traces: Sequence[Trace], drawn: Drawing) -> Guide:
    from conv_anim.scene.guides import together

    return together(traces, tuple(drawn.hit_regions()), drawn.turns)
