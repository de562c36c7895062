"""A spec's picture as a page shows it: what it says, how large it is, and a poster of it for readers who want rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.limits import USUAL
from conv_anim.spec import formats, source_map, theme_keys
from conv_anim.spec.themes import THEMES
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded
    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.model import Spec

STILL = formats.STILL.name
"""The format of the still that stands in for an animation."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a format: all steps, or one of them, counted from 0. ``alt`` says it in words."""

    scene: Scene
    format: str
    alt: str
    step: int | None = None
    controlled: Callable[[], bytes] | None = None
    """Makes a page of all combinations of a spec's controls; None without controls, or for another format."""

    @property
    def moves(self) -> bool:
        """Whether it takes a still to make it rest."""
        return formats.of(self.format).restless and self.step is None and len(self.scene.frames) > 1

    @property
    def animated(self) -> bool:
        """Whether it shows several steps, one after the other; paper would show the first of them."""
        return formats.of(self.format).all_frames and self.step is None and len(self.scene.frames) > 1

    def height(self, width: int) -> int:
        """In pixels, of the figure shown at a width."""
        return max(1, round(self.scene.height * width / self.scene.width))

    def encoded(self) -> bytes:
        """The file. Raises SpecError if there is no such step."""
        if self.controlled is not None:
            return self.controlled()
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
    """The figure of a spec, by default in its usual format. Raises SpecError."""
    from conv_anim.scene import choice

    try:
        drawn = pipeline.scene(pipeline.drawable(loaded, limits).spec, limits=limits)
    except SpecError as error:
        raise source_map.located(error, loaded.root) from None
    if step is not None:
        choice.numbers(step, len(drawn.rests))
    shown, spec = format_ or usual_format(loaded, step), loaded.spec
    controls = shown == "html" and step is None and spec.states
    controlled = partial(pipeline.drawn_as, spec, shown, limits=limits) if controls else None
    return Figure(drawn, shown, alt or drawn.description, step, controlled)


def darkened(spec: Spec) -> Spec:
    """The same figure in the dark theme, with its own font and background."""
    dark, own = THEMES["dark"], spec.theme
    ground = theme_keys.clear(dark.colors.background) if own.transparent else dark.colors.background
    colors = replace(dark.colors, background=ground)
    theme = replace(dark, colors=colors, transparent=own.transparent, font=own.font, font_files=own.font_files)
    return replace(spec, theme=theme, panels=tuple(replace(one, theme=theme) for one in spec.panels))


def at_night(loaded: Loaded, shown: Figure) -> Figure:
    """A figure in the dark theme, as it was drawn in another one. Raises SpecError."""
    dark = replace(loaded, spec=darkened(loaded.spec))
    return figure(dark, format_=shown.format, step=shown.step, alt=shown.alt)


def usual_format(loaded: Loaded, step: int | None) -> str:
    """The format of a figure for which none is named."""
    return "png" if step is not None else pipeline.default_formats(loaded.spec)[0]


def said(loaded: Loaded, lang: str | None) -> str:
    """The figure in words, in a page's language."""
    from conv_anim.scene.wording.captions import description
    from conv_anim.spec.appearance import LANGS

    spoken = next((known for known in LANGS if known == lang), loaded.spec.lang)
    return description(replace(loaded.spec, lang=spoken))
