"""Some steps of a figure, chosen by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.scene.primitives import Frame, Lazy
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Scene

Steps: TypeAlias = int | str | Sequence[int]
"""Steps counted from 0: one, several, or as text, like ``0,4,8-last``."""
LAST = "last"
FORM = "a number, 'last', a range like 2-5, or several of them with commas"


def spans(text: str) -> list[tuple[int | None, int | None]]:
    """The first and the last step of every range in a text; None is the figure's last one. Raises ValueError."""
    return [_span(part.strip()) for part in text.split(",")]


def _span(text: str) -> tuple[int | None, int | None]:
    first, dash, last = (part.strip() for part in text.partition("-"))
    ends = _number(first, text), _number(last if dash else first, text)
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        raise ValueError(f"'{text}' runs backwards")
    return ends


def _number(text: str, where: str) -> int | None:
    if text == LAST:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"'{where}' is no step: {FORM}")
    return int(text)


def numbers(steps: Steps, count: int) -> list[int]:
    """The chosen ones of a number of steps, in ascending order, each once. Raises SpecError."""
    wanted = sorted({number for first, last in _ends(steps, count) for number in _within(first, last, count)})
    if not wanted:
        raise _wrong("no step is chosen", f"steps are counted from 0 to {count - 1}")
    return wanted


def last(steps: Steps, count: int) -> int:
    """The largest of the chosen ones. Raises SpecError."""
    within = [_within(first, end, count) for first, end in _ends(steps, count)]
    return max((there[-1] for there in within if there), default=0)


def _ends(steps: Steps, count: int) -> list[tuple[int, int]]:
    """The first and the last step of every range. Raises SpecError."""
    try:
        if not isinstance(steps, str):
            listed = map(index, steps if isinstance(steps, Iterable) else [steps])
            return [(step, step) for step in listed]
        found = spans(steps)
    except TypeError:
        raise _wrong(f"{steps!r} is no step", f"steps are whole numbers from 0 to {count - 1}") from None
    except ValueError as error:
        raise _wrong(str(error), f"steps are counted from 0 to {count - 1}") from None
    return [tuple(count - 1 if end is None else end for end in ends) for ends in found]  # type: ignore[misc]  # two each


def _within(first: int, last: int, count: int) -> range:
    beyond = next((step for step in (first, last) if not 0 <= step < count), None)
    if beyond is not None:
        what = f"there is no step {beyond}: this figure has {count}"
        raise _wrong(what, f"steps are counted from 0 to {count - 1}")
    return range(first, last + 1)


def _wrong(message: str, hint: str) -> SpecError:
    return SpecError([Problem(Code.STEP, message, hint=hint)])


def chosen(drawn: Scene, wanted: Sequence[int]) -> Scene:
    """The figure with some of its steps only, in ascending order; what those between leave behind stays."""
    places = [drawn.rests[step] for step in wanted]

    def frame(k: int) -> Frame:
        first = places[k - 1] + 1 if k else 0
        passed = [drawn.frames[j] for j in range(first, places[k] + 1)]
        return Frame(tuple(item for one in passed for item in one.kept), lambda: passed[-1].shown)

    names = [drawn.names[step] for step in wanted] if drawn.names else []
    resized = drawn.resized
    return replace(
        drawn,
        frames=Lazy(len(places), frame),
        names=names,
        timeline=None,
        resized=None if resized is None else lambda width: chosen(resized(width), wanted),
    )
