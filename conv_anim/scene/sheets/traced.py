"""A trace in a style: what views and their parts are made from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import Format, format_for
from conv_anim.scene.color import mix
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.tones import Tones
from conv_anim.scene.wording.language import Language
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class Traced:
    """What is asked of them again and again."""

    trace: Trace
    style: Style

    @property
    def layers(self) -> tuple[LayerTrace, ...]:
        """The layers of the trace, first to last."""
        return self.trace.layers

    @property
    def layer(self) -> LayerTrace:
        """The traced layer that is drawn."""
        return self.trace.layer

    @cached_property
    def say(self) -> Language:
        """The spec's language."""
        return Language(self.trace.spec.lang)

    @cached_property
    def tones(self) -> Tones:
        """The shades of its maps and kernels."""
        return Tones(self.trace, self.style)

    @property
    def labelled(self) -> bool:
        """Whether the spec asks for labels."""
        return self.trace.spec.labels is not None

    def swatch(self, color: str) -> str | None:
        """The colour beside a label; None where cells have shades of their numbers, and none has that of its map."""
        return None if getattr(self, "mode", "numbers") in {"shades", "both"} else color

    def keyed(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Keys, of those with the colour of a map or a kernel the edge alone where cells have shades instead."""
        planes = {self.style.colors.input, self.style.colors.kernel, self.style.colors.output}
        return tuple(replace(key, fill=self.swatch(key.fill)) if key.fill in planes else key for key in keys)


@dataclass(frozen=True)
class TracedMaps(Traced):
    """With the numbers of all maps; map 0 is the input."""

    @cached_property
    def maps(self) -> list[Array]:
        """The numbers of all maps: the input, then each layer's output."""
        return [self.trace.input, *(layer.output for layer in self.layers)]

    @cached_property
    def formats(self) -> list[Format]:
        """How the numbers of each map are written."""
        return [format_for(values) for values in self.maps]

    @cached_property
    def texts(self) -> set[str]:
        """All of these numbers as they are written."""
        return {fmt(v) for fmt, values in zip(self.formats, self.maps, strict=True) for v in values.ravel().tolist()}

    @cached_property
    def usual(self) -> Numbers:
        """Cells that hold every number, at its usual size."""
        return Numbers.fitting(self.style, self.style.cell, (), self.style.number_size, bold=self.texts)

    @cached_property
    def numbers(self) -> Numbers:
        """How large the cells and their numbers are."""
        return self.usual

    def color(self, k: int) -> str:
        """The colour of a map: from the input's to the output's."""
        return mix(self.style.colors.input, self.style.colors.output, k / (len(self.maps) - 1))
