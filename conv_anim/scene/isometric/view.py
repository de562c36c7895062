"""The isometric view: slanted planes, the input below and the output above, joined from the window to its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.isometric.drawing import Isometric
from conv_anim.scene.isometric.kernel_sign import kernel_sign
from conv_anim.scene.layout import Panel, drawing, panel
from conv_anim.scene.primitives import union
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.sheets.stacks import MOST_WORDS, around, broken, made_by, of_map, sees
from conv_anim.scene.wording import words
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.isometric.floors import Floor
    from conv_anim.scene.primitives import Box, Items
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace


CORNER = 150
"""Pixels, at scale 1, that a line may take in the free corner beside a single layer's planes."""


def isometric(trace: Trace, style: Style) -> Panel:
    """The panel of the view: for one layer its labels in the free corners, for several in a column on the right."""
    view = _drawing(trace, style)
    signs = _signs(view)
    box = union([*(floor.plane.box for floor in view.floors), *(b for _, b in signs)])
    drawn = drawing(view)
    drawn = replace(drawn, static=(*drawn.static, *(item for items, _ in signs for item in items)))
    made = panel(drawn.moved(-box[0], -box[1]), box[2], box[3], baseline=view.floors[0].plane.corner[1] - box[1])
    return with_bars(replace(made, fit=view.fit), view.scales(), style, view.say, view.tones.others)


def _drawing(trace: Trace, style: Style) -> Isometric:
    if trace.layer.layer.sampled is None:
        return Isometric(trace, style)
    from conv_anim.scene.isometric.sampled import SampledIsometric

    return SampledIsometric(trace, style)


def _signs(view: Isometric) -> list[tuple[Items, Box]]:
    if view.trace.spec.labels is None:
        return []
    floors, signs = view.floors, _callouts(view)
    if len(view.trace.layers) == 1:
        below, above = _below_right(floors[0], signs[0]), _above_left(floors[1], signs[1])
        kernel = kernel_sign(view, above[1])
        return [below, above, *([] if kernel is None else [kernel])]
    right = max(floor.plane.box[0] + floor.plane.box[2] for floor in floors) + view.style.gap
    return _beside(floors, signs, right)


def _callouts(view: Isometric) -> list[Callout]:
    """What is said of each floor: in a stack how it is made and what its cells see, and what is around it."""
    trace, style = view.trace, view.style
    say, layers = view.say, [layer.layer for layer in trace.layers]
    found = []
    for k, (floor, label) in enumerate(zip(view.floors, words.floor_labels(trace), strict=True)):
        said: list[str] = []
        marked: tuple[Key, ...] = ()
        if len(layers) > 1 and k > 0:
            said += [*made_by(layers[k - 1], say, borders=False), sees(layers[:k], say)]
        said += of_map(trace.layers, k, say, numbers=view.numbers is not None)
        if k < len(layers):
            said.append(around(trace.layers[k], say))
            marked = view.drawn_planes[k].keys(say, blind=k == 0 and bool(view.blind))
        elif view.extra:
            more = max(axis.extra for axis in trace.layers[-1].operator.axes)
            marked = (Key(say("marks.output_padding", cells=more), view.extra_color, style.pending_edge),)
        lines = broken(said, style, say, most=MOST_WORDS if len(layers) > 1 else CORNER)
        swatch = floor.color if view.images[k] is None else None
        found.append(Callout.of(style, label.name, lines, swatch, marked))
    return found


def _below_right(floor: Floor, sign: Callout) -> tuple[Items, Box]:
    """Ending at the right corner, as high as the near edge lets it."""
    plane = floor.plane
    x, y = plane.at(plane.rows, plane.columns)
    left = x - sign.width
    top = y + sign.width * 0.5 + sign.style.close
    top = min(top, plane.corner[1] + sign.style.gap)
    return sign.at(left, top), (left, top, sign.width, sign.height)


def _above_left(floor: Floor, sign: Callout) -> tuple[Items, Box]:
    """Starting at the left corner, as low as the far edge lets it."""
    plane = floor.plane
    x, y = plane.at(0, 0)
    top = y - sign.width * 0.5 - sign.style.close - sign.height
    top = max(top, plane.at(0, plane.columns)[1] - sign.style.gap - sign.height)
    return sign.at(x, top), (x, top, sign.width, sign.height)


def _beside(floors: list[Floor], signs: list[Callout], x: float) -> list[tuple[Items, Box]]:
    """Each in the middle of its plane's right corner, or higher, to stay clear of the one below it."""
    found: list[tuple[Items, Box]] = []
    lowest = float("inf")
    for floor, sign in zip(floors, signs, strict=True):
        middle = floor.plane.at(floor.plane.rows, floor.plane.columns)[1]
        top = min(middle - sign.height / 2, lowest - sign.style.gap - sign.height)
        found.append((sign.at(x, top), (x, top, sign.width, sign.height)))
        lowest = top
    return found
