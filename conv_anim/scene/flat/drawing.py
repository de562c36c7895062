"""What the drawings of the flat view have in common: one layer, drawn at a pace, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from conv_anim.scene.areas import Turn
from conv_anim.scene.numbers import format_for
from conv_anim.scene.wording.language import Language

if TYPE_CHECKING:
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace


@dataclass(frozen=True)
class FlatDrawing:
    """Of a trace of one layer with one channel."""

    trace: Trace
    style: Style
    pace: Pace
    about: ClassVar[int] = 1
    """The map whose cells the steps are about."""

    @property
    def layer(self) -> LayerTrace:
        return self.trace.layers[0]

    @cached_property
    def say(self) -> Language:
        return Language(self.trace.spec.lang)

    @property
    def steps(self) -> Pace:
        return self.pace

    def turn(self, k: int) -> Turn | None:
        cell = self.pace.cell(k)
        return None if cell is None else Turn(self.about, cell)

    @cached_property
    def x(self) -> Format:
        return format_for(self.layer.input)

    @cached_property
    def y(self) -> Format:
        return format_for(self.layer.output)
