"""A shuffle in the volume view: from every slice of a map a line to its place in the next one, in its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.curves import bent
from conv_anim.scene.primitives import Lines, Stroke
from conv_anim.scene.volume.hues import strengthened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.oblique import Fill, Stack

IDLE = 0.35
"""How strong the lines of channels are that are not read."""


def connectors(
    style: Style, ways: Sequence[tuple[int, int]], ends: tuple[Stack, Stack], fill: Fill, working: Sequence[int]
) -> list[Primitive]:
    """``ways`` are slices of the first stack with their places in the second; some are ``working``."""
    in_order = sorted(ways, key=lambda way: way[1] in working)
    return [_connector(style, way, ends, fill, working=way[1] in working) for way in in_order]


def _connector(style: Style, way: tuple[int, int], ends: tuple[Stack, Stack], fill: Fill, *, working: bool) -> Lines:
    source, place = way
    color = strengthened(style.colors, fill(source))
    color = color if working else mix(style.colors.background, color, IDLE)
    start, end = _corner(ends[0], source, right=True), _corner(ends[1], place, right=False)
    return Lines((bent(start, end),), Stroke(color, max(1.0, (2.5 if working else 1.5) * style.scale)))


def _corner(stack: Stack, place: int, *, right: bool) -> Point:
    """The upper corner of a slice, in the middle of its thickness."""
    near, far = stack.ends((place, 1))
    return stack.at((near + far) / 2, 0, stack.columns if right else 0)
