"""What the drawings of the flat view have in common: one layer, drawn at a pace, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.numbers import format_for
from conv_anim.scene.wording.language import Language

if TYPE_CHECKING:
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace


@dataclass(frozen=True)
class Drawing:
    """Of a trace of one layer with one channel."""

    trace: Trace
    style: Style
    pace: Pace

    @property
    def layer(self) -> LayerTrace:
        return self.trace.layers[0]

    @property
    def say(self) -> Language:
        return Language(self.trace.spec.lang)

    @cached_property
    def x(self) -> Format:
        return format_for(self.layer.input)

    @cached_property
    def y(self) -> Format:
        return format_for(self.layer.output)
