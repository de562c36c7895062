"""A spec's picture as a page shows it: what it says, how large it is, and a poster of it for readers who want rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import formats, source_map

if TYPE_CHECKING:
    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded
    from conv_anim.scene.primitives import Scene

STILL = formats.STILL.name
"""The format of what stands in for an animation."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a format: all steps, or one of them, counted from 0. ``alt`` says it in words."""

    scene: Scene
    format: str
    alt: str
    step: int | None = None

    @property
    def moves(self) -> bool:
        """Whether it takes a still to make it rest."""
        return formats.of(self.format).restless and self.step is None and len(self.scene.frames) > 1

    def height(self, width: int) -> int:
        """In pixels, of the figure shown at a width."""
        return max(1, round(self.scene.height * width / self.scene.width))

    def encoded(self) -> bytes:
        """The file. Raises SpecError if there is no such step."""
        return pipeline.encoded(self.scene, self.format, step=self.step)

    def poster(self) -> bytes:
        """A small PNG of the last step."""
        return pipeline.encoded(self.scene, STILL)


def figure(
    loaded: Loaded,
    *,
    format_: str | None = None,
    step: int | None = None,
    alt: str | None = None,
    limits: Limits = USUAL,
) -> Figure:
    """The figure of a spec, in its usual format if none is asked for. Raises SpecError."""
    from conv_anim.scene import choice

    try:
        drawn = pipeline.scene(pipeline.drawable(loaded, limits).spec, limits=limits)
    except SpecError as error:
        raise source_map.located(error, loaded.root) from None
    if step is not None:
        choice.numbers(step, len(drawn.rests))
    return Figure(drawn, format_ or usual_format(loaded, step), alt or drawn.description, step)


def usual_format(loaded: Loaded, step: int | None) -> str:
    """The format of a figure for which none is named."""
    return "png" if step is not None else pipeline.default_formats(loaded.spec)[0]


def said(loaded: Loaded, lang: str | None) -> str:
    """The figure in words, in a page's language."""
    from conv_anim.scene.wording.captions import description
    from conv_anim.spec.appearance import LANGS

    spoken = next((known for known in LANGS if known == lang), loaded.spec.lang)
    return description(replace(loaded.spec, lang=spoken))
