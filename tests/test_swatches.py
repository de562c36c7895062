"""What a key shows is in the picture: the colour of every swatch in some cell, every shade of a map in some scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.primitives import Boxes, Mosaic, Polygons, Scene, Text
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.primitives import Primitive
    from conv_anim.spec.model import Spec

TEMPLATES = {template.name: template for template in templates()}
APART = 6
"""How far two colours of a scale that is sampled may be from each other, in one of red, green and blue."""


def changed(spec: Spec, cells: str) -> Spec:
    """Its view with other cells, if that has any."""
    return replace(spec, view=replace(spec.view, cells=cells)) if hasattr(spec.view, "cells") else spec


@pytest.fixture
def swatches(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The colours of swatches and the words beside them, which are no longer painted."""
    found: dict[str, str] = {}
    cell, at = Key.cell, Callout.at

    def without_fill(self, style, side, x, capitals):
        if self.fill not in {None, style.colors.background}:
            found[self.fill] = self.text
        return cell(replace(self, fill=None), style, side, x, capitals)

    def without_swatch(self, x, top):
        if self.swatch is not None:
            found[self.swatch] = self.label.name
        return at(replace(self, swatch=None), x, top)

    from conv_anim.values import replace

    monkeypatch.setattr(Key, "cell", without_fill)
    monkeypatch.setattr(Callout, "at", without_swatch)
    return found


def fills(items: Iterable[Primitive]) -> Iterator[str]:
    for item in items:
        if isinstance(item, (Boxes, Polygons)) and item.fill is not None:
            yield item.fill
        elif isinstance(item, Mosaic):
            yield from ("#" + bytes(color).hex() for color in colors_of(item))


def colors_of(item: Mosaic) -> np.ndarray:
    return np.unique(np.frombuffer(item.colors, np.uint8).reshape(-1, 3), axis=0)


@pytest.mark.parametrize("cells", ["auto", "shades", "both"])
def test_the_colour_of_every_swatch_is_in_some_cell(swatches: dict[str, str], cells: str) -> None:
    for name, template in TEMPLATES.items():
        swatches.clear()
        spec = conv_anim.load(template.path)
        drawn = pipeline.scene(spec if cells == "auto" else changed(spec, cells))
        missing = set(swatches) - set(fills(drawn.static))
        frames = iter(drawn.frames)
        while missing and (frame := next(frames, None)) is not None:
            missing -= set(fills((*frame.kept, *frame.shown)))
        assert not missing, (name, [swatches[color] for color in missing])


SHADED = ("color", "sobel", "gaussian", "sharpen", "shades_and_numbers", "filter_bank", "deform_conv_arc", "house_224")


def bars(drawn: Scene) -> list[Mosaic]:
    """The scales: one row of many colours below the maps, each behind its name."""
    found = [item for item in drawn.static if isinstance(item, Mosaic) and item.rows == 1 and item.columns > 20]
    assert all(
        any(isinstance(text, Text) and text.bold and 0 < bar.corner[0] - text.x < 200 for text in drawn.static)
        for bar in found
    )
    return found


@pytest.mark.parametrize("name", SHADED)
def test_every_shade_of_a_map_or_a_kernel_is_in_some_scale(name: str) -> None:
    drawn = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    scales = bars(drawn)
    told = np.concatenate([colors_of(bar) for bar in scales]).astype(int)
    maps = [item for item in drawn.static if isinstance(item, Mosaic) and item not in scales]
    maps += [item for item in drawn.frames[-1].kept if isinstance(item, Mosaic)]
    assert maps
    for item in maps:
        shown = colors_of(item).astype(int)
        nearest = np.abs(shown[:, None] - told[None]).max(axis=2).min(axis=1)
        assert nearest.max() <= APART, (name, item.rows, item.columns)
